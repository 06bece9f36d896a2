"""``python -m model_training.evaluation.page FOLDER...``: fill the generated sections of ``docs/evaluation.md``.

A section stands between ``<!-- generated: NAME -->`` and ``<!-- end: NAME -->``; what is between them is replaced.
Numbers come from the folders' ``evaluation.json`` and ``curves.json``, never by hand.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from BoneMetSegLib.errors import InputError

from .goals import goals_table
from .model_scores import JSON_NAME
from .tables import between_table, cohort_words, model_tables, population_words

CURVES_NAME = "curves.json"
DEFAULT_PAGE = Path(__file__).resolve().parents[2] / "docs" / "evaluation.md"
_SECTION = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- end: \2 -->)", re.DOTALL)
Documents = Sequence[tuple[str, Mapping[str, Any]]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Fill the page; 0 done, 2 input that cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m model_training.evaluation.page", description=main.__doc__)
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER", help="of evaluate or of the curves")
    parser.add_argument("--page", type=Path, default=DEFAULT_PAGE, metavar="FILE", help="default: docs/evaluation.md")
    options = parser.parse_args(arguments)
    try:
        names = fill_page(options.page, options.folders)
    except InputError as error:
        sys.stderr.write(f"page: {error}\n")
        return 2
    sys.stdout.write(f"{options.page}: {', '.join(names)}\n")
    return 0


def fill_page(page: Path, folders: Sequence[Path]) -> list[str]:
    """Replace the generated sections of a page; return their names.

    A section whose numbers no folder holds stays as it is.

    Raises
    ------
    InputError
        A folder holds no scores, or the page has no section to fill.
    """
    evaluations, curves = _documents(folders)
    try:
        text = page.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"{page} cannot be read ({error.strerror or error})") from error
    filled: list[str] = []

    def replaced(match: re.Match[str]) -> str:
        name = match.group(2)
        if name not in _MAKERS:
            raise InputError(f"{page} has a section {name!r} that nothing fills; known are {', '.join(_MAKERS)}")
        content = _MAKERS[name](curves if name == "curves" else evaluations)
        if not content:
            return match.group(0)
        filled.append(name)
        return f"{match.group(1)}\n{content}\n{match.group(3)}"

    text = _SECTION.sub(replaced, text)
    if not filled:
        raise InputError(f"{page} has no generated section that these folders could fill")
    page.write_text(text, encoding="utf-8", newline="\n")
    return filled


def _documents(folders: Sequence[Path]) -> tuple[Documents, Documents]:
    evaluations, curves = [], []
    for folder in folders:
        found = False
        for name, list_of in ((JSON_NAME, evaluations), (CURVES_NAME, curves)):
            path = folder / name
            if path.is_file():
                found = True
                try:
                    list_of.append((folder.name, json.loads(path.read_text(encoding="utf-8"))))
                except ValueError as error:
                    raise InputError(f"{path} cannot be read as scores") from error
        if not found:
            raise InputError(f"{folder} holds neither {JSON_NAME} nor {CURVES_NAME}")
    return evaluations, curves


def _each_model(documents: Documents, content: Callable[[Mapping[str, Any]], str]) -> str:
    return "\n".join(
        f"**{model}** ({folder})\n\n{content(scores)}"
        for folder, document in documents
        for model, scores in document["models"].items()
    )


def _cohorts(documents: Documents) -> str:
    return "\n".join(
        f"**{folder}.** {cohort_words(document['cohort'])} "
        + " ".join(f"{model}: {population_words(scores)}" for model, scores in document["models"].items())
        + f"\n\n```\n{document['command']}\n```\n"
        for folder, document in documents
    )


def _between(documents: Documents) -> str:
    return "\n".join(
        f"**{folder}**\n\n{between_table(document['between_models'])}"
        for folder, document in documents
        if document.get("between_models")
    )


def _curves(documents: Documents) -> str:
    from .curves import curves_table

    return "\n".join(f"**{folder}**\n\n{curves_table(document)}" for folder, document in documents)


_MAKERS: dict[str, Callable[[Documents], str]] = {
    "cohorts": _cohorts,
    "goals": lambda documents: _each_model(documents, goals_table),
    "scores": lambda documents: _each_model(documents, model_tables),
    "between_models": _between,
    "curves": _curves,
}

if __name__ == "__main__":
    sys.exit(main())
