"""``python -m model_training calibrate-burden``: fit a bundle's calibration of burden and write it into the bundle."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from BoneMetSegLib.bundle import Bundle, open_bundle
from BoneMetSegLib.burden import DEFAULT_VIEW_RULE, measure_burden
from BoneMetSegLib.burden_calibration import BurdenCalibration
from BoneMetSegLib.burden_weights import weighted_bones
from BoneMetSegLib.errors import InputError
from BoneMetSegLib.hot_spots import find_hot_spots
from BoneMetSegLib.maps_file import read_maps
from model_training.evaluation.evaluate_cases import ProgressLine, print_progress
from model_training.simulator.case_files import json_bytes, replace_file
from model_training.simulator.clinic import read_clinic

from .examination_record import measured_figures
from .fit_calibration import LEAST_PATIENTS, first_fit, with_margins
from .run_tasks import Setting, run_tasks
from .settings_file import check_setting
from .tasks import calibration_tasks

CALIBRATION_NAME = "burden_calibration.json"
DEFAULT_SEED, DEFAULT_CASES = 76001, 150


def add_calibrate_command(commands: Any) -> None:
    """Add ``calibrate-burden`` to the parser's commands."""
    command = commands.add_parser(
        "calibrate-burden",
        help="fit a bundle's Bone Scan Index and intervals to simulated patients",
        description="Measure simulated patients of known burden with a bundle, fit calibration and intervals to them "
        "and write these into its bundle.json. Their seed may not be that of a validation. Ctrl-C loses no finished "
        "patient, the same command goes on.",
    )
    command.add_argument("--bundle", type=Path, required=True, metavar="DIR")
    command.add_argument("--clinic", default="clinic_v1", metavar="NAME|FILE", help="default: clinic_v1")
    command.add_argument("--seed", type=int, default=DEFAULT_SEED, metavar="N", help=f"default: {DEFAULT_SEED}")
    command.add_argument("--cases", type=int, default=DEFAULT_CASES, metavar="N", help=f"default: {DEFAULT_CASES}")
    command.add_argument("--workers", type=int, default=1, metavar="N", help="processes (default: 1)")
    command.add_argument("--version", default="1", metavar="TEXT", help="of the calibration (default: 1)")
    command.add_argument(
        "--no-write", action="store_true", help=f"leave the bundle as it is; only write {CALIBRATION_NAME}"
    )
    command.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for records and maps")


def run_calibrate(options: argparse.Namespace) -> None:
    """Fit, print and write."""
    if options.cases < LEAST_PATIENTS:
        raise InputError(f"{options.cases} patients make no calibration; give at least {LEAST_PATIENTS}")
    bundle = open_bundle(options.bundle)
    if bundle.kind != "planar":
        raise InputError(
            f"bundle {options.bundle.name} is for {bundle.kind} scans; a Bone Scan Index is of planar ones"
        )
    clinic = read_clinic(options.clinic)
    setting = Setting(options.bundle, options.out, options.seed, options.clinic, ("image_only",), keep_maps=True)
    check_setting(setting, bundle, clinic)
    tasks = calibration_tasks(options.cases)
    records = run_tasks(tasks, setting, options.workers)
    words = (
        f"{len(tasks)} simulated patients of {clinic.name} ({clinic.sha256[:12]}), seed {options.seed}, measured by "
        f"the image path of weights {bundle.weights_sha256[:12]}"
    )
    weights_name, _ = weighted_bones()
    fitted = first_fit(records, weights_name, DEFAULT_VIEW_RULE, options.version, words)
    again = []
    line = ProgressLine(len(tasks), print_progress)  # measured once more, with what was fitted
    for task in tasks:
        path = setting.maps_of(task)
        if path is None:
            raise TypeError("a calibration keeps its maps")
        again.append(_measured_again(path, bundle, fitted))
        line.step()
    fitted = with_margins(fitted, [record["truth"] for record in records], again)
    fitted = BurdenCalibration.from_json(json.loads(json.dumps(fitted.as_json())))
    replace_file(options.out / CALIBRATION_NAME, json_bytes(fitted.as_json()))
    if not options.no_write:
        write_calibration(bundle, fitted)
    sys.stdout.write(json.dumps(fitted.as_json(), indent=2, ensure_ascii=False) + "\n")


def write_calibration(bundle: Bundle, calibration: BurdenCalibration) -> Bundle:
    """Put a calibration into a bundle's description and check the bundle by opening it."""
    description = {**bundle.description, "burden_calibration": calibration.as_json()}
    replace_file(
        bundle.folder / "bundle.json", (json.dumps(description, ensure_ascii=False, indent=2) + "\n").encode("utf-8")
    )
    return open_bundle(bundle.folder)


def _measured_again(maps: Path, bundle: Bundle, calibration: BurdenCalibration) -> dict[str, Any]:
    scan, segmentation = read_maps(maps, maps.name)
    if scan.kind != "planar":
        raise InputError(f"{maps} holds no planar scan; give another --out")
    segmentation = replace(segmentation, thresholds=bundle.thresholds, burden_calibration=calibration.as_json())
    return measured_figures(measure_burden(scan, segmentation, find_hot_spots(scan, segmentation)))  # type: ignore[arg-type]
