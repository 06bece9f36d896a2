"""nnU-Net as a peer: what is exported is what our network sees, pixel by pixel, and comes back to the own pixels."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from BoneMetSegLib.errors import InputError
from model_training.configuration import read_configuration
from model_training.peers.nnunet.__main__ import main
from model_training.peers.nnunet.dataset_export import export_dataset
from model_training.training.placed_case import Grid, place_case
from model_training.training.planar_draw import draw_sample
from model_training.training_case import load_training_case
from Testing.training.peer_cases import COLUMNS, GRID_YAML, LESION, ROWS, write_cases


def pixels(path: Path) -> np.ndarray:
    return sitk.GetArrayFromImage(sitk.ReadImage(str(path)))


@pytest.fixture
def data(tmp_path: Path, rng: np.random.Generator) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    write_cases(folder, rng)
    (folder / "tiny.yaml").write_text(GRID_YAML)
    return folder


@pytest.fixture
def exported(data: Path, tmp_path: Path) -> Path:
    out = tmp_path / "raw" / "Dataset501_BoneScan"
    counts = export_dataset(data, out, read_configuration(data / "tiny.yaml"))
    assert counts == {"training": 10, "test": 4}  # a case for each view
    return out


def test_the_data_set_is_described_as_nnunet_wants_it(exported: Path) -> None:
    assert json.loads((exported / "dataset.json").read_text()) == {
        "channel_names": {"0": "labelled view", "1": "other view"},
        "labels": {"background": 0, "metastasis": 1, "benign": 2, "physiological": 3},
        "numTraining": 10,
        "file_ending": ".tif",
        "overwrite_image_reader_writer": "NaturalImage2DIO",
    }
    names = {f"{part}_{n}" for part, count in (("training", 3), ("validation", 2)) for n in range(count)}
    cases = {f"{name}_{view}" for name in names for view in ("anterior", "posterior")}
    assert {file.name for file in (exported / "labelsTr").iterdir()} == {f"{case}.tif" for case in cases}
    channels = {f"{case}_000{channel}.tif" for case in cases for channel in (0, 1)}
    assert {file.name for file in (exported / "imagesTr").iterdir()} == channels
    assert len(list((exported / "imagesTs").iterdir())) == 8


def test_both_views_of_a_patient_are_on_one_side_of_the_split(exported: Path) -> None:
    (fold,) = json.loads((exported / "splits_final.json").read_text())
    assert len(fold["train"]) == 6
    assert len(fold["val"]) == 4
    patients = [{case.rsplit("_", 1)[0] for case in fold[part]} for part in ("train", "val")]
    assert not patients[0] & patients[1]


def test_every_pixel_is_the_one_that_our_network_sees(data: Path, exported: Path) -> None:
    grid = Grid(**read_configuration(data / "tiny.yaml")["grid"])
    placed = place_case(load_training_case(data / "training_1.npz"), grid, acquired=True)
    sample = draw_sample(placed, grid, None, np.random.default_rng(0))
    for number, view in enumerate(("anterior", "posterior")):
        for channel, shown in ((0, number), (1, 1 - number)):
            image = pixels(exported / "imagesTr" / f"training_1_{view}_000{channel}.tif")
            assert image.dtype == np.float32
            np.testing.assert_array_equal(image, sample["image"][shown].numpy())
        labels = pixels(exported / "labelsTr" / f"training_1_{view}.tif")
        assert labels.dtype == np.uint8
        np.testing.assert_array_equal(labels, sample["classes"][number].numpy())


def test_a_lesion_on_the_left_is_on_the_left_in_both_views(exported: Path) -> None:
    expected = np.zeros((ROWS, COLUMNS), np.uint8)
    expected[LESION] = 1
    for view in ("anterior", "posterior"):
        np.testing.assert_array_equal(pixels(exported / "labelsTr" / f"training_0_{view}.tif"), expected)
        hot = pixels(exported / "imagesTr" / f"training_0_{view}_0000.tif")
        assert int(hot.argmax()) % COLUMNS >= COLUMNS // 2


def test_perfect_predictions_score_one_and_mirrored_ones_nothing(data: Path, exported: Path, tmp_path: Path) -> None:
    command = ["import", "--data", str(data), "--config", str(data / "tiny.yaml"), "--out", str(tmp_path / "s.json")]
    assert main([*command, "--predictions", str(exported / "labelsTs")]) == 0
    scores = json.loads((tmp_path / "s.json").read_text())
    assert scores["dice"]["mean"] == 1.0
    assert scores["per_patient"] == {"test_0": 1.0, "test_1": 1.0}
    mirrored = tmp_path / "mirrored"
    mirrored.mkdir()
    for file in (exported / "labelsTs").iterdir():
        sitk.WriteImage(sitk.GetImageFromArray(pixels(file)[:, ::-1].copy()), str(mirrored / file.name))
    assert main([*command, "--predictions", str(mirrored)]) == 0
    assert json.loads((tmp_path / "s.json").read_text())["dice"]["mean"] == 0.0


def test_what_cannot_be_used_is_refused_in_a_sentence(
    data: Path, exported: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    configuration = read_configuration(data / "tiny.yaml")
    with pytest.raises(InputError, match="no name of an nnU-Net data set"):
        export_dataset(data, tmp_path / "bones", configuration)
    with pytest.raises(InputError, match="is not empty"):
        export_dataset(data, exported, configuration)
    common = ["--data", str(data), "--config", str(data / "tiny.yaml")]
    missing = tmp_path / "nothing"
    missing.mkdir()
    out = tmp_path / "s.json"
    assert main(["import", *common, "--predictions", str(missing), "--out", str(out)]) == 2
    assert "test_0_anterior.tif is missing" in capsys.readouterr().err
    assert not out.exists()
