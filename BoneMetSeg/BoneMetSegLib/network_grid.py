"""From a view's pixels to the network's grid and back (floor 3).

The grid has square pixels of one size, its centre on the image's centre, and both views in anterior order. Training and
inference go through the same functions; training adds a random transform.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import torch
import torch.nn.functional as F

from .network import GRID_MULTIPLE, INPUT_CHANNELS
from .scan import VIEWS, PlanarScan, PlanarView

GRID_PIXEL_MM = 3.0
INPUT_CEILING = 4.0
_IDENTITY_MM = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0))


def normalise_counts(counts: torch.Tensor) -> torch.Tensor:
    """Return the square root of counts over the 95th percentile within the body, at most ``INPUT_CEILING``.

    The square root makes Poisson noise even; the percentile is taken within a rough body mask, so that neither the
    empty field nor a full bladder sets the scale.
    """
    above = counts[counts > counts.mean()]
    body = counts[counts > 0.3 * above.mean()] if len(above) else counts.flatten()  # all equal: nothing is above
    scale = torch.quantile(body[:: max(1, len(body) // 100_000)].float(), 0.95).clamp(min=1e-6)
    return (counts / scale).sqrt().clamp(max=INPUT_CEILING)


def grid_shape(views: Sequence[PlanarView]) -> tuple[int, int]:
    """Return rows and columns of the grid that holds all views, as multiples of ``GRID_MULTIPLE``."""
    step_mm = GRID_PIXEL_MM * GRID_MULTIPLE
    rows_mm = max(view.counts.shape[0] * view.pixel_size_mm[0] for view in views)
    columns_mm = max(view.counts.shape[1] * view.pixel_size_mm[1] for view in views)
    return math.ceil(rows_mm / step_mm) * GRID_MULTIPLE, math.ceil(columns_mm / step_mm) * GRID_MULTIPLE


def resample(
    image: torch.Tensor,
    pixel_size_mm: tuple[float, float],
    shape: tuple[int, int],
    out_pixel_size_mm: tuple[float, float],
    transform_mm: Sequence[Sequence[float]] = _IDENTITY_MM,
    mode: str = "bilinear",
) -> torch.Tensor:
    """Resample ``image`` (channels, rows, columns) onto another grid with the same centre.

    Parameters
    ----------
    pixel_size_mm, out_pixel_size_mm : tuple of float
        (row, column) spacing of the input and of the output.
    shape : tuple of int
        Rows and columns of the output.
    transform_mm : 2 x 3 matrix
        From output to input coordinates (x right, y down, mm from the centre).
    mode : {"bilinear", "nearest"}
        Outside of the image is zero.
    """
    (height, width), (rows, columns) = image.shape[-2:], shape
    y = (torch.arange(rows, dtype=torch.float32, device=image.device) - (rows - 1) / 2) * out_pixel_size_mm[0]
    x = (torch.arange(columns, dtype=torch.float32, device=image.device) - (columns - 1) / 2) * out_pixel_size_mm[1]
    yy, xx = torch.meshgrid(y, x, indexing="ij")
    (a, b, c), (d, e, f) = transform_mm
    source_x = (a * xx + b * yy + c) * (2 / (width * pixel_size_mm[1]))
    source_y = (d * xx + e * yy + f) * (2 / (height * pixel_size_mm[0]))
    grid = torch.stack([source_x, source_y], -1)[None]
    return F.grid_sample(image[None].float(), grid, mode=mode, align_corners=False)[0]


def network_input(images: Mapping[str, torch.Tensor], shape: tuple[int, int]) -> torch.Tensor:
    """Stack normalised views in anterior order, ``(rows, columns)`` each, into ``(4, rows, columns)``.

    A view that is not there is zero, and so is its presence channel.
    """
    stacked = torch.zeros(INPUT_CHANNELS, *shape)
    for index, view in enumerate(VIEWS):
        if view in images:
            stacked[index] = images[view]
            stacked[len(VIEWS) + index] = 1
    return stacked


def scan_to_grid(scan: PlanarScan) -> torch.Tensor:
    """Return the network's input ``(4, rows, columns)`` for a scan."""
    shape = grid_shape(list(scan.views.values()))
    images = {}
    for name, view in scan.views.items():
        counts = torch.from_numpy(np.ascontiguousarray(view.to_anterior_order(view.counts), dtype=np.float32))
        on_grid = resample(counts[None], view.pixel_size_mm, shape, (GRID_PIXEL_MM, GRID_PIXEL_MM))[0]
        images[name] = normalise_counts(on_grid)
    return network_input(images, shape)


def grid_to_view(maps: torch.Tensor, view: PlanarView, grid_pixel_mm: float) -> np.ndarray:
    """Return maps ``(channels, rows, columns)`` of the grid at the view's pixels, in acquired order, float32."""
    rows, columns = view.counts.shape
    at_pixels = resample(maps, (grid_pixel_mm, grid_pixel_mm), (rows, columns), view.pixel_size_mm)
    return np.ascontiguousarray(view.from_anterior_order(at_pixels.cpu().numpy()))
