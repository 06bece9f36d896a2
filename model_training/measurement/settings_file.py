"""A folder of records belongs to one setting: another seed, clinic or model may not be mixed in."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from BoneMetSegLib.bundle import Bundle
from BoneMetSegLib.errors import InputError
from model_training.simulator.case_files import json_bytes, replace_file
from model_training.simulator.clinic import Clinic

if TYPE_CHECKING:
    from .run_tasks import Setting

SETTINGS_NAME = "settings.json"


def check_setting(setting: Setting, bundle: Bundle, clinic: Clinic, *, calibration: bool = False) -> None:
    """Make the folder, or check that its records are of this setting.

    Parameters
    ----------
    calibration : bool
        What is recorded depends on the bundle's calibration of burden too.

    Raises
    ------
    InputError
        The folder holds records of another seed, clinic or model, or something else.
    """
    wanted = {
        "seed": setting.seed,
        "clinic_sha256": clinic.sha256,
        "weights_sha256": bundle.weights_sha256,
        "thresholds": bundle.thresholds,
        "conditions": list(setting.conditions),
    }
    if calibration:
        wanted["burden_calibration"] = bundle.burden_calibration
    path = setting.out / SETTINGS_NAME
    if path.is_file():
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise InputError(f"{path} cannot be read; give another --out") from error
        differ = [name for name, value in wanted.items() if found.get(name) != value]
        if differ:
            raise InputError(f"{setting.out} holds records of another {differ[0]}; give another --out")
        return
    if setting.out.is_dir() and any(setting.out.iterdir()):
        raise InputError(f"{setting.out} is not empty and holds no records of examinations; give another --out")
    setting.out.mkdir(parents=True, exist_ok=True)
    replace_file(path, json_bytes(wanted))
