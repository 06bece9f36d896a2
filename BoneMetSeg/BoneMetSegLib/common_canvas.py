"""The plane that all scans of a patient are brought to, view by view (floor 4).

Points are (x, y) in mm: x runs from the patient's right to the left, y from head to feet; (0, 0) is the middle of the
reference scan's image. Images lie on it with the patient's right at column 0, in both views, whatever the export did.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import SimpleITK as sitk

from .scan import PlanarView

# Room around the largest of the images for bodies that lie elsewhere in the field.
_MARGIN_MM = 100.0


@dataclass(frozen=True)
class Canvas:
    """A grid on the common plane.

    Attributes
    ----------
    shape : tuple of int
        Rows, columns.
    spacing_mm : float
        Of rows and columns.
    """

    shape: tuple[int, int]
    spacing_mm: float

    @classmethod
    def over(cls, views: Sequence[PlanarView], spacing_mm: float) -> Canvas:
        """Return a grid that is as large as the largest of some views, and some room."""
        tall = max(view.counts.shape[0] * view.pixel_size_mm[0] for view in views) + 2 * _MARGIN_MM
        wide = max(view.counts.shape[1] * view.pixel_size_mm[1] for view in views) + 2 * _MARGIN_MM
        return cls((round(tall / spacing_mm), round(wide / spacing_mm)), spacing_mm)

    def sampled(self, spacing_mm: float) -> Canvas:
        """Return a grid of another spacing over the same plane."""
        rows, columns = self.shape
        factor = self.spacing_mm / spacing_mm
        return Canvas((round(rows * factor), round(columns * factor)), spacing_mm)

    @property
    def first_mm(self) -> tuple[float, float]:
        """Where the centre of the first pixel lies, (x, y)."""
        rows, columns = self.shape
        return -(columns - 1) / 2 * self.spacing_mm, -(rows - 1) / 2 * self.spacing_mm

    @property
    def image(self) -> sitk.Image:
        """An empty image of this grid."""
        image = sitk.Image(self.shape[1], self.shape[0], sitk.sitkFloat32)
        image.SetSpacing((self.spacing_mm, self.spacing_mm))
        image.SetOrigin(self.first_mm)
        return image

    def points_mm(self, mask: np.ndarray) -> np.ndarray:
        """Return ``(n, 2)`` points (x, y) of a mask's pixels."""
        rows, columns = np.nonzero(mask)
        x, y = self.first_mm
        return np.stack([columns * self.spacing_mm + x, rows * self.spacing_mm + y], 1)


def image_of(view: PlanarView, pixels: np.ndarray) -> sitk.Image:
    """Return an image of a view, ``(rows, columns)`` as acquired, where it lies on the common plane."""
    image = sitk.GetImageFromArray(np.ascontiguousarray(view.to_anterior_order(pixels), np.float32))
    height_mm, width_mm = view.pixel_size_mm
    rows, columns = pixels.shape
    image.SetSpacing((width_mm, height_mm))
    image.SetOrigin((-(columns - 1) / 2 * width_mm, -(rows - 1) / 2 * height_mm))
    return image


def points_of(view: PlanarView, mask: np.ndarray) -> np.ndarray:
    """Return ``(n, 2)`` points (x, y) in mm of the pixels of a mask, ``(rows, columns)`` as acquired."""
    return from_pixels(view, np.argwhere(mask))


def from_pixels(view: PlanarView, pixels: np.ndarray) -> np.ndarray:
    """Return ``(n, 2)`` points (x, y) of the common plane of pixels, ``(n, 2)`` (row, column) as acquired.

    x is -R and y is -S of ``PlanarView.ijk_to_ras``, which alone knows left from right.
    """
    at = view.ijk_to_ras
    return np.stack([-(at[0, 0] * pixels[:, 1] + at[0, 3]), -(at[2, 1] * pixels[:, 0] + at[2, 3])], 1)


def to_pixels(view: PlanarView, points_mm: np.ndarray) -> np.ndarray:
    """Return ``(n, 2)`` (row, column) as acquired, not rounded, of points of the common plane."""
    at = view.ijk_to_ras
    return np.stack([(-points_mm[:, 1] - at[2, 3]) / at[2, 1], (-points_mm[:, 0] - at[0, 3]) / at[0, 0]], 1)


def laid_out(image: sitk.Image, canvas: Canvas, transform: sitk.Transform | None = None) -> np.ndarray:
    """Return an image on a canvas, ``(rows, columns)``, 0 where the image has nothing.

    Parameters
    ----------
    transform : SimpleITK.Transform, optional
        From points of the canvas to points of the image; the same points by default.
    """
    placed = sitk.Resample(image, canvas.image, transform or sitk.Transform(2, sitk.sitkIdentity), sitk.sitkLinear, 0.0)
    return np.asarray(sitk.GetArrayFromImage(placed))
