"""``python -m model_training.evaluation.curves``: gain against the share of mimics and against errors of reports.

Each point is a cohort of a clinic that differs from the given one in that dial alone, with the same seed.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from BoneMetSegLib.errors import InputError
from model_training.simulator.case_files import json_bytes, replace_file

from .command import Run, evaluate_bundles, runs_of
from .page import CURVES_NAME
from .tables import plain_interval, signed_interval, table

PICTURE_NAME = "curves.png"
CONDITIONS = ("image_only", "report", "other_report")


@dataclass(frozen=True)
class Dial:
    """A setting of the clinic that is turned.

    Attributes
    ----------
    name, words : str
        For folders and for axes.
    section, key, form : str
        Of the clinic's file.
    levels : tuple of (float, str)
        Value of the setting, and what it stands for.
    """

    name: str
    words: str
    section: str
    key: str
    form: str
    levels: tuple[tuple[float, str], ...]


DIALS = (
    Dial(
        "mimic_share", "share of benign foci that look like metastases", "benign", "mimic_share", "share",
        ((0.0, "0 %"), (0.25, "25 %"), (0.5, "50 %"), (1.0, "100 %")),
    ),
    Dial(
        "report_errors", "visible foci that the report has wrong or not", "reports", "error_factor", "value",
        ((0.0, "0 %"), (0.5, "5 %"), (1.0, "10 %"), (2.0, "20 %")),
    ),
)  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the sets, evaluate and draw; 0 done, 2 input that cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m model_training.evaluation.curves", description=__doc__)
    parser.add_argument("--bundle", nargs="+", required=True, metavar="[NAME=]DIR", help="as for evaluate")
    parser.add_argument("--clinic", default="clinic_v1", metavar="NAME|FILE", help="default: clinic_v1")
    parser.add_argument("--cases", type=int, default=60, metavar="N", help="patients at each point (default: 60)")
    parser.add_argument("--seed", type=int, default=0, metavar="N")
    parser.add_argument("--dial", nargs="+", choices=[dial.name for dial in DIALS], help="default: all")
    parser.add_argument("--workers", type=int, default=1, metavar="N", help="processes (default: 1)")
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder; what it holds is kept")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    try:
        dials = [dial for dial in DIALS if options.dial is None or dial.name in options.dial]
        document = write_curves(
            [runs_of(given) for given in options.bundle], options.out, dials, clinic=options.clinic,
            cases=options.cases, seed=options.seed, workers=options.workers, device=options.device,
        )  # fmt: skip
    except InputError as error:
        sys.stderr.write(f"curves: {error}\n")
        return 2
    except KeyboardInterrupt:
        sys.stderr.write("curves: stopped; what is done is kept, the same command goes on\n")
        return 130
    sys.stdout.write(curves_table(document))
    return 0


def write_curves(
    runs: Sequence[Run],
    out: Path,
    dials: Sequence[Dial] = DIALS,
    *,
    clinic: str = "clinic_v1",
    cases: int = 60,
    seed: int = 0,
    workers: int = 1,
    device: str = "cpu",
) -> dict[str, Any]:
    """Simulate a cohort for each level of each dial, evaluate, and write ``curves.json`` and ``curves.png``.

    What an earlier call has finished in ``out`` is kept.

    Raises
    ------
    InputError
        The clinic or a bundle cannot be used, or ``out`` holds other curves.
    """
    out.mkdir(parents=True, exist_ok=True)
    points: dict[str, list[dict[str, Any]]] = {}
    for dial in dials:
        for value, words in dial.levels:
            folder = out / f"{dial.name}_{value:g}"
            folder.mkdir(exist_ok=True)
            path = folder / "clinic.json"
            settings = {"base": clinic, "name": f"{Path(clinic).stem}_{dial.name}_{value:g}",
                        dial.section: {dial.key: {dial.form: value}}}  # fmt: skip
            replace_file(path, json_bytes(settings))
            sys.stderr.write(f"{dial.words}: {words}\n")
            found = evaluate_bundles(runs, folder, clinic=str(path), cases=cases, seed=seed, conditions=CONDITIONS,
                                     workers=workers, device=device, resume=True)  # fmt: skip
            points.setdefault(dial.name, []).append({"value": value, "words": words, "models": _kept(found)})
    document = {
        "format": "BoneMetSeg curves 1",
        "simulated": True,
        "clinic": Path(clinic).stem,
        "cases": cases,
        "seed": seed,
        "bundles": [{"model": run.model, "sha256": run.sha256} for run in runs],
        "curves": points,
    }
    replace_file(out / CURVES_NAME, (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode("utf-8"))
    draw_curves(document, out / PICTURE_NAME)
    return document


def _kept(document: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: {
            "patients_with_visible_metastasis": scores["patients_with_visible_metastasis"],
            "dice": {condition: scores["conditions"][condition]["dice"] for condition in CONDITIONS},
            "gain": scores["dice_gain"]["report_minus_image_only"],
            "harm": scores["dice_gain"]["other_report_minus_image_only"],
        }
        for name, scores in document["models"].items()
    }


def curves_table(document: Mapping[str, Any]) -> str:
    """Return the points of the curves as a table."""
    words = {dial.name: dial.words for dial in DIALS}
    rows = [
        (
            f"{words[dial]}: {point['words']}",
            model,
            str(scores["patients_with_visible_metastasis"]),
            plain_interval(scores["dice"]["image_only"]),
            plain_interval(scores["dice"]["report"]),
            signed_interval(scores["gain"]),
            signed_interval(scores["harm"]),
        )
        for dial, points in document["curves"].items()
        for point in points
        for model, scores in point["models"].items()
    ]
    header = ("simulated patients", "model", "with metastasis", "image only", "with the report", "gain",
              "another's report")  # fmt: skip
    return table(header, rows)


def draw_curves(document: Mapping[str, Any], path: Path) -> None:
    """Draw gain and harm against each dial."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    words = {dial.name: dial.words for dial in DIALS}
    curves = document["curves"]
    figure = Figure(figsize=(5.0 * len(curves), 4.2), dpi=120, layout="constrained")
    FigureCanvasAgg(figure)
    for number, (dial, points) in enumerate(curves.items(), 1):
        axis = figure.add_subplot(1, len(curves), number)
        places = list(range(len(points)))
        for m, model in enumerate(points[0]["models"]):
            for key, told, colour in (
                ("gain", "own report", "#3b6fb6"),
                ("harm", "another patient's report", "#d1662c"),
            ):
                rows = [point["models"][model][key] for point in points]
                shown = [(x, row) for x, row in zip(places, rows, strict=True) if row["mean"] is not None]
                xs, means = [x + 0.03 * m for x, _ in shown], [row["mean"] for _, row in shown]
                spread = [
                    [row["mean"] - row["low"] for _, row in shown], [row["high"] - row["mean"] for _, row in shown]
                ]  # fmt: skip
                axis.errorbar(xs, means, spread, fmt="os^D"[m % 4] + "-", color=colour, capsize=3, markersize=5,
                              label=f"{model}: {told}")  # fmt: skip
        axis.axhline(0, color="#5c6670", linewidth=1)
        axis.set_xticks(places, [point["words"] for point in points])
        axis.set(xlabel=words[dial], ylabel="DSC minus image only (95 % CI)")
        axis.spines[["top", "right"]].set_visible(False)
        axis.grid(color="#e3e6ea", linewidth=0.7)
        axis.legend(frameon=False, fontsize=8)
        axis.set_title(f"simulated patients, {document['cases']} a point", fontsize=10)
    figure.savefig(path)


if __name__ == "__main__":
    sys.exit(main())
