"""What the tests of the command line share: reports, the planted scan, and the command in its own process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from BoneMetSegLib.maps_file import read_maps
from BoneMetSegLib.seg_nrrd import read_segments

REPORT_ZH = (
    "检查所见：左侧髂骨见团块状放射性异常浓聚灶，余骨未见明显异常放射性浓聚灶。双肾、膀胱显影。\n"
    "诊断意见：左侧髂骨放射性浓聚灶，考虑骨转移。"
)
REPORT_EN = (
    "FINDINGS: Intense focal uptake in the left iliac bone. The remainder of the skeleton is unremarkable.\n"
    "IMPRESSION: Left iliac lesion, consistent with bone metastasis."
)


@dataclass(frozen=True)
class PlantedScan:
    """Counts of both views as acquired, with a lesion planted in the left ilium at these (row, column)."""

    counts: dict[str, np.ndarray]
    pixel_size_mm: float
    lesion: dict[str, tuple[int, int]]


def run_cli(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own, as a user does."""
    return subprocess.run(
        [sys.executable, "-m", "BoneMetSegLib.cli", *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=command_environment(),
        check=False,
    )


def command_environment() -> dict[str, str]:
    """The environment with the library on Python's path, installed or not."""
    checkout = Path(__file__).resolve().parents[2]
    paths = [str(checkout / "BoneMetSeg"), str(checkout), os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONIOENCODING": "utf-8"}


def result_of(out: Path) -> dict:
    """Return result.json of a case."""
    return json.loads((out / "result.json").read_text(encoding="utf-8"))


def at_lesion(planted: PlantedScan, out: Path, view: str) -> list[str]:
    """Return the ids of the segments that lie on the planted lesion in a view."""
    scan, _ = read_maps(out / "maps.npz")
    row, column = planted.lesion[view]
    near = np.s_[row - 2 : row + 3, column - 2 : column + 3]
    segments = read_segments(out / f"{view}.seg.nrrd", scan.views[view])
    return [segment.id for segment in segments if segment.mask[near].any()]
