"""The taught text path that a run reads its reports with: its own, that of another run, or that of a bundle."""

from __future__ import annotations

import json
import logging
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer

from BoneMetSegLib.errors import InputError
from BoneMetSegLib.network import ReportReader
from BoneMetSegLib.text_encoder import ReportTokenizer, TextEncoder
from model_training.simulator.case_files import replace_file
from model_training.teach_reading import new_text_path, teach_reading

_LOG = logging.getLogger(__name__)
_FILES = ("text.safetensors", "tokenizer.json", "text_encoder.json", "reading.json")


@dataclass
class TextPath:
    """A taught text encoder, the reader taught with it, and their tokenizer.

    Attributes
    ----------
    bert : dict
        The encoder's configuration, as ``transformers`` writes it.
    reading : dict
        How well it reads.
    """

    encoder: TextEncoder
    reader: ReportReader
    tokenizer: ReportTokenizer
    tokenizer_json: str
    bert: dict[str, Any]
    reading: dict[str, Any]


def text_path_of(run: Path, configuration: dict[str, Any], seed: int, given: Path | None = None) -> TextPath:
    """Return the text path of a run folder; where there is none, a given or a newly taught one is kept there.

    Parameters
    ----------
    given : Path, optional
        A bundle, or another run folder.

    Raises
    ------
    InputError
        The files do not belong together, or the bundle holds no text path.
    """
    if (run / "text.safetensors").is_file():
        return _stored(run)
    if given is None:
        text = _taught(configuration, seed)
    else:
        text = _stored(given) if (given / "text.safetensors").is_file() else _of_bundle(given)
    _store(text, run)
    return text


def _stored(run: Path) -> TextPath:
    missing = [name for name in _FILES if not (run / name).is_file()]
    if missing:
        raise InputError(
            f"{run} holds text.safetensors without the {missing[0]} it was taught with; delete it to teach anew"
        )
    reading = json.loads((run / "reading.json").read_text(encoding="utf-8"))
    words = (run / "tokenizer.json").read_text(encoding="utf-8")
    bert = json.loads((run / "text_encoder.json").read_text(encoding="utf-8"))
    return _built(bert, words, load_file(run / "text.safetensors"), reading, run.name)


def _store(text: TextPath, run: Path) -> None:
    run.mkdir(parents=True, exist_ok=True)
    (run / "tokenizer.json").write_text(text.tokenizer_json, encoding="utf-8", newline="\n")
    replace_file(run / "text_encoder.json", json.dumps(text.bert, indent=2).encode())
    replace_file(run / "reading.json", json.dumps(text.reading, indent=2).encode())
    tensors = {f"text.{name}": value.contiguous() for name, value in text.encoder.state_dict().items()}
    tensors |= {f"reader.{name}": value.contiguous() for name, value in text.reader.state_dict().items()}
    # The weights last: the text path counts as there when they are.
    save_file(tensors, run / "text.part")
    (run / "text.part").replace(run / "text.safetensors")


def _taught(configuration: dict[str, Any], seed: int) -> TextPath:
    encoder, reader, tokenizer, words = new_text_path(configuration["text_encoder"], seed)
    start = time.monotonic()
    reading: dict[str, Any] = dict(teach_reading(encoder, reader, tokenizer, configuration["teach_reading"], seed))
    reading["seconds"] = round(time.monotonic() - start, 1)
    return TextPath(encoder, reader, tokenizer, words, _bert_of(encoder), reading)


def _of_bundle(folder: Path) -> TextPath:
    """A bundle's text path; its description may be of another version, as long as the encoder's part is there."""
    try:
        description = json.loads((folder / "bundle.json").read_text(encoding="utf-8"))
        weights = load_file(folder / "weights.safetensors")
        words = (folder / "tokenizer" / "tokenizer.json").read_text(encoding="utf-8")
        bert = dict(description["text_encoder"])
    except (OSError, ValueError, KeyError, TypeError, SafetensorError) as error:
        raise InputError(f"{folder} is not a bundle with a text encoder that can be read") from error
    kept = {name: value.float() for name, value in weights.items() if name.startswith("text.")}
    for name, value in weights.items():
        if name.startswith("network.reader."):
            kept["reader." + name.removeprefix("network.reader.")] = value.float()
    reading = dict(description.get("training", {}).get("reading", {})) | {"from bundle": description.get("name", "")}
    return _built(bert, words, kept, reading, folder.name)


def _built(
    bert: dict[str, Any], words: str, weights: dict[str, torch.Tensor], reading: dict[str, Any], where: str
) -> TextPath:
    from transformers import BertConfig, BertModel

    encoder = TextEncoder(BertModel(BertConfig.from_dict(dict(bert)), add_pooling_layer=False))
    reader = ReportReader(encoder.width)
    try:
        encoder.load_state_dict(
            {name.removeprefix("text."): value for name, value in weights.items() if name.startswith("text.")}
        )
        # The values are learned with the images; only what was taught is taken over.
        for name, layer in (("slots", reader.slots), ("statuses", reader.statuses)):
            layer.load_state_dict({key: weights[f"reader.{name}.{key}"] for key in ("weight", "bias")})
    except (RuntimeError, KeyError) as error:
        raise InputError(f"the text encoder in {where} does not fit its description") from error
    tokenizer = ReportTokenizer(Tokenizer.from_str(words), encoder.max_tokens)
    if tokenizer.word_count > encoder.word_count:
        raise InputError(
            f"the tokenizer in {where} knows {tokenizer.word_count} words, its text encoder {encoder.word_count}"
        )
    return TextPath(encoder.eval().requires_grad_(False), reader, tokenizer, words, bert, reading)


def _bert_of(encoder: TextEncoder) -> dict[str, Any]:
    return {key: value for key, value in encoder.bert.config.to_diff_dict().items() if key != "dtype"}
