"""What maximum, peak and mean of a hot spot in a volume are called, by the volume's quantity (floor 4)."""

from __future__ import annotations

from collections.abc import Callable

from .hot_spots import HotSpotInView
from .scan import Quantity

_UNITS: dict[Quantity, str] = {"SUVbw": "suvbw", "Bq/ml": "bq_per_ml", "counts": "counts"}
_MEASURES: dict[str, Callable[[HotSpotInView], float]] = {
    "max": lambda shown: shown.max_counts,
    "peak": lambda shown: shown.peak,
    "mean": lambda shown: shown.mean_counts,
}


def uptake_names(quantity: Quantity) -> tuple[str, ...]:
    """Return the names of maximum, peak and mean: "max_suvbw", ..."""
    return tuple(f"{measure}_{_UNITS[quantity]}" for measure in _MEASURES)


def uptake_values(shown: HotSpotInView, quantity: Quantity) -> dict[str, float]:
    """Return maximum, peak and mean of a hot spot by their names."""
    values = (measure(shown) for measure in _MEASURES.values())
    return dict(zip(uptake_names(quantity), values, strict=True))
