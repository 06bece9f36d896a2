"""The words that the panel shows for what became of lesions and of the burden, in the user's language."""

from __future__ import annotations

import math
from collections.abc import Sequence

from slicer.i18n import tr as _

from BoneMetSegLib.comparison import BurdenChange, Comparison, LesionAt
from BoneMetSegLib.state_colours import STATE_ORDER

from .library_words import sentence_words


def state_word(name: str) -> str:
    """Return the word for what a lesion is at a scan."""
    return {
        "present": _("present"),
        "new": _("new"),
        "from faint": _("faint before"),
        "grown": _("grown"),
        "stable": _("stable"),
        "shrunk": _("shrunk"),
        "resolved": _("resolved"),
        "faint": _("faint uptake"),
        "returned": _("returned"),
        "reclassified": _("of another nature"),
        "not seen": _("outside the field"),
        "absent": "-",
    }[name]


def state_tip(name: str) -> str:
    """Return a sentence that says what a state means."""
    return {
        "present": _("There at the first scan that can say nothing of before"),
        "new": _("There now, and nothing at its place before"),
        "from faint": _("There now; before, its place had uptake that was no hot spot: not counted as new"),
        "grown": _("Larger by more than repeat scans of the same disease differ"),
        "stable": _("As before, within what repeat scans of the same disease differ by"),
        "shrunk": _("Smaller by more than repeat scans of the same disease differ"),
        "resolved": _("Gone, though the scan shows its place"),
        "faint": _("No hot spot, but uptake at its place: neither new nor resolved by this scan"),
        "returned": _("There again after it was gone"),
        "reclassified": _("A hot spot is there that is no accepted metastasis, now or before; settle it in the review"),
        "not seen": _("Its place lies outside of this scan's field"),
        "absent": _("Not there yet"),
    }[name]


def at_words(at: LesionAt) -> str:
    """Return what a lesion is at a scan, with its change of area and uptake."""
    factor = "" if math.isnan(at.area_factor) else f" \N{MULTIPLICATION SIGN}{at.area_factor:.2f}"
    words = [f"{state_word(at.state)}{factor}"]
    if at.uptake in ("hotter", "cooler"):
        words.append(_("hotter") if at.uptake == "hotter" else _("cooler"))
    if at.shape:
        words.append(_("split") if at.shape == "split" else _("merged"))
    return _(", ").join(words)


def scan_words(comparison: Comparison, index: int) -> str:
    """Return the name of a scan and when it was, in days: never a date."""
    scan = comparison.scans[index]
    if scan.days is None:
        return scan.id
    if scan.days_on_treatment is None:
        return _("{scan}, day {n}").format(scan=scan.id, n=scan.days)
    if scan.days_on_treatment > 0:
        return _("{scan}, {n} days on treatment").format(scan=scan.id, n=scan.days_on_treatment)
    return _("{scan}, {n} days before treatment").format(scan=scan.id, n=-scan.days_on_treatment)


def comparison_words(comparison: Comparison) -> list[str]:
    """Return the finding of a comparison, a line each: lesions, burden, category, what else must be known."""
    last = len(comparison.scans) - 1
    counts = [(state, comparison.count(last, state)) for state in STATE_ORDER]
    words = [_("{n} {state}").format(n=count, state=state_word(state)) for state, count in counts if count]
    said = _(", ").join(words) or _("no lesion")
    lines = [
        _("{now} against {before}: {lesions}. Research use only.").format(
            now=comparison.scans[last].id, before=comparison.scans[last - 1].id, lesions=said
        ),
        *(_change_words(change) for change in comparison.burden),
    ]
    if comparison.no_category:
        lines.append(sentence_words(comparison.no_category))
    for scan, response in zip(comparison.scans, comparison.responses, strict=False):
        lines.append(
            _("PCWG3 {scan}: {category}: {reason}.").format(
                scan=scan.id, category=response.category, reason=sentence_words(response.reason)
            )
        )
    return [*lines, *_notes(comparison.notes)]


def _change_words(change: BurdenChange) -> str:
    if math.isnan(change.bsi_change_percent):
        return _("{now} against {before}: the change of the Bone Scan Index is not known.").format(
            now=change.scan, before=change.against
        )
    verdict = {
        "higher": _("higher"),
        "lower": _("lower"),
        "no change beyond repeatability": _("no change beyond repeatability"),
    }[change.verdict]
    return _("{now} against {before}: Bone Scan Index {change} % (95 % interval {low} to {high}): {verdict}.").format(
        now=change.scan,
        before=change.against,
        change=f"{change.bsi_change_percent:+.2f}",
        low=f"{change.low_percent:+.2f}",
        high=f"{change.high_percent:+.2f}",
        verdict=verdict,
    )


def _notes(notes: Sequence[str]) -> list[str]:
    return [f"\N{BULLET} {sentence_words(note)}" for note in notes]
