"""Small BERT folders in the format that Hugging Face distributes."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from transformers import BertConfig, BertModel

from model_training.reading.vocabulary import build_tokenizer

TEXTS = [
    "No abnormal uptake in the left scapula.",
    "Metastasis of the 7th rib, T12 and L3; osteoarthritis of the knee.",
]


def write_bert(folder: Path, words: str = "tokenizer.json", width: int = 32, layers: int = 2, positions: int = 128):
    """Write a random BERT with ``tokenizer.json`` or, as older folders have it, ``vocab.txt``; return the folder."""
    tokenizer = build_tokenizer(TEXTS * 3, 200)
    torch.manual_seed(1)
    config = BertConfig(
        vocab_size=tokenizer.get_vocab_size(),
        hidden_size=width,
        num_hidden_layers=layers,
        num_attention_heads=2,
        intermediate_size=2 * width,
        max_position_embeddings=positions,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    BertModel(config, add_pooling_layer=False).save_pretrained(folder, safe_serialization=True)
    if words == "vocab.txt":
        pieces = sorted(tokenizer.get_vocab().items(), key=lambda item: item[1])
        (folder / "vocab.txt").write_text("\n".join(piece for piece, _ in pieces) + "\n", encoding="utf-8")
        (folder / "tokenizer_config.json").write_text(json.dumps({"do_lower_case": True}))
    else:
        (folder / "tokenizer.json").write_text(tokenizer.to_str(), encoding="utf-8")
    return folder
