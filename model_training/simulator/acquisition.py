"""What one examination does to both views and to everything that is true of them alike: time, movement, cuts.

``Acquisition`` is one linear operator on noiseless images; focus boxes go through the same one, and masks move and are
cut with them. All images are in anterior order. Both heads count at the same time, so they see the same movement.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from BoneMetSegLib.scan import VIEWS

from .camera import Camera
from .clinic import Clinic
from .flood import Flood
from .movement import Movement, draw_movements
from .stored_counts import Export, draw_export

TC99M_HALF_LIFE_S = 6.01 * 3600


@dataclass(frozen=True)
class Acquisition:
    """One whole-body examination on one camera.

    Attributes
    ----------
    rows, columns : int
        Of the camera.
    counts_anterior : float
        Wanted counts of the anterior view; the posterior follows from the same time and activity.
    highest_counts : float
        More than these the anterior view never has, hot foci and all.
    row_gain : numpy.ndarray
        ``(rows,)`` float32, mean 1: time that each row was counted, decay included.
    movements : tuple of Movement
    field_rows, field_columns : tuple of int
        First row (column) that was seen, and the first that was not any more.
    flood : mapping from view to Flood
    technique : {"continuous", "stepped"}
    step_mm : float or None
        Distance between stops.
    velocity_mm_per_s : float
        Of the bed, or its mean.
    export : Export
        What becomes of the counts on their way to the file.
    """

    rows: int
    columns: int
    counts_anterior: float
    row_gain: np.ndarray
    movements: tuple[Movement, ...]
    field_rows: tuple[int, int]
    field_columns: tuple[int, int]
    flood: Mapping[str, Flood] = field(default_factory=dict)
    technique: str = "continuous"
    step_mm: float | None = None
    velocity_mm_per_s: float = 2.0
    export: Export = field(default_factory=Export)
    highest_counts: float = np.inf

    def apply_image(self, image: np.ndarray, view: str) -> np.ndarray:
        """Return a noiseless image ``(rows, columns)`` as this examination records it.

        Linear: the sum of two images becomes the sum of what they become.
        """
        image = image.astype(np.float32)
        for movement in self.movements:
            image = movement.applied(image)
        return np.asarray(image * self._gain(view))

    def apply_box(self, counts: np.ndarray, row: int, column: int, view: str) -> tuple[np.ndarray, int, int]:
        """Return the part of a view that a box fills, and its first row and column, as ``apply_image`` would.

        Parameters
        ----------
        counts : numpy.ndarray
            ``(height, width)`` of an image that is zero elsewhere; may be empty.
        row, column : int
            Its first row and column.
        view : str
        """
        if counts.size == 0:
            return counts, row, column
        reach = sum(movement.reach for movement in self.movements)
        left, right = max(column - reach, 0), min(column + counts.shape[1] + reach, self.columns)
        box = np.zeros((counts.shape[0], right - left), np.float32)
        box[:, column - left : column - left + counts.shape[1]] = counts
        for movement in self.movements:
            box = movement.applied(box, row, left)
        gain = self._gain(view, row, row + box.shape[0])[:, left:right]
        return np.asarray(box * gain), row, left

    def apply_mask(self, mask: np.ndarray) -> np.ndarray:
        """Return masks or maps ``(..., rows, columns)``, also of half resolution, moved and cut; values stay values.

        Where a movement leaves two pictures on one another, the map follows the one that was counted longer.
        """
        cell = max(1, round(self.rows / mask.shape[-2]))
        for movement in self.movements:
            mask = movement.applied_to_map(mask, cell)
        inside = np.zeros(mask.shape[-2:], bool)
        rows, columns = (
            slice(-(-first // cell), max(last // cell, 0)) for first, last in (self.field_rows, self.field_columns)
        )
        inside[rows, columns] = True
        return mask if inside.all() else np.where(inside, mask, np.zeros((), mask.dtype))

    def counts_per_unit(self, anterior: np.ndarray) -> float:
        """Return what an (applied) anterior image is multiplied by.

        Very hot foci come on top of the wanted counts, since scans are timed by what is usual; but not without limit.
        """
        seen = anterior[anterior > 0]
        if seen.size == 0:
            return 0.0
        usual = np.minimum(anterior, 3 * np.percentile(anterior, 99.3))
        factor = self.counts_anterior / max(float(usual.sum(dtype=np.float64)), 1e-12)
        return min(factor, self.highest_counts / max(float(anterior.sum(dtype=np.float64)), 1e-12))

    def record(self, expected: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Draw the counts, uint16, of an image of expected counts, and export them."""
        return self.export.applied(rng.poisson(expected))

    def facts(self) -> dict[str, object]:
        """Return what is true of the examination, as plain values."""
        return {
            "technique": self.technique,
            "velocity_mm_per_s": round(self.velocity_mm_per_s, 3),
            "movements": [movement.facts() for movement in self.movements],
            "field_rows": list(self.field_rows),
            "field_columns": list(self.field_columns),
            "failing_photomultiplier": any(flood.spots for flood in self.flood.values()),
            "export": self.export.kind,
        }

    def _gain(self, view: str, first: int = 0, last: int | None = None) -> np.ndarray:
        """Return gain, uniformity and cut of some rows of a view."""
        last = self.rows if last is None else last
        gain = np.zeros((last - first, self.columns), np.float32)
        top, bottom = max(self.field_rows[0], first), min(self.field_rows[1], last)
        if bottom > top:
            rows, columns = slice(top - first, bottom - first), slice(*self.field_columns)
            gain[rows, columns] = self.row_gain[top:bottom, np.newaxis]
        if view in self.flood:
            response = self.flood[view].response(self.rows, self.step_mm)
            gain *= response[first:last] if len(response) > 1 else response
        return gain


def whole(camera: Camera, counts_anterior: float = 1e6) -> Acquisition:
    """Return an examination that neither moves nor cuts nor bands anything."""
    return Acquisition(
        rows=camera.rows,
        columns=camera.columns,
        counts_anterior=counts_anterior,
        row_gain=np.ones(camera.rows, np.float32),
        movements=(),
        field_rows=(0, camera.rows),
        field_columns=(0, camera.columns),
    )


def draw_acquisition(
    camera: Camera, landmarks: Mapping[str, np.ndarray], rng: np.random.Generator, clinic: Clinic
) -> Acquisition:
    """Draw an examination.

    Parameters
    ----------
    camera : Camera
    landmarks : mapping from str to numpy.ndarray
        ``(3,)`` RAS in mm, of the posed skeleton (``parts.Skeleton``): they say where head, arms and feet are.
    rng : numpy.random.Generator
    clinic : Clinic
        Its section "acquisition" says how often and how wide.
    """
    counts = clinic.draw("acquisition.counts_anterior", rng)
    velocity = clinic.draw("acquisition.velocity_cm_per_min", rng) * 10 / 60
    technique = clinic.choose("acquisition.technique", rng)
    step_mm = clinic.draw("acquisition.step_mm", rng) if technique == "stepped" else None
    gain = _decay(camera, velocity) * _bands(camera, rng, clinic)
    if step_mm is not None:
        gain *= _seams(camera, step_mm, rng, clinic)
    return Acquisition(
        rows=camera.rows,
        columns=camera.columns,
        counts_anterior=counts,
        row_gain=(gain / gain.mean()).astype(np.float32),
        movements=draw_movements(camera, landmarks, rng, clinic),
        field_rows=_field_rows(camera, landmarks, rng, clinic),
        field_columns=camera.field_columns or (0, camera.columns),
        flood=camera.flood,
        technique=technique,
        step_mm=step_mm,
        velocity_mm_per_s=velocity,
        export=draw_export(rng, clinic),
        highest_counts=clinic.number("acquisition.highest_counts"),
    )


def _decay(camera: Camera, velocity_mm_per_s: float) -> np.ndarray:
    """Return what decay leaves of each row's counts on the way from head to feet."""
    seconds = np.arange(camera.rows) * camera.pixel_size_mm / velocity_mm_per_s
    return np.asarray(0.5 ** (seconds / TC99M_HALF_LIFE_S))


def _bands(camera: Camera, rng: np.random.Generator, clinic: Clinic) -> np.ndarray:
    """Return the unevenness of the bed's speed: slow bands, and in some cameras a fine ripple of the drive."""
    place = np.arange(camera.rows) * camera.pixel_size_mm
    slow = np.zeros(camera.rows)
    for _ in range(3):
        wave = clinic.draw("acquisition.speed_wave_mm", rng)
        slow += np.cos(2 * np.pi * place / wave + rng.uniform(0, 2 * np.pi))
    gain = 1 + clinic.draw("acquisition.speed_variation", rng) * slow / np.sqrt(1.5)
    if clinic.chance("acquisition.drive_ripple", rng):
        depth, period = clinic.draw("acquisition.ripple_depth", rng), clinic.draw("acquisition.ripple_mm", rng)
        gain *= 1 + depth * np.cos(2 * np.pi * place / period + rng.uniform(0, 2 * np.pi))
    return np.asarray(gain)


def _seams(camera: Camera, step_mm: float, rng: np.random.Generator, clinic: Clinic) -> np.ndarray:
    """Return what steps leave: a little more or less at each stop, and a line where two stops meet."""
    place = np.arange(camera.rows) * camera.pixel_size_mm + rng.uniform(0, step_mm)
    stop = (place // step_mm).astype(int)
    level = rng.normal(1.0, clinic.draw("acquisition.stop_level", rng), stop.max() + 1)
    line = clinic.draw("acquisition.seam_depth", rng)
    width = clinic.draw("acquisition.seam_width_mm", rng)
    to_seam = np.minimum(place % step_mm, step_mm - place % step_mm)
    return np.asarray(level[stop] * (1 + line * np.exp(-0.5 * (to_seam / width) ** 2)))


def _field_rows(
    camera: Camera, landmarks: Mapping[str, np.ndarray], rng: np.random.Generator, clinic: Clinic
) -> tuple[int, int]:
    """Return the rows that were scanned: now and then the scan ends above the feet, or starts in the head."""
    first, last = 0, camera.rows
    lowest = {
        joint: min(float(landmarks[f"{joint}_{side}"][2]) for side in ("left", "right")) for joint in ("knee", "ankle")
    }
    if clinic.chance("acquisition.feet_cut", rng):
        share = clinic.draw("acquisition.cut_between_ankle_and_knee", rng)
        height = lowest["ankle"] + share * (lowest["knee"] - lowest["ankle"])
        last = int(np.clip(camera.rows_of(np.array(height)), camera.rows // 2, camera.rows))
    if clinic.chance("acquisition.head_cut", rng):
        below_top = clinic.draw("acquisition.head_cut_mm", rng)
        first = int(np.clip(camera.row_of_top + below_top / camera.pixel_size_mm, 0, camera.rows // 8))
    return first, last


def applied_views(acquisition: Acquisition, images: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return both views as an examination records them, noiseless."""
    return {view: acquisition.apply_image(images[view], view) for view in VIEWS}
