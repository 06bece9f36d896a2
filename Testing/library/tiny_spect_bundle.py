"""SPECT bundles whose networks were never trained: one of random weights, one whose weights were set by hand."""

from __future__ import annotations

from pathlib import Path

import torch
from tokenizers import BertWordPieceTokenizer
from transformers import BertConfig, BertModel

from BoneMetSegLib.anatomy import SKELETON_CHANNELS, channel_index
from BoneMetSegLib.bundle import Bundle, write_bundle
from BoneMetSegLib.network import DualPathNetwork, NetworkConfig
from BoneMetSegLib.preprocessing import Preprocessing
from BoneMetSegLib.segmentation import CLASSES
from BoneMetSegLib.text_encoder import TextEncoder

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"左侧第肋骨转移诊断意见:。0123456789"]
CONFIG = NetworkConfig(dimensions=3, views=1, widths=(4, 8, 12), report_widths=(4, 8))
GRID = Preprocessing(8.0, (24, 24, 32), 8)
HOT = 1.5
"""What the thresholding bundle calls hot: the root of counts over their 95th percentile within the body."""


def write_tiny_spect_bundle(folder: Path) -> Bundle:
    """Write one of random weights; its report path says something, as after training."""
    torch.manual_seed(0)
    text = _text_encoder()
    network = DualPathNetwork(CONFIG, text.width)
    torch.nn.init.normal_(network.report.head[-1].weight, std=0.3)
    return _write(folder, network, text, "tiny volume")


def write_thresholding_spect_bundle(folder: Path) -> Bundle:
    """Write one that calls a voxel a metastasis where it is hotter than ``HOT``, in ribs beside the body's midline.

    The class head sees the image itself, eight voxels at a time: each gets a hidden channel, ``HOT`` taken off, and
    what is left over decides. All that is off the midline is rib, of the side that its place says. The report changes
    nothing.
    """
    torch.manual_seed(0)
    text = _text_encoder()
    network = DualPathNetwork(NetworkConfig(dimensions=3, views=1, widths=(8, 8, 12), report_widths=(4, 8)), text.width)
    first, _, last = network.image.class_head
    decoded = network.config.widths[0]
    with torch.no_grad():
        for layer in (first, last, network.image.place_head):
            layer.weight.zero_()
            layer.bias.zero_()
        first.bias.fill_(-20 * HOT)
        last.bias.view(len(CLASSES), 8).copy_(torch.tensor([[0.0], [-5.0], [-9.0], [-9.0]]).expand(-1, 8))
        for voxel in range(8):
            first.weight[voxel, decoded + voxel, 1, 1, 1] = 20
            last.weight[8 * CLASSES.index("metastasis") + voxel, voxel, 1, 1, 1] = 20
        bones = network.image.place_head.bias[: len(SKELETON_CHANNELS)]
        bones.fill_(-6)
        bones[channel_index("thoracic_spine", "midline")] = 0.5
        for side in ("left", "right"):
            bones[channel_index("ribs", side)] = 4
    return _write(folder, network, text, "threshold")


def _text_encoder() -> TextEncoder:
    sizes = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32}
    return TextEncoder(BertModel(BertConfig(vocab_size=len(WORDS), **sizes), add_pooling_layer=False))


def _write(folder: Path, network: DualPathNetwork, text: TextEncoder, name: str) -> Bundle:
    words = BertWordPieceTokenizer({word: n for n, word in enumerate(WORDS)}, lowercase=True)._tokenizer.to_str()
    description = {
        "name": name,
        "version": "0.1",
        "thresholds": {"foreground": 0.5, "accept": 0.5, "min_volume_ml": 0.5},
        "training": {},
        "evaluation": {},
        "intended_use": "A test.",
        "licence": "Apache-2.0",
    }
    return write_bundle(folder, network, text, words, "# Tiny\n", description, GRID)
