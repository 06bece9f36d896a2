"""Foci: connected components of the network's maps, and which of both views are one focus (floor 4)."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from .scan import SPECT_VIEW, AnyView, Scan, SpectView
from .segmentation import CLASSES, HOT_SPOT_CLASSES, Segmentation, ViewMaps
from .skeleton import Place, bone_place, centre_ras_mm, physiological_place
from .touching_foci import touching_foci

# Two views show one focus when its centres lie this near in the plane (mm), or nearer than their radii say.
SAME_PLACE_MM = 15.0
# A band of another class at a focus's edge is nowhere deeper than this; what is deeper is a focus of its own.
RIM_DEPTH_MM = 5.0
_RIM_SHARE = 0.25


@dataclass(frozen=True)
class _Focus:
    """A connected component in one view, before it is joined with the other view."""

    view: str
    mask: np.ndarray
    hot_spot_class: str
    removed: bool
    added: bool


@dataclass(frozen=True)
class PlacedFocus:
    """A focus with its place; centre (R, S) and radius are those of its first view."""

    parts: tuple[_Focus, ...]
    place: Place
    centre_mm: tuple[float, float]
    radius_mm: float

    @property
    def masks(self) -> dict[str, np.ndarray]:
        """Its pixels in each view that shows it."""
        return {part.view: part.mask for part in self.parts}

    @property
    def hot_spot_class(self) -> str:
        """The class of its parts, which share one."""
        return self.parts[0].hot_spot_class


def find_foci(scan: Scan, segmentation: Segmentation) -> list[PlacedFocus]:
    """Return the foci of all views with the report and what the report took away, joined across views and placed."""
    foci = [
        focus
        for name in scan.views
        for focus in _foci(scan.views[name], segmentation.views[name], segmentation.thresholds)
    ]
    return [_placed(parts, scan, segmentation) for parts in _joined(foci, scan, segmentation)]


def join_views(
    scan: Scan, segmentation: Segmentation, masks: Mapping[str, Sequence[np.ndarray]]
) -> list[dict[str, np.ndarray]]:
    """Join outlines drawn in each view where they are the same place, as ``find_foci`` joins foci.

    Parameters
    ----------
    masks : mapping from view to sequence of ``(rows, columns)`` bool

    Returns
    -------
    list of mapping from view to mask
    """
    foci = [_Focus(view, mask, "metastasis", removed=False, added=False) for view in masks for mask in masks[view]]
    return [{part.view: part.mask for part in parts} for parts in _joined(foci, scan, segmentation)]


# ---- foci of one view ----------------------------------------------------------------------------------------------


def _foci(view: AnyView, maps: ViewMaps, thresholds: Mapping[str, float]) -> list[_Focus]:
    now = list(_components(maps.best, view, thresholds))
    if maps.with_report is None:
        return [_Focus(view.view, mask, name, removed=False, added=False) for name, mask in now]
    before = list(_components(maps.image_only, view, thresholds))
    seen_before = _union([mask for _, mask in before], view.counts.shape)
    seen_now = _union([mask for _, mask in now], view.counts.shape)
    foci = [_Focus(view.view, mask, name, removed=False, added=not (mask & seen_before).any()) for name, mask in now]
    return foci + [
        _Focus(view.view, mask, name, removed=True, added=False) for name, mask in before if not (mask & seen_now).any()
    ]


def _union(masks: Sequence[np.ndarray], shape: tuple[int, ...]) -> np.ndarray:
    return np.logical_or.reduce(masks) if masks else np.zeros(shape, bool)


def hot_pixels(maps: ViewMaps, thresholds: Mapping[str, float]) -> np.ndarray:
    """Return what the network calls hot, without or with the report: ``(rows, columns)`` bool."""
    hot = _hot(maps.image_only, thresholds)
    return hot if maps.with_report is None else hot | _hot(maps.with_report, thresholds)


def _hot(probabilities: np.ndarray, thresholds: Mapping[str, float]) -> np.ndarray:
    # In half precision, as maps.npz keeps it: measuring again must find the same pixels.
    return np.asarray(probabilities[0].astype(np.float16) < 1 - thresholds["foreground"])


def _components(
    probabilities: np.ndarray, view: AnyView, thresholds: Mapping[str, float]
) -> Iterator[tuple[str, np.ndarray]]:
    """Yield class and mask of each connected component (8 or 26 neighbours) that is large enough."""
    min_pixels = max(1, round(thresholds[f"min_{view.size_name}"] / view.element_size))
    labels = np.where(_hot(probabilities, thresholds), probabilities[1:].argmax(0) + 1, 0)
    labels = _without_rims(labels, view.spacing_by_axis_mm)
    for index, name in enumerate(HOT_SPOT_CLASSES, 1):
        components, count = ndimage.label(labels == index, _neighbours(labels))
        areas = np.bincount(components.ravel(), minlength=count + 1)
        for number in range(1, count + 1):
            if areas[number] >= min_pixels:
                for piece in _pieces(name, components == number, view, min_pixels):
                    yield name, piece


def _pieces(name: str, mask: np.ndarray, view: AnyView, min_pixels: int) -> list[np.ndarray]:
    """Return the foci of a component; a bladder or a kidney is one, whatever dips of uptake it has."""
    if name == "physiological":
        return [mask]
    return touching_foci(
        view.counts,
        mask,
        view.spacing_by_axis_mm,
        least_elements=min_pixels,
        are_counts=not isinstance(view, SpectView),
    )


def _neighbours(labels: np.ndarray) -> np.ndarray:
    """Every neighbour counts, those at corners too."""
    return np.ones((3,) * labels.ndim, int)


def _without_rims(labels: np.ndarray, pixel_size_mm: tuple[float, ...]) -> np.ndarray:
    """Give the thin rim of another class, less than a quarter of a blob, the class of the blob.

    At the edge of a focus the classes compete, and an ordinary benign rim round a metastasis is not a second focus.
    What is deeper than a rim stays: a metastasis of the pubis that touches a full bladder is no part of the bladder.
    """
    result = labels.copy()
    rim_mm = max(RIM_DEPTH_MM, 1.5 * max(pixel_size_mm))
    blobs, _ = ndimage.label(labels > 0, _neighbours(labels))
    for number, box in enumerate(ndimage.find_objects(blobs), 1):
        blob = np.where(blobs[box] == number, labels[box], 0)
        areas = np.bincount(blob[blob > 0], minlength=len(CLASSES))
        for minor in np.flatnonzero((areas > 0) & (areas < _RIM_SHARE * areas.sum())):
            pieces, count = ndimage.label(blob == minor, _neighbours(blob))
            for piece in (pieces == index for index in range(1, count + 1)):
                if ndimage.distance_transform_edt(np.pad(piece, 1), sampling=pixel_size_mm).max() < rim_mm:
                    result[box][piece] = areas.argmax()
    return result


# ---- joining the two views ------------------------------------------------------------------------------------------


def _placed(parts: tuple[_Focus, ...], scan: Scan, segmentation: Segmentation) -> PlacedFocus:
    masks = {part.view: part.mask for part in parts}
    find = physiological_place if parts[0].hot_spot_class == "physiological" else bone_place
    name, mask = next(iter(masks.items()))
    radius_mm = float(np.sqrt(mask.sum() * scan.views[name].element_size / np.pi))
    return PlacedFocus(parts, find(scan, segmentation.views, masks), centre_ras_mm(scan.views[name], mask), radius_mm)


def _joined(foci: Sequence[_Focus], scan: Scan, segmentation: Segmentation) -> list[tuple[_Focus, ...]]:
    """Pair foci of the two views that are the same place, nearest first; the others stay alone."""
    placed = [_placed((focus,), scan, segmentation) for focus in foci]
    anterior = [one for one in placed if one.parts[0].view == "anterior"]
    posterior = [one for one in placed if one.parts[0].view == "posterior"]
    near = [
        (distance, a, b)
        for (a, one), (b, other) in itertools.product(enumerate(anterior), enumerate(posterior))
        if (distance := _same_place_mm(one, other)) is not None
    ]
    pairs: dict[int, int] = {}
    for _, a, b in sorted(near):
        if a not in pairs and b not in pairs.values():
            pairs[a] = b
    groups = [
        (one.parts[0], *((posterior[pairs[a]].parts[0],) if a in pairs else ())) for a, one in enumerate(anterior)
    ]
    groups += [(one.parts[0],) for b, one in enumerate(posterior) if b not in pairs.values()]
    return groups + [(one.parts[0],) for one in placed if one.parts[0].view == SPECT_VIEW]


def _same_place_mm(one: PlacedFocus, other: PlacedFocus) -> float | None:
    """Return the distance of two foci's centres if they are the same place, else None."""
    a, b = one.parts[0], other.parts[0]
    if a.hot_spot_class != b.hot_spot_class or a.removed != b.removed or not _compatible(one.place, other.place):
        return None
    distance = math.dist(one.centre_mm, other.centre_mm)
    return distance if distance < max(SAME_PLACE_MM, 0.7 * (one.radius_mm + other.radius_mm)) else None


_SPINE = ("cervical_spine", "thoracic_spine", "lumbar_spine", "sacrum")


def _compatible(one: Place, other: Place) -> bool:
    if {one.side, other.side} == {"left", "right"}:
        return False
    if one.region != other.region:
        if {one.region, other.region} == {"sternum", "thoracic_spine"}:
            return True  # seen through the chest: the posterior view knows no sternum
        # One view may not know the site of what the other knows.
        return "soft_tissue" in (one.region, other.region) or (one.region in _SPINE and other.region in _SPINE)
    if one.region == "ribs" and one.level and other.level:
        # The front of a rib lies over the back of one several numbers lower: near in the plane, not the same place.
        return abs(int(one.level) - int(other.level)) <= 1
    return True
