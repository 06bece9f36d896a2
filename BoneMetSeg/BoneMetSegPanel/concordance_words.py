"""The words for agreement and disagreement of report and image, in the user's language."""

from __future__ import annotations

from slicer.i18n import tr as _

from BoneMetSegLib.anatomy import SKELETON_CHANNELS, fine_region, region_term
from BoneMetSegLib.concordance import NO_PHRASE, Concordance, UnmatchedPhrase
from BoneMetSegLib.hot_spots import HotSpot
from BoneMetSegLib.result_document import Case

from .library_words import sentence_words

_MOST_LINES = 6
_MOST_PLACES = 3
_CHANNELS = {channel.name: channel for channel in SKELETON_CHANNELS}


def disagreement_word(kind: str) -> str:
    """Return the words for how report and image disagree about a hot spot; "" where they do not."""
    return {
        "": "",
        "side": _("other side"),
        "level": _("other level"),
        "nature": _("other nature"),
        "denied": _("denied"),
        NO_PHRASE: _("not in the report"),
    }[kind]


def disagreement_sentence(concordance: Concordance, spot: HotSpot) -> str:
    """Return the whole sentence of a hot spot's disagreement, or ""."""
    contradiction = concordance.contradiction_of(spot.id)
    if contradiction is not None:
        return sentence_words(contradiction.sentence)
    if concordance.disagreement_of(spot.id) == NO_PHRASE:
        return _("The image alone shows a metastasis here, and no phrase of the report speaks of it.")
    return ""


def concordance_words(case: Case, lang: str, selected_id: str = "") -> str:
    """Return a line of counts, then the contradictions and the phrases that the image alone does not show.

    What is said of the selected hot spot stands first.
    """
    said = case.concordance
    lines = [
        _("Report and image: {linked} hot spots told, {silent} not told, {n} contradictions.").format(
            linked=len(said.linked), silent=len(said.hot_spots_without_phrase), n=len(said.contradictions)
        )
    ]
    selected = next((spot for spot in case.hot_spots if spot.id == selected_id), None)
    sentence = disagreement_sentence(said, selected) if selected else ""
    if selected and sentence:
        lines.append(f"\N{BLACK RIGHT-POINTING TRIANGLE} {sentence}")
    lines += [
        f"\N{BULLET} {sentence_words(one.sentence)}" for one in said.contradictions if one.hot_spot != selected_id
    ]
    lines += [
        "\N{BULLET} "
        + _("Told, and not shown by the image alone: {place} ({status}).").format(
            place=_places(one, lang), status=status_word(one.status)
        )
        for one in said.phrases_without_hot_spot
    ]
    more = len(lines) - 1 - _MOST_LINES
    if more > 0:
        lines = [*lines[: 1 + _MOST_LINES], _("... and {n} more").format(n=more)]
    return "\n".join(lines)


def status_word(status: str) -> str:
    """Return the word for what the report says of a place."""
    return {
        "metastatic": _("metastasis"),
        "benign": _("benign"),
        "uncertain": _("nature open"),
        "negated": _("denied"),
        "uptake": _("uptake"),
    }[status]


def _places(phrase: UnmatchedPhrase, lang: str) -> str:
    words = [_place(name, lang) for name in phrase.places[:_MOST_PLACES]]
    return ("、" if lang == "zh" else ", ").join(words) + ("…" if len(phrase.places) > _MOST_PLACES else "")


def _place(slot: str, lang: str) -> str:
    if slot in _CHANNELS:
        channel = _CHANNELS[slot]
        return region_term(channel.region, channel.side, "", lang)
    fine = fine_region(slot)
    return region_term(fine.region, fine.side, fine.level, lang)
