"""Hot spots: foci of uptake with class, place, size and what the report did to them (floor 4)."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import SimpleITK as sitk

from .anatomy import SKELETON_CHANNELS, channel_index, reporting_region
from .report import Report
from .scan import PlanarScan, PlanarView
from .segmentation import CLASSES, HOT_SPOT_CLASSES, Segmentation, ViewMaps
from .skeleton import BONE_PROBABILITY, Place, bone_place, centre_ras_mm, physiological_place

REPORT_EFFECTS = ("no report", "unchanged", "raised", "lowered", "added", "removed")


@dataclass(frozen=True)
class HotSpotInView:
    """A hot spot as one view shows it.

    Attributes
    ----------
    mask : numpy.ndarray
        ``(rows, columns)`` bool, as acquired.
    area_mm2, max_counts, mean_counts : float
        Of the mask's pixels.
    ratio_to_background : float
        Mean counts over the mean counts of the same bone on the opposite side or, for midline bones, of the bone
        around it; NaN where there is no such bone.
    """

    mask: np.ndarray
    area_mm2: float
    max_counts: float
    mean_counts: float
    ratio_to_background: float


@dataclass(frozen=True)
class HotSpot:
    """A focus of uptake in one or both views.

    Attributes
    ----------
    id : str
        "H01"; also the first part of its segment's id ("H01_anterior").
    hot_spot_class : {"metastasis", "benign", "physiological"}
    accepted : bool
        Counts as a lesion if it is a metastasis.
    region : str
        A reporting region's name, or for physiological uptake a site's ("bladder").
    side : {"left", "right", "midline"}
    level : str
        "L3", "7", or "".
    views : mapping from view to HotSpotInView
    probability : float
        Of its class, with the report where there is one.
    probability_image_only, probability_with_report : float
        Of metastasis: without and with the report (NaN without a report). Of the class itself for physiological ones.
    report_effect : str
        One of ``REPORT_EFFECTS``.
    phrase : str
        The clause of the report that speaks of this place, or "".
    phrase_span : tuple of int or None
        Its character span in the report's text.
    edited_by : str
        Who last changed class, region or acceptance by hand, or "".
    """

    id: str
    hot_spot_class: str
    accepted: bool
    region: str
    side: str
    level: str
    views: Mapping[str, HotSpotInView]
    probability: float
    probability_image_only: float
    probability_with_report: float = float("nan")
    report_effect: str = "no report"
    phrase: str = ""
    phrase_span: tuple[int, int] | None = None
    edited_by: str = ""

    @property
    def ratio_to_background(self) -> float:
        """The larger ratio of its views; NaN where neither has a background."""
        ratios = [view.ratio_to_background for view in self.views.values() if not np.isnan(view.ratio_to_background)]
        return max(ratios, default=float("nan"))

    @property
    def number(self) -> int:
        """The number printed beside it: 1 for "H01"."""
        return int(self.id[1:])

    def segment_id(self, view: str) -> str:
        """Return the id of its segment in a view's segmentation."""
        return f"{self.id}_{view}"


# A change of the probability of metastasis by less than this is called unchanged.
EFFECT_STEP = 0.1
# Two views show one focus when its centres lie this near in the plane (mm), or nearer than their radii say.
SAME_PLACE_MM = 15.0
_MIN_BACKGROUND_PIXELS = 20


@dataclass(frozen=True)
class _Focus:
    """A connected component in one view, before it is joined with the other view."""

    view: str
    mask: np.ndarray
    hot_spot_class: str
    removed: bool
    added: bool


@dataclass(frozen=True)
class _PlacedFocus:
    parts: tuple[_Focus, ...]
    place: Place

    @property
    def masks(self) -> dict[str, np.ndarray]:
        return {part.view: part.mask for part in self.parts}

    @property
    def hot_spot_class(self) -> str:
        return self.parts[0].hot_spot_class


def find_hot_spots(scan: PlanarScan, segmentation: Segmentation, report: Report | None = None) -> list[HotSpot]:
    """Make hot spots of the network's maps.

    Foci are connected components per class of the maps with the report (without, if there is none), joined across the
    two views where they are the same place. What the image alone showed and the report took away is listed too, not
    accepted, with effect "removed".

    Parameters
    ----------
    report : Report, optional
        The report that ``segmentation`` was made with; gives the phrases.

    Returns
    -------
    list of HotSpot
        Accepted metastases first, then other metastases, benign and physiological foci, each from head to feet.
    """
    foci = [
        focus
        for name in scan.views
        for focus in _foci(scan.views[name], segmentation.views[name], segmentation.thresholds)
    ]
    placed = [_placed((focus,), scan, segmentation) for focus in foci]
    joined = [_placed(parts, scan, segmentation) for parts in _joined(placed, scan)]
    occupied = {name: np.zeros(view.counts.shape, bool) for name, view in scan.views.items()}
    for focus in foci:
        occupied[focus.view] |= focus.mask
    spots = [_hot_spot(one, scan, segmentation, occupied) for one in joined]
    spots.sort(key=lambda spot: _reading_order(spot, scan))
    return [
        replace(spot, id=f"H{number:02d}", **_phrase(spot, segmentation, report))
        for number, spot in enumerate(spots, 1)
    ]


def _reading_order(spot: HotSpot, scan: PlanarScan) -> tuple[int, bool, float]:
    name, in_view = next(iter(spot.views.items()))
    height_mm = centre_ras_mm(scan.views[name], in_view.mask)[1]
    return HOT_SPOT_CLASSES.index(spot.hot_spot_class), not spot.accepted, -height_mm


# ---- foci of one view ----------------------------------------------------------------------------------------------


def _foci(view: PlanarView, maps: ViewMaps, thresholds: Mapping[str, float]) -> list[_Focus]:
    min_pixels = max(1, round(thresholds["min_area_mm2"] / view.pixel_area_mm2))
    now = list(_components(maps.best, thresholds["foreground"], min_pixels))
    if maps.with_report is None:
        return [_Focus(view.view, mask, name, removed=False, added=False) for name, mask in now]
    before = list(_components(maps.image_only, thresholds["foreground"], min_pixels))
    seen_before = _union([mask for _, mask in before], view.counts.shape)
    seen_now = _union([mask for _, mask in now], view.counts.shape)
    foci = [_Focus(view.view, mask, name, removed=False, added=not (mask & seen_before).any()) for name, mask in now]
    return foci + [
        _Focus(view.view, mask, name, removed=True, added=False) for name, mask in before if not (mask & seen_now).any()
    ]


def _union(masks: Sequence[np.ndarray], shape: tuple[int, ...]) -> np.ndarray:
    return np.logical_or.reduce(masks) if masks else np.zeros(shape, bool)


def _components(probabilities: np.ndarray, foreground: float, min_pixels: int) -> Iterator[tuple[str, np.ndarray]]:
    """Yield class and mask of each connected component (8-neighbourhood) of at least ``min_pixels``."""
    hot = probabilities[0] < 1 - foreground
    labels = np.where(hot, probabilities[1:].argmax(0) + 1, 0)
    labels = _without_fragments(labels)
    for index, name in enumerate(HOT_SPOT_CLASSES, 1):
        for mask in _connected(labels == index):
            if mask.sum() >= min_pixels:
                yield name, mask


def _connected(mask: np.ndarray) -> Iterator[np.ndarray]:
    components = sitk.GetArrayFromImage(sitk.ConnectedComponent(sitk.GetImageFromArray(mask.astype(np.uint8)), True))
    for number in range(1, int(components.max()) + 1):
        yield components == number


def _without_fragments(labels: np.ndarray) -> np.ndarray:
    """Give the rim of another class, less than a quarter of a blob, the class of the blob.

    At the edge of a focus the classes compete, and an ordinary benign rim round a metastasis is not a second focus.
    """
    result = labels.copy()
    for blob in _connected(labels > 0):
        areas = np.bincount(labels[blob], minlength=len(CLASSES))
        for minor in np.flatnonzero(areas):
            if areas[minor] < 0.25 * areas.sum():
                result[blob & (labels == minor)] = areas.argmax()
    return result


# ---- joining the two views ------------------------------------------------------------------------------------------


def _placed(parts: tuple[_Focus, ...], scan: PlanarScan, segmentation: Segmentation) -> _PlacedFocus:
    masks = {part.view: part.mask for part in parts}
    find = physiological_place if parts[0].hot_spot_class == "physiological" else bone_place
    return _PlacedFocus(parts, find(scan, segmentation.views, masks))


def _joined(placed: Sequence[_PlacedFocus], scan: PlanarScan) -> list[tuple[_Focus, ...]]:
    """Pair foci of the two views that are the same place, nearest first; the others stay alone."""
    anterior = [one for one in placed if one.parts[0].view == "anterior"]
    posterior = [one for one in placed if one.parts[0].view == "posterior"]
    near = [
        (distance, a, b)
        for (a, one), (b, other) in itertools.product(enumerate(anterior), enumerate(posterior))
        if (distance := _same_place_mm(one, other, scan)) is not None
    ]
    pairs: dict[int, int] = {}
    for _, a, b in sorted(near):
        if a not in pairs and b not in pairs.values():
            pairs[a] = b
    groups = [
        (one.parts[0], *((posterior[pairs[a]].parts[0],) if a in pairs else ())) for a, one in enumerate(anterior)
    ]
    return groups + [(one.parts[0],) for b, one in enumerate(posterior) if b not in pairs.values()]


def _same_place_mm(one: _PlacedFocus, other: _PlacedFocus, scan: PlanarScan) -> float | None:
    """Return the distance of two foci's centres if they are the same place, else None."""
    a, b = one.parts[0], other.parts[0]
    if a.hot_spot_class != b.hot_spot_class or a.removed != b.removed:
        return None
    if one.place.side != other.place.side or not _compatible(one.place, other.place):
        return None
    centres = [np.array(centre_ras_mm(scan.views[focus.view], focus.mask)) for focus in (a, b)]
    radii = [np.sqrt(focus.mask.sum() * scan.views[focus.view].pixel_area_mm2 / np.pi) for focus in (a, b)]
    distance = float(np.linalg.norm(centres[0] - centres[1]))
    return distance if distance < max(SAME_PLACE_MM, 0.7 * sum(radii)) else None


def _compatible(one: Place, other: Place) -> bool:
    spine = ("cervical_spine", "thoracic_spine", "lumbar_spine", "sacrum")
    if one.region != other.region and not (one.region in spine and other.region in spine):
        return False
    if one.region == "ribs" and one.level and other.level:
        # The front of a rib lies over the back of one several numbers lower: near in the plane, not the same place.
        return abs(int(one.level) - int(other.level)) <= 1
    return True


# ---- measuring ------------------------------------------------------------------------------------------------------


def _hot_spot(
    placed: _PlacedFocus, scan: PlanarScan, segmentation: Segmentation, occupied: Mapping[str, np.ndarray]
) -> HotSpot:
    kind, place, masks = placed.hot_spot_class, placed.place, placed.masks
    views = {
        name: measure_in_view(scan.views[name], segmentation.views[name], mask, place, occupied[name])
        for name, mask in masks.items()
    }
    scored = "physiological" if kind == "physiological" else "metastasis"
    image_only = _mean_probability(segmentation, masks, scored, with_report=False)
    with_report = _mean_probability(segmentation, masks, scored, with_report=True)
    removed = any(part.removed for part in placed.parts)
    probability = _mean_probability(segmentation, masks, kind, with_report=not removed)
    if np.isnan(probability):
        probability = _mean_probability(segmentation, masks, kind, with_report=False)
    effect = _effect(placed, image_only, with_report)
    accepted = kind == "metastasis" and not removed and probability >= segmentation.thresholds["accept"]
    return HotSpot(
        "H00",
        kind,
        accepted,
        place.region,
        place.side,
        place.level,
        views,
        probability,
        image_only,
        with_report,
        effect,
    )


def _mean_probability(
    segmentation: Segmentation, masks: Mapping[str, np.ndarray], kind: str, *, with_report: bool
) -> float:
    """Mean over the focus's pixels of both views, as a share of what is hot there; NaN without a report.

    A share: the rim's probability of being hot at all is about half by construction and says nothing of the nature.
    """
    index = CLASSES.index(kind)
    own = hot = 0.0
    for name, mask in masks.items():
        maps = segmentation.views[name].with_report if with_report else segmentation.views[name].image_only
        if maps is None:
            return float("nan")
        own += float(maps[index][mask].sum())
        hot += float(maps[1:, mask].sum())
    pixels = sum(int(mask.sum()) for mask in masks.values())
    return own / max(hot, 0.5 * pixels)


def _effect(placed: _PlacedFocus, image_only: float, with_report: float) -> str:
    if np.isnan(with_report):
        return "no report"
    if any(part.removed for part in placed.parts):
        return "removed"
    if all(part.added for part in placed.parts):
        return "added"
    if placed.hot_spot_class == "physiological" or abs(with_report - image_only) < EFFECT_STEP:
        return "unchanged"
    return "raised" if with_report > image_only else "lowered"


def measure_in_view(
    view: PlanarView, maps: ViewMaps, mask: np.ndarray, place: Place, occupied: np.ndarray
) -> HotSpotInView:
    """Measure a focus in one view.

    Parameters
    ----------
    mask, occupied : numpy.ndarray
        ``(rows, columns)`` bool: the focus, and all foci of the view, which no background may include.
    """
    counts = view.counts[mask]
    background = _background_counts(view, maps, place, occupied)
    mean = float(counts.mean())
    ratio = mean / background if background > 0 else float("nan")
    return HotSpotInView(mask, float(mask.sum() * view.pixel_area_mm2), float(counts.max()), mean, ratio)


def _background_counts(view: PlanarView, maps: ViewMaps, place: Place, occupied: np.ndarray) -> float:
    """Mean counts of the same bone on the other side or, on the midline, of the bone itself, without foci."""
    if place.region not in {channel.region for channel in SKELETON_CHANNELS}:
        return float("nan")
    opposite = {"left": "right", "right": "left"}.get(place.side, "midline")
    side = opposite if reporting_region(place.region).sided else "midline"
    bone = (maps.skeleton[channel_index(place.region, side)] > BONE_PROBABILITY) & ~occupied
    return float(view.counts[bone].mean()) if bone.sum() >= _MIN_BACKGROUND_PIXELS else float("nan")


# ---- the phrase of the report ---------------------------------------------------------------------------------------


def _phrase(spot: HotSpot, segmentation: Segmentation, report: Report | None) -> dict[str, Any]:
    """Return the clause that speaks of the hot spot's place, best first: its level, the next level, its bone."""
    if report is None or spot.hot_spot_class == "physiological":
        return {}
    ranked = [
        (rank, -("findings", "impression").count(report.clauses[mention.clause].section), mention.clause)
        for mention in segmentation.mentions
        if (rank := slot_rank(spot, mention.slots)) is not None and report.clauses[mention.clause].section != "clinical"
    ]
    if not ranked:
        return {}
    clause = report.clauses[min(ranked)[2]]
    return {"phrase": report.text[clause.start : clause.end], "phrase_span": (clause.start, clause.end)}


def slot_rank(spot: HotSpot, slots: Sequence[str]) -> int | None:
    """Say how well text slots name a hot spot's place: 0 its level, 1 the level beside, 2 its bone, None not at all."""
    bone = spot.region if spot.side == "midline" else f"{spot.region}_{spot.side}"
    names = {"ribs": lambda level: f"rib_{level}_{spot.side}"}.get(spot.region, lambda level: f"vertebra_{level}")
    if spot.level:
        if names(spot.level) in slots:
            return 0
        levels = reporting_region(spot.region).levels
        here = levels.index(spot.level)
        if any(names(levels[near]) in slots for near in (here - 1, here + 1) if 0 <= near < len(levels)):
            return 1
    return 2 if bone in slots else None
