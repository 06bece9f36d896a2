"""``python -m model_training train-spect | score-spect``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from BoneMetSegLib.errors import InputError


def add_spect_commands(commands: Any) -> None:
    """Add both to the training commands."""
    train = commands.add_parser("train-spect", help="train the network in three dimensions, on tomographies")
    train.add_argument("--data", type=Path, required=True, metavar="DIR", help="cases made by simulate --kind spect")
    train.add_argument("--run", type=Path, required=True, metavar="DIR", help="folder of the run: weights and log")
    train.add_argument(
        "--config", type=Path, metavar="YAML", help="what differs from model_training/configs/spect.yaml"
    )
    train.add_argument("--seed", type=int, metavar="N", help="instead of the configuration's")
    train.add_argument("--steps", type=int, metavar="N", help="instead of the configuration's")
    train.add_argument(
        "--text-from",
        type=Path,
        metavar="BUNDLE",
        help="read with the text encoder of a bundle instead of teaching one",
    )
    train.add_argument(
        "--image-from",
        type=Path,
        metavar="DIR",
        help="take the image path of a finished run or of a bundle as it is, and train report paths alone",
    )
    train.add_argument("--cache", type=Path, metavar="DIR", help="keep prepared volumes here for other runs")
    train.add_argument("--continue", dest="go_on", action="store_true", help="go on from the run's last checkpoint")

    score = commands.add_parser("score-spect", help="score a run of train-spect: image path against report path")
    score.add_argument("--run", type=Path, required=True, metavar="DIR", help="folder of the run")
    score.add_argument("--data", type=Path, required=True, metavar="DIR", help="cases made by simulate --kind spect")
    score.add_argument(
        "--split", choices=("training", "validation", "test", "all"), default="test",
        help="all for a set that was made to be scored (default: test)",
    )  # fmt: skip
    score.add_argument("--path", default="", metavar="NAME", help="which report path, where the run trained several")
    score.add_argument("--seed", type=int, default=0, metavar="N", help="of languages, other reports and intervals")
    score.add_argument("--out", type=Path, metavar="DIR", help="for spect_scores.json and .md (default: the run)")


def run_train_spect(options: argparse.Namespace) -> None:
    """Train."""
    from .train_spect import read_spect_configuration, train_spect

    configuration = read_spect_configuration(options.config)
    for key, value in (("seed", options.seed), ("max_steps", options.steps)):
        if value is not None:
            configuration["train"][key] = value
    if configuration["train"]["max_steps"] < 1:
        raise InputError(f"{configuration['train']['max_steps']} steps of training make no network; give 1 or more")
    train_spect(
        options.data, options.run, configuration, text_from=options.text_from, image_from=options.image_from,
        cache=options.cache, go_on=options.go_on,
    )  # fmt: skip
    print(options.run)


def run_score_spect(options: argparse.Namespace) -> None:
    """Score."""
    from .score_spect import score_spect, scores_markdown, write_spect_scores

    scores = score_spect(options.run, options.data, options.split, seed=options.seed, path=options.path)
    write_spect_scores(scores, options.out or options.run)
    print(scores_markdown(scores))
