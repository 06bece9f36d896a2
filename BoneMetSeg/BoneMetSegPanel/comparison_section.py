"""The panel's comparison with earlier scans: what is compared, the finding, the scans side by side, the timeline."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any

import qt
import slicer
from slicer.i18n import tr as _

from BoneMetSegLib.comparison import Comparison, LesionCourse
from BoneMetSegLib.comparison_folder import check_comparison_destination, write_comparison
from BoneMetSegLib.errors import InputError
from BoneMetSegLib.followup import compare_cases
from BoneMetSegLib.result_document import Case
from BoneMetSegLib.same_patient import are_of_one_patient, day_of, parsed_day
from BoneMetSegLib.scan import SpectScan
from BoneMetSegLib.scene_review import SceneReview

from .comparison_table import ComparisonTable
from .comparison_words import comparison_words, scan_words
from .dependencies import PICTURE_PACKAGE, DependencyFailure, DependencyRefused, ensure_package
from .language import report_language
from .library_words import sentence_words
from .picture_window import PictureWindow
from .prior_cases import PriorCases
from .views import Views


class ComparisonSection:
    """Compares the case that is shown with earlier ones, and shows the finding until it is closed.

    Parameters
    ----------
    ui : namespace
        The form's widgets.
    review : callable
        Returns the review of the case that is shown, or None.
    views : Views
        Where the scans are looked at.
    say : callable
        Shows a sentence below the panel's button.
    """

    def __init__(
        self, ui: Any, review: Callable[[], SceneReview | None], views: Views, say: Callable[[str], None]
    ) -> None:
        self.ui, self._review, self._views, self._say = ui, review, views, say
        self.comparison: Comparison | None = None
        self._compared_case: Case | None = None
        self._filling = False
        self._timeline = PictureWindow(_("Timeline"))
        self.priors = PriorCases(ui, self._current_node, self._priors_changed)
        self.table = ComparisonTable(ui.comparisonTable, self._select)
        for button, action in (
            (ui.compareButton, self.compare),
            (ui.closeComparisonButton, self.close),
            (ui.timelineButton, self.show_timeline),
            (ui.saveComparisonButton, self.ask_where_to_save),
        ):
            button.connect("clicked(bool)", lambda _checked, action=action: action())
        ui.besideComboBox.connect("currentIndexChanged(int)", lambda _index: self._show_beside())
        self.update()

    # ---- what a reader does -----------------------------------------------------------------------------------------

    def compare(self) -> None:
        """Compare, and show the finding; what cannot be compared is said and nothing changes."""
        review = self._review()
        if review is None or not self.priors.listed:
            return
        try:
            start = self._treatment_start()
            review.take_outlines()
            with slicer.util.WaitCursor():
                cases = [prior.read(review.session.editor) for prior in self.priors.listed]
            cases.append(review.case)
            answers = self._asked(cases)
            if answers is None:
                return
            is_one_patient, keep_order = answers
            names = [*(prior.name for prior in self.priors.listed), _("the case shown")]
            with slicer.util.WaitCursor():
                comparison = compare_cases(
                    cases,
                    names=names,
                    treatment_start=None if keep_order else start,
                    keep_order=keep_order,
                    same_patient=is_one_patient,
                )
        except InputError as error:
            slicer.util.errorDisplay(sentence_words(str(error)))
            return
        self._show(comparison, review.case)

    def close(self) -> None:
        """Take the comparison away: the case is shown as it was before, and nothing is left in the scene."""
        self.comparison = self._compared_case = None
        self._views.forget_comparison()
        self._timeline.close()
        self.update()

    def show_timeline(self) -> None:
        """Draw burden and lesions over time in a window of its own."""
        if self.comparison is None or not self._may_draw():
            return
        from BoneMetSegLib.figure_timeline import draw_timeline

        path = Path(slicer.app.temporaryPath) / "BoneMetSeg-timeline.png"
        try:
            with slicer.util.WaitCursor():
                draw_timeline(self.comparison, path, lang=report_language())
                self._timeline.show(path)
        finally:
            path.unlink(missing_ok=True)

    def ask_where_to_save(self) -> None:
        """Ask for a folder and write the comparison."""
        chosen = qt.QFileDialog.getExistingDirectory(
            slicer.util.mainWindow(), _("Save the comparison to a new or empty folder")
        )
        if chosen:
            self.save(Path(chosen))

    def save(self, folder: Path) -> None:
        """Write what ``bonemetseg compare`` writes; an earlier comparison is replaced after a question."""
        if self.comparison is None or not self._may_draw():
            return
        try:
            if not _may_replace(folder):
                return
            with slicer.util.WaitCursor():
                write_comparison(folder, self.comparison, lang=report_language())
        except InputError as error:
            slicer.util.errorDisplay(sentence_words(str(error)))
        else:
            self._say(_("The comparison is saved to {folder}.").format(folder=folder))

    # ---- what the panel tells ---------------------------------------------------------------------------------------

    def forget_priors(self) -> None:
        """Another patient's scan, or none: earlier cases and treatment start are not this one's."""
        self.close()
        self.priors.forget()
        self.ui.treatmentStartLineEdit.text = ""

    def forget_node(self, node: Any) -> None:
        """A node was deleted: a comparison that needs it ends."""
        self.priors.forget(node=node)
        if self._views.shows_in_comparison(node):
            self.close()

    def update(self) -> None:
        """Show what can be done now, and whether the finding is still that of the review."""
        ui, review = self.ui, self._review()
        is_volume = review is not None and isinstance(review.case.scan, SpectScan)
        ui.comparisonCollapsibleButton.enabled = review is not None and not is_volume
        ui.comparisonCollapsibleButton.toolTip = (
            _("This is a SPECT volume; only planar scans are compared")
            if is_volume
            else _("What became of each lesion since earlier scans of this patient")
        )
        self.priors.update()
        ui.compareButton.enabled = review is not None and bool(self.priors.listed)
        ui.compareButton.toolTip = (
            _("Find what became of each lesion since the earlier scans")
            if self.priors.listed
            else _("Add an earlier case first")
        )
        is_shown = self.comparison is not None
        for widget in (ui.closeComparisonButton, ui.timelineButton, ui.saveComparisonButton, ui.besideComboBox):
            widget.enabled = is_shown
        ui.comparisonTable.visible = is_shown
        ui.besideLabel.visible = ui.besideComboBox.visible = is_shown
        self.table.fill(self.comparison, report_language())
        lines = comparison_words(self.comparison) if self.comparison is not None else []
        if is_shown and review is not None and review.case is not self._compared_case:
            lines.insert(0, _("The review went on since: press Compare again."))
        ui.comparisonLabel.text = "\n".join(lines)
        ui.comparisonLabel.visible = bool(lines)

    # ---- inside -----------------------------------------------------------------------------------------------------

    def _priors_changed(self) -> None:
        self.close()  # it was of other scans

    def _current_node(self) -> Any:
        review = self._review()
        return None if review is None else review.case_node

    def _treatment_start(self) -> dt.date | None:
        text = str(self.ui.treatmentStartLineEdit.text).strip()
        day = parsed_day(text)
        if text and day is None:
            raise InputError(_("Treatment start: {text} is no date; write it as 2024-05-01.").format(text=text))
        return day

    @staticmethod
    def _asked(cases: list[Case]) -> tuple[bool, bool] | None:
        """Ask what the cases do not say: (they are of one patient, the list is the order of time); None to stop."""
        identities = [case.scan.identity for case in cases]
        unknown = any(are_of_one_patient(one, other) is None for one, other in combinations(identities, 2))
        if unknown and not slicer.util.confirmYesNoDisplay(
            _("These cases do not all say whose they are (de-identified, or no patient ID). Are they of one patient?"),
            "BoneMetSeg",
        ):
            return None
        undated = any(day_of(case) is None for case in cases)
        if undated and not slicer.util.confirmYesNoDisplay(
            _(
                "Not all of these scans have a date. Are they listed in the order of time, the case shown being the "
                "last? New lesions are listed then, without a category."
            ),
            "BoneMetSeg",
        ):
            return None
        return unknown, undated

    def _show(self, comparison: Comparison, case: Case) -> None:
        self.comparison, self._compared_case = comparison, case
        self._filling = True
        self.ui.besideComboBox.clear()
        for index in self._beside():
            self.ui.besideComboBox.addItem(scan_words(comparison, index))
        own = self._own()
        self.ui.besideComboBox.currentIndex = self._beside().index(own - 1 if own else 1)
        self._filling = False
        self.update()
        self._show_beside()

    def _own(self) -> int:
        """Return which of the scans is the case that is shown."""
        scans = self.comparison.scans if self.comparison else ()
        return next(index for index, scan in enumerate(scans) if scan.case is self._compared_case)

    def _beside(self) -> list[int]:
        """Return the scans that can be shown beside it."""
        return [index for index in range(len(self.comparison.scans)) if index != self._own()] if self.comparison else []

    def _show_beside(self) -> None:
        chosen = self.ui.besideComboBox.currentIndex
        if self._filling or self.comparison is None or not 0 <= chosen < len(self._beside()):
            return
        first, second = sorted((self._beside()[chosen], self._own()))
        self._views.show_comparison(self.comparison, (first, second))

    def _select(self, lesion: LesionCourse) -> None:
        self._views.centre_comparison_on(lesion)

    @staticmethod
    def _may_draw() -> bool:
        """Whether pictures can be drawn; where their package is missing the user is asked."""
        try:
            ensure_package(PICTURE_PACKAGE, _("The pictures of a comparison need a Python package:"))
        except DependencyRefused:
            return False
        except DependencyFailure as error:
            slicer.util.errorDisplay(str(error))
            return False
        return True


def _may_replace(folder: Path) -> bool:
    """Say whether a comparison may be written, asking before an earlier one is replaced; raises InputError if not."""
    try:
        check_comparison_destination(folder)
    except InputError:
        check_comparison_destination(folder, overwrite=True)
        question = _("{folder} holds a comparison already. Replace it?").format(folder=folder.name)
        return bool(slicer.util.confirmYesNoDisplay(question, "BoneMetSeg"))
    return True
