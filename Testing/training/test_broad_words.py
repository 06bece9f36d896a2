"""The broad vocabulary: every slot can be said, left is left, composed and replaced phrases are marked exactly."""

from __future__ import annotations

import ast
import re
from collections import Counter
from functools import partial
from pathlib import Path

import numpy as np
import pytest

import model_training.reading as package
from BoneMetSegLib.anatomy import REPORTING_REGIONS, TEXT_SLOTS, WHOLE_SKELETON_SLOT
from BoneMetSegLib.report import parse_report
from BoneMetSegLib.segmentation import STATUSES
from model_training.reading import place_words_en, place_words_zh
from model_training.reading.broad_words import BroadWords
from model_training.reading.composed_reports import composed_report, drawn_slots
from model_training.reading.held_back_words import WordsHeldBack
from model_training.reading.other_places import with_other_places
from model_training.reading.place_phrases import place_phrase
from model_training.reading.teach_reading import positive_weight
from model_training.simulator.report_grammar import Draw, WrittenMention
from model_training.simulator.report_writer import WrittenReport, random_report

WORDS = {"zh": place_words_zh, "en": place_words_en}
LANGUAGES = pytest.mark.parametrize("language", ["zh", "en"])
LEFT = {"zh": re.compile("左"), "en": re.compile(r"\b(left|lt|l)\b", re.IGNORECASE)}
RIGHT = {"zh": re.compile("右"), "en": re.compile(r"\b(right|rt|r)\b", re.IGNORECASE)}


def written(text: str, *mentions: tuple[str, tuple[str, ...], str]) -> WrittenReport:
    found = [WrittenMention(text.index(p), text.index(p) + len(p), slots, status) for p, slots, status in mentions]
    return WrittenReport(text, tuple(found), ())


@LANGUAGES
def test_every_slot_can_be_said_in_ten_ways_or_more(language):
    draw = Draw(0)
    for slot in TEXT_SLOTS:
        if slot == WHOLE_SKELETON_SLOT:
            words = WORDS[language]
            assert min(map(len, (words.WHOLE, words.REST, words.ABOVE))) >= 15
        else:
            assert len({place_phrase((slot,), language, draw) for _ in range(120)}) >= 10, slot


@LANGUAGES
def test_every_region_has_ten_terms_or_more(language):
    regions = WORDS[language].REGIONS
    assert set(regions) == {region.name for region in REPORTING_REGIONS}
    assert all(len(terms) >= 10 for terms in regions.values())


@LANGUAGES
def test_no_term_stands_for_two_places(language):
    words = WORDS[language]
    lists = [*words.REGIONS.values(), *(terms for terms, _ in words.GROUPS), *words.NAMED_VERTEBRAE.values()]
    lists += [words.WHOLE, words.REST, words.ABOVE]
    counted = Counter(term for terms in lists for term in set(terms))
    assert [term for term, count in counted.items() if count > 1] == []
    for terms in words.REGIONS.values():
        assert [term for term, count in Counter(terms).items() if count > 1] == []


@LANGUAGES
def test_no_phrase_is_written_for_two_sets_of_slots(language):
    draw, meant = Draw(1), {}
    for _ in range(3000):
        slots = drawn_slots(language, draw)
        phrase = place_phrase(slots, language, draw)
        assert phrase == (phrase or "").strip(), slots
        assert meant.setdefault(phrase, set(slots)) == set(slots), phrase


@LANGUAGES
def test_left_is_left_and_both_sides_are_both(language):
    draw = Draw(2)
    left, right = LEFT[language], RIGHT[language]
    for _ in range(3000):
        slots = drawn_slots(language, draw)
        sides = {name.rsplit("_", 1)[-1] for name in slots}
        if not sides <= {"left", "right"}:
            continue
        phrase = re.sub("b/l", "bilateral", place_phrase(slots, language, draw), flags=re.IGNORECASE)
        named = (left.search(phrase) is not None, right.search(phrase) is not None)
        if len(sides) == 1:
            assert named == (sides == {"left"}, sides == {"right"}), phrase
        else:
            assert named in {(True, True), (False, False)}, phrase


@pytest.mark.parametrize(
    ("slots", "language", "expected"),
    [
        (("vertebra_T8",), "zh", {"T8椎体", "胸8椎体", "第8胸椎", "D8椎体", "TH8椎体", "胸椎8"}),
        (("vertebra_T8",), "en", {"T8", "D8", "Th8", "TH8", "thoracic vertebra 8", "8th thoracic vertebra", "T-8"}),
        (("vertebra_L2", "vertebra_L3", "vertebra_L4"), "zh", {"L2-4椎体", "腰2-4椎体", "腰2-腰4", "L2～4椎体"}),
        (("rib_6_left",), "zh", {"左侧第6肋", "左第6肋", "左侧第6后肋", "左侧6肋", "左侧第六肋"}),
        (("rib_6_right",), "en", {"right 6th rib", "right rib 6", "right sixth rib", "R 6th rib"}),
        (("femur_left",), "zh", {"左侧股骨粗隆", "左股骨颈", "左侧膝关节"}),
        (("pelvis_left", "pelvis_right"), "en", {"bony pelvis", "bilateral sacroiliac joints", "both ilia"}),
    ],
)  # fmt: skip
def test_spellings_that_reports_use_are_written(slots, language, expected):
    draw = Draw(3)
    assert expected <= {place_phrase(slots, language, draw) for _ in range(12_000)}


@LANGUAGES
def test_composed_reports_mark_their_places_exactly_and_say_every_status(language):
    seen = Counter()
    for seed in range(120):
        report = composed_report(language, Draw(seed))
        clauses = parse_report(report.text).clauses
        end = 0
        for mention in report.mentions:
            phrase = report.text[mention.start : mention.end]
            assert end <= mention.start < mention.end <= len(report.text)
            assert phrase == phrase.strip()
            # A clause is read by itself: a place that is cut in two loses its side or its number.
            assert any(clause.start <= mention.start and mention.end <= clause.end for clause in clauses), phrase
            assert set(mention.slots) <= set(TEXT_SLOTS)
            # In "left scapula, clavicle and humerus" the side was said before; the other one is never said.
            one_sided = all(slot.endswith("_left") for slot in mention.slots)
            said = report.text[: mention.end]
            assert not one_sided or (LEFT[language].search(said[-90:]) and not RIGHT[language].search(phrase))
            end = mention.end
            seen[mention.status] += 1
    assert set(seen) == set(STATUSES)
    assert min(seen.values()) > 20


@LANGUAGES
def test_replaced_places_keep_slots_status_and_the_text_around(language, rng):
    changed = 0
    for _ in range(40):
        report = random_report(language, rng)
        other = with_other_places(report, language, 1.0, Draw(int(rng.integers(1000))))
        before = sorted(report.mentions, key=lambda one: one.start)
        assert [(m.slots, m.status) for m in other.mentions] == [(m.slots, m.status) for m in before]

        def around(one, mentions):
            ends = [0, *(m.end for m in mentions)]
            return [one.text[a:b] for a, b in zip(ends, [*(m.start for m in mentions), len(one.text)], strict=True)]

        assert around(other, other.mentions) == around(report, before)
        changed += other.text != report.text
    assert changed > 30


def test_a_replaced_left_rib_is_still_the_left_rib_of_its_number():
    report = written("左侧第7肋放射性浓聚。", ("左侧第7肋", ("rib_7_left",), "uptake"))
    for seed in range(200):
        other = with_other_places(report, "zh", 1.0, Draw(seed))
        phrase = other.text[other.mentions[0].start : other.mentions[0].end]
        assert re.fullmatch("(?=.*左)(?=.*[7七])(?=.*肋)[^右]+", phrase)
        assert other.text == f"{phrase}放射性浓聚。"


def test_without_broad_words_reports_are_the_simulators():
    for language in ("zh", "en"):
        plain = random_report(language, np.random.default_rng(5))
        assert BroadWords().report(language, np.random.default_rng(5)) == plain


def test_terms_held_back_for_choosing_are_not_taught_by_the_vocabulary():
    terms = place_words_en.REGIONS["patella"]
    taught = {WordsHeldBack(seed, "teaching").one(terms) for seed in range(200)}
    chosen = {WordsHeldBack(seed, "choosing").one(terms) for seed in range(200)}
    assert taught.isdisjoint(chosen)
    assert min(len(taught), len(chosen)) > 2
    draws = partial(WordsHeldBack, use="teaching")
    said = {place_phrase(("patella_left",), "en", draws(seed)) for seed in range(300)}
    assert not any(
        re.fullmatch(f"(left|L|Lt|lt|left-sided|left sided) {re.escape(term)}", p) for p in said for term in chosen
    )


def test_the_weight_of_places_falls_over_the_second_half():
    settings = {"positive_weight": 4.0, "last_positive_weight": 1.0}
    assert [positive_weight(step, 100, settings) for step in (0, 50, 75, 100)] == [4.0, 4.0, 2.5, 1.0]


def test_the_vocabulary_knows_nothing_of_the_held_back_wordings():
    for file in Path(package.__file__).parent.glob("*.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        imports = [node for node in ast.walk(tree) if isinstance(node, (ast.Import, ast.ImportFrom))]
        names = {alias.name for node in imports for alias in node.names}
        modules = {node.module or "" for node in imports if isinstance(node, ast.ImportFrom)}
        assert not any("held_back" in name or name == "WORDINGS" for name in names | modules), file.name
        if "_words_" in file.name:  # the word lists themselves lean on nothing but each other
            words = {f"{kind}_words_{language}" for kind in ("place", "disease") for language in WORDS}
            assert modules <= {"__future__", "slot_groups", *words}, file.name
            assert names.isdisjoint({"importlib", "os", "pathlib"})
