"""A case under review: decisions, new outlines and a later report, each a step that can be undone (floor 4)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from .burden import burden_of
from .case_edits import (
    Decision,
    Outlines,
    decided_hot_spot,
    decision_of,
    edited_hot_spots,
    fingerprints_of,
    place_fault,
)
from .concordance import Concordance, compare_report
from .errors import InputError
from .hot_spots import HotSpot
from .quality import quality_flags
from .quality_burden import with_burden_flags
from .result_document import Case
from .review import merge_update
from .skeleton import Place, bone_place, physiological_place


@dataclass(frozen=True)
class Step:
    """One state of the review.

    Attributes
    ----------
    what : str
        What led to it, one of ``STEPS``.
    spot_id : str
        The hot spot it was about, or "".
    case : Case
    """

    what: str
    spot_id: str
    case: Case


STEPS = ("segmented", "accepted", "rejected", "class", "place", "outlines", "report")
_MOST_STEPS = 200  # a state shares its arrays with the one before; this bounds the list, not the memory


class ReviewSession:
    """Holds a case and how it came about.

    Parameters
    ----------
    case : Case
    editor : str
        Goes into ``edited_by`` of what is changed.
    on_change : callable, optional
        Called without arguments after each change, undo and redo.

    Examples
    --------
    >>> session = ReviewSession(case)
    >>> session.reject("H02")
    >>> session.case.burden.lesion_count
    1
    >>> session.undo()
    """

    def __init__(self, case: Case, editor: str = "reader", on_change: Callable[[], None] | None = None) -> None:
        self.editor = editor
        self.on_change = on_change
        self._steps = [Step("segmented", "", case)]
        self._now = 0

    @property
    def case(self) -> Case:
        """The case as it is now."""
        return self._steps[self._now].case

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to take back."""
        return self._now > 0

    @property
    def can_redo(self) -> bool:
        """Whether a step was taken back."""
        return self._now < len(self._steps) - 1

    @property
    def step_to_undo(self) -> Step | None:
        """The last step."""
        return self._steps[self._now] if self.can_undo else None

    @property
    def step_to_redo(self) -> Step | None:
        """The step that was taken back last."""
        return self._steps[self._now + 1] if self.can_redo else None

    @property
    def is_reviewed(self) -> bool:
        """Whether a reader changed anything."""
        return any(spot.edited_by for spot in self.case.hot_spots) or self.can_undo

    def hot_spot(self, spot_id: str) -> HotSpot:
        """Return a hot spot.

        Raises
        ------
        KeyError
            The case has none of that id.
        """
        for spot in self.case.hot_spots:
            if spot.id == spot_id:
                return spot
        raise KeyError(spot_id)

    # ---- steps ------------------------------------------------------------------------------------------------------

    def accept(self, spot_id: str) -> None:
        """Count a hot spot as a lesion: an accepted metastasis, whatever it was taken for."""
        decision = decision_of(self.hot_spot(spot_id))
        place = self._place_for(spot_id, "metastasis")
        self._decide(spot_id, "accepted", replace(decision, hot_spot_class="metastasis", accepted=True, place=place))

    def reject(self, spot_id: str) -> None:
        """Do not count a hot spot; its class stays."""
        self._decide(spot_id, "rejected", replace(decision_of(self.hot_spot(spot_id)), accepted=False))

    def set_class(self, spot_id: str, hot_spot_class: str) -> None:
        """Change a hot spot's class; a metastasis is accepted by that, anything else is not."""
        place = self._place_for(spot_id, hot_spot_class)
        self._decide(spot_id, "class", Decision(hot_spot_class, hot_spot_class == "metastasis", place))

    def set_place(self, spot_id: str, place: Place) -> None:
        """Change where a hot spot lies.

        Raises
        ------
        InputError
            There is no such place: the sacrum has no side, rib 13 does not exist.
        """
        fault = place_fault(place)
        if fault:
            raise InputError(f"{spot_id} {fault}")
        self._decide(spot_id, "place", replace(decision_of(self.hot_spot(spot_id)), place=place))

    def redraw(self, outlines: Outlines) -> None:
        """Take outlines as they were edited: changed ones are measured, drawn ones become accepted metastases."""
        case = self.case
        if outlines.are_those_of(case.hot_spots):
            return  # measuring all of them takes longer than a key may
        decisions = {spot.id: decision_of(spot) for spot in case.hot_spots}
        before = {spot.id: fingerprints_of(spot) for spot in case.hot_spots}
        spots = edited_hot_spots(
            case.scan, case.segmentation, case.report, case.hot_spots, before, decisions, outlines, self.editor
        )
        if [fingerprints_of(spot) for spot in spots] != list(before.values()):
            self._step("outlines", "", _with_all_flags(_with_hot_spots(case, spots)))

    def add_report(self, found: Case) -> None:
        """Take what the model found with a report that came later; what a reader decided stays.

        Parameters
        ----------
        found : Case
            Of the same scan, segmented with the report.
        """
        spots, changes = merge_update(self.case.hot_spots, found.hot_spots)
        merged = replace(_with_hot_spots(found, spots), changes=changes)
        self._step("report", "", _with_all_flags(merged))

    def undo(self) -> None:
        """Take the last step back; nothing happens without one."""
        if self.can_undo:
            self._now -= 1
            self._tell()

    def redo(self) -> None:
        """Take the step again that was taken back last."""
        if self.can_redo:
            self._now += 1
            self._tell()

    # ---- inside -----------------------------------------------------------------------------------------------------

    def _place_for(self, spot_id: str, hot_spot_class: str) -> Place:
        """Return where a hot spot lies if it is of a class: in bone, or at a site of physiological uptake."""
        spot, case = self.hot_spot(spot_id), self.case
        if (spot.hot_spot_class == "physiological") == (hot_spot_class == "physiological"):
            return decision_of(spot).place
        masks = {name: view.mask for name, view in spot.views.items()}
        place_of = physiological_place if hot_spot_class == "physiological" else bone_place
        return place_of(case.scan, case.segmentation.views, masks)

    def _decide(self, spot_id: str, what: str, decision: Decision) -> None:
        case = self.case
        if decision == decision_of(self.hot_spot(spot_id)):
            return
        spots = [
            decided_hot_spot(case.scan, case.segmentation, case.report, case.hot_spots, spot, decision, self.editor)
            if spot.id == spot_id
            else spot
            for spot in case.hot_spots
        ]
        changed = _with_hot_spots(case, spots)
        if "physiological" in (decision.hot_spot_class, self.hot_spot(spot_id).hot_spot_class):
            changed = _with_all_flags(changed)  # bladder and injection site are flags
        self._step(what, spot_id, changed)

    def _step(self, what: str, spot_id: str, case: Case) -> None:
        self._steps[self._now + 1 :] = [Step(what, spot_id, case)]
        del self._steps[:-_MOST_STEPS]
        self._now = len(self._steps) - 1
        self._tell()

    def _tell(self) -> None:
        if self.on_change is not None:
            self.on_change()


def _with_hot_spots(case: Case, spots: Sequence[HotSpot]) -> Case:
    burden = burden_of(case.scan, case.segmentation, spots)
    return replace(
        case,
        hot_spots=spots,
        burden=burden,
        quality=with_burden_flags(case.quality, case.scan, case.segmentation, spots, burden),
        concordance=compare_report(case.report, case.segmentation, spots) if case.report else Concordance(),
    )


def _with_all_flags(case: Case) -> Case:
    """Return the case with flags that take too long to be made anew with each decision."""
    flags = quality_flags(case.scan, hot_spots=case.hot_spots, segmentation=case.segmentation)
    made = with_burden_flags(flags, case.scan, case.segmentation, case.hot_spots, case.burden)
    return replace(case, quality=made)
