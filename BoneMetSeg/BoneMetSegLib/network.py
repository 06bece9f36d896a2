"""The dual-path network: an image path, and a report path that changes what the image path says (floor 3).

One definition, used by training and by Slicer, for planar views (two dimensions) and SPECT volumes (three). Planar
images are ``(batch, channels, rows, columns)`` on the network's grid, both views in anterior order (patient's right at
column 0), so that the two views of a place lie on each other; volumes ``(batch, channels, slices, rows, columns)``,
slices from the feet up, columns from the patient's right.

The report path reads the image path's features detached: what the image alone tells can neither be helped nor harmed by
a report, in training as in use, and the image path is, weight for weight, the U-Net the dual path is compared with.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from itertools import pairwise
from typing import Any, cast

import torch
from torch import nn

from .anatomy import (
    SKELETON_CHANNELS,
    TEXT_SLOTS,
    WHOLE_SKELETON_SLOT,
    fine_region,
    level_coordinate,
    slot_index,
)
from .bone_sides import sides_by_position
from .network_blocks import ResidualBlock, activation, avg_pool, conv, fold, unfold, upsample
from .report_fit import ReportFit
from .report_fusion import FUSIONS, PLACED_FUSIONS, Join, ReportStates
from .segmentation import CLASSES, STATUSES
from .status_worth import StatusWorth

STATE_VALUES = 11  # learned values of a region's state, beside the five statuses
STATE_WIDTH = STATE_VALUES + len(STATUSES)
# In levels: a third of a vertebra's or rib's state is left at its neighbours, nothing half-way to the next ones.
LEVEL_REACH = 1.5
_BACKGROUND_LOGIT = 4.0  # 95 % background, the other classes sharing the rest; a bone with 2 %


@dataclass(frozen=True)
class NetworkConfig:
    """Everything that decides the network's shape; stored in ``bundle.json``.

    Attributes
    ----------
    dimensions : int
        2 for planar views, 3 for volumes.
    views : int
        Images of one place: 2 for anterior and posterior, 1 for a volume.
    widths : tuple of int
        Channels of the image path at strides 2, 4, 8 ... of the network's grid.
    report_widths : tuple of int
        Channels of the report path at the same strides, one fewer.
    fusion : tuple of str
        How the report joins its decoder, any of ``report_fusion.FUSIONS``; none makes a second decoder that knows no
        report, the control for its mere size.
    skeleton : bool
        Whether the image path also learns bones and levels; ``regions`` and ``statuses`` need it.
    """

    dimensions: int = 2
    views: int = 2
    widths: tuple[int, ...] = (32, 48, 80, 112, 144)
    report_widths: tuple[int, ...] = (24, 32, 48, 64)
    fusion: tuple[str, ...] = ("regions",)
    skeleton: bool = True

    def __post_init__(self) -> None:
        if self.dimensions not in (2, 3) or len(self.widths) < 2 or len(self.report_widths) != len(self.widths) - 1:
            raise ValueError("a network has 2 or 3 dimensions, 2 or more widths and one report width fewer")
        if unknown := set(self.fusion) - set(FUSIONS):
            raise ValueError(f"fusion {sorted(unknown)} is none of {', '.join(FUSIONS)}")
        if (placed := sorted(PLACED_FUSIONS & set(self.fusion))) and not self.skeleton:
            raise ValueError(f"the fusion by {placed[0]} needs the skeleton head")

    @property
    def input_channels(self) -> int:
        """The images, and for each a constant channel that says whether it is there."""
        return 2 * self.views

    @property
    def grid_multiple(self) -> int:
        """What each side of the network's grid is a multiple of."""
        return int(2 ** len(self.widths))

    def as_json(self) -> dict[str, Any]:
        """Return the fields with lists for tuples."""
        return {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(self).items()}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> NetworkConfig:
        """Return the configuration that ``as_json`` wrote.

        Raises
        ------
        ValueError
            A field is missing or unknown.
        """
        names = {field.name for field in fields(cls)}
        if set(values) != names:
            raise ValueError(f"the architecture should name {', '.join(sorted(names))}")
        given: dict[str, Any] = {key: tuple(one) if isinstance(one, list) else one for key, one in values.items()}
        return cls(**given)


@dataclass
class ImageOutput:
    """What the image alone tells; ``size`` is the grid's, ``half`` half of it.

    Attributes
    ----------
    classes : torch.Tensor
        ``(batch, views, 4, *size)`` logits of ``segmentation.CLASSES``.
    skeleton : torch.Tensor
        ``(batch, views, 29, *half)`` logits; no channel without a skeleton head.
    spine_level, rib_level : torch.Tensor
        ``(batch, views, *half)`` level coordinates.
    decoded : list of torch.Tensor
        The decoder's features, stride 2 first.
    """

    classes: torch.Tensor
    skeleton: torch.Tensor
    spine_level: torch.Tensor
    rib_level: torch.Tensor
    decoded: list[torch.Tensor]


@dataclass
class ReportOutput:
    """What image and report tell together.

    Attributes
    ----------
    classes : torch.Tensor
        ``(batch, views, 4, *size)`` logits.
    fit : torch.Tensor
        ``(batch,)`` logit of the report belonging to this image.
    """

    classes: torch.Tensor
    fit: torch.Tensor


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

    def report(self, windows: Sequence[tuple[torch.Tensor, torch.Tensor]]) -> ReportStates:
        """Return the states of a batch of reports, each given as (hidden, mask) of its windows."""
        tokens = [hidden[mask] for hidden, mask in windows]
        padded = nn.utils.rnn.pad_sequence(tokens, batch_first=True)
        lengths = torch.tensor([len(one) for one in tokens], device=padded.device)
        mask = torch.arange(padded.shape[1], device=padded.device)[None] < lengths[:, None]
        return ReportStates(torch.stack([self(hidden, mask) for hidden, mask in windows]), padded, mask)


class DualPathNetwork(nn.Module):
    """Image encoder-decoder, and a second decoder that is told what the report says of each place.

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
        self.image = _ImagePath(config)
        self.reader = ReportReader(text_width)
        self.report = None if config.fusion == ("statuses",) else _ReportPath(config, text_width)
        self.worth = StatusWorth(len(STATUSES), len(CLASSES)) if "statuses" in config.fusion else None
        self.fit = ReportFit(len(TEXT_SLOTS), len(STATUSES), len(CLASSES) - 1) if config.skeleton else None
        self.register_buffer("_slot_channels", _slot_channels(), persistent=False)
        self.register_buffer("_slot_levels", _slot_levels(), persistent=False)

    def encode(self, image: torch.Tensor) -> list[torch.Tensor]:
        """Return the image path's features at each stride, finest first, after the folded image itself (index 0).

        Parameters
        ----------
        image : torch.Tensor
            ``(batch, 2 * views, *size)``; each side a multiple of ``config.grid_multiple``.
        """
        return self.image.encode(image)

    def image_path(self, features: Sequence[torch.Tensor]) -> ImageOutput:
        """Decode without the report."""
        return self.image.decode(features)

    def report_path(
        self,
        features: Sequence[torch.Tensor],
        image: ImageOutput,
        report: ReportStates,
        *,
        places: torch.Tensor | None = None,
        scaled: bool = True,
    ) -> ReportOutput:
        """Decode with one report per image.

        Parameters
        ----------
        places : torch.Tensor, optional
            From ``places``, where it is known already.
        scaled : bool
            Scale what the report changes by the probability that it belongs to the image.
        """
        if places is None and self.config.skeleton:
            places = self.places(image)
        change = torch.zeros_like(image.classes)
        if self.report is not None:
            change = change + self._decoded(features, image, report, places)
        if self.worth is not None and places is not None:
            change = change + self._weighed(image, report, places)
        if self.fit is None or places is None:
            fit = change.new_full((len(change),), float("inf"))
        else:
            fit = self.fit(image.classes.detach(), places, report.states[..., : len(STATUSES)]).diagonal()
        if scaled:
            change = change * fit.detach().sigmoid().reshape(-1, *[1] * (change.ndim - 1))
        return ReportOutput(image.classes.detach() + change, fit)

    def _decoded(
        self, features: Sequence[torch.Tensor], image: ImageOutput, report: ReportStates, places: torch.Tensor | None
    ) -> torch.Tensor:
        """Return what the report path's decoder changes."""
        maps = None
        if "regions" in self.config.fusion and places is not None:
            # One map per view and value, so that each view sees its own places.
            maps = torch.cat(
                [torch.einsum("bsc,bs...->bc...", report.states, places[:, view]) for view in range(self.config.views)],
                1,
            )
        decoder = cast(_ReportPath, self.report)
        change = decoder([one.detach() for one in features], [one.detach() for one in image.decoded], report, maps)
        return change.float().unflatten(1, (self.config.views, len(CLASSES)))

    def _weighed(self, image: ImageOutput, report: ReportStates, places: torch.Tensor) -> torch.Tensor:
        """Return what the statuses are worth."""
        if report.readers is None:
            raise ValueError("the fusion by statuses needs a report with what the lexicon read")
        classes = image.classes.detach()
        evidence = ReportFit.evidence(classes, places)
        return cast(StatusWorth, self.worth)(classes, places, report.readers, evidence)

    def fits(self, image: ImageOutput, report: ReportStates, places: torch.Tensor | None = None) -> torch.Tensor:
        """Return the logits ``(images, reports)`` of each report belonging to each image."""
        if self.fit is None:
            raise ValueError("without a skeleton head nothing says which report belongs to an image")
        places = self.places(image) if places is None else places
        return self.fit(image.classes.detach(), places, report.states[..., : len(STATUSES)])

    def places(self, image: ImageOutput) -> torch.Tensor:
        """Return how much each pixel belongs to each text slot's place: ``(batch, views, 78, *half)``, detached."""
        # In full precision: in half of it a midline is known to a quarter of a pixel and a level to an eighth.
        bones = sides_by_position(image.skeleton.detach().float().sigmoid())
        anywhere = bones.amax(2, keepdim=True)
        levels = torch.stack([image.spine_level, image.rib_level], 2).detach().float()
        kind, number = self._slot_levels
        ones = [1] * self.config.dimensions
        distance = levels[:, :, kind.long()].sub_(number.reshape(1, 1, -1, *ones)).abs_()
        # In place: dozens of maps, made for every step and case.
        at_levels = distance.div_(-LEVEL_REACH).add_(1).clamp_(min=0).mul_(bones[:, :, self._slot_channels])
        return torch.cat([bones, at_levels, anywhere], 2)


class _ImagePath(nn.Module):
    """A residual U-Net with heads for hot-spot classes, bones and levels."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.config = config
        widths, dimensions = config.widths, config.dimensions
        folded = config.input_channels * 2**dimensions
        self.stem = conv(dimensions, folded, widths[0], 3)
        self.encoder = nn.ModuleList(
            [ResidualBlock(dimensions, widths[0], widths[0])]
            + [ResidualBlock(dimensions, a, b, stride=2) for a, b in pairwise(widths)]
        )
        self.bottom = ResidualBlock(dimensions, widths[-1], widths[-1])
        self.up = nn.ModuleList(conv(dimensions, b, a, 1) for a, b in pairwise(widths))
        self.decoder = nn.ModuleList(ResidualBlock(dimensions, 2 * a, a) for a in widths[:-1])
        self.class_head = _class_head(config, widths[0] + folded, widths[0])
        bones = config.views * len(SKELETON_CHANNELS) if config.skeleton else 0
        levels = config.views * 2 if config.skeleton else 0
        self.place_head = conv(dimensions, widths[0], bones + levels, 1) if config.skeleton else None
        self._start_at_background()

    @torch.no_grad()
    def _start_at_background(self) -> None:
        """Begin with background nearly everywhere, as it is: else the first hundreds of steps learn only that.

        Lin et al., Focal Loss for Dense Object Detection (2017), section 3.3.
        """
        classes = self.class_head[-1].bias
        cast(torch.Tensor, classes).view(self.config.views, len(CLASSES), -1)[:, 0] += _BACKGROUND_LOGIT
        if self.place_head is not None:
            bones = cast(torch.Tensor, self.place_head.bias)[: self.config.views * len(SKELETON_CHANNELS)]
            bones -= _BACKGROUND_LOGIT

    def encode(self, image: torch.Tensor) -> list[torch.Tensor]:
        folded = fold(image)
        features = [folded]
        x = self.stem(folded)
        for block in self.encoder:
            x = block(x)
            features.append(x)
        features[-1] = self.bottom(features[-1])
        return features

    def decode(self, features: Sequence[torch.Tensor]) -> ImageOutput:
        x, decoded = features[-1], []
        for index in reversed(range(len(self.decoder))):
            skip = features[index + 1]
            x = self.decoder[index](torch.cat([upsample(self.up[index](x), skip), skip], 1))
            decoded.append(x)
        logits = unfold(self.class_head(torch.cat([x, features[0]], 1)), self.config.dimensions)
        classes = logits.float().unflatten(1, (self.config.views, len(CLASSES)))
        return ImageOutput(classes, *self._places(x), decoded[::-1])

    def _places(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        views, size = self.config.views, x.shape[2:]
        if self.place_head is None:
            nothing = x.new_zeros(len(x), views, *size)
            return x.new_zeros(len(x), views, 0, *size), nothing, nothing
        bones, levels = self.place_head(x).split([views * len(SKELETON_CHANNELS), views * 2], 1)
        levels = levels.unflatten(1, (views, 2))
        # Level coordinates run to 24 and 12; the head regresses them around the middle of their range.
        return (
            bones.unflatten(1, (views, len(SKELETON_CHANNELS))),
            12.5 + 4 * levels[:, :, 0].float(),
            6.5 + 2 * levels[:, :, 1].float(),
        )


class _ReportPath(nn.Module):
    """A slimmer decoder over the image path's features, told of the report at every stride; changes the logits."""

    def __init__(self, config: NetworkConfig, text_width: int) -> None:
        super().__init__()
        self.config = config
        dimensions, widths, own = config.dimensions, config.widths, config.report_widths
        self.start = conv(dimensions, widths[-1], own[-1], 1)
        below = [*own[1:], own[-1]]
        joins = [
            Join(config.fusion, dimensions, width, text_width, config.views * STATE_WIDTH, 2 ** (index + 1))
            for index, width in enumerate(own)
        ]
        self.joins = nn.ModuleList(joins)
        self.squeeze = nn.ModuleList(
            conv(dimensions, 2 * a + b + join.extra_channels, width, 1)
            for a, b, width, join in zip(widths, below, own, joins, strict=False)
        )
        self.decoder = nn.ModuleList(ResidualBlock(dimensions, width, width) for width in own)
        folded = config.input_channels * 2**dimensions
        self.head = _class_head(config, own[0] + folded, own[0])
        # At first the report changes nothing.
        for parameter in self.head[-1].parameters():
            nn.init.zeros_(parameter)

    def forward(
        self,
        features: Sequence[torch.Tensor],
        decoded: Sequence[torch.Tensor],
        report: ReportStates,
        maps: torch.Tensor | None,
    ) -> torch.Tensor:
        x = self.start(features[-1])
        for index in reversed(range(len(self.decoder))):
            skip, join = features[index + 1], cast(Join, self.joins[index])
            parts = [upsample(x, skip), skip, decoded[index]]
            if maps is not None:
                parts.append(avg_pool(maps, 2**index))
            x = self.squeeze[index](torch.cat([*parts, *join.more(skip, report)], 1))
            x = self.decoder[index](join(x, report))
        return unfold(self.head(torch.cat([x, features[0]], 1)), self.config.dimensions)


def _class_head(config: NetworkConfig, inputs: int, width: int) -> nn.Sequential:
    """Logits at stride 2, folded: ``unfold`` brings them to the grid."""
    outputs = config.views * len(CLASSES) * 2**config.dimensions
    return nn.Sequential(
        conv(config.dimensions, inputs, width, 3), activation(), conv(config.dimensions, width, outputs, 3)
    )


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
