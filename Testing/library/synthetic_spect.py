"""A painted SPECT volume: body, spine, ribs and foci, stored in any order of its axes; no network is needed.

Foci are placed in LPS millimetres (the patient's left is positive L), so no test mirrors an array by hand.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from BoneMetSegLib.anatomy import SKELETON_CHANNELS, channel_index
from BoneMetSegLib.burden import burden_of
from BoneMetSegLib.concordance import Concordance
from BoneMetSegLib.hot_spots import find_hot_spots
from BoneMetSegLib.quality import quality_flags
from BoneMetSegLib.result_document import Case
from BoneMetSegLib.scan import Identity, Quantity, SpectScan, ras_from_lps, right_handed
from BoneMetSegLib.segmentation import CLASSES, Segmentation, ViewMaps

SHAPE = (40, 32, 44)  # slices, rows, columns: all differ
SIZE_MM = (6.0, 5.0, 5.0)
VOXEL_ML = 0.15
THRESHOLDS = {"foreground": 0.5, "accept": 0.5, "min_volume_ml": 0.5}
MODEL = {"name": "painted", "version": "1.0", "sha256": "0" * 64}
ORDERS = [
    (axes, flips) for axes in itertools.permutations(range(3)) for flips in itertools.product((False, True), repeat=3)
]
"""Every way of storing a volume: which axes come first, and which run backwards."""
AS_SIMULATED = ((0, 1, 2), (False, False, False))


@dataclass(frozen=True)
class Focus:
    """A ball of uptake at (L, P, S) mm."""

    place_mm: tuple[float, float, float]
    radius_mm: float = 11.0
    hot_spot_class: str = "metastasis"
    value: float = 15.0


LEFT_RIB = Focus((80.0, 20.0, 60.0))
RIGHT_RIB = Focus((-80.0, 20.0, 60.0))
SPINE = Focus((0.0, 40.0, 0.0), value=9.0)
LEFT_KIDNEY = Focus((40.0, 30.0, 10.0), hot_spot_class="physiological", value=30.0)


def to_lps() -> np.ndarray:
    """From (column, row, slice) of the volume as painted to LPS."""
    matrix = np.diag([*SIZE_MM[::-1], 1.0])
    matrix[:3, 3] = [-(n - 1) / 2 * mm for n, mm in zip(SHAPE[::-1], SIZE_MM[::-1], strict=True)]
    return matrix


def painted_volume(
    foci: Sequence[Focus],
    *,
    order: tuple[tuple[int, ...], tuple[bool, ...]] = AS_SIMULATED,
    quantity: Quantity = "SUVbw",
) -> tuple[SpectScan, Segmentation]:
    """Paint foci over bones, and store the volume in an order of its axes."""
    slices, rows, columns = np.ogrid[tuple(slice(n) for n in SHAPE)]
    matrix = to_lps()
    left = columns * matrix[0, 0] + matrix[0, 3] + 0.0 * rows + 0.0 * slices
    back = rows * matrix[1, 1] + matrix[1, 3] + 0.0 * left
    up = slices * matrix[2, 2] + matrix[2, 3] + 0.0 * left
    bones = np.zeros((len(SKELETON_CHANNELS), *SHAPE), bool)
    bones[channel_index("lumbar_spine", "midline")] = (abs(left) < 15) & (abs(back - 40) < 15)
    for side, sign in (("left", 1), ("right", -1)):
        bones[channel_index("ribs", side)] = (sign * left > 60) & (sign * left < 100) & (abs(back) < 60) & (up > 40)
    voxels = np.where((left / 105) ** 2 + (back / 75) ** 2 < 1, 1.0, 0.0)
    voxels[bones.any(0)] = 3.0
    probabilities = np.zeros((len(CLASSES), *SHAPE))
    probabilities[0] = 1
    for focus in foci:
        inside = sum((a - b) ** 2 for a, b in zip((left, back, up), focus.place_mm, strict=True)) < focus.radius_mm**2
        voxels[inside] = focus.value
        probabilities[:, inside] = 0
        probabilities[0, inside] = 0.1
        probabilities[CLASSES.index(focus.hot_spot_class), inside] = 0.9
    spine, rib = 20.0 - up / 34, 9.0 - (up - 60) / 20
    everything = [voxels, *probabilities, *np.where(bones, 0.95, 0.01), spine, rib]
    stored = [stored_as(array, order) for array in everything]
    arrays = np.stack([array for array, _ in stored]).astype(np.float32)
    maps = ViewMaps(arrays[1:5], None, arrays[5:-2], arrays[-2], arrays[-1])
    scan = SpectScan(
        voxels=arrays[0],
        ijk_to_ras=stored[0][1],
        quantity=quantity,
        quantity_reason="painted by a test",
        acquisition_date="20240501",
        identity=Identity("ID-4711", "Doe^Jane", "1.2.840.4711", "ACC-0815"),
    )
    return scan, Segmentation({"spect": maps}, (), MODEL, THRESHOLDS, "cpu", {"image": 0.1})


def stored_as(array: np.ndarray, order: tuple[tuple[int, ...], tuple[bool, ...]]) -> tuple[np.ndarray, np.ndarray]:
    """Return a painted volume with its axes in another order, right-handed, and its matrix to RAS."""
    axes, flips = order
    turned, matrix = array.transpose(axes), to_lps()
    matrix[:3, :3] = matrix[:3, [2 - axis for axis in axes[::-1]]]
    for axis, flip in enumerate(flips):
        if flip:
            column = 2 - axis
            turned = np.flip(turned, axis)
            matrix[:3, 3] += (turned.shape[axis] - 1) * matrix[:3, column]
            matrix[:3, column] *= -1
    voxels, to_ras, _ = right_handed(turned, ras_from_lps(matrix))
    return voxels, to_ras


def a_spect_case(foci: Sequence[Focus], *, deidentified: bool = False, **options) -> Case:
    """Everything that is written for a volume."""
    scan, segmentation = painted_volume(foci, **options)
    spots = find_hot_spots(scan, segmentation)
    return Case(
        scan,
        None,
        segmentation,
        spots,
        burden_of(scan, segmentation, spots),
        Concordance(),
        quality_flags(scan, hot_spots=spots, segmentation=segmentation),
        seconds={"write": 0.5},
        deidentified=deidentified,
        notes=("Painted by a test.",),
    )
