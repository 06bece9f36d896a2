"""The YAML configuration of a training run, and its hash."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import yaml

from BoneMetSegLib.errors import InputError

_LISTS_OF_ANY_LENGTH = ("widths", "report_widths", "fusions")
DEFAULT_CONFIGURATION = Path(__file__).parent / "configs" / "planar.yaml"
_OF_REPORTS = ("text_encoder", "teach_reading")
"""Sections that stand in planar.yaml alone: reports are read alike, whatever image they belong to."""


def read_configuration(path: Path | None = None, default_path: Path = DEFAULT_CONFIGURATION) -> dict[str, Any]:
    """Read a configuration; what it leaves out comes from the default one.

    Raises
    ------
    InputError
        Not YAML, or a section or key the default does not know.
    """
    default = yaml.safe_load(default_path.read_text(encoding="utf-8"))
    if default_path != DEFAULT_CONFIGURATION:
        planar = read_configuration()
        default |= {section: planar[section] for section in _OF_REPORTS}
    if path is None:
        return default
    try:
        given = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (OSError, yaml.YAMLError, UnicodeDecodeError) as error:
        raise InputError(
            f"{path.name} is not a configuration that can be read ({str(error).splitlines()[0]})"
        ) from error
    if not isinstance(given, dict):
        raise InputError(f"{path.name} is not a mapping of sections")
    for section, values in given.items():
        if section not in default:
            raise InputError(f"{path.name}: there is no setting {section!r}; known are {', '.join(default)}")
        if not isinstance(default[section], dict):
            default[section] = values
            continue
        _update(default[section], {} if values is None else values, f"{path.name}: section {section!r}")
    return default


def _update(settings: dict[str, Any], given: Any, where: str) -> None:
    if not isinstance(given, dict):
        raise InputError(f"{where} is not a mapping of settings")
    for key, value in given.items():
        if key not in settings:
            raise InputError(f"{where} has no setting {key!r}")
        known = settings[key]
        right = _is_like(value, known, any_length=key in _LISTS_OF_ANY_LENGTH)
        if not right:  # YAML reads 1e-3 as a word, 1.0e-3 as a number
            raise InputError(f"{where}: {key} is {value!r}; it should be like {known!r}")
        settings[key] = value


def _is_like(value: Any, known: Any, *, any_length: bool) -> bool:
    if isinstance(known, (str, bool)):
        return isinstance(value, type(known))
    if not isinstance(known, list):
        return _is_number(value)
    if not isinstance(value, list) or not (any_length or len(value) == len(known)):
        return False
    return all(_is_like(one, known[0], any_length=any_length) for one in value)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def configuration_hash(configuration: dict[str, Any]) -> str:
    """Return the SHA-256 of a configuration's canonical YAML."""
    text = yaml.safe_dump(configuration, sort_keys=True, allow_unicode=True)
    return hashlib.sha256(text.encode()).hexdigest()
