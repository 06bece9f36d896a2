"""The training step, for planar views and volumes alike; everything it needs of a sample is in ``batches.py``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from lightning.pytorch import LightningModule

from BoneMetSegLib.network import NetworkConfig, ReportReader

from .batches import Batch
from .earlier_reports import EarlierReports
from .losses import class_loss, fit_loss, place_loss
from .report_paths import ReportPaths
from .report_reading import shown_report, text_states
from .schedule import schedule
from .weight_average import WeightAverage


class DualPathModule(LightningModule):
    """One image path, any number of report paths, and the average of their weights.

    Parameters
    ----------
    configuration : mapping
        As ``read_configuration`` returns it.
    text_width : int
        Width of the token states in the batches.
    seed : int
    taught : ReportReader, optional
        Of the taught text path; its slots and statuses are taken over and stay as they are.
    """

    def __init__(
        self, configuration: Mapping[str, Any], text_width: int, seed: int, taught: ReportReader | None = None
    ) -> None:
        super().__init__()
        self._configuration = configuration
        self._seed = seed
        self.paths = ReportPaths(
            network_config(configuration), configuration["network"]["fusions"], text_width, seed, taught
        )
        self.average = WeightAverage(self.paths, configuration["train"]["average_decay"])
        self.earlier = EarlierReports()
        self.latest: dict[str, torch.Tensor] = {}
        """Losses of the last batch by name."""

    def fix_image(self, weights: Mapping[str, torch.Tensor] | None = None) -> None:
        """Take a finished run's image path, or the own, as it is; only report paths and their fit are trained."""
        self.paths.fix_image(weights)
        self.average = WeightAverage(self.paths, self._configuration["train"]["average_decay"])

    def losses(self, batch: Batch) -> dict[str, torch.Tensor]:
        """Return the losses of a batch by name, weighted; their sum is what is trained.

        Each report path has one of its own, and no gradient of it reaches the image path.
        """
        settings, paths = self._configuration["loss"], self.paths
        network = paths.image
        with torch.set_grad_enabled(torch.is_grad_enabled() and paths.learns_image):
            features = network.encode(batch["image"].contiguous(memory_format=self._memory_format))
            image = network.image_path(features)
        found = {}
        if paths.learns_image:
            found["image"] = class_loss(image.classes, batch["classes"], batch["present"], settings)
        if paths.learns_image and network.config.skeleton:
            found["places"] = place_loss(image, batch, settings)
        report_paths = list(paths.each())
        if not report_paths:
            return found
        where = network.places(image) if network.config.skeleton else None
        read = batch["present"] & batch["has_report"][:, None]
        for number, (name, own) in enumerate(report_paths):
            text = text_states(own.reader, batch)
            if not number and own.fit is not None:
                reports, patients, known = self.earlier.joined(text.with_lexicon(batch["lexicon"]), batch)
                fits = own.fits(image, reports, where)
                found["fit"] = settings["fit"] * fit_loss(fits, batch["patient"], patients, known)
            shown = shown_report(text, own.reader, batch, self._configuration["reports"], self._seed)
            output = own.report_path(features, image, shown, places=where)
            found[f"report {name}"] = settings["report"] * class_loss(output.classes, batch["classes"], read, settings)
        return found

    def training_step(self, batch: Batch, _index: int) -> torch.Tensor:
        """Return the loss of a batch."""
        found = self.losses(batch)
        self.latest = {name: loss.detach() for name, loss in found.items()}
        return torch.stack(list(found.values())).sum()

    @property
    def _memory_format(self) -> torch.memory_format:
        return torch.channels_last if self.paths.image.config.dimensions == 2 else torch.channels_last_3d

    def configure_optimizers(self) -> Any:
        """AdamW over parts that are clipped apart; warm-up and cosine by steps."""
        self.paths.to(memory_format=self._memory_format)  # type: ignore[call-overload]
        train = self._configuration["train"]
        groups = [{"params": part, "name": name} for name, part in self.paths.parts().items()]
        optimiser = torch.optim.AdamW(groups, train["learning_rate"], weight_decay=train["weight_decay"])
        steps, warm_up = train["max_steps"], train["warm_up_steps"]
        rates = torch.optim.lr_scheduler.LambdaLR(
            optimiser, lambda step: schedule(min(step / steps, 1.0), min(warm_up / steps, 0.5))
        )
        return {"optimizer": optimiser, "lr_scheduler": {"scheduler": rates, "interval": "step"}}

    def configure_gradient_clipping(self, optimizer: torch.optim.Optimizer, *_: Any, **__: Any) -> None:
        """Clip each part by itself: the size of one part's gradients must not change another's step."""
        for group in optimizer.param_groups:
            torch.nn.utils.clip_grad_norm_(group["params"], self._configuration["train"]["gradient_clip"])

    def optimizer_step(self, *arguments: Any, **named: Any) -> None:
        """Make a step, and take it into the average."""
        super().optimizer_step(*arguments, **named)
        self.average.update()

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Keep the average, and the reports that fit is held against."""
        checkpoint["average"] = self.average.state_dict()
        checkpoint["earlier_reports"] = self.earlier.state_dict()

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Take them up again."""
        self.average.load_state_dict(checkpoint["average"])
        self.earlier.load_state_dict(checkpoint["earlier_reports"])


def network_config(configuration: Mapping[str, Any]) -> NetworkConfig:
    """Return the shape of the network that a configuration asks for; the report paths differ in their fusion."""
    network = configuration["network"]
    return NetworkConfig(
        dimensions=network["dimensions"],
        views=network["views"],
        widths=tuple(network["widths"]),
        report_widths=tuple(network["report_widths"]),
        fusion=(),
        skeleton=network["skeleton"],
    )
