"""Why concordance flags something in a report without any error: the image erred, or the reading did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from BoneMetSegLib.anatomy import TEXT_SLOTS, slot_of
from BoneMetSegLib.concordance import Concordance, UnmatchedPhrase
from BoneMetSegLib.hot_spots import HotSpot, slot_rank
from model_training.simulator.case import SimulatedCase
from model_training.simulator.foci import Focus
from model_training.simulator.report_grammar import WrittenMention
from Testing.benchmarks.planted_disagreements import bone_foci

Flag = tuple[str, str]


def flags_of(
    said: Concordance, case: SimulatedCase, spots: Sequence[HotSpot], written: Sequence[WrittenMention]
) -> Iterator[Flag]:
    """Yield each flag with its cause.

    Parameters
    ----------
    written : sequence of WrittenMention
        What the report truly says.
    """
    by_id = {spot.id: spot for spot in spots}
    for name in said.hot_spots_without_phrase:
        yield "hot spots without a phrase", _of_spot(by_id[name], case, written)
    for phrase in said.phrases_without_hot_spot:
        kind = "benign" if phrase.status == "benign" else "not benign"
        yield f"phrases without a hot spot, {kind}", _of_phrase(phrase, case, spots, written)
    for one in said.contradictions:
        spot = by_id[one.hot_spot]
        cause = _of_nature(spot, one.places, one.status, case, written) if one.kind == "nature" else ""
        yield f"contradictions of {one.kind}", cause or _of_spot(spot, case, written)


def _slot(focus: Focus) -> str:
    return TEXT_SLOTS[slot_of(focus.fine_region)]


def foci_under(spot: HotSpot, case: SimulatedCase) -> list[Focus]:
    """Return the foci that a hot spot covers, most pixels first."""
    pixels: Counter[int] = Counter()
    for name, view in spot.views.items():
        numbers, counts = np.unique(case.focus_map[name][view.mask], return_counts=True)
        pixels.update({int(n): int(count) for n, count in zip(numbers, counts, strict=True) if n})
    by_number = {focus.number: focus for focus in case.foci}
    return [by_number[n] for n, _ in pixels.most_common()]


def _of_spot(spot: HotSpot, case: SimulatedCase, written: Sequence[WrittenMention]) -> str:
    foci = foci_under(spot, case)
    on_bone = [focus for focus in foci if focus in bone_foci(case)]
    if not on_bone:
        return "image: normal uptake" if foci else "image: nothing there"
    if not any(slot_rank(spot, [_slot(focus)]) is not None for focus in on_bone):
        return "image: another bone or level"
    told = any(slot_rank(spot, one.slots) is not None and one.status != "negated" for one in written)
    return "reading: not read" if told else "report: says nothing of it"


def _of_nature(
    spot: HotSpot, places: Sequence[str], status: str, case: SimulatedCase, written: Sequence[WrittenMention]
) -> str:
    foci = [focus for focus in foci_under(spot, case) if focus in bone_foci(case)]
    said = {"benign": "benign", "metastatic": "metastasis"}[status]
    if foci and foci[0].hot_spot_class == said:
        return "image: the other nature"
    if not any(set(one.slots) & set(places) and one.status == status for one in written):
        return "reading: another nature"
    return "linked with the phrase of another focus" if foci else ""


def _of_phrase(
    phrase: UnmatchedPhrase, case: SimulatedCase, spots: Sequence[HotSpot], written: Sequence[WrittenMention]
) -> str:
    if not any(set(one.slots) & set(phrase.places) and one.status != "negated" for one in written):
        return "reading: another place"
    there = [focus for focus in bone_foci(case) if _slot(focus) in phrase.places and any(focus.visible.values())]
    if not there:
        return "report: nothing visible there"
    covering = [spot for spot in spots if any(focus in there for focus in foci_under(spot, case))]
    if not covering:
        return "image: focus not shown"
    if all(spot.hot_spot_class == "physiological" for spot in covering):
        return "image: called normal uptake"
    return "image: another bone or level"
