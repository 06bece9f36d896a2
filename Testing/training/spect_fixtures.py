"""Small tomographies with one lesion on the patient's left."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from BoneMetSegLib.anatomy import SKELETON_CHANNELS, channel_index
from model_training.hospital.case_files import HospitalSpect, write_hospital_case
from model_training.training_case import TrainingVolume

VOXEL_MM = 4.8
SHAPE = (16, 32, 40)
LESION = (slice(6, 9), slice(14, 17), slice(29, 32))
"""Beyond the middle of the columns: columns run from the patient's right to the left."""
REPORT = {"zh": "左侧第7肋骨放射性浓聚，考虑骨转移。", "en": "Focal uptake in the left seventh rib, metastasis."}


def a_body(rng: np.random.Generator | None = None) -> np.ndarray:
    """An elliptic body of even activity in the middle of the field, with the lesion five times as hot."""
    rows, columns = np.mgrid[: SHAPE[1], : SHAPE[2]]
    inside = ((rows - 15.5) / 11) ** 2 + ((columns - 19.5) / 16) ** 2 < 1
    voxels = np.repeat(inside[None] * 1000.0, SHAPE[0], 0)
    voxels[LESION] = 5000.0
    if rng is not None:
        voxels *= rng.uniform(0.95, 1.05, SHAPE)
    return voxels.astype(np.float32)


def a_volume(*, skeleton: bool = True) -> TrainingVolume:
    class_map = np.zeros(SHAPE, np.uint8)
    class_map[LESION] = 1
    bones = np.zeros((len(SKELETON_CHANNELS), *SHAPE), bool)
    bones[channel_index("ribs", "left"), :, 8:24, 26:34] = True
    rib = np.zeros(SHAPE, np.uint8)
    rib[bones[channel_index("ribs", "left")]] = 70
    return TrainingVolume(
        voxels=a_body(),
        class_map=class_map,
        focus_map=class_map,
        skeleton=bones if skeleton else None,
        spine_level=np.zeros(SHAPE, np.uint8) if skeleton else None,
        rib_level=rib if skeleton else None,
        voxel_mm=(VOXEL_MM,) * 3,
        unit="Bq/ml",
        value_per_stored=1.0,
        reports=REPORT,
        patient="p",
    )


def write_volumes(folder: Path, rng: np.random.Generator) -> None:
    """Write a data set of imported tomographies with its data list: 3 to train on, 2 to validate, 2 to test."""
    splits = {"training": 3, "validation": 2, "test": 2}
    datalist: dict[str, list[dict[str, str]]] = {}
    class_map = a_volume().class_map
    for split, count in splits.items():
        datalist[split] = []
        for number in range(count):
            name = f"{split}_{number}"
            made = HospitalSpect(name, a_body(rng), class_map, class_map, (VOXEL_MM,) * 3, "Bq/ml", reports=REPORT)
            write_hospital_case(folder / f"{name}.npz", made)
            datalist[split].append(
                {"image": f"{name}.npz", "meta": f"{name}.json", "patient": name, "modality": "spect"}
            )
    (folder / "datalist.json").write_text(json.dumps(datalist), encoding="utf-8")
