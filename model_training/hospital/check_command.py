"""``python -m model_training check-data``: what would spoil training, before it starts."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from BoneMetSegLib.errors import InputError
from BoneMetSegLib.report import Report
from BoneMetSegLib.scan import PlanarScan
from BoneMetSegLib.segmentation import Mention
from model_training.training_case import load_training_case

from .check_findings import Finding, MentionsOf, check_set
from .check_folder import check_folder
from .check_page import draw_case, table_text, write_check
from .import_set import DATALIST_NAME

_EVERY_S = 5.0


def add_check_data_command(commands: Any) -> None:
    """Add ``check-data`` to the parser's commands."""
    command = commands.add_parser(
        "check-data",
        help="look through training cases for what would spoil training",
        description="Look through a set of training cases (docs/your_own_data.md). Exit code 0: clean, or warnings "
        "only; 2: errors that spoil training, or input that cannot be used.",
    )
    command.add_argument(
        "folder", type=Path, metavar="DIR", help="cases made by an import or by simulate; or the files to be imported"
    )
    command.add_argument(
        "-o", "--out", type=Path, metavar="DIR", help="for check.json and check.md (default: DIR/check)"
    )
    command.add_argument("--labels", type=Path, metavar="JSON", help="what labels mean, of files to be imported")
    command.add_argument("--pictures", action="store_true", help="draw the planar cases in which something was found")
    command.add_argument("--most-pictures", type=int, default=50, metavar="N", help="at most (default: 50)")
    command.add_argument(
        "--sides", action=argparse.BooleanOptionalAction, default=True,
        help="compare sides with the reports, read by the bundled model (default: yes; about a second a case)",
    )  # fmt: skip
    command.add_argument("--bundle", type=Path, metavar="DIR", help="the model that reads reports (default: bundled)")


def run_check_data(options: argparse.Namespace) -> None:
    """Run the command with parsed options.

    Raises
    ------
    InputError
        The set cannot be read, or holds errors that spoil training.
    """
    out = options.out or options.folder / "check"
    if (options.folder / DATALIST_NAME).is_file() or not options.folder.is_dir():
        reader = bundled_reader(options.bundle) if options.sides else None
        findings, summary = check_set(options.folder, reader, _Line().step)
    else:
        findings, summary = check_folder(options.folder, options.labels, [out])
    pictures: dict[str, str] = {}
    simulated = False
    for case in list(dict.fromkeys(one.case for one in findings if one.case)) if options.pictures else []:
        if len(pictures) >= options.most_pictures:
            break
        drawn = _draw(options.folder / case, out / "pictures" / f"{Path(case).stem}.png", case, findings)
        if drawn:
            pictures[case] = f"pictures/{Path(case).stem}.png"
            simulated |= drawn == "simulated"
    write_check(out, findings, summary, pictures, simulated)
    sys.stdout.write(f"{table_text(findings, summary)}\n{out / 'check.md'}\n")
    errors = sum(one.severity == "error" for one in findings)
    if errors:
        raise InputError(f"{options.folder}: {errors} errors would spoil training; {out / 'check.md'} lists them")


def bundled_reader(bundle: Path | None = None) -> MentionsOf:
    """Return what reads reports: the model of a bundle, loaded when the first report is to be read."""
    loaded: list[Any] = []

    def mentions_of(scan: PlanarScan, report: Report) -> Sequence[Mention]:
        from BoneMetSegLib.segmenter import Segmenter

        if not loaded:
            loaded.append(Segmenter(bundle))
        return list(loaded[0].segment(scan, report).mentions)

    return mentions_of


def _draw(path: Path, picture: Path, name: str, findings: Sequence[Finding]) -> str:
    """Draw a case and return its source; "" where it cannot be drawn."""
    try:
        case = load_training_case(path)
    except InputError:
        return ""  # damaged, which is what was found, or a tomography
    draw_case(picture, name, case, [one.sentence for one in findings if one.case == name])
    return case.source


class _Line:
    """Says now and then how far it is, with the time left."""

    def __init__(self) -> None:
        self._start = self._last = time.monotonic()

    def step(self, done: int, count: int) -> None:
        """Tell how many of how many are done."""
        now = time.monotonic()
        if now - self._last < _EVERY_S or done == count:
            return
        self._last = now
        minutes, seconds = divmod(round((now - self._start) / done * (count - done)), 60)
        sys.stderr.write(f"checked {done} of {count} cases, {minutes} min {seconds:02d} s left\n")
        sys.stderr.flush()
