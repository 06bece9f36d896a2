"""Attenuated, distance-blurred projections of points and of soft tissue onto both views of a gamma camera.

All images here are in anterior order (patient's right at column 0) for both views; see ``camera.py``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from BoneMetSegLib.scan import VIEWS

from .body import Body
from .camera import SCATTER_THICKNESS_MM, Camera

_BLUR_LAYERS = 4
_MANY_POINTS = 20000
_COARSE = 4  # pixels in a cell of the grid on which wide blurs are made
# A tail falls off more slowly than a Gaussian: a narrower and a wider one together.
_TAIL = ((0.65, 0.8), (0.35, 2.4))
# Scatter from near the surface stays near; from deep tissue it comes from far. Sigma over that of the camera.
_NEAR_SCATTER, _FAR_SCATTER, _HALF_FAR_MM = 0.7, 1.8, 300.0
_NEAR_HALF = 0.5
"""Of the distance to the patient's middle, where most of what is seen of soft tissue comes from."""


@dataclass(frozen=True)
class Sources:
    """Points as one view's camera sees them.

    Attributes
    ----------
    row, column : numpy.ndarray
        ``(N,)`` int32 pixel, may lie outside the image.
    transmission : numpy.ndarray
        ``(N,)`` float32, share of photons that leave the body, times the sensitivity of the head.
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
        self._front = np.where(np.isnan(body.front_mm), -np.inf, body.front_mm).astype(np.float32)
        self._back = np.where(np.isnan(body.back_mm), np.inf, body.back_mm).astype(np.float32)
        self._scatter: dict[str, tuple[np.ndarray, np.ndarray]] = {}
        self._located: dict[str, tuple[np.ndarray, Sources]] = {}

    def locate(self, points_mm: np.ndarray, view: str) -> Sources:
        """Return where points fall in a view, how much of them leaves the body and how blurred they are.

        A skeleton's points are located once: projection and masks ask for the same.
        """
        known = self._located.get(view)
        if known is not None and known[0] is points_mm:
            return known[1]
        found = self._locate(np.asarray(points_mm, np.float32), view)
        if len(points_mm) > _MANY_POINTS:
            self._located[view] = (points_mm, found)
        return found

    def _locate(self, points_mm: np.ndarray, view: str) -> Sources:
        camera = self.camera
        row, column = camera.rows_of(points_mm[:, 2]), camera.columns_of(points_mm[:, 0])
        coarse_row = np.clip((np.rint(row) // 2).astype(np.int32), 0, self._front.shape[0] - 1)
        coarse_column = np.clip((np.rint(column) // 2).astype(np.int32), 0, self._front.shape[1] - 1)
        surface = self._front if view == VIEWS[0] else self._back
        depth = surface[coarse_row, coarse_column] - points_mm[:, 1]
        if view != VIEWS[0]:
            depth = -depth
        depth = np.maximum(depth, np.float32(0))
        if self.body.metal_mm is not None:
            depth = depth + np.float32(0.5) * self.body.metal_mm[coarse_row, coarse_column]
        transmission = np.exp(-np.float32(camera.attenuation_per_mm) * depth)
        sigma = camera.sigma_mm(camera.distance_mm(points_mm, view).astype(np.float32)) / camera.pixel_size_mm
        row, column = camera.placed(row, column, view)
        return Sources(
            np.rint(row).astype(np.int32),
            np.rint(column).astype(np.int32),
            (transmission * np.float32(camera.sensitivity(view))).astype(np.float32),
            sigma.astype(np.float32),
        )

    def project(self, points_mm: np.ndarray, activity: np.ndarray, view: str) -> np.ndarray:
        """Return ``(rows, columns)`` float32 of many points: splatted by layers of equal blur, then blurred.

        A point is shared between the two layers next to its own variance, so that its blur is exact in second moment.
        """
        camera = self.camera
        sources = self.locate(points_mm, view)
        keep = np.flatnonzero(_inside(sources.row, sources.column, camera.rows, camera.columns))
        image = np.zeros((camera.rows, camera.columns), np.float32)
        if len(keep) == 0:
            return image
        row, column, sigma = sources.row[keep], sources.column[keep], sources.sigma_pixels[keep]
        variance = sigma * sigma
        low, high = (float(end) for end in np.percentile(variance[:: max(1, len(variance) // 20000)], [1, 99]))
        step = max(high - low, 1e-6) / (_BLUR_LAYERS - 1)
        place = np.clip((variance - low) / step, 0, _BLUR_LAYERS - 1.001)
        layer = place.astype(np.int64)
        upper = place - layer
        margin = int(4 * np.sqrt(max(high, 1e-6))) + 1
        top, bottom = max(int(row.min()) - margin, 0), min(int(row.max()) + margin + 1, camera.rows)
        size = (bottom - top) * camera.columns
        cell = layer * size + (row - top).astype(np.int64) * camera.columns + column
        weights = activity[keep] * sources.transmission[keep]
        stack = np.bincount(cell, weights * (1 - upper), minlength=_BLUR_LAYERS * size)
        stack += np.bincount(cell + size, weights * upper, minlength=_BLUR_LAYERS * size)
        layers = stack.reshape(_BLUR_LAYERS, bottom - top, camera.columns).astype(np.float32)
        sigmas = np.sqrt(np.maximum(low + step * np.arange(_BLUR_LAYERS), 1e-6))
        image[top:bottom] = _blurred_sum(layers, sigmas)
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

    def project_soft_tissue(self, view: str = VIEWS[0]) -> np.ndarray:
        """Return ``(rows, columns)`` float32 of soft tissue of unit activity per ml and relative uptake of the body.

        Uptake does not vary with depth. Along a line through tissue of thickness T and even activity,
        (1 - exp(-mu T)) / mu of it is seen, most of it from the half that faces the camera: the blur is that half's.
        """
        from scipy.ndimage import gaussian_filter

        camera = self.camera
        mu = np.float32(camera.attenuation_per_mm)
        seen = -np.expm1(-mu * self.body.thickness_mm) / mu * self.body.uptake
        if self.body.metal_mm is not None:
            seen = seen * np.exp(-0.5 * mu * self.body.metal_mm)
        near = _NEAR_HALF * 0.5 * (camera.detector_a_mm[0] - camera.detector_a_mm[1])
        sigma = float(camera.sigma_mm(np.array(near))) / (2 * camera.pixel_size_mm)
        seen = gaussian_filter(seen.astype(np.float32), sigma, truncate=3.5)
        image = np.zeros((camera.rows, camera.columns), np.float32)
        if camera.is_displaced(view):
            image[:] = self._placed(seen, view, 1)
        else:
            fine = _upsampled(seen, 2)
            image[: fine.shape[0], : fine.shape[1]] = fine
        return self.add_tail(image * np.float32(camera.sensitivity(view)))

    def add_tail(self, image: np.ndarray) -> np.ndarray:
        """Move the tail's share of the counts into a wide blur."""
        camera = self.camera
        if camera.tail_share <= 0:
            return image
        coarse = _binned(image, _COARSE)
        sigma = camera.tail_sigma_mm / (camera.pixel_size_mm * _COARSE)
        wide = sum(np.float32(share) * _wide(coarse, sigma * factor) for share, factor in _TAIL)
        wide = _upsampled(np.asarray(wide), _COARSE)[: camera.rows, : camera.columns]
        share = np.float32(camera.tail_share)
        return np.asarray((1 - share) * image + share * wide)

    def add_scatter(self, primary: np.ndarray, view: str = VIEWS[0]) -> np.ndarray:
        """Return the primary counts with those scattered in the patient.

        Scattered over primary counts grow in proportion to the thickness of tissue T (single scatter), and reach the
        camera's ``scatter_share`` at 200 mm; the share T / (T + 300 mm) of them comes from far.
        """
        camera = self.camera
        if camera.scatter_share <= 0:
            return primary
        near, far = self._scatter_ratios(view)
        coarse = _binned(primary, _COARSE)
        sigma = camera.scatter_sigma_mm / (camera.pixel_size_mm * _COARSE)
        wide = _wide(coarse * near, _NEAR_SCATTER * sigma) + _wide(coarse * far, _FAR_SCATTER * sigma)
        return np.asarray(primary + _upsampled(wide, _COARSE)[: camera.rows, : camera.columns])

    def _scatter_ratios(self, view: str) -> tuple[np.ndarray, np.ndarray]:
        """Return scattered over primary counts from near and from far, on the grid of wide blurs."""
        if view not in self._scatter:
            camera = self.camera
            thickness = np.maximum(self._placed(self.body.thickness_mm, view, _COARSE), 0)
            ratio = camera.scatter_share / (1 - camera.scatter_share) * thickness / SCATTER_THICKNESS_MM
            is_far = thickness / (thickness + _HALF_FAR_MM)
            self._scatter[view] = ((ratio * (1 - is_far)).astype(np.float32), (ratio * is_far).astype(np.float32))
        return self._scatter[view]

    def _placed(self, body_map: np.ndarray, view: str, cell: int) -> np.ndarray:
        """Return a map of the body (cells of 2 x 2 pixels) where the view shows it, on cells of ``cell`` pixels."""
        from scipy.ndimage import affine_transform

        camera = self.camera
        matrix, shift = camera.placement(view)
        back = np.linalg.inv(matrix)
        shape = (-(-camera.rows // cell), -(-camera.columns // cell))
        # The centre of cell i of n pixels is at pixel n i + (n - 1) / 2.
        first = np.full(2, (cell - 1) / 2)
        offset = (back @ (first - shift) - 0.5) / 2
        placed = affine_transform(body_map, back * cell / 2, offset, shape, order=1, mode="nearest", prefilter=False)
        return np.asarray(placed)


def wide_blur(image: np.ndarray, sigma_pixels: float) -> np.ndarray:
    """Blur by a wide Gaussian on a grid four times coarser."""
    rows, columns = image.shape
    coarse = _wide(_binned(image, _COARSE), sigma_pixels / _COARSE)
    return _upsampled(coarse, _COARSE)[:rows, :columns]


def _wide(coarse: np.ndarray, sigma: float) -> np.ndarray:
    from scipy.ndimage import gaussian_filter

    return np.asarray(gaussian_filter(coarse, sigma, mode="constant", truncate=3.0))


def _blurred_sum(layers: np.ndarray, sigmas: np.ndarray) -> np.ndarray:
    """Return the sum of layers ``(n, rows, columns)``, each blurred by its Gaussian, by Fourier transforms."""
    from scipy.fft import irfft2, next_fast_len, rfft2

    rows, columns = layers.shape[1:]
    margin = int(4 * float(sigmas.max())) + 1  # what is blurred over an edge is lost, not wrapped around
    shape = (next_fast_len(rows + margin), next_fast_len(columns + margin, real=True))
    total = np.zeros((shape[0], shape[1] // 2 + 1), np.complex64)
    for layer, sigma in zip(layers, sigmas, strict=True):
        spectrum = rfft2(layer, shape)
        spectrum *= _spectrum_of_gaussian(shape[0], float(sigma))[:, np.newaxis]
        spectrum *= _spectrum_of_gaussian(shape[1], float(sigma))[np.newaxis, : shape[1] // 2 + 1]
        total += spectrum
    # Rounding leaves values of 1e-7 of the maximum on either side of zero.
    return np.maximum(irfft2(total, shape)[:rows, :columns], 0).astype(np.float32)


def _spectrum_of_gaussian(length: int, sigma: float) -> np.ndarray:
    """Return the transform of a Gaussian sampled on pixels: unlike the Gaussian of frequencies it has no ringing."""
    away = np.minimum(np.arange(length), length - np.arange(length))
    kernel = np.exp(-0.5 * (away / sigma) ** 2)
    return np.fft.fft(kernel / kernel.sum()).real.astype(np.float32)


def _binned(image: np.ndarray, factor: int) -> np.ndarray:
    """Return the mean of cells of ``factor`` x ``factor`` pixels, padded with zeros to whole cells."""
    rows, columns = image.shape
    if rows % factor or columns % factor:
        image = np.pad(image, ((0, -rows % factor), (0, -columns % factor)))
    cells = image.reshape(image.shape[0] // factor, factor, image.shape[1] // factor, factor)
    return np.asarray(cells.mean(3).mean(1))


def _upsampled(coarse: np.ndarray, factor: int) -> np.ndarray:
    """Return an image ``factor`` times finer, linear between the centres of the cells."""
    return _upsampled_rows(_upsampled_rows(coarse, factor).T, factor).T


def _upsampled_rows(coarse: np.ndarray, factor: int) -> np.ndarray:
    fine = np.empty((coarse.shape[0], factor, coarse.shape[1]), np.float32)
    before = np.concatenate([coarse[:1], coarse[:-1]])
    after = np.concatenate([coarse[1:], coarse[-1:]])
    for phase in range(factor):
        away = np.float32((phase + 0.5) / factor - 0.5)
        other = before if away < 0 else after
        fine[:, phase] = coarse + abs(away) * (other - coarse)
    return fine.reshape(-1, coarse.shape[1])


def _inside(row: np.ndarray, column: np.ndarray, rows: int, columns: int) -> np.ndarray:
    return (row >= 0) & (row < rows) & (column >= 0) & (column < columns)
