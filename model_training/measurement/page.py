"""``python -m model_training.measurement.page OUT``: fill the generated sections of ``docs/measurement.md``.

A section stands between ``<!-- generated: NAME -->`` and ``<!-- end: NAME -->``; what is between them is replaced.
Numbers come from OUT's ``measurement.json``, never by hand; its pictures are copied beside the page.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from BoneMetSegLib.errors import InputError

from .tables import SECTIONS, cohort_words
from .validate_command import JSON_NAME

DEFAULT_PAGE = Path(__file__).resolve().parents[2] / "docs" / "measurement.md"
_SECTION = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- end: \2 -->)", re.DOTALL)


def main(arguments: Sequence[str] | None = None) -> int:
    """Fill the page; 0 done, 2 input that cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m model_training.measurement.page", description=main.__doc__)
    parser.add_argument("out", type=Path, metavar="OUT", help="of validate-burden")
    parser.add_argument("--page", type=Path, default=DEFAULT_PAGE, metavar="FILE", help="default: docs/measurement.md")
    options = parser.parse_args(arguments)
    try:
        fill_page(options.page, options.out)
    except InputError as error:
        sys.stderr.write(f"page: {error}\n")
        return 2
    sys.stdout.write(f"{options.page}\n")
    return 0


def fill_page(page: Path, out: Path) -> None:
    """Replace the generated sections of a page and copy the pictures to the folder of its name beside it.

    Raises
    ------
    InputError
        OUT holds no scores, or the page has no section to fill.
    """
    try:
        document = json.loads((out / JSON_NAME).read_text(encoding="utf-8"))
        text = page.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise InputError(f"{page.name} cannot be filled from {out}: {error}") from error
    makers = {"cohort": cohort_words, **SECTIONS}
    missing = {name for _, name, _ in _SECTION.findall(text)} - set(makers)
    if missing or not _SECTION.search(text):
        raise InputError(
            f"{page.name} has no generated section, or one that nothing fills: {', '.join(sorted(missing))}"
        )
    filled = _SECTION.sub(lambda found: f"{found[1]}\n{makers[found[2]](document).rstrip()}\n\n{found[3]}", text)
    folder = page.with_suffix("")
    folder.mkdir(exist_ok=True)
    for picture in sorted(out.glob("*.png")):
        shutil.copyfile(picture, folder / picture.name)
    shutil.copyfile(out / JSON_NAME, folder / JSON_NAME)
    page.write_text(filled, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    sys.exit(main())
