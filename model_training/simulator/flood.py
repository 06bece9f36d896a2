"""What is left of a detector's non-uniformity after its correction, as a whole-body scan shows it.

Where the detector sweeps along the body, a place on it is smeared into a stripe along the body; where it steps, each
stop repeats it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .clinic import Clinic

_DETECTOR_LENGTH_MM = 400.0


@dataclass(frozen=True)
class Spot:
    """A photomultiplier that fails: where on the detector, how wide and how deep.

    Attributes
    ----------
    column : float
        In pixels of the anterior order.
    along_mm : float
        From the detector's upper edge.
    sigma_mm : float
    depth : float
        Share of the counts lost in its middle.
    """

    column: float
    along_mm: float
    sigma_mm: float
    depth: float


@dataclass(frozen=True)
class Flood:
    """A head's response to an even source.

    Attributes
    ----------
    columns : numpy.ndarray
        ``(columns,)`` float32, mean 1: the residual after the sweep.
    pixel_size_mm : float
    spots : tuple of Spot
    """

    columns: np.ndarray
    pixel_size_mm: float
    spots: tuple[Spot, ...] = ()

    def response(self, rows: int, step_mm: float | None) -> np.ndarray:
        """Return the response, ``(1, columns)`` after a sweep and ``(rows, columns)`` where the detector stepped.

        Parameters
        ----------
        rows : int
        step_mm : float, optional
            Distance between the stops; ``None`` for a continuous sweep.
        """
        response = self.columns[np.newaxis].astype(np.float32)
        across = np.arange(len(self.columns))
        for spot in self.spots:
            lost = spot.depth * np.exp(-0.5 * ((across - spot.column) * self.pixel_size_mm / spot.sigma_mm) ** 2)
            if step_mm is None:
                # The spot's share of the time that a row is under the detector.
                along = np.array([np.sqrt(2 * np.pi) * spot.sigma_mm / _DETECTOR_LENGTH_MM])
            else:
                place = (np.arange(rows) * self.pixel_size_mm) % step_mm
                along = np.exp(-0.5 * ((place - spot.along_mm % step_mm) / spot.sigma_mm) ** 2)
            response = response * (1 - along[:, np.newaxis] * lost).astype(np.float32)
        return np.asarray(response)


def draw_flood(columns: int, pixel_size_mm: float, rng: np.random.Generator, clinic: Clinic) -> Flood:
    """Draw the residual of a head, and rarely a failing photomultiplier."""
    place = np.arange(columns) * pixel_size_mm
    residual = np.zeros(columns)
    for _ in range(4):
        wave = clinic.draw("camera.flood_wave_mm", rng)
        residual += np.cos(2 * np.pi * place / wave + rng.uniform(0, 2 * np.pi))
    profile = 1 + clinic.draw("camera.flood_residual", rng) * residual / 2
    spots: tuple[Spot, ...] = ()
    if clinic.chance("camera.failing_photomultiplier", rng):
        column = clinic.draw("camera.photomultiplier_place", rng) * columns
        sigma = clinic.draw("camera.photomultiplier_sigma_mm", rng)
        depth = clinic.draw("camera.photomultiplier_depth", rng)
        spots = (Spot(float(column), float(rng.uniform(0, _DETECTOR_LENGTH_MM)), sigma, depth),)
    return Flood((profile / profile.mean()).astype(np.float32), pixel_size_mm, spots)
