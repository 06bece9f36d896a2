"""The learning rate over a run."""

from __future__ import annotations

import math


def schedule(share: float, warm_up: float) -> float:
    """Linear warm-up, then half a cosine to 1 % of the rate; ``share`` of the run is done."""
    if share < warm_up:
        return max(share / warm_up, 0.01)
    return 0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min((share - warm_up) / max(1 - warm_up, 1e-9), 1)))
