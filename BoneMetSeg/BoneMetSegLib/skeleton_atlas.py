"""The mean skeleton of simulated patients laid over a scan, where the network is not sure of a bone (floor 4).

The atlas is placed by landmarks that the network's own bones give where they are found (heights along the body, the
pelvis's middle and width) and then fitted to the counts by an affine registration (SimpleITK, correlation). It is a
check for places of doubt, not a segmentation: arms and legs lie as they like. It was built of 40 training patients of
``clinic_v1``, seed 60001 (``python -m model_training.build_skeleton_atlas DATA --cases 40``).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np
from scipy import ndimage

from .anatomy import SKELETON_CHANNELS, channel_index
from .resources import resource_path
from .scan import PlanarScan
from .segmentation import ViewMaps

PIXEL_MM = 8.0
ATLAS_SHAPE = (240, 80)
PELVIS_WIDTH_MM = 280.0
HEIGHTS_MM = {
    "skull_top": 60.0,
    "thoracic_top": 310.0,
    "lumbar_top": 570.0,
    "sacrum_top": 740.0,
    "pelvis_bottom": 930.0,
    "femur_bottom": 1270.0,
    "foot_bottom": 1750.0,
}
"""Where landmarks lie in the atlas, mm below its upper edge."""
_LANDMARKS = {
    "skull_top": (("skull",), 0.02),
    "thoracic_top": (("thoracic_spine",), 0.02),
    "lumbar_top": (("lumbar_spine",), 0.02),
    "sacrum_top": (("sacrum",), 0.02),
    "pelvis_bottom": (("pelvis",), 0.98),
    "femur_bottom": (("femur",), 0.98),
    "foot_bottom": (("foot",), 0.98),
}
_LEAST_AREA_MM2 = 800.0
_LEAST_LANDMARKS = 3
_ITERATIONS = 60
_SHOWN = 0.4
_LEAST_SHARE = 0.2


def heights_of(bones: np.ndarray, pixel_mm: float) -> dict[str, float]:
    """Return where landmarks lie, mm below the upper edge, those that are found.

    Parameters
    ----------
    bones : numpy.ndarray
        ``(29, rows, columns)`` bool.
    """
    found = {}
    for name, (regions, quantile) in _LANDMARKS.items():
        chosen = [index for index, channel in enumerate(SKELETON_CHANNELS) if channel.region in regions]
        rows = np.nonzero(bones[chosen].any(0))[0]
        if len(rows) * pixel_mm**2 >= _LEAST_AREA_MM2:
            found[name] = float(np.quantile(rows, quantile)) * pixel_mm
    return found


def pelvis_of(bones: np.ndarray, pixel_mm: float) -> tuple[float, float] | None:
    """Return middle and width of the pelvis in mm along the columns, None where it is not found."""
    columns = np.nonzero(bones[[channel_index("pelvis", side) for side in ("left", "right")]].any(0))[1]
    if len(columns) * pixel_mm**2 < _LEAST_AREA_MM2:
        return None
    low, high = np.quantile(columns, (0.01, 0.99)) * pixel_mm
    return float(low + high) / 2, float(high - low)


@cache
def _atlas() -> Mapping[str, np.ndarray]:
    with np.load(resource_path("Atlas", "planar_skeleton_v1.npz"), allow_pickle=False) as stored:
        return {name: stored[name] for name in stored.files}


class LaidAtlas:
    """The atlas over a scan.

    Parameters
    ----------
    scan : PlanarScan
    coarse : mapping from view to numpy.ndarray
        ``(29, rows, columns)`` share of patients with each bone, pixels of ``PIXEL_MM``, in anterior order.
    """

    def __init__(self, scan: PlanarScan, coarse: Mapping[str, np.ndarray]) -> None:
        self._scan, self._coarse = scan, coarse

    def region(self, masks: Mapping[str, np.ndarray]) -> str:
        """Return the reporting region that most patients have where a focus lies; "" where hardly any have a bone."""
        shares = np.zeros(len(SKELETON_CHANNELS))
        for name, mask in masks.items():
            view, coarse = self._scan.views[name], self._coarse[name]
            places = np.nonzero(view.to_anterior_order(mask))
            rows, columns = (
                np.minimum(((at + 0.5) * size / PIXEL_MM).astype(int), length - 1)
                for at, size, length in zip(places, view.pixel_size_mm, coarse.shape[1:], strict=True)
            )
            shares += coarse[:, rows, columns].sum(1) / max(sum(int(one.sum()) for one in masks.values()), 1)
        return SKELETON_CHANNELS[int(shares.argmax())].region if shares.max() >= _LEAST_SHARE else ""


def lay_atlas(scan: PlanarScan, maps: Mapping[str, ViewMaps]) -> LaidAtlas | None:
    """Lay the atlas over a scan; None where too few landmarks are found for it."""
    placed = {}
    for name, view in scan.views.items():
        zoom = [size / PIXEL_MM for size in view.pixel_size_mm]
        coarse = _coarse(view.to_anterior_order(maps[name].bones).astype(np.float32), zoom)
        heights, pelvis = heights_of(coarse > _SHOWN, PIXEL_MM), pelvis_of(coarse > _SHOWN, PIXEL_MM)
        if pelvis is None or len(heights) < _LEAST_LANDMARKS:
            return None
        at = _atlas_points(heights, *pelvis, coarse.shape[1:])
        image = np.sqrt(_coarse(view.to_anterior_order(view.counts)[np.newaxis], zoom)[0].clip(0))
        fitted = _fitted(_sampled(_atlas()[f"{name}_counts"], at), image)
        placed[name] = np.stack([_moved(_sampled(bone, at) / 255, fitted) for bone in _atlas()[f"{name}_bones"]])
    return LaidAtlas(scan, placed)


def _coarse(images: np.ndarray, zoom: list[float]) -> np.ndarray:
    """Return images ``(n, rows, columns)`` at the pixels of the atlas."""
    smooth = ndimage.uniform_filter(images, (1, *(max(1, round(1 / factor)) for factor in zoom)))
    return np.asarray(ndimage.zoom(smooth, (1, *zoom), order=1, grid_mode=True, mode="nearest"))


def _atlas_points(
    heights: Mapping[str, float], middle_mm: float, width_mm: float, shape: tuple[int, ...]
) -> np.ndarray:
    """Return (row, column) of the atlas for each coarse pixel of the patient; linear between and beyond landmarks."""
    names = [name for name in HEIGHTS_MM if name in heights]
    here, there = np.array([heights[name] for name in names]), np.array([HEIGHTS_MM[name] for name in names])
    rows_mm = np.arange(shape[0]) * PIXEL_MM
    scale = (there[-1] - there[0]) / max(here[-1] - here[0], 1.0)
    rows = np.interp(rows_mm, here, there)
    rows = np.where(rows_mm < here[0], there[0] + (rows_mm - here[0]) * scale, rows)
    rows = np.where(rows_mm > here[-1], there[-1] + (rows_mm - here[-1]) * scale, rows)
    columns = (np.arange(shape[1]) * PIXEL_MM - middle_mm) * PELVIS_WIDTH_MM / max(width_mm, 1.0)
    return np.stack(np.meshgrid(rows / PIXEL_MM, columns / PIXEL_MM + ATLAS_SHAPE[1] / 2, indexing="ij"))


def _sampled(image: np.ndarray, at: np.ndarray) -> np.ndarray:
    return np.asarray(ndimage.map_coordinates(image.astype(np.float32), at, order=1, mode="constant"))


def _fitted(moving: np.ndarray, fixed: np.ndarray):  # type: ignore[no-untyped-def]
    """Return the affine transform of the coarse pixels that brings atlas counts onto the patient's."""
    import SimpleITK as sitk

    first, second = (
        sitk.GetImageFromArray((image / max(float(np.percentile(image, 99)), 1e-6)).clip(0, 1.2).astype(np.float32))
        for image in (fixed, moving)
    )
    start = sitk.CenteredTransformInitializer(
        first, second, sitk.AffineTransform(2), sitk.CenteredTransformInitializerFilter.GEOMETRY
    )
    method = sitk.ImageRegistrationMethod()
    method.SetNumberOfThreads(1)  # sums in one order: the same result each time
    method.SetMetricAsCorrelation()
    method.SetInterpolator(sitk.sitkLinear)
    method.SetOptimizerAsRegularStepGradientDescent(1.0, 1e-3, _ITERATIONS)
    method.SetOptimizerScalesFromPhysicalShift()
    method.SetInitialTransform(start, inPlace=False)
    try:
        return method.Execute(first, second)
    except RuntimeError:  # nothing overlaps: the landmarks alone
        return start


def _moved(image: np.ndarray, transform) -> np.ndarray:  # type: ignore[no-untyped-def]
    import SimpleITK as sitk

    made = sitk.GetImageFromArray(image.astype(np.float32))
    return np.asarray(sitk.GetArrayFromImage(sitk.Resample(made, made, transform, sitk.sitkLinear, 0.0)))
