"""From a view's pixels to the network's grid and back (floor 3).

The grid has square pixels of one size, which the bundle says, its centre on the image's centre, and both views in
anterior order. Training and inference go through the same functions; training adds a random transform.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F

from .preprocessing import INPUT_CEILING, Preprocessing
from .scan import VIEWS, PlanarScan, PlanarView

_BODY_MARGIN_MM = 30.0
_IDENTITY_MM = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0))


def normalise_counts(counts: torch.Tensor, ceiling: float = INPUT_CEILING) -> torch.Tensor:
    """Return the square root of counts over the 95th percentile within the body, at most ``ceiling``.

    The square root makes Poisson noise even; the percentile is taken within a rough body mask, so that neither the
    empty field nor a full bladder sets the scale.
    """
    above = counts[counts > counts.mean()]
    body = counts[counts > 0.3 * above.mean()] if len(above) else counts.flatten()  # all equal: nothing is above
    scale = torch.quantile(body[:: max(1, len(body) // 100_000)].float(), 0.95).clamp(min=1e-6)
    return (counts / scale).sqrt().clamp(max=ceiling)


def grid_shape(views: Sequence[PlanarView], preprocessing: Preprocessing) -> tuple[int, int]:
    """Return rows and columns of the grid that holds all views, as multiples of ``grid_multiple``."""
    multiple = preprocessing.grid_multiple
    step_mm = preprocessing.grid_pixel_mm * multiple
    rows_mm = max(view.counts.shape[0] * view.pixel_size_mm[0] for view in views)
    columns_mm = max(view.counts.shape[1] * view.pixel_size_mm[1] for view in views)
    return math.ceil(rows_mm / step_mm) * multiple, math.ceil(columns_mm / step_mm) * multiple


@dataclass(frozen=True)
class GridFrame:
    """The part of the field that the network looks at.

    Attributes
    ----------
    rows, columns : int
        Of the grid, multiples of the network's.
    centre_mm : tuple of float
        The grid's centre from the image's centre: (down, to the patient's left), in mm.
    """

    rows: int
    columns: int
    centre_mm: tuple[float, float] = (0.0, 0.0)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.rows, self.columns


def body_frame(scan: PlanarScan, preprocessing: Preprocessing) -> GridFrame:
    """Return the frame that training shows the network: around the body, of the same size wherever the body fits.

    What the network has learned of places depends on the frame (its edges, and how much of it is empty), so a field
    much larger than the body must not change it. The body is where the middle 99 % of the counts are, in each
    direction, with a margin.
    """
    view = scan.views.get("anterior") or next(iter(scan.views.values()))
    counts = view.to_anterior_order(view.counts)
    centre, extent = [], []
    for axis, pixel_mm in ((1, view.pixel_size_mm[0]), (0, view.pixel_size_mm[1])):
        share = np.cumsum(counts.sum(axis, dtype=np.float64))
        middle = (len(share) - 1) / 2
        low, high = np.searchsorted(share, (0.01 * share[-1], 0.99 * share[-1]))
        centre.append(float((low + high) / 2 - middle) * pixel_mm)
        low, high = np.searchsorted(share, (0.005 * share[-1], 0.995 * share[-1]))
        reach = max(high - middle - centre[-1] / pixel_mm, middle + centre[-1] / pixel_mm - low)
        extent.append(2 * (float(reach) * pixel_mm + _BODY_MARGIN_MM))
    multiple = preprocessing.grid_multiple
    step_mm = preprocessing.grid_pixel_mm * multiple
    rows, columns = (
        max(least, math.ceil(mm / step_mm) * multiple)
        for mm, least in zip(extent, preprocessing.trained_shape, strict=True)
    )
    return GridFrame(rows, columns, (centre[0], centre[1]))


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
    stacked = torch.zeros(2 * len(VIEWS), *shape)
    for index, view in enumerate(VIEWS):
        if view in images:
            stacked[index] = images[view]
            stacked[len(VIEWS) + index] = 1
    return stacked


def scan_to_grid(scan: PlanarScan, preprocessing: Preprocessing, frame: GridFrame | None = None) -> torch.Tensor:
    """Return the network's input ``(4, rows, columns)`` for a scan, within a frame or of the whole field."""
    frame = frame or GridFrame(*grid_shape(list(scan.views.values()), preprocessing))
    down, across = frame.centre_mm
    pixel_mm = preprocessing.grid_pixel_mm
    shape, transform = frame.shape, ((1.0, 0.0, across), (0.0, 1.0, down))
    images = {}
    for name, view in scan.views.items():
        counts = torch.from_numpy(np.ascontiguousarray(view.to_anterior_order(view.counts), dtype=np.float32))
        on_grid = resample(counts[None], view.pixel_size_mm, shape, (pixel_mm, pixel_mm), transform)[0]
        images[name] = normalise_counts(on_grid, preprocessing.ceiling)
    return network_input(images, shape)


def grid_to_view(
    maps: torch.Tensor, view: PlanarView, grid_pixel_mm: float, centre_mm: tuple[float, float] = (0.0, 0.0)
) -> np.ndarray:
    """Return maps ``(channels, rows, columns)`` of the grid at the view's pixels, in acquired order, float32.

    ``centre_mm`` is that of the grid's frame; outside of the frame the maps are zero.
    """
    transform = ((1.0, 0.0, -centre_mm[1]), (0.0, 1.0, -centre_mm[0]))
    rows, columns = view.counts.shape
    at_pixels = resample(maps, (grid_pixel_mm, grid_pixel_mm), (rows, columns), view.pixel_size_mm, transform)
    return np.ascontiguousarray(view.from_anterior_order(at_pixels.cpu().numpy()))
