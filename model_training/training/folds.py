"""K-fold by patient: a patient's fold depends on its name alone, however many others there are."""

from __future__ import annotations

import hashlib
from pathlib import Path

from BoneMetSegLib.errors import InputError
from model_training.case_lists import entries_of


def fold_of(patient: str, folds: int) -> int:
    """Return the fold, 0 to ``folds - 1``, in which a patient is held out."""
    return int.from_bytes(hashlib.sha256(patient.encode("utf-8")).digest()[:8], "big") % folds


def split_cases(data: Path, fold: int | None, folds: int, modality: str = "planar") -> dict[str, list[Path]]:
    """Return case files to train on and to validate with.

    Parameters
    ----------
    fold : int, optional
        Hold this fold out of training and validation patients together; the test split is never touched. None takes
        the data list's own split.

    Raises
    ------
    InputError
        There is no such fold, or the data list does not name its patients.
    """
    entries = {split: entries_of(data, split, modality) for split in ("training", "validation")}
    if fold is not None:
        if folds < 2 or not 0 <= fold < folds:
            raise InputError(f"there is no fold {fold} of {folds}; folds are 2 or more and count from 0")
        every = [*entries["training"], *entries["validation"]]
        if not all("patient" in entry for entry in every):
            raise InputError(f"{data / 'datalist.json'} does not name its patients; folds are made by patient")
        held = [fold_of(str(entry["patient"]), folds) == fold for entry in every]
        entries = {
            "training": [entry for entry, out in zip(every, held, strict=True) if not out],
            "validation": [entry for entry, out in zip(every, held, strict=True) if out],
        }
    try:
        return {split: [data / str(entry["image"]) for entry in found] for split, found in entries.items()}
    except KeyError as error:
        raise InputError(f"an entry of {data / 'datalist.json'} names no image") from error
