"""``python -m model_training peers``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from BoneMetSegLib.errors import InputError
from model_training.configuration import read_configuration

from .recipes import PEERS


def add_peers_command(commands: Any) -> None:
    """Add it to the training commands."""
    peers = commands.add_parser(
        "peers",
        help="train and score another network on the same samples",
        description="Train a peer by its own recipe on the samples of the image path, say whether its validation curve "
        "is flat, and score its best weights. nnU-Net: python -m model_training.peers.nnunet --help.",
    )
    peers.add_argument("--which", choices=tuple(PEERS), required=True, metavar="NAME", help=", ".join(PEERS))
    peers.add_argument("--data", type=Path, required=True, metavar="DIR", help="cases made by simulate")
    peers.add_argument("--run", type=Path, required=True, metavar="DIR", help="folder for weights, curve and scores")
    peers.add_argument("--steps", type=int, metavar="N", help="instead of the configuration's")
    peers.add_argument("--seed", type=int, metavar="N", help="instead of the configuration's")
    peers.add_argument("--text-from", type=Path, metavar="BUNDLE", help="whose text encoder reads, for lvit-like")
    peers.add_argument("--cache", type=Path, metavar="DIR", help="keep prepared cases here for other runs")
    peers.add_argument(
        "--split", choices=("none", "validation", "test"), default="none",
        help="score this split after the training (default: none: a test cohort is not for trials)",
    )  # fmt: skip
    peers.add_argument("--score-only", action="store_true", help="score the run's trained peer, train nothing")
    peers.add_argument(
        "--config", type=Path, metavar="YAML", help="what differs from model_training/configs/planar.yaml"
    )


def run_peers(options: argparse.Namespace) -> None:
    """Train, then score."""
    from .score_peer import score_peer
    from .train_peer import facts_words, train_peer

    if options.score_only and options.split == "none":
        raise InputError("--score-only needs --split validation or --split test")
    if not options.score_only:
        configuration = read_configuration(options.config)
        for key, value in (("seed", options.seed), ("max_steps", options.steps)):
            if value is not None:
                configuration["train"][key] = value
        if configuration["train"]["max_steps"] < 1:
            raise InputError(f"{configuration['train']['max_steps']} steps of training make no network; give 1 or more")
        facts = train_peer(
            options.which, options.data, options.run, configuration, text_from=options.text_from, cache=options.cache
        )
        print(facts_words(facts))
    if options.split != "none":
        scores = score_peer(options.run, options.data, options.split)
        dice = scores["dice"]
        print(
            f"{scores['peer']}, {options.split} split, {scores['patients_with_visible_metastasis']} simulated patients "
            f"with a visible metastasis: DSC {dice['mean']} ({dice['low']} to {dice['high']}), "
            f"pooled {scores['dice_pooled']}"
        )
