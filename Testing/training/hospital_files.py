"""A hospital's files, written as cameras, archives and LabelMe write them: what the imports are tested on."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from model_training.simulator.nm_dicom import Manner, Study, write_planar_nm

ROWS, COLUMNS, PIXEL_MM = 300, 96, 6.0
# The focus lies on the patient's left, in the chest: rows and, in anterior order, columns.
FOCUS = (slice(90, 96), slice(60, 68))
REPORT_ZH = "姓名:张三\n检查所见:左侧第7肋骨放射性浓聚。\n诊断意见:左侧第7肋骨转移。"
REPORT_EN = "Findings: Uptake in the left seventh rib.\nImpression: Metastasis of the left seventh rib."


def body(seed: int = 0) -> dict[str, np.ndarray]:
    """Counts of a body with a focus on the patient's left, as acquired; the right arm is raised, so sides differ."""
    row, column = np.mgrid[:ROWS, :COLUMNS]

    def ellipse(middle: tuple[float, float], half: tuple[float, float]) -> np.ndarray:
        return ((row - middle[0]) / half[0]) ** 2 + ((column - middle[1]) / half[1]) ** 2 < 1

    mean = np.full((ROWS, COLUMNS), 0.2)
    for middle, half, counts in (
        ((25, 48), (18, 11), 20), ((100, 48), (60, 24), 15), ((100, 48), (58, 4), 40), ((215, 40), (75, 8), 14),
        ((215, 58), (75, 8), 14), ((70, 12), (40, 5), 12), ((150, 86), (45, 5), 12),
    ):  # fmt: skip
        mean[ellipse(middle, half)] = counts
    mean[FOCUS] = 150.0
    rng = np.random.default_rng(seed)
    anterior, behind = (rng.poisson(mean).astype(np.uint16) for _ in range(2))
    return {"anterior": anterior, "posterior": np.ascontiguousarray(behind[:, ::-1])}


def focus_mask(view: str) -> np.ndarray:
    """The focus, as acquired."""
    mask = np.zeros((ROWS, COLUMNS), bool)
    mask[FOCUS] = True
    return mask if view == "anterior" else np.ascontiguousarray(mask[:, ::-1])


def corners(mask: np.ndarray) -> list[list[float]]:
    """The rectangle around a mask, as a polygon of LabelMe."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    top, bottom, left, right = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
    return [[float(x), float(y)] for x, y in ((left, top), (right, top), (right, bottom), (left, bottom))]


def shape(label: str, points: Sequence[Sequence[Any]], shape_type: str = "polygon", **more: Any) -> dict[str, Any]:
    """A shape as LabelMe writes it."""
    return {
        "label": label, "points": [list(point) for point in points], "group_id": None, "description": "",
        "shape_type": shape_type, "flags": {}, "mask": None, **more,
    }  # fmt: skip


def labelme_text(
    shapes: Sequence[Mapping[str, Any]],
    image_path: str,
    size: tuple[int, int] = (ROWS, COLUMNS),
    image_data: bytes | None = None,
    **more: Any,
) -> str:
    """A file of LabelMe, as text."""
    document: dict[str, Any] = {
        "version": "5.5.0", "flags": {}, "shapes": list(shapes), "imagePath": image_path,
        "imageData": None if image_data is None else base64.b64encode(image_data).decode("ascii"),
        "imageHeight": size[0], "imageWidth": size[1],
    }  # fmt: skip
    return json.dumps(document | more, ensure_ascii=False, indent=2)


def png(pixels: np.ndarray) -> bytes:
    """Pixels as PNG, 8 or 16 bits as they are."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, format="PNG")
    return file.getvalue()


def eight_bits(counts: np.ndarray) -> np.ndarray:
    """Counts as a screen shows them."""
    return np.minimum(counts * 3, 255).astype(np.uint8)


def write_dicom(path: Path, counts: Mapping[str, np.ndarray], patient: str = "P1", **manner: Any) -> Path:
    """A planar scan in DICOM."""
    study = Study(patient_id=patient, patient_name="ZHANG^SAN")
    return write_planar_nm(path, counts, PIXEL_MM, study=study, manner=Manner(**manner))


def write_annotated_patient(folder: Path, name: str, patient: str, seed: int = 0) -> None:
    """DICOM with both views, a PNG and a JSON of LabelMe of each, and a report."""
    folder.mkdir(parents=True, exist_ok=True)
    counts = body(seed)
    write_dicom(folder / f"{name}.dcm", counts, patient)
    for view, short in (("anterior", "ant"), ("posterior", "post")):
        picture = f"{name}_{short}.png"
        (folder / picture).write_bytes(png(eight_bits(counts[view])))
        drawn = [shape("转移灶", corners(focus_mask(view)), group_id=1)]
        (folder / f"{name}_{short}.json").write_text(labelme_text(drawn, picture), encoding="utf-8")
    (folder / f"{name}.txt").write_text(REPORT_ZH, encoding="utf-8")
