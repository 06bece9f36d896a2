"""What hot spots may be, drawn many times: lesion or not, and how large (floor 4).

An interval of a burden is made of these draws. Three things vary:

- whether a hot spot is a lesion: by its probability; what a reader decided is certain;
- its outline: the pixels above a level of probability, the level drawn anew, partly shared by all lesions of a scan
  (who draws one too wide draws the next too wide). The threshold of the model is the median level;
- what counting does to it: its net counts above background have the standard deviation of Poisson counts, and a
  focus with so much more or less of them is drawn larger or smaller by that.

The draws are the same each time: the generator starts from a constant and from the number of the hot spot, so that a
decision about one hot spot leaves those of the others as they are.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import ndimage, special

from .burden_calibration import NO_CALIBRATION, BurdenCalibration
from .hot_spots import HotSpot
from .scan import AnyView, Scan
from .segmentation import LEAST_KEPT_PROBABILITY, Segmentation, ViewMaps

DRAWS = 500
_SEED = 20261123
# Of the variance of the level an outline is drawn at (normal scale), the part that a scan's lesions share; ours.
_SHARED = 0.5
# An outline may be drawn wider than its mask by this.
_REACH_MM = 6.0
_LEAST_PROBABILITY = 0.02


@dataclass(frozen=True)
class LesionDraws:
    """A hot spot that may be a lesion.

    Attributes
    ----------
    spot : HotSpot
    there : numpy.ndarray
        ``(DRAWS,)`` bool: whether it is a lesion.
    elements : mapping from view to numpy.ndarray
        ``(DRAWS,)`` float: pixels (voxels) that it takes, 0 where it is none.
    """

    spot: HotSpot
    there: np.ndarray
    elements: Mapping[str, np.ndarray]


def draw_lesions(
    scan: Scan,
    segmentation: Segmentation,
    hot_spots: Sequence[HotSpot],
    calibration: BurdenCalibration = NO_CALIBRATION,
) -> list[LesionDraws]:
    """Return draws of all hot spots that are lesions or could be, in their order."""
    chances = {spot.id: lesion_chance(spot, calibration) for spot in hot_spots}
    possible = [spot for spot in hot_spots if chances[spot.id] >= _LEAST_PROBABILITY]
    owners = {name: _owners(view, hot_spots, name) for name, view in scan.views.items()}
    shared = np.random.default_rng(_SEED).standard_normal(DRAWS)
    found = []
    for spot in possible:
        rng = np.random.default_rng([_SEED, spot.number])
        there = rng.random(DRAWS) < chances[spot.id]
        level = special.ndtr(math.sqrt(_SHARED) * shared + math.sqrt(1 - _SHARED) * rng.standard_normal(DRAWS))
        elements = {
            name: there
            * outline_sizes(scan.views[name], segmentation, name, spot, owners[name], level)
            * _counting_factors(spot, name, rng)
            for name in spot.views
        }
        found.append(LesionDraws(spot, there, elements))
    return found


def lesion_chance(spot: HotSpot, calibration: BurdenCalibration) -> float:
    """Return how likely a hot spot is a lesion: 1 or 0 where a reader decided."""
    if spot.hot_spot_class == "physiological":
        return 0.0
    if spot.edited_by:
        return float(spot.accepted and spot.hot_spot_class == "metastasis")
    with_report = spot.probability_with_report
    probability = spot.probability_image_only if math.isnan(with_report) else with_report
    return 0.0 if math.isnan(probability) else calibration.lesion_probability(probability)


def _owners(view: AnyView, hot_spots: Sequence[HotSpot], name: str) -> np.ndarray:
    """Return which hot spot, by its place in the list from 1, each pixel belongs to; 0 for none."""
    owners = np.zeros(view.counts.shape, np.int16)
    for number, spot in enumerate(hot_spots, 1):
        if name in spot.views:
            owners.flat[spot.views[name].pixels] = number
    return owners


def outline_sizes(
    view: AnyView, segmentation: Segmentation, name: str, spot: HotSpot, owners: np.ndarray, level: np.ndarray
) -> np.ndarray:
    """Return the number of pixels of a hot spot's outline at drawn levels, ``(DRAWS,)`` float.

    Parameters
    ----------
    owners : numpy.ndarray
        Of the view's shape: 0 where no hot spot is; what belongs to another one is never taken.
    level : numpy.ndarray
        ``(DRAWS,)`` evenly in (0, 1): 0.5 is the model's threshold.
    """
    shown = spot.views[name]
    measured = float(len(shown.pixels))
    if math.isnan(spot.probability):  # a reader drew it, where the network may see nothing
        return np.full(len(level), measured)
    hot = np.sort(_hot_around(view, segmentation.views[name], shown.mask, shown.pixels, owners))
    threshold = float(segmentation.thresholds.get("foreground", 0.5))
    levels = special.expit(special.logit(level) + special.logit(threshold))
    # A focus that is there has a pixel at least; that it may not be there is drawn apart.
    levels = np.minimum(levels, 0.98 * hot[-1])
    at_threshold = len(hot) - np.searchsorted(hot, min(threshold, 0.98 * hot[-1]))
    sizes = (len(hot) - np.searchsorted(hot, levels)) / max(at_threshold, 1)
    return np.asarray(measured * sizes)


def _hot_around(view: AnyView, maps: ViewMaps, mask: np.ndarray, pixels: np.ndarray, owners: np.ndarray) -> np.ndarray:
    """Return the probabilities of being hot in a mask and near it, without what is another hot spot's."""
    reach = [max(1, round(_REACH_MM / size)) for size in view.spacing_by_axis_mm]
    places = np.unravel_index(pixels, mask.shape)
    box = tuple(
        slice(max(int(at.min()) - far, 0), int(at.max()) + far + 1) for at, far in zip(places, reach, strict=True)
    )
    near = mask[box].view(np.uint8)
    for axis, far in enumerate(reach):
        near = ndimage.maximum_filter1d(near, 2 * far + 1, axis, mode="constant")
    own = (near > 0) & ((owners[box] == 0) | mask[box])
    # In half precision and without the smallest, as maps.npz keeps it: measuring again must find the same.
    background = maps.best[0][box][own]
    background = np.where(background < LEAST_KEPT_PROBABILITY, 0, background).astype(np.float16)
    return np.asarray(1 - background.astype(np.float64))


def _counting_factors(spot: HotSpot, name: str, rng: np.random.Generator) -> np.ndarray:
    """Return factors on a size, ``(DRAWS,)``: the relative error of the net counts, of Poisson counts.

    Of a volume they are 1: what reconstruction makes of counts is not Poisson.
    """
    shown = spot.views[name]
    if shown.mask.ndim == 3:
        return np.ones(DRAWS)
    total = shown.mean_counts * len(shown.pixels)
    ratio = shown.ratio_to_background
    background = 0.5 if math.isnan(ratio) or ratio <= 1 else 1 / ratio
    net = total * (1 - background)
    error = min(math.sqrt(max(total, 0.0) * (1 + background)) / net, 1.0) if net > 0 else 0.0
    return np.asarray(np.exp(error * rng.standard_normal(DRAWS) - error**2 / 2))
