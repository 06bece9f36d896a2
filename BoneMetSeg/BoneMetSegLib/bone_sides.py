"""Which side of the body a sided bone is on, by where it lies (floor 3)."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from .anatomy import SKELETON_CHANNELS, channel_index

# At half of the grid's resolution: a spine of a few centimetres, and about a centimetre of doubt about the midline.
_LEAST_MIDLINE_PIXELS = 50.0
_MIDLINE_WIDTH_PIXELS = 1.0
# Of what the legs show: a line between two legs meets hardly any of it, one along a single leg a third.
_GREATEST_SHARE_BETWEEN_LEGS = 0.1
_MIDLINE_CHANNELS = [index for index, channel in enumerate(SKELETON_CHANNELS) if channel.side == "midline"]
_SIDED_REGIONS = [channel.region for channel in SKELETON_CHANNELS if channel.side == "left"]
_LEG_REGIONS = ("femur", "patella", "leg", "foot")


def _pairs(regions: Sequence[str]) -> list[tuple[int, int]]:
    return [(channel_index(region, "left"), channel_index(region, "right")) for region in regions]


_LEG_PAIRS = _pairs(_LEG_REGIONS)
_OTHER_PAIRS = _pairs([region for region in _SIDED_REGIONS if region not in _LEG_REGIONS])


def sides_by_position(skeleton: torch.Tensor) -> torch.Tensor:
    """Give what is sided to the side of the midline it lies on.

    Which bone a pixel shows is a matter of looks, which side it is on a matter of place; a network of small fields is
    good at the one and unsure of the other, since left and right look alike. The midline is the straight line through
    skull, spine, sacrum and sternum (least squares, weighted by their probability, all views together; in a volume, of
    its sum from front to back). A spine that leans points past the legs: theirs is the line through both of them, as
    long as it runs between them. Where there is none, nothing changes.

    Parameters
    ----------
    skeleton : torch.Tensor
        ``(batch, views, 29, rows, columns)`` or ``(batch, views, 29, slices, rows, columns)`` probabilities, patient's
        right at column 0.

    Returns
    -------
    torch.Tensor
        The same shape; either side's probability of a sided region is that of the region times that of the side.
    """
    height, columns = skeleton.shape[3], skeleton.shape[-1]
    y = torch.linspace(-1, 1, height, device=skeleton.device)[:, None].expand(height, columns)
    x = torch.arange(columns, dtype=skeleton.dtype, device=skeleton.device).expand(height, columns)
    sided = skeleton.clone()
    spine = _seen_from_front(skeleton[:, :, _MIDLINE_CHANNELS])
    leg_bones, other_bones = _either(skeleton, _LEG_PAIRS), _either(skeleton, _OTHER_PAIRS)
    legs = _seen_from_front(leg_bones)
    for case in range(len(skeleton)):
        line = _line(spine[case], x, y)
        leg_line = _line(legs[case], x, y)
        if leg_line is None or _share_on(legs[case], x - leg_line) > _GREATEST_SHARE_BETWEEN_LEGS:
            leg_line = line  # one leg, or none
        for pairs, bones, middle in ((_LEG_PAIRS, leg_bones, leg_line), (_OTHER_PAIRS, other_bones, line)):
            if middle is None:
                continue
            left = torch.sigmoid((x - middle) / _MIDLINE_WIDTH_PIXELS)
            if skeleton.ndim == 6:
                left = left[:, None]
            for (left_index, right_index), either in zip(pairs, bones[case].unbind(1), strict=True):
                sided[case, :, left_index] = either * left
                sided[case, :, right_index] = either * (1 - left)
    return sided


def _either(skeleton: torch.Tensor, pairs: Sequence[tuple[int, int]]) -> torch.Tensor:
    """Return the probability of a sided region on whichever side: ``(batch, views, pairs, ...)``."""
    one, other = (skeleton[:, :, [pair[side] for pair in pairs]] for side in (0, 1))
    return one + other - one * other


def _seen_from_front(bones: torch.Tensor) -> torch.Tensor:
    """Return how much of some bones each row (or slice) and column shows: ``(batch, rows, columns)``."""
    weights = (bones * (bones > 0.5)).sum((1, 2))
    return weights.sum(2) if weights.ndim == 4 else weights


def _line(weight: torch.Tensor, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor | None:
    """Return the column of the straight line through some weight at each row, or None where there is too little."""
    total = weight.sum()
    if total < _LEAST_MIDLINE_PIXELS:
        return None
    mean_x, mean_y = (weight * x).sum() / total, (weight * y).sum() / total
    spread = (weight * (y - mean_y) ** 2).sum()
    slope = (weight * (y - mean_y) * (x - mean_x)).sum() / spread.clamp(min=1e-6)
    return mean_x + slope * (y - mean_y)


def _share_on(weight: torch.Tensor, distance: torch.Tensor) -> float:
    """Return the share of some weight that lies on a line, within a pixel of it."""
    return float((weight * (distance.abs() <= 1)).sum() / weight.sum())
