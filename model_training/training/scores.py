"""What validation counts: pooled Dice, skeleton, and whether a report's owner is known."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from BoneMetSegLib.anatomy import SKELETON_CHANNELS
from BoneMetSegLib.bone_sides import sides_by_position
from BoneMetSegLib.network import ImageOutput
from BoneMetSegLib.segmentation import CLASSES
from model_training.training_case import IGNORE

from .batches import Batch


class Scores:
    """Sums over a validation draw; those of several processes can be added.

    Parameters
    ----------
    drawings : sequence of str
        Names of what is drawn: "image", and each report path with the own and with another patient's report.
    """

    def __init__(self, drawings: Sequence[str]) -> None:
        self._drawings = list(drawings)
        self._classes = torch.zeros(len(drawings), len(CLASSES) - 1, 2, dtype=torch.float64)
        self._bones = torch.zeros(len(SKELETON_CHANNELS), 2, dtype=torch.float64)
        self._fits = torch.zeros(2, 2, dtype=torch.float64)

    def add_classes(self, drawing: str, logits: torch.Tensor, batch: Batch, rows: torch.Tensor | None = None) -> None:
        """Count a drawing ``(batch, views, 4, *size)``; only of some images of the batch where ``rows`` says so."""
        drawn, truth = logits.argmax(2), batch["classes"]
        known = (truth != IGNORE) & batch["present"].reshape(*batch["present"].shape, *[1] * (truth.ndim - 2))
        if rows is not None:
            known = known & rows.reshape(-1, *[1] * (truth.ndim - 1))
        sums = self._classes[self._drawings.index(drawing)]
        for label in range(1, len(CLASSES)):
            mine, true = (drawn == label) & known, (truth == label) & known
            sums[label - 1] += torch.stack([2 * (mine & true).sum(), mine.sum() + true.sum()]).double().cpu()

    def add_bones(self, image: ImageOutput, batch: Batch) -> None:
        """Count the skeleton of the images that have one, sides by place as an application has them."""
        shown = batch["present"] & batch["has_skeleton"][:, None]
        bones = sides_by_position(image.skeleton.float().sigmoid())
        mine, true = bones[shown] > 0.5, batch["skeleton"][shown] > 127
        over = (0, *range(2, mine.ndim))
        self._bones[:, 0] += 2 * (mine & true).sum(over).double().cpu()
        self._bones[:, 1] += (mine.sum(over) + true.sum(over)).double().cpu()

    def add_fits(self, logits: torch.Tensor, batch: Batch) -> None:
        """Count how often own reports are held for own and others' for others'; ``(images, reports)``."""
        own = batch["patient"][:, None] == batch["patient"][None]
        has = batch["has_report"][None].expand_as(own)
        for kind, (which, right) in enumerate(((own & has, logits > 0), (~own & has, logits <= 0))):
            self._fits[kind] += torch.stack([(right & which).sum(), which.sum()]).double().cpu()

    @property
    def sums(self) -> torch.Tensor:
        """All sums in one vector, to be added to those of other processes."""
        return torch.cat([self._classes.flatten(), self._bones.flatten(), self._fits.flatten()])

    @sums.setter
    def sums(self, values: torch.Tensor) -> None:
        sizes = [self._classes.numel(), self._bones.numel(), self._fits.numel()]
        classes, bones, fits = values.double().cpu().split(sizes)
        self._classes = classes.reshape(self._classes.shape)
        self._bones, self._fits = bones.reshape(self._bones.shape), fits.reshape(2, 2)

    def as_json(self) -> dict[str, float]:
        """Return scores by name; what nothing was counted of is left out."""
        scores = {}
        for drawing, sums in zip(self._drawings, self._classes, strict=True):
            for name, (overlap, total) in zip(CLASSES[1:], sums.tolist(), strict=True):
                if total:
                    scores[f"dice/{drawing}/{name}"] = round(overlap / total, 4)
        for region, dice in self._by_region().items():
            scores[f"skeleton/{region}"] = round(dice, 4)
        for name, (right, count) in zip(("own", "other"), self._fits.tolist(), strict=True):
            if count:
                scores[f"fit/{name}"] = round(right / count, 4)
        return scores

    def _by_region(self) -> dict[str, float]:
        """Mean Dice of a region's channels (left and right apart), and of all channels that are there."""
        regions: dict[str, list[float]] = {}
        for channel, (overlap, total) in zip(SKELETON_CHANNELS, self._bones.tolist(), strict=True):
            if total:
                regions.setdefault(channel.region, []).append(overlap / total)
        every = [dice for found in regions.values() for dice in found]
        means = {region: sum(found) / len(found) for region, found in regions.items()}
        return {"mean": sum(every) / len(every), **means} if every else {}
