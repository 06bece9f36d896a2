"""nnU-Net's predictions, brought back to the views' own pixels and scored as any peer is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import SimpleITK as sitk
import torch
import torch.nn.functional as F

from BoneMetSegLib.errors import InputError
from BoneMetSegLib.segmentation import CLASSES
from model_training.case_lists import cases_of
from model_training.peers.pixel_dice import at_own_pixels, dice_summary, patient_confusion
from model_training.training_case import load_training_case

from .dataset_export import ENDING, case_name


def score_predictions(data: Path, predictions: Path, split: str, configuration: dict[str, Any]) -> dict[str, Any]:
    """Return the scores of what ``nnUNetv2_predict`` wrote for the patients of a split.

    Parameters
    ----------
    predictions : Path
        Folder of one label image for each view, named as the export named it.
    configuration : dict
        For its grid: that of the export.

    Raises
    ------
    InputError
        A prediction is missing, unreadable or of another size.
    """
    cases = cases_of(data, split)
    if not cases:
        raise InputError(f"{data} has no case in its {split} split")
    grid, patients = configuration["grid"], {}
    for path in cases:
        case = load_training_case(path)
        labels = {
            view: _read(predictions / f"{case_name(path, view)}{ENDING}", (grid["rows"], grid["columns"]))
            for view in case.views
        }
        one_hot = {
            view: F.one_hot(torch.from_numpy(drawn).long(), len(CLASSES)).movedim(-1, 0).float()
            for view, drawn in labels.items()
        }
        patients[case.patient] = patient_confusion(case, at_own_pixels(one_hot, case, grid["pixel_mm"]))
    return {"peer": "nnunet", "split": split} | dice_summary(patients)


def _read(path: Path, shape: tuple[int, int]) -> np.ndarray:
    if not path.is_file():
        raise InputError(f"{path.name} is missing in {path.parent}; predict all cases of imagesTs")
    try:
        labels = sitk.GetArrayFromImage(sitk.ReadImage(str(path)))
    except RuntimeError as error:
        raise InputError(f"{path} cannot be read as an image of labels") from error
    if labels.shape != shape or labels.max() >= len(CLASSES):
        raise InputError(
            f"{path} holds {' x '.join(map(str, labels.shape))} pixels of up to {labels.max()}; the grid has "
            f"{shape[0]} x {shape[1]}, the labels end at {len(CLASSES) - 1}"
        )
    return np.asarray(labels)
