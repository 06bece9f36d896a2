"""The panel as a whole: its sections, what one tells the other, keys, case folders."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import qt
import slicer
from slicer.i18n import tr as _

from BoneMetSegLib.bundle import open_bundle
from BoneMetSegLib.case_folder import check_destination, read_case, same_scan, whole_folder, write_case
from BoneMetSegLib.errors import InputError
from BoneMetSegLib.resources import resource_path
from BoneMetSegLib.result_document import Case
from BoneMetSegLib.scene_nodes import SceneNodes
from BoneMetSegLib.scene_review import SceneReview
from BoneMetSegLib.scene_scan import volumes_of_views
from BoneMetSegLib.scene_store import stored_cases
from BoneMetSegLib.scene_transform import follow_transforms

from .dependencies import (
    PICTURE_PACKAGE,
    DependencyFailure,
    DependencyRefused,
    ensure_package,
    set_wheels_folder,
    wheels_folder,
)
from .inputs_section import InputsSection
from .review_section import ReviewSection
from .run_section import RunSection
from .segmentation_job import JobRequest
from .translation import report_language
from .views import Views

_EDITOR_SETTING = "BoneMetSeg/Editor"


class Panel:
    """Wires the form.

    Parameters
    ----------
    ui : namespace
        The form's widgets.
    parameters : callable
        Returns the parameter node, or None while there is none.
    """

    def __init__(self, ui: Any, parameters: Callable[[], Any]) -> None:
        self.ui, self._parameters = ui, parameters
        self.views = Views(ui)
        self.inputs = InputsSection(ui, parameters, self.update)
        self.results = ReviewSection(ui, parameters, self.views)
        self.run = RunSection(ui, self._request, self._show_result, self._adds_report)
        self._described_bundle: str | None = None
        self._updating = False
        ui.saveCaseButton.connect("clicked(bool)", self.on_save_case)
        ui.loadCaseButton.connect("clicked(bool)", self.on_load_case)
        ui.bundlePathLineEdit.connect("currentPathChanged(QString)", self._bundle_chosen)
        ui.wheelsPathLineEdit.currentPath = str(wheels_folder() or "")
        ui.wheelsPathLineEdit.connect("currentPathChanged(QString)", self._wheels_chosen)
        ui.editorLineEdit.text = str(qt.QSettings().value(_EDITOR_SETTING, "") or "")
        ui.editorLineEdit.connect("editingFinished()", self._editor_chosen)
        self._shortcuts = self._make_shortcuts()
        self.leave()

    # ---- life -------------------------------------------------------------------------------------------------------

    def enter(self) -> None:
        """The user opened the module: keys work, and what changed meanwhile is shown."""
        for shortcut in self._shortcuts:
            shortcut.enabled = True
        if self.results.review is None:
            self.resume()
        self.update()

    def leave(self) -> None:
        """The user opened another module: keys are Slicer's again."""
        for shortcut in self._shortcuts:
            shortcut.enabled = False

    def close(self) -> None:
        """The module is closed: nothing of it goes on."""
        self.run.stop()
        self.results.show(None)
        self.views.forget()
        for shortcut in self._shortcuts:
            shortcut.enabled = False
            shortcut.setParent(None)
        self._shortcuts = []

    def forget_scene(self) -> None:
        """The scene is closed: what runs for it is cancelled."""
        self.run.cancel()
        self.results.show(None)
        self.views.forget()
        self.inputs.forget()

    def resume(self) -> None:
        """Take up the case of a scene that was read: results, review and views as they were."""
        parameters = self._parameters()
        if parameters is None or self.results.review is not None:
            return
        cases = stored_cases(slicer.mrmlScene)
        # Without a choice the last one, but not where another scan is chosen that has no case yet.
        chosen = parameters.currentCase
        case = chosen if chosen in cases else next(reversed(cases), None) if parameters.scan is None else None
        if case is None:
            return
        try:
            review = SceneReview.resume(case, self.editor, report_language())
        except InputError as error:
            self.ui.statusLabel.text = str(error)
            return
        self._take(review)

    def show_scan(self, nodes: SceneNodes) -> None:
        """Show a scan that was just loaded, in place of the case shown so far, which stays in the scene."""
        self.results.show(None)
        parameters = self._parameters()
        if parameters is not None:
            parameters.currentCase = None
        self.views.show(nodes)

    def update(self) -> None:
        """Show what the parameters say now."""
        parameters = self._parameters()
        if parameters is None or self._updating:
            return
        self._updating = True
        try:
            self.inputs.update()
            self._describe_bundle(parameters.bundleFolder)
            if self.views.is_linked != parameters.linkViews:
                self.views.link(is_linked=parameters.linkViews)
            self.results.update()
            self.run.update()
        finally:
            self._updating = False

    @property
    def editor(self) -> str:
        """Who reviews, as it is written beside what was changed."""
        return str(self.ui.editorLineEdit.text).strip() or "reader"

    # ---- segmentation -----------------------------------------------------------------------------------------------

    def _request(self) -> tuple[JobRequest | None, str]:
        parameters = self._parameters()
        if parameters is None:
            return None, ""
        scan = self.inputs.planar_scan
        if scan is None:
            if self.inputs.scan is not None:
                return None, _("This is a SPECT volume, and there is no model for SPECT.")
            return None, self.inputs.fault or _("Choose a scan first")
        bundle = Path(parameters.bundleFolder) if parameters.bundleFolder.strip() else None
        if bundle is not None and not (bundle / "bundle.json").is_file():
            return None, _("{folder} is no model: it holds no bundle.json").format(folder=bundle.name)
        return JobRequest(scan, self.inputs.report_text, bundle, parameters.device.value), ""

    def _adds_report(self) -> bool:
        """Whether the shown case is of this scan and the chosen report is not its own yet."""
        case, scan, text = self.results.case, self.inputs.planar_scan, self.inputs.report_text
        if case is None or scan is None or text is None or not same_scan(case, scan):
            return False
        return case.report is None or case.report.text != text

    def _show_result(self, case: Case, request: JobRequest) -> None:
        parameters = self._parameters()
        if parameters is None:
            return
        shown = self.results.review
        if shown is not None and same_scan(shown.case, request.scan):
            if case.report is not None:
                shown.add_report(case, parameters.report)
                return
            if shown.session.is_reviewed and not slicer.util.confirmYesNoDisplay(
                _("This scan has been reviewed already. Segment anew, and lose the review?"), "BoneMetSeg"
            ):
                return
            self.results.show(None)
            self.views.forget()
            shown.remove()
        chosen = [node for node in (parameters.scan, parameters.otherView) if node is not None]
        review = SceneReview.begin(
            case,
            scene=slicer.mrmlScene,
            volumes=volumes_of_views(chosen),
            report_node=parameters.report if case.report is not None else None,
            editor=self.editor,
            lang=report_language(),
        )
        follow_transforms(review.nodes, chosen)
        self._take(review)

    def _take(self, review: SceneReview) -> None:
        parameters = self._parameters()
        parameters.currentCase = review.case_node
        self.results.show(review)

    # ---- case folders -----------------------------------------------------------------------------------------------

    def on_save_case(self, _checked: bool = False) -> None:
        """Ask for a folder and write the case."""
        chosen = qt.QFileDialog.getExistingDirectory(
            slicer.util.mainWindow(), _("Save the case to a new or empty folder")
        )
        if chosen:
            self.save_case(Path(chosen))

    def save_case(self, folder: Path) -> None:
        """Write the case to a folder; one that holds a case already is replaced after a question."""
        case = self.results.case
        if case is None:
            return
        try:
            self._check_folder(folder)
            pictures = self._pictures_wanted()
            with slicer.util.tryWithErrorDisplay(show=False, waitCursor=True), whole_folder(folder) as partial:
                write_case(partial, case, lang=report_language(), scene=False, pictures=pictures)
        except (InputError, DependencyFailure) as error:
            slicer.util.errorDisplay(str(error))
        except DependencyRefused:
            return
        else:
            self.ui.statusLabel.text = _("Saved to {folder}. The scene itself is saved with File > Save.").format(
                folder=folder
            )

    def on_load_case(self, _checked: bool = False) -> None:
        """Ask for a case's folder and show it."""
        chosen = qt.QFileDialog.getExistingDirectory(slicer.util.mainWindow(), _("Open a case's folder"))
        if chosen:
            self.load_case(Path(chosen))

    def load_case(self, folder: Path) -> None:
        """Show the case of a folder, with its edits."""
        try:
            case = read_case(folder, self.editor)
        except InputError as error:
            slicer.util.errorDisplay(str(error))
            return
        review = SceneReview.begin(case, scene=slicer.mrmlScene, editor=self.editor, lang=report_language())
        parameters = self._parameters()
        views = list(review.nodes.volumes.values())
        parameters.scan, parameters.otherView = views[0], views[1] if len(views) > 1 else None
        parameters.report = review.nodes.text
        self._take(review)
        self.ui.statusLabel.text = _("Loaded from {folder}.").format(folder=folder)

    def _check_folder(self, folder: Path) -> None:
        try:
            check_destination(folder)
        except InputError:
            check_destination(folder, overwrite=True)
            question = _("{folder} holds a case already. Replace it?").format(folder=folder.name)
            if not slicer.util.confirmYesNoDisplay(question, "BoneMetSeg"):
                raise DependencyRefused from None

    @staticmethod
    def _pictures_wanted() -> bool:
        """Whether overlay.png can be drawn; where its package is missing the user is asked."""
        try:
            ensure_package(
                PICTURE_PACKAGE, _("The picture overlay.png needs a Python package; Cancel saves without it:")
            )
        except (DependencyRefused, DependencyFailure):
            return False
        return True

    # ---- settings and keys ------------------------------------------------------------------------------------------

    def _bundle_chosen(self, path: str) -> None:
        parameters = self._parameters()
        if parameters is not None and not self._updating:
            parameters.bundleFolder = str(path)

    def _describe_bundle(self, folder: str) -> None:
        """Say what the chosen model is, or what is wrong with it."""
        if folder == self._described_bundle:
            return
        self._described_bundle = folder
        if str(self.ui.bundlePathLineEdit.currentPath) != folder:
            self.ui.bundlePathLineEdit.currentPath = folder
        try:
            about = open_bundle(Path(folder) if folder.strip() else resource_path("Models", "planar")).description
        except InputError as error:
            self.ui.modelLabel.text = str(error)
            return
        self.ui.modelLabel.text = _("Model {name} {version}: {use}").format(
            name=about["name"], version=about["version"], use=about["intended_use"]
        )

    @staticmethod
    def _wheels_chosen(path: str) -> None:
        set_wheels_folder(Path(path) if str(path).strip() else None)

    def _editor_chosen(self) -> None:
        qt.QSettings().setValue(_EDITOR_SETTING, str(self.ui.editorLineEdit.text).strip())
        if self.results.review is not None:
            self.results.review.session.editor = self.editor

    def _make_shortcuts(self) -> list[Any]:
        """Make the keys of the review; in a field where one types they are letters."""
        window = slicer.util.mainWindow()
        keys = (
            ("A", self.results.accept),
            ("X", self.results.reject),
            ("N", self.results.select_next),
            ("P", self.results.select_previous),
            ("I", self.views.next_intensity),
            ("Ctrl+Z", self.results.undo),
            ("Ctrl+Y", self.results.redo),
        )
        shortcuts = []
        for key, action in keys if window is not None else ():
            shortcut = qt.QShortcut(qt.QKeySequence(key), window)
            shortcut.connect("activated()", action)
            shortcuts.append(shortcut)
        return shortcuts
