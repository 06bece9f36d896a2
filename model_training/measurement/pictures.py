"""Pictures of the validation: measured against true, variation, repeat scans, counts. Simulated patients only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from model_training.plot_axes import plain_axes

from .scores import index_of
from .tasks import COUNTS, CV_LEVELS, REFERENCE_COUNTS

_BLUE, _ORANGE, _GREY = "#3b6fb6", "#d1662c", "#5c6670"
_COLOURS = {"image_only": _BLUE, "report": _ORANGE}
_WORDS = {"image_only": "without report", "report": "with report"}
Records = Sequence[Mapping[str, Any]]


def draw_pictures(records: Records, conditions: Sequence[str], out: Path) -> list[tuple[str, str]]:
    """Draw what the records hold into a folder; return file names with what they show."""
    drawn = []
    for file, words, draw in (
        ("bsi_against_truth.png", "Bone Scan Index, measured against true, with its interval", _against_truth),
        ("bsi_precision.png", "ten scans of one patient at each burden, and repeat scans", _precision),
        ("bsi_by_counts.png", "error of the calibrated Bone Scan Index by counts", _counts),
    ):
        if draw(records, conditions, out / file):
            drawn.append((file, f"Simulated patients: {words}"))
    return drawn


def _shown_index(records: Records, condition: str) -> str:
    values = [index_of(record, condition, "calibrated") for record in records]
    return "calibrated" if np.isfinite(values).any() else "raw"


def _against_truth(records: Records, conditions: Sequence[str], path: Path) -> bool:
    own = [record for record in records if record["test"] == "linearity"]
    if not own:
        return False
    kinds = ["raw"] if _shown_index(own, conditions[0]) == "raw" else ["raw", "calibrated"]
    figure, axes = plain_axes(4.6 * len(kinds), 4.4, len(kinds))
    for axis, kind in zip(axes, kinds, strict=True):
        true = np.array([record["truth"]["bsi_percent"] for record in own])
        for condition in conditions:
            found = np.array([index_of(record, condition, kind) for record in own])
            if condition == conditions[0] and kind == "calibrated":
                ends = np.array(
                    [record["conditions"][condition]["intervals"]["bsi_calibrated_percent"] for record in own],
                    float,
                )
                axis.vlines(true, ends[:, 0], ends[:, 1], color=_COLOURS[condition], alpha=0.35, linewidth=1.2)
            axis.plot(true, found, "o", markersize=4, color=_COLOURS[condition], alpha=0.8, label=_WORDS[condition])
        most = 1.05 * max(axis.get_xlim()[1], 1.0)
        axis.plot([0, most], [0, most], color=_GREY, linewidth=1, linestyle="--")
        axis.set_xlim(0, most)
        axis.set_ylim(0, None)
        axis.set_xlabel("true Bone Scan Index (%)")
        axis.set_ylabel(f"measured, {kind} (%)")
        axis.legend(frameon=False, loc="upper left")
    axes[0].set_title("Simulated patients, 0.1 to 13 %", fontsize=10, loc="left")
    figure.savefig(path)
    return True


def _precision(records: Records, conditions: Sequence[str], path: Path) -> bool:
    scans = [record for record in records if record["test"] == "variation"]
    pairs = [record for record in records if record["test"] == "repeat"]
    if not scans or not pairs:
        return False
    figure, (left, right) = plain_axes(9.2, 4.4, 2)
    for offset, condition in enumerate(conditions):
        kind = _shown_index(scans, condition)
        for number, percent in enumerate(CV_LEVELS):
            found = [index_of(record, condition, kind) for record in scans if record["wanted_percent"] == percent]
            place = number + 0.22 * (offset - (len(conditions) - 1) / 2)
            left.plot(
                [place] * len(found), found, "o", markersize=4, alpha=0.7, color=_COLOURS[condition],
                label=_WORDS[condition] if number == 0 else None,
            )  # fmt: skip
        by_patient: dict[int, dict[int, float]] = {}
        for record in pairs:
            by_patient.setdefault(record["patient"], {})[record["examination"]] = index_of(record, condition, kind)
        both = np.array([(pair[0], pair[1]) for pair in by_patient.values() if len(pair) == 2])
        right.plot(
            both.mean(1), both[:, 1] - both[:, 0], "o", markersize=4, alpha=0.8, color=_COLOURS[condition],
            label=_WORDS[condition],
        )  # fmt: skip
    for number, percent in enumerate(CV_LEVELS):
        left.hlines(percent, number - 0.35, number + 0.35, color=_GREY, linestyle="--", linewidth=1)
    left.set_yscale("symlog", linthresh=0.1)
    left.set_yticks([0, 0.1, 0.5, 1, 3, 5, 10])
    left.set_yticklabels(["0", "0.1", "0.5", "1", "3", "5", "10"])
    left.set_xticks(range(len(CV_LEVELS)), [f"{percent:g} %" for percent in CV_LEVELS])
    left.set_xlabel("true Bone Scan Index (dashed)")
    left.set_ylabel("measured in scans of one patient (%)")
    left.set_title("Simulated patients, scanned again and again", fontsize=10, loc="left")
    left.legend(frameon=False, loc="upper left")
    right.axhline(0, color=_GREY, linewidth=1)
    right.set_xlabel("mean of two scans (%)")
    right.set_ylabel("second less first scan (%)")
    right.set_title("Repeat scans", fontsize=10, loc="left")
    right.legend(frameon=False, loc="best")
    figure.savefig(path)
    return True


def _counts(records: Records, conditions: Sequence[str], path: Path) -> bool:
    own = [record for record in records if record["test"] == "counts"]
    if not own:
        return False
    figure, (axis,) = plain_axes(4.6, 4.4)
    for offset, condition in enumerate(conditions):
        kind = _shown_index(own, condition)
        groups = [
            [
                abs(index_of(record, condition, kind) - record["truth"]["bsi_percent"])
                for record in own
                if record["wanted_counts"] == counts and np.isfinite(index_of(record, condition, kind))
            ]
            for counts in (REFERENCE_COUNTS, *COUNTS)
        ]
        places = np.arange(len(groups)) + 0.25 * (offset - (len(conditions) - 1) / 2)
        boxes = axis.boxplot(
            groups, positions=places, widths=0.2, patch_artist=True, showfliers=True, manage_ticks=False
        )
        for line in boxes["medians"]:
            line.set(color="black")
        for box in boxes["boxes"]:
            box.set(facecolor=_COLOURS[condition], alpha=0.5)
        axis.plot([], [], "s", color=_COLOURS[condition], alpha=0.5, label=_WORDS[condition])
    axis.set_xticks(range(1 + len(COUNTS)), [f"{counts / 1e6:g} M" for counts in (REFERENCE_COUNTS, *COUNTS)])
    axis.set_xlabel("counts of the anterior view")
    axis.set_ylabel("|measured - true| (% of skeletal mass)")
    axis.set_title("Simulated patients of 0.3 to 3 %", fontsize=10, loc="left")
    axis.set_ylim(0, 1.2 * axis.get_ylim()[1])  # room for the legend
    axis.legend(frameon=False, loc="upper left", ncols=2)
    figure.savefig(path)
    return True
