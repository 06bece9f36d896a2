"""The image path of a finished run or of a bundle, which a training takes over as it is, and how it was made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import yaml
from safetensors import SafetensorError
from safetensors.torch import load_file

from BoneMetSegLib.bundle import open_bundle
from BoneMetSegLib.errors import InputError

from .run_folder import LOG, log_entries

_SHAPE = ("dimensions", "views", "widths", "skeleton")


@dataclass(frozen=True)
class GivenImagePath:
    """An image path that was trained before.

    Attributes
    ----------
    folder : Path
        Of the run or the bundle.
    weights : mapping
        Those of ``DualPathNetwork.image``, with "image." before each name.
    origin : mapping
        ``seed``, ``steps``, ``minutes`` and ``configuration`` of its training; of a bundle's, its name as ``bundle``
        and how many ``patients`` of each split it was trained on, too.
    """

    folder: Path
    weights: Mapping[str, torch.Tensor]
    origin: Mapping[str, Any]

    def check_shape(self, configuration: Mapping[str, Any]) -> None:
        """Refuse an image path that a configuration cannot use.

        Raises
        ------
        InputError
            Its network has another shape.
        """
        given, wanted = self.origin["configuration"]["network"], configuration["network"]
        for setting in _SHAPE:
            if given.get(setting) != wanted[setting]:
                raise InputError(
                    f"the image path of {self.folder} was trained with {setting} {given.get(setting)}, the "
                    f"configuration has {wanted[setting]}"
                )


def given_image_path(folder: Path) -> GivenImagePath:
    """Return the image path of a folder.

    Parameters
    ----------
    folder : Path
        Of a finished run, or of a bundle that this version exported.

    Raises
    ------
    InputError
        It holds no trained network, or does not say how that was trained.
    """
    if (folder / "bundle.json").is_file():
        return _of_bundle(folder)
    # All networks of a run have the same image path.
    file = next(iter(sorted(folder.glob("network*.safetensors"))), None)
    if file is None:
        raise InputError(f"{folder} holds no trained network to take the image path of")
    try:
        weights = load_file(file)
    except (OSError, SafetensorError) as error:
        raise InputError(f"{file.name} in {folder} cannot be read; train it again") from error
    return GivenImagePath(folder, _image_part(weights, "image."), _origin_of_run(folder))


def _of_bundle(folder: Path) -> GivenImagePath:
    description = open_bundle(folder).description
    training = description["training"]
    try:
        own = training.get("image_path") or training  # its report path may have been trained later, on others
        origin = {key: own[key] for key in ("seed", "steps", "minutes", "configuration")}
        origin["patients"] = own.get("patients", training["patients"])
        weights = _image_part(load_file(folder / "weights.safetensors"), "network.image.")
    except (OSError, LookupError, SafetensorError) as error:
        raise InputError(
            f"bundle {folder.name} does not say how its image path was trained; export it again"
        ) from error
    return GivenImagePath(folder, weights, origin | {"bundle": f"{description['name']} {description['version']}"})


def _image_part(weights: Mapping[str, torch.Tensor], prefix: str) -> dict[str, torch.Tensor]:
    """Return what begins with the prefix, in full precision, "image." before each name."""
    return {
        f"image.{name.removeprefix(prefix)}": value.float()
        for name, value in weights.items()
        if name.startswith(prefix)
    }


def _origin_of_run(run: Path) -> dict[str, Any]:
    try:
        own = yaml.safe_load((run / "config.yaml").read_text(encoding="utf-8"))
        last = log_entries(run)[-1]
        origin = {"seed": own["train"]["seed"], "steps": last["step"], "minutes": round(last["minutes"], 1)}
    except (OSError, LookupError, TypeError, yaml.YAMLError) as error:
        raise InputError(f"{run} lacks config.yaml or {LOG}, which say how its image path was trained") from error
    return origin | {"configuration": own}
