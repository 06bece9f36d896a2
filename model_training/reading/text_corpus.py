"""A hospital's own reports as plain text, to pretrain the text encoder: no labels, no images.

Given as a folder of .txt files (one report each), a .txt file with one report per line, or a .json file with a list of
texts (or of objects with "text"). Encodings are told apart as for reports (UTF-8, GB18030, UTF-16 ...).
"""

from __future__ import annotations

import json
from pathlib import Path

from BoneMetSegLib.errors import InputError
from BoneMetSegLib.report import Report, parse_report
from BoneMetSegLib.text_encodings import decoded

_FEWEST_REPORTS = 8


def read_corpus(path: Path) -> list[Report]:
    """Read the reports of a corpus, each text once, in the order of their texts.

    Raises
    ------
    InputError
        Nothing there, a file that cannot be read as text, or too few reports.
    """
    if path.is_dir():
        files = sorted(file for file in path.rglob("*.txt") if file.is_file())
        if not files:
            raise InputError(f"{path} holds no .txt files; give a folder of reports, one text per line, or a JSON list")
        texts = [_text(file) for file in files]
    elif not path.is_file():
        raise InputError(f"there is no file or folder {path}")
    elif path.suffix.lower() == ".json":
        texts = _json_texts(path)
    else:
        texts = _text(path).splitlines()
    reports = {}
    for text in texts:
        if any(character.isalpha() for character in text):
            report = parse_report(text)
            reports[report.text] = report
    if len(reports) < _FEWEST_REPORTS:
        raise InputError(
            f"{path} holds {len(reports)} different reports with words in them; {_FEWEST_REPORTS} are needed"
        )
    return [reports[text] for text in sorted(reports)]


def _text(file: Path) -> str:
    try:
        found = decoded(file.read_bytes())
    except OSError as error:
        raise InputError(f"{file} cannot be read ({error.strerror})") from error
    if found is None:
        raise InputError(f"{file.name} is not text in an encoding that is known")
    return found[0]


def _json_texts(file: Path) -> list[str]:
    try:
        found = json.loads(_text(file))
    except ValueError as error:
        raise InputError(f"{file.name} is no JSON that can be read ({str(error).splitlines()[0]})") from error
    if not isinstance(found, list):
        raise InputError(f"{file.name} is no list of reports")
    texts = []
    for number, one in enumerate(found, 1):
        text = one.get("text") if isinstance(one, dict) else one
        if not isinstance(text, str):
            raise InputError(f'{file.name}: report {number} is neither a text nor an object with a "text"')
        texts.append(text)
    return texts
