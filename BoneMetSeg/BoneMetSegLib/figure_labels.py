"""Where labels stand beside a picture: level with what they name, never on each other (floor 5)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def spread(wanted: Sequence[float], spacing: float, low: float, high: float) -> np.ndarray:
    """Move positions as little as possible (least squares) so that neighbours keep a distance.

    Positions less their rank's distance must not fall: isotonic regression by pooling adjacent violators, then clipping
    to the space there is.

    Parameters
    ----------
    wanted : sequence of float
        In ascending order.
    spacing : float
        Between neighbours; less where there are too many for ``low`` to ``high``.
    low, high : float
        Outermost positions.

    Returns
    -------
    numpy.ndarray
        Positions in the same order.
    """
    count = len(wanted)
    if not count:
        return np.zeros(0)
    if count > 1:
        spacing = min(spacing, (high - low) / (count - 1))
    ranks = np.arange(count) * spacing
    pools: list[tuple[float, int]] = []
    for value in np.asarray(wanted, float) - ranks:
        mean, size = float(value), 1
        while pools and pools[-1][0] > mean:
            other, other_size = pools.pop()
            mean = (mean * size + other * other_size) / (size + other_size)
            size += other_size
        pools.append((mean, size))
    free = np.concatenate([np.full(size, mean) for mean, size in pools])
    return np.clip(free, low, high - (count - 1) * spacing) + ranks
