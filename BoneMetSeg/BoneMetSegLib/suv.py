"""Standardized uptake value by body weight: whether the facts allow it, and its factor (floor 1).

SUVbw = (Bq/ml) x weight in g / dose in Bq, the dose decayed from its administration to the time the voxels' activity
refers to.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

# Physical half-life of technetium-99m: 6.01 h.
TC99M_HALF_LIFE_S = 6.01 * 3600
# A file's half-life this far from the nuclide's is no half-life of it (a wrong unit, another nuclide).
_HALF_LIFE_TOLERANCE = 0.05
_MIN_HALF_LIFE_S, _MAX_HALF_LIFE_S = 60.0, 100 * 86400.0
# Children of a few kg are scanned, and adults of 300 kg; children get 40 MBq or less, adults 300 to 740 MBq.
MIN_WEIGHT_KG, MAX_WEIGHT_KG = 2.0, 350.0
MIN_DOSE_MBQ, MAX_DOSE_MBQ = 5.0, 3000.0
# Images are taken 2 to 5 h after injection, late ones after a day.
MAX_HOURS = 48.0
# A time of injection without its day that lies after the scan was the evening before, if the night is this short.
MAX_HOURS_OVER_MIDNIGHT = 12.0


@dataclass(frozen=True)
class SuvFacts:
    """What a file says that an SUV needs; ``None`` and empty where it does not say it.

    Attributes
    ----------
    weight_kg : float or None
    dose : float or None
        As written. DICOM has it in MBq for NM (PS3.3 C.8.4.10.1.7) and in Bq for PET; some cameras write Bq into both.
    half_life_s : float or None
    is_tc99m : bool
        The file names technetium-99m.
    given : datetime, time or None
        When the dose was given; a time alone where the day is not said.
    imaged : datetime or None
        When acquisition started.
    refers_to : {"acquisition", "administration"}
        The time to which the voxels' activity is decay-corrected.
    imaged_by_series : bool
        ``imaged`` is the time of the series, for want of one of the acquisition.
    administrations : int
        How many doses the file describes.
    """

    weight_kg: float | None = None
    dose: float | None = None
    half_life_s: float | None = None
    is_tc99m: bool = False
    given: datetime | time | None = None
    imaged: datetime | None = None
    refers_to: str = "acquisition"
    imaged_by_series: bool = False
    administrations: int = 1


@dataclass(frozen=True)
class SuvFactor:
    """SUVbw per Bq/ml, in g/Bq, ``None`` where the facts do not allow it; ``reason`` says how or why not.

    ``dose_bq`` is the dose at the time the voxels refer to.
    """

    g_per_bq: float | None
    reason: str
    dose_bq: float = 0.0
    notes: tuple[str, ...] = ()


def suv_factor(facts: SuvFacts) -> SuvFactor:
    """Return what turns Bq/ml into SUVbw, or why nothing does.

    A value that is absurd is never repaired by guess, except a dose that is plausible only as Bq.
    """
    if facts.administrations > 1:
        return SuvFactor(None, f"the file describes {facts.administrations} administered doses")
    weight_kg = facts.weight_kg
    if weight_kg is None:
        return SuvFactor(None, "the patient's weight is missing")
    if not MIN_WEIGHT_KG <= weight_kg <= MAX_WEIGHT_KG:
        return SuvFactor(None, f"the patient's weight of {weight_kg:g} kg cannot be right")
    dose_mbq, why_no_dose, notes = _dose_mbq(facts.dose)
    if dose_mbq is None:
        return SuvFactor(None, why_no_dose)
    half_life_s, why_no_half_life, half_life_notes = _half_life(facts)
    if half_life_s is None:
        return SuvFactor(None, why_no_half_life)
    hours, why_no_time = _hours(facts)
    if hours is None:
        return SuvFactor(None, why_no_time)
    dose_bq = dose_mbq * 1e6 * 2 ** (-hours * 3600 / half_life_s)
    decay = (
        "without decay, since the voxels refer to its administration"
        if facts.refers_to == "administration"
        else f"decayed over {hours:.2f} h with a half-life of {half_life_s / 3600:.3g} h"
    )
    reason = f"SUV by body weight ({weight_kg:g} kg) from Bq/ml, dose {dose_mbq:g} MBq {decay}"
    series_notes = (_BY_SERIES,) if facts.imaged_by_series and facts.refers_to == "acquisition" else ()
    return SuvFactor(weight_kg * 1000 / dose_bq, reason, dose_bq, (*notes, *half_life_notes, *series_notes))


_BY_SERIES = "The file does not say when it was acquired: the dose was decayed to the time of the series; check SUV."


def _dose_mbq(dose: float | None) -> tuple[float | None, str, tuple[str, ...]]:
    if dose is None:
        return None, "the administered dose is missing", ()
    if MIN_DOSE_MBQ <= dose <= MAX_DOSE_MBQ:
        return dose, "", ()
    if MIN_DOSE_MBQ <= dose / 1e6 <= MAX_DOSE_MBQ:
        note = (
            f"The dose of {dose:g} was taken as Bq, {dose / 1e6:g} MBq: as MBq, DICOM's unit here, it cannot be right."
        )
        return dose / 1e6, "", (note,)
    return None, f"the administered dose of {dose:g} MBq cannot be right", ()


def _half_life(facts: SuvFacts) -> tuple[float | None, str, tuple[str, ...]]:
    said = facts.half_life_s
    if facts.is_tc99m:
        if said is None or abs(said / TC99M_HALF_LIFE_S - 1) <= _HALF_LIFE_TOLERANCE:
            return said or TC99M_HALF_LIFE_S, "", ()
        note = f"The file's half-life of {said:g} s is not that of Tc-99m, whose 6.01 h were used."
        return TC99M_HALF_LIFE_S, "", (note,)
    if said is None:
        return None, "neither the nuclide nor its half-life is said", ()
    if not _MIN_HALF_LIFE_S <= said <= _MAX_HALF_LIFE_S:
        return None, f"the half-life of {said:g} s cannot be right", ()
    return said, "", ()


def _hours(facts: SuvFacts) -> tuple[float | None, str]:
    """Return how long the dose decayed, in hours."""
    if facts.refers_to == "administration":
        return 0.0, ""
    if facts.given is None:
        return None, "the time of injection is missing"
    if facts.imaged is None:
        return None, "the time of acquisition is missing"
    if isinstance(facts.given, time):
        hours = _hours_since_a_time(facts.given, facts.imaged)
        if hours is None:
            return None, "the time of injection is after that of acquisition"
    else:
        hours = (_without_zone_if_alone(facts.imaged, facts.given)) / 3600
    if hours < 0:
        return None, "the time of injection is after that of acquisition"
    if hours > MAX_HOURS:
        return None, f"the injection was {hours:.0f} h before the acquisition, which cannot be right"
    return hours, ""


def _hours_since_a_time(given: time, imaged: datetime) -> float | None:
    """Return the hours since a time of day, of the same day or the evening before, ``None`` where it is neither."""
    moment = datetime.combine(imaged.date(), given.replace(tzinfo=None))
    hours = (imaged.replace(tzinfo=None) - moment).total_seconds() / 3600
    if hours >= 0:
        return hours
    hours += 24
    return hours if hours <= MAX_HOURS_OVER_MIDNIGHT else None


def _without_zone_if_alone(later: datetime, earlier: datetime) -> float:
    """Return the seconds between two moments; a zone that only one of them names is taken to be the other's too."""
    if (later.tzinfo is None) != (earlier.tzinfo is None):
        later, earlier = later.replace(tzinfo=None), earlier.replace(tzinfo=None)
    return (later - earlier).total_seconds()


# --- DICOM's dates and times ------------------------------------------------------------------------------------------


def dicom_date(text: str) -> date | None:
    """Return a DICOM date, ``YYYYMMDD`` or the old ``YYYY.MM.DD``, ``None`` where it is none."""
    digits = text.strip().replace(".", "").replace("-", "")[:8]
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return None


def dicom_time(text: str) -> time | None:
    """Return a DICOM time, ``HHMMSS.FFFFFF`` or shorter, or the old ``HH:MM:SS``, ``None`` where it is none."""
    whole, _, fraction = text.strip().replace(":", "").partition(".")
    whole = whole.ljust(4, "0").ljust(6, "0") if len(whole) in (2, 4, 6) else ""
    try:
        seconds = min(int(whole[4:6]), 59)  # DICOM allows leap seconds
        return time(int(whole[:2]), int(whole[2:4]), seconds, int(fraction.ljust(6, "0")[:6] or 0))
    except ValueError:
        return None


def dicom_moment(text: str) -> datetime | None:
    """Return a DICOM date-time, ``YYYYMMDDHHMMSS.FFFFFF&ZZXX``, ``None`` where date or time is missing."""
    from datetime import timezone

    text = text.strip()
    zone = None
    if len(text) > 5 and text[-5] in "+-" and text[-4:].isdigit():
        sign = 1 if text[-5] == "+" else -1
        minutes = sign * (int(text[-4:-2]) * 60 + int(text[-2:]))
        zone = timezone(timedelta(minutes=minutes)) if abs(minutes) < 24 * 60 else None
        text = text[:-5]
    day, moment = dicom_date(text[:8]), dicom_time(text[8:])
    return None if day is None or moment is None else datetime.combine(day, moment, zone)
