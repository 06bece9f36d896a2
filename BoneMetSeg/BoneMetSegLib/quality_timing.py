"""Flag about the time between injection and image (floor 4)."""

from __future__ import annotations

import re

from .quality_flag import QualityFlag
from .scan import Scan

# EANM practice guidelines for bone scintigraphy (Van den Wyngaert, Eur J Nucl Med Mol Imaging 2016;43:1723): late
# images 2 to 5 h after injection.
EARLIEST_HOURS, LATEST_HOURS = 2.0, 5.0
# Beyond this the clocks, or the meaning of the times, are in doubt rather than the protocol.
_PLAUSIBLE_HOURS = 12.0
_TIME = re.compile(r"(\d{2}):?(\d{2})?:?(\d{2})?(?:\.\d*)?")


def timing_flags(scan: Scan) -> list[QualityFlag]:
    """Return a flag where the scan was not acquired 2 to 5 hours after injection; none where a time is not known."""
    hours = hours_after_injection(scan.injection_time, scan.acquisition_time)
    if hours is None or EARLIEST_HOURS <= hours <= LATEST_HOURS:
        return []
    if hours > _PLAUSIBLE_HOURS:
        sentence = f"By the file's times the scan was {hours:.1f} h after injection: check the clocks."
        return [QualityFlag("time_after_injection", hours, LATEST_HOURS, "h", sentence)]
    if hours < EARLIEST_HOURS:
        sentence = f"The scan was {hours:.1f} h after injection: before 2 h soft tissue is brighter and bone fainter."
        return [QualityFlag("time_after_injection", hours, EARLIEST_HOURS, "h", sentence)]
    sentence = f"The scan was {hours:.1f} h after injection, later than the usual 5 h: counts are fewer."
    return [QualityFlag("time_after_injection", hours, LATEST_HOURS, "h", sentence)]


def hours_after_injection(injection_time: str, acquisition_time: str) -> float | None:
    """Return the hours between two times of day, the second after the first (past midnight where it is smaller).

    Parameters
    ----------
    injection_time, acquisition_time : str
        ``HHMMSS.FFFFFF``, shorter, or with colons as old files write them.

    Returns
    -------
    float or None
        0 up to 24; ``None`` where one is missing or no time.
    """
    injected, acquired = _seconds(injection_time), _seconds(acquisition_time)
    return None if injected is None or acquired is None else (acquired - injected) % 86400 / 3600


def _seconds(time: str) -> int | None:
    match = _TIME.fullmatch(time.strip())
    if not match:
        return None
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return hours * 3600 + minutes * 60 + seconds if hours < 24 and minutes < 60 and seconds <= 60 else None
