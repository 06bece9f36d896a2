"""What becomes of counts on their way to a file: mostly nothing, rarely a camera's or an archive's eight bits."""

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
    kind : {"counts", "limited", "eight bit"}
        As they are; cut at ``highest``; or scaled so that ``percentile`` of the view's pixels that are not empty lies
        at 255, and cut there: such values are no counts any more.
    highest : int
    percentile : float
    """

    kind: str = "counts"
    highest: int = _HIGHEST_UINT16
    percentile: float = 99.9

    def applied(self, counts: np.ndarray) -> np.ndarray:
        """Return stored values, uint16, of one view's counts."""
        if self.kind == "eight bit":
            shown = counts[counts > 0]
            top = max(float(np.percentile(shown, self.percentile)), 1.0) if shown.size else 1.0
            counts = np.floor(np.minimum(counts / top, 1.0) * 255)
        return np.minimum(counts, self.highest).astype(np.uint16)


def draw_export(rng: np.random.Generator, clinic: Clinic) -> Export:
    """Draw the way of the counts to the file."""
    kind = clinic.choose("acquisition.export", rng)
    if kind == "limited":
        return Export(kind, 255)
    if kind == "eight bit":
        return Export(kind, 255, clinic.draw("acquisition.eight_bit_percentile", rng))
    return Export()
