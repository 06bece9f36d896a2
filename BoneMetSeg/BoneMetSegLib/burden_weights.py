"""The share of skeletal mass of each bone, which weighs it in the Bone Scan Index (floor 4)."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from .anatomy import SKELETON_CHANNELS, ReportingRegion, reporting_region
from .errors import InputError
from .resources import resource_path


@dataclass(frozen=True)
class WeightedBone:
    """What the weights weigh as one.

    Attributes
    ----------
    name : str
        "spine", "ribs", "femur_left".
    channels : tuple of int
        Indices in ``anatomy.SKELETON_CHANNELS``.
    mass_percent : float
        Its share of skeletal mass.
    """

    name: str
    channels: tuple[int, ...]
    mass_percent: float


def weighted_bones(weights_file: Path | None = None) -> tuple[str, tuple[WeightedBone, ...]]:
    """Return the weights' name and the bones they weigh.

    Parameters
    ----------
    weights_file : pathlib.Path, optional
        JSON as ``Resources/Burden/skeletal_mass_v1.json``, which is the default.

    Raises
    ------
    InputError
        The file is not of that form, or lacks a bone of the anatomy table.
    """
    return _shipped_bones() if weights_file is None else _read_bones(weights_file)


@cache
def _shipped_bones() -> tuple[str, tuple[WeightedBone, ...]]:
    return _read_bones(resource_path("Burden", "skeletal_mass_v1.json"))


def _read_bones(path: Path) -> tuple[str, tuple[WeightedBone, ...]]:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        name, bones = str(data["name"]), data["bones"]
        channels: dict[str, list[int]] = {}
        masses: dict[str, float] = {}
        for index, channel in enumerate(SKELETON_CHANNELS):
            region = reporting_region(channel.region)
            if not region.bsi_bones:
                continue
            mass, per_side = _mass(path.name, bones, region)
            # Bones that are weighed as one but drawn apart (radius and ulna; the parts of the spine) share a name.
            unit = f"{channel.region}_{channel.side}" if per_side else "+".join(region.bsi_bones)
            channels.setdefault(unit, []).append(index)
            masses[unit] = mass
    except InputError:
        raise
    except OSError as error:
        raise InputError(f"{path.name} cannot be read: {error.strerror or error}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path.name} is not a table of skeletal mass: it needs a name and bones") from error
    return name, tuple(WeightedBone(unit, tuple(channels[unit]), mass) for unit, mass in masses.items())


def _mass(file: str, bones: Mapping[str, Any], region: ReportingRegion) -> tuple[float, bool]:
    """Return a region's share of skeletal mass in percent, and whether it is that of each side."""
    for bone in region.bsi_bones:
        if bone not in bones:
            raise InputError(f"{file} lacks the bone {bone!r}")
        mass = bones[bone]["mass_percent"]
        if isinstance(mass, bool) or not isinstance(mass, (int, float)) or not 0 < mass <= 100:
            raise InputError(f"{file} gives {bone!r} a mass of {mass!r}; it is a percentage above 0")
    per_side = {bones[bone]["per_side"] for bone in region.bsi_bones}
    if len(per_side) > 1 or (True in per_side and not region.sided):
        raise InputError(
            f"{file} weighs {' and '.join(region.bsi_bones)} per side, which does not fit {region.term_en}"
        )
    return math.fsum(bones[bone]["mass_percent"] for bone in region.bsi_bones), per_side == {True}
