"""Write many simulated cases to disk: one npz and one json each, and a data list split by patient."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from BoneMetSegLib.anatomy import SKELETON_CHANNELS
from BoneMetSegLib.errors import InputError
from BoneMetSegLib.scan import VIEWS

from .case import Anatomy, SimulatedCase, simulate_case
from .foci import Focus
from .report_writer import write_report
from .skeleton_meshes import mesh_skeleton

LANGUAGES = ("zh", "en")
DATALIST_NAME = "datalist.json"
_VALIDATION_SHARE, _TEST_SHARE = 0.1, 0.1
_FORMAT = "BoneMetSeg simulated case 1"

Progress = Callable[[int, int, float], None]


def generate_cases(
    count: int,
    out_dir: str | Path,
    seed: int,
    workers: int = 1,
    resume: bool = False,
    progress: Progress | None = None,
    *,
    anatomy: Anatomy = "auto",
) -> Path:
    """Simulate cases and write them to a folder.

    The same seed gives the same bytes with any number of workers: case ``i`` depends on ``seed`` and ``i`` alone.

    Parameters
    ----------
    count : int
        Number of patients.
    out_dir : path
        Created where missing; receives ``case_000000.npz``, ``case_000000.json``, ... and ``datalist.json``.
    seed : int
        Of the whole set, 0 or more.
    workers : int
        Processes.
    resume : bool
        Keep the cases that are there already; without it a folder that has cases is refused.
    progress : callable, optional
        Called with (cases done, cases in all, seconds left); by default a line on stderr.
    anatomy : {"auto", "analytic", "mesh"}

    Returns
    -------
    pathlib.Path
        The data list, in MONAI's style: lists of ``{"image": ..., "meta": ...}`` under training, validation and test.

    Raises
    ------
    InputError
        The folder has cases and ``resume`` is off, or count or seed make no sense.
    """
    out = Path(out_dir)
    _check(count, out, seed, resume)
    out.mkdir(parents=True, exist_ok=True)
    todo = [index for index in range(count) if not (resume and _is_complete(out, index))]
    report = _ProgressLine(count, count - len(todo), progress or _print_progress)
    if todo and anatomy != "analytic":
        mesh_skeleton()  # makes the cache once, before the workers look for it
    jobs = [(index, out, seed, anatomy) for index in todo]
    if workers <= 1:
        for job in jobs:
            write_case(*job)
            report.step()
    else:
        with ProcessPoolExecutor(workers, initializer=_one_thread_each) as pool:
            for future in as_completed([pool.submit(write_case, *job) for job in jobs]):
                future.result()
                report.step()
    return _write_datalist(out, count, seed)


def case_seed(seed: int, index: int) -> int:
    """Return the seed of case ``index`` of a set."""
    return int(np.random.SeedSequence([seed, index]).generate_state(1)[0])


def write_case(index: int, out: Path, seed: int, anatomy: Anatomy = "auto") -> Path:
    """Simulate one case of a set with its reports and write it; return the npz's path."""
    own_seed = case_seed(seed, index)
    case = simulate_case(own_seed, anatomy=anatomy)
    meta = _meta(case) | {"reports": case_reports(case)}
    path = case_path(out, index)
    # The json first: a case counts as complete when its npz is there.
    _replace(path.with_suffix(".json"), json.dumps(meta, ensure_ascii=False, indent=1).encode("utf-8"))
    temporary = path.with_name(f".{path.stem}.part.npz")
    np.savez_compressed(temporary, **_arrays(case))  # type: ignore[arg-type]
    temporary.replace(path)
    return path


def case_path(out_dir: str | Path, index: int) -> Path:
    """Return the npz path of case ``index`` in a folder."""
    return Path(out_dir) / f"case_{index:06d}.npz"


def load_case(path: str | Path) -> SimulatedCase:
    """Read a case back.

    Parameters
    ----------
    path : path
        Its npz; the json of the same name lies beside it.

    Raises
    ------
    InputError
        A file is missing or is not a simulated case.
    """
    path = Path(path)
    meta = load_meta(path)
    try:
        with np.load(path) as stored:
            arrays = {name: stored[name] for name in stored.files}
        scale = np.float32(meta["expected_scale"])
        shape = {view: arrays[f"counts_{view}"].shape for view in VIEWS}
        return SimulatedCase(
            seed=int(meta["seed"]),
            pixel_size_mm=float(meta["pixel_size_mm"]),
            expected={v: arrays[f"expected_{v}"].astype(np.float32) * scale for v in VIEWS},
            counts={v: arrays[f"counts_{v}"] for v in VIEWS},
            class_map={v: arrays[f"class_{v}"] for v in VIEWS},
            focus_map={v: arrays[f"focus_{v}"] for v in VIEWS},
            skeleton={v: _unpack(arrays[f"skeleton_{v}"], *shape[v]) for v in VIEWS},
            spine_level={v: arrays[f"spine_level_{v}"] for v in VIEWS},
            rib_level={v: arrays[f"rib_level_{v}"] for v in VIEWS},
            foci=tuple(Focus(**focus) for focus in meta["foci"]),
            true_bsi_percent=float(meta["true_bsi_percent"]),
            patient=meta["patient"],
            acquisition=meta.get("acquisition", {}),
        )
    except (OSError, KeyError, ValueError, TypeError) as error:
        raise InputError(f"{path} is not a simulated case of this program; simulate it again") from error


def load_meta(path: str | Path) -> dict[str, Any]:
    """Return the json of a case: foci, patient, reports ("zh", "en") and the rest.

    Raises
    ------
    InputError
        It is missing or is not the json of a simulated case.
    """
    path = Path(path).with_suffix(".json")
    try:
        meta = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read as the description of a simulated case") from error
    if not isinstance(meta, dict) or meta.get("format") != _FORMAT:
        raise InputError(f"{path} is not the description of a simulated case of this program")
    return meta


# ---- what is written -------------------------------------------------------------------------------------------------


def _meta(case: SimulatedCase) -> dict[str, Any]:
    return {
        "format": _FORMAT,
        "seed": case.seed,
        "pixel_size_mm": case.pixel_size_mm,
        "expected_scale": _expected_scale(case),
        "true_bsi_percent": case.true_bsi_percent,
        "patient": dict(case.patient),
        "acquisition": dict(case.acquisition),
        "foci": [asdict(focus) for focus in case.foci],
    }


def _expected_scale(case: SimulatedCase) -> float:
    """Return what float16 values are multiplied by: more than 1 only for counts beyond its range."""
    highest = max(float(image.max()) for image in case.expected.values())
    return 1.0 if highest < 60000 else highest / 60000


def case_reports(case: SimulatedCase) -> dict[str, dict[str, Any]]:
    """Write the reports of a case, "zh" and "en", with their mentions, as plain values for json."""
    reports = {}
    for number, language in enumerate(LANGUAGES):
        rng = np.random.default_rng([case.seed, 7, number])
        reports[language] = _plain(asdict(write_report(case.foci, case.patient, language, rng)))
    return reports


def _plain(value: Any) -> Any:
    """Return a value with numpy numbers made plain, for json."""
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    return value.item() if isinstance(value, np.generic) else value


def _arrays(case: SimulatedCase) -> dict[str, np.ndarray]:
    scale = np.float32(_expected_scale(case))
    arrays: dict[str, np.ndarray] = {}
    for view in VIEWS:
        arrays[f"expected_{view}"] = (case.expected[view] / scale).astype(np.float16)
        arrays[f"counts_{view}"] = case.counts[view]
        arrays[f"class_{view}"] = case.class_map[view]
        arrays[f"focus_{view}"] = case.focus_map[view]
        arrays[f"skeleton_{view}"] = np.packbits(case.skeleton[view])
        arrays[f"spine_level_{view}"] = case.spine_level[view]
        arrays[f"rib_level_{view}"] = case.rib_level[view]
    return arrays


def _unpack(packed: np.ndarray, rows: int, columns: int) -> np.ndarray:
    shape = (len(SKELETON_CHANNELS), rows // 2, columns // 2)
    return np.unpackbits(packed, count=int(np.prod(shape))).reshape(shape).astype(bool)


def _replace(path: Path, content: bytes) -> None:
    temporary = path.with_name(f".{path.name}.part")
    temporary.write_bytes(content)
    temporary.replace(path)


def _write_datalist(out: Path, count: int, seed: int) -> Path:
    """Split by patient; whether a case is in training depends on its own index and the seed, not on the count."""
    lists: dict[str, list[dict[str, str]]] = {"training": [], "validation": [], "test": []}
    for index in range(count):
        draw = np.random.default_rng([seed, index, 11]).random()
        part = "test" if draw < _TEST_SHARE else "validation" if draw < _TEST_SHARE + _VALIDATION_SHARE else "training"
        name = case_path(out, index).name
        entry = {"image": name, "meta": name.replace(".npz", ".json"), "patient": f"simulated_{seed}_{index}"}
        lists[part].append(entry)
    path = out / DATALIST_NAME
    head = {"name": "BoneMetSeg simulated planar bone scans", "seed": seed, "num_cases": count}
    _replace(path, json.dumps(head | lists, indent=1).encode("utf-8"))
    return path


# ---- checks and progress ---------------------------------------------------------------------------------------------


def _check(count: int, out: Path, seed: int, resume: bool) -> None:
    if count < 1 or seed < 0:
        raise InputError(f"{count} cases with seed {seed} cannot be simulated: at least one case, a seed of 0 or more")
    if not resume and out.is_dir() and any(out.glob("case_*.npz")):
        raise InputError(f"{out} already holds simulated cases; resume, or choose another folder")


def _is_complete(out: Path, index: int) -> bool:
    path = case_path(out, index)
    return path.exists() and path.with_suffix(".json").exists()


def _one_thread_each() -> None:
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"


class _ProgressLine:
    def __init__(self, count: int, done: int, show: Progress) -> None:
        self.count, self.done, self.first, self.show = count, done, done, show
        self.start = time.monotonic()

    def step(self) -> None:
        self.done += 1
        each = (time.monotonic() - self.start) / (self.done - self.first)
        self.show(self.done, self.count, each * (self.count - self.done))


def _print_progress(done: int, count: int, seconds_left: float) -> None:
    if done % 10 == 0 or done == count:
        minutes, seconds = divmod(round(seconds_left), 60)
        sys.stderr.write(f"simulated {done} of {count} cases, {minutes} min {seconds:02d} s left\n")
        sys.stderr.flush()
