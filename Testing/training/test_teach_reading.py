"""Teaching to read: the targets of each token, and that teaching teaches."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
import torch

from BoneMetSegLib.anatomy import TEXT_SLOTS, slot_index
from BoneMetSegLib.errors import InputError
from BoneMetSegLib.report import parse_report
from BoneMetSegLib.segmentation import STATUSES
from model_training import teach_reading as module
from model_training.configuration import read_configuration
from model_training.simulator.report_grammar import WrittenMention
from model_training.simulator.report_writer import WrittenReport, random_foci, write_report

SIZES = {
    "hidden_size": 32,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "intermediate_size": 64,
    "max_position_embeddings": 512,
    "word_pieces": 300,
}
SETTINGS = read_configuration()["teach_reading"] | {"steps": 2, "reports_per_step": 2, "learning_rate": 3e-3}


@pytest.fixture(scope="module")
def tokenizer_json() -> str:
    from model_training.vocabulary import build_tokenizer

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
    ((slots, statuses),) = module.token_targets(tokens, written, len(TEXT_SLOTS))
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
        targets = module.token_targets(parts[2](parse_report(written.text)), written, len(TEXT_SLOTS))
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


def test_teaching_lowers_the_error_of_reading(parts, monkeypatch):
    monkeypatch.setattr(module, "reading_scores", partial(module.reading_scores, reports=2))
    encoder, reader, tokenizer, _ = parts
    rng = np.random.default_rng(3)
    fresh = [write_report(random_foci(rng), {}, "zh", rng) for _ in range(6)]

    def error() -> float:
        ids, mask, slots, _ = module._batch(fresh, tokenizer)
        with torch.inference_mode():
            logits = reader.tags(encoder.eval()(ids, mask))[0]
        return float(torch.nn.functional.binary_cross_entropy_with_logits(logits[mask.bool()], slots[mask.bool()]))

    before = error()
    scores = module.teach_reading(encoder, reader, tokenizer, SETTINGS | {"steps": 25}, 0)
    assert error() < 0.5 * before
    assert set(scores) == {"place_f1_zh", "place_f1_en", "status_accuracy_zh", "status_accuracy_en"}
    assert all(0 <= score <= 1 for score in scores.values())


@pytest.mark.parametrize("steps", [2, 10])
def test_few_steps_can_be_taught(parts, monkeypatch, steps):
    monkeypatch.setattr(module, "reading_scores", lambda *_: {})
    module.teach_reading(*parts[:3], SETTINGS | {"steps": steps, "reports_per_step": 1}, 0)


def test_no_step_is_refused(parts):
    with pytest.raises(InputError, match="cannot be taught in 0 steps"):
        module.teach_reading(*parts[:3], SETTINGS | {"steps": 0}, 0)
