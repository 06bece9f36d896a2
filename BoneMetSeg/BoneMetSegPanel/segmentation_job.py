"""One segmentation, from the scan and its report to the finished case, in the worker."""

from __future__ import annotations

import logging
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from typing import Any

from slicer.i18n import tr as _

from BoneMetSegLib.case_folder import read_case
from BoneMetSegLib.errors import InputError
from BoneMetSegLib.report import Report
from BoneMetSegLib.report_files import report_from_text
from BoneMetSegLib.result_document import Case
from BoneMetSegLib.scan import Scan
from BoneMetSegLib.scan_transfer import with_identity_of, write_transferred_scan

from .worker_process import WorkerProcess

_LOG = logging.getLogger(__name__)
FOLDER_PREFIX = "BoneMetSeg-"
# No run takes that long; a younger folder may be of another Slicer that runs at the same time.
_LEFTOVER_AGE_S = 12 * 3600
_ANSWER_MS = 200


class JobState(Enum):
    """Where a job is."""

    IDLE = "idle"
    RUNNING = "running"


class Failure(Exception):  # noqa: N818 (shown to a person, not a fault of the program)
    """A job that ended without a case.

    Attributes
    ----------
    kind : {"input", "memory", "disk", "crash", "start", "bug"}
    sentence : str
        What to tell the user of an input; of the others the technical cause ("start": the missing package).
    """

    def __init__(self, kind: str, sentence: str) -> None:
        super().__init__(sentence)
        self.kind, self.sentence = kind, sentence


@dataclass(frozen=True)
class JobRequest:
    """What to segment, and with what.

    Attributes
    ----------
    scan : PlanarScan or SpectScan
    report_text : str or None
    bundle : Path or None
        Another model than the bundled one.
    device : {"auto", "cpu", "cuda"}
    context : object
        Whatever the caller wants to find again when the case comes.
    """

    scan: Scan
    report_text: str | None = None
    bundle: Path | None = None
    device: str = "auto"
    context: Any = None


class SegmentationJob:
    """Runs requests in the worker, one at a time; the scene is not touched here.

    Parameters
    ----------
    on_progress : callable
        Called with stage, share done (0 to 1) and seconds left (None while unknown).
    on_done : callable
        Called with the finished ``Case``.
    on_failure : callable
        Called with a ``Failure``; not after ``cancel``.
    temporary_folder : str, optional
        Where the files that pass between the two lie, until the job ends.
    worker_command : sequence of str, optional
    """

    def __init__(
        self,
        on_progress: Callable[[str, float, float | None], None],
        on_done: Callable[[Case], None],
        on_failure: Callable[[Failure], None],
        *,
        temporary_folder: str | None = None,
        worker_command: list[str] | None = None,
    ) -> None:
        self._on_progress, self._on_done, self._on_failure = on_progress, on_done, on_failure
        self._temporary_folder = temporary_folder
        self._worker = WorkerProcess(self._answered, self._worker_ended, worker_command)
        self._request: JobRequest | None = None
        self._request_number = 0
        self._folder: Path | None = None

    @property
    def state(self) -> JobState:
        """Whether a job runs."""
        return JobState.IDLE if self._request is None else JobState.RUNNING

    def start(self, request: JobRequest) -> None:
        """Start a job; answers come by the callbacks.

        Raises
        ------
        InputError
            The report holds nothing to read, or the scan cannot be handed over (disk full).
        RuntimeError
            A job is running.
        """
        if self._request is not None:
            raise RuntimeError("a segmentation is running")
        report = None if request.report_text is None else report_from_text(request.report_text)
        try:
            self._folder = Path(tempfile.mkdtemp(prefix=FOLDER_PREFIX, dir=self._temporary_folder))
            write_transferred_scan(self._folder / "scan.npz", request.scan)
        except OSError as error:
            self._remove_folder()
            raise InputError(
                _("The temporary folder {folder} cannot be written: {reason}. Make room there and try again.").format(
                    folder=self._temporary_folder or tempfile.gettempdir(), reason=error.strerror or str(error)
                )
            ) from error
        self._request = request
        self._request_number = self._worker.send("segment", self._arguments(request, report))

    def cancel(self) -> None:
        """End the running job and its process; nothing of it remains. Without a job nothing happens."""
        if self._request is not None:
            self._worker.stop()
            self._finish()

    def wait(self, process_events: Callable[[], None] = lambda: None) -> None:
        """Return when the running job has ended; for scripts."""
        while self._request is not None:
            self._worker.wait_for_answer(_ANSWER_MS)
            process_events()

    def stop_worker(self) -> None:
        """End the worker too, with any job it has: the module is closed."""
        self.cancel()
        self._worker.stop()

    # ---- inside -----------------------------------------------------------------------------------------------------

    def _arguments(self, request: JobRequest, report: Report | None) -> dict[str, Any]:
        assert self._folder is not None  # noqa: S101 (for the type checker)
        arguments: dict[str, Any] = {
            "scans": [str(self._folder / "scan.npz")],
            "out": str(self._folder / "case"),
            "transferred": True,
            "scene": False,
            "pictures": False,
            "device": request.device,
        }
        if report is not None:
            arguments["report_text"] = report.text
        if request.bundle is not None:
            arguments["bundle"] = str(request.bundle)
        return arguments

    def _answered(self, answer: dict[str, Any]) -> None:
        if self._request is None or answer.get("id") != self._request_number:
            return
        event = answer["event"]
        if event == "progress":
            self._on_progress(answer["stage"], answer["done"], answer["seconds_left"])
        elif event == "error":
            self._fail(_failure(answer["kind"], answer["message"]))
        elif event == "done":
            self._deliver()

    def _deliver(self) -> None:
        request, folder = self._request, self._folder
        assert request is not None  # noqa: S101 (for the type checker)
        assert folder is not None  # noqa: S101
        try:
            case = read_case(folder / "case")
        except InputError as error:
            self._fail(Failure("bug", str(error)))
            return
        scan = with_identity_of(case.scan, request.scan)
        self._finish()
        self._on_done(replace(case, scan=scan))

    def _worker_ended(self, last_words: str) -> None:
        if self._request is None:
            return  # idle for too long
        _LOG.error("BoneMetSeg's worker ended: %s", last_words)
        if "No module named" in last_words:
            missing = last_words.rsplit("No module named", 1)[1].split("\n", maxsplit=1)[0].strip()
            self._fail(Failure("start", missing.strip("'\"\r")))
        else:
            self._fail(Failure("crash", last_words))

    def _fail(self, failure: Failure) -> None:
        self._finish()
        self._on_failure(failure)

    def _finish(self) -> None:
        self._request = None
        self._remove_folder()

    def _remove_folder(self) -> None:
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None


def remove_leftovers(temporary_folder: str) -> None:
    """Remove what a run that was cut off (a crash, a power failure) left behind: it may hold a report."""
    for path in Path(temporary_folder).glob(f"{FOLDER_PREFIX}*"):
        try:
            is_old = time.time() - path.stat().st_mtime > _LEFTOVER_AGE_S
        except OSError:
            continue  # gone meanwhile
        if is_old and path.is_dir():
            shutil.rmtree(path, ignore_errors=True)


def _failure(kind: str, message: str) -> Failure:
    """Return what the worker's error is to the user: a full disk and a missing package are no faults of the program."""
    if kind == "bug" and "No module named" in message:
        return Failure("start", message.rsplit("No module named", 1)[1].strip(" '\""))
    if "No space left on device" in message or "Errno 28" in message:
        return Failure("disk", message)
    return Failure(kind, message)
