"""The log of every use of a test cohort: who was looked at, with what, when and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from BoneMetSegLib.errors import InputError

TITLE = """# Uses of test cohorts

A test cohort that choices are made on is no test any more. Every evaluation on one is written here, by
`python -m model_training evaluate --log docs/evaluation/cohort_log.md --purpose "..."`. All patients are simulated.

| date | clinic | clinic SHA-256 | cohort | patients | wording | bundles | purpose |
|---|---|---|---|---|---|---|---|
"""


def log_use(path: Path, cohort: Mapping[str, Any], bundles: Sequence[str], date: str, purpose: str) -> None:
    """Add a line to the log, which is begun where it does not exist.

    Parameters
    ----------
    cohort : mapping
        Of ``evaluation.json``.
    bundles : sequence of str
        SHA-256 of the weights.
    date : str
        ISO date.
    purpose : str
        Why the cohort was looked at.

    Raises
    ------
    InputError
        The file is something else, or cannot be written.
    """
    who = f"split {cohort['split']}" if cohort.get("split") else f"seed {cohort['set_seed']}"
    if cohort.get("split") and cohort.get("set_seed") is not None:
        who += f", seed {cohort['set_seed']}"
    hashes = " ".join(f"`{sha[:12]}`" for sha in bundles)
    if cohort.get("kind") == "spect":
        who += ", SPECT"
    cells = (date, str(cohort.get("clinic") or "unknown"), f"`{str(cohort.get('clinic_sha256') or '')[:16]}`", who,
             str(cohort["cases"]), cohort["wording"], hashes, " ".join(purpose.replace("|", "/").split()))  # fmt: skip
    try:
        text = path.read_text(encoding="utf-8") if path.is_file() else TITLE
        if not text.startswith(TITLE.splitlines()[0]):
            raise InputError(f"{path} is no log of test cohorts; give another file to --log")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.rstrip("\n") + f"\n| {' | '.join(cells)} |\n", encoding="utf-8", newline="\n")
    except OSError as error:
        raise InputError(f"{path} cannot be written ({error.strerror or error})") from error
