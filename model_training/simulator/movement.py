"""A patient who moves while the heads pass: what both views and the truth become.

A head is about 400 mm long, so a row is counted for as long as that length takes to pass. Who moves in between is seen
twice, and each picture weighs as much as the time it was counted. Movements are sideways.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from .camera import Camera
from .clinic import Clinic

_HEAD_LENGTH_MM = 400.0


@dataclass(frozen=True)
class Movement:
    """A move sideways from some time on.

    Attributes
    ----------
    kind : {"step", "return", "drift", "head", "arm"}
    moved_share : numpy.ndarray
        ``(rows,)`` float32, 0 to 1: share of a row's time after the move.
    shift_pixels : numpy.ndarray
        ``(rows,)`` float32: how far the row has moved toward the last column, in anterior order.
    column_share : numpy.ndarray, optional
        ``(columns,)`` float32, 0 to 1: how much of the shift a column takes part in; all of it by default. A column of
        the moved image.
    size_mm : float
        The largest shift.
    """

    kind: str
    moved_share: np.ndarray
    shift_pixels: np.ndarray
    column_share: np.ndarray | None = None
    size_mm: float = 0.0

    @property
    def reach(self) -> int:
        """Columns that a box has to be widened by on each side."""
        return int(np.ceil(np.abs(self.shift_pixels).max())) + 1

    def applied(self, image: np.ndarray, first_row: int = 0, first_column: int = 0) -> np.ndarray:
        """Return an image, or the part of one that starts at a row and column, with the moved picture mixed in.

        A shift keeps the counts, but for those that it moves out of the image. Where only some columns take part, the
        picture is stretched, and its density falls accordingly.
        """
        rows, columns = image.shape
        share = self.moved_share[first_row : first_row + rows]
        touched = np.flatnonzero(share > 0)
        if len(touched) == 0:
            return image
        source, density = self._source(touched + first_row, first_column, columns)
        left = np.floor(source).astype(np.int64)
        weight = (source - left).astype(np.float32)
        padded = np.pad(image[touched], ((0, 0), (1, 1)))
        at = [np.take_along_axis(padded, np.clip(left + 1 + step, 0, columns + 1), 1) for step in (0, 1)]
        moved = ((1 - weight) * at[0] + weight * at[1]) * density
        result = image.copy()
        mixed = share[touched, np.newaxis].astype(np.float32)
        result[touched] = (1 - mixed) * image[touched] + mixed * moved
        return result

    def applied_to_map(self, values: np.ndarray, cell: int = 1) -> np.ndarray:
        """Return masks or maps ``(..., rows, columns)`` of cells of ``cell`` pixels, moved where the move won."""
        rows, columns = values.shape[-2:]
        at_rows = np.minimum(np.arange(rows) * cell + cell // 2, len(self.moved_share) - 1)
        touched = np.flatnonzero((self.moved_share[at_rows] >= 0.5) & (self.shift_pixels[at_rows] != 0))
        if len(touched) == 0:
            return values
        middle = (cell - 1) / 2
        pixels = np.arange(columns) * cell + middle
        shift = self.shift_pixels[at_rows[touched], np.newaxis] * self._taking_part(pixels)
        source = np.rint(np.arange(columns) - shift / cell).astype(np.int64)
        inside = (source >= 0) & (source < columns)
        result = values.copy()
        picked = np.take_along_axis(
            values[..., touched, :],
            np.broadcast_to(np.clip(source, 0, columns - 1), (*values.shape[:-2], *source.shape)),
            axis=-1,
        )
        result[..., touched, :] = np.where(inside, picked, np.zeros((), values.dtype))
        return result

    def facts(self) -> dict[str, str | int | float]:
        """Return what happened, as plain values."""
        rows = np.flatnonzero((self.moved_share > 0) & (self.shift_pixels != 0))
        first, last = (int(rows[0]), int(rows[-1])) if len(rows) else (0, 0)
        return {"kind": self.kind, "mm": round(self.size_mm, 2), "first_row": first, "last_row": last}

    def _taking_part(self, columns: np.ndarray) -> np.ndarray:
        if self.column_share is None:
            return np.ones(len(columns), np.float32)
        return np.interp(columns, np.arange(len(self.column_share)), self.column_share).astype(np.float32)

    def _source(self, rows: np.ndarray, first_column: int, columns: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the column (in the part given) each moved pixel comes from, and the density it keeps."""
        across = np.arange(first_column, first_column + columns)
        shift = self.shift_pixels[rows, np.newaxis]
        part = self._taking_part(across)
        source = np.arange(columns) - shift * part
        if self.column_share is None:
            return source, np.ones((1, columns), np.float32)
        slope = np.gradient(self.column_share.astype(np.float64))
        return source, np.maximum(1 - shift * np.interp(across, np.arange(len(slope)), slope), 0).astype(np.float32)


def draw_movements(
    camera: Camera, landmarks: Mapping[str, np.ndarray], rng: np.random.Generator, clinic: Clinic
) -> tuple[Movement, ...]:
    """Draw how a patient moves: mostly not at all, sometimes as a whole, or the head or an arm alone."""
    found = []
    if clinic.chance("acquisition.moves", rng):
        found.append(_of_the_body(camera, landmarks, rng, clinic))
    if clinic.chance("acquisition.head_moves", rng):
        found.append(_of_the_head(camera, landmarks, rng, clinic))
    if clinic.chance("acquisition.arm_moves", rng):
        found.append(_of_an_arm(camera, landmarks, rng, clinic))
    return tuple(found)


def _of_the_body(
    camera: Camera, landmarks: Mapping[str, np.ndarray], rng: np.random.Generator, clinic: Clinic
) -> Movement:
    kind = clinic.choose("acquisition.movement", rng)
    mm = clinic.draw("acquisition.movement_mm", rng) * rng.choice([-1, 1])
    feet = camera.rows_of(np.array(min(landmarks["ankle_left"][2], landmarks["ankle_right"][2])))
    start = camera.row_of_top + clinic.draw("acquisition.movement_at", rng) * (float(feet) - camera.row_of_top)
    rows = np.arange(camera.rows)
    passing = max(clinic.draw("acquisition.passing_mm", rng), 1.0) / camera.pixel_size_mm
    moved = np.clip((rows - start) / passing + 0.5, 0, 1)
    shift = np.full(camera.rows, mm / camera.pixel_size_mm)
    if kind == "drift":
        moved = (rows > start).astype(float)
        shift *= np.clip((rows - start) / max(float(feet) - start, 1.0), 0, 1)
    elif kind == "return":
        back = start + passing * clinic.draw("acquisition.return_after_passings", rng)
        moved = moved - np.clip((rows - back) / passing + 0.5, 0, 1)
    return Movement(kind, moved.astype(np.float32), shift.astype(np.float32), None, float(abs(mm)))


def _of_the_head(
    camera: Camera, landmarks: Mapping[str, np.ndarray], rng: np.random.Generator, clinic: Clinic
) -> Movement:
    mm = clinic.draw("acquisition.head_moves_mm", rng) * rng.choice([-1, 1])
    neck = float(camera.rows_of(np.array(landmarks["neck"][2])))
    rows = np.arange(camera.rows)
    # The neck bends: what lies lower moves less.
    shift = mm / camera.pixel_size_mm * np.clip((neck - rows) * camera.pixel_size_mm / 110.0, 0, 1)
    share = np.where(rows < neck, clinic.draw("acquisition.ghost_share", rng), 0.0)
    return Movement("head", share.astype(np.float32), shift.astype(np.float32), None, float(abs(mm)))


def _of_an_arm(
    camera: Camera, landmarks: Mapping[str, np.ndarray], rng: np.random.Generator, clinic: Clinic
) -> Movement:
    side = str(rng.choice(["left", "right"]))
    mm = clinic.draw("acquisition.arm_moves_mm", rng)
    elbow, wrist, tip = (landmarks[f"{joint}_{side}"] for joint in ("elbow", "wrist", "fingertip"))
    rows = np.arange(camera.rows)
    from_row, to_row = (float(camera.rows_of(np.array(height))) for height in (elbow[2], min(tip[2], wrist[2])))
    outward = 1.0 if side == "left" else -1.0
    shift = outward * mm / camera.pixel_size_mm * np.clip((rows - from_row) / max(to_row - from_row, 20.0), 0, 1)
    # From the gap between arm and trunk outward.
    inner = min(abs(float(point[0])) for point in (elbow, wrist, tip)) - 45.0
    edge = float(camera.columns_of(np.array(np.sign(wrist[0]) * max(inner, 60.0))))
    share = 1 / (1 + np.exp(-outward * (np.arange(camera.columns) - edge) * camera.pixel_size_mm / 6.0))
    moved = np.where(rows > from_row, clinic.draw("acquisition.ghost_share", rng), 0.0)
    fade = np.clip((to_row + 60.0 / camera.pixel_size_mm - rows) * camera.pixel_size_mm / 40.0, 0, 1)
    return Movement(
        "arm", (moved * fade).astype(np.float32), shift.astype(np.float32), share.astype(np.float32), float(abs(mm))
    )
