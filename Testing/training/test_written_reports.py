"""Reports written by hand: their marks, and that the set is what it says it is."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

import model_training
from BoneMetSegLib.anatomy import TEXT_SLOTS
from BoneMetSegLib.errors import InputError
from BoneMetSegLib.report import parse_report
from BoneMetSegLib.segmentation import STATUSES
from model_training.reading.written_reports import NamedReport, marked_report, written_reports
from model_training.simulator.report_grammar import WrittenMention

# "L5", "L-spine" and "B/L" are no left; "L wrist" is.
LEFT = re.compile(r"\bleft\b|\blt\b|(?<!/)\bl (?=[a-z])|左")
RIGHT = re.compile(r"\bright\b|\brt\b|\br (?=[a-z0-9])|右")
BOTH = re.compile(r"\bboth\b|\bbilateral\b|\bb/l\b|双|雙|兩側")


@pytest.fixture(scope="module")
def own() -> list[NamedReport]:
    return written_reports()


def _file(folder: Path, text: str) -> Path:
    file = folder / "marked.txt"
    file.write_text(text, encoding="utf-8")
    return file


def test_marks_leave_the_text_and_spans_count_the_characters_that_remain():
    report = marked_report("Uptake in the [left 7th rib](rib_7_left: uptake), [L3](vertebra_L3: metastatic).", "a.txt")
    assert report.text == "Uptake in the left 7th rib, L3."
    assert report.mentions == (
        WrittenMention(14, 26, ("rib_7_left",), "uptake"),
        WrittenMention(28, 30, ("vertebra_L3",), "metastatic"),
    )


def test_chinese_characters_count_one_each_and_a_phrase_may_name_several_places():
    report = marked_report(
        "所见：\n[双膝](femur_left femur_right: benign)退变（轻度）。[骶骨](sacrum: negated)(-)", "a.txt"
    )
    assert report.text == "所见：\n双膝退变（轻度）。骶骨(-)"
    assert report.mentions == (
        WrittenMention(4, 6, ("femur_left", "femur_right"), "benign"),
        WrittenMention(13, 15, ("sacrum",), "negated"),
    )


def test_a_file_holds_notes_and_then_reports_with_names(tmp_path):
    file = _file(
        tmp_path, "# a note\n\n=== a-1 | terse\n[Skull](skull: negated) normal.\n\n=== a-2\nNo places.\nAt all.\n\n"
    )
    first, second = written_reports(file)
    assert (first.name, first.about, first.report.text) == ("a-1", "terse", "Skull normal.")
    assert (second.name, second.about, second.report.text) == ("a-2", "", "No places.\nAt all.")
    assert [one.name for one in written_reports(tmp_path)] == ["a-1", "a-2"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("=== a\nFine.\nUptake in [L3](vertebra_L33: uptake).", r"marked.txt, line 3: .*unknown place vertebra_L33"),
        (
            "=== a\nUptake in [L3](vertebra_L3: hot).",
            r"marked.txt, line 2: .*unknown status 'hot'; known are metastatic",
        ),
        ("=== a\nUptake in [L3](vertebra_L3).", r"marked.txt, line 2: .*unknown status ''"),
        ("=== a\nUptake in [L3](: uptake).", r"marked.txt, line 2: .*'L3' names no slots"),
        ("=== a\nUptake in [L3](vertebra_L3: uptake.\n", r"marked.txt, line 2: the mark at '\[L3\].*not closed"),
        ("=== a\n\nUptake in [L3 and\nmore.", r"marked.txt, line 3: the mark at '\[L3 and' is not closed"),
        ("=== a\nUptake in L3](vertebra_L3: uptake).", r"marked.txt, line 2: .*not closed"),
        ("=== a\nUptake in [ L3](vertebra_L3: uptake).", r"marked.txt, line 2: .*white space"),
        ("Uptake.\n=== a\nUptake.", r"marked.txt, line 1: text before the first report"),
        ("===\nUptake.", r"marked.txt, line 1: the report has no name"),
        ("=== a\n\n=== b\nUptake.", r"marked.txt, line 1: the report a has no text"),
        ("=== a\nUptake.\n=== a\nNone.", r"marked.txt, line 3: the name a is used"),
        ("# nothing", r"holds no marked reports"),
    ],
)
def test_what_cannot_be_read_is_refused_with_file_and_line(tmp_path, text, sentence):
    with pytest.raises(InputError, match=sentence):
        written_reports(_file(tmp_path, text))


def test_a_file_in_another_encoding_or_none_at_all_is_refused(tmp_path):
    (tmp_path / "gb.txt").write_bytes("=== 一\n骶骨".encode("gb18030"))
    with pytest.raises(InputError, match=r"gb.txt is no text file in UTF-8"):
        written_reports(tmp_path / "gb.txt")
    with pytest.raises(InputError, match="holds no marked reports"):
        written_reports(_empty(tmp_path / "empty"))


def _empty(folder: Path) -> Path:
    folder.mkdir()
    return folder


def test_there_are_thirty_reports_in_each_language_each_read_in_its_own(own):
    assert Counter(parse_report(one.report.text).language for one in own) == {"en": 30, "zh": 30}
    assert all(one.name.startswith(parse_report(one.report.text).language) for one in own)


def test_both_languages_hold_every_status_and_most_places(own):
    for language in ("en", "zh"):
        mentions = [m for one in own if one.name.startswith(language) for m in one.report.mentions]
        statuses = Counter(mention.status for mention in mentions)
        assert all(statuses[status] >= 20 for status in STATUSES), statuses
        assert len({name for mention in mentions for name in mention.slots}) >= 70
    named = {name for one in own for mention in one.report.mentions for name in mention.slots}
    assert {name for name in TEXT_SLOTS if "vertebra" not in name and not name.startswith("rib_")} <= named


def test_every_mark_lies_in_a_clause_of_its_report_so_that_it_can_be_read(own):
    for one in own:
        clauses = parse_report(one.report.text).clauses
        for mention in one.report.mentions:
            phrase = one.report.text[mention.start : mention.end]
            assert any(c.start <= mention.start and mention.end <= c.end for c in clauses), (one.name, phrase)


def test_what_is_called_left_is_never_marked_right(own):
    sided = 0
    for one in own:
        for mention in one.report.mentions:
            phrase = one.report.text[mention.start : mention.end].lower()
            sides = {name.rsplit("_", 1)[1] for name in mention.slots if name.endswith(("_left", "_right"))}
            said = {side for side, words in (("left", LEFT), ("right", RIGHT)) if words.search(phrase)}
            if BOTH.search(phrase):
                assert not said, (one.name, phrase)
                said = {"left", "right"}
            # A bone of the midline has no side of its own ("right pedicle of L4").
            assert not said or not sides or said == sides, (one.name, phrase, mention.slots)
            sided += bool(said and sides)
    assert sided > 200


def test_a_number_in_a_marked_phrase_is_the_level_it_is_marked_with(own):
    checked = 0
    for one in own:
        for mention in one.report.mentions:
            phrase = one.report.text[mention.start : mention.end]
            levels = {int(re.search(r"\d+", n)[0]) for n in mention.slots if n.startswith(("vertebra_", "rib_"))}
            if not levels:
                continue
            numbers = {int(n) for n in re.findall(r"\d+", phrase)} - ({1} if "sacrum" in mention.slots else set())
            assert not numbers or {min(levels), max(levels)} <= numbers <= levels, (one.name, phrase, mention.slots)
            checked += bool(numbers)
    assert checked > 120


def test_nothing_that_teaches_reads_the_reports_written_by_hand():
    root = Path(model_training.__file__).parent
    readers = {
        file.relative_to(root).as_posix()
        for file in root.rglob("*.py")
        if re.search(r"import .*written_reports|written_reports import|[\"'/]by_hand", file.read_text(encoding="utf-8"))
    }
    assert readers == {f"reading/{name}.py" for name in ("written_reports", "place_scores", "score_reading")}
