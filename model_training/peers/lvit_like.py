"""A network after the idea of LViT (Li et al., IEEE TMI 2023, "LViT: Language meets Vision Transformer").

A U-Net branch sees pixels; a transformer branch sees patches of the U-Net's features at each of its scales, and the
text. In the skip connections both meet, gated pixel by pixel. This is our own implementation of that idea, smaller than
theirs.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import nn

_WIDTHS = (32, 64, 128, 256)
_TOKEN_WIDTH = 96
_HEADS = 4


class LvitLike(nn.Module):
    """Image and text tokens to logits.

    Parameters
    ----------
    inputs, outputs : int
        Channels; rows and columns are multiples of 16.
    text_width : int
    """

    def __init__(self, inputs: int, outputs: int, text_width: int, widths: Sequence[int] = _WIDTHS) -> None:
        super().__init__()
        # At strides 1, 2, 4, 8: patches of 16, 8, 4 and 2 pixels are the same places at every scale.
        self.encoder = nn.ModuleList(_double(a, b) for a, b in pairwise([inputs, *widths]))
        self.bottom = _double(widths[-1], widths[-1])
        self.patches = nn.ModuleList(
            nn.Conv2d(width, _TOKEN_WIDTH, 16 >> scale, 16 >> scale) for scale, width in enumerate(widths)
        )
        self.transformer = nn.ModuleList(_TextBlock(text_width) for _ in widths)
        self.back = nn.ModuleList(nn.Conv2d(_TOKEN_WIDTH, width, 1) for width in widths)
        self.gates = nn.ModuleList(_PixelAttention(width) for width in widths)
        self.decoder = nn.ModuleList(
            _double(width + below, width) for width, below in zip(widths, [*widths[1:], widths[-1]], strict=True)
        )
        self.head = nn.Conv2d(widths[0], outputs, 1)

    def forward(self, image: torch.Tensor, tokens: torch.Tensor, token_mask: torch.Tensor) -> torch.Tensor:
        """Return logits ``(batch, outputs, rows, columns)``.

        Parameters
        ----------
        image : torch.Tensor
            ``(batch, inputs, rows, columns)``.
        tokens, token_mask : torch.Tensor
            ``(batch, T, width)`` and ``(batch, T)`` bool; T may be 0.
        """
        skips, x, patches = [], image, None
        for scale, block in enumerate(self.encoder):
            x = block(x if scale == 0 else F.max_pool2d(x, 2))
            own = self.patches[scale](x)
            patches = self.transformer[scale](own if patches is None else own + patches, tokens, token_mask)
            seen = F.interpolate(self.back[scale](patches), size=x.shape[2:], mode="bilinear", align_corners=False)
            skips.append(self.gates[scale](x, seen))
        x = self.bottom(F.max_pool2d(x, 2))
        for skip, block in zip(reversed(skips), reversed(self.decoder), strict=True):  # type: ignore[call-overload]
            up = F.interpolate(x, size=skip.shape[2:], mode="bilinear", align_corners=False)
            x = block(torch.cat([up, skip], 1))
        return self.head(x)


class _TextBlock(nn.Module):
    """Patches read the text, then each other."""

    def __init__(self, text_width: int) -> None:
        super().__init__()
        self.text = nn.Linear(text_width, _TOKEN_WIDTH)
        self.nothing = nn.Parameter(torch.zeros(1, 1, _TOKEN_WIDTH))  # what is read where there is no report
        self.place = nn.Conv2d(_TOKEN_WIDTH, _TOKEN_WIDTH, 3, padding=1, groups=_TOKEN_WIDTH)
        self.norm = nn.LayerNorm(_TOKEN_WIDTH)
        self.cross = nn.MultiheadAttention(_TOKEN_WIDTH, _HEADS, batch_first=True)
        self.block = nn.TransformerEncoderLayer(
            _TOKEN_WIDTH, _HEADS, 2 * _TOKEN_WIDTH, dropout=0.0, activation="gelu", batch_first=True, norm_first=True
        )

    def forward(self, patches: torch.Tensor, tokens: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        size = patches.shape[2:]
        # Where a patch lies is told by its neighbours and the border, so that any size will do.
        x = (patches + self.place(patches)).flatten(2).transpose(1, 2)
        words = torch.cat([self.nothing.expand(len(x), 1, -1), self.text(tokens.to(x.dtype))], 1)
        hidden = F.pad(~mask, (1, 0), value=False)
        read, _ = self.cross(self.norm(x), words, words, key_padding_mask=hidden, need_weights=False)
        return self.block(x + read).transpose(1, 2).unflatten(2, size)


class _PixelAttention(nn.Module):
    """Pixels of both branches gate each other: by what is strong over all channels, and by channels over all pixels."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.pixels = nn.Conv2d(2, 1, 7, padding=3)
        self.channels = nn.Sequential(nn.Linear(2 * width, width // 4), nn.ReLU(), nn.Linear(width // 4, width))

    def forward(self, own: torch.Tensor, seen: torch.Tensor) -> torch.Tensor:
        both = own + seen
        pixel = self.pixels(torch.cat([both.mean(1, keepdim=True), both.amax(1, keepdim=True)], 1)).sigmoid()
        channel = self.channels(torch.cat([both.mean((2, 3)), both.amax((2, 3))], 1)).sigmoid()
        return own + both * pixel * channel[:, :, None, None]


def _double(inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, padding=1, bias=False), nn.GroupNorm(8, outputs), nn.ReLU(),
        nn.Conv2d(outputs, outputs, 3, padding=1, bias=False), nn.GroupNorm(8, outputs), nn.ReLU(),
    )  # fmt: skip
