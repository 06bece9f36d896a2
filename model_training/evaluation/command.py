"""``python -m model_training evaluate``: bundles on simulated patients, under every condition."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Literal

from BoneMetSegLib.bundle import open_bundle
from BoneMetSegLib.errors import InputError
from model_training.case_lists import entries_of
from model_training.simulator.case_files import json_bytes, replace_file

from .cohort import SPLITS, listed_cases, patients_of, simulated_cases
from .conditions import CONDITIONS, WORDING_KEYS, Condition, Patient, chosen_conditions
from .model_scores import JSON_NAME, MARKDOWN_NAME
from .records import RECORDS_NAME, RecordTable, read_records
from .report_rules import PLAIN_RULE, Rule

SETTINGS_NAME, RULES_NAME = "settings.json", "rules.json"
COHORT_FOLDER, VALIDATION_FOLDER = "cohort", "validation"
_FORMAT = "BoneMetSeg evaluation 1"
_VALIDATION_SEED_STEP = 1_000_003
"""Added to a cohort's seed: the patients that the rules are chosen on are never those of the test."""


@dataclass(frozen=True)
class Run:
    """A bundle: one run (seed) of a model.

    Attributes
    ----------
    model : str
        Runs of one model have the same name.
    folder : Path
    sha256 : str
        Of the weights.
    kind : {"planar", "spect"}
        Of examinations that it segments.
    """

    model: str
    folder: Path
    sha256: str
    kind: Literal["planar", "spect"] = "planar"


def add_evaluate_command(commands: Any) -> None:
    """Add ``evaluate`` to the parser's commands."""
    command = commands.add_parser(
        "evaluate",
        help="score bundles, planar or SPECT, on simulated patients",
        description="Score bundles on simulated patients, with reports that are true, missing, another's, wrong and "
        "half (docs/evaluation.md). Ctrl-C loses no finished patient, --resume goes on.",
    )
    command.add_argument(
        "--bundle", nargs="+", required=True, metavar="[NAME=]DIR",
        help="bundles; those of one name are runs (seeds) of one model (default name: the bundle's own)",
    )  # fmt: skip
    who = command.add_mutually_exclusive_group(required=True)
    who.add_argument("--data", type=Path, metavar="DIR", help="cases made by simulate")
    who.add_argument("--clinic", metavar="NAME|FILE", help="simulate a fresh cohort of this clinic into OUT/cohort")
    command.add_argument("--split", choices=(*SPLITS, "all"), default="test", help="of --data (default: test)")
    command.add_argument("--cases", type=int, metavar="N", help="the first N patients (with --clinic: 300 by default)")
    command.add_argument(
        "--seed", type=int, default=0, metavar="N",
        help="of the fresh cohort, of the drawn partners and languages, and of the bootstrap (default: 0)",
    )  # fmt: skip
    command.add_argument(
        "--conditions", nargs="+", metavar="NAME", help=f"default: all ({', '.join(c.name for c in CONDITIONS)})"
    )
    command.add_argument(
        "--wording", choices=tuple(WORDING_KEYS), default="held_back",
        help="of the reports; held_back for every claim (default)",
    )  # fmt: skip
    command.add_argument(
        "--validation", type=Path, metavar="DIR",
        help="set whose validation split the rules are chosen on (default: that of --data; with --clinic: fresh "
        "patients of another seed)",
    )  # fmt: skip
    command.add_argument("--validation-cases", type=int, default=40, metavar="N", help="of them (default: 40)")
    command.add_argument("--workers", type=int, default=1, metavar="N", help="processes (default: 1)")
    command.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    command.add_argument("--resume", action="store_true", help="keep the patients that OUT holds and read the others")
    command.add_argument("--log", type=Path, metavar="FILE", help="write this use of a test cohort down there")
    command.add_argument("--purpose", default="", metavar="WORDS", help="why, for the log")
    command.add_argument(
        "--out", type=Path, required=True, metavar="DIR",
        help=f"folder for {JSON_NAME}, {MARKDOWN_NAME}, {RECORDS_NAME} and plots",
    )  # fmt: skip


def run_evaluate(options: argparse.Namespace) -> None:
    """Run the command with parsed options."""
    if options.data is not None:
        entries_of(options.data, "test")  # no data list is said before any bundle is opened
    document = evaluate_bundles(
        [runs_of(given) for given in options.bundle],
        options.out,
        data=options.data,
        clinic=options.clinic,
        split=options.split,
        cases=options.cases,
        seed=options.seed,
        conditions=options.conditions,
        wording=options.wording,
        validation=options.validation,
        validation_cases=options.validation_cases,
        workers=options.workers,
        device=options.device,
        resume=options.resume,
        log=options.log,
        purpose=options.purpose,
    )
    from .tables import evaluation_markdown

    for name, scores in document["models"].items():
        heading = f"{name}\n\n" if len(document["models"]) > 1 else ""
        sys.stdout.write(f"{heading}{evaluation_markdown(scores)}\n")


def runs_of(given: str) -> Run:
    """Return the run that ``[NAME=]DIR`` names.

    Raises
    ------
    InputError
        There is no sound bundle.
    """
    name, sign, rest = given.partition("=")
    named = bool(sign and name) and not Path(given).is_dir()
    folder = Path(rest if named else given)
    bundle = open_bundle(folder)
    kind: Literal["planar", "spect"] = "spect" if bundle.kind == "spect" else "planar"
    return Run(name if named else str(bundle.description["name"]), folder, bundle.weights_sha256, kind)


def evaluate_bundles(  # noqa: PLR0913 (each is one choice of an evaluation)
    runs: Sequence[Run],
    out: Path,
    *,
    data: Path | None = None,
    clinic: str | None = None,
    split: str = "test",
    cases: int | None = None,
    seed: int = 0,
    conditions: Sequence[str] | None = None,
    wording: str = "held_back",
    validation: Path | None = None,
    validation_cases: int = 40,
    workers: int = 1,
    device: str = "cpu",
    resume: bool = False,
    log: Path | None = None,
    purpose: str = "",
) -> dict[str, Any]:
    """Evaluate bundles and write scores, tables, records and plots to a folder.

    Parameters
    ----------
    runs : sequence of Run
    out : Path
        Receives ``evaluation.json``, ``evaluation.md``, ``cases.jsonl``, ``settings.json``, ``rules.json`` and plots;
        with ``clinic`` also the cohort.
    data, clinic : Path or str
        One of them: a data list with ``split``, or a clinic that a fresh cohort is simulated of.

    Returns
    -------
    dict
        What ``evaluation.json`` holds.

    Raises
    ------
    InputError
        The bundles, the cases, a condition or the folder cannot be used.
    """
    if len({run.sha256 for run in runs}) < len(runs):
        raise InputError("the same weights are given twice; two runs of a model differ in their seed")
    if len({run.kind for run in runs}) > 1:
        raise InputError("bundles of planar scans and of tomographies are not evaluated together; evaluate them apart")
    kind = runs[0].kind
    if workers < 1:
        raise InputError(f"{workers} workers evaluate nothing; give at least one")
    if log is not None and not purpose:
        raise InputError("a use of a test cohort is logged with its purpose; give --purpose")
    chosen = chosen_conditions(conditions)
    _check_out(out, resume)
    if clinic is not None:
        paths = simulated_cases(out / COHORT_FOLDER, clinic, seed, 300 if cases is None else cases, workers, kind)
    elif data is not None:
        paths = listed_cases(data, split, cases, kind)
    else:
        raise InputError("say who is evaluated: --data or --clinic")
    patients = patients_of(paths, seed, wording)
    cohort = _cohort(patients, None if clinic else split, seed, wording, kind)
    out.mkdir(parents=True, exist_ok=True)
    _keep_settings(out, {"cohort": cohort, "conditions": [one.name for one in chosen]})
    rules: dict[str, dict[str, Rule]] = {}
    if any(one.rule for one in chosen):
        checked = _validation_paths(data, clinic, validation, validation_cases, seed, workers, out, kind)
        rules = _rules(runs, chosen, out, checked, seed, device)
    _read_missing(runs, patients, chosen, rules, out, workers, device)
    document = _document(runs, patients, chosen, cohort, rules, out, purpose)
    write_document(document, out)
    if log is not None:
        from .cohort_log import log_use

        date = datetime.now(timezone.utc).date().isoformat()
        log_use(log, cohort, [run.sha256 for run in runs], date, purpose)
    return document


def _check_out(out: Path, resume: bool) -> None:
    if out.exists() and not out.is_dir():
        raise InputError(f"{out} is a file; give a folder for the scores")
    if (out / RECORDS_NAME).is_file() and not resume:
        raise InputError(f"{out} already holds an evaluation; resume it with --resume, or choose another folder")


def _cohort(patients: Sequence[Patient], split: str | None, seed: int, wording: str, kind: str) -> dict[str, Any]:
    meta: Mapping[str, Any] = patients[0].meta
    return {
        "kind": kind,
        "clinic": meta.get("clinic"),
        "clinic_sha256": meta.get("clinic_sha256"),
        "simulator_version": meta.get("simulator_version"),
        "set_seed": meta.get("set_seed"),
        "split": split,
        "cases": len(patients),
        "seed": seed,
        "wording": wording,
    }


def _keep_settings(out: Path, settings: dict[str, Any]) -> None:
    """Write down what is evaluated; refuse to go on with an evaluation of something else."""
    path = out / SETTINGS_NAME
    if not path.is_file():
        replace_file(path, json_bytes(settings))
        return
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError(f"{path} cannot be read; choose another folder") from error
    stored.get("cohort", {}).setdefault("kind", "planar")  # written when there was no other
    if stored != settings:
        raise InputError(f"{out} holds an evaluation of other patients or conditions; choose another folder")


# ---- rules ----------------------------------------------------------------------------------------------------------


def _validation_paths(
    data: Path | None,
    clinic: str | None,
    validation: Path | None,
    count: int,
    seed: int,
    workers: int,
    out: Path,
    kind: Literal["planar", "spect"],
) -> list[Path]:
    if (out / RULES_NAME).is_file():
        return []  # chosen before
    if validation is not None or data is not None:
        return listed_cases(validation or data or Path(), "validation", count, kind)
    folder = out / VALIDATION_FOLDER
    return simulated_cases(folder, str(clinic), seed + _VALIDATION_SEED_STEP, count, workers, kind)


def _rules(
    runs: Sequence[Run], chosen: Sequence[Condition], out: Path, paths: Sequence[Path], seed: int, device: str
) -> dict[str, dict[str, Rule]]:
    """Choose the rules of each run on its validation patients, or read those that were chosen before."""
    path = out / RULES_NAME
    stored = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    names = [one.name for one in chosen if one.rule]
    if all(run.sha256 in stored for run in runs):
        return {run.sha256: {name: Rule(**stored[run.sha256][name]) for name in names} for run in runs}
    from BoneMetSegLib.segmenter import Segmenter

    from .rule_choice import choose_rules

    rules = {}
    for number, run in enumerate(runs, 1):
        sys.stderr.write(f"choosing the rules of bundle {number} of {len(runs)} on {len(paths)} validation patients\n")
        found = choose_rules(Segmenter(run.folder, device), paths, seed)
        rules[run.sha256] = {name: found.get(name, PLAIN_RULE) for name in ("rule", "rule_exact", "report_only")}
    plain = {sha: {name: asdict(rule) for name, rule in mine.items()} for sha, mine in rules.items()}
    replace_file(path, json_bytes(plain))
    return {sha: {name: mine[name] for name in names} for sha, mine in rules.items()}


# ---- reading and writing --------------------------------------------------------------------------------------------


def _read_missing(
    runs: Sequence[Run],
    patients: Sequence[Patient],
    chosen: Sequence[Condition],
    rules: Mapping[str, Mapping[str, Rule]],
    out: Path,
    workers: int,
    device: str,
) -> None:
    from .evaluate_cases import Job, evaluate_jobs

    path = out / RECORDS_NAME
    records = read_records(path)
    if records:  # a line that was cut off goes
        text = "".join(json.dumps(one, ensure_ascii=False, separators=(",", ":")) + "\n" for one in records)
        replace_file(path, text.encode("utf-8"))
    done = {(record["run"], record["case"]) for record in records}
    jobs = [
        Job(run.sha256, patient, tuple(chosen), rules.get(run.sha256, {}))
        for patient in patients
        for run in runs
        if (run.sha256, patient.path.stem) not in done
    ]
    evaluate_jobs(jobs, {run.sha256: run.folder for run in runs}, path, device=device, workers=workers)


def _document(
    runs: Sequence[Run],
    patients: Sequence[Patient],
    chosen: Sequence[Condition],
    cohort: Mapping[str, Any],
    rules: Mapping[str, Mapping[str, Rule]],
    out: Path,
    purpose: str,
) -> dict[str, Any]:
    from .summary import between_models, model_summary

    by_key = {(record["run"], record["case"]): record for record in read_records(out / RECORDS_NAME)}
    tables: dict[str, RecordTable] = {}
    for model in dict.fromkeys(run.model for run in runs):
        mine = [run for run in runs if run.model == model]
        tables[model] = RecordTable([[by_key[run.sha256, p.path.stem] for p in patients] for run in mine])
    seed = int(cohort["seed"])
    return {
        "format": _FORMAT,
        "simulated": True,
        "purpose": purpose,
        "cohort": dict(cohort),
        "command": _command(runs, cohort, chosen),
        "conditions": [one.name for one in chosen],
        "bundles": [{"model": run.model, "sha256": run.sha256} for run in runs],
        "rules": {sha: {name: asdict(rule) for name, rule in mine.items()} for sha, mine in rules.items()},
        "models": {name: model_summary(table, seed + 1) for name, table in tables.items()},
        "between_models": between_models(tables, seed + 2),
    }


def _command(runs: Sequence[Run], cohort: Mapping[str, Any], chosen: Sequence[Condition]) -> str:
    """Say how the evaluation is done again; folders go by their last name, since paths are a machine's own."""
    who = (
        f"--data DATA --split {cohort['split']}" if cohort["split"] else f"--clinic {cohort['clinic']}"
    ) + f" --cases {cohort['cases']} --seed {cohort['seed']} --wording {cohort['wording']}"
    names = "" if len(chosen) == len(CONDITIONS) else " --conditions " + " ".join(one.name for one in chosen)
    bundles = " ".join(f"{run.model}={run.folder.name}" for run in runs)
    return f"python -m model_training evaluate --bundle {bundles} {who}{names} --out OUT"


def write_document(document: Mapping[str, Any], out: Path) -> None:
    """Write ``evaluation.json``, ``evaluation.md`` and the plots of an evaluation whose records lie in ``out``."""
    from .plots import draw_plots
    from .tables import document_markdown

    replace_file(out / JSON_NAME, (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode("utf-8"))
    pictures = draw_plots(document, read_records(out / RECORDS_NAME), out)
    shown = "".join(f"\n![{words}]({name})\n" for name, words in pictures)
    replace_file(out / MARKDOWN_NAME, (document_markdown(document) + shown).encode("utf-8"))
