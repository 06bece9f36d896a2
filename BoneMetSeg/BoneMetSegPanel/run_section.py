"""The panel's button Segment, which becomes Cancel, with progress and time left."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import slicer
from slicer.i18n import tr as _

from BoneMetSegLib.errors import InputError
from BoneMetSegLib.result_document import Case

from .choices import Device
from .dependencies import DependencyFailure, DependencyRefused, ensure_network_packages
from .segmentation_job import Failure, JobRequest, JobState, SegmentationJob, remove_leftovers
from .words import failure_words, stage_word

_PERMILLE = 1000


class RunSection:
    """Starts, follows and cancels a segmentation.

    Parameters
    ----------
    ui : namespace
        The form's widgets.
    request : callable
        Returns what to segment (``JobRequest``), or None and why not.
    on_done : callable
        Called with the finished case and its request.
    adds_report : callable
        Returns whether the button adds a report to the case that is shown.
    """

    def __init__(
        self,
        ui: Any,
        request: Callable[[], tuple[JobRequest | None, str]],
        on_done: Callable[[Case, JobRequest], None],
        adds_report: Callable[[], bool],
    ) -> None:
        self.ui, self._request, self._on_done, self._adds_report = ui, request, on_done, adds_report
        remove_leftovers(slicer.app.temporaryPath)
        self.job = SegmentationJob(
            self._progressed, self._finished, self._failed, temporary_folder=slicer.app.temporaryPath
        )
        self._running: JobRequest | None = None
        ui.applyButton.connect("clicked(bool)", self.on_apply)
        self.update()

    @property
    def is_running(self) -> bool:
        """Whether a segmentation runs."""
        return self.job.state is JobState.RUNNING

    def on_apply(self, _checked: bool = False) -> None:
        """Start, or cancel what runs."""
        if self.is_running:
            self.cancel()
        else:
            self.start()

    def start(self) -> None:
        """Install what is missing, with consent, and start."""
        request, why_not = self._request()
        if request is None:
            slicer.util.errorDisplay(why_not)
            return
        try:
            ensure_network_packages()
        except DependencyRefused:
            self._say(_("Not started: the Python packages are needed. Press the button again to be asked again."))
            return
        except DependencyFailure as error:
            self._say(str(error).split("\n", maxsplit=1)[0])
            slicer.util.errorDisplay(str(error))
            return
        self._start(request)

    def cancel(self) -> None:
        """End what runs; the scene stays as it is."""
        if self.is_running:
            self.job.cancel()
            self._running = None
            self._say(_("Cancelled; nothing was changed."))
            self.update()

    def stop(self) -> None:
        """End everything: the module or the application is closed."""
        self.job.stop_worker()
        self._running = None

    def update(self) -> None:
        """Show what the button does now, and why it cannot be pressed."""
        button = self.ui.applyButton
        self.ui.progressBar.visible = self.is_running
        if self.is_running:
            button.text, button.enabled = _("Cancel"), True
            button.toolTip = _("Stop the segmentation; the scene stays as it is")
            return
        request, why_not = self._request()
        adds_report = self._adds_report()
        button.text = _("Add report") if adds_report else _("Segment")
        button.enabled = request is not None
        ready = (
            _("Read the report and measure again; what you decided stays")
            if adds_report
            else _("Find, label and measure the hot spots")
        )
        button.toolTip = ready if request is not None else why_not

    # ---- inside -----------------------------------------------------------------------------------------------------

    def _start(self, request: JobRequest) -> None:
        try:
            self._running = request
            self.job.start(request)
        except InputError as error:
            self._running = None
            self._say(str(error))
            slicer.util.errorDisplay(str(error))
        else:
            self.ui.progressBar.value = 0
            self._say(_("Starting..."))
        self.update()

    def _progressed(self, stage: str, done: float, seconds_left: float | None) -> None:
        self.ui.progressBar.value = round(_PERMILLE * done)
        left = "" if seconds_left is None else _(", about {n} s left").format(n=max(1, round(seconds_left)))
        self._say(f"{stage_word(stage)}{left}")

    def _finished(self, case: Case) -> None:
        request, self._running = self._running, None
        self._say(_("Done in {n} s on {device}.").format(n=_seconds(case), device=case.segmentation.device))
        if request is not None:
            self._on_done(case, request)
        self.update()

    def _failed(self, failure: Failure) -> None:
        request, self._running = self._running, None
        sentence = failure_words(failure.kind, failure.sentence)
        self._say(sentence)
        self.update()
        on_gpu = request is not None and request.device != Device.CPU.value
        if failure.kind in ("memory", "crash") and on_gpu and request is not None:
            question = _("Try again on the CPU? It takes a little longer.")
            if slicer.util.confirmYesNoDisplay(f"{sentence}\n\n{question}", "BoneMetSeg"):
                self._start(JobRequest(request.scan, request.report_text, request.bundle, Device.CPU.value))
        else:
            slicer.util.errorDisplay(sentence)

    def _say(self, sentence: str) -> None:
        self.ui.statusLabel.text = sentence


def _seconds(case: Case) -> str:
    return f"{sum(seconds for name, seconds in case.seconds.items() if name in _LAPS):.0f}"


_LAPS = ("read", "load_model", "segment", "measure")
