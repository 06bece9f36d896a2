"""What the network's paths are built of, in two dimensions and three (floor 3)."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn

_CONVOLUTIONS: dict[int, type[nn.Module]] = {2: nn.Conv2d, 3: nn.Conv3d}
_INTERPOLATION = {2: "bilinear", 3: "trilinear"}


def conv(
    dimensions: int,
    inputs: int,
    outputs: int,
    kernel: int,
    stride: int = 1,
    *,
    padding: int | None = None,
    bias: bool = True,
) -> nn.Module:
    """Return a convolution that keeps the size, or divides it by its stride."""
    padding = kernel // 2 if padding is None else padding
    return _CONVOLUTIONS[dimensions](inputs, outputs, kernel, stride, padding, bias=bias)


def norm(channels: int) -> nn.Module:
    """Return a normalisation that does not depend on the batch: batches are small."""
    return nn.GroupNorm(min(8, channels // 4), channels)


def activation() -> nn.Module:
    """Return the activation used everywhere."""
    return nn.SiLU(inplace=True)


class ResidualBlock(nn.Module):
    """Two convolutions of 3 pixels with a shortcut; the first may stride."""

    def __init__(self, dimensions: int, inputs: int, outputs: int, stride: int = 1) -> None:
        super().__init__()
        self.body = nn.Sequential(
            conv(dimensions, inputs, outputs, 3, stride, bias=False),
            norm(outputs),
            activation(),
            conv(dimensions, outputs, outputs, 3, bias=False),
            norm(outputs),
        )
        same = inputs == outputs and stride == 1
        self.shortcut = (
            nn.Identity() if same else conv(dimensions, inputs, outputs, stride, stride, padding=0, bias=False)
        )
        self.activation = activation()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return features of ``outputs`` channels."""
        return self.activation(self.body(x) + self.shortcut(x))


def fold(x: torch.Tensor) -> torch.Tensor:
    """Halve every side: ``(batch, c, *size)`` to ``(batch, c * 2**dimensions, *half)``; nothing is lost."""
    size = x.shape[2:]
    if len(size) == 2:
        return F.pixel_unshuffle(x, 2)
    split = x.reshape(*x.shape[:2], *(n for side in size for n in (side // 2, 2)))
    inner, outer = [2 + 2 * n + 1 for n in range(len(size))], [2 + 2 * n for n in range(len(size))]
    return split.permute(0, 1, *inner, *outer).flatten(1, 1 + len(size))


def unfold(x: torch.Tensor, dimensions: int) -> torch.Tensor:
    """Undo ``fold``: double every side."""
    if dimensions == 2:
        return F.pixel_shuffle(x, 2)
    half = x.shape[2:]
    split = x.unflatten(1, (-1, *[2] * dimensions))
    order = [axis for n in range(dimensions) for axis in (2 + dimensions + n, 2 + n)]
    return split.permute(0, 1, *order).reshape(len(x), -1, *(2 * side for side in half))


def upsample(x: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
    """Interpolate linearly to the size of another."""
    return F.interpolate(x, size=like.shape[2:], mode=_INTERPOLATION[x.ndim - 2], align_corners=False)


def avg_pool(x: torch.Tensor, factor: int) -> torch.Tensor:
    """Average blocks of ``factor`` pixels a side."""
    if factor == 1:
        return x
    return F.avg_pool2d(x, factor) if x.ndim == 4 else F.avg_pool3d(x, factor)


def max_pool(x: torch.Tensor, factor: int) -> torch.Tensor:
    """Keep the maximum of blocks of ``factor`` pixels a side, of what remains of them at the end."""
    if factor == 1:
        return x
    pool = F.max_pool2d if x.ndim == 4 else F.max_pool3d
    return pool(x, factor, ceil_mode=True)
