"""What the voxels of a SPECT object are: counts, Bq/ml or SUV, and how it is known (floor 2)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time
from typing import TYPE_CHECKING

import numpy as np

from .dicom_elements import acquired, coded_word, items, number, radiopharmaceutical, text
from .dicom_pixels import rescale_of
from .errors import InputError
from .scan import Quantity
from .suv import SuvFacts, dicom_date, dicom_moment, dicom_time, suv_factor

if TYPE_CHECKING:
    from pydicom import Dataset

# UCUM and the spellings of cameras, without blanks and case, to (quantity, what one unit is of it).
_UNITS: dict[str, tuple[Quantity, float]] = {
    "bq/ml": ("Bq/ml", 1.0),
    "bqml": ("Bq/ml", 1.0),
    "bq/cm3": ("Bq/ml", 1.0),
    "bq/cc": ("Bq/ml", 1.0),
    "kbq/ml": ("Bq/ml", 1e3),
    "kbq/cm3": ("Bq/ml", 1e3),
    "kbq/cc": ("Bq/ml", 1e3),
    "mbq/ml": ("Bq/ml", 1e6),
    "kbq/l": ("Bq/ml", 1.0),
    "g/ml{suvbw}": ("SUVbw", 1.0),
    "{suvbw}g/ml": ("SUVbw", 1.0),
    "suvbw": ("SUVbw", 1.0),
    "counts": ("counts", 1.0),
    "{counts}": ("counts", 1.0),
    "count": ("counts", 1.0),
    "cnts": ("counts", 1.0),
}
# Technetium-99m by SNOMED CT, and by SNOMED RT before 2017 (DICOM CID 18).
_TC99M_CODES = frozenset({"72454006", "C-163A8"})
_TC99M_WORDS = re.compile(r"99\s*m|(?<![a-z])tc[-\s]*99|锝", re.IGNORECASE)
# More than the whole dose in the field of view is no measurement; the rest of this factor is calibration.
_MOST_OF_DOSE = 1.5


@dataclass(frozen=True)
class Scale:
    """How one object's stored values become its quantity: ``stored * slope + intercept``."""

    quantity: Quantity
    slope: float
    intercept: float
    reason: str
    said_by_file: bool = True


def known_unit(words: str) -> tuple[Quantity, float] | None:
    """Return the quantity that a unit measures and what one of it is, ``None`` for a unit that is not known."""
    words = re.sub(r"[\s*]+", "", words).replace("³", "3")
    return None if words.startswith("mB") else _UNITS.get(words.lower())  # mBq is a thousandth of one, MBq a million


def scale_of(name: str, dataset: Dataset, stored: np.ndarray) -> tuple[Scale, list[str]]:
    """Return what an object's stored values are, and sentences for the user.

    Real World Value Mapping is preferred; Units (0054,1001), which some cameras take from PET, comes next; else the
    rescaled values are counts.

    Raises
    ------
    InputError
        The Rescale Slope is zero or no number.
    """
    slope, intercept = rescale_of(name, dataset)
    notes: list[str] = []
    mapped = []
    for mapping in _mappings(dataset):
        scale, note = _real_world(mapping, stored)
        if scale is not None:
            mapped.append(scale)
        if note:
            notes.append(note)
    mapped.sort(key=lambda scale: scale.quantity == "counts")  # those are the last choice
    if mapped:
        return mapped[0], [] if mapped[0].quantity != "counts" else notes
    said = text(dataset, "Units").upper()
    if said in ("BQML", "GML"):
        suv = coded_word(dataset, "SUVType")
        if said == "BQML":
            return Scale("Bq/ml", slope, intercept, "Bq/ml by the file's Units"), notes
        if suv in ("", "BW"):
            return Scale("SUVbw", slope, intercept, "SUV by body weight by the file's Units"), notes
        notes.append(f"The file's SUV is of type {suv}, not by body weight; its values were taken as counts.")
    if said not in ("", "CNTS"):
        notes.append(f"The file's Units are {coded_word(dataset, 'Units')}; its values were taken as counts.")
    reason = "counts, since the file has no Real World Value Mapping to Bq/ml"
    return Scale("counts", slope, intercept, reason, said_by_file=False), notes


def _mappings(dataset: Dataset) -> list[Dataset]:
    """Return the real world value mappings of the object, or of all its frames together."""
    found = items(dataset, "RealWorldValueMappingSequence")
    for group in items(dataset, "SharedFunctionalGroupsSequence"):
        found += items(group, "RealWorldValueMappingSequence")
    return found


def _real_world(mapping: Dataset, stored: np.ndarray) -> tuple[Scale | None, str]:
    """Return what one item of the Real World Value Mapping Sequence makes of the stored values, or why nothing."""
    unit = next((text(code, "CodeValue") for code in items(mapping, "MeasurementUnitsCodeSequence")), "")
    known = known_unit(unit)
    if known is None:
        # A damaged element may hold what followed it, the patient's name too.
        shown = unit if re.fullmatch(r"[A-Za-z0-9{}/.*%]{1,16}", unit) else "no unit"
        return None, f"A Real World Value Mapping to {shown!r} was not used: its unit is not known."
    slope, intercept = number(mapping, "RealWorldValueSlope"), number(mapping, "RealWorldValueIntercept") or 0.0
    if not slope:
        return None, f"The Real World Value Mapping to {unit} was not used: it has no slope."
    first, last = (_bound(mapping, end) for end in ("First", "Last"))
    if (first is not None and stored.min() < first) or (last is not None and stored.max() > last):
        return None, f"The Real World Value Mapping to {unit} was not used: it does not cover all stored values."
    quantity, size = known
    words = {"SUVbw": "SUV by body weight"}.get(quantity, quantity)
    return Scale(quantity, slope * size, intercept * size, f"{words} by the file's Real World Value Mapping"), ""


def _bound(mapping: Dataset, end: str) -> float | None:
    integer = number(mapping, f"RealWorldValue{end}ValueMapped")
    return number(mapping, f"DoubleFloatRealWorldValue{end}ValueMapped") if integer is None else integer


def chosen_scale(name: str, scale: Scale, given: Quantity | None) -> Scale:
    """Return the scale with the quantity that the user gave, where the file does not say another.

    Raises
    ------
    InputError
        The file says another quantity.
    """
    if given is None or given == scale.quantity:
        return scale
    if scale.said_by_file:
        raise InputError(f"{name} holds {scale.reason}, but --quantity says {given}")
    return Scale(given, scale.slope, scale.intercept, f"{given} as given by --quantity")


# --- SUV --------------------------------------------------------------------------------------------------------------


def as_suv(
    voxels: np.ndarray, voxel_ml: float, scale: Scale, facts: SuvFacts
) -> tuple[np.ndarray, Quantity, str, tuple[str, ...]]:
    """Return voxels in SUVbw where they are Bq/ml and the facts allow it, else as they are; and why.

    Parameters
    ----------
    voxels : numpy.ndarray
        ``(k, j, i)``, float32, in ``scale.quantity``.
    voxel_ml : float
        Volume of a voxel in ml.
    scale : Scale
    facts : SuvFacts

    Returns
    -------
    voxels, quantity, reason, notes
    """
    if scale.quantity != "Bq/ml":
        return voxels, scale.quantity, scale.reason, ()
    factor = suv_factor(facts)
    if factor.g_per_bq is None:
        return voxels, "Bq/ml", f"{scale.reason}; not SUV, because {factor.reason}", ()
    activity_bq = float(voxels.sum(dtype=np.float64)) * voxel_ml
    if activity_bq > _MOST_OF_DOSE * factor.dose_bq:
        why = (
            f"the volume would hold {activity_bq / 1e6:.4g} MBq, more than the {factor.dose_bq / 1e6:.4g} MBq that "
            f"were left of the dose"
        )
        return voxels, "Bq/ml", f"{scale.reason}; not SUV, because {why}", ()
    return voxels * np.float32(factor.g_per_bq), "SUVbw", f"{factor.reason}; {scale.reason}", factor.notes


def suv_facts(dataset: Dataset) -> SuvFacts:
    """Return what an NM object says that an SUV needs."""
    drugs = items(dataset, "RadiopharmaceuticalInformationSequence")
    drug = drugs[0] if drugs else None
    half_life = None if drug is None else number(drug, "RadionuclideHalfLife")
    imaged, by_series = _imaged(dataset)
    return SuvFacts(
        weight_kg=number(dataset, "PatientWeight"),
        dose=None if drug is None else number(drug, "RadionuclideTotalDose"),
        half_life_s=half_life or None,
        is_tc99m=_is_tc99m(dataset),
        given=_given(drug),
        imaged=imaged,
        imaged_by_series=by_series,
        refers_to="administration" if text(dataset, "DecayCorrection").upper() == "ADMIN" else "acquisition",
        administrations=len(drugs),
    )


def _is_tc99m(dataset: Dataset) -> bool:
    words = [radiopharmaceutical(dataset)]
    for drug in items(dataset, "RadiopharmaceuticalInformationSequence"):
        for code in items(drug, "RadionuclideCodeSequence"):
            if text(code, "CodeValue") in _TC99M_CODES:
                return True
            words.append(text(code, "CodeMeaning"))
    return any(_TC99M_WORDS.search(one) for one in words)


def _given(drug: Dataset | None) -> datetime | time | None:
    """Return when the dose was given, with its day where that is said."""
    if drug is None:
        return None
    moment = dicom_moment(text(drug, "RadiopharmaceuticalStartDateTime"))
    if moment is not None:
        return moment
    return dicom_time(text(drug, "RadiopharmaceuticalStartTime"))


def _imaged(dataset: Dataset) -> tuple[datetime | None, bool]:
    """Return the moment the voxels' activity refers to, as corrected, else of acquisition; and whether of the series.

    The series of a reconstruction may be hours younger than its acquisition: its time is the last choice.
    """
    for keyword in ("DecayCorrectionDateTime", "AcquisitionDateTime"):
        moment = dicom_moment(text(dataset, keyword))
        if moment is not None:
            return moment, False
    day = dicom_date(acquired(dataset)[0])
    for what in ("Acquisition", "Series"):
        moment_of_day = dicom_time(text(dataset, f"{what}Time"))
        if day is not None and moment_of_day is not None:
            return datetime.combine(day, moment_of_day), what == "Series"
    return None, False
