"""Two scans of a patient brought together, view by view: bones first, then bones and counts (floor 4).

An affine map between the skeleton's landmarks (else between the square roots of the counts), bent to landmarks near by,
then symmetric demons on an image of both: the square root of the counts, whose noise is the same everywhere, capped
where bone ends and hot spots begin, plus the silhouette of the bones. A lesion that comes or goes changes neither much,
so it is not pushed about.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import SimpleITK as sitk
from scipy import ndimage

from .common_canvas import Canvas, image_of, laid_out
from .count_window import upper_counts
from .planar_case import planar_scan
from .result_document import Case
from .scan import PlanarView
from .skeleton_landmarks import affine_between, bent_to_landmarks, landmarks

GRID_MM = 5.0
_SMOOTHING_MM = 4.0
# Millimetres of the deformation's smoothing and iterations, coarse to fine (chosen on simulated pairs).
_LEVELS = ((10.0, 30.0, 60), (5.0, 15.0, 40))
# Below these a registration is called poor: see docs/followup.md for what simulated pairs and wrong patients give.
POOR_CORRELATION = 0.75
POOR_OVERLAP = 0.5
_INVERSION_STEPS = 12


@dataclass(frozen=True)
class ViewRegistration:
    """Where points of the reference scan's view lie in another scan's, and back.

    Attributes
    ----------
    canvas : Canvas
    moved_mm : numpy.ndarray
        ``(rows, columns, 2)``: what is added to a point (x, y) of the canvas to have it in the other scan.
    correlation : float
        Of the square roots of the counts after registration, within both bodies.
    bone_overlap : float
        Dice of the bones after registration; NaN where a scan has none.
    residual_mm : float
        Of the landmarks after the affine map; NaN without landmarks.
    """

    canvas: Canvas
    moved_mm: np.ndarray = field(repr=False)
    correlation: float
    bone_overlap: float
    residual_mm: float

    @property
    def poor(self) -> bool:
        """Whether what follows from it should not be trusted."""
        return self.correlation < POOR_CORRELATION or self.bone_overlap < POOR_OVERLAP

    def to_scan(self, points_mm: np.ndarray) -> np.ndarray:
        """Return where ``(n, 2)`` points of the common plane lie in the other scan."""
        return points_mm + self._moved(points_mm)

    def to_reference(self, points_mm: np.ndarray) -> np.ndarray:
        """Return where ``(n, 2)`` points of the other scan lie on the common plane (by fixed-point iteration)."""
        found = points_mm
        for _ in range(_INVERSION_STEPS):
            found = points_mm - self._moved(found)
        return found

    def _moved(self, points_mm: np.ndarray) -> np.ndarray:
        x, y = self.canvas.first_mm
        at = [(points_mm[:, 1] - y) / self.canvas.spacing_mm, (points_mm[:, 0] - x) / self.canvas.spacing_mm]
        return np.stack(
            [ndimage.map_coordinates(self.moved_mm[..., axis], at, order=1, mode="nearest") for axis in (0, 1)], 1
        )


def of_itself(view: PlanarView) -> ViewRegistration:
    """Return the registration of the reference scan with itself."""
    canvas = Canvas.over([view], 100.0)
    return ViewRegistration(canvas, np.zeros((*canvas.shape, 2)), 1.0, 1.0, 0.0)


def register(reference: Case, other: Case, view: str) -> ViewRegistration:
    """Register a view of a scan to the same view of the reference scan."""
    canvas = Canvas.over((planar_scan(reference).views[view], planar_scan(other).views[view]), GRID_MM)
    fixed, moving = (_Features.of(case, view) for case in (reference, other))
    affine, bent, residual_mm = _first_guess(reference, other, view, canvas, (fixed, moving))
    transform = _deformed(canvas, fixed, moving, affine, bent)
    moved = sitk.TransformToDisplacementField(
        transform, sitk.sitkVectorFloat64, canvas.image.GetSize(), canvas.first_mm, canvas.image.GetSpacing()
    )
    quality = _quality(canvas, fixed, moving, transform)
    return ViewRegistration(canvas, np.asarray(sitk.GetArrayFromImage(moved)), *quality, residual_mm)


@dataclass(frozen=True)
class _Features:
    """What is compared: square roots of counts, 0 to 1, and bones, each where it lies on the common plane."""

    counts: sitk.Image
    bones: sitk.Image

    @classmethod
    def of(cls, case: Case, view: str) -> _Features:
        shown = planar_scan(case).views[view]
        upper = upper_counts(shown, case.hot_spots)
        counts = np.sqrt(np.clip(shown.counts / upper, 0, 1))
        bones = np.asarray(case.segmentation.views[view].bones.any(0))
        return cls(*(_smooth(image_of(shown, pixels)) for pixels in (counts, bones)))

    def together(self, canvas: Canvas, transform: sitk.Transform | None = None) -> np.ndarray:
        return laid_out(self.counts, canvas, transform) + laid_out(self.bones, canvas, transform)


def _smooth(image: sitk.Image) -> sitk.Image:
    return sitk.SmoothingRecursiveGaussian(image, _SMOOTHING_MM)


def _first_guess(
    reference: Case, other: Case, view: str, canvas: Canvas, features: tuple[_Features, _Features]
) -> tuple[sitk.Transform, sitk.Image | None, float]:
    """Return the affine map, the bending that landmarks ask for beyond it, and the landmarks' residual in mm."""
    one, two = (landmarks(planar_scan(case).views[view], case.segmentation.views[view]) for case in (reference, other))
    found = affine_between(one, two)
    if found is None:
        return _affine_of_counts(*features), None, float("nan")
    matrix, residual_mm = found
    affine = sitk.AffineTransform(2)
    affine.SetMatrix(matrix[:, :2].ravel().tolist())
    affine.SetTranslation(matrix[:, 2].tolist())
    coarse = canvas.sampled(_LEVELS[0][0])
    moved_mm = bent_to_landmarks(coarse.points_mm(np.ones(coarse.shape, bool)), one, two, matrix)
    bent = sitk.GetImageFromArray(moved_mm.reshape(*coarse.shape, 2), isVector=True)
    bent.CopyInformation(coarse.image)
    return affine, bent, residual_mm


def _affine_of_counts(fixed: _Features, moving: _Features) -> sitk.AffineTransform:
    images = [sitk.Cast(feature.counts, sitk.sitkFloat32) for feature in (fixed, moving)]
    start = sitk.CenteredTransformInitializer(
        images[0], images[1], sitk.AffineTransform(2), sitk.CenteredTransformInitializerFilter.MOMENTS
    )
    method = sitk.ImageRegistrationMethod()
    method.SetMetricAsCorrelation()
    method.SetInterpolator(sitk.sitkLinear)
    method.SetOptimizerAsRegularStepGradientDescent(2.0, 0.01, 100)
    method.SetOptimizerScalesFromPhysicalShift()
    method.SetShrinkFactorsPerLevel([4, 2])
    method.SetSmoothingSigmasPerLevel([2, 1])
    method.SetInitialTransform(start, inPlace=False)
    return sitk.AffineTransform(method.Execute(images[0], images[1]))


def _deformed(
    canvas: Canvas, fixed: _Features, moving: _Features, affine: sitk.Transform, displacement: sitk.Image | None
) -> sitk.Transform:
    for spacing_mm, smoothing_mm, iterations in _LEVELS:
        grid = canvas.sampled(spacing_mm)
        images = [_on_grid(fixed.together(grid), grid), _on_grid(moving.together(grid, affine), grid)]
        demons = sitk.FastSymmetricForcesDemonsRegistrationFilter()
        demons.SetNumberOfIterations(iterations)
        demons.SetSmoothDisplacementField(True)
        demons.SetStandardDeviations(smoothing_mm / spacing_mm)
        if displacement is None:
            displacement = demons.Execute(*images)
        else:
            start = sitk.Resample(displacement, images[0], sitk.Transform(2, sitk.sitkIdentity), sitk.sitkLinear)
            displacement = demons.Execute(*images, start)
    field = sitk.DisplacementFieldTransform(sitk.Cast(displacement, sitk.sitkVectorFloat64))
    return sitk.CompositeTransform([affine, field])


def _on_grid(pixels: np.ndarray, canvas: Canvas) -> sitk.Image:
    image = sitk.GetImageFromArray(pixels)
    image.CopyInformation(canvas.image)
    return image


def _quality(canvas: Canvas, fixed: _Features, moving: _Features, transform: sitk.Transform) -> tuple[float, float]:
    one, other = laid_out(fixed.counts, canvas), laid_out(moving.counts, canvas, transform)
    body = (one > 0.15) & (other > 0.15)
    correlation = float(np.corrcoef(one[body], other[body])[0, 1]) if body.sum() > 100 else 0.0
    bones = laid_out(fixed.bones, canvas) > 0.5, laid_out(moving.bones, canvas, transform) > 0.5
    total = bones[0].sum() + bones[1].sum()
    overlap = float(2 * (bones[0] & bones[1]).sum() / total) if bones[0].any() and bones[1].any() else float("nan")
    return correlation, overlap
