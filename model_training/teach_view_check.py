"""Teach the library's check of which view a picture shows, from simulated cases.

    python -m model_training.teach_view_check FOLDER

FOLDER holds cases of ``python -m model_training simulate``. Writes ``BoneMetSeg/Resources/Quality/view_check.json``.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from BoneMetSegLib.body_outline import body_outline
from BoneMetSegLib.resources import resource_path
from BoneMetSegLib.scan import VIEWS, PlanarView
from BoneMetSegLib.view_check import COLUMNS, ROWS, view_picture

from .simulator.case_files import load_case

RIDGE = 0.3
"""Of the mean eigenvalue; with less, what is peculiar to the simulator weighs more."""
_COPIES = 4


def teach(pictures: np.ndarray, is_posterior: np.ndarray, ridge: float = RIDGE) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and weights of a ridge regression on +1 (posterior) and -1 (anterior).

    Parameters
    ----------
    pictures : numpy.ndarray
        ``(N, rows, columns)``, ``view_check.view_picture``.
    is_posterior : numpy.ndarray
        ``(N,)`` bool.
    """
    flat = pictures.reshape(len(pictures), -1)
    mean = flat.mean(0)
    centred = flat - mean
    covariance = centred.T @ centred
    target = np.where(is_posterior, 1.0, -1.0)
    strength = ridge * np.trace(covariance) / np.linalg.matrix_rank(centred)
    weights = np.linalg.solve(covariance + strength * np.eye(len(covariance)), centred.T @ target)
    return mean.reshape(pictures.shape[1:]), weights.reshape(pictures.shape[1:])


def pictures_of(paths: Sequence[Path], rng: np.random.Generator) -> Iterator[tuple[np.ndarray, bool]]:
    """Yield each view's picture as it is and with errors of the outline, and whether it is posterior."""
    for path in paths:
        case = load_case(path)
        for name in VIEWS:
            view = PlanarView(name, case.counts[name].astype(np.float32), (case.pixel_size_mm, case.pixel_size_mm))
            outline = body_outline(view)
            if outline is None:
                continue
            yield view_picture(view, outline), name == "posterior"
            for _ in range(_COPIES):
                shift, stretch, aside = rng.normal(0, 0.012), rng.normal(1, 0.025), rng.normal(0, 0.006)
                yield view_picture(view, outline, shift=shift, stretch=stretch, aside=aside), name == "posterior"


def main(folder: Path) -> None:
    """Teach from all cases in a folder and write the resource."""
    paths = sorted(folder.glob("case_*.npz"))
    if not paths:
        sys.exit(f"{folder} holds no simulated cases")
    pictures, labels = zip(*pictures_of(paths, np.random.default_rng(5)), strict=True)
    mean, weights = teach(np.array(pictures), np.array(labels))
    document = {
        "what": "linear discriminant of posterior (+1) from anterior (-1) views, see view_check.py",
        "taught_by": "model_training/teach_view_check.py",
        "cases": len(paths),
        "shape": [ROWS, COLUMNS],
        "mean": [round(float(value), 5) for value in mean.ravel()],
        "weights": [round(float(value), 6) for value in weights.ravel()],
    }
    path = resource_path("Quality") / "view_check.json"
    path.write_text(json.dumps(document) + "\n", encoding="utf-8")
    sys.stdout.write(f"{path.name}: {len(paths)} cases, {len(labels)} pictures\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
