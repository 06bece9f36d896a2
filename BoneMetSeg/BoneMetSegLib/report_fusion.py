"""The ways in which a report can join what the image path decodes (floor 3).

``regions`` lays each place's state out where the image shows that place: the decoder's maps hold it already, so its
join adds only their channels. ``statuses`` needs no decoder: it weighs what is said of a place against what the image
shows there (``status_worth.py``). The others know no place and are what these are compared with: ``concatenation``
appends one vector of the whole report to every pixel, ``film`` lets that vector scale and shift every channel (Perez
2018), ``tokens`` lets every pixel attend to the report's tokens (as LViT and its kin do).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
import torch.nn.functional as F
from torch import nn

FUSIONS: tuple[str, ...] = ("regions", "statuses", "concatenation", "film", "tokens")
PLACED_FUSIONS = frozenset({"regions", "statuses"})
"""Those that lay out places, for which a network needs bones and levels."""
_VECTOR_CHANNELS = 32
_HEADS = 4
# On reports written by hand (model_training/reading/by_hand) about a third of what an older text path alone read was
# right; the newer one is told the same, since it was trained so.
_WEIGHT_WITHOUT_LEXICON = 0.5
_FINEST_ATTENTION_STRIDE = 8  # finer, attention costs more than the whole image path


@dataclass
class ReportStates:
    """What the text path made of a batch of reports.

    Attributes
    ----------
    states : torch.Tensor
        ``(batch, 78, 16)``: for each text slot five statuses (0 to 1) and learned values.
    tokens : torch.Tensor
        ``(batch, longest, width)`` hidden states of the tokens that may be read, zero behind a report's end.
    token_mask : torch.Tensor
        ``(batch, longest)`` bool.
    readers : torch.Tensor, optional
        ``(batch, 2, 78, 5)``: the statuses as text path and lexicon each read them, once they are joined.
    """

    states: torch.Tensor
    tokens: torch.Tensor
    token_mask: torch.Tensor
    readers: torch.Tensor | None = None

    @property
    def vector(self) -> torch.Tensor:
        """The mean token of each report, ``(batch, width)``; zero for a report without a clause."""
        if not self.tokens.shape[1]:
            return self.tokens.new_zeros(len(self.tokens), self.tokens.shape[2])
        return self.tokens.sum(1) / self.token_mask.sum(1, keepdim=True).clamp(min=1)

    def with_lexicon(self, said: torch.Tensor) -> ReportStates:
        """Return states in which what lexicon and grammar read counts as well.

        A place that they read has the surer of both readings, status by status; one that only the text path read
        counts half.

        Parameters
        ----------
        said : torch.Tensor
            ``(batch, 78, 5)`` of ``report_slots.lexicon_states``.
        """
        statuses, values = self.states.split([said.shape[-1], self.states.shape[-1] - said.shape[-1]], -1)
        read = said.amax(-1, keepdim=True) > 0
        weight = torch.where(read, 1.0, _WEIGHT_WITHOUT_LEXICON)
        return replace(
            self,
            states=torch.cat([torch.maximum(statuses, said) * weight, values * weight], -1),
            readers=torch.stack([statuses, said], 1),
        )

    def of(self, indices: Sequence[int]) -> ReportStates:
        """Return the reports at some places of the batch, in that order."""
        chosen = torch.as_tensor(indices, device=self.states.device)
        readers = None if self.readers is None else self.readers[chosen]
        return ReportStates(self.states[chosen], self.tokens[chosen], self.token_mask[chosen], readers)


class Join(nn.Module):
    """How the report joins features of one stride; ``extra_channels`` come from maps and ``more``."""

    def __init__(
        self, fusion: Sequence[str], dimensions: int, width: int, text_width: int, map_channels: int, stride: int
    ) -> None:
        super().__init__()
        self.extra_channels = map_channels if "regions" in fusion else 0
        self.append = self.film = self.attend = None
        if "concatenation" in fusion:
            self.append = nn.Linear(text_width, _VECTOR_CHANNELS)
            self.extra_channels += _VECTOR_CHANNELS
        if "film" in fusion:
            self.film = nn.Linear(text_width, 2 * width)
            nn.init.zeros_(self.film.weight)
            nn.init.zeros_(self.film.bias)
        if "tokens" in fusion and stride >= _FINEST_ATTENTION_STRIDE:
            self.attend = _TokenAttention(width, text_width, dimensions)

    def more(self, like: torch.Tensor, report: ReportStates) -> list[torch.Tensor]:
        """Return what is appended to features of the size of ``like``, beside the maps."""
        if self.append is None:
            return []
        vector = self.append(report.vector)
        return [vector.reshape(*vector.shape, *[1] * (like.ndim - 2)).expand(-1, -1, *like.shape[2:])]

    def forward(self, x: torch.Tensor, report: ReportStates) -> torch.Tensor:
        """Return features changed by the report."""
        if self.film is not None:
            scale, shift = self.film(report.vector).reshape(len(x), -1, *[1] * (x.ndim - 2)).chunk(2, 1)
            x = x * (1 + scale) + shift
        return x if self.attend is None else self.attend(x, report)


class _TokenAttention(nn.Module):
    """Every pixel asks the tokens; a learned token stands for "nothing of this", so that a report may be empty."""

    def __init__(self, width: int, text_width: int, dimensions: int) -> None:
        super().__init__()
        self.place = nn.Linear(dimensions, width)  # where a pixel is: a token names places
        self.query, self.key, self.value = (
            nn.Linear(width, width),
            nn.Linear(text_width, width),
            nn.Linear(text_width, width),
        )
        self.write = nn.Linear(width, width)
        self.nothing = nn.Parameter(torch.zeros(text_width))
        nn.init.zeros_(self.write.weight)
        nn.init.zeros_(self.write.bias)

    def forward(self, x: torch.Tensor, report: ReportStates) -> torch.Tensor:
        size = x.shape[2:]
        axes = [torch.linspace(-1, 1, side, dtype=x.dtype, device=x.device) for side in size]
        where = torch.stack(torch.meshgrid(*axes, indexing="ij"), -1).flatten(0, -2)
        pixels = x.flatten(2).transpose(1, 2)
        tokens = torch.cat([self.nothing.expand(len(x), 1, -1), report.tokens.to(x.dtype)], 1)
        mask = F.pad(report.token_mask, (1, 0), value=True)
        query, key, value = (
            part.unflatten(-1, (_HEADS, -1)).transpose(1, 2)
            for part in (self.query(pixels + self.place(where)), self.key(tokens), self.value(tokens))
        )
        read = F.scaled_dot_product_attention(query, key, value, attn_mask=mask[:, None, None])
        return x + self.write(read.transpose(1, 2).flatten(2)).transpose(1, 2).unflatten(2, size)
