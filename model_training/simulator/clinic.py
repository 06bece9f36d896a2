"""A clinic: every share and width the simulator draws from, in one file with the reason for each.

The files in ``model_training/configs`` are written as JSON, which is YAML too: so they are read where no YAML library
is installed. A clinic of your own may use all of YAML and names only what differs: ``{"base": "clinic_v1", ...}``.
"""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from BoneMetSegLib.errors import InputError

CONFIGS = Path(__file__).resolve().parents[1] / "configs"
DEFAULT_CLINIC = "clinic_v1"
REASON = "why"
_LENGTHS = {"value": 0, "share": 0, "poisson": 0, "uniform": 2, "log_uniform": 2, "normal": 2, "lognormal": 2}
_LENGTHS |= {"triangular": 3, "weights": -1}


class Clinic:
    """Named distributions, addressed by "section.name".

    Each is a mapping of one form to its numbers, with a reason under "why" and, if wanted, bounds under "within":

    ========================= ======================================================
    ``value: x``              always x
    ``share: p``              true with probability p
    ``uniform: [a, b]``       evenly between a and b
    ``log_uniform: [a, b]``   evenly between their logarithms
    ``normal: [m, s]``        mean m, standard deviation s
    ``lognormal: [m, s]``     median m, standard deviation s of the logarithm
    ``triangular: [a, m, b]`` between a and b, mode m
    ``poisson: m``            whole numbers of mean m
    ``weights: {name: w}``    one of the names, as often as its weight says
    ========================= ======================================================

    Parameters
    ----------
    name : str
    settings : mapping
        Section to name to distribution.
    source : str
        What messages call it.

    Raises
    ------
    InputError
        A distribution is malformed.
    """

    def __init__(self, name: str, settings: Mapping[str, Mapping[str, Any]], source: str = "") -> None:
        self.name = name
        self._settings = copy.deepcopy({section: dict(values) for section, values in settings.items()})
        for section, values in self._settings.items():
            for key, entry in values.items():
                if key != REASON:
                    _check(entry, f"{source or name}: {section}.{key}")

    def draw(self, path: str, rng: np.random.Generator) -> float:
        """Return a draw of a number."""
        entry = self._entry(path)
        form = _form(entry)
        given = entry[form]
        if form == "value":
            drawn = given
        elif form == "uniform":
            drawn = rng.uniform(*given)
        elif form == "log_uniform":
            drawn = np.exp(rng.uniform(np.log(given[0]), np.log(given[1])))
        elif form == "normal":
            drawn = rng.normal(*given)
        elif form == "lognormal":
            drawn = given[0] * np.exp(rng.normal(0.0, given[1]))
        elif form == "triangular":
            drawn = rng.triangular(*given)
        elif form == "poisson":
            drawn = rng.poisson(given)
        else:
            raise TypeError(f"{path} is not a number but a {form}")
        return float(np.clip(drawn, *entry["within"])) if "within" in entry else float(drawn)

    def chance(self, path: str, rng: np.random.Generator, factor: float = 1.0) -> bool:
        """Return true as often as the share (times ``factor``) says."""
        return bool(rng.random() < self._entry(path)["share"] * factor)

    def choose(self, path: str, rng: np.random.Generator) -> str:
        """Return one of the names of "weights"."""
        weights = self.weights(path)
        shares = np.array(list(weights.values()), float)
        return list(weights)[int(rng.choice(len(shares), p=shares / shares.sum()))]

    def number(self, path: str) -> float:
        """Return the number of a "value" or "share"."""
        entry = self._entry(path)
        return float(entry[_form(entry)])

    def weights(self, path: str) -> dict[str, float]:
        """Return names and weights."""
        return dict(self._entry(path)["weights"])

    def changed(self, values: Mapping[str, Mapping[str, Any]], name: str | None = None) -> Clinic:
        """Return this clinic with other distributions under some paths: ``{"benign.mimic_share": {"share": 0.5}}``.

        Raises
        ------
        InputError
            There is no such path, or the distribution is malformed.
        """
        settings = copy.deepcopy(self._settings)
        for path, entry in values.items():
            section, _, key = path.partition(".")
            if key not in settings.get(section, {}):
                raise InputError(f"{self.name}: there is no setting {path!r}")
            _check(entry, f"{name or self.name}: {path}")
            settings[section][key] = {REASON: "changed", **entry}
        return Clinic(name or self.name, settings)

    def as_mapping(self) -> dict[str, dict[str, Any]]:
        """Return a copy of all settings."""
        return copy.deepcopy(self._settings)

    @property
    def sha256(self) -> str:
        """Hash of all the numbers; the reasons do not count."""
        bare = {
            section: {
                key: {form: value for form, value in entry.items() if form != REASON}
                for key, entry in values.items()
                if key != REASON
            }
            for section, values in self._settings.items()
        }
        return hashlib.sha256(json.dumps(bare, sort_keys=True).encode()).hexdigest()

    def _entry(self, path: str) -> Mapping[str, Any]:
        section, _, key = path.partition(".")
        return self._settings[section][key]


def read_clinic(name_or_path: str | Path = DEFAULT_CLINIC) -> Clinic:
    """Read a clinic by the name of a file in ``model_training/configs``, or from a file of your own.

    Raises
    ------
    InputError
        There is none of that name, or it cannot be read.
    """
    path = Path(name_or_path)
    if path.suffix not in (".yaml", ".yml", ".json"):
        path = CONFIGS / f"{name_or_path}.yaml"
    if not path.is_file():
        known = ", ".join(sorted(each.stem for each in CONFIGS.glob("clinic_*.yaml")))
        raise InputError(f"there is no clinic {str(name_or_path)!r}: give a file, or one of {known}")
    given = dict(_parse(path))
    base = given.pop("base", None)
    name = str(given.pop("name", path.stem))
    if not all(isinstance(values, Mapping) for values in given.values()):
        raise InputError(f"{path.name} is not a clinic: sections of named distributions are expected")
    if base is None:
        return Clinic(name, given, path.name)
    changes = {f"{section}.{key}": entry for section, values in given.items() for key, entry in values.items()}
    return read_clinic(str(base)).changed(changes, name)


@lru_cache(maxsize=1)
def default_clinic() -> Clinic:
    """Return ``clinic_v1``."""
    return read_clinic(DEFAULT_CLINIC)


def undisturbed(clinic: Clinic) -> Clinic:
    """Return a clinic where nobody moves, every camera sweeps, no field is cut and counts are stored as they are."""
    never = ("moves", "head_moves", "arm_moves", "feet_cut", "head_cut")
    always = {"technique": "continuous", "export": "counts"}
    return clinic.changed(
        {f"acquisition.{name}": {"share": 0.0} for name in never}
        | {f"acquisition.{name}": {"weights": {word: 1}} for name, word in always.items()}
    )


def _parse(path: Path) -> Mapping[str, Any]:
    try:
        text = path.read_text(encoding="utf-8")
        try:
            given = json.loads(text)
        except ValueError:
            import yaml

            given = yaml.safe_load(text)
    except ImportError as error:
        raise InputError(f"{path.name} is not JSON, and to read YAML the package PyYAML is needed") from error
    except Exception as error:  # yaml.YAMLError cannot be named where PyYAML is missing
        raise InputError(f"{path.name} cannot be read as a clinic ({str(error).splitlines()[0]})") from error
    if not isinstance(given, Mapping):
        raise InputError(f"{path.name} is not a clinic: sections of named distributions are expected")
    return given


def _form(entry: Mapping[str, Any]) -> str:
    return next(form for form in entry if form in _LENGTHS)


def _check(entry: Any, where: str) -> None:
    forms = [form for form in entry if form in _LENGTHS] if isinstance(entry, Mapping) else []
    if len(forms) != 1 or set(entry) - {forms[0], "within", REASON}:
        raise InputError(f"{where} is not a distribution: one of {', '.join(_LENGTHS)} is expected")
    given, length = entry[forms[0]], _LENGTHS[forms[0]]
    if length == 0:
        good = _is_number(given)
    elif length > 0:
        good = isinstance(given, list) and len(given) == length and all(map(_is_number, given))
    else:
        good = isinstance(given, Mapping) and bool(given) and all(_is_number(w) and w >= 0 for w in given.values())
    if not good:
        raise InputError(f"{where}: {forms[0]} does not fit {given!r}")
    if forms[0] == "share" and not 0 <= given <= 1:
        raise InputError(f"{where}: a share lies between 0 and 1, not at {given}")


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
