"""What a patient's facts say of conditions with a side: "conditions": "hip_prosthesis_left, scoliosis"."""

from __future__ import annotations

from collections.abc import Mapping


def conditions_of(facts: Mapping[str, object]) -> tuple[str, ...]:
    """Return the names under "conditions", which may be words joined by commas or a sequence."""
    given = facts.get("conditions", ())
    names = given.split(",") if isinstance(given, str) else given if isinstance(given, (tuple, list)) else ()
    return tuple(str(name).strip() for name in names if str(name).strip())


def sides_of(facts: Mapping[str, object], condition: str) -> list[str]:
    """Return the sides, left first, on which a patient has a condition."""
    return [side for side in ("left", "right") if f"{condition}_{side}" in conditions_of(facts)]
