"""A checkpoint of a training: weights, the optimiser's moments and the random numbers, in one safetensors file.

Going on from it gives, weight for weight, what an unbroken run gives on the same machine and number of threads.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import nn

from BoneMetSegLib.errors import InputError
from model_training.simulator.case_files import replace_file

_HEADER = "checkpoint"


def save_checkpoint(
    path: Path,
    modules: Mapping[str, nn.Module],
    optimiser: torch.optim.Optimizer,
    rng: np.random.Generator,
    facts: Mapping[str, Any],
) -> None:
    """Write a checkpoint; the old one stays until the new one is whole.

    Parameters
    ----------
    modules : mapping
        Name to module; names have no dot.
    facts : mapping
        Plain values for JSON: the step, and what a run that goes on must have in common with this one.
    """
    tensors = {f"{name}.{key}": value for name, module in modules.items() for key, value in module.state_dict().items()}
    state = optimiser.state_dict()
    for number, moments in state["state"].items():
        tensors |= {f"optimiser.{number}.{key}": torch.as_tensor(value) for key, value in moments.items()}
    tensors["torch_random"] = torch.get_rng_state()
    header = {"facts": dict(facts), "random": rng.bit_generator.state}
    path.parent.mkdir(parents=True, exist_ok=True)
    whole = {key: value.contiguous() for key, value in tensors.items()}
    replace_file(path, save(whole, metadata={_HEADER: json.dumps(header)}))


def checkpoint_facts(path: Path) -> dict[str, Any]:
    """Return the facts of a checkpoint.

    Raises
    ------
    InputError
        It is not there or damaged.
    """
    return _header(path)["facts"]


def load_checkpoint(
    path: Path, modules: Mapping[str, nn.Module], optimiser: torch.optim.Optimizer, rng: np.random.Generator
) -> dict[str, Any]:
    """Bring modules, optimiser and random numbers to where a checkpoint left them; return its facts.

    Raises
    ------
    InputError
        It is not there, damaged, or of modules of another size.
    """
    header = _header(path)
    with safe_open(path, "pt") as stored:
        tensors = {key: stored.get_tensor(key) for key in stored.keys()}  # noqa: SIM118 (it is no mapping)
    try:
        for name, module in modules.items():
            prefix = f"{name}."
            module.load_state_dict({k[len(prefix) :]: v for k, v in tensors.items() if k.startswith(prefix)})
    except RuntimeError as error:
        raise InputError(
            f"{path} was made with other sizes; give the configuration that it was made with, or start in a new folder"
        ) from error
    state = optimiser.state_dict()
    moments: dict[int, dict[str, torch.Tensor]] = {}
    for key, value in tensors.items():
        if key.startswith("optimiser."):
            _, number, moment = key.split(".")
            moments.setdefault(int(number), {})[moment] = value
    state["state"] = moments
    optimiser.load_state_dict(state)
    torch.set_rng_state(tensors["torch_random"])
    rng.bit_generator.state = header["random"]
    return dict(header["facts"])


def _header(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise InputError(f"{path.parent} holds no checkpoint to go on from ({path.name}); leave out --resume")
    try:
        with safe_open(path, "pt") as stored:
            return dict(json.loads((stored.metadata() or {})[_HEADER]))
    except (SafetensorError, OSError, KeyError, ValueError) as error:
        raise InputError(f"{path} is not a checkpoint that can be read; start in a new folder") from error
