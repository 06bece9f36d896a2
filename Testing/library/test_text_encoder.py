"""The text path's front: reports are read to their end, and any BERT folder will do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from tokenizers import BertWordPieceTokenizer, Tokenizer
from tokenizers.models import WordLevel
from transformers import BertConfig, BertModel

from BoneMetSegLib.errors import InputError
from BoneMetSegLib.network import DualPathNetwork, NetworkConfig, ReportReader
from BoneMetSegLib.report import Report, parse_report
from BoneMetSegLib.text_encoder import WINDOW_OVERLAP_TOKENS, ReportTokenizer, ReportTokens, TextEncoder

SMALL = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 64}
ZH_CHARACTERS = (
    "左右侧第肋骨胸椎腰骶髂放射性增高浓聚考虑转移未见异常病灶全身显像清晰所诊断病史检查对比，。：,.:;一二三七八"
)
LATIN = "abcdefghijklmnopqrstuvwxyz0123456789"
LAST = "左侧第7肋骨转移。"


def a_vocabulary(size: int = 0) -> list[str]:
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *dict.fromkeys(ZH_CHARACTERS), *LATIN, "rib", "left"]
    words += [f"##{character}" for character in LATIN]
    return words + [f"[unused{number}]" for number in range(size - len(words))]


def a_bert_folder(folder: Path, vocabulary: list[str], **sizes: int) -> Path:
    """As MacBERT is distributed, with safe weights: config, model.safetensors and vocab.txt, no tokenizer.json."""
    torch.manual_seed(0)
    model = BertModel(BertConfig(vocab_size=len(vocabulary), **(SMALL | sizes)), add_pooling_layer=False)
    model.save_pretrained(folder, safe_serialization=True)
    (folder / "vocab.txt").write_text("\n".join(vocabulary) + "\n", encoding="utf-8")
    assert not (folder / "tokenizer.json").exists()
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return a_bert_folder(tmp_path_factory.mktemp("bert"), a_vocabulary())


@pytest.fixture(scope="module")
def tokenizer(folder: Path) -> ReportTokenizer:
    return ReportTokenizer.from_folder(folder)


@pytest.fixture(scope="module")
def encoder(folder: Path) -> TextEncoder:
    return TextEncoder.from_folder(folder).eval()


def states_of(encoder: TextEncoder, tokenizer: ReportTokenizer, text: str) -> torch.Tensor:
    torch.manual_seed(1)
    reader = ReportReader(encoder.width).eval()
    tokens = tokenizer(parse_report(text))
    ids, mask = tokenizer.pad(tokens.ids)
    readable = torch.zeros_like(mask, dtype=torch.bool)
    for row, spans in enumerate(tokens.spans):
        readable[row, : len(spans)] = torch.tensor([span is not None for span in spans])
    with torch.inference_mode():
        return reader(encoder(ids, mask), readable)


def times_read(tokens: ReportTokens, report: Report) -> list[int]:
    """How often each character of the report is covered by a token's span."""
    counts = [0] * len(report.text)
    for spans in tokens.spans:
        for span in spans:
            for position in range(*(span or (0, 0))):
                counts[position] += 1
    return counts


def a_long_report() -> str:
    filler = "全身骨显像清晰，胸椎未见异常放射性浓聚。"
    text = "检查所见：" + filler * 200
    return text[: 3000 - len(LAST) - 1] + "。" + LAST


def assert_all_is_read_once(report: Report, tokens: ReportTokens) -> None:
    counts = times_read(tokens, report)
    for clause in report.clauses:
        for position in range(clause.start, clause.end):
            if not report.text[position].isspace():
                assert counts[position] == 1, (position, report.text[position])


# ---- to the end -----------------------------------------------------------------------------------------------------


def test_a_report_of_3000_characters_is_read_to_its_last_sentence(tokenizer, encoder):
    text = a_long_report()
    assert len(text) == 3000
    report = parse_report(text)
    tokens = tokenizer(report)
    assert_all_is_read_once(report, tokens)
    read = {position for spans in tokens.spans for span in spans if span for position in range(*span)}
    assert set(range(3000 - len(LAST), 3000)) <= read
    other_end = text[: -len(LAST)] + "右侧髂骨未见异常。"
    assert not torch.allclose(states_of(encoder, tokenizer, text), states_of(encoder, tokenizer, other_end), atol=1e-5)


def test_a_clause_longer_than_the_encoder_is_read_in_overlapping_windows(tokenizer):
    text = "检查所见：" + "左侧第7肋放射性增高，" * 100 + "右侧髂骨转移"
    report = parse_report(text)
    tokens = tokenizer(report)
    assert len(report.clauses) == 1
    assert len(tokens.ids) >= 2
    assert all(len(ids) <= 512 for ids in tokens.ids)
    assert_all_is_read_once(report, tokens)
    prefix = next(position for position, span in enumerate(tokens.spans[0]) if span) - 1
    for earlier, later in zip(tokens.ids, tokens.ids[1:], strict=False):
        start = 1 + prefix
        assert earlier[-1 - WINDOW_OVERLAP_TOKENS : -1] == later[start : start + WINDOW_OVERLAP_TOKENS]


@pytest.mark.parametrize("clause_tokens", [505, 506, 507, 508, 509, 510, 511, 512, 513, 994, 995, 996])
def test_no_character_is_lost_where_a_window_ends(tokenizer, clause_tokens):
    report = parse_report("肋" * (clause_tokens - 1) + "骨")
    assert_all_is_read_once(report, tokenizer(report))


def test_changing_the_last_sentence_of_a_too_long_clause_changes_what_is_read(tokenizer, encoder):
    head = "检查所见：" + "左侧第7肋放射性增高，" * 100
    assert not torch.equal(
        states_of(encoder, tokenizer, head + "右侧髂骨转移"), states_of(encoder, tokenizer, head + "胸椎未见异常")
    )


def test_a_report_of_headings_alone_names_no_place(tokenizer, encoder):
    report = parse_report("检查所见：\n诊断意见：\n")
    assert report.clauses == ()
    assert not states_of(encoder, tokenizer, report.text).any()


# ---- which characters a token stands for ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("第7肋转移", ["第", "7", "肋", "转", "移"]),
        ("  \n诊断意见：第7肋转移", ["第", "7", "肋", "转", "移"]),
        ("Left rib 7.", ["Left", "rib", "7", "."]),
        ("Ｌｅｆｔ　ｒｉｂ　７．", ["Ｌｅｆｔ", "ｒｉｂ", "７", "．"]),
        ("第７肋，Left rib", ["第", "７", "肋", "，", "Left", "rib"]),
        ("\ufeffLeft rib", ["Left", "rib"]),
    ],
)
def test_spans_point_at_the_characters_as_written(tokenizer, text, wanted):
    report = parse_report(text)
    spans = [span for window in tokenizer(report).spans for span in window if span]
    assert [report.text[a:b] for a, b in spans] == wanted


def test_words_of_the_section_stand_before_a_clause_and_belong_to_no_character(tokenizer):
    findings, impression = (tokenizer(parse_report(f"{heading}：骨转移")) for heading in ("检查所见", "诊断意见"))
    assert findings.ids != impression.ids
    for tokens in (findings, impression):
        spans = tokens.spans[0]
        assert spans[:4] == [None] * 4  # [CLS], two characters and a colon
        assert len([span for span in spans if span]) == 3


def test_the_history_beside_headed_findings_is_not_read(tokenizer):
    report = parse_report("病史：左髋痛。检查所见：T8浓聚。诊断意见：骨转移。")
    tokens = tokenizer(report)
    assert [report.clauses[clause].section for clause in tokens.clauses] == ["findings", "impression"]


def test_full_width_and_half_width_reports_give_the_same_states(tokenizer, encoder):
    half = "Left rib 7: uptake, T8 (rib 7). Left rib 1."
    full = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else "\u3000" for c in half)
    one, other = states_of(encoder, tokenizer, half), states_of(encoder, tokenizer, full)
    assert tokenizer(parse_report(half)).ids == tokenizer(parse_report(full)).ids
    assert torch.equal(one, other)


def test_a_clause_reads_the_same_beside_a_longer_one(encoder, tokenizer):
    """Padding and the order in which windows are encoded change nothing."""
    short, long = tokenizer(parse_report("肋骨转移")).ids[0], tokenizer(parse_report("胸椎未见异常放射性浓聚")).ids[0]
    with torch.inference_mode():
        alone = encoder(*tokenizer.pad([short]))
        together = encoder(*tokenizer.pad([long, short, long]))
    assert torch.allclose(together[1, : len(short)], alone[0], atol=1e-5)


# ---- any BERT folder ------------------------------------------------------------------------------------------------


def test_a_bert_folder_with_vocab_txt_loads_with_its_own_weights(folder, encoder, tokenizer):
    from safetensors.torch import load_file

    stored = load_file(folder / "model.safetensors")
    assert torch.equal(encoder.bert.embeddings.word_embeddings.weight, stored["embeddings.word_embeddings.weight"])
    assert (encoder.width, encoder.max_tokens) == (32, 512)
    assert tokenizer.word_count == encoder.word_count == len(a_vocabulary())


def test_half_precision_weights_are_read_as_float32(folder, tmp_path):
    model = BertModel.from_pretrained(folder, add_pooling_layer=False).half()
    model.save_pretrained(tmp_path, safe_serialization=True)
    assert {value.dtype for value in TextEncoder.from_folder(tmp_path).parameters()} == {torch.float32}


def test_a_cased_folder_keeps_its_case(tmp_path):
    folder = a_bert_folder(tmp_path, [*a_vocabulary(), "T"])
    uncased = ReportTokenizer.from_folder(folder)(parse_report("T")).ids
    (folder / "tokenizer_config.json").write_text(json.dumps({"do_lower_case": False}))
    assert ReportTokenizer.from_folder(folder)(parse_report("T")).ids != uncased


def test_tokenizer_json_and_vocab_txt_give_the_same_tokens(folder, tokenizer, tmp_path):
    BertWordPieceTokenizer(str(folder / "vocab.txt"), lowercase=True).save(str(tmp_path / "tokenizer.json"))
    report = parse_report("Left rib 7，第７肋转移。")
    again = ReportTokenizer.from_folder(tmp_path)(report)
    assert (again.ids, again.spans) == (tokenizer(report).ids, tokenizer(report).spans)


def assert_a_network_reads_through(folder: Path) -> tuple[TextEncoder, ReportTokenizer]:
    encoder, tokenizer = TextEncoder.from_folder(folder).eval(), ReportTokenizer.from_folder(folder)
    network = DualPathNetwork(NetworkConfig(), encoder.width).eval()
    tokens = tokenizer(parse_report("检查所见：左侧第7肋放射性增高。诊断意见：骨转移。"))
    ids, mask = tokenizer.pad(tokens.ids)
    with torch.inference_mode():
        report = network.reader.report([(encoder(ids, mask), mask.bool())])
        features = network.encode(torch.rand(1, 4, 64, 64))
        told = network.report_path(features, network.image_path(features), report)
    assert report.states.shape == (1, 78, 16)
    assert report.states.isfinite().all()
    assert told.classes.shape == (1, 2, 4, 64, 64)
    assert told.fit.shape == (1,)
    return encoder, tokenizer


def test_a_network_reads_through_a_folder_in_macberts_format(folder):
    assert_a_network_reads_through(folder)


def test_a_network_reads_through_an_encoder_of_macberts_size(tmp_path):
    base = {"hidden_size": 768, "num_hidden_layers": 12, "num_attention_heads": 12, "intermediate_size": 3072}
    folder = a_bert_folder(tmp_path, a_vocabulary(21128), **base)
    encoder, tokenizer = assert_a_network_reads_through(folder)
    assert sum(p.numel() for p in encoder.parameters()) > 1e8
    assert (tokenizer.word_count, encoder.word_count, encoder.width) == (21128, 21128, 768)
    one, other = a_long_report(), a_long_report()[: -len(LAST)] + "右侧髂骨未见异常。"
    assert not torch.allclose(states_of(encoder, tokenizer, one), states_of(encoder, tokenizer, other), atol=1e-5)


# ---- what is no BERT folder -----------------------------------------------------------------------------------------


def test_a_folder_without_a_tokenizer_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"neither tokenizer\.json nor vocab\.txt"):
        ReportTokenizer.from_folder(tmp_path)


def test_a_tokenizer_that_is_not_one_is_refused(tmp_path):
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(InputError, match=r"tokenizer\.json is not a tokenizer"):
        ReportTokenizer.from_folder(tmp_path)


def test_a_tokenizer_of_another_model_is_refused(tmp_path):
    Tokenizer(WordLevel({"<s>": 0, "[UNK]": 1}, unk_token="[UNK]")).save(str(tmp_path / "tokenizer.json"))
    with pytest.raises(InputError, match=r"special tokens \[PAD\], \[CLS\], \[SEP\]"):
        ReportTokenizer.from_folder(tmp_path)


def test_an_encoder_of_very_few_positions_is_refused(folder):
    with pytest.raises(InputError, match="32 positions is too short"):
        ReportTokenizer.from_folder(folder, 32)


def test_a_folder_without_config_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"no readable config\.json"):
        TextEncoder.from_folder(tmp_path)


def test_another_architecture_is_refused(tmp_path):
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "gpt2"}))
    with pytest.raises(InputError, match="'gpt2' model; a BERT folder is needed"):
        TextEncoder.from_folder(tmp_path)


def test_pickled_weights_are_refused_without_being_loaded(folder, tmp_path):
    (tmp_path / "config.json").write_bytes((folder / "config.json").read_bytes())
    (tmp_path / "pytorch_model.bin").write_bytes(b"cos\nsystem\n(S'exit 1'\ntR.")
    with pytest.raises(InputError, match=r"no \.safetensors weights; convert pickled weights first"):
        TextEncoder.from_folder(tmp_path)
    (tmp_path / "model.safetensors").write_bytes((tmp_path / "pytorch_model.bin").read_bytes())
    with pytest.raises(InputError, match="cannot be loaded"):
        TextEncoder.from_folder(tmp_path)


def test_weights_that_lack_a_layer_are_refused_rather_than_left_at_random(folder, tmp_path):
    config = json.loads((folder / "config.json").read_text()) | {"num_hidden_layers": 2}
    (tmp_path / "config.json").write_text(json.dumps(config))
    (tmp_path / "model.safetensors").write_bytes((folder / "model.safetensors").read_bytes())
    with pytest.raises(InputError, match=r"lack encoder\.layer\.1\."):
        TextEncoder.from_folder(tmp_path)


def test_the_architecture_alone_can_be_had_without_weights(folder, tmp_path):
    (tmp_path / "config.json").write_bytes((folder / "config.json").read_bytes())
    assert TextEncoder.from_folder(tmp_path, weights=False).width == 32
