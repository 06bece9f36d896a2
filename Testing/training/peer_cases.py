"""Small planar cases whose pixels are the network's, with one lesion on the patient's left."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from model_training.hospital.case_files import HospitalCase, write_hospital_case

PIXEL_MM = 4.0
ROWS, COLUMNS = 64, 32
LESION = (slice(20, 26), slice(22, 27))
"""In anterior order: beyond the middle of the columns, on the patient's left."""
GRID_YAML = f"""
grid: {{pixel_mm: {PIXEL_MM}, rows: {ROWS}, columns: {COLUMNS}}}
train: {{batch_size: 2, loader_workers: 0, device: cpu}}
"""


def write_cases(folder: Path, rng: np.random.Generator) -> None:
    """Write imported planar cases with their data list: 3 to train on, 2 to validate, 2 to test."""
    splits = {"training": 3, "validation": 2, "test": 2}
    datalist: dict[str, list[dict[str, str]]] = {}
    for split, count in splits.items():
        datalist[split] = []
        for number in range(count):
            name = f"{split}_{number}"
            write_hospital_case(folder / f"{name}.npz", a_case(name, rng))
            datalist[split].append(
                {"image": f"{name}.npz", "meta": f"{name}.json", "patient": name, "modality": "planar"}
            )
    (folder / "datalist.json").write_text(json.dumps(datalist), encoding="utf-8")


def a_case(name: str, rng: np.random.Generator) -> HospitalCase:
    """Even counts over the whole field, so that its middle is the grid's."""
    classes = np.zeros((ROWS, COLUMNS), np.uint8)
    classes[LESION] = 1
    counts = {}
    for view in ("anterior", "posterior"):
        counts[view] = 100.0 + rng.uniform(0, 0.5, (ROWS, COLUMNS))
        counts[view][LESION] = 300.0
    labels = {"anterior": classes, "posterior": classes[:, ::-1].copy()}
    counts["posterior"] = counts["posterior"][:, ::-1].copy()
    return HospitalCase(name, PIXEL_MM, counts, labels, labels, reports={"en": "Metastasis in the left seventh rib."})
