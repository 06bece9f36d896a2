"""``bonemetseg compare``: its options, and what it prints (floor 6)."""

from __future__ import annotations

import argparse
import math
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from .errors import InputError

if TYPE_CHECKING:
    from .comparison import Comparison

DESCRIPTION = (
    "Compare two or more scans of one patient: lesions new, grown, stable, shrunk or resolved, the change of the Bone "
    "Scan Index with its interval, and with --treatment-start the category by PCWG3. Writes comparison.json, "
    "lesions.csv, timeline.png and side_by_side.png. For research use only; not for diagnosis or treatment."
)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``compare``."""
    parser.add_argument(
        "cases", type=Path, nargs="+", metavar="OUT", help="folders written by 'bonemetseg segment', in any order"
    )
    parser.add_argument("-o", "--out", type=Path, metavar="DIR", help="folder to write; without it, only a table")
    parser.add_argument("--treatment-start", metavar="DATE", help="2024-05-01 or 20240501; for the category by PCWG3")
    parser.add_argument(
        "--keep-order", action="store_true", help="the order given is that of time (scans without dates); no category"
    )
    parser.add_argument(
        "--same-patient", action="store_true", help="cases that do not say whose they are belong to one patient"
    )
    parser.add_argument(
        "--deidentify", action="store_true", help="leave identity, dates and folder names out of everything written"
    )
    parser.add_argument("--overwrite", action="store_true", help="replace an earlier comparison in DIR")


def run(options: argparse.Namespace) -> int:
    """Compare, write and print; 0 when done."""
    from .comparison_folder import check_comparison_destination, read_cases, write_comparison
    from .followup import compare_cases
    from .same_patient import parsed_day

    start = None
    if options.treatment_start is not None:
        start = parsed_day(options.treatment_start)
        if start is None:
            raise InputError(f"--treatment-start {options.treatment_start!r} is no date; write it as 2024-05-01")
        if options.keep_order:
            raise InputError("--treatment-start and --keep-order exclude each other: a category needs the scans' dates")
    if len(options.cases) < 2:
        raise InputError(f"{options.cases[0]} is one case; a comparison needs at least two")
    if options.out is not None:
        check_comparison_destination(options.out, overwrite=options.overwrite)
    tell = _ProgressLine()
    tell("reading", 0.0)
    cases = read_cases(options.cases)
    comparison = compare_cases(
        cases,
        names=[folder.name or str(folder) for folder in options.cases],
        treatment_start=start,
        keep_order=options.keep_order,
        same_patient=options.same_patient,
        progress=tell,
    )
    if options.out is not None:
        write_comparison(options.out, comparison, lang=options.lang, deidentify=options.deidentify)
    tell.end()
    print_comparison(comparison, options.lang, sys.stdout)
    if options.out is not None:
        sys.stdout.write(f"written to {options.out}\n")
    return 0


class _ProgressLine:
    """A line on a terminal's stderr, with the time left."""

    def __init__(self) -> None:
        self._start = time.monotonic()
        self._shown = sys.stderr.isatty()

    def __call__(self, what: str, done: float) -> None:
        if self._shown:
            elapsed = time.monotonic() - self._start
            left = f", {elapsed * (1 / done - 1):.0f} s left" if done > 0.03 else ""
            sys.stderr.write(f"\r{what}: {done:.0%}{left}".ljust(60))
            sys.stderr.flush()

    def end(self) -> None:
        if self._shown:
            sys.stderr.write("\n")


def print_comparison(comparison: Comparison, lang: str, stream: TextIO) -> None:
    """Print a sentence, a row for each lesion, and what else the reader must know; no identity, no date."""
    from .anatomy import region_term
    from .comparison_document import comparison_sentence

    stream.write(comparison_sentence(comparison) + "\n")
    rows = [("id", "place", *(scan.id for scan in comparison.scans))]
    for lesion in comparison.lesions:
        cells = []
        for at in lesion.at:
            factor = "" if math.isnan(at.area_factor) else f" x{at.area_factor:.2f}"
            cells.append(f"{at.state}{factor}{f' {at.shape}' if at.shape else ''}")
        rows.append((lesion.id, region_term(lesion.region, lesion.side, lesion.level, lang), *cells))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        stream.write("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() + "\n")
    for scan, response in zip(comparison.scans, comparison.responses, strict=False):
        then = f" (at the time {response.category_then})" if response.category_then != response.category else ""
        stream.write(f"PCWG3 {scan.id}: {response.category}{then}: {response.reason}\n")
    if comparison.no_category:
        stream.write(f"PCWG3: {comparison.no_category}\n")
    for note in comparison.notes:
        stream.write(f"note: {note}\n")
    for scan in comparison.scans[1:]:
        for view, registration in scan.registrations.items():
            stream.write(
                f"registration {scan.id} {view}: correlation {registration.correlation:.2f}, overlap of bones "
                f"{registration.bone_overlap:.2f}{', poor' if registration.poor else ''}\n"
            )
