"""``python -m model_training.realism.parameters``: the clinic's page, ``docs/clinic_v1.md``, from the clinic's file."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from model_training.simulator.clinic import DEFAULT_CLINIC, REASON, Clinic, read_clinic

DOCS = Path(__file__).resolve().parents[2] / "docs"


def parameters_page(clinic: Clinic) -> str:
    """Return every setting of a clinic with its reason, in Markdown."""
    lines = [
        f"# {clinic.name}: every parameter and its reason",
        "",
        (
            f"Written by `python -m model_training.realism.parameters` from "
            f"`model_training/configs/{clinic.name}.yaml`; "
            "do not edit it here. How to read a value: [simulator.md](simulator.md#clinics-and-dials)."
        ),
        "",
        f"SHA-256 of the numbers: `{clinic.sha256}`.",
    ]
    for section, values in clinic.as_mapping().items():
        lines += ["", f"## {section}", ""]
        reason = values.pop(REASON, "")
        if reason:
            lines += [_cell(str(reason)), ""]
        if values:
            lines += ["| setting | value | reason |", "|---|---|---|"]
            lines += [
                f"| `{key}` | {_cell(distribution_words(entry))} | {_cell(str(entry.get(REASON, '')))} |"
                for key, entry in values.items()
            ]
    return "\n".join(lines).rstrip() + "\n"


def distribution_words(entry: Mapping[str, Any]) -> str:
    """Return a distribution in words: "even 0.2 - 0.5", "normal 170 ± 7, within 145 - 195"."""
    form = next(name for name in entry if name in _WORDS)
    words = _WORDS[form](entry[form])
    if "within" in entry:
        low, high = entry["within"]
        words += f", within {low:g} - {high:g}"
    return words


def _weights_words(weights: Mapping[str, float]) -> str:
    """Return names with their shares; with their plain numbers where these are no shares but a table (not 1 in all)."""
    total = sum(weights.values())
    if abs(total - 1) < 0.02:
        return ", ".join(f"{name} {100 * weight / total:.3g} %" for name, weight in weights.items())
    return ", ".join(f"{name} {weight:g}" for name, weight in weights.items())


_WORDS: dict[str, Any] = {
    "value": lambda x: f"{x:g}",
    "share": lambda p: f"{100 * p:g} % of cases",
    "uniform": lambda x: f"even {x[0]:g} - {x[1]:g}",
    "log_uniform": lambda x: f"log-even {x[0]:g} - {x[1]:g}",
    "normal": lambda x: f"normal {x[0]:g} ± {x[1]:g}",
    "lognormal": lambda x: f"lognormal, median {x[0]:g}, sd of the logarithm {x[1]:g}",
    "triangular": lambda x: f"triangular {x[0]:g} - {x[2]:g}, mode {x[1]:g}",
    "poisson": lambda m: f"Poisson, mean {m:g}",
    "weights": _weights_words,
}


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def write_parameters(name: str = DEFAULT_CLINIC, folder: Path = DOCS) -> Path:
    """Write a clinic's page to ``folder``; return its path."""
    clinic = read_clinic(name)
    path = folder / f"{clinic.name}.md"
    path.write_text(parameters_page(clinic), encoding="utf-8", newline="\n")
    return path


if __name__ == "__main__":
    sys.stdout.write(f"{write_parameters(sys.argv[1] if len(sys.argv) > 1 else DEFAULT_CLINIC)}\n")
