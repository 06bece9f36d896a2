"""What becomes of counts on their way to a file: mostly nothing, rarely a filter, or an archive's eight bits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .clinic import Clinic

_HIGHEST_UINT16 = 65535


@dataclass(frozen=True)
class Export:
    """How counts become stored values.

    Attributes
    ----------
    kind : {"counts", "limited", "eight bit", "smoothed"}
        As they are; cut at ``highest``; shown from ``lower`` to the ``percentile`` of the view's pixels that are not
        empty as 0 to 255, which are no counts any more; or smoothed by ``sigma_pixels``.
    highest : int
    percentile : float
    lower : float
        Share of the upper end that becomes 0, as where the background was cleared.
    sigma_pixels : float
    """

    kind: str = "counts"
    highest: int = _HIGHEST_UINT16
    percentile: float = 99.9
    lower: float = 0.0
    sigma_pixels: float = 0.0

    def applied(self, counts: np.ndarray) -> np.ndarray:
        """Return stored values, uint16, of one view's counts."""
        if self.kind == "eight bit":
            shown = counts[counts > 0]
            top = max(float(np.percentile(shown, self.percentile)), 1.0) if shown.size else 1.0
            counts = np.floor(np.clip((counts / top - self.lower) / (1 - self.lower), 0, 1) * 255)
        elif self.kind == "smoothed":
            from scipy.ndimage import gaussian_filter

            counts = np.rint(gaussian_filter(counts.astype(np.float32), self.sigma_pixels, mode="constant"))
        return np.minimum(counts, self.highest).astype(np.uint16)


def draw_export(rng: np.random.Generator, clinic: Clinic) -> Export:
    """Draw the way of the counts to the file."""
    kind = clinic.choose("acquisition.export", rng)
    if kind == "limited":
        return Export(kind, 255)
    if kind == "eight bit":
        percentile = clinic.draw("acquisition.eight_bit_percentile", rng)
        return Export(kind, 255, percentile, clinic.draw("acquisition.eight_bit_lower", rng))
    if kind == "smoothed":
        return Export(kind, sigma_pixels=clinic.draw("acquisition.export_sigma_pixels", rng))
    return Export()
