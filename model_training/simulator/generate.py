"""Write many simulated patients to a folder: scans, truth, reports, and a data list split by patient."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np

from BoneMetSegLib.errors import InputError

from .case_files import json_bytes, replace_file
from .clinic import Clinic, default_clinic
from .patient_files import examinations, write_patient
from .simulated_patient import Anatomy
from .skeleton_meshes import mesh_skeleton

DATALIST_NAME = "datalist.json"
SETTINGS_NAME = "simulation.json"
SIMULATOR_VERSION = 2
"""Raised when the same seed and clinic give other patients."""
_VALIDATION_SHARE, _TEST_SHARE = 0.1, 0.1

Kind = Literal["planar", "spect", "both", "followup"]
Progress = Callable[[int, int, float], None]


@dataclass(frozen=True)
class _Set:
    """What every patient of a set has in common."""

    folder: Path
    seed: int
    kind: Kind
    clinic: Clinic
    anatomy: Anatomy
    dicom: bool


def generate_cases(  # noqa: PLR0913 (each is one choice of a set)
    count: int,
    out_dir: str | Path,
    seed: int,
    workers: int = 1,
    resume: bool = False,
    progress: Progress | None = None,
    *,
    clinic: Clinic | None = None,
    kind: Kind = "planar",
    anatomy: Anatomy = "auto",
    dicom: bool = False,
) -> Path:
    """Simulate patients and write them to a folder (``docs/dataset.md``).

    The same seed gives the same bytes with any number of workers: patient ``i`` depends on ``seed`` and ``i`` alone.

    Parameters
    ----------
    count : int
        Number of patients.
    out_dir : path
        Created where missing.
    seed : int
        Of the whole set, 0 or more.
    workers : int
        Processes.
    resume : bool
        Keep the patients that are there already; without it a folder that has cases is refused.
    progress : callable, optional
        Called with (patients done, patients in all, seconds left); by default a line on stderr.
    clinic : Clinic, optional
        Default ``clinic_v1``.
    kind : {"planar", "spect", "both", "followup"}
        A whole-body scan, a SPECT of the trunk, both, or two whole-body scans months apart.
    anatomy : {"auto", "analytic", "mesh"}
    dicom : bool
        Write DICOM and the reports as text too; needs pydicom.

    Returns
    -------
    pathlib.Path
        The data list, in MONAI's style: lists of ``{"image": ..., "meta": ...}`` under training, validation and test.

    Raises
    ------
    InputError
        The folder has cases and ``resume`` is off, or it holds another set; count, seed or kind make no sense; the
        folder cannot be written.
    """
    own = _Set(Path(out_dir), seed, kind, clinic or default_clinic(), anatomy, dicom)
    _check(count, own, workers, resume)
    has_meshes = anatomy != "analytic" and mesh_skeleton() is not None  # makes the cache once, before the workers look
    try:
        own.folder.mkdir(parents=True, exist_ok=True)
        _keep_settings(own, has_meshes)
        todo = [index for index in range(count) if not (resume and is_complete(own.folder, index, kind))]
        _run(own, todo, workers, _ProgressLine(count, count - len(todo), progress or _print_progress))
        return _write_datalist(own, count)
    except OSError as error:
        raise InputError(f"{own.folder} cannot be written ({error.strerror or error}); resume when it can") from error


def case_seed(seed: int, index: int) -> int:
    """Return the seed of patient ``index`` of a set."""
    return int(np.random.SeedSequence([seed, index]).generate_state(1)[0])


def case_path(out_dir: str | Path, index: int, examination: str = "") -> Path:
    """Return the npz path of an examination of patient ``index``: a planar scan "", "spect", "t0" or "t1"."""
    return Path(out_dir) / f"case_{index:06d}{'_' * bool(examination)}{examination}.npz"


def is_complete(folder: Path, index: int, kind: Kind) -> bool:
    """Say whether all files of a patient are there."""
    paths = [case_path(folder, index, each.name) for each in examinations(kind)]
    return all(path.exists() and path.with_suffix(".json").exists() for path in paths)


def _run(own: _Set, todo: list[int], workers: int, line: _ProgressLine) -> None:
    if workers <= 1:
        _one_thread()
        for index in todo:
            _simulate(own, index)
            line.step()
        return
    pool = ProcessPoolExecutor(workers, initializer=_start_worker)
    try:
        for future in as_completed([pool.submit(_simulate, own, index) for index in todo]):
            future.result()
            line.step()
    except BaseException:
        # Ctrl-C, or a fault: what runs is finished (each file is whole or not there), what waits is dropped.
        pool.shutdown(wait=True, cancel_futures=True)
        raise
    pool.shutdown()


def _simulate(own: _Set, index: int) -> None:
    write_patient(
        lambda examination: case_path(own.folder, index, examination),
        case_seed(own.seed, index),
        kind=own.kind,
        clinic=own.clinic,
        anatomy=own.anatomy,
        dicom=own.dicom,
        facts={"set_seed": own.seed, "index": index, "simulator_version": SIMULATOR_VERSION},
    )


# ---- what the folder says of itself ----------------------------------------------------------------------------------


def _settings(own: _Set, has_meshes: bool) -> dict[str, Any]:
    return {
        "format": "BoneMetSeg simulated set 1",
        "simulator_version": SIMULATOR_VERSION,
        "clinic": own.clinic.name,
        "clinic_sha256": own.clinic.sha256,
        "clinic_settings": own.clinic.as_mapping(),
        "seed": own.seed,
        "kind": own.kind,
        "anatomy": own.anatomy,
        "bone_meshes": has_meshes,
        "dicom": own.dicom,
    }


def _keep_settings(own: _Set, has_meshes: bool) -> None:
    """Write down how the set is made; refuse to go on with a set made otherwise."""
    path, settings = own.folder / SETTINGS_NAME, _settings(own, has_meshes)
    if not path.is_file():
        replace_file(path, json_bytes(settings))
        return
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError(f"{path} cannot be read; choose another folder") from error
    compared = ("simulator_version", "clinic_sha256", "seed", "kind", "anatomy", "bone_meshes", "dicom")
    other = [name for name in compared if stored.get(name) != settings[name]]
    if other:
        told = ", ".join(f"{name} {stored.get(name)!r} and not {settings[name]!r}" for name in other)
        raise InputError(f"{own.folder} holds a set made otherwise ({told}); choose another folder")


def _write_datalist(own: _Set, count: int) -> Path:
    """Split by patient; whether one is in training depends on its own index and the seed, not on the count."""
    lists: dict[str, list[dict[str, Any]]] = {"training": [], "validation": [], "test": []}
    for index in range(count):
        draw = np.random.default_rng([own.seed, index, 11]).random()
        part = "test" if draw < _TEST_SHARE else "validation" if draw < _TEST_SHARE + _VALIDATION_SHARE else "training"
        lists[part] += _entries(own, index)
    path = own.folder / DATALIST_NAME
    head = {
        "name": f"BoneMetSeg simulated bone scans, {own.clinic.name}",
        "description": "Simulated patients; no clinical data.",
        "clinic": own.clinic.name,
        "clinic_sha256": own.clinic.sha256,
        "simulator_version": SIMULATOR_VERSION,
        "kind": own.kind,
        "seed": own.seed,
        "num_cases": count,
    }
    replace_file(path, json.dumps(head | lists, indent=1).encode("utf-8"))
    return path


def _entries(own: _Set, index: int) -> Iterator[dict[str, Any]]:
    previous = None
    for examination in examinations(own.kind):
        name = case_path(own.folder, index, examination.name).name
        entry: dict[str, Any] = {
            "image": name,
            "meta": name.replace(".npz", ".json"),
            "patient": f"simulated_{own.seed}_{index}",
            "modality": examination.modality,
        }
        if examination.timepoint is not None:
            entry["timepoint"] = examination.timepoint
            if previous:
                entry["prior"] = previous
            previous = name
        yield entry


# ---- checks and progress ---------------------------------------------------------------------------------------------


def _check(count: int, own: _Set, workers: int, resume: bool) -> None:
    if count < 1 or own.seed < 0:
        raise InputError(
            f"{count} cases with seed {own.seed} cannot be simulated: at least one case, a seed of 0 or more"
        )
    if workers < 1:
        raise InputError(f"{workers} workers simulate nothing; give at least one")
    if own.kind not in get_args(Kind):
        raise InputError(f"there is no kind {own.kind!r} of examination; known are {', '.join(get_args(Kind))}")
    if own.folder.exists() and not own.folder.is_dir():
        raise InputError(f"{own.folder} is a file; give a folder for the cases")
    if not resume and own.folder.is_dir() and any(own.folder.glob("case_*.npz")):
        raise InputError(f"{own.folder} already holds simulated cases; resume, or choose another folder")
    if own.anatomy == "mesh" and mesh_skeleton() is None:
        raise InputError("mesh anatomy needs the packages mujoco and myo-sim; install the extra 'simulator'")
    if own.dicom:
        try:
            import pydicom  # noqa: F401
        except ImportError as error:
            raise InputError("to write DICOM the package pydicom is needed; install it or leave DICOM out") from error


def _one_thread() -> None:
    """Sums over threads come in another order: with one thread everywhere the same seed gives the same bytes."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"
    if "torch" in sys.modules:
        import torch

        torch.set_num_threads(1)


def _start_worker() -> None:
    _one_thread()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent hears Ctrl-C and drops what waits


class _ProgressLine:
    def __init__(self, count: int, done: int, show: Progress) -> None:
        self.count, self.done, self.first, self.show = count, done, done, show
        self.start = time.monotonic()

    def step(self) -> None:
        self.done += 1
        each = (time.monotonic() - self.start) / (self.done - self.first)
        self.show(self.done, self.count, each * (self.count - self.done))


class _Printed:
    last = 0.0


def _print_progress(done: int, count: int, seconds_left: float, every_s: float = 5.0) -> None:
    now = time.monotonic()
    if now - _Printed.last < every_s and done < count:
        return
    _Printed.last = now
    minutes, seconds = divmod(round(seconds_left), 60)
    sys.stderr.write(f"simulated {done} of {count} patients, {minutes} min {seconds:02d} s left\n")
    sys.stderr.flush()
