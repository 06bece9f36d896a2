"""Hot spots: foci of uptake with class, place, size and what the report did to them (floor 4)."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import ndimage

from .anatomy import REPORTING_REGIONS, RIB_LEVELS, VERTEBRA_LEVELS, channel_index
from .peak import peak_value
from .report import Report
from .scan import SPECT_VIEW, AnyView, Scan, SpectView
from .segmentation import CLASSES, HOT_SPOT_CLASSES, Segmentation, ViewMaps
from .skeleton import Place, bone_place, centre_ras_mm, physiological_place
from .touching_foci import touching_foci

REPORT_EFFECTS = ("no report", "unchanged", "raised", "lowered", "added", "removed")
UPTAKE_STATUSES = ("metastatic", "uncertain", "uptake", "benign")
"""What a mention says where it reports uptake, rather than denies it."""


@dataclass(frozen=True)
class HotSpotInView:
    """A hot spot as one view shows it, or as a SPECT volume does.

    Attributes
    ----------
    mask : numpy.ndarray
        ``(rows, columns)`` bool, as acquired; ``(k, j, i)`` in a volume.
    area_mm2, max_counts, mean_counts : float
        Of the mask's pixels. In a volume there is no area (NaN), and maximum and mean are in the scan's quantity.
    ratio_to_background : float
        Mean counts over the mean counts of the same bone on the opposite side or, for midline bones, of the bone
        around it; NaN where there is no such bone.
    volume_ml, peak : float
        In a volume: of the mask's voxels, and the greatest mean of a ball of 1 ml about one of them
        (``peak.peak_value``), in the scan's quantity. NaN in planar views.
    """

    mask: np.ndarray
    area_mm2: float
    max_counts: float
    mean_counts: float
    ratio_to_background: float
    volume_ml: float = float("nan")
    peak: float = float("nan")

    @property
    def size(self) -> float:
        """Its area in mm2, or in a volume its volume in ml."""
        return self.volume_ml if self.mask.ndim == 3 else self.area_mm2


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
        Of its class, with the report where there is one; NaN for one that a reader drew.
    probability_image_only, probability_with_report : float
        Of metastasis, whatever its class: without and with the report (NaN without a report, or drawn by a reader).
    report_effect : str
        One of ``REPORT_EFFECTS``: what the report did to the probability of metastasis.
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
# A band of another class at a focus's edge is nowhere deeper than this; what is deeper is a focus of its own.
RIM_DEPTH_MM = 5.0
_RIM_SHARE = 0.25
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
    """A focus with its place; centre (R, S) and radius are those of its first view."""

    parts: tuple[_Focus, ...]
    place: Place
    centre_mm: tuple[float, float]
    radius_mm: float

    @property
    def masks(self) -> dict[str, np.ndarray]:
        return {part.view: part.mask for part in self.parts}

    @property
    def hot_spot_class(self) -> str:
        return self.parts[0].hot_spot_class


def find_hot_spots(scan: Scan, segmentation: Segmentation, report: Report | None = None) -> list[HotSpot]:
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
    occupied = {name: hot_pixels(segmentation.views[name], segmentation.thresholds) for name in scan.views}
    spots = [
        _hot_spot(_placed(parts, scan, segmentation), scan, segmentation, occupied)
        for parts in _joined(foci, scan, segmentation)
    ]
    spots.sort(key=lambda spot: _reading_order(spot, scan))
    return [
        with_phrase(replace(spot, id=f"H{number:02d}"), segmentation, report) for number, spot in enumerate(spots, 1)
    ]


def join_views(
    scan: Scan, segmentation: Segmentation, masks: Mapping[str, Sequence[np.ndarray]]
) -> list[dict[str, np.ndarray]]:
    """Join outlines drawn in each view where they are the same place, as ``find_hot_spots`` joins foci.

    Parameters
    ----------
    masks : mapping from view to sequence of ``(rows, columns)`` bool

    Returns
    -------
    list of mapping from view to mask
    """
    foci = [_Focus(view, mask, "metastasis", removed=False, added=False) for view in masks for mask in masks[view]]
    return [{part.view: part.mask for part in parts} for parts in _joined(foci, scan, segmentation)]


def _reading_order(spot: HotSpot, scan: Scan) -> tuple[int, bool, float]:
    name, in_view = next(iter(spot.views.items()))
    height_mm = centre_ras_mm(scan.views[name], in_view.mask)[1]
    return HOT_SPOT_CLASSES.index(spot.hot_spot_class), not spot.accepted, -height_mm


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


def _placed(parts: tuple[_Focus, ...], scan: Scan, segmentation: Segmentation) -> _PlacedFocus:
    masks = {part.view: part.mask for part in parts}
    find = physiological_place if parts[0].hot_spot_class == "physiological" else bone_place
    name, mask = next(iter(masks.items()))
    radius_mm = float(np.sqrt(mask.sum() * scan.views[name].element_size / np.pi))
    return _PlacedFocus(parts, find(scan, segmentation.views, masks), centre_ras_mm(scan.views[name], mask), radius_mm)


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


def _same_place_mm(one: _PlacedFocus, other: _PlacedFocus) -> float | None:
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
        # One view may not know the site of what the other knows.
        return "soft_tissue" in (one.region, other.region) or (one.region in _SPINE and other.region in _SPINE)
    if one.region == "ribs" and one.level and other.level:
        # The front of a rib lies over the back of one several numbers lower: near in the plane, not the same place.
        return abs(int(one.level) - int(other.level)) <= 1
    return True


# ---- measuring ------------------------------------------------------------------------------------------------------


def _hot_spot(
    placed: _PlacedFocus, scan: Scan, segmentation: Segmentation, occupied: Mapping[str, np.ndarray]
) -> HotSpot:
    """Measure one; its number and its phrase come later."""
    kind, place, masks = placed.hot_spot_class, placed.place, placed.masks
    views = {
        name: measure_in_view(scan.views[name], segmentation.views[name], mask, place, occupied[name])
        for name, mask in masks.items()
    }
    image_only = _probability(segmentation, masks, "metastasis", with_report=False)
    with_report = _probability(segmentation, masks, "metastasis", with_report=True)
    removed = any(part.removed for part in placed.parts)
    probability = _probability(segmentation, masks, kind, with_report=not np.isnan(with_report))
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


def _probability(segmentation: Segmentation, masks: Mapping[str, np.ndarray], kind: str, *, with_report: bool) -> float:
    """Return the probability that the focus is hot, at its peak, times its class's share of what is hot; NaN without.

    Its rim is hot with a probability of about half by construction, which says nothing of the focus; a mean would count
    it. The share alone would call a faint focus as sure as a bright one.
    """
    index = CLASSES.index(kind)
    peak = own = hot = 0.0
    for name, mask in masks.items():
        maps = segmentation.views[name].with_report if with_report else segmentation.views[name].image_only
        if maps is None:
            return float("nan")
        inside = maps[1:, mask].astype(np.float64)
        peak = max(peak, float(inside.sum(0).max()))
        own += float(inside[index - 1].sum())
        hot += float(inside.sum())
    return min(peak, 1.0) * own / hot if hot > 0 else 0.0


def _effect(placed: _PlacedFocus, image_only: float, with_report: float) -> str:
    if np.isnan(with_report):
        return "no report"
    if any(part.removed for part in placed.parts):
        return "removed"
    if all(part.added for part in placed.parts):
        return "added"
    if abs(with_report - image_only) < EFFECT_STEP:
        return "unchanged"
    return "raised" if with_report > image_only else "lowered"


def measure_in_view(
    view: AnyView, maps: ViewMaps, mask: np.ndarray, place: Place, occupied: np.ndarray
) -> HotSpotInView:
    """Measure a focus in one view.

    Parameters
    ----------
    mask, occupied : numpy.ndarray
        ``(rows, columns)`` or ``(k, j, i)`` bool: the focus, and all that is hot in the view, which no
        background may include.
    """
    counts = view.counts[mask].astype(np.float64)
    background = _background_counts(view, maps, place, occupied)
    mean = float(counts.mean())
    ratio = mean / background if background > 0 else float("nan")
    size, greatest = float(mask.sum() * view.element_size), float(counts.max())
    if isinstance(view, SpectView):
        peak = peak_value(view.counts, mask, view.spacing_by_axis_mm)
        return HotSpotInView(mask, float("nan"), greatest, mean, ratio, volume_ml=size, peak=peak)
    return HotSpotInView(mask, size, greatest, mean, ratio)


def _background_counts(view: AnyView, maps: ViewMaps, place: Place, occupied: np.ndarray) -> float:
    """Mean counts of the same bone on the other side or, on the midline, of the bone itself, without foci."""
    sided = {region.name: region.sided for region in REPORTING_REGIONS}
    if place.region not in sided:
        return float("nan")
    side = {"left": "right", "right": "left"}[place.side] if sided[place.region] else "midline"
    bone = maps.bones[channel_index(place.region, side)] & ~occupied
    return float(view.counts[bone].mean(dtype=np.float64)) if bone.sum() >= _MIN_BACKGROUND_PIXELS else float("nan")


# ---- the phrase of the report ---------------------------------------------------------------------------------------


def with_phrase(spot: HotSpot, segmentation: Segmentation, report: Report | None) -> HotSpot:
    """Return the hot spot with the clause that speaks of its place, or with none.

    Its level comes before the next level and its bone, reported uptake before denied, findings and impression before
    other sections. The clinical history speaks of the past and is left out.
    """
    ranked = [
        (rank, mention.status not in UPTAKE_STATUSES, section not in ("findings", "impression"), mention.clause)
        for mention in segmentation.mentions
        if report is not None
        and spot.hot_spot_class != "physiological"
        and (rank := slot_rank(spot, mention.slots)) is not None
        and (section := report.clauses[mention.clause].section) != "clinical"
    ]
    if report is None or not ranked:
        return replace(spot, phrase="", phrase_span=None)
    clause = report.clauses[min(ranked)[-1]]
    return replace(spot, phrase=report.text[clause.start : clause.end], phrase_span=(clause.start, clause.end))


def slot_rank(spot: HotSpot, slots: Sequence[str]) -> int | None:
    """Say how well text slots name a hot spot's place.

    0 its level, 1 the level beside, 2 its bone, 3 some level of its bone where its own is not known, None not at all.
    """

    def slot(level: str) -> str:
        return f"rib_{level}_{spot.side}" if spot.region == "ribs" else f"vertebra_{level}"

    every = RIB_LEVELS if spot.region == "ribs" else VERTEBRA_LEVELS
    if spot.level:
        here = every.index(spot.level)
        if slot(spot.level) in slots:
            return 0
        if any(slot(level) in slots for level in every[max(here - 1, 0) : here + 2]):
            return 1
    if (spot.region if spot.side == "midline" else f"{spot.region}_{spot.side}") in slots:
        return 2
    levels = next((region.levels for region in REPORTING_REGIONS if region.name == spot.region), ())
    return 3 if not spot.level and any(slot(level) in slots for level in levels) else None
