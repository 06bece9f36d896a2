"""Hot spots: foci of uptake with class, place, size and what the report did to them (floor 4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from .anatomy import REPORTING_REGIONS, RIB_LEVELS, VERTEBRA_LEVELS, channel_index, region_term
from .foci import PlacedFocus, find_foci, hot_pixels
from .peak import peak_value
from .report import Report
from .report_arbiter import read_mentions
from .scan import AnyView, Scan, SpectView
from .segmentation import CLASSES, HOT_SPOT_CLASSES, Segmentation, ViewMaps
from .skeleton import Place, centre_ras_mm

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

    @cached_property
    def pixels(self) -> np.ndarray:
        """Flat indices of the mask's pixels; every change of the table measures them again."""
        return np.flatnonzero(self.mask)

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
    level_margin : int
        By how much the level may be off: 1 where counting is not sure, 0 where it is or a reader chose the level.
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
    level_margin: int = 0

    @property
    def ratio_to_background(self) -> float:
        """The larger ratio of its views; NaN where neither has a background."""
        ratios = [view.ratio_to_background for view in self.views.values() if not np.isnan(view.ratio_to_background)]
        return max(ratios, default=float("nan"))

    @property
    def number(self) -> int:
        """The number printed beside it: 1 for "H01"."""
        return int(self.id[1:])

    def place_words(self, lang: str = "en") -> str:
        """Say where it lies, and that a level may be one off: "left rib 7 ±1"."""
        margin = f" \N{PLUS-MINUS SIGN}{self.level_margin}" if self.level_margin else ""
        return f"{region_term(self.region, self.side, self.level, lang)}{margin}"

    def segment_id(self, view: str) -> str:
        """Return the id of its segment in a view's segmentation."""
        return f"{self.id}_{view}"


# A change of the probability of metastasis by less than this is called unchanged.
EFFECT_STEP = 0.1
_MIN_BACKGROUND_PIXELS = 20


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
    occupied = {name: hot_pixels(segmentation.views[name], segmentation.thresholds) for name in scan.views}
    spots = [_hot_spot(focus, scan, segmentation, occupied) for focus in find_foci(scan, segmentation)]
    spots.sort(key=lambda spot: _reading_order(spot, scan))
    return [
        with_phrase(replace(spot, id=f"H{number:02d}"), segmentation, report) for number, spot in enumerate(spots, 1)
    ]


def _reading_order(spot: HotSpot, scan: Scan) -> tuple[int, bool, float]:
    name, in_view = next(iter(spot.views.items()))
    height_mm = centre_ras_mm(scan.views[name], in_view.mask)[1]
    return HOT_SPOT_CLASSES.index(spot.hot_spot_class), not spot.accepted, -height_mm


# ---- measuring ------------------------------------------------------------------------------------------------------


def _hot_spot(
    placed: PlacedFocus, scan: Scan, segmentation: Segmentation, occupied: Mapping[str, np.ndarray]
) -> HotSpot:
    """Measure one; its number and its phrase come later."""
    kind, place, masks = placed.hot_spot_class, placed.place, placed.masks
    views = {
        name: measure_in_view(scan.views[name], segmentation.views[name], mask, place, occupied[name])
        for name, mask in masks.items()
    }
    image_only = class_probability(segmentation, masks, "metastasis", with_report=False)
    with_report = class_probability(segmentation, masks, "metastasis", with_report=True)
    removed = any(part.removed for part in placed.parts)
    probability = class_probability(segmentation, masks, kind, with_report=not np.isnan(with_report))
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
        level_margin=place.level_margin,
    )


def class_probability(
    segmentation: Segmentation, masks: Mapping[str, np.ndarray], kind: str, *, with_report: bool
) -> float:
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


def _effect(placed: PlacedFocus, image_only: float, with_report: float) -> str:
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
    other sections. History, technique and comparison are left out.
    """
    if report is None or spot.hot_spot_class == "physiological":
        return replace(spot, phrase="", phrase_span=None)
    ranked = [
        (rank, mention.status not in UPTAKE_STATUSES, clause.section not in ("findings", "impression"), mention.clause)
        for mention in read_mentions(report, segmentation.mentions)
        if (rank := slot_rank(spot, mention.slots)) is not None
        and report.tells(clause := report.clauses[mention.clause])
    ]
    if not ranked:
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
