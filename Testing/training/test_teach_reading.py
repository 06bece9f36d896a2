"""Teaching to read: the targets of each token, and that teaching teaches."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from BoneMetSegLib.anatomy import TEXT_SLOTS, slot_index
from BoneMetSegLib.errors import InputError
from BoneMetSegLib.report import parse_report
from BoneMetSegLib.segmentation import STATUSES
from model_training.configuration import read_configuration
from model_training.reading import teach_reading as module
from model_training.reading.broad_words import BroadWords
from model_training.reading.given_text_encoder import given_text_encoder
from model_training.reading.report_noise import Noise
from model_training.reading.scores import score_reports
from model_training.reading.sources import LabelledReports, SimulatedReports, read_labelled_reports
from model_training.reading.targets import reading_batch, token_targets
from model_training.simulator.report_grammar import WrittenMention
from model_training.simulator.report_writer import WrittenReport, random_foci, write_report
from Testing.training.bert_folders import write_bert

SIZES = {
    "hidden_size": 32,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "intermediate_size": 64,
    "max_position_embeddings": 512,
    "word_pieces": 300,
}
SETTINGS = read_configuration()["teach_reading"] | {
    "steps": 2,
    "reports_per_step": 2,
    "learning_rate": 3e-3,
    "scored_reports": 2,
    "checkpoint_steps": 3,
}
CONFIGURATION = {"text_encoder": SIZES, "teach_reading": SETTINGS}


@pytest.fixture(scope="module")
def tokenizer_json() -> str:
    from model_training.reading.vocabulary import build_tokenizer

    rng = np.random.default_rng(0)
    return build_tokenizer([write_report(random_foci(rng), {}, "en", rng).text for _ in range(50)], 300).to_str()


@pytest.fixture
def parts(tokenizer_json):
    return module.new_text_path(SIZES, 0, tokenizer_json)


def test_each_character_of_a_mention_has_its_places_and_status_and_no_other_has_any(parts):
    text = "检查所见：左侧第7肋放射性增高，右侧髂骨未见异常。"
    at = {phrase: text.index(phrase) for phrase in ("左侧第7肋", "右侧髂骨")}
    written = WrittenReport(
        text,
        (
            WrittenMention(at["左侧第7肋"], at["左侧第7肋"] + 5, ("rib_7_left",), "uptake"),
            WrittenMention(at["右侧髂骨"], at["右侧髂骨"] + 4, ("pelvis_right",), "negated"),
        ),
        (),
    )
    tokens = parts[2](parse_report(text))
    ((slots, statuses),) = token_targets(tokens, written, len(TEXT_SLOTS))
    told = {}
    for span, row, status in zip(tokens.spans[0], slots, statuses, strict=True):
        if status >= 0:
            told.setdefault((tuple(TEXT_SLOTS[i] for i in np.flatnonzero(row)), STATUSES[status]), []).append(
                text[span[0] : span[1]]
            )
        else:
            assert not row.any()
    assert told == {
        (("rib_7_left",), "uptake"): list("左侧第7肋"),
        (("pelvis_right",), "negated"): list("右侧髂骨"),
    }


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_mention_of_a_simulated_report_reaches_a_token(parts, language):
    rng = np.random.default_rng(7)
    for _ in range(20):
        written = write_report(random_foci(rng), {}, language, rng)
        targets = token_targets(parts[2](parse_report(written.text)), written, len(TEXT_SLOTS))
        taught = np.sum([slots.sum(0) for slots, _ in targets], 0) > 0
        wanted = {slot_index(name) for mention in written.mentions for name in mention.slots}
        assert set(np.flatnonzero(taught)) == wanted


def test_the_same_seed_gives_the_same_untaught_text_path(tokenizer_json, parts):
    again = module.new_text_path(SIZES, 0, tokenizer_json)
    for one, other in zip((*parts[0].parameters(), *parts[1].parameters()), _parameters(again), strict=True):
        assert torch.equal(one, other)
    assert again[2].word_count == parts[2].word_count


def _parameters(parts):
    return (*parts[0].parameters(), *parts[1].parameters())


def test_teaching_lowers_the_error_of_reading(parts):
    encoder, reader, tokenizer, _ = parts
    rng = np.random.default_rng(3)
    fresh = [write_report(random_foci(rng), {}, "zh", rng) for _ in range(6)]

    def error() -> float:
        ids, mask, slots, _ = reading_batch(fresh, tokenizer)
        with torch.inference_mode():
            logits = reader.tags(encoder.eval()(ids, mask))[0]
        return float(torch.nn.functional.binary_cross_entropy_with_logits(logits[mask.bool()], slots[mask.bool()]))

    before = error()
    module.teach_reading(encoder, reader, tokenizer, SETTINGS | {"steps": 30}, 0)
    assert error() < 0.5 * before
    scores = module.run_scores(module.TextPath(*parts, {}), 5, 4)
    for name in ("place_f1_zh", "place_f1_en", "status_accuracy_zh", "status_accuracy_en"):
        assert 0 <= scores[name] <= 1
    for wording in ("training_wordings", "held_back_wordings"):
        for language in ("zh", "en"):
            one = scores["simulated"][wording][language]
            assert one["reports"] == 4
            assert one["named_tokens"] > 0
            assert one["places"] > 0


@pytest.mark.parametrize("steps", [2, 10])
def test_few_steps_can_be_taught(parts, steps):
    module.teach_reading(*parts[:3], SETTINGS | {"steps": steps, "reports_per_step": 1}, 0)


def test_no_step_is_refused(parts):
    with pytest.raises(InputError, match="cannot be taught in 0 steps"):
        module.teach_reading(*parts[:3], SETTINGS | {"steps": 0}, 0)


def test_the_weight_of_what_is_there_leaves_the_odds_when_taught(parts):
    """At hardly any rate the bias is the one it starts with, less the logarithm of the last weight."""
    module.teach_reading(*parts[:3], SETTINGS | {"learning_rate": 1e-12, "last_positive_weight": 4.0}, 0)
    assert parts[1].slots.bias.tolist() == pytest.approx([-4.0 - 1.386294] * len(TEXT_SLOTS), abs=1e-5)


def test_the_learning_rate_warms_up_and_falls_to_nearly_zero():
    shares = [module.learning_rate_share(step, 100) for step in range(100)]
    assert shares[:10] == pytest.approx([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0])
    assert shares[10:] == sorted(shares[10:], reverse=True)
    assert shares[55] == pytest.approx(0.5, abs=0.01)
    assert shares[99] < 0.003


def test_scores_of_right_and_wrong_reading_are_those_counted_by_hand(parts, monkeypatch):
    """Three characters name the left seventh rib; two are read so and as uptake, one as the right rib, metastatic."""
    text = "见左七肋亮。"
    written = WrittenReport(text, (WrittenMention(1, 4, ("rib_7_left",), "uptake"),), ())
    encoder, reader, tokenizer, _ = parts
    slots = torch.full((1, 20, len(TEXT_SLOTS)), -5.0)
    slots[0, 2, slot_index("rib_7_left")] = slots[0, 3, slot_index("rib_7_left")] = 5.0  # 左, 七
    slots[0, 4, slot_index("rib_7_right")] = 5.0  # 肋
    statuses = torch.zeros(1, 20, len(STATUSES))
    statuses[0, 2:4, STATUSES.index("uptake")] = 1.0
    monkeypatch.setattr(reader, "tags", lambda hidden: (slots[:, : hidden.shape[1]], statuses[:, : hidden.shape[1]]))
    scores = score_reports(encoder, reader, tokenizer, [written])
    assert scores["named_tokens"] == scores["places"] == 3
    assert scores["place_precision"] == pytest.approx(2 / 3)
    assert scores["place_recall"] == pytest.approx(2 / 3)
    assert scores["place_f1"] == pytest.approx(2 / 3)
    assert scores["status_accuracy"] == pytest.approx(2 / 3)
    assert scores["status_recall"]["uptake"] == pytest.approx(2 / 3)


# ---- a run ----------------------------------------------------------------------------------------------------------


def _same(one: module.TextPath, other: module.TextPath) -> None:
    for name in ("encoder", "reader"):
        for key, value in getattr(one, name).state_dict().items():
            assert torch.equal(getattr(other, name).state_dict()[key], value), key


class _StopsAt:
    """A source of reports that is interrupted, as by Ctrl-C, at some step."""

    def __init__(self, source, step):
        self.source, self.left = source, step

    def draw(self, rng, count):
        if not self.left:
            raise KeyboardInterrupt
        self.left -= 1
        return self.source.draw(rng, count)


def test_a_run_that_goes_on_is_the_unbroken_one_weight_for_weight(tmp_path):
    configuration = {
        "text_encoder": SIZES | {"hidden_dropout_prob": 0.1},  # its random numbers go on as well
        "teach_reading": SETTINGS | {"steps": 8},
    }
    whole = module.teach_run(tmp_path / "whole", configuration, 4)
    simulated = SimulatedReports(Noise.of(SETTINGS), broad=BroadWords.of(SETTINGS))
    with pytest.raises(KeyboardInterrupt):
        module.teach_run(tmp_path / "broken", configuration, 4, source=_StopsAt(simulated, 5))
    assert {file.name for file in (tmp_path / "broken").iterdir()} == {module.CHECKPOINT_FILE}
    torch.manual_seed(99)
    resumed = module.teach_run(tmp_path / "broken", configuration, 4, go_on=True)
    _same(whole, resumed)
    first, second = (dict(path.scores, seconds=0) for path in (whole, resumed))
    assert first == second
    assert not (tmp_path / "broken" / module.CHECKPOINT_FILE).exists()


def test_a_run_folder_gives_back_what_was_taught(tmp_path):
    taught = module.teach_run(tmp_path, CONFIGURATION, 1)
    loaded = module.load_text_path(tmp_path)
    _same(taught, loaded)
    assert loaded.scores == taught.scores
    assert loaded.tokenizer_json == taught.tokenizer_json
    with pytest.raises(InputError, match="already holds a taught text encoder"):
        module.teach_run(tmp_path, CONFIGURATION, 1)


def test_other_settings_do_not_go_on_from_a_checkpoint(tmp_path):
    longer = {**CONFIGURATION, "teach_reading": SETTINGS | {"steps": 8}}
    with pytest.raises(KeyboardInterrupt):
        module.teach_run(tmp_path, longer, 4, source=_StopsAt(SimulatedReports(Noise.of(SETTINGS)), 5))
    with pytest.raises(InputError, match="other settings or another seed"):
        module.teach_run(tmp_path, longer, 5, go_on=True)
    with pytest.raises(InputError, match="no checkpoint to go on from"):
        module.teach_run(tmp_path / "empty", longer, 4, go_on=True)
    (tmp_path / module.CHECKPOINT_FILE).write_bytes(b"damaged")
    with pytest.raises(InputError, match="not a checkpoint that can be read"):
        module.teach_run(tmp_path, longer, 4, go_on=True)


@pytest.mark.parametrize("damaged", [module.WEIGHTS_FILE, module.TOKENIZER_FILE, module.ENCODER_FILE])
def test_a_damaged_run_folder_is_said_to_be_one(tmp_path, damaged):
    module.teach_run(tmp_path, CONFIGURATION, 1)
    (tmp_path / damaged).write_text("damaged")
    with pytest.raises(InputError, match="cannot be read"):
        module.load_text_path(tmp_path)
    (tmp_path / damaged).unlink()
    with pytest.raises(InputError, match=f"lacks {damaged}"):
        module.load_text_path(tmp_path)


@pytest.mark.parametrize("words", ["tokenizer.json", "vocab.txt"])
def test_a_given_bert_keeps_its_frozen_layers_and_comes_back_from_the_run_folder(tmp_path, words):
    given = given_text_encoder(write_bert(tmp_path / "bert", words))[0]
    run = tmp_path / "run"
    taught = module.teach_run(run, CONFIGURATION, 0, text_encoder=tmp_path / "bert", trained_layers=1)
    changed = {k for k, v in given.state_dict().items() if not torch.equal(v, taught.encoder.state_dict()[k])}
    assert changed
    assert all(name.startswith("bert.encoder.layer.1.") for name in changed)
    loaded = module.load_text_path(run)
    _same(taught, loaded)
    text = parse_report("Metastasis of the 7th rib.")
    assert loaded.tokenizer(text).ids == taught.tokenizer(text).ids


def test_the_bundled_encoder_can_be_taught_further():
    bundle = Path(__file__).parents[2] / "BoneMetSeg" / "Resources" / "Models" / "planar"
    encoder, tokenizer = given_text_encoder(bundle)
    assert tokenizer.word_count == encoder.word_count
    ids, mask = tokenizer.pad(tokenizer(parse_report("左侧第7肋骨转移。")).ids)
    with torch.inference_mode():
        assert encoder.eval()(ids, mask).isfinite().all()


# ---- a hospital's labelled reports ----------------------------------------------------------------------------------

TEXT = "检查所见：左侧第7肋放射性浓聚。"
GOOD = {"text": TEXT, "mentions": [{"start": 5, "end": 10, "slots": ["rib_7_left"], "status": "uptake"}]}


def test_labelled_reports_are_taught_and_some_are_kept_for_scoring(tmp_path):
    for number in range(60):
        (tmp_path / f"{number}.json").write_text(json.dumps({**GOOD, "text": f"{TEXT}（{number}）"}), encoding="utf-8")
    taught, kept = read_labelled_reports(tmp_path)
    assert len(taught) + len(kept) == 60
    assert 0 < len(kept) < 20
    run = tmp_path / "run"
    path = module.teach_run(run, CONFIGURATION, 0, reports=tmp_path)
    assert path.scores["labelled"]["reports"] == len(kept)
    rng = np.random.default_rng(0)
    drawn = LabelledReports(taught, SimulatedReports(Noise(0, 0, 0, 0))).draw(rng, 40)
    own = [one for one in drawn if one.text.startswith(TEXT)]
    assert 8 < len(own) < 32
    for one in own:
        (mention,) = one.mentions
        assert one.text[mention.start : mention.end] == "左侧第7肋"


def test_spans_follow_line_ends_and_a_byte_order_mark(tmp_path):
    text = "\ufeff检查所见：\r\n左侧第7肋浓聚。\r\n"
    start = text.index("左")
    mention = {"start": start, "end": start + 5, "slots": ["rib_7_left"], "status": "uptake"}
    reports = [{"text": f"{text}{n}", "mentions": [mention]} for n in range(40)]
    (tmp_path / "all.json").write_text(json.dumps(reports), encoding="utf-8")
    for written, language in read_labelled_reports(tmp_path / "all.json")[0]:
        (found,) = written.mentions
        assert parse_report(written.text).text[found.start : found.end] == "左侧第7肋"
        assert language == "zh"


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"end": 99}, "runs from 5 to 99, outside its text of 16 characters"),
        ({"start": 10}, "runs from 10 to 10"),
        ({"start": -1}, "runs from -1 to 10"),
        ({"start": "5"}, "runs from 5 to 10"),
        ({"slots": []}, "names no slots"),
        ({"slots": ["rib_13_left"]}, "unknown place 'rib_13_left'"),
        ({"status": "bad"}, "unknown status 'bad'; known are metastatic"),
    ],
)
def test_a_wrong_mention_gives_one_sentence_with_file_and_fault(tmp_path, change, fault):
    (tmp_path / "good.json").write_text(json.dumps(GOOD), encoding="utf-8")
    wrong = {**GOOD, "mentions": [{**GOOD["mentions"][0], **change}]}
    (tmp_path / "wrong.json").write_text(json.dumps(wrong), encoding="utf-8")
    with pytest.raises(InputError, match=f"wrong.json.*{fault}") as raised:
        read_labelled_reports(tmp_path)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("{", "no JSON that can be read"),
        ("{}", 'no "text"'),
        (json.dumps({"text": TEXT}), 'no list of "mentions"'),
        (json.dumps({**GOOD, "mentions": [3]}), "a mention is 3"),
        (json.dumps({**GOOD, "mentions": GOOD["mentions"] * 2}), "overlap"),
        (json.dumps(GOOD), "too few to teach reading"),
    ],
)
def test_a_file_that_is_no_labelled_report_is_refused(tmp_path, content, fault):
    (tmp_path / "one.json").write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=fault):
        read_labelled_reports(tmp_path)


def test_a_folder_without_labelled_reports_is_refused(tmp_path):
    with pytest.raises(InputError, match="holds no labelled reports"):
        read_labelled_reports(tmp_path)
