"""``python -m model_training validate-burden``: the whole table of how right the measured burden is."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from BoneMetSegLib.bundle import open_bundle
from BoneMetSegLib.burden import DEFAULT_VIEW_RULE
from BoneMetSegLib.burden_calibration import BurdenCalibration
from BoneMetSegLib.errors import InputError
from model_training.simulator.case_files import json_bytes, replace_file
from model_training.simulator.clinic import read_clinic

from .examination_record import CONDITIONS
from .pictures import draw_pictures
from .run_tasks import Setting, run_tasks
from .scores import all_scores
from .settings_file import check_setting
from .tables import SECTIONS, cohort_words
from .tasks import TESTS, validation_tasks

JSON_NAME, MARKDOWN_NAME = "measurement.json", "measurement.md"
DEFAULT_SEED = 77001


def add_validate_command(commands: Any) -> None:
    """Add ``validate-burden`` to the parser's commands."""
    command = commands.add_parser(
        "validate-burden",
        help="measure simulated patients of known burden and hold the figures against the truth",
        description="Measure simulated patients of known burden through the whole pipeline, without report and with: "
        "linearity, variation, repeat scans, counts, places, coverage of the intervals (docs/measurement.md). Ctrl-C "
        "loses no finished examination, the same command goes on.",
    )
    command.add_argument("--bundle", type=Path, required=True, metavar="DIR")
    command.add_argument("--clinic", default="clinic_v1", metavar="NAME|FILE", help="default: clinic_v1")
    command.add_argument("--seed", type=int, default=DEFAULT_SEED, metavar="N", help=f"default: {DEFAULT_SEED}")
    command.add_argument(
        "--tests", nargs="+", choices=TESTS, default=list(TESTS), metavar="TEST", help=f"of {', '.join(TESTS)}"
    )
    command.add_argument(
        "--share", type=float, default=1.0, metavar="X", help="of the patients of each test, for a try (default: 1)"
    )
    command.add_argument(
        "--conditions", nargs="+", choices=CONDITIONS, default=list(CONDITIONS), metavar="NAME",
        help="image_only, report (default: both)",
    )  # fmt: skip
    command.add_argument("--workers", type=int, default=1, metavar="N", help="processes (default: 1)")
    command.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for records, tables, pictures")


def run_validate(options: argparse.Namespace) -> None:
    """Measure, write ``measurement.json``, ``measurement.md`` and the pictures."""
    if not 0 < options.share <= 1:
        raise InputError(f"a share of {options.share} of the patients cannot be measured; give more than 0, at most 1")
    bundle, clinic = open_bundle(options.bundle), read_clinic(options.clinic)
    if bundle.kind != "planar":
        raise InputError(
            f"bundle {options.bundle.name} is for {bundle.kind} scans; a Bone Scan Index is of planar ones"
        )
    calibration = BurdenCalibration.from_json(bundle.burden_calibration)
    if f"seed {options.seed}," in calibration.fitted_on:
        raise InputError(f"seed {options.seed} is that of the calibration of {options.bundle.name}; give another one")
    conditions = tuple(name for name in CONDITIONS if name in options.conditions)
    setting = Setting(options.bundle, options.out, options.seed, options.clinic, conditions)
    check_setting(setting, bundle, clinic, calibration=True)
    tasks = validation_tasks(options.tests, options.share)
    records = run_tasks(tasks, setting, options.workers)
    document = {
        "format": "BoneMetSeg validation of burden 1",
        "model": bundle.name,
        "weights_sha256": bundle.weights_sha256,
        "clinic": clinic.name,
        "clinic_sha256": clinic.sha256,
        "seed": options.seed,
        "examinations": len(records),
        "view_rule": DEFAULT_VIEW_RULE,
        "calibration": f"version {calibration.version}, {calibration.fitted_on}" if calibration.version else "",
        "command": _command(options),
        "scores": {condition: all_scores(records, condition) for condition in conditions},
    }
    pictures = draw_pictures(records, conditions, options.out)
    replace_file(options.out / JSON_NAME, json_bytes(document))
    parts = ["# Measured burden against the truth of simulated patients", cohort_words(document)]
    parts += [f"## {name.capitalize()}\n\n{make(document)}" for name, make in SECTIONS.items()]
    parts += [f"![{words}]({file})" for file, words in pictures]
    text = "\n\n".join(parts) + "\n"
    replace_file(options.out / MARKDOWN_NAME, text.encode("utf-8"))
    sys.stdout.write(text)


def _command(options: argparse.Namespace) -> str:
    """Return what was asked for, without the paths of this machine."""
    more = "" if options.tests == list(TESTS) else f" --tests {' '.join(options.tests)}"
    more += "" if options.share == 1 else f" --share {options.share:g}"
    more += "" if set(options.conditions) == set(CONDITIONS) else f" --conditions {' '.join(options.conditions)}"
    return (
        f"python -m model_training validate-burden --bundle BUNDLE --clinic {Path(options.clinic).stem} "
        f"--seed {options.seed}{more} --out OUT"
    )
