"""The goals of the protocol beside what was measured."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .tables import plain_interval, signed_interval, table

Scores = Mapping[str, Any]


@dataclass(frozen=True)
class Goal:
    """A goal.

    Attributes
    ----------
    words : str
        What is compared.
    asked : str
        The goal in words.
    measured : callable
        Scores of a model to (printed value, met or None where it is not measured).
    """

    words: str
    asked: str
    measured: Callable[[Scores], tuple[str, bool | None]]


_NOT_MEASURED: tuple[str, None] = ("not measured", None)


def _difference(
    key: str, met: Callable[[Scores], bool], among: str = "dice_gain"
) -> Callable[[Scores], tuple[str, bool | None]]:
    def measured(scores: Scores) -> tuple[str, bool | None]:
        interval = scores[among].get(key)
        if interval is None or interval["mean"] is None:
            return _NOT_MEASURED
        return signed_interval(interval), met(interval)

    return measured


def _uptake(scores: Scores) -> tuple[str, bool | None]:
    added = scores["conditions"].get("other_report", {}).get("pixels_added_by_report")
    if added is None:
        return _NOT_MEASURED
    return f"{added['without_uptake_per_scan']} pixels a scan", added["without_uptake_per_scan"] < 1


def _flagged(condition: str) -> Callable[[Scores], tuple[str, bool | None]]:
    def measured(scores: Scores) -> tuple[str, bool | None]:
        checks = scores["conditions"].get(condition, {}).get("contradictions")
        if checks is None or checks["share_flagged"] is None:
            return _NOT_MEASURED
        found = f"{checks['flagged']} of {checks['disagreements']} findings"
        if "reports" in checks:
            found += f", {checks['reports_flagged']} of {checks['reports']} reports"
        return found, checks["share_flagged"] >= 0.9

    return measured


def _moved(scores: Scores) -> tuple[str, bool | None]:
    checks = scores["conditions"].get("wrong_side", {}).get("contradictions")
    return _NOT_MEASURED if checks is None else (f"{checks['moved']} lesions", checks["moved"] == 0)


def _unnamed(scores: Scores) -> tuple[str, bool | None]:
    half = scores.get("unnamed_lesions")
    if half is None or half["difference"]["mean"] is None:
        return _NOT_MEASURED
    return signed_interval(half["difference"]), half["difference"]["mean"] >= -0.02


def _at_one(scores: Scores) -> tuple[str, bool | None]:
    found = scores["conditions"].get("report", {}).get("froc", {}).get("1")
    return _NOT_MEASURED if found is None else (f"{found}", found >= 0.9)


def _normals(scores: Scores) -> tuple[str, bool | None]:
    rate = scores["conditions"].get("report", {}).get("false_positives_per_normal_scan")
    return _NOT_MEASURED if rate is None else (f"{rate}", rate <= 0.1)


def _between_oracles(scores: Scores) -> tuple[str, bool | None]:
    rows = [scores["conditions"].get(name) for name in ("report_only", "report", "rule_exact")]
    if any(row is None for row in rows):
        return _NOT_MEASURED
    return " / ".join(plain_interval(row["dice"]) for row in rows if row), None


def _skeleton(scores: Scores) -> tuple[str, bool | None]:
    dice = scores["skeleton"]["patient_mean"]
    return _NOT_MEASURED if dice is None else (f"{dice}", dice >= 0.9)


GOALS: tuple[Goal, ...] = (
    Goal(
        "DSC with the report minus image only",
        "at least +0.10, lower bound above +0.0209",
        _difference("report_minus_image_only", lambda i: i["mean"] >= 0.1 and i["low"] > 0.0209),
    ),
    Goal(
        "minus image only + rule",
        "lower bound above 0",
        _difference("report_minus_rule", lambda i: i["low"] > 0, "dice_differences"),
    ),
    Goal("DSC: report only / with the report / rule on true statuses", "all three printed", _between_oracles),
    Goal(
        "another patient's report minus image only",
        "harm at most 0.01",
        _difference("other_report_minus_image_only", lambda i: i["mean"] >= -0.01),
    ),
    Goal("another patient's report: drawn where there is no uptake", "nothing (below 1 pixel a scan)", _uptake),
    Goal(
        "status flipped minus image only",
        "reported, not bounded",
        lambda scores: (_difference("flipped_minus_image_only", lambda _: True)(scores)[0], None),
    ),
    Goal("status flipped: contradictions flagged", "at least 90 %", _flagged("flipped")),
    Goal("wrong side: lesions that move", "none", _moved),
    Goal("unnamed half of the lesions: sensitivity minus no report", "at least -0.02", _unnamed),
    Goal("sensitivity at one false positive per scan, with the report", "0.90", _at_one),
    Goal("false positives per normal scan, with the report", "0.1", _normals),
    Goal(
        "report in English minus in Chinese",
        "within 0.02",
        _difference("en_minus_zh", lambda i: abs(i["mean"]) <= 0.02, "dice_differences"),
    ),
    Goal("skeleton DSC, mean over regions present", "0.90", _skeleton),
)


def goals_table(scores: Scores, goals: Sequence[Goal] = GOALS) -> str:
    """Return the goals with what was measured and whether it suffices."""
    words = {True: "met", False: "not met", None: "-"}
    rows = []
    for goal in goals:
        value, met = goal.measured(scores)
        rows.append((goal.words, goal.asked, value, words[met]))
    return table(("simulated patients", "goal", "measured", ""), rows)
