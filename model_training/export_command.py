"""``python -m model_training export | card``: a bundle of a run, and its card with the scores of another evaluation."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from BoneMetSegLib.errors import InputError


def add_export_commands(commands: Any) -> None:
    """Add both to the training commands."""
    export = commands.add_parser(
        "export",
        help="make a bundle of a run: thresholds, evaluation, model card",
        description="Make a bundle of a run of train or train-spect. Thresholds are chosen on the validation split of "
        "--data; the card's scores are of its test split, or of a set of its own (--test-data).",
    )
    export.add_argument("--run", type=Path, required=True, metavar="DIR", help="folder of the run: weights and log")
    export.add_argument("--data", type=Path, required=True, metavar="DIR", help="cases that the run was trained on")
    export.add_argument(
        "--config", type=Path, metavar="YAML", help="name and version that differ from planar.yaml or spect.yaml"
    )
    export.add_argument("--path", default="", metavar="NAME", help="which report path, where the run trained several")
    export.add_argument("--test-data", type=Path, metavar="DIR", help="score all cases of this set instead")
    export.add_argument("--test-cases", type=int, metavar="N", help="only the first N test patients")
    export.add_argument(
        "--report-path-of", type=Path, metavar="BUNDLE",
        help="read and weigh reports as this bundle does, which may be of the other kind",
    )  # fmt: skip
    export.add_argument(
        "--thresholds-of", type=Path, metavar="BUNDLE",
        help="take thresholds and burden calibration of this bundle, whose image path is the run's own",
    )  # fmt: skip
    export.add_argument("--seed", type=int, default=0, metavar="N", help="of the confidence intervals (default: 0)")
    export.add_argument("-o", "--out", type=Path, required=True, metavar="BUNDLE", help="the bundle's folder")
    card = commands.add_parser("card", help="write a bundle's model card anew, with the scores of another evaluation")
    card.add_argument("--bundle", type=Path, required=True, metavar="DIR")
    card.add_argument("--scores", type=Path, required=True, metavar="JSON", help="evaluation.json of evaluate")
    card.add_argument("--patients", required=True, metavar="SENTENCE", help="who was evaluated, for the card")


def run_export(options: argparse.Namespace) -> None:
    """Export."""
    from .export import Taken, export_bundle

    if options.test_cases is not None and options.test_cases < 2:
        raise InputError(f"--test-cases is {options.test_cases}; the model card needs at least 2 patients")
    bundle = export_bundle(
        options.run,
        options.data,
        options.out,
        options.seed,
        config=options.config,
        path=options.path,
        test_data=options.test_data,
        test_cases=options.test_cases,
        taken=Taken(options.thresholds_of, options.report_path_of),
    )
    sys.stdout.write((bundle.folder / "README.md").read_text(encoding="utf-8"))


def run_card(options: argparse.Namespace) -> None:
    """Write the card."""
    from .model_card import write_card

    write_card(options.bundle, options.scores, options.patients)
    sys.stdout.write(f"{options.bundle}: card written\n")
