"""The taught text path of a folder: of ``teach-reading``, of a training's run, or of a bundle."""

from __future__ import annotations

import json
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file

from BoneMetSegLib.errors import InputError
from BoneMetSegLib.network import ReportReader

from .given_text_encoder import given_text_encoder
from .teach_reading import TextPath, load_text_path


def taught_text_path(folder: Path) -> TextPath:
    """Return the text path that a folder holds.

    Raises
    ------
    InputError
        It holds no taught text path, or its files do not belong together.
    """
    return _of_bundle(folder) if (folder / "bundle.json").is_file() else load_text_path(folder)


def _of_bundle(folder: Path) -> TextPath:
    """A bundle's text path; its networks may be of another version, as long as the encoder and its tags are there."""
    encoder, tokenizer = given_text_encoder(folder)
    reader = ReportReader(encoder.width)
    try:
        weights = load_file(folder / "weights.safetensors")
        # The values are learned with the images; only what was taught is taken over.
        for name, layer in (("slots", reader.slots), ("statuses", reader.statuses)):
            layer.load_state_dict({key: weights[f"network.reader.{name}.{key}"].float() for key in ("weight", "bias")})
        description = json.loads((folder / "bundle.json").read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as error:
        raise InputError(f"{folder} is not a bundle with a text path that was taught to read") from error
    scores = dict(description.get("training", {}).get("reading", {})) | {"from_bundle": description.get("name", "")}
    return TextPath(encoder, reader, tokenizer, tokenizer.to_json(), scores)
