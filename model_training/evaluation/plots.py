"""Pictures of an evaluation: paired DSC, FROC, reliability, gain by group. Simulated patients only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from model_training.plot_axes import plain_axes

from .pixel_scores import pixel_scores
from .records import scores_of
from .tables import WORDS

_COLOURS = ("#3b6fb6", "#d1662c", "#2f8f6b", "#8a5fb0", "#b0903a", "#5c6670")
_SHOWN = ("image_only", "report", "other_report", "flipped", "half_named", "rule")
_GREY = "#5c6670"


def draw_plots(document: Mapping[str, Any], records: Sequence[Mapping[str, Any]], out: Path) -> list[tuple[str, str]]:
    """Draw the pictures of every model into a folder; return file names with what they show."""
    drawn: list[tuple[str, str]] = []
    models = document["models"]
    for number, (name, scores) in enumerate(models.items()):
        suffix = f"_{number + 1}" if len(models) > 1 else ""
        runs = {bundle["sha256"] for bundle in document["bundles"] if bundle["model"] == name}
        mine = [record for record in records if record["run"] in runs]
        for stem, words, draw in (
            ("dice_pairs", "DSC without and with the report, patient by patient", _dice_pairs),
            ("froc", "sensitivity against false positives per scan", _froc),
            ("reliability", "probability and share of metastases of hot spots", _reliability),
            ("gain", "gain in DSC by group of patients", _gain),
        ):
            file = f"{stem}{suffix}.png"
            if draw(name, scores, mine, out / file):
                drawn.append((file, f"{name}, simulated patients: {words}"))
    return drawn


def _dice_pairs(name: str, scores: Mapping[str, Any], records: Sequence[Mapping[str, Any]], path: Path) -> bool:
    if "report" not in scores["conditions"]:
        return False
    pairs = np.array(
        [[pixel_scores(np.array(scores_of(r, c)["confusion"]))["dice"] for c in ("image_only", "report")]
         for r in records]
    )  # fmt: skip
    pairs = pairs[np.isfinite(pairs).all(1)]
    figure, (axis,) = plain_axes(5.2, 5.2)
    axis.plot([0, 1], [0, 1], color=_GREY, linewidth=1, linestyle="--")
    axis.scatter(pairs[:, 0], pairs[:, 1], s=18, color=_COLOURS[0], alpha=0.6, linewidths=0)
    axis.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02), xlabel="DSC, image only", ylabel="DSC, with the report")
    axis.set_aspect("equal")
    gain = scores["dice_gain"]["report_minus_image_only"]
    told = "" if gain["mean"] is None else f"\ngain {gain['mean']:+.3f} ({gain['low']:+.3f} to {gain['high']:+.3f})"
    axis.set_title(f"{name}: {len(pairs)} readings of simulated patients{told}", fontsize=10)
    figure.savefig(path)
    return True


def _froc(name: str, scores: Mapping[str, Any], _records: Sequence[Mapping[str, Any]], path: Path) -> bool:
    shown = [key for key in _SHOWN if "froc_curve" in scores["conditions"].get(key, {}) and key != "rule"]
    if not shown:
        return False
    figure, (axis,) = plain_axes(6.4, 4.4)
    for colour, key in zip(_COLOURS, shown, strict=False):
        curve = scores["conditions"][key]["froc_curve"]
        axis.plot(
            curve["false_positives"], curve["sensitivity"], color=colour, label=WORDS[key], linewidth=1.8,
            drawstyle="steps-post",
        )  # fmt: skip
        row = scores["conditions"][key]
        axis.plot(row["false_positives_per_scan"], row["lesion_sensitivity"], "o", color=colour, markersize=5)
    axis.set(
        xlim=(0, 8), ylim=(0, 1.02), xlabel="false positives per scan", ylabel="share of metastases found",
    )  # fmt: skip
    axis.legend(frameon=False, fontsize=8, loc="lower right")
    axis.set_title(f"{name}: FROC on simulated patients (dots: accepted hot spots)", fontsize=10)
    figure.savefig(path)
    return True


def _reliability(name: str, scores: Mapping[str, Any], _records: Sequence[Mapping[str, Any]], path: Path) -> bool:
    figure, axes = plain_axes(9.2, 4.4, 2)
    shown = [key for key in _SHOWN[:3] if scores["conditions"].get(key, {}).get("calibration")]
    for axis, kind, words in zip(axes, ("hot_spots", "pixels"), ("hot spots", "pixels"), strict=True):
        axis.plot([0, 1], [0, 1], color=_GREY, linewidth=1, linestyle="--")
        for colour, key in zip(_COLOURS, shown, strict=False):
            found = scores["conditions"][key]["calibration"][kind]
            bins = found["bins"]
            if bins:
                axis.plot(
                    [one["probability"] for one in bins], [one["positive"] for one in bins], "o-", color=colour,
                    markersize=4, linewidth=1.5, label=f"{WORDS[key]} (ECE {found['ece']:.3f})",
                )  # fmt: skip
        axis.set(xlim=(0, 1), ylim=(0, 1.02), xlabel="probability of metastasis", ylabel="share that are metastases")
        axis.set_title(f"{name}, simulated: {words}", fontsize=10)
        if len(axis.lines) > 1:  # a model that finds nothing has no hot spots to calibrate
            axis.legend(frameon=False, fontsize=8, loc="lower right")
    figure.savefig(path)
    return bool(shown)


def _gain(name: str, scores: Mapping[str, Any], _records: Sequence[Mapping[str, Any]], path: Path) -> bool:
    rows = [
        (f"{group}: {band} (n = {row['patients']})", row["gain"])
        for group, bands in scores["strata"]["patients"].items()
        for band, row in bands.items()
        if row.get("gain", {}).get("mean") is not None
    ]
    if not rows:
        return False
    rows = [("all", scores["dice_gain"]["report_minus_image_only"]), *rows]
    figure, (axis,) = plain_axes(7.6, 1.2 + 0.3 * len(rows))
    heights = np.arange(len(rows))[::-1]
    for height, (_, gain) in zip(heights, rows, strict=True):
        axis.plot([gain["low"], gain["high"]], [height, height], color=_COLOURS[0], linewidth=2)
        axis.plot(gain["mean"], height, "o", color=_COLOURS[0], markersize=5)
    axis.axvline(0, color=_GREY, linewidth=1)
    axis.set_yticks(heights, [words for words, _ in rows], fontsize=8)
    axis.set_xlabel("DSC with the report minus image only (95 % CI)")
    axis.set_title(f"{name}: gain by group of simulated patients", fontsize=10)
    axis.grid(visible=False, axis="y")
    figure.savefig(path)
    return True
