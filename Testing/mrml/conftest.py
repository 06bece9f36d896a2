"""A bone scan with one-sided foci, and VTK's errors made failures."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest

from BoneMetSegLib.hot_spots import HotSpot, HotSpotInView
from BoneMetSegLib.scan import Identity, PlanarScan, PlanarView

ROWS, COLUMNS = 120, 60
PIXEL_SIZE_MM = (2.5, 2.0)  # height, width: unequal, so that mixing them up shows

REPORT_ZH = "检查所见：左侧第7肋见点状放射性浓聚，余骨未见异常。\n诊断意见：左侧第7肋骨转移瘤可能。"


def in_view(scan: PlanarScan, view: str, mask_in_anterior_order: np.ndarray) -> HotSpotInView:
    """Measure a mask drawn with the patient's right at column 0."""
    planar = scan.views[view]
    mask = planar.from_anterior_order(mask_in_anterior_order).copy()
    counts = planar.counts[mask]
    return HotSpotInView(mask, mask.sum() * planar.pixel_area_mm2, float(counts.max()), float(counts.mean()), 2.5)


def box(rows: slice, columns: slice) -> np.ndarray:
    mask = np.zeros((ROWS, COLUMNS), bool)
    mask[rows, columns] = True
    return mask


@pytest.fixture
def a_scan(rng) -> PlanarScan:
    """Both views of a body-shaped field of counts."""
    body = np.zeros((ROWS, COLUMNS), bool)
    body[8:112, 15:45] = True
    views = {
        view: PlanarView(view, rng.poisson(np.where(body, 12, 0)).astype(np.float32), PIXEL_SIZE_MM)
        for view in ("anterior", "posterior")
    }
    return PlanarScan(views, acquisition_date="20240501", identity=Identity("ID-42", "Invented^Name", "1.2.3.4", "A77"))


@pytest.fixture
def some_hot_spots(a_scan) -> list[HotSpot]:
    """A left rib metastasis in both views, one that overlaps it, a rejected femur, the bladder.

    The patient's left lies at high columns when the patient's right is at column 0.
    """
    left_rib = box(slice(40, 46), slice(38, 44))
    overlapping = box(slice(43, 52), slice(40, 43))
    femur = box(slice(90, 92), slice(20, 21))
    bladder = box(slice(70, 80), slice(26, 34))

    def both(mask):
        return {view: in_view(a_scan, view, mask) for view in a_scan.views}

    return [
        HotSpot(
            "H01", "metastasis", True, "ribs", "left", "7", both(left_rib), 0.91, 0.62, 0.91, "raised", "左侧第7肋"
        ),
        HotSpot("H02", "benign", True, "thoracic_spine", "midline", "T9", both(overlapping), 0.55, 0.31),
        HotSpot(
            "H03", "metastasis", False, "femur", "right", "", {"anterior": in_view(a_scan, "anterior", femur)}, 0.4, 0.4
        ),
        HotSpot("H04", "physiological", True, "bladder", "midline", "", both(bladder), 0.99, 0.99),
    ]


class _VtkMessages:
    def __init__(self) -> None:
        self.texts: list[str] = []

    def note(self, _caller, _event, text: str) -> None:
        self.texts.append(text.strip())

    # VTK asks the function itself for the type of the event's data.
    note.CallDataType = "string0"


@pytest.fixture(autouse=True)
def vtk_messages():
    """Every error or warning of VTK fails the test that caused it."""
    if importlib.util.find_spec("slicer") is None:
        yield []  # files and figures need no VTK
        return
    from vtkmodules import vtkCommonCore as vtk_core

    messages = _VtkMessages()
    previous = vtk_core.vtkOutputWindow.GetInstance()
    window = vtk_core.vtkStringOutputWindow()
    tags = [window.AddObserver(event, messages.note) for event in ("ErrorEvent", "WarningEvent")]
    vtk_core.vtkOutputWindow.SetInstance(window)
    yield messages.texts
    vtk_core.vtkOutputWindow.SetInstance(previous)
    for tag in tags:
        window.RemoveObserver(tag)
    assert not messages.texts
