"""The panel as a whole: its sections, what one tells the other, keys, case folders."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import qt
import slicer
from slicer.i18n import tr as _

from BoneMetSegLib.case_folder import check_destination, read_case, same_scan, whole_folder, write_case
from BoneMetSegLib.errors import InputError
from BoneMetSegLib.result_document import Case
from BoneMetSegLib.scan import SPECT_VIEW, SpectScan
from BoneMetSegLib.scene_nodes import SceneNodes
from BoneMetSegLib.scene_review import SceneReview
from BoneMetSegLib.scene_scan import case_of_views, volumes_of_views
from BoneMetSegLib.scene_transform import follow_transforms

from .comparison_section import ComparisonSection
from .dependencies import (
    PICTURE_PACKAGE,
    DependencyFailure,
    DependencyRefused,
    ensure_package,
    set_wheels_folder,
    wheels_folder,
)
from .inputs_section import InputsSection
from .language import report_language
from .library_words import sentence_words
from .model_choice import ModelChoice
from .review_keys import ReviewKeys
from .review_section import ReviewSection
from .run_section import RunSection
from .scan_cases import case_of_scan, first_scan, remember_source
from .segmentation_job import JobRequest
from .study_of_scan import is_of_study, report_of_study
from .views import Views

_EDITOR_SETTING = "BoneMetSeg/Editor"


@dataclass(frozen=True)
class _Asked:
    """What a segmentation was asked for, while the user may choose something else.

    Attributes
    ----------
    volumes : list of vtkMRMLScalarVolumeNode
    report_node : vtkMRMLTextNode or None
    adds_to, replaces : SceneReview or None
        The case that gets its report, or is segmented anew.
    """

    volumes: list[Any]
    report_node: Any
    adds_to: SceneReview | None
    replaces: SceneReview | None


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
        self._updating = self._is_entered = False
        self._scan_id = ""
        self._reviews: dict[str, SceneReview] = {}
        self.views = Views(ui)
        self.model = ModelChoice(ui, parameters)
        self.inputs = InputsSection(ui, parameters, self.model, self.update)
        self.results = ReviewSection(ui, parameters, self.views, self._review_stepped)
        self.run = RunSection(ui, self._request, self._show_result, self._adds_report, self._may_start)
        self.comparison = ComparisonSection(ui, lambda: self.results.review, self.views, self.run.say)
        ui.saveCaseButton.connect("clicked(bool)", self.on_save_case)
        ui.loadCaseButton.connect("clicked(bool)", self.on_load_case)
        ui.wheelsPathLineEdit.currentPath = str(wheels_folder() or "")
        ui.wheelsPathLineEdit.connect("currentPathChanged(QString)", self._wheels_chosen)
        ui.editorLineEdit.text = str(qt.QSettings().value(_EDITOR_SETTING, "") or "")
        ui.editorLineEdit.connect("editingFinished()", self._editor_chosen)
        self.keys = ReviewKeys(self.results, self.views, ui.hotSpotTable)

    # ---- life -------------------------------------------------------------------------------------------------------

    def enter(self) -> None:
        """The user opened the module: keys work, and what changed meanwhile is shown."""
        self._is_entered = True
        self.keys.enable(enabled=True)
        self.resume()

    def leave(self) -> None:
        """The user opened another module: keys are Slicer's again."""
        self._is_entered = False
        self.keys.enable(enabled=False)

    def close(self) -> None:
        """The module is closed: nothing of it goes on."""
        self.run.stop()
        self._show_no_case()
        self.keys.remove()

    def forget_scene(self) -> None:
        """The scene is closed: what runs for it is cancelled."""
        self.run.cancel()
        self._reviews.clear()
        self._show_no_case()
        self._scan_id = ""
        self.inputs.forget()
        self.run.say("")

    def forget_node(self, node: Any) -> None:
        """A node was deleted: what needs it ends, and is not shown any more."""
        asked = self.run.request.context if self.run.request is not None else None
        if asked is not None and node in asked.volumes:
            self.run.cancel()
            self.run.say(_("Cancelled: a volume of the scan was deleted."))
        for key, review in list(self._reviews.items()):
            if node in (*review.nodes.volumes.values(), *review.own_nodes):
                del self._reviews[key]
                if review is self.results.review:
                    self._show_no_case()
                    self.run.say(_("A part of this case was deleted from the scene; segment the scan again."))
        self.comparison.forget_node(node)
        if node is self.inputs.report_node:
            self.update()

    def resume(self) -> None:
        """Take up what the scene holds: its scan, its case with the review, as they were."""
        parameters = self._parameters()
        if parameters is None:
            return
        if parameters.scan is None:
            parameters.scan = first_scan(slicer.mrmlScene, parameters.currentCase)
        self.update()

    def update(self) -> None:
        """Show what the parameters say now."""
        parameters = self._parameters()
        if parameters is None or self._updating:
            return
        self._updating = True
        try:
            self._follow_scan(parameters)
            self.inputs.update()
            self._show_scan(parameters)
            self.model.update(self.inputs.scan)
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

    # ---- one scan after another -------------------------------------------------------------------------------------

    def _follow_scan(self, parameters: Any) -> None:
        """Where another scan was chosen, show its case and take its report: never the report of another patient."""
        scan = parameters.scan
        scan_id = scan.GetID() if scan is not None else ""
        if scan_id == self._scan_id:
            return
        before, self._scan_id = self._scan_id, scan_id
        shown = self.results.review
        is_of_shown = (
            scan is not None
            and shown is not None
            and case_of_scan(slicer.mrmlScene, scan, shown.case_node) is shown.case_node
        )
        if is_of_shown:
            return  # the other view of the same scan
        self._show_no_case()
        if before and scan_id and not self.run.is_running:
            self.run.say("")  # it was about the other scan
        case_node = case_of_scan(slicer.mrmlScene, scan, parameters.currentCase) if scan is not None else None
        if case_node is not None and self._take_up(case_node, parameters):
            return
        if before and scan is not None:
            parameters.otherView = None
            if not is_of_study(parameters.report, scan):
                parameters.report = None
        if scan is not None and parameters.report is None:
            parameters.report = report_of_study(slicer.mrmlScene, scan)

    def _take_up(self, case_node: Any, parameters: Any) -> bool:
        try:
            review = self._reviews.get(case_node.GetID()) or SceneReview.resume(
                case_node, self.editor, report_language()
            )
        except InputError as error:
            self.run.say(sentence_words(str(error)))
            return False
        if review.nodes.text is not None or case_node is not parameters.currentCase:
            parameters.report = review.nodes.text
        self._take(review)
        return True

    def _show_scan(self, parameters: Any) -> None:
        """Show a scan that has no case yet in the layout made for it, once."""
        if not self._is_entered or self.results.review is not None or self.views.is_showing:
            return
        volumes = {}
        if isinstance(self.inputs.scan, SpectScan):
            volumes = {SPECT_VIEW: parameters.scan}
        elif self.inputs.scan is not None:
            volumes = volumes_of_views(_nodes(parameters.scan, parameters.otherView))
        if volumes:
            self.views.show(SceneNodes(slicer.mrmlScene, volumes, {}, None, None, 0, 0))

    def _show_no_case(self) -> None:
        self.comparison.forget_priors()
        self.views.forget()
        self.results.show(None)
        self.comparison.update()

    # ---- segmentation -----------------------------------------------------------------------------------------------

    def _request(self) -> tuple[JobRequest | None, str]:
        parameters = self._parameters()
        if parameters is None:
            return None, ""
        scan = self.inputs.scan
        if scan is None:
            return None, self.inputs.fault or _("Choose a scan first")
        if self.model.fault:
            return None, self.model.fault
        shown = self.results.review
        is_same = shown is not None and same_scan(shown.case, scan)
        adds = self._adds_report()
        asked = _Asked(
            _nodes(parameters.scan, parameters.otherView),
            parameters.report,
            shown if adds else None,
            shown if is_same and not adds else None,
        )
        return JobRequest(scan, self.inputs.report_text, self.model.folder, parameters.device.value, asked), ""

    def _adds_report(self) -> bool:
        """Whether the shown case is of this scan and the chosen report is not its own yet."""
        case, scan, text = self.results.case, self.inputs.scan, self.inputs.report_text
        if case is None or scan is None or text is None or not same_scan(case, scan):
            return False
        return case.report is None or case.report.text != text

    @staticmethod
    def _may_start(request: JobRequest) -> bool:
        """Ask before a review is lost."""
        replaced = request.context.replaces
        return (
            replaced is None
            or not replaced.session.is_reviewed
            or slicer.util.confirmYesNoDisplay(
                _("This scan has been reviewed already. Segment anew, and lose the review?"), "BoneMetSeg"
            )
        )

    def _show_result(self, case: Case, request: JobRequest) -> None:
        asked = request.context
        # A report that was deleted meanwhile was read all the same: the case gets a node of its own for it.
        report_node = asked.report_node if asked.report_node is not None and asked.report_node.GetScene() else None
        if asked.adds_to in self._reviews.values():
            if asked.adds_to is self.results.review:
                self.results.take_edits()
            asked.adds_to.add_report(case, report_node)
            self._choose_kept_report(asked.adds_to)
            return
        if asked.replaces is not None:
            self._show_no_case()
            self._reviews.pop(asked.replaces.case_node.GetID(), None)
            asked.replaces.remove()
        volumes = volumes_of_views(asked.volumes, case.scan)
        review = SceneReview.begin(
            case,
            scene=slicer.mrmlScene,
            volumes=volumes,
            report_node=report_node if case.report is not None else None,
            editor=self.editor,
            lang=report_language(),
            case_name=case_of_views(volumes_of_views(asked.volumes)),
        )
        follow_transforms(review.nodes, asked.volumes)
        remember_source(review.case_node, asked.volumes[0])
        self._take(review)
        self._choose_kept_report(review)
        self.results.select_first()

    def _choose_kept_report(self, review: SceneReview) -> None:
        if self._parameters().report is None and review.nodes.text is not None:
            self._parameters().report = review.nodes.text

    def _take(self, review: SceneReview) -> None:
        self._reviews[review.case_node.GetID()] = review
        review.session.editor = self.editor
        self._parameters().currentCase = review.case_node
        if review is not self.results.review:
            self.comparison.forget_priors()
        self.results.show(review)
        self.comparison.update()

    def _review_stepped(self) -> None:
        self.comparison.update()
        self.run.update()  # undo may take the report back, which can be added again then

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
        if self.results.case is None or not _may_write(folder):
            return
        self.results.take_edits()
        pictures = self._pictures_wanted()
        try:
            with slicer.util.WaitCursor(), whole_folder(folder) as partial:
                write_case(partial, self.results.case, lang=report_language(), scene=False, pictures=pictures)
        except InputError as error:
            slicer.util.errorDisplay(sentence_words(str(error)))
        else:
            self.run.say(_("Saved to {folder}. The scene itself is saved with File > Save.").format(folder=folder))

    def on_load_case(self, _checked: bool = False) -> None:
        """Ask for a case's folder and show it."""
        chosen = qt.QFileDialog.getExistingDirectory(slicer.util.mainWindow(), _("Open a case's folder"))
        if chosen:
            self.load_case(Path(chosen))

    def load_case(self, folder: Path) -> None:
        """Show the case of a folder, with its edits, beside what the scene holds already."""
        try:
            with slicer.util.WaitCursor():
                case = read_case(folder, self.editor)
                self._show_no_case()
                review = SceneReview.begin(
                    case,
                    scene=slicer.mrmlScene,
                    editor=self.editor,
                    lang=report_language(),
                    case_name=folder.name if case.deidentified else _("Bone scan"),
                )
        except InputError as error:
            slicer.util.errorDisplay(sentence_words(str(error)))
            return
        self._reviews[review.case_node.GetID()] = review
        parameters = self._parameters()
        volumes = list(review.nodes.volumes.values())
        parameters.currentCase = review.case_node
        parameters.scan = volumes[0]  # its case follows
        parameters.otherView = volumes[1] if len(volumes) > 1 else None
        self.results.select_first()
        self.run.say(_("Loaded from {folder}.").format(folder=folder))

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

    @staticmethod
    def _wheels_chosen(path: str) -> None:
        set_wheels_folder(Path(path) if str(path).strip() else None)

    def _editor_chosen(self) -> None:
        qt.QSettings().setValue(_EDITOR_SETTING, str(self.ui.editorLineEdit.text).strip())
        if self.results.review is not None:
            self.results.review.session.editor = self.editor


def _nodes(*nodes: Any) -> list[Any]:
    return [node for node in nodes if node is not None]


def _may_write(folder: Path) -> bool:
    """Say whether a case may be written there, asking before an earlier one is replaced."""
    try:
        check_destination(folder)
    except InputError:
        try:
            check_destination(folder, overwrite=True)
        except InputError:
            slicer.util.errorDisplay(
                _("{folder} holds other files. Choose a new or empty folder, or one that holds a case.").format(
                    folder=folder
                )
            )
            return False
        question = _("{folder} holds a case already. Replace it?").format(folder=folder.name)
        return bool(slicer.util.confirmYesNoDisplay(question, "BoneMetSeg"))
    return True
