"""Lesion burden: count, area, Bone Scan Index, extent of disease, in total and by region (floor 4).

Bone Scan Index (Imbriaco 1998): the sum over bones of the fraction of the bone that is involved times the bone's share
of the skeleton's mass. The planar form takes areas: lesion area over the bone's area in a view. How two views make
one fraction is not published; it is a named rule, printed beside every figure. Never comparable with aBSI or other
products.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from .anatomy import SKELETON_CHANNELS
from .burden_calibration import INTERVAL_LEVEL, NO_CALIBRATION, BurdenCalibration
from .burden_draws import DRAWS, LesionDraws, draw_lesions
from .burden_figures import (
    WHOLE_SKELETON,
    Figures,
    RegionBurden,
    channels_of,
    extent_of_disease,
    known,
    pooled_ratio,
    positive_area_percent,
)
from .burden_interval import Intervals
from .burden_shares import PlaceKey, bone_share, drawn_shares, places_of
from .burden_spect import SpectBurden, measure_spect_burden
from .burden_weights import WeightedBone, weighted_bones
from .errors import InputError
from .hot_spots import HotSpot, HotSpotInView
from .scan import PlanarScan, Scan, SpectScan
from .segmentation import Segmentation

_SEED = 20261125
VIEW_RULES = ("mean", "max")
DEFAULT_VIEW_RULE = "max"
EOD_NAME = "Soloway"
BSI_NOTE = "Absolute values are not to be held against published cut-offs, nor against those of other programs."
SUPERSCAN_PERCENT = 75.0
"""Soloway's grade 4 is a superscan "or its equivalent", more than 75 % of ribs, vertebrae and pelvic bones [from memory
of Soloway, Cancer 1988;61:195; not verified]."""
_AXIAL_REGIONS = ("ribs", "cervical_spine", "thoracic_spine", "lumbar_spine", "sacrum", "pelvis")
_AXIAL_CHANNELS = tuple(index for index, channel in enumerate(SKELETON_CHANNELS) if channel.region in _AXIAL_REGIONS)


@dataclass(frozen=True, kw_only=True)
class Burden(Figures):
    """The burden of the accepted metastases.

    Attributes
    ----------
    bsi_by_region_percent : mapping
        Share of each weighted bone ("spine", "ribs", "femur_left", ...), % of skeletal mass.
    weights_name, view_rule : str
        Printed beside every BSI.
    unmeasured : tuple of str
        Weighted bones with lesions that no view shows well enough to measure; ``bsi_percent`` leaves them out.
    regions : tuple of RegionBurden
        Those with a lesion, or with a hot spot that may be one, from head to feet.
    axial_percent : float
        Share of ribs, vertebrae, sacrum and pelvis that lesions take, all views together, %.
    calibration_version, calibration_fitted_on : str
        Of ``bsi_calibrated_percent`` and of the intervals' margins; empty without one.
    interval_level : float
        The share of patients whose truth an interval is meant to hold.
    """

    bsi_by_region_percent: Mapping[str, float]
    weights_name: str
    view_rule: str
    unmeasured: tuple[str, ...] = ()
    regions: tuple[RegionBurden, ...] = ()
    axial_percent: float = math.nan
    calibration_version: str = ""
    calibration_fitted_on: str = ""
    interval_level: float = INTERVAL_LEVEL


def burden_of(scan: Scan, segmentation: Segmentation, hot_spots: Sequence[HotSpot]) -> Burden | SpectBurden:
    """Measure the accepted metastases of a planar scan or of a volume."""
    if isinstance(scan, SpectScan):
        return measure_spect_burden(scan, segmentation, hot_spots)
    return measure_burden(scan, segmentation, hot_spots)


def measure_burden(
    scan: PlanarScan,
    segmentation: Segmentation,
    hot_spots: Sequence[HotSpot],
    *,
    view_rule: str = DEFAULT_VIEW_RULE,
    weights_file: Path | None = None,
) -> Burden:
    """Measure the accepted metastases.

    Parameters
    ----------
    view_rule : {"max", "mean"}
        A bone's involved fraction is the larger one of the two views, or their mean, over the views that show the bone.
    weights_file : pathlib.Path, optional
        Another table of skeletal mass.

    Raises
    ------
    InputError
        Unknown view rule.
    """
    if view_rule not in VIEW_RULES:
        raise InputError(f"view rule {view_rule!r} is not one of {', '.join(VIEW_RULES)}")
    weights_name, bones = weighted_bones(weights_file)
    fitted = BurdenCalibration.from_json(segmentation.burden_calibration)
    calibration = fitted if fitted.holds_for(weights_name, view_rule) else NO_CALIBRATION
    lesions = [spot for spot in hot_spots if spot.accepted and spot.hot_spot_class == "metastasis"]
    drawn = draw_lesions(scan, segmentation, hot_spots, calibration)
    axial = [spot for spot in lesions if spot.region in _AXIAL_REGIONS]
    axial_percent = positive_area_percent(scan, segmentation, axial, _AXIAL_CHANNELS)
    measuring = _Measuring(scan, segmentation, calibration, lesions, drawn, bones, view_rule)
    superscan = axial_percent > SUPERSCAN_PERCENT
    return Burden(
        **vars(measuring.figures(None, superscan=superscan)),
        bsi_by_region_percent=measuring.by_bone,
        weights_name=weights_name,
        view_rule=view_rule,
        unmeasured=tuple(measuring.unmeasured),
        regions=measuring.regions(),
        axial_percent=axial_percent,
        calibration_version=calibration.version,
        calibration_fitted_on=calibration.fitted_on,
    )


class _Measuring:
    """Measures lesions, all of them or those of a place, with what they may be.

    Attributes
    ----------
    by_bone : dict
        Share of each weighted bone, % of skeletal mass.
    unmeasured : list of str
        Weighted bones with lesions that no view shows.
    """

    def __init__(
        self,
        scan: PlanarScan,
        segmentation: Segmentation,
        calibration: BurdenCalibration,
        lesions: Sequence[HotSpot],
        drawn: Sequence[LesionDraws],
        bones: Sequence[WeightedBone],
        view_rule: str,
    ) -> None:
        self._scan, self._segmentation, self._calibration = scan, segmentation, calibration
        self._lesions, self._drawn = lesions, drawn
        self.by_bone: dict[str, float] = {}
        self.unmeasured: list[str] = []
        self._shares: dict[PlaceKey, float] = {}
        for bone in bones:
            places = places_of(bone)
            own = [spot for spot in lesions if (spot.region, spot.side) in places]
            shares = bone_share(scan, segmentation, bone, own, view_rule)
            if shares is not None:
                self.by_bone[bone.name] = sum(shares.values())
                self._shares |= shares
            elif own:
                self.unmeasured.append(bone.name)
        self._drawn_shares = drawn_shares(scan, segmentation, bones, drawn, view_rule)
        self._total = sum(self.by_bone.values()) if self.by_bone else math.nan
        self._drawn_total = np.sum([np.zeros(DRAWS), *self._drawn_shares.values()], axis=0)
        self._factor, self._drawn_factor = self._calibration_factors()

    def _calibration_factors(self) -> tuple[float, np.ndarray]:
        """Return what takes a raw index to the calibrated one: as measured, and in each draw ``(DRAWS,)``."""
        calibration = self._calibration
        if not calibration.version or math.isnan(self._total):
            return math.nan, np.full(DRAWS, math.nan)
        noise = np.random.default_rng(_SEED).standard_normal(DRAWS)
        drawn = calibration.calibrated(self._drawn_total) * np.exp(calibration.residual_log_sd * noise)
        factors = np.divide(drawn, self._drawn_total, out=np.zeros(DRAWS), where=self._drawn_total > 0)
        return float(calibration.calibrated(self._total)) / self._total if self._total > 0 else 0.0, factors

    def regions(self) -> tuple[RegionBurden, ...]:
        """Return the figures of every place with a lesion, or with what may be one."""
        order = [(channel.region, channel.side) for channel in SKELETON_CHANNELS]
        found = {(spot.region, spot.side) for spot in (*self._lesions, *(one.spot for one in self._drawn))}
        places = sorted(found, key=lambda place: (order.index(place) if place in order else len(order), place))
        return tuple(RegionBurden(region=place[0], side=place[1], **vars(self.figures(place))) for place in places)

    def figures(self, place: PlaceKey | None, *, superscan: bool = False) -> Figures:
        """Return the figures of a place, or of all (None), whose extent of disease may be that of a superscan."""
        lesions = [spot for spot in self._lesions if place in (None, (spot.region, spot.side))]
        drawn = [one for one in self._drawn if place in (None, (one.spot.region, one.spot.side))]
        channels = WHOLE_SKELETON if place is None else channels_of(*place)
        bsi, drawn_bsi = self._total, self._drawn_total
        if place is not None:
            weighed = place in self._shares or place in self._drawn_shares
            bsi = self._shares.get(place, 0.0) if weighed else math.nan
            drawn_bsi = self._drawn_shares.get(place, np.zeros(DRAWS))
        measured = Figures(
            lesion_count=len(lesions),
            lesion_area_mm2=self._sums(lesions, lambda shown: shown.area_mm2),
            total_counts=self._sums(lesions, lambda shown: shown.mean_counts * len(shown.pixels)),
            bsi_percent=known(bsi),
            bsi_calibrated_percent=known(bsi * self._factor),
            positive_area_percent=positive_area_percent(self._scan, self._segmentation, lesions, channels),
            ratio_to_background=pooled_ratio(lesions),
            eod_grade=4 if superscan else extent_of_disease(len(lesions)),
        )
        intervals = Intervals(
            self._scan, self._segmentation, drawn, channels, self._calibration, whole=place is None
        ).of(measured, drawn_bsi, drawn_bsi * self._drawn_factor)
        return replace(measured, intervals=intervals)

    def _sums(self, lesions: Sequence[HotSpot], value: Callable[[HotSpotInView], float]) -> dict[str, float]:
        return {
            name: sum(value(spot.views[name]) for spot in lesions if name in spot.views) for name in self._scan.views
        }
