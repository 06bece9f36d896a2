"""How a bundle's images are made ready for its network: values that travel with the weights (floor 1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

INTENSITY = "square root of counts over the 95th percentile within the body"
"""The one way of scaling counts there is; ``network_grid.normalise_counts`` does it."""

INPUT_CEILING = 4.0
"""Scaled counts above it are cut, unless a bundle says another."""


@dataclass(frozen=True)
class Preprocessing:
    """The network's grid and how counts are scaled on it; stored in ``bundle.json``.

    Attributes
    ----------
    grid_pixel_mm : float
        Side of the grid's square pixels, or of its cubic voxels.
    trained_shape : tuple of int
        Of the frames in training: (rows, columns), or (slices, rows, columns) of a volume.
    grid_multiple : int
        What each side of a frame is a multiple of.
    ceiling : float
        Scaled counts above it are cut to it.
    intensity : str
        ``INTENSITY``.
    """

    grid_pixel_mm: float
    trained_shape: tuple[int, ...]
    grid_multiple: int
    ceiling: float = INPUT_CEILING
    intensity: str = INTENSITY

    def __post_init__(self) -> None:
        if not (self.grid_pixel_mm > 0 and self.ceiling > 0 and self.grid_multiple > 0):
            raise ValueError("grid_pixel_mm, ceiling and grid_multiple are above zero")
        if len(self.trained_shape) not in (2, 3) or any(
            side <= 0 or side % self.grid_multiple for side in self.trained_shape
        ):
            raise ValueError(f"trained_shape has two or three sides, each a multiple of {self.grid_multiple}")
        if self.intensity != INTENSITY:
            raise ValueError(f"intensity is {INTENSITY!r}")

    def as_json(self) -> dict[str, Any]:
        """Return the fields with a list for the shape."""
        return {**asdict(self), "trained_shape": list(self.trained_shape)}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Preprocessing:
        """Return what ``as_json`` wrote.

        Raises
        ------
        ValueError
            A value is missing, unknown, or none that can be used.
        """
        names = [field.name for field in fields(cls)]
        if set(values) != set(names):
            raise ValueError(f"it should name {', '.join(names)}")
        if not isinstance(values["trained_shape"], list) or not all(type(n) is int for n in values["trained_shape"]):
            raise ValueError("trained_shape is a list of whole numbers")
        if type(values["grid_multiple"]) is not int or any(
            type(values[name]) not in (int, float) for name in ("grid_pixel_mm", "ceiling")
        ):
            raise ValueError("grid_pixel_mm, ceiling and grid_multiple are numbers")
        return cls(**{**values, "trained_shape": tuple(values["trained_shape"])})
