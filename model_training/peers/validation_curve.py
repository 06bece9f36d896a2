"""Is a validation curve flat? Only then has a recipe been run to its end."""

from __future__ import annotations

from collections.abc import Sequence

FLAT_GAIN = 0.005
LEAST_POINTS = 6


def gain_of_last_third(dice: Sequence[float]) -> float | None:
    """Return the best of the last third of a curve minus the best before it; None for fewer than six points."""
    if len(dice) < LEAST_POINTS:
        return None
    first = len(dice) - len(dice) // 3
    return max(dice[first:]) - max(dice[:first])


def is_flat(dice: Sequence[float]) -> bool:
    """Whether the last third of the curve gained less than ``FLAT_GAIN`` DSC."""
    gain = gain_of_last_third(dice)
    return gain is not None and gain < FLAT_GAIN


def curve_words(steps: Sequence[int], dice: Sequence[float]) -> str:
    """Say a curve and whether it is flat, in one line."""
    points = ", ".join(f"{step}: {value:.4f}" for step, value in zip(steps, dice, strict=True))
    gain = gain_of_last_third(dice)
    if gain is None:
        return f"{points} (fewer than {LEAST_POINTS} points: nothing can be said of flatness, nothing is claimed)"
    verdict = "flat" if gain < FLAT_GAIN else "not flat: nothing is claimed"
    return f"{points} (last third gained {gain:+.4f} DSC: {verdict})"
