"""Token states kept on disk: what is found is what was made, and damage is healed."""

from __future__ import annotations

import pytest
import torch

from BoneMetSegLib.network import ReportReader
from BoneMetSegLib.report import parse_report
from model_training.reading.given_text_encoder import given_text_encoder
from model_training.reading.report_states import ReportStatesCache, encoder_sha256
from Testing.training.bert_folders import write_bert

TEXTS = ["检查所见：左侧第7肋放射性浓聚，T8椎体转移。余未见异常。", "Uptake in the left scapula. No other lesion."]


@pytest.fixture(scope="module")
def text_path(tmp_path_factory):
    encoder, tokenizer = given_text_encoder(write_bert(tmp_path_factory.mktemp("bert")))
    return encoder.eval(), tokenizer


def test_what_is_found_again_is_what_was_made_bit_for_bit(text_path, tmp_path):
    first = ReportStatesCache(tmp_path, *text_path)
    made = first.states_of([*TEXTS, TEXTS[0]])
    assert first.made == 2
    second = ReportStatesCache(tmp_path, *text_path)
    found = second.states_of([TEXTS[0], TEXTS[1], TEXTS[0]])
    assert second.made == 0
    for one, other in zip(made, found, strict=True):
        assert one.dtype == torch.float16
        assert torch.equal(one, other)


def test_states_are_those_of_the_readable_tokens_in_their_order(text_path, tmp_path):
    encoder, tokenizer = text_path
    (states,) = ReportStatesCache(tmp_path, encoder, tokenizer).states_of(TEXTS[:1])
    tokens = tokenizer(parse_report(TEXTS[0]))
    ids, mask = tokenizer.pad(tokens.ids)
    with torch.inference_mode():
        hidden = encoder(ids, mask)
    wanted = [
        hidden[row, position]
        for row, spans in enumerate(tokens.spans)
        for position, span in enumerate(spans)
        if span is not None
    ]
    assert torch.equal(states, torch.stack(wanted).half())
    # The reader gets from them what it gets from the windows, but for float16.
    reader = ReportReader(encoder.width)
    readable = torch.zeros_like(mask, dtype=torch.bool)
    for row, spans in enumerate(tokens.spans):
        readable[row, : len(spans)] = torch.tensor([span is not None for span in spans])
    with torch.inference_mode():
        kept = reader(states[None].float(), torch.ones(1, len(states), dtype=torch.bool))
        assert torch.allclose(kept, reader(hidden, readable), atol=2e-3)


@pytest.mark.parametrize("damage", ["cut short", "other bytes", "another width", "not a number"])
def test_a_damaged_file_is_made_again(text_path, tmp_path, damage):
    from safetensors.torch import save_file

    cache = ReportStatesCache(tmp_path, *text_path)
    (states,) = cache.states_of(TEXTS[:1])
    (file,) = tmp_path.rglob("*.safetensors")
    if damage == "cut short":
        file.write_bytes(file.read_bytes()[:-9])
    elif damage == "other bytes":
        file.write_bytes(b"\xff" * 400)
    elif damage == "another width":
        save_file({"states": torch.zeros(3, 5).half()}, file)
    else:
        save_file({"states": torch.full_like(states, torch.nan)}, file)
    (again,) = cache.states_of(TEXTS[:1])
    assert torch.equal(again, states)
    assert cache.made == 2
    assert torch.equal(ReportStatesCache(tmp_path, *text_path).states_of(TEXTS[:1])[0], states)
    assert not list(tmp_path.rglob("*.tmp"))


def test_another_encoder_finds_nothing_of_the_first(text_path, tmp_path):
    ReportStatesCache(tmp_path / "cache", *text_path).states_of(TEXTS)
    encoder, tokenizer = given_text_encoder(write_bert(tmp_path / "bert"))
    assert encoder_sha256(encoder, tokenizer) == encoder_sha256(*text_path)
    with torch.no_grad():
        encoder.bert.embeddings.word_embeddings.weight[5, 3] += 1e-3
    other = ReportStatesCache(tmp_path / "cache", encoder.eval(), tokenizer)
    other.states_of(TEXTS)
    assert other.made == len(TEXTS)


def test_what_is_written_is_named_by_hashes_alone(text_path, tmp_path):
    ReportStatesCache(tmp_path, *text_path).states_of(TEXTS)
    for file in tmp_path.rglob("*.safetensors"):
        assert len(file.parent.name + file.stem) == 64
        assert "左侧".encode() not in file.read_bytes()
