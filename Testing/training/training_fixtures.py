"""Hand-made patients for the tests of training: a body with one hot blob on the patient's left."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from BoneMetSegLib.anatomy import SKELETON_CHANNEL_NAMES, SKELETON_CHANNELS, TEXT_SLOTS
from BoneMetSegLib.network import ReportReader
from BoneMetSegLib.segmentation import STATUSES
from model_training.configuration import read_configuration
from model_training.training.placed_case import Grid, place_case
from model_training.training.planar_samples import PlanarSamples
from model_training.training.report_tokens import EncodedReport
from model_training.training_case import TrainingCase

ROWS, COLUMNS = 128, 64
PIXEL_MM = 3.0
TEXT_WIDTH = 8
RIBS_LEFT = SKELETON_CHANNEL_NAMES.index("ribs_left")
UNMOVED = {
    "rotation_deg": 0.0,
    "scale": 0.0,
    "shift_mm": 0.0,
    "count_factor": [1.0, 1.0],
    "smoothing_share": 0.0,
    "smoothing_sigma_px": [0.4, 1.2],
    "only_anterior_share": 0.0,
    "only_posterior_share": 0.0,
}


def a_training_case(patient: int = 0, *, body: float = 40.0, **changes: Any) -> TrainingCase:
    """A body at 3 mm with one hot blob on the patient's left, high; bones and labels lie exactly on it."""
    rng = np.random.default_rng(patient)
    anterior = np.full((ROWS, COLUMNS), 0.01, np.float32)
    anterior[10:118, 16:48] = body
    blob = np.zeros((ROWS, COLUMNS), bool)
    top = 36 + 4 * (patient % 5)
    blob[top : top + 10, 38:46] = True  # anterior: the patient's left is at the high columns
    anterior[blob] = 10 * body
    bones = np.zeros((len(SKELETON_CHANNELS), ROWS // 2, COLUMNS // 2), bool)
    bones[RIBS_LEFT] = blob[::2, ::2]

    def views(array: np.ndarray) -> dict[str, np.ndarray]:
        return {"anterior": array, "posterior": np.ascontiguousarray(array[..., ::-1])}

    expected = views(anterior)
    fields: dict[str, Any] = {
        "views": ("anterior", "posterior"),
        "counts": {view: rng.poisson(image).astype(np.uint16) for view, image in expected.items()},
        "expected": expected,
        "class_map": views(blob.astype(np.uint8)),
        "focus_map": views(blob.astype(np.uint8)),
        "skeleton": views(bones),
        "spine_level": views(np.zeros(bones.shape[1:], np.uint8)),
        "rib_level": views((bones[RIBS_LEFT] * 70).astype(np.uint8)),
        "pixel_size_mm": PIXEL_MM,
        "reports": {"zh": "左侧第7肋骨转移。"},
        "patient": f"patient {patient}",
        "source": "simulated",
    }
    return TrainingCase(**(fields | changes))


def report_tokens(patient: int, length: int = 5) -> dict[str, EncodedReport]:
    """Reports as an encoder and a lexicon might give them, other ones for each patient."""
    rng = np.random.default_rng([patient, 9])
    said = np.zeros((len(TEXT_SLOTS), len(STATUSES)), np.float32)
    said[rng.integers(len(said), size=3), 0] = 1.0
    return {
        name: EncodedReport(rng.normal(size=(length + n, TEXT_WIDTH)).astype(np.float16), said)
        for n, name in enumerate(("en", "zh"))
    }


def tiny_configuration(**train: Any) -> dict[str, Any]:
    """A configuration whose step takes milliseconds."""
    configuration = read_configuration()
    configuration["grid"] = {"pixel_mm": 6.0, "rows": 64, "columns": 32}
    configuration["network"] |= {"widths": [8, 12], "report_widths": [8], "fusions": [["regions"]]}
    configuration["train"] |= {
        "max_steps": 6,
        "batch_size": 2,
        "warm_up_steps": 2,
        "device": "cpu",
        "loader_workers": 0,
        "log_every_steps": 2,
        "validate_every_steps": 3,
        "checkpoint_every_steps": 3,
        "validation_cases": 2,
        "pictures": 0,
    } | train
    return configuration


def tiny_samples(configuration: dict[str, Any], patients: range, *, augmented: bool = True) -> PlanarSamples:
    """Samples of hand-made patients; every third has no report."""
    grid = Grid(**configuration["grid"])
    return PlanarSamples(
        [place_case(a_training_case(n), grid, acquired=not augmented) for n in patients],
        [report_tokens(n) if n % 3 else {} for n in patients],
        grid,
        configuration["augmentation"] if augmented else None,
        configuration["train"]["seed"],
        TEXT_WIDTH,
    )


def tiny_reader() -> ReportReader:
    """A reader whose random weights name some places."""
    torch.manual_seed(5)
    reader = ReportReader(TEXT_WIDTH)
    torch.nn.init.normal_(reader.slots.weight, std=2.0)
    return reader
