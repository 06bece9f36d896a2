"""The panel's button Segment, which becomes Cancel, with progress and time left."""

from __future__ import annotations

import logging
import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import slicer
from slicer.i18n import tr as _

from BoneMetSegLib.errors import InputError
from BoneMetSegLib.result_document import Case

from .choices import Device
from .dependencies import DependencyFailure, DependencyRefused, ensure_network_packages
from .library_words import sentence_words
from .segmentation_job import Failure, JobRequest, JobState, SegmentationJob, remove_leftovers
from .words import failure_words, stage_word

_LOG = logging.getLogger(__name__)
_PERMILLE = 1000
# Longer than the two clicks of a double click lie apart.
_DOUBLE_CLICK_S = 0.5


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
    may_start : callable
        Called with the request; returns False where the user does not want it after all.
    """

    def __init__(
        self,
        ui: Any,
        request: Callable[[], tuple[JobRequest | None, str]],
        on_done: Callable[[Case, JobRequest], None],
        adds_report: Callable[[], bool],
        may_start: Callable[[JobRequest], bool],
    ) -> None:
        self.ui, self._request, self._on_done = ui, request, on_done
        self._adds_report, self._may_start = adds_report, may_start
        remove_leftovers(slicer.app.temporaryPath)
        self.job = SegmentationJob(
            self._progressed, self._finished, self._failed, temporary_folder=slicer.app.temporaryPath
        )
        self._running: JobRequest | None = None
        self._least_left = 0
        self._started_s = 0.0
        ui.applyButton.connect("clicked(bool)", self.on_apply)
        self.update()

    @property
    def request(self) -> JobRequest | None:
        """What runs, None where nothing does."""
        return self._running

    @property
    def is_running(self) -> bool:
        """Whether a segmentation runs."""
        return self.job.state is JobState.RUNNING

    def on_apply(self, _checked: bool = False) -> None:
        """Start, or cancel what runs; the second click of a double click does nothing."""
        if self.is_running:
            if time.monotonic() - self._started_s > _DOUBLE_CLICK_S:
                self.cancel()
        else:
            self.start()

    def start(self) -> None:
        """Install what is missing, with consent, and start."""
        request, why_not = self._request()
        if request is None:
            slicer.util.errorDisplay(why_not)
            return
        if not self._may_start(request):
            return
        try:
            ensure_network_packages()
        except DependencyRefused:
            self.say(_("Not started: the Python packages are needed. Press the button again to be asked again."))
            return
        except DependencyFailure as error:
            self.say(str(error).split("\n", maxsplit=1)[0])
            slicer.util.errorDisplay(str(error))
            return
        self._start(request)

    def cancel(self) -> None:
        """End what runs; the scene stays as it is."""
        if self.is_running:
            self.job.cancel()
            self._running = None
            self.say(_("Cancelled; nothing was changed."))
            self.update()

    def stop(self) -> None:
        """End everything: the module or the application is closed."""
        self.job.stop_worker()
        self._running = None

    def update(self) -> None:
        """Show what the button does now, and why it cannot be pressed."""
        button = self.ui.applyButton
        self.ui.progressBar.visible = self.is_running
        # What runs was chosen when it was started.
        self.ui.inputsCollapsibleButton.enabled = self.ui.advancedCollapsibleButton.enabled = not self.is_running
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
            self._running, self._least_left = request, _LONGEST_S
            self.ui.progressBar.value = 0
            self.say(_("Starting..."))
            self.job.start(request)
            self._started_s = time.monotonic()
        except InputError as error:
            self._running = None
            sentence = sentence_words(str(error))
            self.say(sentence)
            slicer.util.errorDisplay(sentence)
        self.update()

    def _progressed(self, stage: str, done: float, seconds_left: float | None) -> None:
        self.ui.progressBar.value = max(int(self.ui.progressBar.value), round(_PERMILLE * done))
        if seconds_left is None:
            self.say(stage_word(stage))
            return
        self._least_left = min(self._least_left, max(1, round(seconds_left)))
        self.say(_("{stage}, about {n} s left").format(stage=stage_word(stage), n=self._least_left))

    def _finished(self, case: Case) -> None:
        request, self._running = self._running, None
        device = _("the CPU") if case.segmentation.device == "cpu" else case.segmentation.device
        self.say(_("Done in {n} s on {device}.").format(n=_seconds(case), device=device))
        if request is not None:
            self._on_done(case, request)
        self.update()

    def _failed(self, failure: Failure) -> None:
        request, self._running = self._running, None
        _LOG.error("segmentation failed (%s): %s", failure.kind, failure.sentence)
        sentence = failure_words(failure.kind, sentence_words(failure.sentence))
        self.say(sentence)
        self.update()
        if request is not None and failure.kind in ("memory", "crash") and _may_be_on_gpu(request.device):
            question = _("Try again on the CPU? It takes a little longer.")
            if slicer.util.confirmYesNoDisplay(f"{sentence}\n\n{question}", "BoneMetSeg"):
                self._start(replace(request, device=Device.CPU.value))
        else:
            slicer.util.errorDisplay(sentence)

    def say(self, sentence: str) -> None:
        """Show a sentence below the button."""
        self.ui.statusLabel.text = sentence


def _may_be_on_gpu(device: str) -> bool:
    """Say whether the network ran on a GPU, or may have: "auto" takes one where there is one."""
    return device == Device.GPU.value or (device == Device.AUTOMATIC.value and shutil.which("nvidia-smi") is not None)


def _seconds(case: Case) -> str:
    return f"{sum(seconds for name, seconds in case.seconds.items() if name in _LAPS):.0f}"


_LONGEST_S = 3600
_LAPS = ("read", "load_model", "segment", "measure")
