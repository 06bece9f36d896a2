"""The whole way of the data, for every face alike: read, segment, find, measure, write (floor 6)."""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from .bundle import default_bundle
from .burden import burden_of
from .case_folder import check_destination, read_case, same_scan, whole_folder, write_case
from .concordance import Concordance, compare_report
from .errors import InputError
from .hot_spots import HotSpot, find_hot_spots
from .quality import quality_flags
from .quality_burden import with_burden_flags
from .report import Report
from .report_files import report_from_text
from .report_of_scan import report_of_scan
from .result_document import Case
from .review import Change, merge_update
from .scan import Scan, View
from .scan_files import read_scan
from .scan_transfer import read_transferred_scan
from .segmentation import Segmentation

if TYPE_CHECKING:
    from .segmenter import Segmenter

_STAGE_SHARES = (
    ("reading", 0.02),
    ("loading the model", 0.38),
    ("segmenting", 0.25),
    ("measuring", 0.1),
    ("writing", 0.25),
)
"""Stages of a cold run and their usual share of the time (``Testing/benchmarks/bench_case.py``)."""
# Less than that is too little to tell from how long the whole takes: reading a volume may take long, or not.
_LEAST_SHARE_KNOWN = 0.05


class Cancelled(Exception):  # noqa: N818 (it is no error)
    """The user cancelled; nothing was written."""


@dataclass(frozen=True)
class ProgressEvent:
    """How far a job is.

    Attributes
    ----------
    stage : str
    done : float
        Share of the whole, 0 to 1.
    seconds_left : float or None
        Estimate from the time so far; None at the very start.
    """

    stage: str
    done: float
    seconds_left: float | None


ProgressCallback = Callable[[ProgressEvent], None]
"""Called at each step; may raise ``Cancelled``."""


class StageProgress:
    """Turns stages into shares of the whole and estimates the time left."""

    def __init__(self, callback: ProgressCallback | None) -> None:
        self._callback = callback
        self._start = time.monotonic()
        self._before = 0.0
        self._shares = dict(_STAGE_SHARES)

    def leave_out(self, stage: str) -> None:
        """Take a stage out of the whole: it needs no time in this run, and the others are a larger share of it."""
        del self._shares[stage]

    def __call__(self, stage: str, share_of_stage: float = 0.0) -> None:
        """Tell that ``share_of_stage`` of a stage is done."""
        if self._callback is None:
            return
        done = 0.0
        for name, share in self._shares.items():
            if name == stage:
                done += share * share_of_stage
                break
            done += share
        self._before = max(self._before, min(done / sum(self._shares.values()), 1.0))
        elapsed = time.monotonic() - self._start
        left = elapsed * (1 / self._before - 1) if self._before > _LEAST_SHARE_KNOWN else None
        self._callback(ProgressEvent(stage, self._before, left))


@dataclass(frozen=True)
class SegmentRequest:
    """What ``bonemetseg segment`` is asked to do; the options of the command line."""

    scans: tuple[Path, ...]
    out: Path
    report: Path | None = None
    report_text: str | None = None
    accession: str | None = None
    bundle: Path | None = None
    device: str = "auto"
    view: View | None = None
    pixel_size_mm: float | None = None
    flip_posterior: bool | None = None
    series: str | None = None
    lang: str = "en"
    scene: bool = True
    overwrite: bool = False
    update: bool = False
    deidentify: bool = False
    notes: tuple[str, ...] = ()
    transferred: bool = False
    """The scan is one that ``scan_transfer`` wrote; Slicer's panel hands it over so."""
    pictures: bool = True
    """Draw overlay.png."""


class ModelShelf:
    """Keeps the last model loaded, so that a second case does not wait for it."""

    def __init__(self) -> None:
        self._key: tuple[Path, str] | None = None
        self._segmenter: Segmenter | None = None

    def get(self, bundle: Path | None, device: str, kind: str = "planar") -> Segmenter:
        """Return the segmenter of a bundle on a device, loading it if it is not the one at hand.

        Parameters
        ----------
        bundle : pathlib.Path or None
            None for the one that came with this installation for a kind of scan.
        """
        from .segmenter import Segmenter

        if self._segmenter is None or not self.holds(bundle, device, kind):
            bundle = bundle or default_bundle(kind)
            self._segmenter = Segmenter(bundle, device)
            self._key = (bundle, device)
        return self._segmenter

    def holds(self, bundle: Path | None, device: str, kind: str = "planar") -> bool:
        """Say whether ``get`` has it at hand."""
        return self._key == (bundle or default_bundle(kind), device)


def segment_case(request: SegmentRequest, shelf: ModelShelf, progress: ProgressCallback | None = None) -> Case:
    """Segment a scan with its report and write OUT.

    Raises
    ------
    InputError
        The input or the destination cannot be used; nothing was written.
    Cancelled
        From ``progress``; nothing was written.
    """
    tell, seconds = StageProgress(progress), _Seconds()
    tell("reading")
    check_destination(request.out, overwrite=request.overwrite, update=request.update)
    scan = _scan(request)
    report, notes_on_report = _report(request, scan)
    scan = scan.with_warnings(*notes_on_report)
    earlier = _earlier(request, scan)
    seconds.lap("read")
    if shelf.holds(request.bundle, request.device, scan.kind):
        tell.leave_out("loading the model")
    else:
        tell("loading the model")
    segmenter = shelf.get(request.bundle, request.device, scan.kind)
    seconds.lap("load_model")
    tell("segmenting")
    segmentation = segmenter.segment(scan, report, lambda _, done: tell("segmenting", done))
    seconds.lap("segment")
    tell("measuring")
    hot_spots, changes = _hot_spots(scan, segmentation, report, earlier)
    notes = request.notes or (tuple(earlier.notes) if earlier else ())
    scan, with_scene = _scene_wanted(scan, wanted=request.scene)
    case = replace(
        _measured(scan, report, segmentation, hot_spots),
        changes=changes,
        notes=notes,
        # A case that names nobody stays so when its report comes.
        deidentified=request.deidentify or (earlier is not None and earlier.deidentified),
    )
    seconds.lap("measure")
    tell("writing")
    case = replace(case, seconds=seconds.laps)
    _write(case, request.out, request.lang, scene=with_scene, pictures=request.pictures)
    tell("writing", 1.0)
    return case


def measure_case(out: Path, *, editor: str = "reader", lang: str = "en") -> Case:
    """Measure an edited case again and write it back.

    Raises
    ------
    InputError
        OUT is no case, or an edited file of it cannot be read; OUT is as it was.
    """
    edited = read_case(out, editor)
    case = replace(
        _measured(edited.scan, edited.report, edited.segmentation, edited.hot_spots),
        seconds=edited.seconds,
        changes=edited.changes,
        deidentified=edited.deidentified,
        notes=edited.notes,
    )
    _write(case, out, lang, scene=(out / "scene.mrb").is_file() and _can_write_scene())
    return case


def _scan(request: SegmentRequest) -> Scan:
    if request.transferred:
        return read_transferred_scan(request.scans[0])  # who hands a scan over looks after its model
    scan = read_scan(
        request.scans,
        view=request.view,
        pixel_size_mm=request.pixel_size_mm,
        flip_posterior=request.flip_posterior,
        series=request.series,
    )
    if scan.kind == "spect" and request.bundle is None and not default_bundle("spect").is_dir():
        raise InputError(
            f"{Path(request.scans[0]).name} is a SPECT volume, and there is no model for SPECT; 'bonemetseg info' "
            f"reads and shows it"
        )
    return scan


def _report(request: SegmentRequest, scan: Scan) -> tuple[Report | None, tuple[str, ...]]:
    """Return the report, and sentences for the user on where it comes from."""
    if request.report is not None and request.report_text is not None:
        raise InputError("--report and --report-text are both given; one report belongs to a scan")
    if request.report is not None:
        return report_of_scan(request.report, scan, accession=request.accession)
    if request.accession is not None:
        raise InputError("--accession chooses a report in a file; give the file with --report")
    return None if request.report_text is None else report_from_text(request.report_text), ()


def _earlier(request: SegmentRequest, scan: Scan) -> Case | None:
    if not request.update:
        return None
    earlier = read_case(request.out)
    if not same_scan(earlier, scan):
        raise InputError(f"{request.out} was made from another scan; --update adds a report to the same one")
    return earlier


def _hot_spots(
    scan: Scan, segmentation: Segmentation, report: Report | None, earlier: Case | None
) -> tuple[list[HotSpot], list[Change]]:
    found = find_hot_spots(scan, segmentation, report)
    return merge_update(earlier.hot_spots, found) if earlier else (found, [])


def _measured(scan: Scan, report: Report | None, segmentation: Segmentation, hot_spots: Sequence[HotSpot]) -> Case:
    burden = burden_of(scan, segmentation, hot_spots)
    concordance = compare_report(report, segmentation, hot_spots) if report else Concordance()
    return Case(
        scan,
        report,
        segmentation,
        hot_spots,
        burden,
        concordance,
        with_burden_flags(
            quality_flags(scan, hot_spots=hot_spots, segmentation=segmentation), scan, segmentation, hot_spots, burden
        ),
    )


def _scene_wanted(scan: Scan, *, wanted: bool) -> tuple[Scan, bool]:
    """Leave the scene out, and say so, where Slicer's libraries are not installed."""
    if not wanted or _can_write_scene():
        return scan, wanted
    return scan.with_warnings(
        "scene.mrb was not written: it needs the package slicer-core (pip install bonemetseg[slicer])."
    ), False


def _can_write_scene() -> bool:
    return importlib.util.find_spec("slicer") is not None


def _write(case: Case, out: Path, lang: str, *, scene: bool, pictures: bool = True) -> None:
    with whole_folder(out) as folder:
        write_case(folder, case, lang=lang, scene=scene, pictures=pictures)


class _Seconds:
    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self.laps[name] = now - self._last
        self._last = now
