"""From a scan and its report to probability maps, in the pixels as acquired."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from tokenizers import BertWordPieceTokenizer
from transformers import BertConfig, BertModel

from BoneMetSegLib.anatomy import SKELETON_CHANNELS, TEXT_SLOTS, slot_index
from BoneMetSegLib.bundle import Bundle, write_bundle
from BoneMetSegLib.errors import InputError
from BoneMetSegLib.network import DualPathNetwork, NetworkConfig
from BoneMetSegLib.preprocessing import Preprocessing
from BoneMetSegLib.report import parse_report
from BoneMetSegLib.scan import PlanarScan, PlanarView
from BoneMetSegLib.segmentation import CLASSES, STATUSES, Segmentation
from BoneMetSegLib.segmenter import Segmenter, choose_device, device_words
from BoneMetSegLib.text_encoder import TextEncoder

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"左右侧第肋骨转移未见异常诊断意:,。0123456789"]
REPORT = "诊断意见：左侧第7肋骨转移。右侧未见异常。"


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(WORDS), hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=64
    )
    text = TextEncoder(BertModel(config, add_pooling_layer=False))
    network = DualPathNetwork(NetworkConfig(), text.width)
    torch.nn.init.normal_(network.report.head[-1].weight, std=0.3)  # as after training: the report matters
    words = {word: index for index, word in enumerate(WORDS)}
    description = {
        "name": "tiny",
        "version": "0.1",
        "thresholds": {"foreground": 0.5, "accept": 0.4, "min_area_mm2": 60.0},
        "training": {},
        "evaluation": {},
        "intended_use": "A test.",
        "licence": "Apache-2.0",
    }
    tokenizer_json = BertWordPieceTokenizer(words, lowercase=True)._tokenizer.to_str()
    folder = tmp_path_factory.mktemp("b") / "tiny"
    grid = Preprocessing(4.0, (160, 96), 32)
    return write_bundle(folder, network, text, tokenizer_json, "# Tiny\n", description, grid)


@pytest.fixture(scope="module")
def segmenter(bundle: Bundle) -> Segmenter:
    return Segmenter(bundle, "cpu")


def a_scan(**shapes: tuple[int, int]) -> PlanarScan:
    rng = np.random.default_rng(4)
    views = {}
    for name, (rows, columns) in shapes.items():
        rate = np.full((rows, columns), 0.2)
        rate[rows // 8 : -rows // 8, columns // 4 : -columns // 4] = 20
        views[name] = PlanarView(name, rng.poisson(rate).astype(np.float32), (4.0, 3.5))
    return PlanarScan(views)


@pytest.fixture(scope="module")
def scan() -> PlanarScan:
    return a_scan(anterior=(120, 60), posterior=(130, 50))


@pytest.fixture(scope="module")
def told(segmenter, scan) -> Segmentation:
    return segmenter.segment(scan, parse_report(REPORT))


# ---- maps -----------------------------------------------------------------------------------------------------------


def test_maps_have_the_pixels_of_each_view_as_acquired(scan, told):
    assert set(told.views) == {"anterior", "posterior"}
    for name, maps in told.views.items():
        shape = scan.views[name].counts.shape
        assert maps.image_only.shape == maps.with_report.shape == (len(CLASSES), *shape)
        assert maps.skeleton.shape == (len(SKELETON_CHANNELS), *shape)
        assert maps.spine_level.shape == maps.rib_level.shape == shape
        assert {a.dtype for a in (maps.image_only, maps.with_report, maps.skeleton, maps.rib_level)} == {
            np.dtype(np.float32)
        }


def test_probabilities_are_probabilities_at_every_pixel(told):
    for maps in told.views.values():
        for probabilities in (maps.image_only, maps.with_report):
            assert np.allclose(probabilities.sum(0), 1, atol=1e-5)
            assert probabilities.min() >= -1e-6
            assert probabilities.max() <= 1 + 1e-6
        assert 0 <= maps.skeleton.min() <= maps.skeleton.max() <= 1


@pytest.mark.parametrize("name", ["anterior", "posterior"])
def test_one_view_alone_is_segmented(segmenter, name):
    result = segmenter.segment(a_scan(**{name: (120, 60)}), parse_report(REPORT))
    assert list(result.views) == [name]
    assert np.isfinite(result.views[name].best).all()


def test_a_posterior_view_is_segmented_as_the_camera_saw_it(segmenter, scan):
    """A view that its export mirrored gives the mirrored maps: the bones do not change sides."""
    seen = scan.views["posterior"]
    mirrored = PlanarView("posterior", seen.counts[:, ::-1].copy(), seen.pixel_size_mm, mirrored=True)
    one, other = (segmenter.segment(PlanarScan({"posterior": v})).views["posterior"] for v in (seen, mirrored))
    assert np.allclose(one.image_only, other.image_only[..., ::-1], atol=1e-5)
    assert np.allclose(one.skeleton, other.skeleton[..., ::-1], atol=1e-5)


def test_a_scan_without_counts_gives_finite_maps(segmenter):
    view = PlanarView("anterior", np.zeros((64, 32), np.float32), (4.0, 4.0))
    assert np.isfinite(segmenter.segment(PlanarScan({"anterior": view})).views["anterior"].best).all()


def test_a_scan_of_one_value_gives_finite_maps(segmenter):
    view = PlanarView("anterior", np.full((48, 24), 9, np.float32), (4.0, 4.0))  # fills the grid to its edges
    assert np.isfinite(segmenter.segment(PlanarScan({"anterior": view})).views["anterior"].best).all()


# ---- report ---------------------------------------------------------------------------------------------------------


def test_without_a_report_there_is_no_map_with_report(segmenter, scan, told):
    alone = segmenter.segment(scan, None)
    assert alone.mentions == ()
    for name, maps in alone.views.items():
        assert maps.with_report is None
        assert maps.best is maps.image_only
        assert np.array_equal(maps.image_only, told.views[name].image_only)


def test_the_report_changes_its_own_maps_only(told):
    for maps in told.views.values():
        assert not np.allclose(maps.image_only, maps.with_report, atol=1e-4)
        assert maps.best is maps.with_report


def test_a_report_of_headings_alone_is_segmented(segmenter, scan):
    result = segmenter.segment(scan, parse_report("诊断意见：\n"))
    assert result.mentions == ()
    assert all(maps.with_report is not None for maps in result.views.values())


def test_mentions_name_the_phrase_its_clause_its_places_and_its_status(bundle, scan):
    """A reader that names rib 7 on the left wherever the character 肋 or 骨 stands."""
    segmenter = Segmenter(bundle, "cpu")
    rib, status = slot_index("rib_7_left"), STATUSES.index("metastatic")
    embedding = segmenter.text.bert.embeddings.word_embeddings.weight

    class Hidden(torch.nn.Module):
        def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
            hidden = torch.zeros(*mask.shape, embedding.shape[1])
            hidden[..., 0] = (ids == WORDS.index("肋")) | (ids == WORDS.index("骨"))
            return hidden

    segmenter.text = Hidden()
    reader = segmenter.network.reader
    for layer in (reader.slots, reader.statuses):
        layer.weight.zero_()
        layer.bias.fill_(-9)
    reader.slots.weight[rib, 0] = reader.statuses.weight[status, 0] = 18
    report = parse_report("诊断意见：右侧未见异常。左侧第7肋骨转移。")
    (mention,) = segmenter.segment(scan, report).mentions
    assert report.text[mention.start : mention.end] == "肋骨"
    assert (mention.slots, mention.status, mention.clause) == (("rib_7_left",), "metastatic", 1)


def test_mentions_lie_within_their_clause(segmenter, scan):
    torch.manual_seed(0)
    report = parse_report(REPORT)
    mentions = segmenter.segment(scan, report).mentions
    assert mentions, "an untaught reader names something"
    for mention in mentions:
        clause = report.clauses[mention.clause]
        assert clause.start <= mention.start < mention.end <= clause.end
        assert set(mention.slots) <= set(TEXT_SLOTS)


# ---- one encoding, many reports -------------------------------------------------------------------------------------


def test_one_encoding_serves_many_reports_and_each_is_as_if_it_were_alone(segmenter, scan, told):
    encoded = segmenter.encode_scan(scan)
    other = segmenter.with_report(encoded, parse_report("诊断意见：右侧第3肋骨未见异常。"))
    none = segmenter.with_report(encoded, None)
    again = segmenter.with_report(encoded, parse_report(REPORT))
    for name, maps in again.views.items():
        assert np.array_equal(maps.with_report, told.views[name].with_report)
        assert np.array_equal(maps.image_only, other.views[name].image_only)
        assert not np.array_equal(maps.with_report, other.views[name].with_report)
        assert none.views[name].with_report is None
        assert encoded.views[name].with_report is None
    assert again.report_fit == told.report_fit
    assert again.mentions == told.mentions


def test_the_fit_is_a_probability_and_there_is_none_without_a_report(segmenter, scan, told):
    assert 0 < told.report_fit < 1
    assert segmenter.segment(scan).report_fit is None


def test_a_report_that_does_not_fit_changes_nothing(bundle, scan):
    segmenter = Segmenter(bundle, "cpu")
    decide = segmenter.network.fit.decide[-1]
    decide.weight.zero_()
    decide.bias.fill_(-200.0)
    result = segmenter.segment(scan, parse_report(REPORT))
    assert result.report_fit == 0.0
    for maps in result.views.values():
        assert np.array_equal(maps.with_report, maps.image_only)


@pytest.mark.parametrize("fusion", [(), ("concatenation",), ("film", "tokens")])
def test_a_network_of_a_comparison_without_bones_is_segmented_too(tmp_path, bundle, scan, fusion):
    _, text, _ = bundle.load()
    config = NetworkConfig(widths=(8, 16, 24, 32), report_widths=(8, 16, 24), fusion=fusion, skeleton=False)
    kept = ("name", "version", "thresholds", "training", "evaluation", "intended_use", "licence")
    words = (bundle.folder / "tokenizer" / "tokenizer.json").read_text(encoding="utf-8")
    description = {key: bundle.description[key] for key in kept}
    network, grid = DualPathNetwork(config, text.width), Preprocessing(4.0, (160, 96), 16)
    other = write_bundle(tmp_path / "other", network, text, words, "# Other\n", description, grid)
    result = Segmenter(other, "cpu").segment(scan, parse_report(REPORT))
    assert result.report_fit is None
    for maps in result.views.values():
        assert maps.skeleton.shape[0] == len(SKELETON_CHANNELS)
        assert not maps.skeleton.any()
        assert np.isfinite(maps.with_report).all()


# ---- the same bytes -------------------------------------------------------------------------------------------------


def test_same_scan_report_and_bundle_give_the_same_bytes(bundle, scan, told):
    again = Segmenter(bundle.folder, "cpu").segment(scan, parse_report(REPORT))
    for name, maps in again.views.items():
        for field in ("image_only", "with_report", "skeleton", "spine_level", "rib_level"):
            assert getattr(maps, field).tobytes() == getattr(told.views[name], field).tobytes()
    assert again.mentions == told.mentions


def test_the_model_is_named_with_the_hash_of_its_weights(bundle, told):
    assert told.model == {"name": "tiny", "version": "0.1", "sha256": bundle.weights_sha256}
    assert told.device == "cpu"
    assert set(told.seconds) == {"image", "report", "maps"}


# ---- device ---------------------------------------------------------------------------------------------------------


def test_cuda_is_never_silently_replaced(monkeypatch, bundle):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(InputError, match="sees no CUDA GPU; use --device cpu"):
        Segmenter(bundle, "cuda")
    assert choose_device("auto") == torch.device("cpu")


def test_auto_takes_the_gpu_where_there_is_one_and_cpu_is_cpu(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda _device: "A GPU")
    assert choose_device("auto") == choose_device("cuda") == torch.device("cuda")
    assert choose_device("cpu") == torch.device("cpu")
    assert device_words(torch.device("cuda")) == "cuda A GPU"


@pytest.mark.parametrize("wanted", ["gpu", "CUDA", "mps", "cuda:1", ""])
def test_another_device_is_refused(wanted):
    with pytest.raises(InputError, match="is not one of auto, cpu, cuda"):
        choose_device(wanted)


# ---- progress -------------------------------------------------------------------------------------------------------


def test_progress_only_grows_and_ends_at_one(segmenter, scan):
    told: list[tuple[str, float]] = []
    segmenter.segment(scan, parse_report(REPORT), lambda stage, done: told.append((stage, done)))
    shares = [share for _, share in told]
    assert shares[0] == 0
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert {stage for stage, _ in told} == {"image", "report", "maps"}


@pytest.mark.parametrize("stage", ["image", "report", "maps"])
def test_a_callback_that_raises_cancels_and_the_next_scan_is_segmented(segmenter, scan, told, stage):
    class CancelledError(Exception):
        pass

    def cancel(now: str, _done: float) -> None:
        if now == stage:
            raise CancelledError

    with pytest.raises(CancelledError):
        segmenter.segment(scan, None, cancel)
    again = segmenter.segment(scan, None)
    assert np.array_equal(again.views["anterior"].image_only, told.views["anterior"].image_only)


def test_a_missing_bundle_is_said(tmp_path: Path):
    with pytest.raises(InputError, match="there is no bundle folder"):
        Segmenter(tmp_path / "none")
