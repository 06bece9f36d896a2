"""Training samples: the noise of a real acquisition, labels that move with their image, left that stays left."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch

from BoneMetSegLib.anatomy import TEXT_SLOTS
from BoneMetSegLib.errors import InputError
from BoneMetSegLib.network_grid import GridFrame, scan_to_grid
from BoneMetSegLib.preprocessing import Preprocessing
from BoneMetSegLib.report import parse_report
from BoneMetSegLib.report_slots import lexicon_states
from BoneMetSegLib.scan import PlanarScan, PlanarView
from model_training.case_lists import body_centre_mm, cases_of
from model_training.reading.given_text_encoder import given_text_encoder
from model_training.training.batches import collate
from model_training.training.placed_case import Grid, load_placed, place_case, store_placed
from model_training.training.planar_draw import draw_sample
from model_training.training.report_tokens import encode_reports, tokens_of
from model_training.training.run_order import RunOrder, patient_of_sample
from model_training.training_case import IGNORE

from .bert_folders import write_bert
from .training_fixtures import (
    COLUMNS,
    PIXEL_MM,
    RIBS_LEFT,
    ROWS,
    TEXT_WIDTH,
    UNMOVED,
    a_training_case,
    tiny_configuration,
    tiny_samples,
)

GRID = Grid(3.0, ROWS, COLUMNS)


def drawn(seed: int = 0, grid: Grid = GRID, case=None, **augmentation) -> dict[str, torch.Tensor]:
    placed = place_case(case or a_training_case(), grid)
    return draw_sample(placed, grid, UNMOVED | augmentation, np.random.default_rng(seed))


def as_acquired(grid: Grid = GRID, case=None) -> dict[str, torch.Tensor]:
    placed = place_case(case or a_training_case(), grid, acquired=True)
    return draw_sample(placed, grid, None, np.random.default_rng(0))


def scan_of(case, counts) -> PlanarScan:
    size = (case.pixel_size_mm, case.pixel_size_mm)
    return PlanarScan(
        {view: PlanarView(view, counts[view].astype(np.float32), size) for view in case.views}, source_format="test"
    )


def centre(mask: torch.Tensor) -> torch.Tensor:
    return mask.nonzero().float().mean(0)


# ---- what the network sees in training is what it sees in use --------------------------------------------------------


@pytest.mark.parametrize("grid_mm", [3.0, 4.0])
def test_without_augmentation_a_sample_is_what_the_segmenter_sees(grid_mm):
    case, grid = a_training_case(), Grid(grid_mm, 96, 32)
    frame = GridFrame(96, 32, body_centre_mm(case))
    seen = scan_to_grid(scan_of(case, case.counts), Preprocessing(grid_mm, (96, 32), 16), frame)
    assert torch.allclose(as_acquired(grid)["image"], seen, atol=1e-5)


@pytest.mark.parametrize("grid_mm", [3.0, 4.0, 5.0])
def test_noise_is_as_strong_and_as_smooth_as_that_of_a_scan_on_the_grid(grid_mm):
    """Also under a transform, which would smooth noise that is drawn on the grid itself."""
    case, grid = a_training_case(body=15.0), Grid(grid_mm, 64, 16)
    rng, moved = np.random.default_rng(1), {"rotation_deg": 4.0, "scale": 0.05, "shift_mm": 6.0}
    scans, samples = [], []
    for seed in range(40):
        counts = {view: rng.poisson(image) for view, image in case.expected.items()}
        # How the grid's pixels lie on the scan's decides how much is smoothed; a body lies anyhow.
        down, right = np.add(body_centre_mm(case), rng.uniform(-6, 6, 2))
        frame = GridFrame(64, 16, (down, right))
        scans.append(scan_to_grid(scan_of(case, counts), Preprocessing(grid_mm, (64, 16), 16), frame)[:2, 42:60, 5:11])
        samples.append(drawn(seed, grid, case, **moved)["image"][:2, 42:60, 5:11])
    for measure in (_spread, _likeness_of_neighbours):
        assert measure(samples) == pytest.approx(measure(scans), rel=0.08, abs=0.04)


def _spread(images: list[torch.Tensor]) -> float:
    """Standard deviation within a flat part of the body, each draw for itself."""
    return float(torch.stack([image.flatten(1).std(1).mean() for image in images]).mean())


def _likeness_of_neighbours(images: list[torch.Tensor]) -> float:
    flat = torch.stack(images)
    flat = flat - flat.mean((-1, -2), keepdim=True)
    return float((flat[..., 1:, :] * flat[..., :-1, :]).mean() / (flat**2).mean())


def test_fewer_counts_are_noisier_at_about_the_same_brightness():
    few, many = (drawn(count_factor=[f, f])["image"][0, 70:110, 20:34] for f in (0.2, 5.0))
    assert float(few.std() / many.std()) == pytest.approx(5, rel=0.2)
    assert float(few.mean() / many.mean()) == pytest.approx(1, abs=0.3)


def test_a_scan_of_which_only_one_acquisition_is_known_is_thinned_exactly():
    """Of Poisson counts each kept by chance the rest is Poisson: variance and mean are one."""
    flat = {
        view: np.random.default_rng(n).poisson(30, (ROWS, COLUMNS)) for n, view in enumerate(("anterior", "posterior"))
    }
    case = a_training_case(expected=None, counts=flat, skeleton=None, spine_level=None, rib_level=None)
    from model_training.training.planar_draw import _draw_counts

    placed = place_case(case, GRID)
    thin = _draw_counts(placed, np.array([True, True]), 0.4, np.random.default_rng(0))
    assert thin.mean() == pytest.approx(12, rel=0.02)
    assert thin.var() == pytest.approx(12, rel=0.05)
    assert (thin <= placed.counts).all()
    more = _draw_counts(placed, np.array([True, True]), 1.5, np.random.default_rng(0))
    assert np.array_equal(more, placed.counts)  # more counts than were acquired cannot be had
    picture = place_case(a_training_case(expected=None, counts_up_to_a_factor=True), GRID)
    kept = _draw_counts(picture, np.array([True, True]), 0.4, np.random.default_rng(0))
    assert np.array_equal(kept, picture.counts)


# ---- labels ----------------------------------------------------------------------------------------------------------


def test_left_stays_left_in_both_views():
    item = as_acquired()
    for view in range(2):
        assert centre(item["classes"][view] == 1)[1] > COLUMNS / 2
        assert centre(item["skeleton"][view, RIBS_LEFT] > 127)[1] > COLUMNS / 4
        assert centre(item["image"][view] > 1.5)[1] > COLUMNS / 2
    assert torch.equal(item["classes"][0], item["classes"][1])  # the posterior flipped lies on the anterior


@pytest.mark.parametrize("seed", range(6))
def test_image_labels_and_bones_move_together(seed):
    item = drawn(seed, rotation_deg=25.0, scale=0.2, shift_mm=25.0)
    for view in range(2):
        blob = centre(item["image"][view] > 0.7 * item["image"][view].max())
        assert torch.allclose(blob, centre(item["classes"][view] == 1), atol=1.2)
        assert torch.allclose(blob, 2 * centre(item["skeleton"][view, RIBS_LEFT] > 127) + 0.5, atol=2.0)
        assert torch.allclose(blob, 2 * centre(item["levels"][view, 1] > 0) + 0.5, atol=2.0)
        assert set(item["classes"][view].unique().tolist()) == {0, 1}
        assert item["levels"][view, 1].max() == pytest.approx(7.0)
        assert item["skeleton"].sum() == item["skeleton"][:, RIBS_LEFT].sum()


def test_bones_are_shares_of_area():
    bones = np.zeros_like(a_training_case().skeleton["anterior"])
    bones[RIBS_LEFT, 20:30, 10:19] = True  # 60 mm by 54 mm
    case = a_training_case(skeleton={"anterior": bones, "posterior": bones[..., ::-1].copy()})
    for grid in (GRID, Grid(4.0, 96, 48), Grid(5.0, 80, 40)):
        shares = as_acquired(grid, case)["skeleton"][0, RIBS_LEFT].float() / 255
        area_mm2 = float(shares.sum()) * (2 * grid.pixel_mm) ** 2
        assert area_mm2 == pytest.approx(60 * 54, rel=0.03)
        assert bool(((shares > 0.1) & (shares < 0.9)).any()), grid


def test_patients_differ_in_place_size_and_turn():
    places = [centre(drawn(n, rotation_deg=25.0, scale=0.2, shift_mm=25.0)["classes"][0] == 1) for n in range(3)]
    assert not torch.allclose(places[0], places[1], atol=0.5)
    assert not torch.allclose(places[1], places[2], atol=0.5)


@pytest.mark.parametrize(
    ("share", "present"), [("only_anterior_share", [True, False]), ("only_posterior_share", [False, True])]
)
def test_a_view_that_is_left_out_is_empty_and_said_to_be_missing(share, present):
    item = drawn(**{share: 1.0})
    assert item["present"].tolist() == present
    for view, there in enumerate(present):
        assert bool(item["image"][view].any()) == there
        assert item["image"][2 + view].unique().tolist() == [float(there)]


def test_a_patient_of_one_view_is_never_shown_with_none():
    whole = a_training_case()

    def only(mapping):
        return {"posterior": mapping["posterior"]}

    case = a_training_case(
        views=("posterior",),
        counts=only(whole.counts),
        expected=None,
        class_map=only(whole.class_map),
        skeleton=None,
        spine_level=None,
        rib_level=None,
    )
    item = drawn(case=case, only_anterior_share=1.0)
    assert item["present"].tolist() == [False, True]
    assert not item["has_skeleton"]
    assert (item["classes"][0] == IGNORE).all()
    assert centre(item["classes"][1] == 1)[1] > COLUMNS / 2  # left is left, from a posterior view alone
    assert item["skeleton"].shape == (2, 29, ROWS // 2, COLUMNS // 2)


# ---- which sample ----------------------------------------------------------------------------------------------------


def same(one: dict, other: dict) -> bool:
    return all(torch.equal(value, other[key]) for key, value in one.items())


def test_seed_and_number_decide_a_sample_and_another_number_is_another_draw():
    configuration = tiny_configuration()
    one, other = (tiny_samples(configuration, range(3)) for _ in range(2))
    assert same(one[7], other[7])
    assert not torch.equal(one[7]["image"], one[8]["image"])
    assert one[0]["image"].shape == (4, 64, 32)
    configuration["train"]["seed"] = 1
    assert not torch.equal(tiny_samples(configuration, range(3))[7]["image"], one[7]["image"])


def test_what_is_read_does_not_change_what_is_seen():
    from model_training.training.planar_samples import PlanarSamples

    configuration = tiny_configuration()
    grid, cases = Grid(**configuration["grid"]), [a_training_case(n) for n in range(3)]
    placed = [place_case(case, Grid(**configuration["grid"])) for case in cases]
    silent = PlanarSamples(placed, [{}] * 3, grid, configuration["augmentation"], 0, TEXT_WIDTH)
    told = tiny_samples(configuration, range(3))
    for number in range(6):
        assert torch.equal(silent[number]["image"], told[number]["image"])


def test_every_patient_is_shown_once_before_any_is_shown_again():
    for order in range(3):
        shown = [patient_of_sample(order * 7 + n, 7, seed=4) for n in range(7)]
        assert sorted(shown) == list(range(7))
    assert [patient_of_sample(n, 7, 4) for n in range(7)] != [patient_of_sample(n, 7, 4) for n in range(7, 14)]


def test_processes_share_the_samples_and_a_later_start_goes_on_with_the_same_ones():
    alone = list(RunOrder(6, 4))
    assert alone == list(range(24))
    parts = [list(RunOrder(3, 4, process=n, processes=2)) for n in range(2)]
    assert sorted(parts[0] + parts[1]) == alone
    assert parts[0][:4] + parts[1][:4] == alone[:8]  # a step of both is a step of the double batch
    assert list(RunOrder(6, 4, first_batch=2)) == alone[8:]


def test_a_batch_stacks_images_and_pads_reports():
    samples = tiny_samples(tiny_configuration(), range(3))
    batch = collate([samples[n] for n in range(3)])
    assert batch["image"].shape == (3, 4, 64, 32)
    assert batch["skeleton"].shape == (3, 2, 29, 32, 16)
    lengths = [len(samples[n]["tokens"]) for n in range(3)]
    assert batch["tokens"].shape == (3, max(lengths), TEXT_WIDTH)
    assert batch["token_mask"].sum(1).tolist() == lengths
    assert batch["has_report"].tolist() == [length > 0 for length in lengths]
    assert 0 in lengths  # one of them has no report


def test_a_sample_says_what_the_lexicon_reads_in_its_report_as_an_application_does(tmp_path):
    text = "右侧髂骨转移。"
    encoder, tokenizer = given_text_encoder(write_bert(tmp_path))
    (encoded,) = encode_reports([{"zh": text}], encoder, tokenizer)
    sample = tokens_of(encoded, 0, encoder.width)
    places = {TEXT_SLOTS[slot] for slot in np.flatnonzero(sample["lexicon"].amax(-1).numpy())}
    assert places == {"pelvis_right"}
    assert torch.equal(sample["lexicon"], torch.from_numpy(lexicon_states(parse_report(text))))
    assert not tokens_of({}, 0, encoder.width)["lexicon"].any()


# ---- kept cases ------------------------------------------------------------------------------------------------------


def test_a_placed_case_is_kept_whole_and_a_damaged_one_is_made_again(tmp_path):
    case = place_case(a_training_case(), GRID)
    store_placed(tmp_path / "one.npz", case)
    again = load_placed(tmp_path / "one.npz")
    for name, value in vars(case).items():
        assert np.array_equal(getattr(again, name), value), name
        assert type(getattr(again, name)) is type(value), name
    assert load_placed(tmp_path / "none.npz") is None
    (tmp_path / "one.npz").write_bytes((tmp_path / "one.npz").read_bytes()[:500])
    assert load_placed(tmp_path / "one.npz") is None


def test_only_what_the_grid_can_show_is_kept():
    wide = np.zeros((ROWS, 4 * COLUMNS), np.float32)
    wide[10:118, 100:140] = 30
    views = {"anterior": wide, "posterior": wide[:, ::-1].copy()}
    labels = {view: np.zeros(wide.shape, np.uint8) for view in views}
    case = a_training_case(
        expected=views, counts=views, class_map=labels, skeleton=None, spine_level=None, rib_level=None
    )
    placed = place_case(case, Grid(PIXEL_MM, 96, 48))
    assert placed.counts.shape[2] < 130
    item = draw_sample(placed, Grid(PIXEL_MM, 96, 48), None, np.random.default_rng(0))
    assert float(item["image"][0, 48, 24]) > 0.9  # the body is in the middle


# ---- the data list ---------------------------------------------------------------------------------------------------


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
