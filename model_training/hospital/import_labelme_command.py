"""``python -m model_training import-labelme``: annotations of LabelMe become training cases."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from BoneMetSegLib.errors import InputError
from BoneMetSegLib.scan import VIEWS

from .examination_files import find_examinations
from .examination_reports import ReportTable, read_report_table
from .import_labelme import check_labels, read_labelme_examination
from .import_set import SOURCES_NAME, ImportedSet, ImportOptions, import_set
from .label_table import MEANINGS, read_label_table
from .patient_names import read_salt
from .planar_source import PictureOptions

_NOTES_SHOWN = 12


def add_import_labelme_command(commands: Any) -> None:
    """Add ``import-labelme`` to the parser's commands."""
    command = commands.add_parser(
        "import-labelme",
        help="make training cases of LabelMe annotations with scans and reports",
        description="Make training cases of annotations drawn in LabelMe, the scans beside them (DICOM, or PNG, JPEG, "
        "TIFF) and reports (docs/your_own_data.md). Check them with check-data before training.",
    )
    add_import_arguments(command)
    command.add_argument(
        "--side-by-side", nargs="?", const="anterior-posterior", choices=("anterior-posterior", "posterior-anterior"),
        help="each picture shows both views, from left to right (default order: anterior-posterior)",
    )  # fmt: skip
    command.add_argument("--view", choices=VIEWS, help="of files that do not say which view they show")


def add_import_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what both imports can be told."""
    parser.add_argument("folder", type=Path, metavar="DIR", help="folder with scans, annotations and reports")
    parser.add_argument("-o", "--out", type=Path, required=True, metavar="DIR", help="new folder for the cases")
    parser.add_argument("--labels", type=Path, metavar="JSON", help=f"what your own labels mean: {', '.join(MEANINGS)}")
    parser.add_argument("--reports", type=Path, metavar="CSV", help="table of reports, where they are no files")
    parser.add_argument("--report-column", metavar="NAME", help="header of the reports in that table")
    parser.add_argument("--id-column", metavar="NAME", help="header of what names the scan: file, accession, patient")
    parser.add_argument("--pixel-size-mm", type=float, metavar="X", help="size of a pixel where files do not have it")
    parser.add_argument(
        "--flip-posterior", action=argparse.BooleanOptionalAction,
        help="posterior views are stored mirrored: the patient's right is at the first column",
    )  # fmt: skip
    parser.add_argument(
        "--patient-pattern", metavar="REGEX", help="finds the patient in files' names; its first group, if it has one"
    )
    parser.add_argument("--salt", type=Path, metavar="FILE", help="secret for patients' names; made if it is missing")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of the division into lists (default: 0)")
    parser.add_argument("--folds", type=int, metavar="K", help="K folds instead of a validation list")
    parser.add_argument("--skip-faulty", action="store_true", help="leave out scans that cannot be read, and say why")


def run_import_labelme(options: argparse.Namespace) -> None:
    """Run the command with parsed options."""
    labels, salt, table = import_tables(options)
    without = [path for path in (options.out, options.labels, options.salt, options.reports) if path is not None]
    examinations = find_examinations(options.folder, without=without)
    annotated = [one for one in examinations if one.labelme]
    check_labels(annotated, labels)
    pictures = PictureOptions(options.pixel_size_mm, options.flip_posterior, options.side_by_side, options.view)
    done = import_set(
        options.folder,
        annotated,
        lambda files: read_labelme_examination(files, labels, pictures, table),
        options.out,
        import_options(options, salt),
        "import-labelme",
    )
    scans = sum(bool(one.scans or one.pictures) and not one.labelme for one in examinations)
    tell(done, table, f"{scans} scans have no annotation and were left out." if scans else "")


def import_tables(options: argparse.Namespace) -> tuple[dict[str, str], str, ReportTable | None]:
    """Return the labels' meanings, the salt, and the table of reports.

    Raises
    ------
    InputError
        One of them cannot be read.
    """
    labels = read_label_table(options.labels)
    if options.reports is None and (options.report_column or options.id_column):
        raise InputError("--report-column and --id-column are for a table of reports; give it with --reports")
    table = None
    if options.reports is not None:
        table = read_report_table(options.reports, options.report_column, options.id_column)
    return labels, read_salt(options.salt), table


def import_options(options: argparse.Namespace, salt: str) -> ImportOptions:
    """Return how the set is to be imported."""
    return ImportOptions(salt, options.patient_pattern, options.seed, options.folds, options.skip_faulty)


def tell(done: ImportedSet, table: ReportTable | None, more: str) -> None:
    """Print what was imported, what was assumed and what was left out."""
    notes = [*done.notes, *([more] if more else [])]
    if table is not None and len(table.used) < len(table.found):
        notes.append(f"{len(table.found) - len(table.used)} of {len(table.found)} reports of {table.name} fit no scan.")
    for fault in done.faults:
        sys.stderr.write(f"left out: {fault}\n")
    for note in notes[:_NOTES_SHOWN]:
        sys.stderr.write(f"note: {note}\n")
    if len(notes) > _NOTES_SHOWN:
        sys.stderr.write(f"note: and {len(notes) - _NOTES_SHOWN} more\n")
    sys.stdout.write(
        f"{done.cases} examinations of {done.patients} patients: {done.datalist}\n"
        f"{SOURCES_NAME} beside it says which files each was made of; it may tell who the patients are.\n"
    )
