"""Which peers there are, how each is built, and how its authors train it.

Sizes are the implementations' own defaults where they are meant for two dimensions. Whatever differs from the recipe is
said in ``differs``. "Remembered" marks what was not read again in the source.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from torch import nn

from BoneMetSegLib.errors import InputError

INPUT_CHANNELS = 4
"""Anterior, posterior, and for each a constant channel that says whether it is there."""
OUTPUT_CHANNELS = 8
"""Two views of four classes."""


@dataclass(frozen=True)
class Recipe:
    """A peer and how it is trained.

    Attributes
    ----------
    build : callable
        From the width of the text tokens to the network.
    multiple : int
        What each side of its input is padded to a multiple of.
    optimiser : {"adam", "adamw"}
    learning_rate, weight_decay : float
    schedule : {"constant", "cosine"}
        Cosine with a linear warm-up over ``warm_up_share`` of the steps.
    source : str
        Where network and training are described.
    differs : str
        What is not as there.
    reads_report : bool
    """

    build: Callable[[int], nn.Module]
    multiple: int
    optimiser: Literal["adam", "adamw"]
    learning_rate: float
    weight_decay: float
    schedule: Literal["constant", "cosine"]
    source: str
    differs: str = "loss, samples, batch size and augmentation are ours, the same for all peers"
    warm_up_share: float = 0.0
    reads_report: bool = False


def _monai() -> Any:
    try:
        from monai.networks import nets
    except ImportError as error:
        raise InputError("this peer needs MONAI: pip install 'bonemetseg[peers]'") from error
    return nets


def _unet(_text_width: int) -> nn.Module:
    return _monai().UNet(
        spatial_dims=2,
        in_channels=INPUT_CHANNELS,
        out_channels=OUTPUT_CHANNELS,
        channels=(16, 32, 64, 128, 256),
        strides=(2, 2, 2, 2),
        num_res_units=2,
    )


def _basic_unet(_text_width: int) -> nn.Module:
    return _monai().BasicUNet(spatial_dims=2, in_channels=INPUT_CHANNELS, out_channels=OUTPUT_CHANNELS)


def _attention_unet(_text_width: int) -> nn.Module:
    return _monai().AttentionUnet(
        spatial_dims=2,
        in_channels=INPUT_CHANNELS,
        out_channels=OUTPUT_CHANNELS,
        channels=(16, 32, 64, 128, 256),
        strides=(2, 2, 2, 2),
    )


def _unet_plus_plus(_text_width: int) -> nn.Module:
    return _monai().BasicUNetPlusPlus(
        spatial_dims=2, in_channels=INPUT_CHANNELS, out_channels=OUTPUT_CHANNELS, features=(32, 32, 64, 128, 256, 32)
    )


def _swin_unetr(_text_width: int) -> nn.Module:
    nets = _monai()
    try:
        import einops  # noqa: F401
    except ImportError as error:
        raise InputError("MONAI's SwinUNETR needs einops: pip install 'bonemetseg[peers]'") from error
    return nets.SwinUNETR(in_channels=INPUT_CHANNELS, out_channels=OUTPUT_CHANNELS, feature_size=24, spatial_dims=2)


def _lvit_like(text_width: int) -> nn.Module:
    from .lvit_like import LvitLike

    return LvitLike(INPUT_CHANNELS, OUTPUT_CHANNELS, text_width)


PEERS: dict[str, Recipe] = {
    "monai-unet": Recipe(
        _unet, 16, "adam", 1e-3, 0.0, "constant",
        "residual U-Net of MONAI (Kerfoot 2018), as in Project-MONAI/tutorials, "
        "2d_segmentation/torch/unet_training_array.py: channels 16 to 256, Adam, 1e-3",
    ),
    "basic-unet": Recipe(
        _basic_unet, 16, "adam", 1e-3, 0.0, "constant",
        "U-Net of Falk 2019 as MONAI builds it by default; trained as MONAI's tutorial trains its other U-Net",
    ),
    "attention-unet": Recipe(
        _attention_unet, 16, "adam", 1e-4, 1e-6, "constant",
        "Oktay 2018; ozan-oktay/Attention-Gated-Networks, configs/config_unet_ct_multi_att_dsv.json: 1e-4, L2 1e-6, "
        "batches of 2; Adam",
        "loss, samples, batch size and augmentation are ours; no deep supervision; their step policy (after 250 of "
        "1000 epochs) is left out",
    ),
    "unet-plus-plus": Recipe(
        _unet_plus_plus, 16, "adam", 3e-4, 0.0, "constant",
        "Zhou 2018: Adam, 3e-4, early stopping on validation (remembered, not read again)",
        "loss, samples, batch size and augmentation are ours; no deep supervision",
    ),
    "swin-unetr": Recipe(
        _swin_unetr, 32, "adamw", 1e-4, 1e-5, "cosine",
        "Hatamizadeh 2022; Project-MONAI/research-contributions, SwinUNETR/BRATS21/main.py: AdamW, 1e-4, weight decay "
        "1e-5, linear warm-up over 50 of 300 epochs, then cosine",
        "loss, samples, batch size and augmentation are ours; two dimensions; feature size 24, MONAI's default, "
        "for 48; from random weights",
        warm_up_share=50 / 300,
    ),
    "lvit-like": Recipe(
        _lvit_like, 16, "adam", 3e-4, 0.0, "cosine",
        "after the idea of LViT (Li 2023), our own implementation; HUANGLIZI/LViT, Config.py: 1e-3 or 3e-4 by data "
        "set, batches of 2, cosine; Adam (remembered)",
        "loss, samples, batch size and augmentation are ours; our text encoder, frozen; no pseudo labels; one cosine "
        "for its warm restarts",
        reads_report=True,
    ),
}  # fmt: skip


def recipe_of(name: str) -> Recipe:
    """Return a peer's recipe.

    Raises
    ------
    InputError
        There is no such peer.
    """
    if name not in PEERS:
        raise InputError(
            f"there is no peer {name!r}; known are {', '.join(PEERS)}, and nnU-Net by model_training.peers.nnunet"
        )
    return PEERS[name]
