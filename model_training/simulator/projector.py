"""The gamma camera: attenuated, distance-blurred projections of points and of soft tissue onto both views.

All images here are in anterior order (patient's right at column 0) for both views; the two heads of a whole-body
camera share the grid. ``as_acquired`` turns the posterior view into what its camera sees.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from BoneMetSegLib.scan import VIEWS

from .body import Body

_FWHM_PER_SIGMA = 2.3548
_BLUR_LAYERS = 5


@dataclass(frozen=True)
class Camera:
    """A whole-body gamma camera and where the patient lies in its field.

    Attributes
    ----------
    rows, columns : int
    pixel_size_mm : float
    column_of_midline, row_of_top : float
        Where R = 0 and S = ``top_superior_mm`` fall, in pixels of the anterior order.
    top_superior_mm : float
    detector_a_mm : tuple of float
        A coordinate of the anterior and of the posterior collimator face.
    intrinsic_fwhm_mm, hole_diameter_mm, hole_length_mm : float
        Of the detector and of its parallel holes.
    attenuation_per_mm : float
        Of 140 keV in soft tissue.
    scatter_share : float
        Share of the counts that were scattered in the patient.
    scatter_sigma_mm : float
    tail_share, tail_sigma_mm : float
        Septal penetration: a wide, weak part of the blur.
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

    def sigma_mm(self, distance_mm: np.ndarray) -> np.ndarray:
        """Return the blur at a distance from the collimator face.

        Intrinsic and collimator resolution in quadrature; the collimator's is d (L + z) / L for hole diameter d,
        effective length L and distance z (Cherry, Sorenson, Phelps, Physics in Nuclear Medicine, chapter 14).
        """
        collimator = self.hole_diameter_mm * (self.hole_length_mm + np.maximum(distance_mm, 0)) / self.hole_length_mm
        return np.hypot(self.intrinsic_fwhm_mm, collimator) / _FWHM_PER_SIGMA

    def columns_of(self, right_mm: np.ndarray) -> np.ndarray:
        """Return the columns (float, anterior order) of R coordinates."""
        return self.column_of_midline - right_mm / self.pixel_size_mm

    def rows_of(self, superior_mm: np.ndarray) -> np.ndarray:
        """Return the rows (float) of S coordinates."""
        return self.row_of_top + (self.top_superior_mm - superior_mm) / self.pixel_size_mm

    def coarse_axes_mm(self) -> tuple[np.ndarray, np.ndarray]:
        """Return R of the coarse columns and S of the coarse rows: centres of the cells of 2 x 2 pixels."""
        columns = np.arange(self.columns // 2) * 2 + 0.5
        rows = np.arange(self.rows // 2) * 2 + 0.5
        right = (self.column_of_midline - columns) * self.pixel_size_mm
        return right, self.top_superior_mm - (rows - self.row_of_top) * self.pixel_size_mm


@dataclass(frozen=True)
class Sources:
    """Points as one view's camera sees them.

    Attributes
    ----------
    row, column : numpy.ndarray
        ``(N,)`` int32 pixel, may lie outside the image.
    transmission : numpy.ndarray
        ``(N,)`` float32, share of photons that leave the body.
    sigma_pixels : numpy.ndarray
        ``(N,)`` float32, blur.
    """

    row: np.ndarray
    column: np.ndarray
    transmission: np.ndarray
    sigma_pixels: np.ndarray


class Projector:
    """Projects points of one patient onto one camera's views."""

    def __init__(self, camera: Camera, body: Body) -> None:
        self.camera, self.body = camera, body
        self._front = np.where(np.isnan(body.front_mm), -np.inf, body.front_mm)
        self._back = np.where(np.isnan(body.back_mm), np.inf, body.back_mm)

    def locate(self, points_mm: np.ndarray, view: str) -> Sources:
        """Return where points fall in a view, how much of them leaves the body and how blurred they are."""
        camera = self.camera
        row = np.rint(camera.rows_of(points_mm[:, 2])).astype(np.int32)
        column = np.rint(camera.columns_of(points_mm[:, 0])).astype(np.int32)
        coarse_row = np.clip(row // 2, 0, self._front.shape[0] - 1)
        coarse_column = np.clip(column // 2, 0, self._front.shape[1] - 1)
        anterior = points_mm[:, 1]
        if view == "anterior":
            depth = self._front[coarse_row, coarse_column] - anterior
            distance = camera.detector_a_mm[0] - anterior
        else:
            depth = anterior - self._back[coarse_row, coarse_column]
            distance = anterior - camera.detector_a_mm[1]
        depth = np.maximum(depth, 0.0)
        if self.body.metal_mm is not None:
            depth = depth + 0.5 * self.body.metal_mm[coarse_row, coarse_column]
        transmission = np.exp(-camera.attenuation_per_mm * depth)
        sigma = camera.sigma_mm(distance) / camera.pixel_size_mm
        return Sources(row, column, transmission.astype(np.float32), sigma.astype(np.float32))

    def project(self, points_mm: np.ndarray, activity: np.ndarray, view: str) -> np.ndarray:
        """Return ``(rows, columns)`` float32 of many points: splatted by layers of equal blur, then blurred."""
        from scipy.ndimage import gaussian_filter

        camera = self.camera
        sources = self.locate(points_mm, view)
        keep = _inside(sources.row, sources.column, camera.rows, camera.columns)
        sigma = sources.sigma_pixels[keep]
        low, high = np.percentile(sigma, [1, 99])
        layer = np.clip(np.rint((sigma - low) / max(high - low, 1e-6) * (_BLUR_LAYERS - 1)), 0, _BLUR_LAYERS - 1)
        pixel = sources.row[keep].astype(np.int64) * camera.columns + sources.column[keep]
        size = camera.rows * camera.columns
        weights = (activity[keep] * sources.transmission[keep]).astype(np.float64)
        stack = np.bincount(layer.astype(np.int64) * size + pixel, weights, minlength=_BLUR_LAYERS * size)
        stack = stack.reshape(_BLUR_LAYERS, camera.rows, camera.columns).astype(np.float32)
        image = np.zeros((camera.rows, camera.columns), np.float32)
        for index in range(_BLUR_LAYERS):
            layer_sigma = low + (high - low) * index / (_BLUR_LAYERS - 1)
            image += gaussian_filter(stack[index], layer_sigma, truncate=3.5)
        return self.add_tail(image)

    def project_focus(
        self, points_mm: np.ndarray, activity: np.ndarray, view: str
    ) -> tuple[np.ndarray, tuple[int, int]]:
        """Return a focus's image on the smallest box that holds it, and the box's first row and column.

        The box is empty where the focus lies outside the image.
        """
        from scipy.ndimage import gaussian_filter

        camera = self.camera
        sources = self.locate(points_mm, view)
        sigma = float(np.average(sources.sigma_pixels, weights=activity))
        margin = int(4 * sigma) + 2
        first_row, last_row = int(sources.row.min()) - margin, int(sources.row.max()) + margin + 1
        first_column, last_column = int(sources.column.min()) - margin, int(sources.column.max()) + margin + 1
        shape = (last_row - first_row, last_column - first_column)
        pixel = (sources.row - first_row).astype(np.int64) * shape[1] + (sources.column - first_column)
        weights = activity * sources.transmission
        box = np.bincount(pixel, weights, minlength=shape[0] * shape[1]).reshape(shape)
        box = gaussian_filter(box, sigma, mode="constant", truncate=3.5)
        top, left = max(first_row, 0), max(first_column, 0)
        bottom, right = min(last_row, camera.rows), min(last_column, camera.columns)
        if bottom <= top or right <= left:
            return np.zeros((0, 0), np.float32), (0, 0)
        box = box[top - first_row : bottom - first_row, left - first_column : right - first_column]
        return box.astype(np.float32), (top, left)

    def project_soft_tissue(self) -> np.ndarray:
        """Return ``(rows, columns)`` float32 of soft tissue of unit activity per ml and relative uptake of the body.

        The same for both views, since uptake does not vary with depth and the blur is that of the patient's middle.
        Along a line through tissue of thickness T and even activity, (1 - exp(-mu T)) / mu of it is seen.
        """
        from scipy.ndimage import gaussian_filter, zoom

        camera = self.camera
        mu = camera.attenuation_per_mm
        seen = (1 - np.exp(-mu * self.body.thickness_mm)) / mu * self.body.uptake
        if self.body.metal_mm is not None:
            seen = seen * np.exp(-0.5 * mu * self.body.metal_mm)
        middle = 0.5 * (camera.detector_a_mm[0] - camera.detector_a_mm[1])
        sigma = float(camera.sigma_mm(np.array(middle))) / (2 * camera.pixel_size_mm)
        seen = gaussian_filter(seen, sigma)
        image = zoom(seen, 2, order=1, grid_mode=True, mode="nearest")
        full = np.zeros((camera.rows, camera.columns), np.float32)
        full[: image.shape[0], : image.shape[1]] = image
        return self.add_tail(full)

    def add_tail(self, image: np.ndarray) -> np.ndarray:
        """Move the tail's share of the counts into a wide blur."""
        camera = self.camera
        wide = wide_blur(image, camera.tail_sigma_mm / camera.pixel_size_mm)
        return (1 - camera.tail_share) * image + camera.tail_share * wide

    def add_scatter(self, primary: np.ndarray) -> np.ndarray:
        """Return the primary counts with those scattered in the patient."""
        camera = self.camera
        ratio = camera.scatter_share / (1 - camera.scatter_share)
        return primary + ratio * wide_blur(primary, camera.scatter_sigma_mm / camera.pixel_size_mm)


def wide_blur(image: np.ndarray, sigma_pixels: float) -> np.ndarray:
    """Blur by a wide Gaussian on a grid four times coarser."""
    from scipy.ndimage import gaussian_filter, zoom

    rows, columns = image.shape
    padded = np.pad(image, ((0, -rows % 4), (0, -columns % 4)))
    coarse = padded.reshape(padded.shape[0] // 4, 4, padded.shape[1] // 4, 4).mean((1, 3))
    coarse = gaussian_filter(coarse, sigma_pixels / 4, mode="constant", truncate=3.0)
    return zoom(coarse, 4, order=1, grid_mode=True, mode="nearest")[:rows, :columns]


def as_acquired(image: np.ndarray, view: str) -> np.ndarray:
    """Return an image ``(..., rows, columns)`` in anterior order as the view's camera sees it."""
    return image if view == VIEWS[0] else image[..., ::-1]


def _inside(row: np.ndarray, column: np.ndarray, rows: int, columns: int) -> np.ndarray:
    return (row >= 0) & (row < rows) & (column >= 0) & (column < columns)


def draw_camera(points_mm: np.ndarray, front_mm: float, back_mm: float, rng: np.random.Generator) -> Camera:
    """Draw a camera and place the patient in its field.

    Parameters
    ----------
    points_mm : numpy.ndarray
        ``(N, 3)`` points of the patient's skeleton.
    front_mm, back_mm : float
        A of the patient's foremost and hindmost point.

    Notes
    -----
    Attenuation of water at 140 keV is 0.15 / cm for a narrow beam (NIST tables); scatter inside the energy window
    brings the effective value down to about 0.12 / cm. Scatter is added apart here, so the value lies between.
    Hole diameter and length are those of low-energy high-resolution collimators (about 1.1 and 24 mm), widened at
    random for general-purpose ones and for the moving table.
    """
    rows, columns, pixel = _draw_matrix(rng)
    top, bottom = float(points_mm[:, 2].max()) + 14, float(points_mm[:, 2].min()) - 10
    length = (top - bottom) / pixel
    free = rows - length
    row_of_top = free * rng.uniform(0.08, 0.6) if free > 0 else free * rng.uniform(0.0, 0.6)
    middle = float(np.median(points_mm[:, 0]))
    column = (columns - 1) / 2 + middle / pixel + np.clip(rng.normal(0, 4), -12, 12)
    gap = rng.uniform(15, 70)
    return Camera(
        rows=rows,
        columns=columns,
        pixel_size_mm=pixel,
        column_of_midline=float(column),
        row_of_top=float(row_of_top),
        top_superior_mm=top,
        detector_a_mm=(front_mm + gap, back_mm - rng.uniform(25, 70)),
        intrinsic_fwhm_mm=float(rng.uniform(3.2, 4.8)),
        hole_diameter_mm=float(rng.uniform(1.05, 1.55)),
        hole_length_mm=float(rng.uniform(22.0, 26.0)),
        attenuation_per_mm=float(rng.uniform(0.0115, 0.0145)),
        scatter_share=float(rng.triangular(0.02, 0.15, 0.34)),
        scatter_sigma_mm=float(rng.uniform(18, 55)),
        tail_share=float(rng.uniform(0.0, 0.05)),
        tail_sigma_mm=float(rng.uniform(16, 32)),
    )


def _draw_matrix(rng: np.random.Generator) -> tuple[int, int, float]:
    """Draw rows, columns and pixel size (mm, rounded to 0.01)."""
    kind = rng.choice(["standard", "cropped", "wide"], p=[0.82, 0.12, 0.06])
    if kind == "wide":
        return 1024, 512, round(float(rng.uniform(1.8, 2.2)), 2)
    if kind == "cropped":
        return int(rng.integers(100, 120)) * 8, 256, round(float(rng.uniform(2.0, 2.5)), 2)
    return 1024, 256, round(float(rng.choice([2.26, 2.4, 2.2, rng.uniform(1.8, 2.8)])), 2)
