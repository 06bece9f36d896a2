"""The whole-body gamma camera: its matrix, its collimators and two heads, and where the patient lies in its field.

All images are in anterior order (patient's right at column 0) for both views; the two heads share the grid.
``as_acquired`` turns the posterior view into what its camera sees.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from BoneMetSegLib.scan import VIEWS

from .clinic import Clinic
from .flood import Flood, draw_flood

FWHM_PER_SIGMA = 2.3548
SCATTER_THICKNESS_MM = 200.0
"""Thickness of tissue behind which ``Camera.scatter_share`` of the counts are scattered."""

# Twice the mean free path in lead (2.4 cm2/g x 11.35 g/cm3 at 140 keV) is lost to the ends of the septa.
_LOST_LENGTH_MM = 0.74
_MARGIN_ABOVE_MM, _MARGIN_BELOW_MM = 14.0, 10.0  # skin beyond the bones
_FLESH_MM = 40.0  # between the bones and the skin in front of them, for a head that follows the body
_CONTOUR_STEP_MM = 20.0


@dataclass(frozen=True)
class Contour:
    """The path of a head that follows the body.

    Attributes
    ----------
    superior_mm, anterior_mm : numpy.ndarray
        ``(n,)`` rising S, and A of the collimator face there.
    """

    superior_mm: np.ndarray
    anterior_mm: np.ndarray


@dataclass(frozen=True)
class Camera:
    """A whole-body gamma camera and where the patient lies in its field.

    Attributes
    ----------
    rows, columns : int
    pixel_size_mm : float
    column_of_midline, row_of_top : float
        Where R = 0 and S = ``top_superior_mm`` fall, in pixels of the anterior order, before tilt and head offset.
    top_superior_mm : float
    detector_a_mm : tuple of float
        A coordinate of the anterior and of the posterior collimator face.
    intrinsic_fwhm_mm, hole_diameter_mm, hole_length_mm : float
        Of the detector and of its parallel holes (effective length).
    attenuation_per_mm : float
        Of 140 keV in soft tissue.
    scatter_share : float
        Share of the counts that were scattered, where they come through 200 mm of tissue.
    scatter_sigma_mm : float
        Blur of the scattered counts; wider behind more tissue.
    tail_share, tail_sigma_mm : float
        Septal penetration and scatter in the collimator: a wide, weak part of the blur.
    collimator : str
        "LEHR", "LEGP", "LEUHR" or "ME".
    window_percent : float
        Full width of the energy window about 140.5 keV.
    behind_mm : float
        From the collimator's back to where photons are stopped in the crystal.
    contour : Contour, optional
        Path of the anterior head where it follows the body; the posterior one runs under a flat table.
    head_sensitivity : tuple of float
        Counts of the anterior and of the posterior head for the same photons.
    head_offset_pixels : tuple of float
        Rows and columns (anterior order) by which the posterior view lies lower and further right.
    tilt_degrees : float
        Turn of patient or table in the image plane, clockwise in anterior order.
    field_columns : tuple of int, optional
        First column that the detector sees and the first that it does not see any more; the whole matrix by default.
    flood : mapping from view to Flood
        What the uniformity correction left.
    """

    rows: int
    columns: int
    pixel_size_mm: float
    column_of_midline: float
    row_of_top: float
    top_superior_mm: float
    detector_a_mm: tuple[float, float]
    intrinsic_fwhm_mm: float
    hole_diameter_mm: float
    hole_length_mm: float
    attenuation_per_mm: float
    scatter_share: float
    scatter_sigma_mm: float
    tail_share: float
    tail_sigma_mm: float
    collimator: str = "LEHR"
    window_percent: float = 20.0
    behind_mm: float = 0.0
    contour: Contour | None = None
    head_sensitivity: tuple[float, float] = (1.0, 1.0)
    head_offset_pixels: tuple[float, float] = (0.0, 0.0)
    tilt_degrees: float = 0.0
    field_columns: tuple[int, int] | None = None
    flood: Mapping[str, Flood] = field(default_factory=dict)

    def sigma_mm(self, distance_mm: np.ndarray) -> np.ndarray:
        """Return the blur at a distance from the collimator face.

        Intrinsic and collimator resolution in quadrature; the collimator's is d (L + z + b) / L for hole diameter d,
        effective length L, distance z and b behind it (Cherry, Sorenson, Phelps, Physics in Nuclear Medicine, ch. 14).
        """
        reach = self.hole_length_mm + np.maximum(distance_mm, 0) + self.behind_mm
        return np.hypot(self.intrinsic_fwhm_mm, self.hole_diameter_mm * reach / self.hole_length_mm) / FWHM_PER_SIGMA

    def distance_mm(self, points_mm: np.ndarray, view: str) -> np.ndarray:
        """Return how far ``(N, 3)`` points are from a view's collimator face."""
        if view != VIEWS[0]:
            return points_mm[:, 1] - self.detector_a_mm[1]
        if self.contour is None:
            return self.detector_a_mm[0] - points_mm[:, 1]
        return np.interp(points_mm[:, 2], self.contour.superior_mm, self.contour.anterior_mm) - points_mm[:, 1]

    def sensitivity(self, view: str) -> float:
        """Return the relative sensitivity of a view's head."""
        return self.head_sensitivity[VIEWS.index(view)]

    def columns_of(self, right_mm: np.ndarray) -> np.ndarray:
        """Return the columns (float, anterior order) of R coordinates, before tilt and head offset."""
        return self.column_of_midline - right_mm / self.pixel_size_mm

    def rows_of(self, superior_mm: np.ndarray) -> np.ndarray:
        """Return the rows (float) of S coordinates, before tilt and head offset."""
        return self.row_of_top + (self.top_superior_mm - superior_mm) / self.pixel_size_mm

    def placed(self, row: np.ndarray, column: np.ndarray, view: str) -> tuple[np.ndarray, np.ndarray]:
        """Return where rows and columns (float) fall after tilt and head offset."""
        matrix, shift = self.placement(view)
        if not self.is_displaced(view):
            return row, column
        return (
            matrix[0, 0] * row + matrix[0, 1] * column + shift[0],
            matrix[1, 0] * row + matrix[1, 1] * column + shift[1],
        )

    def placement(self, view: str) -> tuple[np.ndarray, np.ndarray]:
        """Return the 2 x 2 matrix and the shift from (row, column) before to after tilt and head offset."""
        angle = np.radians(self.tilt_degrees)
        matrix = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
        centre = np.array([(self.rows - 1) / 2, (self.columns - 1) / 2])
        offset = np.zeros(2) if view == VIEWS[0] else np.array(self.head_offset_pixels)
        return matrix, centre - matrix @ centre + offset

    def is_displaced(self, view: str) -> bool:
        """Whether tilt or head offset move a view at all."""
        return bool(self.tilt_degrees) or (view != VIEWS[0] and any(self.head_offset_pixels))

    def coarse_axes_mm(self) -> tuple[np.ndarray, np.ndarray]:
        """Return R of the coarse columns and S of the coarse rows: centres of the cells of 2 x 2 pixels."""
        columns = np.arange(self.columns // 2) * 2 + 0.5
        rows = np.arange(self.rows // 2) * 2 + 0.5
        right = (self.column_of_midline - columns) * self.pixel_size_mm
        return right, self.top_superior_mm - (rows - self.row_of_top) * self.pixel_size_mm

    def facts(self) -> dict[str, str | int | float]:
        """Return what a camera's record would say, as plain values."""
        return {
            "collimator": self.collimator,
            "energy_window_percent": self.window_percent,
            "heads": "fixed" if self.contour is None else "body contour",
            "scatter_share": round(self.scatter_share, 4),
            "tail_share": round(self.tail_share, 4),
            "tilt_degrees": round(self.tilt_degrees, 3),
            "posterior_sensitivity": round(self.head_sensitivity[1] / self.head_sensitivity[0], 4),
            "fwhm_at_100_mm": round(float(self.sigma_mm(np.array(100.0))) * FWHM_PER_SIGMA, 2),
        }


def as_acquired(image: np.ndarray, view: str) -> np.ndarray:
    """Return an image ``(..., rows, columns)`` in anterior order as the view's camera sees it."""
    return image if view == VIEWS[0] else image[..., ::-1]


def draw_camera(
    points_mm: np.ndarray, front_mm: float, back_mm: float, rng: np.random.Generator, clinic: Clinic
) -> Camera:
    """Draw a camera and place the patient in its field.

    Parameters
    ----------
    points_mm : numpy.ndarray
        ``(N, 3)`` points of the patient's skeleton.
    front_mm, back_mm : float
        A of the patient's foremost and hindmost point.
    rng : numpy.random.Generator
    clinic : Clinic
        Its section "camera" says how often and how wide.
    """
    rows, columns, pixel = _draw_matrix(rng, clinic)
    top = float(points_mm[:, 2].max()) + _MARGIN_ABOVE_MM
    row_of_top, middle_offset = _draw_place(points_mm, rows, pixel, rng, clinic)
    collimator = clinic.choose("camera.collimator", rng)
    diameter, length = (clinic.draw(f"camera.{collimator}_{name}_mm", rng) for name in ("hole", "length"))
    wider = clinic.draw("camera.resolution_factor", rng)
    window = float(clinic.choose("camera.window_percent", rng))
    scatter = clinic.draw("camera.scatter_share_200_mm", rng)
    if window < 20.0:
        scatter *= clinic.number("camera.scatter_of_narrow_window")
    offset = clinic.draw("camera.head_offset_rows", rng), clinic.draw("camera.head_offset_columns", rng)
    contour = None
    gap = clinic.draw("camera.front_gap_mm", rng)
    if clinic.chance("camera.follows_body", rng):
        contour = _body_contour(points_mm, clinic.draw("camera.contour_gap_mm", rng))
    width = min(columns, round(clinic.draw("camera.field_width_mm", rng) / pixel))
    first = (columns - width) // 2
    return Camera(
        rows=rows,
        columns=columns,
        pixel_size_mm=pixel,
        column_of_midline=float((columns - 1) / 2 + float(np.median(points_mm[:, 0])) / pixel + middle_offset),
        row_of_top=float(row_of_top),
        top_superior_mm=top,
        detector_a_mm=(front_mm + gap, back_mm - clinic.draw("camera.back_gap_mm", rng)),
        intrinsic_fwhm_mm=clinic.draw("camera.intrinsic_fwhm_mm", rng),
        hole_diameter_mm=diameter * wider,
        hole_length_mm=length - _LOST_LENGTH_MM,
        attenuation_per_mm=clinic.draw("camera.attenuation_per_mm", rng),
        scatter_share=scatter,
        scatter_sigma_mm=clinic.draw("camera.scatter_sigma_mm", rng),
        tail_share=clinic.draw(f"camera.{collimator}_tail_share", rng),
        tail_sigma_mm=clinic.draw("camera.tail_sigma_mm", rng),
        collimator=collimator,
        window_percent=window,
        behind_mm=clinic.draw("camera.behind_mm", rng),
        contour=contour,
        head_sensitivity=(1.0, clinic.draw("camera.posterior_sensitivity", rng)),
        head_offset_pixels=offset,
        tilt_degrees=clinic.draw("camera.tilt_degrees", rng),
        field_columns=(first, first + width),
        flood={view: draw_flood(columns, pixel, rng, clinic) for view in VIEWS},
    )


def _draw_matrix(rng: np.random.Generator, clinic: Clinic) -> tuple[int, int, float]:
    """Draw rows, columns and pixel size (mm, rounded to 0.01)."""
    kind = clinic.choose("camera.matrix", rng)
    if kind == "cropped":
        rows = int(clinic.draw("camera.cropped_rows", rng) // 8) * 8
        return rows, 256, round(clinic.draw("camera.cropped_pixel_mm", rng), 2)
    if kind == "256x1024":
        common = clinic.choose("camera.pixel_mm", rng)
        pixel = clinic.draw("camera.other_pixel_mm", rng) if common == "other" else float(common)
        return 1024, 256, round(pixel, 2)
    columns, rows = (int(number) for number in kind.split("x"))
    return rows, columns, round(clinic.draw(f"camera.pixel_{kind}_mm", rng), 2)


def _draw_place(
    points_mm: np.ndarray, rows: int, pixel: float, rng: np.random.Generator, clinic: Clinic
) -> tuple[float, float]:
    """Draw the row of the top of the head, and how many columns the middle of the body lies off the image's."""
    extent = points_mm[:, 2].max() - points_mm[:, 2].min() + _MARGIN_ABOVE_MM + _MARGIN_BELOW_MM
    free = rows - float(extent) / pixel
    row_of_top = free * clinic.draw("camera.free_rows_above", rng)
    if clinic.chance("camera.head_cut", rng):
        row_of_top = -clinic.draw("camera.head_cut_mm", rng) / pixel
    return row_of_top, clinic.draw("camera.middle_offset_mm", rng) / pixel


def _body_contour(points_mm: np.ndarray, gap_mm: float) -> Contour:
    """Return the path of a flat head that keeps a gap to the body.

    The head is about 400 mm long: it clears what lies under its whole length, and a row of the image is seen while the
    head passes over it.
    """
    from scipy.ndimage import maximum_filter1d, uniform_filter1d

    low, high = float(points_mm[:, 2].min()), float(points_mm[:, 2].max())
    count = int((high - low) / _CONTOUR_STEP_MM) + 1
    cell = np.clip(((points_mm[:, 2] - low) / _CONTOUR_STEP_MM).astype(int), 0, count - 1)
    front = np.full(count, -np.inf)
    np.maximum.at(front, cell, points_mm[:, 1].astype(np.float64))
    lowest = front[np.isfinite(front)].min()
    front = np.where(np.isfinite(front), front, lowest)
    length = int(400.0 / _CONTOUR_STEP_MM) | 1
    path = uniform_filter1d(maximum_filter1d(front, length, mode="nearest"), length, mode="nearest")
    return Contour(low + (np.arange(count) + 0.5) * _CONTOUR_STEP_MM, path + _FLESH_MM + gap_mm)
