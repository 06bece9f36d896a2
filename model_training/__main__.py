"""``python -m model_training simulate | train | evaluate | export | card | reference | realism
| calibrate-burden | validate-burden | import-labelme | import-masks | check-data``.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from BoneMetSegLib.errors import InputError

from .configuration import read_configuration
from .evaluation.command import add_evaluate_command, run_evaluate
from .export_command import add_export_commands, run_card, run_export
from .hospital.check_command import add_check_data_command, run_check_data
from .hospital.import_labelme_command import add_import_labelme_command, run_import_labelme
from .hospital.import_masks_command import add_import_masks_command, run_import_masks
from .measurement.calibrate_command import add_calibrate_command, run_calibrate
from .measurement.validate_command import add_validate_command, run_validate
from .peers.command import add_peers_command, run_peers
from .reading.commands import (
    add_pretrain_text_command,
    add_score_reading_command,
    add_teach_reading_command,
    run_pretrain_text,
    run_score_reading,
    run_teach_reading,
)
from .realism.command import add_realism_command, run_realism
from .training_spect.command import add_spect_commands, run_score_spect, run_train_spect


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the training commands."""
    parser = argparse.ArgumentParser(prog="python -m model_training", description="Build the weights of BoneMetSeg.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    simulate = commands.add_parser(
        "simulate",
        help="simulate patients: scans, truth and reports",
        description="Simulate patients of a clinic: scans, truth and reports, with a data list split by patient "
        "(docs/dataset.md). The same seed gives the same files on any number of workers; Ctrl-C loses no finished "
        "patient, --resume goes on.",
    )
    simulate.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for the cases")
    simulate.add_argument(
        "--clinic", metavar="NAME|FILE", help="a clinic of model_training/configs or a file of your own (default: the "
        "configuration's)",
    )  # fmt: skip
    simulate.add_argument(
        "--kind", choices=("planar", "spect", "both", "followup"), default="planar",
        help="whole-body scan, SPECT of the trunk, both, or two whole-body scans months apart (default: planar)",
    )  # fmt: skip
    simulate.add_argument("--cases", type=int, metavar="N", help="number of patients (default: the configuration's)")
    simulate.add_argument("--seed", type=int, metavar="N", help="seed of the patients (default: the configuration's)")
    simulate.add_argument(
        "--workers", type=int, default=os.cpu_count() or 1, metavar="N", help="processes (default: all cores)"
    )
    simulate.add_argument("--resume", action="store_true", help="keep the patients that are there and make the others")
    simulate.add_argument(
        "--dicom", action=argparse.BooleanOptionalAction, default=True,
        help="write DICOM and the reports as text as well (default: yes)",
    )  # fmt: skip
    simulate.add_argument(
        "--anatomy", choices=("auto", "analytic", "mesh"), default="auto",
        help="bones: from surface meshes, analytic ones, or the clinic's mixture (default: auto)",
    )  # fmt: skip
    _add_config(simulate)

    train = commands.add_parser("train", help="teach reading, then train image path and report paths")
    source = train.add_mutually_exclusive_group(required=True)
    source.add_argument("--data", type=Path, metavar="DIR", help="cases made by simulate or imported")
    source.add_argument(
        "--clinic", metavar="NAME|FILE", help="simulate patients of this clinic beside the training and store none"
    )
    train.add_argument("--run", type=Path, required=True, metavar="DIR", help="folder of the run: weights and log")
    train.add_argument("--seed", type=int, metavar="N", help="instead of the configuration's")
    train.add_argument("--steps", type=int, metavar="N", help="instead of the configuration's")
    train.add_argument("--minutes", type=float, metavar="M", help="end after so long; instead of the configuration's")
    train.add_argument("--learning-rate", type=float, metavar="X", help="instead of the configuration's")
    train.add_argument(
        "--text-from",
        type=Path,
        metavar="DIR",
        help="read with the text encoder of 'teach-reading', of another run or of a bundle instead of teaching one",
    )
    train.add_argument(
        "--image-from",
        type=Path,
        metavar="DIR",
        help="take the image path of a finished run or of a bundle as it is, and train report paths alone",
    )
    train.add_argument("--cache", type=Path, metavar="DIR", help="keep prepared cases here for other runs")
    train.add_argument("--fold", type=int, metavar="K", help="hold out this fold of the patients, counted from 0")
    train.add_argument("--folds", type=int, default=5, metavar="N", help="number of folds (default: 5)")
    train.add_argument("--continue", dest="go_on", action="store_true", help="go on from the run's last checkpoint")
    _add_config(train)

    add_evaluate_command(commands)

    add_export_commands(commands)
    add_calibrate_command(commands)
    add_validate_command(commands)
    add_spect_commands(commands)
    add_peers_command(commands)
    add_realism_command(commands)
    add_teach_reading_command(commands)
    add_score_reading_command(commands)
    add_pretrain_text_command(commands)
    add_import_labelme_command(commands)
    add_import_masks_command(commands)
    add_check_data_command(commands)

    reference = commands.add_parser("reference", help="score the image-only U-Net by which a clinic is tuned")
    reference.add_argument("--data", type=Path, required=True, metavar="DIR", help="cases made by simulate")
    reference.add_argument("--minutes", type=float, default=15.0, metavar="M", help="of training (default: 15)")
    reference.add_argument("--steps", type=int, metavar="N", help="at most so many, whatever the minutes")
    reference.add_argument("--seed", type=int, default=0, metavar="N", help="of the training (default: 0)")
    reference.add_argument(
        "--score", type=Path, nargs="+", default=[], metavar="DIR", help="further sets to score, all their patients"
    )
    reference.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for reference.json")
    return parser


def _add_config(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--config", type=Path, metavar="YAML", help="what differs from model_training/configs/planar.yaml"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a training command; 0 done, 2 input that cannot be used."""
    options = build_parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    try:
        _COMMANDS[options.command](options)
    except InputError as error:
        print(f"model_training: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt as stopped:
        print(f"model_training: {str(stopped) or 'stopped'}", file=sys.stderr)
        return 130
    return 0


def _simulate(options: argparse.Namespace) -> None:
    from .simulator.clinic import read_clinic
    from .simulator.generate import generate_cases
    from .simulator.skeleton_meshes import mesh_skeleton

    settings = read_configuration(options.config)["simulate"]
    count = settings["cases"] if options.cases is None else options.cases
    seed = settings["seed"] if options.seed is None else options.seed
    clinic = read_clinic(options.clinic or settings["clinic"])
    if options.anatomy == "auto" and mesh_skeleton() is None:
        logging.getLogger(__name__).warning(
            "bone meshes are not installed (extra 'simulator'): all patients get analytic bones"
        )
    path = generate_cases(
        count,
        options.out,
        seed,
        workers=options.workers,
        resume=options.resume,
        clinic=clinic,
        kind=options.kind,
        anatomy=options.anatomy,
        dicom=options.dicom,
    )
    print(f"{count} simulated patients of {clinic.name}: {path}")


def _train(options: argparse.Namespace) -> None:
    from .training.train_planar import train, train_on_the_fly

    configuration = read_configuration(options.config)
    if options.minutes is not None and options.minutes <= 0:
        raise InputError(f"{options.minutes} minutes of training make no network; give more than 0")
    given = {
        "seed": options.seed,
        "max_steps": options.steps,
        "minutes": options.minutes,
        "learning_rate": options.learning_rate,
    }
    configuration["train"] |= {key: value for key, value in given.items() if value is not None}
    how = {"text_from": options.text_from, "go_on": options.go_on, "image_from": options.image_from}
    if options.clinic:
        train_on_the_fly(options.clinic, options.run, configuration, **how)
    else:
        _check_data(options.data)
        train(
            options.data, options.run, configuration, cache=options.cache, fold=options.fold, folds=options.folds, **how
        )
    print(options.run)


def _check_data(data: Path) -> None:
    if not (data / "datalist.json").is_file():
        raise InputError(f"{data} holds no datalist.json; make cases with 'python -m model_training simulate'")


def _reference(options: argparse.Namespace) -> None:
    import json

    from .reference_unet import train_reference

    if options.minutes <= 0:
        raise InputError(f"{options.minutes} minutes of training make no network; give more than 0")
    if options.steps is not None and options.steps <= 0:
        raise InputError(f"{options.steps} steps of training make no network; give more than 0")
    for data in (options.data, *options.score):
        _check_data(data)
    scores = train_reference(options.data, options.out, options.minutes, options.seed, options.score, options.steps)
    print(json.dumps(scores, indent=2))


_COMMANDS = {
    "simulate": _simulate,
    "train": _train,
    "evaluate": run_evaluate,
    "export": run_export,
    "card": run_card,
    "reference": _reference,
    "realism": run_realism,
    "teach-reading": run_teach_reading,
    "score-reading": run_score_reading,
    "pretrain-text": run_pretrain_text,
    "import-labelme": run_import_labelme,
    "import-masks": run_import_masks,
    "check-data": run_check_data,
    "train-spect": run_train_spect,
    "score-spect": run_score_spect,
    "calibrate-burden": run_calibrate,
    "validate-burden": run_validate,
    "peers": run_peers,
}

if __name__ == "__main__":
    sys.exit(main())
