"""What a quality flag is (floor 4)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class QualityFlag:
    """One thing the reader should know about the scan.

    Attributes
    ----------
    name : str
        Identifier.
    value, limit : float or None
        What was found, and the limit it missed, in ``units``; None where it is no number.
    units : str
    sentence : str
        For the reader.
    """

    name: str
    value: float | None
    limit: float | None
    units: str
    sentence: str
