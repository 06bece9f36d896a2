"""The command line: ``bonemetseg segment | measure | compare | info | bundle | worker`` (floor 6)."""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from . import __version__, comparison_command
from .errors import InputError

if TYPE_CHECKING:
    from .jobs import ProgressEvent
    from .result_document import Case

EXIT_DONE, EXIT_BUG, EXIT_INPUT, EXIT_CANCELLED = 0, 1, 2, 130
_RESEARCH = "For research use only; not for diagnosis or treatment."


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the public command line."""
    parser = argparse.ArgumentParser(
        prog="bonemetseg",
        description=f"A bone scan and its report go in; labelled, measured metastasis lesions come out. {_RESEARCH}",
    )
    parser.add_argument("--version", action="version", version=f"bonemetseg {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_segment(
        commands.add_parser("segment", help="segment a scan, with or without its report", description=_SEGMENT)
    )
    measure = commands.add_parser("measure", help="measure an edited case again", description=_MEASURE)
    measure.add_argument("out", type=Path, metavar="OUT", help="a folder written by 'bonemetseg segment'")
    measure.add_argument(
        "--edited-by", default="reader", metavar="NAME", help="who edited, for the table (default: reader)"
    )
    _add_lang(measure)
    compare = commands.add_parser(
        "compare", help="compare scans of one patient", description=comparison_command.DESCRIPTION
    )
    comparison_command.add_options(compare)
    _add_lang(compare)
    _add_info(commands.add_parser("info", help="say what a scan is, and show it in Slicer", description=_INFO))
    bundle = commands.add_parser("bundle", help="check and describe a model bundle")
    bundle.add_argument("bundle", type=Path, metavar="DIR", help="the bundle's folder")
    worker = commands.add_parser("worker", help="serve requests as JSON lines on stdin and stdout", description=_WORKER)
    worker.add_argument(
        "--idle-minutes", type=float, default=0, metavar="M", help="stop after M idle minutes (default: never)"
    )
    worker.add_argument(
        "--end-with-input", action="store_true", help="stop at once when the input ends (default: finish the work)"
    )
    return parser


_SEGMENT = (
    "Segment a planar whole-body scan (DICOM, NRRD, NIfTI or MHA; both views in one file or one each) and write OUT: "
    "segmentations, hot_spots.csv, result.json, maps.npz, overlay.png and scene.mrb. " + _RESEARCH
)
_MEASURE = (
    "Measure a case again after its segmentations were edited (in Slicer) or its hot_spots.csv was (columns accepted, "
    "class, region, side, level). A segment that was drawn becomes a hot spot; a deleted one goes."
)
_INFO = (
    "Read a scan, planar or SPECT, and say in a line what was recognised; nothing is segmented. A SPECT volume is one "
    "file (DICOM, NRRD, NIfTI or MHA) or all single-slice DICOM files of a series. With --scene it is written for "
    "Slicer. " + _RESEARCH
)
_WORKER = (
    'One JSON object a line in: {"id": 1, "command": "segment", "arguments": {"scans": [...], "out": ...}}; '
    "also measure, bundle, load, cancel, shutdown. Out: progress, done, error, cancelled, each with the id. "
    "The model stays loaded."
)


def _add_segment(parser: argparse.ArgumentParser) -> None:
    _add_scan(parser)
    parser.add_argument("-o", "--out", type=Path, required=True, metavar="OUT", help="folder to write; new or empty")
    parser.add_argument(
        "--report",
        type=Path,
        metavar="FILE",
        help="the report: text, DOCX, PDF, DICOM SR, HL7 v2, CSV, RTF or HTML; or the study's folder or archive that "
        "holds it as DICOM",
    )
    parser.add_argument("--accession", metavar="NUMBER", help="which report, where its file holds several")
    parser.add_argument("--report-text", metavar="TEXT", help="the report itself")
    parser.add_argument("--bundle", type=Path, metavar="DIR", help="another model (default: the bundled one)")
    parser.add_argument(
        "--device", choices=("auto", "cpu", "cuda"), default="auto", help="where to run (default: auto)"
    )
    parser.add_argument("--no-scene", action="store_true", help="do not write scene.mrb")
    parser.add_argument(
        "--deidentify", action="store_true", help="leave identity and report text out of everything written"
    )
    parser.add_argument(
        "--note", action="append", default=[], metavar="TEXT", help="a remark to keep in result.json; repeatable"
    )
    parser.add_argument("--progress", choices=("json",), help="progress as JSON lines on stderr")
    existing = parser.add_mutually_exclusive_group()
    existing.add_argument("--overwrite", action="store_true", help="replace an existing case in OUT")
    existing.add_argument(
        "--update", action="store_true", help="add or replace the report of the case in OUT; edits are kept"
    )
    _add_lang(parser)


def _add_info(parser: argparse.ArgumentParser) -> None:
    _add_scan(parser)
    parser.add_argument(
        "--quantity", choices=("counts", "Bq/ml", "SUVbw"), help="what the voxels of a SPECT volume are, if not said"
    )
    parser.add_argument("--json", action="store_true", help="print all that was read, as JSON")
    parser.add_argument("--scene", type=Path, metavar="FILE.mrb", help="write the scan as a Slicer scene")
    parser.add_argument("--overwrite", action="store_true", help="replace an existing FILE.mrb")
    parser.add_argument("--report", type=Path, metavar="FILE", help="the report, to be put into the scene")
    parser.add_argument("--accession", metavar="NUMBER", help="which report, where its file holds several")
    _add_lang(parser)


def _add_scan(parser: argparse.ArgumentParser) -> None:
    """Add the scan and what its files may leave open."""
    parser.add_argument(
        "scans",
        type=Path,
        nargs="+",
        metavar="SCAN",
        help="a file, two files of one view each, a DICOM folder, a DICOMDIR or a zip archive",
    )
    parser.add_argument(
        "--series",
        metavar="WHICH",
        help="of several bone scans in a folder or archive: the number "
        "in the list, a UID, or (part of) the series description",
    )
    parser.add_argument("--view", choices=("anterior", "posterior"), help="the view of a file that does not name it")
    parser.add_argument("--pixel-size-mm", type=float, metavar="X", help="pixel size of a file that does not give it")
    parser.add_argument(
        "--flip-posterior",
        action=argparse.BooleanOptionalAction,
        help="the posterior view was exported mirrored (--no-...: it was not, whatever the file says)",
    )


def _add_lang(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--lang", choices=("zh", "en"), default="en", help="of segment names and pictures (default: en)"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code: 0 done, 2 the input cannot be used, 1 a bug of ours."""
    for stream in (sys.stdout, sys.stderr):
        # A Windows console may not know Chinese; a name that cannot be shown must not end the run.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    options = build_parser().parse_args(arguments)
    try:
        return _COMMANDS[options.command](options)
    except InputError as error:
        print(f"bonemetseg: {error}", file=sys.stderr)
        return EXIT_INPUT
    except KeyboardInterrupt:
        print("bonemetseg: cancelled; nothing was written", file=sys.stderr)
        return EXIT_CANCELLED
    except BrokenPipeError:
        # Whoever reads our output (``| head``) has enough; Python's own last flush must not complain either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_DONE


def _segment(options: argparse.Namespace) -> int:
    from .jobs import ModelShelf, SegmentRequest, segment_case

    request = SegmentRequest(
        scans=tuple(options.scans),
        out=options.out,
        report=options.report,
        report_text=options.report_text,
        accession=options.accession,
        bundle=options.bundle,
        device=options.device,
        view=options.view,
        pixel_size_mm=options.pixel_size_mm,
        flip_posterior=options.flip_posterior,
        series=options.series,
        lang=options.lang,
        scene=not options.no_scene,
        overwrite=options.overwrite,
        update=options.update,
        deidentify=options.deidentify,
        notes=tuple(options.note),
    )
    progress = _print_json_progress if options.progress == "json" else _print_progress
    case = segment_case(request, ModelShelf(), progress)
    print_case(case, options.out, options.lang)
    return EXIT_DONE


def _measure(options: argparse.Namespace) -> int:
    from .jobs import measure_case

    print_case(measure_case(options.out, editor=options.edited_by, lang=options.lang), options.out, options.lang)
    return EXIT_DONE


def _info(options: argparse.Namespace) -> int:
    from .report_of_scan import report_of_scan
    from .scan_files import read_scan
    from .scan_info import check_scene_path, write_scan_scene
    from .scan_summary import describe_scan, scan_line

    if options.scene:
        check_scene_path(options.scene, overwrite=options.overwrite)
    elif options.report or options.accession:
        raise InputError("--report and --accession are for the scene; say where to write it with --scene")
    scan = read_scan(
        options.scans,
        view=options.view,
        pixel_size_mm=options.pixel_size_mm,
        flip_posterior=options.flip_posterior,
        quantity=options.quantity,
        series=options.series,
    )
    report = None
    if options.report:
        report, notes = report_of_scan(options.report, scan, accession=options.accession)
        scan = scan.with_warnings(*notes)
    if options.scene:
        write_scan_scene(scan, report, options.scene, lang=options.lang, overwrite=options.overwrite)
    details = describe_scan(scan)
    if options.json:
        print(json.dumps(details, ensure_ascii=False, indent=2))
        return EXIT_DONE
    print(f"{options.scans[0].name}: {scan_line(scan)}")
    if scan.kind == "spect":
        print(f"quantity: {scan.quantity_reason}")
    for flag in details.get("quality", []):
        print(f"quality: {flag['sentence']}")
    for warning in scan.warnings:
        print(f"warning: {warning}")
    if options.scene:
        print(f"scene written to {options.scene}")
    return EXIT_DONE


def _bundle(options: argparse.Namespace) -> int:
    from .bundle import open_bundle

    bundle = open_bundle(options.bundle)
    bundle.load()
    shown = (
        "name",
        "version",
        "kind",
        "licence",
        "intended_use",
        "thresholds",
        "training",
        "evaluation",
        "preprocessing",
    )
    print(json.dumps({key: bundle.description[key] for key in shown}, ensure_ascii=False, indent=2))
    print(f"{bundle.folder}: complete, hashes right, weights load")
    return EXIT_DONE


def _worker(options: argparse.Namespace) -> int:
    from .worker import serve

    return serve(idle_minutes=options.idle_minutes, end_with_input=options.end_with_input)


_COMMANDS = {
    "segment": _segment,
    "measure": _measure,
    "compare": comparison_command.run,
    "info": _info,
    "bundle": _bundle,
    "worker": _worker,
}


def print_case(case: Case, out: Path, lang: str = "en") -> None:
    """Print a case's summary, its hot spots and where its files are."""
    from .result_document import summary_sentence

    print(summary_sentence(case))
    size, digits = ("volume ml", 1) if case.scan.kind == "spect" else ("area mm2", 0)
    header = (
        "id",
        "class",
        "accepted",
        "place",
        "views",
        size,
        "ratio",
        "p",
        "p image",
        "report effect",
        "disagreement",
    )
    rows: list[tuple[str, ...]] = [header]
    for spot in case.hot_spots:
        sizes = " + ".join(f"{view.size:.{digits}f}" for view in spot.views.values())
        numbers = (
            f"{value:.2f}" if not math.isnan(value) else "-"
            for value in (spot.ratio_to_background, spot.probability, spot.probability_image_only)
        )
        place = spot.place_words(lang)
        views = "+".join(view if view == "spect" else view[:4] for view in spot.views)
        rows.append(
            (
                spot.id,
                spot.hot_spot_class,
                "yes" if spot.accepted else "no",
                place,
                views,
                sizes,
                *numbers,
                spot.report_effect,
                case.concordance.disagreement_of(spot.id),
            )
        )
    widths = [max(len(row[column]) for row in rows) for column in range(len(header))]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    for change in case.changes:
        print(f"update: {change.id} {change.what}: {change.before or '-'} -> {change.after or '-'}")
    if case.segmentation.report_fit is not None:
        print(f"report: fits this scan with probability {case.segmentation.report_fit:.2f}")
    for one in case.concordance.contradictions:
        print(f"report: {one.sentence}")
    for flag in case.quality:
        print(f"quality: {flag.sentence}")
    for warning in case.scan.warnings:
        print(f"warning: {warning}")
    print(
        f"model {case.segmentation.model['name']} {case.segmentation.model['version']} on {case.segmentation.device}; "
        f"written to {out}"
    )


def _print_progress(event: ProgressEvent) -> None:
    if sys.stderr.isatty():
        left = "" if event.seconds_left is None else f", {event.seconds_left:.0f} s left"
        print(
            f"\r{event.stage}: {event.done:.0%}{left}".ljust(60),
            end="\n" if event.done >= 1 else "",
            file=sys.stderr,
            flush=True,
        )


def _print_json_progress(event: ProgressEvent) -> None:
    print(json.dumps({"event": "progress", **asdict(event)}), file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
