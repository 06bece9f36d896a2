"""Planar cases as a data set of nnU-Net v2.

nnU-Net has one label image for each case, and our two views have labels of their own that differ wherever bones lie
before or behind each other. So **each view is a case**, ``NAME_anterior`` and ``NAME_posterior``, of two channels: the
view that is labelled, and the other view of the same patient, both on our network's grid and in anterior order
(patient's right at column 0), so that a place lies at the same pixel in both. nnU-Net sees what our image path sees.
A view that is not there is zero as a second channel and no case of its own.

Images are 2-D TIFF of float32, which nnU-Net reads as such (``NaturalImage2DIO``): the square root of counts, scaled as
our network reads them. nnU-Net standardises each channel and augments by its own recipe; of the noise it sees one draw,
as in any data set of acquired scans. ``splits_final.json`` keeps both views of a patient on one side, and fold 0 trains
on our training split and validates on ours. Format: nnU-Net's documentation/dataset_format.md.
"""

from __future__ import annotations

import logging
import time
from pathlib import Path
from typing import Any

import numpy as np
import SimpleITK as sitk

from BoneMetSegLib.errors import InputError
from BoneMetSegLib.scan import VIEWS
from BoneMetSegLib.segmentation import CLASSES
from model_training.case_lists import cases_of
from model_training.simulator.case_files import json_bytes, replace_file
from model_training.training.placed_case import Grid, place_case
from model_training.training.planar_draw import draw_sample
from model_training.training_case import IGNORE, load_training_case

ENDING = ".tif"
CHANNELS = ("labelled view", "other view")

_LOG = logging.getLogger(__name__)


def export_dataset(data: Path, out: Path, configuration: dict[str, Any]) -> dict[str, int]:
    """Write ``imagesTr``, ``labelsTr``, ``imagesTs``, ``labelsTs``, ``dataset.json`` and ``splits_final.json``.

    Parameters
    ----------
    out : Path
        ``nnUNet_raw/DatasetNNN_Name``; must not exist or be empty.
    configuration : dict
        For its grid.

    Returns
    -------
    dict
        Number of cases "training" (with those of validation) and "test".

    Raises
    ------
    InputError
        A name nnU-Net does not know, a folder that is not empty, or no training cases.
    """
    name = out.name
    if not (name.startswith("Dataset") and name[7:10].isdigit() and name[10:11] == "_" and name[11:]):
        raise InputError(f"{name} is no name of an nnU-Net data set; it is like Dataset501_BoneScan")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise InputError(f"{out} is not empty; give a new folder")
    splits = {split: cases_of(data, split) for split in ("training", "validation", "test")}
    if not splits["training"] or not splits["validation"]:
        raise InputError(f"{data} has no case in its training or its validation split; simulate more cases")
    grid = Grid(**configuration["grid"])
    written: dict[str, list[str]] = {}
    start, total, done = time.monotonic(), sum(map(len, splits.values())), 0
    for split, paths in splits.items():
        written[split] = []
        for path in paths:
            written[split] += _write_case(path, out, "Ts" if split == "test" else "Tr", grid)
            done += 1
            if done % 100 == 0:
                left = (time.monotonic() - start) / done * (total - done)
                _LOG.info(f"{done} of {total} patients written, {left:.0f} s left")
    folds = [{"train": written["training"], "val": written["validation"]}]
    replace_file(out / "splits_final.json", json_bytes(folds))
    count = len(written["training"]) + len(written["validation"])
    # Last: without it there is no data set.
    replace_file(out / "dataset.json", json_bytes(dataset_json(count)))
    return {"training": count, "test": len(written["test"])}


def dataset_json(count: int) -> dict[str, Any]:
    """Return what nnU-Net has to know."""
    return {
        "channel_names": {str(index): name for index, name in enumerate(CHANNELS)},
        "labels": {name: index for index, name in enumerate(CLASSES)},
        "numTraining": count,
        "file_ending": ENDING,
        "overwrite_image_reader_writer": "NaturalImage2DIO",
    }


def case_name(path: Path, view: str) -> str:
    """Return nnU-Net's name of a view."""
    return f"{path.stem}_{view}"


def _write_case(path: Path, out: Path, part: str, grid: Grid) -> list[str]:
    case = load_training_case(path)
    sample = draw_sample(place_case(case, grid, acquired=True), grid, None, np.random.default_rng(0))
    image, classes = sample["image"].numpy(), sample["classes"].numpy().astype(np.uint8)
    names = []
    for index, view in enumerate(VIEWS):
        if view not in case.views:
            continue
        if (classes[index] == IGNORE).any():
            raise InputError(f"{path} has pixels of unknown class, which nnU-Net's data set here does not hold")
        name = case_name(path, view)
        _write(out / f"images{part}" / f"{name}_0000{ENDING}", image[index])
        _write(out / f"images{part}" / f"{name}_0001{ENDING}", image[1 - index])
        _write(out / f"labels{part}" / f"{name}{ENDING}", classes[index])
        names.append(name)
    return names


def _write(path: Path, pixels: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    sitk.WriteImage(sitk.GetImageFromArray(np.ascontiguousarray(pixels)), str(path))
