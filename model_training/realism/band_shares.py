"""How much of a part's texture lies in which band of sizes: what a lossy picture keeps, band by band.

The square root of counts has the same noise everywhere (variance 1/4), so its bands can be compared between parts and
freed of noise. Bands are differences of Gaussian blurs; the finest starts at 6 mm blur (structures of about 20 mm),
above the 8 x 8 pixels (18 mm) that JPEG quantises by itself.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy.ndimage import binary_erosion, gaussian_filter

from .body_landmarks import Landmarks

BLURS_MM = (6.0, 12.0, 24.0, 48.0)
BANDS = ("fine", "middle", "coarse")
_SKIN_MM = 12.0
_SMALLEST_MM2 = 4000.0
POISSON_ROOT_VARIANCE = 0.25


def blurred_roots(counts: np.ndarray, pixel_mm: float) -> list[np.ndarray]:
    """Return the square root of counts, blurred by each of ``BLURS_MM``."""
    root = np.sqrt(np.maximum(counts, 0))
    return [gaussian_filter(root, blur / pixel_mm) for blur in BLURS_MM]


def band_energies(blurred: list[np.ndarray], pixel_mm: float, inside: np.ndarray) -> np.ndarray:
    """Return the variance of each band of root counts over a region, less Poisson noise, over the mean root squared.

    Parameters
    ----------
    blurred : list of numpy.ndarray
        Of ``blurred_roots``.
    pixel_mm : float
    inside : numpy.ndarray
        ``(rows, columns)`` bool: the region.

    Returns
    -------
    numpy.ndarray
        ``(3,)``: bands of 6-12, 12-24 and 24-48 mm blur. 0.01 means that a band's ups and downs are 10 % of the root of
        the counts, about 20 % of the counts.
    """
    level = float(blurred[0][inside].mean()) ** 2
    return np.array(
        [
            max(float((finer - coarser)[inside].var()) - noise_variance(fine, coarse, pixel_mm), 0.0) / level
            for finer, coarser, fine, coarse in zip(blurred[:-1], blurred[1:], BLURS_MM[:-1], BLURS_MM[1:], strict=True)
        ]
    )


def noise_variance(fine_mm: float, coarse_mm: float, pixel_mm: float) -> float:
    """Return the variance that Poisson noise leaves in a band of root counts.

    White noise of variance v after a Gaussian blur of s pixels has the variance v / (4 pi s^2); the difference of two
    blurs s and t of the same noise has v / (4 pi) (1/s^2 + 1/t^2 - 4 / (s^2 + t^2)).
    """
    s2, t2 = (fine_mm / pixel_mm) ** 2, (coarse_mm / pixel_mm) ** 2
    return POISSON_ROOT_VARIANCE / (4 * np.pi) * (1 / s2 + 1 / t2 - 4 / (s2 + t2))


def part_bands(seen: Landmarks, part: str) -> dict[str, float] | None:
    """Return a part's share of the fine and of the coarse band, and the strength of all three; None where too small.

    The outermost 12 mm of the body are left out: the skin's edge is measured by itself.
    """
    return _all_parts(seen)[part]


@lru_cache(maxsize=2)
def _all_parts(seen: Landmarks) -> dict[str, dict[str, float] | None]:
    core = binary_erosion(seen.body, iterations=max(1, round(_SKIN_MM / seen.pixel_mm)))
    blurred = blurred_roots(seen.counts, seen.pixel_mm)
    found: dict[str, dict[str, float] | None] = {}
    for part, rows in seen.part_rows().items():
        inside = np.zeros_like(core)
        inside[rows] = core[rows]
        found[part] = None
        if inside.sum() * seen.pixel_mm**2 < _SMALLEST_MM2:
            continue
        energies = band_energies(blurred, seen.pixel_mm, inside)
        total = float(energies.sum())
        if total > 0:
            found[part] = {"fine": energies[0] / total, "coarse": energies[2] / total, "strength": total**0.5}
    return found
