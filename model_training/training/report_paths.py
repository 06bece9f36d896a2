"""One image path with several report paths beside each other.

The report path's gradients end at the image path's features, so that any number of them can be trained in one run at
the price of one image path: each sees the same images, reports and noise, and none changes what another learns.

Every part is made from random numbers of its own, so that its first weights depend on the seed alone, not on which
other parts there are.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import cast

import torch
from torch import nn

from BoneMetSegLib.network import DualPathNetwork, NetworkConfig, ReportReader

NO_REPORT = "none"
_SEEDS = {"image": 1, "reader": 2, "fit": 3, "report": 4}


def path_name(fusion: Sequence[str]) -> str:
    """Return a report path's name: its kinds of fusion, or "none" for the control."""
    return "+".join(fusion) or NO_REPORT


class ReportPaths(nn.Module):
    """An image path, and networks that share it.

    Attributes
    ----------
    image : DualPathNetwork
        Without fusion; its image path, its fit and what its reader was taught are those of all.
    networks : nn.ModuleDict
        By ``path_name``: networks with a report path and ``reader.values`` of their own.
    """

    def __init__(
        self,
        config: NetworkConfig,
        fusions: Sequence[Sequence[str]],
        text_width: int,
        seed: int,
        taught: ReportReader | None = None,
    ) -> None:
        super().__init__()
        names = [path_name(fusion) for fusion in fusions]
        if len(set(names)) < len(names):
            raise ValueError("each fusion is named once")
        plain = replace(config, fusion=())
        self.image = _seeded(plain, text_width, seed, "image")
        self.image.reader = _seeded(plain, text_width, seed, "reader").reader
        self.image.fit = _seeded(plain, text_width, seed, "fit").fit
        if taught is not None:
            self.image.reader.slots.load_state_dict(taught.slots.state_dict())
            self.image.reader.statuses.load_state_dict(taught.statuses.state_dict())
        self.image.requires_grad_(False)
        self.image.image.requires_grad_(True)
        networks = {}
        for name, fusion in zip(names, fusions, strict=True):
            network = _seeded(replace(config, fusion=tuple(fusion)), text_width, seed, "report")
            network.image, network.fit = self.image.image, self.image.fit
            reader = self.image.reader
            network.reader.slots, network.reader.statuses = reader.slots, reader.statuses
            network.reader.values = copy.deepcopy(reader.values).requires_grad_(True)
            networks[name] = network
        if self.image.fit is not None:
            self.image.fit.requires_grad_(bool(networks))
        self.networks = nn.ModuleDict(networks)

    def fix_image(self, weights: Mapping[str, torch.Tensor] | None = None) -> None:
        """Take the image path of a finished run, and learn it no more: report paths are trained on what it sees.

        Without weights those that are there stay.

        Raises
        ------
        RuntimeError
            The weights are of another shape.
        """
        if weights is not None:
            self.image.image.load_state_dict(
                {name.removeprefix("image."): value for name, value in weights.items() if name.startswith("image.")}
            )
        self.image.image.requires_grad_(False)

    @property
    def learns_image(self) -> bool:
        """Whether the image path is trained, or was before."""
        return any(value.requires_grad for value in self.image.image.parameters())

    def each(self) -> Iterator[tuple[str, DualPathNetwork]]:
        """Return names and networks."""
        for name, network in self.networks.items():
            yield name, cast("DualPathNetwork", network)

    def parts(self) -> dict[str, list[nn.Parameter]]:
        """Return what is learned, by parts that know nothing of each other: each is clipped and scheduled by itself."""
        parts = {"image": list(self.image.image.parameters())} if self.learns_image else {}
        if self.image.fit is not None and len(self.networks):
            parts["fit"] = list(self.image.fit.parameters())
        for name, network in self.each():
            modules = [network.report, network.worth, network.reader.values]
            parts[name] = [weight for module in modules if module is not None for weight in module.parameters()]
        return parts

    def whole(self) -> dict[str, DualPathNetwork]:
        """Return the networks to store; without any report path the image's own, whose report changes nothing."""
        return dict(self.each()) or {NO_REPORT: self.image}


def _seeded(config: NetworkConfig, text_width: int, seed: int, part: str) -> DualPathNetwork:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1000 * seed + _SEEDS[part])
        return DualPathNetwork(config, text_width)
