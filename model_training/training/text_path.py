"""The taught text path that a run reads its reports with: its own, another run's, or that of a bundle."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load_file

from BoneMetSegLib.errors import InputError
from BoneMetSegLib.network import ReportReader
from model_training.reading.given_text_encoder import given_text_encoder
from model_training.reading.teach_reading import WEIGHTS_FILE, TextPath, load_text_path, save_text_path, teach_run


def text_path_of(run: Path, configuration: dict[str, Any], seed: int, given: Path | None = None) -> TextPath:
    """Return the text path of a run folder; where there is none, the given one, or one taught anew, is kept there.

    Parameters
    ----------
    given : Path, optional
        A folder of ``teach-reading`` or of a training, or a bundle.

    Raises
    ------
    InputError
        The files do not belong together, or what was given holds no taught text path.
    """
    if (run / WEIGHTS_FILE).is_file():
        path = load_text_path(run)
    elif given is None:
        path = teach_run(run, configuration, seed)
    else:
        path = _of_bundle(given) if (given / "bundle.json").is_file() else load_text_path(given)
        save_text_path(path, run)
    path.encoder.eval().requires_grad_(False)
    return path


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
