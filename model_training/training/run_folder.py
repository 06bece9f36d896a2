"""A run folder: configuration, log, checkpoint, text path, averaged networks, and where its image path is from."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from filelock import FileLock, Timeout
from safetensors import SafetensorError
from safetensors.torch import load_file, save

from BoneMetSegLib.errors import InputError
from BoneMetSegLib.network import DualPathNetwork, NetworkConfig
from BoneMetSegLib.text_encoder import ReportTokenizer, TextEncoder
from model_training.simulator.case_files import json_bytes, replace_file

from .report_paths import ReportPaths
from .text_path import text_path_of

CHECKPOINT = "last.ckpt"
IMAGE_ORIGIN = "image_path.json"
"""Where the image path came from, in a run that trained report paths alone."""
LOG = "log.jsonl"
_LOCK = "training.lock"


@dataclass
class Trained:
    """Everything a bundle needs: modules, the tokenizer's JSON and the log."""

    network: DualPathNetwork
    text: TextEncoder
    tokenizer: ReportTokenizer
    tokenizer_json: str
    log: dict[str, Any]


def network_file(run: Path, name: str, several: bool) -> Path:
    """Return where a network is stored: its report path's name stands in the file's where there are several."""
    return run / (f"network.{name}.safetensors" if several else "network.safetensors")


def store_networks(paths: ReportPaths, run: Path) -> None:
    """Write the networks with the weights they have now, each whole or not at all."""
    networks = paths.whole()
    for name, network in networks.items():
        file = network_file(run, name, len(networks) > 1)
        weights = {key: value.detach().cpu().contiguous() for key, value in network.state_dict().items()}
        replace_file(file, save(weights))
        replace_file(file.with_suffix(".json"), json_bytes(network.config.as_json()))


@contextmanager
def alone_in(run: Path) -> Iterator[None]:
    """Keep other trainings out of a run folder for as long as this one lasts, also if it is killed.

    Raises
    ------
    InputError
        Another training works in the folder.
    """
    run.mkdir(parents=True, exist_ok=True)
    lock = FileLock(run / _LOCK)
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise InputError(f"another training works in {run}; wait for its end, or take another folder") from error
    try:
        yield
    finally:
        lock.release()  # the file stays: taking it away could take it from under the next one


def store_image_origin(run: Path, origin: Mapping[str, Any]) -> None:
    """Write down where the image path of a run is from."""
    replace_file(run / IMAGE_ORIGIN, json_bytes(origin))


def store_configuration(run: Path, configuration: dict[str, Any]) -> None:
    """Write the whole configuration, defaults and all."""
    run.mkdir(parents=True, exist_ok=True)
    text = yaml.safe_dump(configuration, sort_keys=False, allow_unicode=True)
    replace_file(run / "config.yaml", text.encode())


def log_entries(run: Path) -> list[dict[str, Any]]:
    """Return the lines of the run's log; a last line that was cut off is left out."""
    entries = []
    for line in (run / LOG).read_text(encoding="utf-8").splitlines():
        try:
            entries.append(json.loads(line))
        except ValueError:
            break
    return entries


def load_run(run: Path, path: str = "") -> Trained:
    """Return what a finished training left in its run folder.

    Parameters
    ----------
    path : str
        Which report path, where the run trained several (``report_paths.path_name``).

    Raises
    ------
    InputError
        The folder holds no trained network, or several and none was named.
    """
    several = sorted(file.name.split(".")[1] for file in run.glob("network.*.safetensors"))
    if several and not path:
        raise InputError(f"{run} holds several networks; name one of {', '.join(several)}")
    file = network_file(run, path, bool(several))
    needed = (file, file.with_suffix(".json"), run / "text.safetensors", run / "config.yaml", run / LOG)
    if missing := [one.name for one in needed if not one.is_file()]:
        raise InputError(f"{run} holds no trained network (it lacks {missing[0]}); run 'train' first")
    own = yaml.safe_load((run / "config.yaml").read_text(encoding="utf-8"))
    text = text_path_of(run, own, own["train"]["seed"])
    try:
        config = NetworkConfig.from_json(json.loads(file.with_suffix(".json").read_text(encoding="utf-8")))
        network = DualPathNetwork(config, text.encoder.width)
        network.load_state_dict(load_file(file))
    except (RuntimeError, ValueError, SafetensorError) as error:
        raise InputError(f"{file.name} in {run} is not a network of this program; train again") from error
    return Trained(network, text.encoder, text.tokenizer, text.tokenizer_json, _summary(run, own, text.scores))


def _summary(run: Path, configuration: dict[str, Any], reading: dict[str, Any]) -> dict[str, Any]:
    entries = log_entries(run)
    history = [entry for entry in entries if "scores" in entry]
    last = entries[-1] if entries else {}
    origin = run / IMAGE_ORIGIN
    return {
        "configuration": configuration,
        "seed": configuration["train"]["seed"],
        "steps": last.get("step", 0),
        "minutes": round(last.get("minutes", 0.0), 1),
        "reading": reading,
        "history": history,
        "image_path": json.loads(origin.read_text(encoding="utf-8")) if origin.is_file() else None,
    }
