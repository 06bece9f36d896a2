"""A SPECT bundle whose network was never trained: for tests of what lies around it."""

from __future__ import annotations

from pathlib import Path

import torch
from tokenizers import BertWordPieceTokenizer
from transformers import BertConfig, BertModel

from BoneMetSegLib.bundle import Bundle, write_bundle
from BoneMetSegLib.network import DualPathNetwork, NetworkConfig
from BoneMetSegLib.preprocessing import Preprocessing
from BoneMetSegLib.text_encoder import TextEncoder

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"左侧第肋骨转移诊断意见:。0123456789"]
CONFIG = NetworkConfig(dimensions=3, views=1, widths=(4, 8, 12), report_widths=(4, 8))
GRID = Preprocessing(8.0, (24, 24, 32), 8)


def write_tiny_spect_bundle(folder: Path) -> Bundle:
    """Write it; its report path says something, as after training."""
    torch.manual_seed(0)
    sizes = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32}
    text = TextEncoder(BertModel(BertConfig(vocab_size=len(WORDS), **sizes), add_pooling_layer=False))
    network = DualPathNetwork(CONFIG, text.width)
    torch.nn.init.normal_(network.report.head[-1].weight, std=0.3)
    words = BertWordPieceTokenizer({word: n for n, word in enumerate(WORDS)}, lowercase=True)._tokenizer.to_str()
    description = {
        "name": "tiny volume",
        "version": "0.1",
        "thresholds": {"foreground": 0.5, "accept": 0.5, "min_volume_ml": 0.5},
        "training": {},
        "evaluation": {},
        "intended_use": "A test.",
        "licence": "Apache-2.0",
    }
    return write_bundle(folder, network, text, words, "# Tiny\n", description, GRID)
