"""``score-reading``: what is counted, by hand, and the command."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from BoneMetSegLib.anatomy import TEXT_SLOTS, slot_index
from BoneMetSegLib.segmentation import STATUSES
from model_training.__main__ import main
from model_training.reading import teach_reading
from model_training.reading.place_scores import mention_counts, misreadings, pooled, report_score
from model_training.reading.read_places import ReadTokens, mention_read, places_marked, places_read, read_elsewhere
from model_training.reading.teach_reading import TextPath, save_text_path
from model_training.reading.vocabulary import build_tokenizer
from model_training.reading.written_reports import NamedReport, marked_report
from model_training.simulator.report_grammar import WrittenMention

SIZES = {
    "hidden_size": 32,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "intermediate_size": 64,
    "max_position_embeddings": 512,
    "word_pieces": 300,
}
MARKED = """\
=== en-a
Uptake in [left 7th rib](rib_7_left: uptake) and [sacrum](sacrum: benign).
=== zh-a
[颅骨](skull: negated)未见异常放射性浓聚，[双膝](femur_left femur_right: benign)退变。
"""


def _tokens(*read: tuple[int, int, int, tuple[str, ...], dict[str, float]]) -> ReadTokens:
    """Tokens as (start, end, window, places, probabilities of statuses)."""
    named = np.zeros((len(read), len(TEXT_SLOTS)), bool)
    statuses = np.full((len(read), len(STATUSES)), math.log(0.01))
    for row, (_, _, _, places, told) in enumerate(read):
        named[row, [slot_index(name) for name in places]] = True
        for status, probability in told.items():
            statuses[row, STATUSES.index(status)] = math.log(probability)
    return ReadTokens(np.array([one[:2] for one in read]), np.array([one[2] for one in read]), named, statuses)


def test_tokens_that_follow_each_other_are_one_mention_whose_status_is_their_mean():
    rib = ("rib_7_left",)
    tokens = _tokens(
        # One stray token of three does not make the rib a metastasis.
        (0, 4, 0, rib, {"benign": 0.9}), (5, 6, 0, rib, {"metastatic": 0.6, "benign": 0.3}),
        (7, 9, 0, rib, {"benign": 0.8}), (10, 12, 0, (), {"metastatic": 0.9}),
    )  # fmt: skip
    assert places_read(tokens) == {"rib_7_left": "benign"}


def test_of_a_place_named_in_two_clauses_the_gravest_status_counts():
    tokens = _tokens(
        (0, 4, 0, ("sacrum",), {"uptake": 0.9}),
        (5, 9, 1, ("sacrum", "pelvis_right"), {"uncertain": 0.9}),
        (10, 12, 2, ("sacrum",), {"benign": 0.9}),
        (13, 15, 3, ("skull",), {"negated": 0.9}),
    )
    assert places_read(tokens) == {"sacrum": "uncertain", "pelvis_right": "uncertain", "skull": "negated"}
    mentions = [
        WrittenMention(0, 1, ("skull",), "negated"),
        WrittenMention(2, 3, ("skull", "sacrum"), "uptake"),
        WrittenMention(4, 5, ("sacrum",), "metastatic"),
    ]
    assert places_marked(mentions) == {"skull": "uptake", "sacrum": "metastatic"}


def test_a_report_is_scored_by_its_places_and_a_wrong_side_is_told():
    marked = {"rib_7_left": "metastatic", "sacrum": "benign", "skull": "negated", "femur_left": "benign"}
    read = {
        "rib_7_right": "metastatic",
        "sacrum": "benign",
        "skull": "uptake",
        "femur_left": "benign",
        "femur_right": "benign",
    }
    score = report_score(marked, read)
    assert (score["marked"], score["read"], score["found"], score["status_right"]) == (4, 5, 3, 2)
    assert score["other_side"] == 2  # the right rib and the right femur
    assert score["precision"] == pytest.approx(3 / 5)
    assert score["recall"] == pytest.approx(3 / 4)
    assert score["f1"] == pytest.approx(6 / 9)
    assert score["by_status"]["benign"] == {"marked": 2, "found": 2, "status_right": 2}
    assert score["by_status"]["metastatic"] == {"marked": 1, "found": 0, "status_right": 0}


def test_pooled_scores_count_places_and_the_mean_counts_reports():
    empty = report_score({}, {})
    assert (empty["precision"], empty["recall"], empty["f1"]) == (1.0, 1.0, 1.0)
    half = report_score({"sacrum": "benign", "skull": "benign"}, {"sacrum": "uptake"})
    scores = pooled([empty, half])
    assert (scores["precision"], scores["recall"], scores["f1"]) == (1.0, 0.5, pytest.approx(2 / 3))
    assert scores["report_f1"] == pytest.approx((1 + 2 / 3) / 2)
    assert (scores["status_accuracy"], scores["read_right"]) == (0.0, 0.0)
    assert report_score({}, {"sacrum": "benign"})["f1"] == 0.0


def test_phrases_are_sorted_by_how_they_are_misread():
    report = marked_report(
        "[Sacrum](sacrum: benign), [L3](vertebra_L3: uptake), [left hip](pelvis_left: benign), "
        "[T8](vertebra_T8: benign) by PSA 12.",
        "a.txt",
    )
    assert report.text == "Sacrum, L3, left hip, T8 by PSA 12."
    read = _tokens(
        (0, 6, 0, ("sacrum",), {"benign": 0.9}),
        (8, 10, 0, ("vertebra_L3",), {"metastatic": 0.9}),
        (12, 16, 0, ("pelvis_left", "pelvis_right"), {"benign": 0.9}),
        (17, 20, 0, ("pelvis_left",), {"benign": 0.9}),
        (22, 24, 0, (), {}),
        (32, 34, 0, ("vertebra_T12",), {"benign": 0.9}),
    )
    one = NamedReport("a", "", report)
    found = misreadings(one, read)
    assert [(miss["phrase"], miss["kind"]) for miss in found] == [
        ("L3", "other_status"), ("left hip", "other_places"), ("T8", "unread"), ("12", "invented")
    ]  # fmt: skip
    assert found[0]["marked"] == ["vertebra_L3", "uptake"]
    assert found[0]["read"] == ["vertebra_L3", "metastatic"]
    assert mention_counts([(one, read)]) == {
        "marked": 4, "right": 1, "unread": 1, "other_places": 1, "other_status": 1, "invented": 1
    }  # fmt: skip
    assert mention_read(read, 12, 20) == (("pelvis_left", "pelvis_right"), "benign")
    assert read_elsewhere(read, report.mentions) == [WrittenMention(32, 34, ("vertebra_T12",), "benign")]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A folder as ``teach-reading`` leaves it, of an encoder that was never taught."""
    folder = tmp_path_factory.mktemp("run")
    words = build_tokenizer(
        ["Uptake in the left 7th rib and sacrum.", "颅骨未见异常放射性浓聚，双膝退变。"] * 20, 300
    ).to_str()
    encoder, reader, tokenizer, text = teach_reading.new_text_path(SIZES, 0, words)
    save_text_path(TextPath(encoder, reader, tokenizer, text, {}), folder)
    return folder


def test_the_command_prints_both_languages_and_writes_scores_and_misreadings(run, tmp_path, capsys):
    (tmp_path / "set.txt").write_text(MARKED, encoding="utf-8")
    files = tmp_path / "out" / "scores.json", tmp_path / "out" / "misread.json"
    assert main(["score-reading", "--text-from", str(run), "--reports", str(tmp_path / "set.txt"),
                 "--json", str(files[0]), "--misread", str(files[1])]) == 0  # fmt: skip
    printed = capsys.readouterr().out
    assert "English, 1 reports" in printed
    assert "Chinese, 1 reports" in printed
    scores = json.loads(files[0].read_text(encoding="utf-8"))
    assert [(one["name"], one["marked"]) for one in scores["reports"]] == [("en-a", 2), ("zh-a", 3)]
    assert scores["languages"]["zh"]["mentions"]["marked"] == 2
    assert scores["languages"]["en"]["tokens"]["reports"] == 1
    assert scores["languages"]["en"]["lexicon"]["recall"] == 1.0
    assert "lexicon and grammar" in printed
    assert "rib" not in files[0].read_text(encoding="utf-8").replace("other_side", "")  # no text of reports
    misread = json.loads(files[1].read_text(encoding="utf-8"))
    marked = [miss for miss in misread if miss["kind"] != "invented"]
    counts = [one["mentions"] for one in scores["languages"].values()]
    assert len(marked) == sum(one["marked"] - one["right"] for one in counts)


def test_a_folder_of_labelled_reports_is_scored_however_few_they_are(run, tmp_path, capsys):
    report = {
        "text": "Sacrum is normal.",
        "mentions": [{"start": 0, "end": 6, "slots": ["sacrum"], "status": "negated"}],
    }
    (tmp_path / "one.json").write_text(json.dumps(report), encoding="utf-8")
    assert main(["score-reading", "--text-from", str(run), "--reports", str(tmp_path)]) == 0
    assert "English, 1 reports" in capsys.readouterr().out


def test_what_cannot_be_scored_is_refused_in_a_sentence_and_nothing_is_written(run, tmp_path, capsys):
    out = tmp_path / "scores.json"
    for arguments, sentence in (
        (["--text-from", str(tmp_path)], "holds no taught text encoder"),
        (["--text-from", str(run), "--reports", str(tmp_path / "none")], "there are no reports in"),
        (["--text-from", str(run), "--reports", str(tmp_path)], "holds no marked reports"),
    ):
        assert main(["score-reading", *arguments, "--json", str(out)]) == 2
        assert sentence in capsys.readouterr().err
    assert not out.exists()
