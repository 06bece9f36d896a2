"""The panel's inputs: which scan, what was recognised, which report."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import qt
import slicer
from slicer.i18n import tr as _

from BoneMetSegLib.errors import InputError
from BoneMetSegLib.report_files import read_report
from BoneMetSegLib.scan import Scan
from BoneMetSegLib.scene_nodes import add_text
from BoneMetSegLib.scene_scan import scan_of_volumes

from .dependencies import PDF_PACKAGE, DependencyFailure, DependencyRefused, ensure_package
from .library_words import scan_words, sentence_words
from .model_choice import ModelChoice
from .study_database import file_of_instance, reports_of_study
from .study_of_scan import put_into_study

_REPORT_FILES = "*.txt *.docx *.pdf *.dcm *.hl7 *.csv *.tsv *.rtf *.htm *.html"


class InputsSection:
    """Reads the scan from the chosen volumes, and brings reports into the scene.

    Parameters
    ----------
    ui : namespace
        The form's widgets.
    parameters : callable
        Returns the parameter node, or None while there is none.
    model : ModelChoice
        Says whether there is a model for the scan.
    on_change : callable
        Called when the scan or the report is another one.
    """

    def __init__(
        self, ui: Any, parameters: Callable[[], Any], model: ModelChoice, on_change: Callable[[], None]
    ) -> None:
        self.ui, self._parameters, self._model, self._on_change = ui, parameters, model, on_change
        self.scan: Scan | None = None
        self.fault = ""
        self._seen: tuple[Any, ...] = ()
        self.menu: Any = None
        ui.openReportButton.connect("clicked(bool)", self.on_open_report)
        ui.pasteReportButton.connect("clicked(bool)", self.on_paste_report)
        ui.studyReportButton.connect("clicked(bool)", self.on_study_report)

    @property
    def report_text(self) -> str | None:
        """The chosen report's text, None where there is none, or nothing in it."""
        node = self.report_node
        text = (node.GetText() or "") if node is not None else ""
        return text if text.strip() else None

    @property
    def report_node(self) -> Any:
        """The node of the chosen report, or None."""
        parameters = self._parameters()
        return parameters.report if parameters is not None else None

    def update(self) -> None:
        """Read the chosen volumes again, if they are others or were changed, and say what they are."""
        parameters = self._parameters()
        if parameters is None:
            return
        volumes = [node for node in (parameters.scan, parameters.otherView) if node is not None]
        seen = (
            *((node.GetID(), node.GetImageData() and node.GetImageData().GetMTime()) for node in volumes),
            parameters.declaredView,
            parameters.posteriorExport,
        )
        if seen != self._seen:
            self._seen = seen
            self._read(volumes, parameters)
        self._tell()

    def forget(self) -> None:
        """Forget the scan: the scene was closed."""
        self.scan, self.fault, self._seen = None, "", ()
        self._tell()

    # ---- reports ----------------------------------------------------------------------------------------------------

    def on_open_report(self, _checked: bool = False) -> None:
        """Ask for a file and read the report in it."""
        chosen = qt.QFileDialog.getOpenFileName(
            slicer.util.mainWindow(),
            _("Open the report"),
            "",
            f"{_('Reports')} ({_REPORT_FILES});;{_('All files')} (*)",
        )
        if chosen:
            self.open_report(Path(chosen))

    def open_report(self, path: Path) -> None:
        """Read the report in a file into the scene; what is wrong with it is said in a sentence."""
        try:
            with path.open("rb") as file:
                is_pdf = file.read(5) == b"%PDF-"
            if is_pdf:
                ensure_package(PDF_PACKAGE, _("Reading a report from a PDF needs a Python package:"))
            accession = self.scan.identity.accession_number if self.scan else ""
            report = read_report(path, scan_accession=accession)
        except OSError as error:
            slicer.util.errorDisplay(
                _("{file} cannot be opened: {reason}").format(file=path.name, reason=error.strerror)
            )
        except (InputError, DependencyFailure) as error:
            slicer.util.errorDisplay(sentence_words(str(error)))
        except DependencyRefused:
            return
        else:
            self.use_report(report.text)

    def on_paste_report(self, _checked: bool = False) -> None:
        """Ask for the report's words; those of the chosen report are there to be changed."""
        before = self.report_text or str(qt.QApplication.clipboard().text())
        text = ask_for_text(_("Report"), _("The diagnostic report, in Chinese or English:"), before)
        if text is not None and text.strip():
            self.use_report(text)

    def on_study_report(self, _checked: bool = False) -> None:
        """Take the DICOM report of the scan's study, asking which where there are several."""
        study = self.scan.identity.study_instance_uid if self.scan else ""
        reports = reports_of_study(study)
        if not reports:
            slicer.util.infoDisplay(
                _("The DICOM database holds no report (Structured Report or PDF) of this scan's study.")
            )
            return
        if len(reports) == 1:
            self.open_report(Path(reports[0].path))
            return
        if self.menu is not None:
            self.menu.deleteLater()
        self.menu = qt.QMenu(self.ui.studyReportButton)
        for report in reports:
            action = self.menu.addAction(report.label)
            action.connect("triggered(bool)", lambda _on, path=report.path: self.open_report(Path(path)))
        self.menu.popup(qt.QCursor.pos())

    def use_report(self, text: str) -> None:
        """Put a report's text into the scene and choose it."""
        parameters = self._parameters()
        node = add_text(slicer.mrmlScene, text, _("Bone scan report"))
        if parameters.scan is not None:
            put_into_study(node, parameters.scan)
        parameters.report = node
        self._on_change()

    # ---- inside -----------------------------------------------------------------------------------------------------

    def _read(self, volumes: list[Any], parameters: Any) -> None:
        self.scan, self.fault = None, ""
        if not volumes:
            return
        try:
            self.scan = scan_of_volumes(
                volumes,
                view=parameters.declaredView.view,
                flip_posterior=parameters.posteriorExport.flip_posterior,
                file_of_instance=file_of_instance,
            )
        except InputError as error:
            self.fault = sentence_words(str(error))

    def _tell(self) -> None:
        label = self.ui.recognisedLabel
        if self.scan is not None:
            recognised = _("Recognised: {scan}").format(scan=scan_words(self.scan))
            no_model = []
            if self._model.is_missing(self.scan):
                no_model.append(_("There is no model for SPECT: it can be looked at."))
            label.text = "\n".join((recognised, *no_model, *map(sentence_words, self.scan.warnings)))
        else:
            label.text = self.fault or _("Choose a bone scan: from the DICOM database, a file, or Sample Data.")
        self.ui.studyReportButton.enabled = bool(self.scan and self.scan.identity.study_instance_uid)


def ask_for_text(title: str, question: str, before: str) -> str | None:
    """Ask for several lines of text; None where the user cancels."""
    dialog = qt.QDialog(slicer.util.mainWindow())
    dialog.setWindowTitle(title)
    layout = qt.QVBoxLayout(dialog)
    layout.addWidget(qt.QLabel(question))
    editor = qt.QPlainTextEdit()
    editor.plainText = before
    editor.setMinimumSize(480, 320)
    layout.addWidget(editor)
    buttons = qt.QDialogButtonBox()
    # Not given at once: "|" makes a number, which PythonQt may take for an orientation.
    buttons.setStandardButtons(qt.QDialogButtonBox.Ok | qt.QDialogButtonBox.Cancel)
    buttons.connect("accepted()", dialog.accept)
    buttons.connect("rejected()", dialog.reject)
    layout.addWidget(buttons)
    accepted = dialog.exec_()
    text = str(editor.plainText)
    dialog.deleteLater()  # a child of the main window would keep the report until Slicer ends
    return text if accepted == qt.QDialog.Accepted else None
