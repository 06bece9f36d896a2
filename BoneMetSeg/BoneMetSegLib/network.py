"""The dual-path network: an image encoder-decoder, and report states laid out where their bones are (floor 3).

One definition, used by training and by Slicer. Images are ``(batch, channels, rows, columns)`` on the network's grid,
both views in anterior order (patient's right at column 0), so that the two views of a place lie on each other.

The image is encoded once and decoded twice: without the report, which also tells where each bone is, and with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import nn

from .anatomy import (
    SKELETON_CHANNELS,
    TEXT_SLOTS,
    WHOLE_SKELETON_SLOT,
    channel_index,
    fine_region,
    level_coordinate,
    slot_index,
)
from .segmentation import CLASSES, STATUSES

VIEW_COUNT = 2
INPUT_CHANNELS = 2 * VIEW_COUNT  # two images, and two constant channels that say which of them is there
STATE_VALUES = 11  # learned values of a region's state, beside the five statuses
STATE_WIDTH = STATE_VALUES + len(STATUSES)
GRID_MULTIPLE = 32  # rows and columns of the network's grid are multiples of this
# A vertebra's or rib's state reaches half-way to its neighbours and fades to nothing at the next one but a half.
LEVEL_REACH = 1.5
# At half of the grid's resolution: a spine of a few centimetres, and about a centimetre of doubt about the midline.
_LEAST_MIDLINE_PIXELS = 50.0
_MIDLINE_WIDTH_PIXELS = 1.0
_SIDED_PAIRS = [
    (channel_index(channel.region, "left"), channel_index(channel.region, "right"))
    for channel in SKELETON_CHANNELS
    if channel.side == "left"
]


@dataclass(frozen=True)
class NetworkConfig:
    """Everything that decides the network's shape; stored in ``bundle.json``.

    Attributes
    ----------
    widths : tuple of int
        Channels at strides 2, 4, 8, 16, 32 of the network's grid.
    fused_strides : tuple of int
        Strides at which the report joins the decoder.
    """

    widths: tuple[int, ...] = (32, 48, 80, 112, 144)
    fused_strides: tuple[int, ...] = (16, 8, 4)


@dataclass
class ImageOutput:
    """What the image alone tells.

    Attributes
    ----------
    classes : torch.Tensor
        ``(batch, views, 4, rows, columns)`` logits of ``segmentation.CLASSES``.
    skeleton : torch.Tensor
        ``(batch, views, 29, rows/2, columns/2)`` logits.
    spine_level, rib_level : torch.Tensor
        ``(batch, views, rows/2, columns/2)`` level coordinates.
    """

    classes: torch.Tensor
    skeleton: torch.Tensor
    spine_level: torch.Tensor
    rib_level: torch.Tensor


def sides_by_position(skeleton: torch.Tensor) -> torch.Tensor:
    """Give what is sided to the side of the midline it lies on.

    Which bone a pixel shows is a matter of looks, which side it is on a matter of place; a network of small fields is
    good at the one and unsure of the other, since left and right look alike. The midline is the straight line through
    skull, spine, sacrum and sternum (least squares, weighted by their probability, both views together). Where there
    is none, nothing changes.

    Parameters
    ----------
    skeleton : torch.Tensor
        ``(batch, views, 29, rows, columns)`` probabilities in anterior order (patient's right at column 0).

    Returns
    -------
    torch.Tensor
        The same shape; either side's probability of a sided region is that of the region times that of the side.
    """
    rows, columns = skeleton.shape[-2:]
    y = torch.linspace(-1, 1, rows, device=skeleton.device)[:, None].expand(rows, columns)
    x = torch.arange(columns, dtype=skeleton.dtype, device=skeleton.device).expand(rows, columns)
    sided = skeleton.clone()
    midline = [index for index, channel in enumerate(SKELETON_CHANNELS) if channel.side == "midline"]
    weights = (skeleton[:, :, midline] * (skeleton[:, :, midline] > 0.5)).sum((1, 2))
    for case, weight in enumerate(weights):
        total = weight.sum()
        if total < _LEAST_MIDLINE_PIXELS:
            continue
        mean_x, mean_y = (weight * x).sum() / total, (weight * y).sum() / total
        spread = (weight * (y - mean_y) ** 2).sum()
        slope = (weight * (y - mean_y) * (x - mean_x)).sum() / spread.clamp(min=1e-6)
        left = torch.sigmoid((x - mean_x - slope * (y - mean_y)) / _MIDLINE_WIDTH_PIXELS)
        for left_index, right_index in _SIDED_PAIRS:
            one, other = skeleton[case, :, left_index], skeleton[case, :, right_index]
            either = one + other - one * other
            sided[case, :, left_index] = either * left
            sided[case, :, right_index] = either * (1 - left)
    return sided


def _norm(channels: int) -> nn.Module:
    return nn.GroupNorm(min(8, channels // 4), channels)


class _ResidualBlock(nn.Module):
    """Two 3 x 3 convolutions with a shortcut; the first may stride."""

    def __init__(self, inputs: int, outputs: int, stride: int = 1) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False),
            _norm(outputs),
            nn.SiLU(inplace=True),
            nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False),
            _norm(outputs),
        )
        same = inputs == outputs and stride == 1
        self.shortcut = nn.Identity() if same else nn.Conv2d(inputs, outputs, stride, stride, bias=False)
        self.activation = nn.SiLU(inplace=True)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.activation(self.body(x) + self.shortcut(x))


class _ReportJoin(nn.Module):
    """Adds laid-out report states to decoder features, through convolutions that start at zero."""

    def __init__(self, channels: int, state_channels: int) -> None:
        super().__init__()
        self.read = nn.Conv2d(channels + state_channels, channels, 3, 1, 1)
        self.write = nn.Conv2d(channels, channels, 1, bias=False)
        nn.init.zeros_(self.write.weight)

    def forward(self, features: torch.Tensor, states: torch.Tensor) -> torch.Tensor:
        return features + self.write(F.silu(self.read(torch.cat([features, states], 1))))


class ReportReader(nn.Module):
    """Which place each token speaks of, with what status; and the state of every place."""

    def __init__(self, text_width: int) -> None:
        super().__init__()
        self.slots = nn.Linear(text_width, len(TEXT_SLOTS))
        self.statuses = nn.Linear(text_width, len(STATUSES))
        self.values = nn.Linear(text_width, STATE_VALUES)

    def tags(self, hidden: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return logits of slots ``(..., 78)`` (multi-label) and of statuses ``(..., 5)`` (one of) per token."""
        return self.slots(hidden), self.statuses(hidden)

    def forward(self, hidden: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Return the states ``(78, 16)`` of a report's places.

        Parameters
        ----------
        hidden : torch.Tensor
            ``(windows, tokens, width)``.
        mask : torch.Tensor
            ``(windows, tokens)`` bool, the tokens to read.

        A place is mentioned as surely as its surest token says. Its statuses are those of its surest tokens (a place
        may be "uptake" in the findings and "metastatic" in the impression), its values the mean over its tokens.
        """
        tokens = hidden[mask]
        if not len(tokens):
            return hidden.new_zeros(len(TEXT_SLOTS), STATE_WIDTH)
        slot_logits, status_logits = self.tags(tokens)
        named = slot_logits.sigmoid()
        statuses = (named[:, :, None] * status_logits.softmax(-1)[:, None, :]).amax(0)
        mean = named.T @ torch.tanh(self.values(tokens)) / (named.sum(0)[:, None] + 1e-3)
        return torch.cat([statuses, named.amax(0)[:, None] * mean], 1)


class DualPathNetwork(nn.Module):
    """Image encoder-decoder whose decoder can be told what the report says of each place.

    Parameters
    ----------
    config : NetworkConfig
    text_width : int
        Width of the text encoder's hidden states.
    """

    _slot_channels: torch.Tensor
    _slot_levels: torch.Tensor

    def __init__(self, config: NetworkConfig, text_width: int) -> None:
        super().__init__()
        self.config = config
        widths = config.widths
        unshuffled = INPUT_CHANNELS * 4
        self.stem = nn.Sequential(nn.PixelUnshuffle(2), nn.Conv2d(unshuffled, widths[0], 3, 1, 1))
        self.encoder = nn.ModuleList(
            [_ResidualBlock(widths[0], widths[0])] + [_ResidualBlock(a, b, stride=2) for a, b in pairwise(widths)]
        )
        self.bottom = _ResidualBlock(widths[-1], widths[-1])
        self.up = nn.ModuleList(nn.Conv2d(b, a, 1) for a, b in pairwise(widths))
        self.decoder = nn.ModuleList(_ResidualBlock(2 * a, a) for a in widths[:-1])
        self.joins = nn.ModuleDict(
            {
                str(2 ** (index + 1)): _ReportJoin(width, VIEW_COUNT * STATE_WIDTH)
                for index, width in enumerate(widths[:-1])
                if 2 ** (index + 1) in config.fused_strides
            }
        )
        self.no_report = nn.Parameter(torch.zeros(VIEW_COUNT * STATE_WIDTH))
        self.class_head = nn.Sequential(
            nn.Conv2d(widths[0] + unshuffled, widths[0], 3, 1, 1),
            nn.SiLU(inplace=True),
            nn.Conv2d(widths[0], VIEW_COUNT * len(CLASSES) * 4, 3, 1, 1),
            nn.PixelShuffle(2),
        )
        self.skeleton_head = nn.Conv2d(widths[0], VIEW_COUNT * len(SKELETON_CHANNELS), 1)
        self.level_head = nn.Conv2d(widths[0], VIEW_COUNT * 2, 1)
        self.reader = ReportReader(text_width)
        self.register_buffer("_slot_channels", _slot_channels(), persistent=False)
        self.register_buffer("_slot_levels", _slot_levels(), persistent=False)

    def encode(self, image: torch.Tensor) -> list[torch.Tensor]:
        """Return the features at each stride, finest first, after the stem's own (index 0)."""
        stem = self.stem[0](image)
        features = [stem]
        x = self.stem[1](stem)
        for block in self.encoder:
            x = block(x)
            features.append(x)
        features[-1] = self.bottom(features[-1])
        return features

    def decode(self, features: Sequence[torch.Tensor], states: torch.Tensor | None) -> torch.Tensor:
        """Return decoder features at stride 2.

        Parameters
        ----------
        features : sequence of torch.Tensor
            From ``encode``.
        states : torch.Tensor or None
            ``(batch, 32, rows/2, columns/2)`` laid-out report states from ``lay_out``; None without a report.
        """
        x = features[-1]
        for index in reversed(range(len(self.decoder))):
            skip = features[index + 1]
            x = F.interpolate(self.up[index](x), size=skip.shape[-2:], mode="bilinear", align_corners=False)
            x = self.decoder[index](torch.cat([x, skip], 1))
            stride = 2 ** (index + 1)
            if str(stride) in self.joins:
                x = self.joins[str(stride)](x, self._states_at(states, x, stride))
        return x

    def _states_at(self, states: torch.Tensor | None, x: torch.Tensor, stride: int) -> torch.Tensor:
        if states is None:
            return self.no_report[None, :, None, None].expand(len(x), -1, *x.shape[-2:])
        return F.avg_pool2d(states, stride // 2)

    def classify(self, features: Sequence[torch.Tensor], decoded: torch.Tensor) -> torch.Tensor:
        """Return class logits ``(batch, views, 4, rows, columns)``."""
        logits = self.class_head(torch.cat([decoded, features[0]], 1))
        return logits.unflatten(1, (VIEW_COUNT, len(CLASSES)))

    def image_path(self, features: Sequence[torch.Tensor]) -> ImageOutput:
        """Decode without the report."""
        decoded = self.decode(features, None)
        skeleton = self.skeleton_head(decoded).unflatten(1, (VIEW_COUNT, len(SKELETON_CHANNELS)))
        levels = self.level_head(decoded).unflatten(1, (VIEW_COUNT, 2))
        # Level coordinates run to 24 and 12; the head regresses them around the middle of their range.
        return ImageOutput(
            self.classify(features, decoded), skeleton, 12.5 + 4 * levels[:, :, 0], 6.5 + 2 * levels[:, :, 1]
        )

    def report_path(self, features: Sequence[torch.Tensor], image: ImageOutput, states: torch.Tensor) -> torch.Tensor:
        """Decode with the report; return class logits ``(batch, views, 4, rows, columns)``.

        Parameters
        ----------
        states : torch.Tensor
            ``(batch, 78, 16)`` from ``reader``, one report per image.
        """
        return self.classify(features, self.decode(features, self.lay_out(image, states)))

    def lay_out(self, image: ImageOutput, states: torch.Tensor) -> torch.Tensor:
        """Put each place's state where the image shows that place: ``(batch, 32, rows/2, columns/2)``."""
        skeleton = sides_by_position(image.skeleton.detach().sigmoid())
        maps = []
        for view in range(VIEW_COUNT):
            bones = skeleton[:, view]
            anywhere = bones.amax(1, keepdim=True)
            levels = torch.stack([image.spine_level[:, view], image.rib_level[:, view]], 1).detach()
            places = torch.cat([bones, self._at_levels(bones, levels), anywhere], 1)
            maps.append(torch.einsum("bsc,bshw->bchw", states, places))
        return torch.cat(maps, 1)

    def _at_levels(self, bones: torch.Tensor, levels: torch.Tensor) -> torch.Tensor:
        """Return how much each pixel belongs to each vertebra and rib: ``(batch, 48, rows, columns)``."""
        kind, number = self._slot_levels
        distance = (levels[:, kind.long()] - number[None, :, None, None]).abs()
        return bones[:, self._slot_channels] * (1 - distance / LEVEL_REACH).clamp(min=0)


def _level_slots() -> list[str]:
    """The vertebrae and ribs among the text slots, in their order there."""
    first, last = len(SKELETON_CHANNELS), slot_index(WHOLE_SKELETON_SLOT)
    return list(TEXT_SLOTS[first:last])


def _slot_channels() -> torch.Tensor:
    return torch.tensor([fine_region(name).channel for name in _level_slots()])


def _slot_levels() -> torch.Tensor:
    """For each vertebra and rib: which coordinate (0 spine, 1 ribs) and its value."""
    kinds = [float(fine_region(name).region == "ribs") for name in _level_slots()]
    return torch.tensor([kinds, [level_coordinate(name) or 0.0 for name in _level_slots()]])
