"""One simulated planar examination on disk: an npz with the arrays and a json with the truth in words and numbers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from BoneMetSegLib.anatomy import SKELETON_CHANNELS
from BoneMetSegLib.errors import InputError
from BoneMetSegLib.scan import VIEWS

from .foci import Focus
from .simulated_case import SimulatedCase

FORMAT = "BoneMetSeg simulated case 2"
# float16 ends at 65504.
_MOST_STORED = 60000.0


def write_case_files(path: Path, case: SimulatedCase, facts: Mapping[str, Any]) -> None:
    """Write a case.

    Parameters
    ----------
    path : Path
        Of the npz; the json gets the same name.
    facts : mapping
        What else goes into the json: reports, the set's name, ...
    """
    # The json first: a case counts as complete when its npz is there.
    replace_file(path.with_suffix(".json"), json_bytes(_meta(case) | dict(facts)))
    write_arrays(path, _arrays(case))


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
            skeleton={v: unpack_channels(arrays[f"skeleton_{v}"], *_half(shape[v])) for v in VIEWS},
            spine_level={v: arrays[f"spine_level_{v}"] for v in VIEWS},
            rib_level={v: arrays[f"rib_level_{v}"] for v in VIEWS},
            foci=tuple(Focus(**focus) for focus in meta["foci"]),
            true_bsi_percent=float(meta["true_bsi_percent"]),
            patient=meta["patient"],
            acquisition=meta["acquisition"],
            timepoint=int(meta["timepoint"]),
            days=int(meta["days"]),
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
    if not isinstance(meta, dict) or meta.get("format") != FORMAT:
        raise InputError(f"{path} is not the description of a simulated case of this program; simulate it again")
    return meta


def _meta(case: SimulatedCase) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "seed": case.seed,
        "timepoint": case.timepoint,
        "days": case.days,
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
    return 1.0 if highest < _MOST_STORED else highest / _MOST_STORED


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


def _half(shape: tuple[int, ...]) -> tuple[int, int]:
    return shape[0] // 2, shape[1] // 2


# ---- files in general ------------------------------------------------------------------------------------------------


def unpack_channels(packed: np.ndarray, *shape: int) -> np.ndarray:
    """Return packed skeleton masks as ``(29, *shape)`` bool."""
    full = (len(SKELETON_CHANNELS), *shape)
    return np.unpackbits(packed, count=int(np.prod(full))).reshape(full).astype(bool)


def write_arrays(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Write an npz whole or not at all."""
    temporary = path.with_name(f".{path.stem}.part.npz")
    np.savez_compressed(temporary, **arrays)  # type: ignore[arg-type]
    temporary.replace(path)


def replace_file(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    temporary = path.with_name(f".{path.name}.part")
    temporary.write_bytes(content)
    temporary.replace(path)


def json_bytes(value: Any) -> bytes:
    """Return a value as readable JSON; numpy numbers become plain ones."""
    return json.dumps(plain(value), ensure_ascii=False, indent=1).encode("utf-8")


def plain(value: Any) -> Any:
    """Return a value with numpy numbers made plain, for json."""
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    return value.item() if isinstance(value, np.generic) else value
