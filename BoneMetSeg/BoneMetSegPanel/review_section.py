"""The panel's results: summary, quality, the table of hot spots, the report, and what the reader does with them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import slicer
from slicer.i18n import tr as _

from BoneMetSegLib.errors import InputError
from BoneMetSegLib.hot_spots import HotSpot
from BoneMetSegLib.result_document import Case
from BoneMetSegLib.review_session import Step
from BoneMetSegLib.scan import SPECT_VIEW, SpectScan
from BoneMetSegLib.scene_review import SceneReview
from BoneMetSegLib.skeleton import Place

from .burden_table import BurdenTable
from .concordance_words import concordance_words
from .hot_spot_table import HotSpotTable
from .library_words import sentence_words
from .report_view import report_html
from .views import Views
from .words import change_words, step_word, summary_words


class ReviewSection:
    """Shows a case and changes it as the reader decides.

    Parameters
    ----------
    ui : namespace
        The form's widgets.
    parameters : callable
        Returns the parameter node, or None.
    views : Views
        Where the case is looked at.
    on_step : callable
        Called after each step of the review, undo and redo.
    """

    def __init__(
        self, ui: Any, parameters: Callable[[], Any], views: Views, on_step: Callable[[], None] = lambda: None
    ) -> None:
        self.ui, self._parameters, self._views, self._on_step = ui, parameters, views, on_step
        self.review: SceneReview | None = None
        self._drawn_case: Case | None = None
        self._drawn_physiological = self._has_surfaces = False
        self.table = HotSpotTable(
            ui.hotSpotTable, self.select, self._tick, self._change(self._set_class), self._change(self._set_place)
        )
        self.burden_table = BurdenTable(ui.burdenCollapsibleButton, ui.burdenTable, ui.burdenLabel)
        for button, action in (
            (ui.acceptButton, self.accept),
            (ui.rejectButton, self.reject),
            (ui.nextButton, self.select_next),
            (ui.previousButton, self.select_previous),
            (ui.undoButton, self.undo),
            (ui.redoButton, self.redo),
            (ui.editSegmentsButton, self.edit_outlines),
            (ui.updateMeasurementsButton, self.update_measurements),
        ):
            button.connect("clicked(bool)", lambda _checked, action=action: action())
        self.update()

    def show(self, review: SceneReview | None) -> None:
        """Show a case, or none."""
        if self.review is not None and self.review is not review:
            self.review.on_change = lambda: None
        self.review, self._drawn_case = review, None
        self._has_surfaces = review is not None  # it may have been left so
        self.ui.resultsCollapsibleButton.collapsed = review is None
        if review is not None:
            review.on_change = self._stepped
            self._views.show(review.nodes)
        self.update()

    @property
    def case(self) -> Case | None:
        """The case that is shown."""
        return self.review.case if self.review else None

    @property
    def shows_physiological(self) -> bool:
        """Whether normal uptake is listed and drawn."""
        parameters = self._parameters()
        return bool(parameters and parameters.showPhysiological)

    # ---- what a reader does -----------------------------------------------------------------------------------------

    def select(self, spot_id: str) -> None:
        """Centre the views on a hot spot, highlight its segment, mark its phrase."""
        spot = self._spot(spot_id)
        if spot is None:
            return
        self.table.select(spot_id)
        self._views.centre_on(spot)
        self._show_report()
        self._update_buttons()

    def select_first(self) -> None:
        """Select the first hot spot and let the keys work.

        Of planar views the whole body stays in sight until the reader moves on; of a volume the planes go through it.
        """
        self.table.select(next(iter(self.table.ids), ""))
        spot = self._spot(self.table.selected_id)
        if spot is not None and SPECT_VIEW in spot.views:
            self._views.centre_on(spot)
        else:
            self._views.highlight(spot)
        self._show_report()
        self._update_buttons()
        self.ui.hotSpotTable.setFocus()

    def select_next(self) -> None:
        """Select the hot spot below."""
        self.select(self.table.neighbour_id(1))

    def select_previous(self) -> None:
        """Select the hot spot above."""
        self.select(self.table.neighbour_id(-1))

    def accept(self) -> None:
        """Count the selected hot spot as a metastasis."""
        self._decide(lambda session, spot_id: session.accept(spot_id))

    def reject(self) -> None:
        """Do not count the selected hot spot."""
        self._decide(lambda session, spot_id: session.reject(spot_id))

    def toggle_accepted(self) -> None:
        """Accept the selected hot spot, or reject it if it is accepted."""
        spot = self._spot(self.table.selected_id)
        if spot is not None:
            self.reject() if spot.accepted else self.accept()

    def undo(self) -> None:
        """Take the last step back; outlines edited since are that step."""
        if self.review:
            self.take_edits()
            self.review.session.undo()

    def redo(self) -> None:
        """Take the step again that was taken back last."""
        if self.review:
            self.review.session.redo()

    def edit_outlines(self) -> None:
        """Open Slicer's Segment Editor on the segmentation of the view that shows the selected hot spot."""
        if self.review is None:
            return
        spot = self._spot(self.table.selected_id)
        view = next(iter(spot.views if spot else self.review.nodes.segmentations))
        segmentation, volume = self.review.nodes.segmentations[view], self.review.nodes.volumes[view]
        slicer.util.selectModule("SegmentEditor")
        editor = slicer.modules.segmenteditor.widgetRepresentation().self().editor
        editor.setSegmentationNode(segmentation)
        editor.setSourceVolumeNode(volume)
        if spot is not None:
            editor.setCurrentSegmentID(spot.segment_id(view))

    def update_measurements(self) -> None:
        """Measure again what was edited in the segmentations."""
        if self.review is None:
            return
        with slicer.util.tryWithErrorDisplay(_("The measurements could not be updated."), waitCursor=True):
            before = self.review.session.step_to_undo
            self.review.take_outlines()
            if self.review.session.step_to_undo is before:
                self._say(_("No outline was changed since the last measurement."))
            else:
                self._say(_("Measured again."))

    def take_edits(self) -> None:
        """Take outlines that were edited and not measured yet: a step on the old ones would lose them."""
        if self.review is not None:
            self.review.take_outlines()

    # ---- what is shown ----------------------------------------------------------------------------------------------

    def update(self) -> None:
        """Show the case as it is now."""
        case, ui = self.case, self.ui
        ui.resultsCollapsibleButton.enabled = case is not None
        self._refresh_scene()
        self._show_kind()
        ui.summaryLabel.text = summary_words(case) if case else _("Nothing is segmented yet.")
        self._show_quality()
        self.burden_table.fill(case, self._lang)
        self.table.fill(
            self._listed(),
            self._lang,
            self.table.selected_id,
            case.concordance if case else None,
            case.scan.quantity if case and isinstance(case.scan, SpectScan) else None,
        )
        self._show_report()
        self._show_changes()
        self._update_buttons()
        self._views.highlight(self._spot(self.table.selected_id))

    def _refresh_scene(self) -> None:
        """Draw what changed; without a change the segments stay as a reader may be editing them."""
        wanted = self.shows_physiological
        if self.review is None or (self._drawn_case is self.case and self._drawn_physiological == wanted):
            return
        if self._drawn_case is self.case:
            self.take_edits()
        self._drawn_case, self._drawn_physiological = self.case, wanted
        self.review.show(physiological=self.shows_physiological)

    def _show_kind(self) -> None:
        """Show what is of use for this kind of scan: planar views are linked, a volume has surfaces and no regions."""
        ui, parameters = self.ui, self._parameters()
        is_volume = self.case is not None and isinstance(self.case.scan, SpectScan)
        ui.linkZoomCheckBox.visible, ui.surfacesCheckBox.visible = not is_volume, is_volume
        ui.burdenCollapsibleButton.text = _("Burden in the volume") if is_volume else _("Burden by region")
        wants_surfaces = bool(parameters and parameters.showSurfaces)
        if is_volume and (wants_surfaces or self._has_surfaces):  # else they are the Segment Editor's to show
            self._views.draw_surfaces(is_wanted=wants_surfaces)
        self._has_surfaces = is_volume and wants_surfaces

    def _show_quality(self) -> None:
        flags = self.case.quality if self.case else ()
        button = self.ui.qualityCollapsibleButton
        button.visible = bool(flags)
        button.text = _("Quality: 1 note") if len(flags) == 1 else _("Quality: {n} notes").format(n=len(flags))
        self.ui.qualityLabel.text = "\n".join(f"\N{BULLET} {sentence_words(flag.sentence)}" for flag in flags)

    def _say(self, sentence: str) -> None:
        self.ui.statusLabel.text = sentence

    @property
    def _lang(self) -> str:
        return self.review.lang if self.review else "en"

    def _listed(self) -> list[HotSpot]:
        if self.case is None:
            return []
        return [
            spot
            for spot in self.case.hot_spots
            if self.shows_physiological or spot.hot_spot_class != "physiological" or spot.edited_by
        ]

    def _show_report(self) -> None:
        case, browser = self.case, self.ui.reportBrowser
        self.ui.concordanceLabel.visible = case is not None and case.report is not None
        if case is None or case.report is None:
            browser.html = _("There is no report yet. It can be added later: choose it above and press Add report.")
            return
        self.ui.concordanceLabel.text = concordance_words(case, self._lang, self.table.selected_id)
        browser.html = report_html(case.report.text, case.hot_spots, self.table.selected_id, case.concordance)
        browser.scrollToAnchor("selected")

    def _show_changes(self) -> None:
        """Say what the report that came later changed."""
        found = self.case.changes if self.case else ()
        self.ui.changesLabel.visible = bool(found)
        # That there was no report before, and that it left a hot spot as it was, is no change.
        changes = [change for change in found if (change.before, change.after) != ("no report", "unchanged")]
        numbers = {spot.id: f"{spot.number:02d}" for spot in self.case.hot_spots} if self.case else {}
        lines = [change_words(change, numbers.get(change.id, change.id)) for change in changes]
        heading = _("The report changed:") if changes else _("The report changed nothing.")
        self.ui.changesLabel.text = "\n".join([heading, *lines]) if found else ""

    def _update_buttons(self) -> None:
        ui, session = self.ui, self.review.session if self.review else None
        spot = self._spot(self.table.selected_id)
        ui.acceptButton.enabled = spot is not None and not (spot.accepted and spot.hot_spot_class == "metastasis")
        ui.rejectButton.enabled = spot is not None and spot.accepted
        ui.previousButton.enabled = ui.nextButton.enabled = bool(self.table.ids)
        ui.undoButton.enabled = session is not None and session.can_undo
        ui.redoButton.enabled = session is not None and session.can_redo
        ui.undoButton.toolTip = _step_tip(_("Undo: {step} (Ctrl+Z)"), session.step_to_undo if session else None)
        ui.redoButton.toolTip = _step_tip(_("Redo: {step} (Ctrl+Y)"), session.step_to_redo if session else None)

    # ---- inside -----------------------------------------------------------------------------------------------------

    def _stepped(self) -> None:
        self.update()
        self._on_step()

    def _spot(self, spot_id: str) -> HotSpot | None:
        return next((spot for spot in self.case.hot_spots if spot.id == spot_id), None) if self.case else None

    def _decide(self, decide: Callable[[Any, str], None]) -> None:
        spot_id = self.table.selected_id
        if self.review is not None and spot_id:
            self.take_edits()
        if self.review is not None and self._spot(spot_id) is not None:
            decide(self.review.session, spot_id)

    def _tick(self, spot_id: str, is_accepted: bool) -> None:
        if self.review is not None:
            self.take_edits()
        if self.review is not None and self._spot(spot_id) is not None:
            (self.review.session.accept if is_accepted else self.review.session.reject)(spot_id)

    def _change(self, change: Callable[[str, Any], None]) -> Callable[[str, Any], None]:
        """Return a change whose impossible values are said and leave everything as it was."""

        def try_it(spot_id: str, value: Any) -> None:
            try:
                self.take_edits()
                if self._spot(spot_id) is not None:
                    change(spot_id, value)
            except InputError as error:
                slicer.util.errorDisplay(sentence_words(str(error)))
                self.update()

        return try_it

    def _set_class(self, spot_id: str, name: str) -> None:
        if self.review is not None:
            self.review.session.set_class(spot_id, name)

    def _set_place(self, spot_id: str, place: Place) -> None:
        if self.review is not None:
            self.review.session.set_place(spot_id, place)


def _step_tip(words: str, step: Step | None) -> str:
    if step is None:
        return words.format(step="-")
    return words.format(step=f"{step_word(step.what)} {step.spot_id}".strip())
