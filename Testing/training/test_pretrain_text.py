"""Pretraining by correction: what is spoiled, that it teaches, and that it goes on exactly."""

from __future__ import annotations

import argparse
import json
import stat
from pathlib import Path

import numpy as np
import pytest
import torch

from BoneMetSegLib.errors import InputError
from BoneMetSegLib.report import parse_report
from BoneMetSegLib.text_encoder import TextEncoder
from model_training.reading import pretrain_text as module
from model_training.reading.commands import add_pretrain_text_command
from model_training.reading.given_text_encoder import given_text_encoder
from model_training.reading.masked_words import NOT_CHOSEN, word_masker
from model_training.reading.text_corpus import read_corpus
from model_training.simulator.report_writer import random_report
from Testing.training.bert_folders import write_bert


@pytest.fixture(scope="module")
def corpus():
    rng = np.random.default_rng(11)
    return [parse_report(random_report(("zh", "en")[n % 2], rng).text) for n in range(40)]


@pytest.fixture(scope="module")
def bert(tmp_path_factory):
    return write_bert(tmp_path_factory.mktemp("bert"), positions=256)


@pytest.fixture(scope="module")
def masker(corpus, bert):
    tokenizer = given_text_encoder(bert)[1]
    return word_masker([ids[1:-1] for report in corpus for ids in tokenizer(report).ids], tokenizer)


# ---- what is spoiled ------------------------------------------------------------------------------------------------


def test_words_are_terms_whole_english_words_and_single_characters(masker, bert):
    tokenizer = given_text_encoder(bert)[1]
    ids = tokenizer.encode("见右肩胛骨浓聚")
    words = ["".join("见右肩胛骨浓聚"[a:b]) for a, b in masker.words(ids)]
    assert words == ["见", "右", "肩胛骨", "浓", "聚"]
    ids = tokenizer.encode("left scapula, osteomyelitis")
    words = masker.words(ids)
    assert [word[0] for word in words] + [len(ids)] == [0, *(end for _, end in words)]
    assert len(words) == 4


def test_about_15_percent_of_the_words_are_chosen_and_all_others_stay(masker, rng):
    ids = tuple(int(token) for token in rng.choice(masker.ordinary, 400))
    chosen = spoiled_share = 0
    for _ in range(40):
        spoiled, wanted = masker(ids, rng)
        assert len(spoiled) == len(ids)
        for now, want, was in zip(spoiled, wanted, ids, strict=True):
            assert want in (NOT_CHOSEN, was)
            assert was in (now, want)
            chosen += want == was
            spoiled_share += now != was
    assert 0.13 < chosen / (40 * 400) < 0.19
    assert 0.8 < spoiled_share / chosen <= 0.95, "a tenth of the runs stays as it is"


def test_a_term_is_replaced_by_terms_of_its_kind_and_of_its_length(masker, bert):
    tokenizer = given_text_encoder(bert)[1]
    rng = np.random.default_rng(1)
    others = {masker.similar.instead_of(tuple(tokenizer.encode("骶髂关节")), rng) for _ in range(60)}
    joints = {tuple(tokenizer.encode(term)) for term in ("胸锁关节", "肩锁关节")}
    assert joints <= others
    assert tuple(tokenizer.encode("肩胛骨")) not in others
    assert all(len(other) == 4 for other in others)


def test_tokens_between_the_same_neighbours_are_similar(bert):
    tokenizer = given_text_encoder(bert)[1]
    texts = [f"见{word}灶于此{number}处" for word in "浓稀浓稀浓稀" for number in "天地玄黄宇宙洪荒日月盈昃辰宿列张"]
    similar = word_masker([tokenizer.encode(text) for text in texts], tokenizer).similar
    dense, sparse = tokenizer.encode("浓稀")
    draws = np.random.default_rng(0)
    assert (sparse,) in {similar.instead_of((dense,), draws) for _ in range(60)}


# ---- pretraining ----------------------------------------------------------------------------------------------------

SETTINGS = module.PretrainingSettings(60, 16, 3e-3)


def test_pretraining_lowers_the_loss_on_reports_that_it_never_saw(corpus, bert):
    encoder, tokenizer = given_text_encoder(bert)
    scores = module.pretrain_text(corpus, encoder, tokenizer, SETTINGS, 0)
    assert scores["checked_on_unseen_reports"]
    assert scores["reports"] + scores["reports_checked"] == len(corpus)
    assert scores["after"]["words"] < 0.8 * scores["before"]["words"]


def test_a_pretraining_that_goes_on_is_the_unbroken_one_weight_for_weight(corpus, bert, tmp_path, monkeypatch):
    settings = module.PretrainingSettings(7, 4, 1e-3, checkpoint_steps=3)
    whole, tokenizer = given_text_encoder(bert)
    scores = module.pretrain_text(corpus, whole, tokenizer, settings, 2)
    broken, _ = given_text_encoder(bert)
    checkpoint = tmp_path / module.CHECKPOINT_FILE
    losses, steps = module._losses, []

    def interrupted(*arguments):
        if not torch.is_inference_mode_enabled():  # a step, not a check
            steps.append(len(steps))
            if len(steps) > 5:
                raise KeyboardInterrupt
        return losses(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(module, "_losses", interrupted)
        with pytest.raises(KeyboardInterrupt):
            module.pretrain_text(corpus, broken, tokenizer, settings, 2, checkpoint=checkpoint)
    assert checkpoint.is_file()
    resumed, _ = given_text_encoder(bert)
    again = module.pretrain_text(corpus, resumed, tokenizer, settings, 2, checkpoint=checkpoint, go_on=True)
    assert again == scores
    for name, value in whole.state_dict().items():
        assert torch.equal(resumed.state_dict()[name], value), name
    with pytest.raises(InputError, match="other reports or with other settings"):
        module.pretrain_text(corpus[1:], resumed, tokenizer, settings, 2, checkpoint=checkpoint, go_on=True)


def options(*arguments: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_pretrain_text_command(parser.add_subparsers())
    return parser.parse_args(["pretrain-text", *arguments])


@pytest.mark.parametrize("words", ["tokenizer.json", "vocab.txt"])
def test_the_command_writes_a_bert_folder_that_transformers_reads(corpus, tmp_path, words):
    from transformers import BertModel

    write_bert(tmp_path / "bert", words)
    reports = tmp_path / "reports.json"
    reports.write_text(json.dumps([report.text for report in corpus[:12]]), encoding="utf-8")
    out = tmp_path / "out"
    module.pretrain_text_command(
        options("--reports", str(reports), "--out", str(out), "--text-encoder", str(tmp_path / "bert"), "--steps", "2",
                "--windows", "2")
    )  # fmt: skip
    names = {file.name for file in out.iterdir()}
    assert names == {"config.json", "model.safetensors", "tokenizer.json", "pretraining.json"}
    assert len({stat.S_IMODE(file.stat().st_mode) for file in out.iterdir()}) == 1  # whoever reads one reads all
    plain = BertModel.from_pretrained(out, add_pooling_layer=False)
    encoder, tokenizer = given_text_encoder(out)
    ids, mask = tokenizer.pad(tokenizer(corpus[0]).ids)
    with torch.inference_mode():
        hidden = plain.eval()(input_ids=ids, attention_mask=mask).last_hidden_state
        assert torch.allclose(encoder.eval()(ids, mask)[mask.bool()], hidden[mask.bool()], atol=1e-5)
    assert json.loads((out / "pretraining.json").read_text())["steps"] == 2
    with pytest.raises(InputError, match="already holds an encoder"):
        module.pretrain_text_command(options("--reports", str(reports), "--out", str(out)))


def test_without_an_encoder_the_bundled_one_is_begun_with(tmp_path):
    encoder, tokenizer = module._begun(options("--reports", "x", "--out", "y"))
    assert isinstance(encoder, TextEncoder)
    assert "[UNK]" not in [t for t in tokenizer(parse_report("左侧第7肋骨转移。")).ids if t == tokenizer.unknown_id]


# ---- the corpus -----------------------------------------------------------------------------------------------------

LINES = [f"Uptake in the left scapula, number {number}." for number in range(9)]


def test_a_folder_of_files_a_file_of_lines_and_a_json_list_hold_the_same_reports(tmp_path):
    folder = tmp_path / "folder"
    (folder / "inner").mkdir(parents=True)
    for number, line in enumerate(LINES):
        (folder / ("inner" if number % 2 else ".") / f"{number}.txt").write_text(line, encoding="utf-8")
    lines = tmp_path / "lines.txt"
    lines.write_text("\n\n".join([*LINES, LINES[0]]), encoding="utf-8")
    listed = tmp_path / "list.json"
    listed.write_text(json.dumps([LINES[0], *({"text": line} for line in LINES)]), encoding="utf-8")
    for path in (folder, lines, listed):
        assert [report.text for report in read_corpus(path)] == sorted(LINES), path.name


def test_reports_in_gb18030_are_read(tmp_path):
    texts = [f"检查所见：左侧第{number}肋放射性浓聚，余未见异常。" for number in range(1, 12)]
    (tmp_path / "reports.txt").write_text("\n".join(texts), encoding="gb18030")
    assert {report.text for report in read_corpus(tmp_path / "reports.txt")} == set(texts)


@pytest.mark.parametrize(
    ("name", "content", "fault"),
    [
        ("a.json", b"{", "no JSON that can be read"),
        ("a.json", b"{}", "no list of reports"),
        ("a.json", b"[3]", "report 1 is neither a text nor an object"),
        ("a.txt", b"one report alone", "1 different reports with words"),
        ("a.txt", b"...\n123\n", "0 different reports with words"),
    ],
)
def test_what_is_no_corpus_is_refused(tmp_path, name, content, fault):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=fault):
        read_corpus(tmp_path / name)


def test_a_place_without_reports_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"holds no \.txt files"):
        read_corpus(tmp_path)
    with pytest.raises(InputError, match="there is no file or folder"):
        read_corpus(Path(tmp_path / "none"))
