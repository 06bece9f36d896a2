"""Shafts, skin and what is beside the body: resolution, the limbs' sections and scatter."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from scipy.ndimage import binary_dilation

from .body_landmarks import Landmarks
from .limb_profile import LimbProfile, edge_width_mm, shaft, shaft_columns, skin_mm, straighten

_LIMBS = {
    "thigh": (25.0, 150.0),
    "shank": (25.0, 140.0),
    "upper arm": (120.0, 260.0),
}


@lru_cache(maxsize=6)
def limb_profiles(seen: Landmarks, limb: str) -> tuple[LimbProfile, ...]:
    """Return the straightened profiles of a limb of either side, those that can be had."""
    tall = seen.sole - seen.knee
    rows = {
        "thigh": slice(seen.thigh_row(0.40), seen.thigh_row(0.80)),
        "shank": slice(seen.knee + round(0.20 * tall), seen.knee + round(0.55 * tall)),
        "upper arm": slice(seen.trunk_row(0.12), seen.trunk_row(0.32)),
    }[limb]
    found = []
    for outward in (-1, 1):
        columns = shaft_columns(seen.smooth, seen.pixel_mm, seen.midline, rows, outward, *_LIMBS[limb])
        profile = straighten(seen.counts, seen.pixel_mm, columns, rows, outward)
        if profile is not None:
            found.append(profile)
    return tuple(found)


def _mean_of_limbs(seen: Landmarks, limb: str, value: Callable[[LimbProfile], float | None]) -> float:
    values = [value(profile) for profile in limb_profiles(seen, limb)]
    known = [each for each in values if each is not None]
    return float(np.mean(known)) if known else float("nan")


def shaft_contrast(limb: str) -> Callable[[Landmarks], float]:
    """Return the measure of a shaft's peak over the muscle beside it, both sides averaged."""

    def contrast(profile: LimbProfile) -> float | None:
        found = shaft(profile)
        return None if found is None else found[0]

    return lambda seen: _mean_of_limbs(seen, limb, contrast)


def shaft_width(limb: str) -> Callable[[Landmarks], float]:
    """Return the measure of a shaft's full width at half of its peak above the muscle, mm."""

    def width(profile: LimbProfile) -> float | None:
        found = shaft(profile)
        return None if found is None else found[1]

    return lambda seen: _mean_of_limbs(seen, limb, width)


def outline_edge(seen: Landmarks) -> float:
    """Width of the thighs' outer edge, 10-90 %, mm: resolution, roundness of the thigh and scatter together."""
    return _mean_of_limbs(seen, "thigh", edge_width_mm)


def shaft_to_skin(seen: Landmarks) -> float:
    """From the femoral shaft outward to the skin, mm."""
    return _mean_of_limbs(seen, "thigh", skin_mm)


def halo(seen: Landmarks) -> float:
    """Counts 25-45 mm outside of the legs' silhouette over tissue, %: scatter and the tails of the resolution."""
    rows = slice(seen.thigh_row(0.6), seen.sole)
    body = seen.body[rows]
    ring = _grown(body, round(45 / seen.pixel_mm)) & ~_grown(body, round(25 / seen.pixel_mm))
    return 100.0 * float(seen.counts[rows][ring].mean()) / seen.tissue


def air(seen: Landmarks) -> float:
    """Counts farther than 60 mm from the body over tissue, %, nothing taken off."""
    rows = slice(seen.shoulder, seen.sole)
    far = ~_grown(seen.body[rows], round(60 / seen.pixel_mm))
    return 100.0 * (float(seen.counts[rows][far].mean()) + seen.background) / (seen.tissue + seen.background)


def _grown(mask: np.ndarray, pixels: int) -> np.ndarray:
    return np.asarray(binary_dilation(mask, iterations=max(1, pixels)))
