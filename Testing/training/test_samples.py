"""Training samples: fresh noise, labels that move with their image, left that stays left."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from tokenizers import BertWordPieceTokenizer

from BoneMetSegLib.anatomy import SKELETON_CHANNEL_NAMES, SKELETON_CHANNELS
from BoneMetSegLib.errors import InputError
from BoneMetSegLib.network_grid import network_input, scan_to_grid
from BoneMetSegLib.text_encoder import ReportTokenizer
from model_training import samples as module
from model_training.configuration import read_configuration
from model_training.samples import PlanarSamples, cases_of, collate
from model_training.simulated_scan import scan_of_case
from model_training.simulator.case import SimulatedCase

ROWS, COLUMNS = 128, 64
RIBS_LEFT = SKELETON_CHANNEL_NAMES.index("ribs_left")
WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"左右肋转移甲乙丙0123456789", "left", "rib"]


def a_case() -> SimulatedCase:
    """A body at 3 mm with one hot blob on the patient's left, high; bones and labels lie exactly on it."""
    anterior = np.full((ROWS, COLUMNS), 0.01, np.float32)
    anterior[10:118, 16:48] = 40
    blob = np.zeros((ROWS, COLUMNS), bool)
    blob[36:46, 38:46] = True  # anterior: the patient's left is at the high columns
    anterior[blob] = 400
    bones = np.zeros((len(SKELETON_CHANNELS), ROWS // 2, COLUMNS // 2), bool)
    bones[RIBS_LEFT] = blob[::2, ::2]

    def views(array: np.ndarray) -> dict[str, np.ndarray]:
        return {"anterior": array, "posterior": np.ascontiguousarray(array[..., ::-1])}

    rng = np.random.default_rng(0)
    expected = views(anterior)
    return SimulatedCase(
        seed=0,
        pixel_size_mm=3.0,
        expected=expected,
        counts={view: rng.poisson(image).astype(np.uint16) for view, image in expected.items()},
        class_map=views(blob.astype(np.uint8)),
        focus_map=views(blob.astype(np.uint8)),
        skeleton=views(bones),
        spine_level=views(np.zeros(bones.shape[1:], np.uint8)),
        rib_level=views((bones[RIBS_LEFT] * 70).astype(np.uint8)),
        foci=(),
        true_bsi_percent=0.1,
        patient={},
    )


@pytest.fixture
def make(monkeypatch):
    """Samples over three patients who share a scan and differ in their reports (甲, 乙, 丙)."""
    reports = {f"case_{n}.npz": {"zh": f"{name}左肋转移"} for n, name in enumerate("甲乙丙")}
    monkeypatch.setattr(module, "load_case", lambda _path: a_case())
    monkeypatch.setattr(module, "reports_of", lambda path: reports[path.name])
    words = {word: index for index, word in enumerate(WORDS)}
    tokenizer = ReportTokenizer(BertWordPieceTokenizer(words, lowercase=True)._tokenizer)

    def build(*, augment: bool = True, seed: int = 5, cases: int = 3, **augmentation: object) -> PlanarSamples:
        configuration = read_configuration()
        configuration["train"] |= {"rows": ROWS, "columns": COLUMNS}
        configuration["augmentation"] |= augmentation
        paths = [Path(name) for name in reports][:cases]
        return PlanarSamples(paths, configuration, tokenizer, augment=augment, seed=seed)

    return build


def same(one: dict, other: dict) -> bool:
    return all(
        torch.equal(value, other[key]) if isinstance(value, torch.Tensor) else value == other[key]
        for key, value in one.items()
    )


def centre(mask: torch.Tensor) -> torch.Tensor:
    return mask.nonzero().float().mean(0)


# ---- repeatable, and fresh ------------------------------------------------------------------------------------------


def test_seed_epoch_and_index_decide_a_sample(make):
    one, other = make(), make()
    assert same(one[1], other[1])
    other.epoch = one.epoch = 3
    assert same(one[1], other[1])


def test_each_epoch_seed_and_patient_has_its_own_noise(make):
    samples = make(count_factor=[1.0, 1.0], rotation_deg=0, scale=0, shift_mm=0, smoothing_share=0)
    first = samples[0]["image"]
    samples.epoch = 1
    assert not torch.equal(samples[0]["image"][0], first[0])
    samples.epoch = 0
    assert not torch.equal(samples[1]["image"][0], first[0])
    assert not torch.equal(make(seed=6)[0]["image"][0], first[0])


def test_without_augmentation_a_sample_is_what_the_segmenter_sees(make):
    item = make(augment=False)[0]
    seen = scan_to_grid(scan_of_case(a_case()))
    assert item["image"].shape == seen.shape
    down, right = module.body_centre_mm(a_case())
    assert abs(down) < 6
    assert abs(right) < 6  # the crop follows the body by less than two pixels here
    assert float((item["image"][:2] - seen[:2]).abs().median()) < 0.15
    assert item["present"].tolist() == [True, True]
    assert item["own_report"]


# ---- labels ---------------------------------------------------------------------------------------------------------


def test_left_stays_left_in_both_views(make):
    item = make(augment=False)[0]
    for view in range(2):
        assert centre(item["classes"][view] == 1)[1] > COLUMNS / 2
        assert centre(item["skeleton"][view, RIBS_LEFT])[1] > COLUMNS / 4
        assert centre(item["image"][view] > 1.5)[1] > COLUMNS / 2
    assert torch.equal(item["classes"][0], item["classes"][1])  # the posterior flipped lies on the anterior


@pytest.mark.parametrize("epoch", range(6))
def test_image_labels_and_bones_move_together(make, epoch):
    samples = make(rotation_deg=25, scale=0.2, shift_mm=25, only_anterior_share=0, only_posterior_share=0)
    samples.epoch = epoch
    item = samples[epoch % 3]
    for view in range(2):
        blob = centre(item["image"][view] > 0.7 * item["image"][view].max())
        assert torch.allclose(blob, centre(item["classes"][view] == 1), atol=1.2)
        assert torch.allclose(blob, 2 * centre(item["skeleton"][view, RIBS_LEFT]) + 0.5, atol=2.0)
        assert torch.allclose(blob, 2 * centre(item["rib_level"][view] > 0) + 0.5, atol=2.0)
        assert set(item["classes"][view].unique().tolist()) == {0, 1}
        assert item["rib_level"][view].max() == pytest.approx(7.0)
        assert item["skeleton"].sum() == item["skeleton"][:, RIBS_LEFT].sum()


def test_patients_differ_in_place_size_and_turn(make):
    samples = make(rotation_deg=25, scale=0.2, shift_mm=25)
    places = [centre(samples[n]["classes"][0] == 1) for n in range(3)]
    assert not torch.allclose(places[0], places[1], atol=0.5)
    assert not torch.allclose(places[1], places[2], atol=0.5)


@pytest.mark.parametrize(
    ("share", "present"), [("only_anterior_share", [True, False]), ("only_posterior_share", [False, True])]
)
def test_a_view_that_is_left_out_is_empty_and_said_to_be_missing(make, share, present):
    shares = {"only_anterior_share": 0.0, "only_posterior_share": 0.0} | {share: 1.0}
    item = make(**shares)[0]
    assert item["present"].tolist() == present
    for view, there in enumerate(present):
        assert bool(item["image"][view].any()) == there
        assert item["image"][2 + view].unique().tolist() == [float(there)]
        assert item["classes"][view].any()  # the truth is there for both, the loss asks `present`


def test_fewer_counts_are_noisier_at_about_the_same_brightness(make):
    plain = {"rotation_deg": 0, "scale": 0, "shift_mm": 0, "smoothing_share": 0}
    views = {"only_anterior_share": 0, "only_posterior_share": 0}
    few, many = (make(count_factor=[f, f], **plain, **views)[0]["image"][0, 60:110, 20:34] for f in (0.2, 5.0))
    assert float(few.std() / many.std()) > 3
    assert float(few.mean() / many.mean()) == pytest.approx(1, abs=0.3)


# ---- reports --------------------------------------------------------------------------------------------------------


def name_read(item: dict) -> str:
    return next(WORDS[i] for i in item["windows"][0] if WORDS[i] in "甲乙丙")


def test_the_own_report_is_read_unless_another_patients_is_and_then_it_is_said(make):
    samples, own, other = make(), 0, 0
    for epoch in range(40):
        samples.epoch = epoch
        for index in range(3):
            _, _, is_own = samples._report(index, np.random.default_rng((epoch, index)))
            windows, readable, _ = samples._report(index, np.random.default_rng((epoch, index)))
            read = name_read({"windows": windows})
            assert is_own == (read == "甲乙丙"[index])
            assert readable[0][0] is False  # [CLS]
            assert len(readable[0]) == len(windows[0])
            own, other = own + is_own, other + (not is_own)
    assert own > other > 0


def test_a_lone_patient_always_has_the_own_report(make):
    samples = make(cases=1)
    assert all(samples._report(0, np.random.default_rng(n))[2] for n in range(50))


def test_without_augmentation_the_report_is_the_patients_own(make):
    samples = make(augment=False)
    assert [name_read(samples[n]) for n in range(3)] == list("甲乙丙")


def test_a_batch_stacks_images_and_keeps_reports_apart(make):
    samples = make()
    batch = collate([samples[0], samples[1]])
    assert batch["image"].shape == (2, 4, ROWS, COLUMNS)
    assert batch["skeleton"].shape == (2, 2, len(SKELETON_CHANNELS), ROWS // 2, COLUMNS // 2)
    assert batch["classes"].dtype == torch.int64
    assert len(batch["windows"]) == len(batch["readable"]) == len(batch["own_report"]) == 2
    assert torch.equal(batch["image"][1], samples[1]["image"])


# ---- the data list --------------------------------------------------------------------------------------------------


def test_cases_of_a_split_are_named_by_the_data_list(tmp_path):
    lists = {"training": [{"image": "a.npz"}], "validation": [], "test": [{"image": "b.npz"}]}
    (tmp_path / "datalist.json").write_text(json.dumps(lists))
    assert cases_of(tmp_path, "training") == [tmp_path / "a.npz"]
    assert cases_of(tmp_path, "validation") == []


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"training": [1]}', '{"training": [{}]}'])
def test_a_data_list_that_is_none_is_refused(tmp_path, content):
    (tmp_path / "datalist.json").write_text(content)
    with pytest.raises(InputError, match=r"datalist\.json is not a data list with a training split"):
        cases_of(tmp_path, "training")


def test_no_data_list_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"holds no datalist\.json"):
        cases_of(tmp_path, "training")


def test_the_presence_channels_are_those_of_the_library(make):
    item = make(augment=False)[0]
    assert torch.equal(
        item["image"], network_input({"anterior": item["image"][0], "posterior": item["image"][1]}, (ROWS, COLUMNS))
    )
