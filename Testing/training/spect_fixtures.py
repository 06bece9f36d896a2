"""Small tomographies with one lesion on the patient's left."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from BoneMetSegLib.anatomy import SKELETON_CHANNELS, channel_index
from model_training.hospital.case_files import HospitalSpect, write_hospital_case
from model_training.simulator.patient import Patient
from model_training.simulator.spect import SimulatedSpect
from model_training.simulator.spect_files import write_spect_files
from model_training.simulator.spect_truth import SpectFocus
from model_training.training_case import TrainingVolume

VOXEL_MM = 4.8
SHAPE = (16, 32, 40)
LESION = (slice(6, 9), slice(14, 17), slice(29, 32))
"""Beyond the middle of the columns: columns run from the patient's right to the left."""
LARGE_LESION = (slice(4, 10), slice(11, 17), slice(27, 33))
"""On the same side, and large enough to be learned in seconds."""
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


# ---- as the simulator writes them -----------------------------------------------------------------------------------


def a_simulated_spect(
    *, lesion: bool = True, seed: int = 0, where: tuple[slice, slice, slice] = LESION
) -> SimulatedSpect:
    """The same body as a simulated tomography: focus 3 is the lesion in the left rib, focus 4 is out of the field."""
    volume = a_volume()
    activity = a_body(np.random.default_rng(seed))
    activity[LESION] = 1000.0
    classes = np.zeros(SHAPE, np.uint8)
    if lesion:
        activity[where], classes[where] = 5000.0, 1
    assert volume.skeleton is not None
    assert volume.spine_level is not None
    assert volume.rib_level is not None
    first = tuple(-VOXEL_MM * (side - 1) / 2 for side in (SHAPE[2], SHAPE[1], SHAPE[0]))
    return SimulatedSpect(
        field="chest",
        voxels=activity.astype(np.uint16),
        unit="Bq/ml",
        value_per_stored=2.0,
        voxel_mm=VOXEL_MM,
        first_voxel_lps_mm=(first[0], first[1], first[2]),
        true_bq_per_ml=2 * activity,
        class_map=classes,
        focus_map=classes * 3,
        skeleton=np.packbits(volume.skeleton, axis=0),
        spine_level=volume.spine_level,
        rib_level=volume.rib_level,
        spect_foci=(a_spect_focus(3, visible=lesion), a_spect_focus(4, place="outside")),
        patient=Patient("male", 60, 175.0, 80.0, 700.0, 3.0, ()),
        acquisition={"total_counts": 3_000_000, "resolution_fwhm_mm": 6.0},
    )


def a_spect_focus(number: int, *, place: str = "inside", visible: bool = True) -> SpectFocus:
    return SpectFocus(
        number, "metastasis", "rib_7_left", "metastasis", "left", 3.0, looks_like_metastasis=False,
        place=place, visible=visible and place == "inside", total_mbq=1.0, in_field_mbq=1.0,
        middle_lps_mm=(50.0, 0.0, 0.0), contrast=5.0, labelled_ml=3.0,
    )  # fmt: skip


def write_simulated_volumes(
    folder: Path, splits: Sequence[tuple[str, int]], where: tuple[slice, slice, slice] = LESION
) -> None:
    """Write a set as the simulator does, every third patient without a lesion."""
    folder.mkdir(parents=True, exist_ok=True)
    datalist: dict[str, list[dict[str, str]]] = {split: [] for split in ("training", "validation", "test")}
    index = 0
    for split, count in splits:
        for number in range(count):
            name, lesion = f"case_{index:06d}_spect", number % 3 != 2
            texts = REPORT if lesion else {"zh": "未见骨转移。", "en": "No bone metastasis."}
            reports = {language: {"text": text} for language, text in texts.items()}
            facts = {"set_seed": 5, "index": index, "clinic": "clinic_v1", "clinic_sha256": "c" * 64,
                     "simulator_version": 2, "reports": reports, "reports_held_back": reports}  # fmt: skip
            write_spect_files(folder / f"{name}.npz", a_simulated_spect(lesion=lesion, seed=index, where=where), facts)
            datalist[split].append(
                {"image": f"{name}.npz", "meta": f"{name}.json", "patient": str(index), "modality": "spect"}
            )
            index += 1
    (folder / "datalist.json").write_text(json.dumps(datalist), encoding="utf-8")
