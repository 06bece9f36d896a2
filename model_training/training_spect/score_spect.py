"""``score-spect``: a trained network on tomographies, without a report, with the own and with another patient's.

Directly on the network, so that image path and report path of one run are compared and nothing else. The drawing is the
most probable class of every voxel of the volume itself: the grid's probabilities are interpolated back to it.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch

from BoneMetSegLib.anatomy import SKELETON_CHANNELS
from BoneMetSegLib.bone_sides import sides_by_position
from BoneMetSegLib.errors import InputError
from BoneMetSegLib.network import ImageOutput
from BoneMetSegLib.report import parse_report
from BoneMetSegLib.report_fusion import ReportStates
from BoneMetSegLib.report_slots import lexicon_states
from model_training.case_lists import cases_of, clinic_of
from model_training.evaluation.bootstrap import confidence_interval
from model_training.reading.report_states import token_states
from model_training.training.report_reading import read_states
from model_training.training.run_folder import Trained, load_run
from model_training.training_case import TrainingVolume, load_training_volume

from .placed_volume import PlacedVolume, place_volume
from .volume_draw import draw_volume
from .volume_grid import Body, VolumeGrid, own_voxels, whole_grid
from .volume_scores import VolumeScore, score_volume

SPLITS = ("training", "validation", "test")
CONDITIONS = ("image", "report", "another's report")

_LOG = logging.getLogger(__name__)


def score_spect(run: Path, data: Path, split: str = "test", *, seed: int = 0, path: str = "") -> dict[str, Any]:
    """Return the scores of a run on a folder of tomographies.

    Parameters
    ----------
    split : {"training", "validation", "test", "all"}
        "all" for a cohort that was simulated to be scored and nothing else.
    seed : int
        Chooses languages and the other patients, and seeds the bootstrap.
    path : str
        Which report path, where the run trained several.

    Raises
    ------
    InputError
        No run of a network in three dimensions, or fewer than two cases.
    """
    trained = load_run(run, path=path)
    if trained.network.config.dimensions != 3:
        raise InputError(
            f"{run} holds a network of planar views; score-spect needs one trained with configs/spect.yaml"
        )
    cases = [case for part in (SPLITS if split == "all" else (split,)) for case in cases_of(data, part, "spect")]
    if len(cases) < 2:
        raise InputError(
            f"{data} has {len(cases)} tomographies in its {split} split; each is also read with another's report, so "
            "at least 2 are needed"
        )
    trained.network.eval()
    grid = VolumeGrid(**trained.log["configuration"]["grid"])
    rng = np.random.default_rng([seed, 1])
    reports = [_language(load_training_volume(case).reports, rng) for case in cases]
    start, rows, bones = time.monotonic(), [], np.zeros((2, len(SKELETON_CHANNELS)))
    for index, case in enumerate(cases):
        other = (index + 1 + int(rng.integers(len(cases) - 1))) % len(cases)
        row, counts = _score_case(trained, grid, case, (reports[index], reports[other]))
        rows.append(row)
        bones += counts
        if (index + 1) % 5 == 0 or index + 1 == len(cases):
            left = (time.monotonic() - start) / (index + 1) * (len(cases) - index - 1)
            _LOG.info(f"{index + 1} of {len(cases)} volumes scored, {left / 60:.1f} min left")
    about = {"simulated_patients": clinic_of(data), "split": split, "seed": seed, "steps": trained.log["steps"]}
    return about | summary(rows, bones, np.random.default_rng([seed, 2]))


def _language(reports: Mapping[str, str], rng: np.random.Generator) -> str | None:
    names = sorted(reports)
    return reports[names[int(rng.integers(len(names)))]] if names else None


def _score_case(
    trained: Trained, grid: VolumeGrid, path: Path, reports: tuple[str | None, str | None]
) -> tuple[dict[str, Any], np.ndarray]:
    volume = load_training_volume(path)
    placed = place_volume(volume)
    voxel_ml = float(np.prod(volume.voxel_mm)) / 1000
    row: dict[str, Any] = {"patient": volume.patient, "case": path.stem}
    with torch.inference_mode():
        network, frame = trained.network, _frame(placed, grid, trained.network.config.grid_multiple)
        features = network.encode(draw_volume(placed, frame, None, np.random.default_rng(0))["image"][None])
        image = network.image_path(features)
        outputs = {"image": image.classes}
        for name, text in zip(CONDITIONS[1:], reports, strict=True):
            if text is None:
                continue
            output = network.report_path(features, image, _states(trained, text))
            outputs[name] = output.classes
            row[f"fit of {name}"] = round(float(output.fit[0].sigmoid()), 4)
        for name, logits in outputs.items():
            at_voxels = own_voxels(logits[0, 0].softmax(0), frame, volume.voxels.shape, placed.space)
            drawn = at_voxels.argmax(0).numpy()
            # Beyond the grid nothing was looked at: all four are zero there, and the first of them is the background.
            row[name] = score_volume(drawn, volume.class_map, volume.focus_map, voxel_ml)
        return row, _bones(image, frame, volume, placed)


def _frame(placed: PlacedVolume, grid: VolumeGrid, multiple: int) -> VolumeGrid:
    up, back, left = (float(mm) for mm in placed.reach_mm)
    return whole_grid(Body((0.0, 0.0, 0.0), (up, back, left)), grid, multiple)


def _states(trained: Trained, text: str) -> ReportStates:
    tokens = token_states(text, trained.text, trained.tokenizer)[None]
    batch = {
        "tokens": tokens,
        "token_mask": torch.ones(tokens.shape[:2], dtype=torch.bool),
        "lexicon": torch.from_numpy(lexicon_states(parse_report(text)))[None],
    }
    return read_states(trained.network.reader, batch)


def _bones(image: ImageOutput, frame: VolumeGrid, volume: TrainingVolume, placed: PlacedVolume) -> np.ndarray:
    """Return twice the overlap, and the sum of drawn and true voxels, ``(2, 29)``; zero where no skeleton is known."""
    counts = np.zeros((2, len(SKELETON_CHANNELS)))
    if volume.skeleton is None or not image.skeleton.shape[2]:
        return counts
    half = VolumeGrid(2 * frame.voxel_mm, frame.slices // 2, frame.rows // 2, frame.columns // 2)
    probabilities = sides_by_position(image.skeleton.sigmoid())[0, 0]
    for index, truth in enumerate(volume.skeleton):  # one by one: 29 whole volumes would take gigabytes
        mine = own_voxels(probabilities[index : index + 1], half, truth.shape, placed.space)[0].numpy() > 0.5
        counts[:, index] = 2 * (mine & truth).sum(), mine.sum() + truth.sum()
    return counts


# ---- summary ---------------------------------------------------------------------------------------------------------


def summary(rows: Sequence[Mapping[str, Any]], bones: np.ndarray, rng: np.random.Generator) -> dict[str, Any]:
    """Return the scores of a cohort: means over patients with 95 % bootstrap intervals, and each patient's own.

    Parameters
    ----------
    rows : sequence of mapping
        Of each patient: ``patient``, ``case``, and a ``VolumeScore`` by condition.
    bones : numpy.ndarray
        ``(2, 29)``, twice the overlap and the sum of drawn and true voxels of each skeleton channel.
    """
    whole = [row for row in rows if all(name in row for name in CONDITIONS)]
    dice = {name: np.array([row[name].dice for row in whole]) for name in CONDITIONS}
    regions: dict[str, list[float]] = {}
    for channel, (overlap, total) in zip(SKELETON_CHANNELS, bones.T.tolist(), strict=True):
        if total:
            regions.setdefault(channel.region, []).append(overlap / total)
    means = {region: round(float(np.mean(found)), 4) for region, found in regions.items()}
    return {
        "patients": len(rows),
        "patients_without_report": len(rows) - len(whole),
        "patients_with_visible_metastasis": int(np.isfinite(dice["image"]).sum()),
        "conditions": {name: _condition([row[name] for row in whole], rng) for name in CONDITIONS},
        "dice_gain": {
            f"{name} minus image": confidence_interval(dice[name] - dice["image"], rng) for name in CONDITIONS[1:]
        },
        "fit": {
            name: round(float(np.mean([row[f"fit of {name}"] for row in whole])), 4) if whole else None
            for name in CONDITIONS[1:]
        },
        "skeleton_dice_mean": round(float(np.mean(list(means.values()))), 4) if means else None,
        "skeleton_dice": means,
        "per_case": [
            {key: asdict(value) if isinstance(value, VolumeScore) else value for key, value in row.items()}
            for row in rows
        ],
    }


def _condition(scores: Sequence[VolumeScore], rng: np.random.Generator) -> dict[str, Any]:
    lesions, normal = sum(s.lesions for s in scores), [s.false_positives for s in scores if not s.true]
    pooled = 2 * sum(s.overlap for s in scores) / max(sum(s.drawn + s.true for s in scores), 1)
    return {
        "dice": confidence_interval(np.array([s.dice for s in scores]), rng),
        "dice_pooled": round(pooled, 4),
        "lesions": lesions,
        "lesion_sensitivity": round(sum(s.found for s in scores) / lesions, 4) if lesions else None,
        "false_positives_per_scan": round(float(np.mean([s.false_positives for s in scores])), 3) if scores else None,
        "false_positives_per_normal_scan": round(float(np.mean(normal)), 3) if normal else None,
        "benign_drawn_as_metastasis": confidence_interval(np.array([s.benign_drawn for s in scores]), rng),
    }


def scores_markdown(scores: Mapping[str, Any]) -> str:
    """Return the scores as a short Markdown table."""
    gain = scores["dice_gain"]["report minus image"]
    lines = [
        (
            f"Simulated tomographies, {scores['patients']} patients, {scores['patients_with_visible_metastasis']} with "
            "a visible metastasis. DSC of metastases, mean over those (95 % interval over patients)."
        ),
        "",
        "| reads | DSC | pooled | lesions found | FP / scan | FP / normal scan | benign drawn |",
        "|---|---|---|---|---|---|---|",
    ]
    labels = ("image only", "with the report", "with another patient's report")
    for name, label in zip(CONDITIONS, labels, strict=True):
        row = scores["conditions"][name]
        dice = row["dice"]
        lines.append(
            f"| {label} | {dice['mean']} ({dice['low']} to {dice['high']}) | {row['dice_pooled']} "
            f"| {row['lesion_sensitivity']} | {row['false_positives_per_scan']} "
            f"| {row['false_positives_per_normal_scan']} | {row['benign_drawn_as_metastasis']['mean']} |"
        )
    lines += [
        "",
        (
            f"With the report minus image only: {gain['mean']} ({gain['low']} to {gain['high']}). "
            f"Skeleton, mean over reporting regions: {scores['skeleton_dice_mean']}."
        ),
    ]
    return "\n".join(lines) + "\n"


def write_spect_scores(scores: Mapping[str, Any], folder: Path) -> None:
    """Write ``spect_scores.json`` and ``spect_scores.md`` into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "spect_scores.json").write_text(json.dumps(scores, indent=2) + "\n", encoding="utf-8")
    (folder / "spect_scores.md").write_text(scores_markdown(scores), encoding="utf-8")
