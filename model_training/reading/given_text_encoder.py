"""The text encoder that a training begins with: of a BERT folder, or of a bundle."""

from __future__ import annotations

import json
from pathlib import Path

from safetensors.torch import load_file

from BoneMetSegLib.errors import InputError
from BoneMetSegLib.text_encoder import ReportTokenizer, TextEncoder


def given_text_encoder(folder: Path) -> tuple[TextEncoder, ReportTokenizer]:
    """Return the encoder and tokenizer of a Hugging Face BERT folder or of a bundle.

    Raises
    ------
    InputError
        It is neither, something in it cannot be read, or its tokenizer does not belong to its encoder.
    """
    encoder, tokenizer = _of_bundle(folder) if (folder / "bundle.json").is_file() else _of_bert_folder(folder)
    if tokenizer.word_count > encoder.word_count:
        raise InputError(
            f"{folder.name}: the tokenizer knows {tokenizer.word_count} words, the encoder {encoder.word_count}; they "
            "do not belong together"
        )
    return encoder, tokenizer


def _of_bert_folder(folder: Path) -> tuple[TextEncoder, ReportTokenizer]:
    if not folder.is_dir():
        raise InputError(f"there is no folder {folder}; give a BERT folder or a bundle")
    encoder = TextEncoder.from_folder(folder)
    return encoder, ReportTokenizer.from_folder(folder, encoder.max_tokens)


def _of_bundle(folder: Path) -> tuple[TextEncoder, ReportTokenizer]:
    from transformers import BertConfig, BertModel

    from BoneMetSegLib.bundle import sha256_of

    try:
        description = json.loads((folder / "bundle.json").read_text(encoding="utf-8"))
        config = BertConfig.from_dict(dict(description["text_encoder"]))
        expected = description["files"]["weights.safetensors"]
        weights = folder / "weights.safetensors"
        if sha256_of(weights) != expected:
            raise InputError(f"weights.safetensors of bundle {folder.name} is not the file it was made with")
        encoder = TextEncoder(BertModel(config, add_pooling_layer=False))
        stored = {k.removeprefix("text."): v.float() for k, v in load_file(weights).items() if k.startswith("text.")}
        encoder.load_state_dict(stored)
    except (OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
        raise InputError(
            f"the text encoder of bundle {folder.name} cannot be read ({str(error).splitlines()[0]})"
        ) from error
    return encoder, ReportTokenizer.from_folder(folder / "tokenizer", encoder.max_tokens)
