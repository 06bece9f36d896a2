"""A model bundle on disk: load, check, describe, write (floor 3).

A bundle is a folder with ``bundle.json``, ``weights.safetensors`` (image path under ``network.``, BERT under
``text.``), ``tokenizer/`` and ``README.md`` (the model card). No pickle. ``bundle.json`` names the SHA-256 of every
other file.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath
from typing import TYPE_CHECKING, Any

from .anatomy import SKELETON_CHANNEL_NAMES, TEXT_SLOTS
from .burden_calibration import BurdenCalibration
from .errors import InputError
from .preprocessing import Preprocessing
from .resources import resource_path
from .segmentation import CLASSES, STATUSES

if TYPE_CHECKING:
    from .network import DualPathNetwork, NetworkConfig
    from .text_encoder import ReportTokenizer, TextEncoder

SCHEMA_VERSION = 2
KINDS: dict[str, int] = {"planar": 2, "spect": 3}
"""Kinds of bundles, as of scans, and the dimensions of their networks."""
_NEEDED_FILES = ("weights.safetensors", "tokenizer/tokenizer.json")
_NEEDED_THRESHOLDS = {
    "planar": ("foreground", "accept", "min_area_mm2"),
    "spect": ("foreground", "accept", "min_volume_ml"),
}
_REQUIRED: dict[str, type] = {
    "schema_version": int,
    "name": str,
    "version": str,
    "kind": str,
    "architecture": dict,
    "preprocessing": dict,
    "regions": dict,
    "thresholds": dict,
    "text_encoder": dict,
    "training": dict,
    "evaluation": dict,
    "intended_use": str,
    "licence": str,
    "files": dict,
}


@dataclass(frozen=True)
class Bundle:
    """A checked bundle: every file is there with its hash, and the description has what it needs.

    Attributes
    ----------
    folder : pathlib.Path
    description : mapping
        ``bundle.json``.
    """

    folder: Path
    description: Mapping[str, Any]

    @property
    def name(self) -> str:
        """Name and version, as printed beside results."""
        return f"{self.description['name']} {self.description['version']}"

    @property
    def kind(self) -> str:
        """The kind of scan it segments: "planar" or "spect"."""
        return str(self.description["kind"])

    @property
    def preprocessing(self) -> Preprocessing:
        """How its images are made ready for the network."""
        return Preprocessing.from_json(self.description["preprocessing"])

    @property
    def weights_sha256(self) -> str:
        """SHA-256 of the weights file."""
        return self.description["files"]["weights.safetensors"]

    @property
    def thresholds(self) -> dict[str, float]:
        """Thresholds for making hot spots of probabilities."""
        return {key: float(value) for key, value in self.description["thresholds"].items()}

    @property
    def burden_calibration(self) -> dict[str, Any]:
        """What ``burden_calibration.BurdenCalibration`` reads; empty where it was never fitted."""
        return dict(self.description.get("burden_calibration", {}))

    def check_kind(self, kind: str) -> None:
        """Refuse a kind of scan that it was not made for.

        Raises
        ------
        InputError
            It segments another kind.
        """
        if kind != self.kind:
            raise InputError(f"bundle {self.folder.name} is for {self.kind} scans, and this is a {kind} scan")

    def load(self) -> tuple[DualPathNetwork, TextEncoder, ReportTokenizer]:
        """Build the network and fill in its weights, in float32, ready for inference.

        Raises
        ------
        InputError
            The weights do not fit the architecture, or the architecture not the kind and the grid.
        """
        from safetensors import SafetensorError
        from safetensors.torch import load_file
        from transformers import BertConfig, BertModel

        from .network import DualPathNetwork, NetworkConfig
        from .text_encoder import ReportTokenizer, TextEncoder

        try:
            bert_config = BertConfig.from_dict(dict(self.description["text_encoder"]))
            text = TextEncoder(BertModel(bert_config, add_pooling_layer=False))
            config = NetworkConfig.from_json(self.description["architecture"])
            _check_fit(self.kind, config, self.preprocessing)
            network = DualPathNetwork(config, text.width)
            weights = {key: value.float() for key, value in load_file(self.folder / "weights.safetensors").items()}
            for prefix, module in (("network.", network), ("text.", text)):
                module.load_state_dict(
                    {key.removeprefix(prefix): value for key, value in weights.items() if key.startswith(prefix)}
                )
                module.eval().requires_grad_(False)
        except (ArithmeticError, RuntimeError, TypeError, ValueError, LookupError, SafetensorError) as error:
            # torch heads its list of misfits with a line that says nothing.
            lines = str(error).splitlines() or [type(error).__name__]
            reason = lines[min(1, len(lines) - 1)].strip(" .\t")
            raise InputError(
                f"the weights of bundle {self.folder.name} do not fit its description ({reason})"
            ) from error
        tokenizer = ReportTokenizer.from_folder(self.folder / "tokenizer", text.max_tokens)
        if tokenizer.word_count > text.word_count:
            raise InputError(
                f"the tokenizer of bundle {self.folder.name} knows {tokenizer.word_count} words, its text encoder "
                f"{text.word_count}; export it again"
            )
        return network, text, tokenizer


def default_bundle(kind: str = "planar") -> Path:
    """Return the folder of the bundled model for a kind of scan; an installation may lack it."""
    return resource_path("Models") / kind


def open_bundle(folder: Path) -> Bundle:
    """Check a bundle's description and files.

    Raises
    ------
    InputError
        What is missing or wrong, in one sentence.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise InputError(f"there is no bundle folder {folder}")
    try:
        description = json.loads((folder / "bundle.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(
            f"{folder} holds no readable bundle.json; choose a folder made by 'model_training export'"
        ) from error
    _check_description(folder, description)
    for name, expected in description["files"].items():
        file = folder / name
        if not file.is_file():
            raise InputError(f"bundle {folder.name} lacks its file {name}; copy or export it again")
        if sha256_of(file) != expected:
            raise InputError(f"{name} of bundle {folder.name} is not the file it was made with (SHA-256 differs)")
    return Bundle(folder, description)


def _check_description(folder: Path, description: Any) -> None:
    where = f"bundle.json of {folder.name}"
    if not isinstance(description, dict):
        raise InputError(f"{where} is not a JSON object")
    for key, kind in _REQUIRED.items():
        if not isinstance(description.get(key), kind):
            raise InputError(f"{where} lacks {key!r}, or it is not of type {kind.__name__}")
    if description["schema_version"] != SCHEMA_VERSION:
        raise InputError(
            f"{where} has schema version {description['schema_version']}, for another network; this BoneMetSeg reads "
            f"{SCHEMA_VERSION}: train and export it again with this version"
        )
    if description["kind"] not in KINDS:
        raise InputError(f"{where} is for {description['kind']!r} images; this version segments {', '.join(KINDS)}")
    try:
        Preprocessing.from_json(description["preprocessing"])
    except (TypeError, ValueError) as error:
        raise InputError(f"{where} describes a preprocessing that cannot be used ({error})") from error
    if description["regions"] != regions_description():
        raise InputError(f"{where} was made for another table of regions; export it again with this version")
    _check_files(where, description["files"])
    try:
        BurdenCalibration.from_json(description.get("burden_calibration", {}))
    except ValueError as error:
        raise InputError(f"{where} holds a calibration of burden that cannot be used: {error}") from error
    for name in _NEEDED_THRESHOLDS[description["kind"]]:
        if type(description["thresholds"].get(name)) not in (int, float):
            raise InputError(f"{where} lacks the threshold {name!r}, or it is not a number")


def _check_files(where: str, files: Mapping[str, str]) -> None:
    for name in _NEEDED_FILES:
        if name not in files:
            raise InputError(f"{where} names no {name} among its files")
    if any(_leaves_the_folder(name) for name in files):
        raise InputError(f"{where} names files outside of its folder")


def _leaves_the_folder(name: str) -> bool:
    # Windows' rules know every way to leave a folder that POSIX knows, and drives.
    path = PureWindowsPath(name)
    return bool(path.drive or path.root) or ".." in path.parts


def _check_fit(kind: str, config: NetworkConfig, preprocessing: Preprocessing) -> None:
    """Raise ValueError where a network is not one for a kind of scan, or for a grid."""
    if config.dimensions != KINDS[kind] or len(preprocessing.trained_shape) != config.dimensions:
        raise ValueError(f"a {kind} network and its trained shape have {KINDS[kind]} dimensions")
    views = 2 if kind == "planar" else 1
    if config.views != views:
        raise ValueError(f"a {kind} network looks at {views} views")
    if preprocessing.grid_multiple != config.grid_multiple:
        raise ValueError(f"grid_multiple of this architecture is {config.grid_multiple}")


def regions_description() -> dict[str, list[str]]:
    """Return the outputs' names and order; a bundle made for others cannot be read."""
    return {
        "classes": list(CLASSES),
        "skeleton": list(SKELETON_CHANNEL_NAMES),
        "text_slots": list(TEXT_SLOTS),
        "statuses": list(STATUSES),
    }


def sha256_of(file: Path) -> str:
    """Return a file's SHA-256 in hexadecimal."""
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        for block in iter(lambda: stream.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


def write_bundle(
    folder: Path,
    network: DualPathNetwork,
    text: TextEncoder,
    tokenizer_json: str,
    card: str,
    description: Mapping[str, Any],
    preprocessing: Preprocessing,
) -> Bundle:
    """Write a bundle folder, weights in float16, and check it by opening it.

    Its kind is that of the network: planar of two dimensions, spect of three.

    Parameters
    ----------
    tokenizer_json : str
        Content of ``tokenizer.json``.
    card : str
        The model card, Markdown.
    description : mapping
        name, version, thresholds, training, evaluation, intended_use, licence; the rest is filled in here.
    preprocessing : Preprocessing
        As in training.

    Raises
    ------
    InputError
        The description lacks something.
    ValueError
        Network and preprocessing do not belong together.
    """
    import torch
    from safetensors.torch import save

    kind = next(name for name, dimensions in KINDS.items() if dimensions == network.config.dimensions)
    _check_fit(kind, network.config, preprocessing)
    folder = Path(folder)
    (folder / "tokenizer").mkdir(parents=True, exist_ok=True)
    weights = {
        f"{prefix}.{key}": value.detach().cpu().to(torch.float16).contiguous()
        for prefix, module in (("network", network), ("text", text))
        for key, value in module.state_dict().items()
    }
    # Not by ``save_file``: that leaves the mode of its temporary file, and no other user could read the bundle.
    (folder / "weights.safetensors").write_bytes(save(weights, metadata={"format": "pt"}))
    (folder / "tokenizer" / "tokenizer.json").write_text(tokenizer_json, encoding="utf-8", newline="\n")
    (folder / "README.md").write_text(card, encoding="utf-8", newline="\n")
    files = ("weights.safetensors", "tokenizer/tokenizer.json", "README.md")
    bert = {key: value for key, value in text.bert.config.to_diff_dict().items() if key != "dtype"}
    full = {
        "schema_version": SCHEMA_VERSION,
        "kind": kind,
        "architecture": network.config.as_json(),
        "preprocessing": preprocessing.as_json(),
        "regions": regions_description(),
        "text_encoder": bert,
        **description,
        "files": {name: sha256_of(folder / name) for name in files},
    }
    text_json = json.dumps(full, ensure_ascii=False, indent=2) + "\n"
    (folder / "bundle.json").write_text(text_json, encoding="utf-8", newline="\n")
    return open_bundle(folder)
