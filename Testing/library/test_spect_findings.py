"""Hot spots of a SPECT volume: left is left however the volume is stored; volume, uptake and burden by hand."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from jsonschema import validate

from BoneMetSegLib.burden_spect import SpectBurden
from BoneMetSegLib.case_folder import read_case, same_scan, write_case
from BoneMetSegLib.hot_spots import find_hot_spots
from BoneMetSegLib.nrrd_file import read_nrrd
from BoneMetSegLib.peak import peak_value
from BoneMetSegLib.resources import resource_path
from BoneMetSegLib.result_document import result_document, summary_sentence
from BoneMetSegLib.seg_nrrd import read_segments
from Testing.library.synthetic_spect import (
    LEFT_KIDNEY,
    LEFT_RIB,
    ORDERS,
    RIGHT_RIB,
    SPINE,
    VOXEL_ML,
    a_spect_case,
    painted_volume,
)

SCHEMA = json.loads(resource_path("Schema", "result.schema.json").read_text(encoding="utf-8"))


# ---- left is left ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", ORDERS, ids=str)
def test_a_lesion_on_the_left_is_on_the_left_however_the_volume_is_stored(order):
    scan, segmentation = painted_volume([LEFT_RIB], order=order)
    (spot,) = find_hot_spots(scan, segmentation)
    assert (spot.region, spot.side, spot.level) == ("ribs", "left", "9")
    view = scan.views["spect"]
    assert view.centre_ras_mm(spot.views["spect"].mask) == pytest.approx([-80, -20, 60], abs=1.5)


def test_a_lesion_on_the_right_is_on_the_right():
    (spot,) = find_hot_spots(*painted_volume([RIGHT_RIB]))
    assert spot.side == "right"


@pytest.mark.parametrize("order", [ORDERS[0], ORDERS[13], ORDERS[46]], ids=str)
def test_files_say_left_in_name_place_and_array(tmp_path, order):
    case = a_spect_case([LEFT_RIB, SPINE], order=order)
    write_case(tmp_path, case, scene=False, pictures=False)
    image = read_nrrd(tmp_path / "spect.seg.nrrd")
    assert image.layers.shape[1:] == case.scan.voxels.shape
    assert np.allclose(image.ijk_to_ras, case.scan.ijk_to_ras)
    names = {segment.name: segment for segment in read_segments(tmp_path / "spect.seg.nrrd", case.scan.views["spect"])}
    rib = names["01 left rib 9 ±1"]
    assert rib.id == "H01_spect"
    assert case.scan.views["spect"].centre_ras_mm(rib.mask)[0] == pytest.approx(-80, abs=1.5)
    assert np.array_equal(rib.mask, case.hot_spots[0].views["spect"].mask)


# ---- kinds and places -----------------------------------------------------------------------------------------------


def test_foci_are_named_by_bone_level_and_site():
    spots = find_hot_spots(*painted_volume([LEFT_RIB, SPINE, LEFT_KIDNEY]))
    places = [(spot.hot_spot_class, spot.region, spot.side, spot.level, spot.accepted) for spot in spots]
    assert places == [
        ("metastasis", "ribs", "left", "9", True),
        ("metastasis", "lumbar_spine", "midline", "L1", True),
        ("physiological", "kidney", "left", "", False),
    ]


def test_foci_that_touch_at_a_corner_are_one_and_small_ones_are_none():
    scan, segmentation = painted_volume([])
    maps = segmentation.views["spect"].image_only
    for at in [(20, 16, 22), (21, 17, 23), (22, 18, 24), (23, 19, 25), (30, 5, 5)]:
        maps[:, at[0], at[1], at[2]] = (0.1, 0.9, 0, 0)
    (spot,) = find_hot_spots(scan, segmentation)  # 4 voxels of 0.15 ml; the one alone is below 0.5 ml
    assert spot.views["spect"].volume_ml == pytest.approx(0.6)


# ---- measures -------------------------------------------------------------------------------------------------------


def test_volume_uptake_ratio_and_burden_are_those_counted_by_hand():
    case = a_spect_case([LEFT_RIB, SPINE])
    rib, spine = (spot.views["spect"] for spot in case.hot_spots)
    for shown, value in ((rib, 15.0), (spine, 9.0)):
        voxels = case.scan.voxels == value
        assert np.array_equal(shown.mask, voxels)
        assert shown.volume_ml == pytest.approx(voxels.sum() * VOXEL_ML)
        assert (shown.max_counts, shown.mean_counts, shown.peak) == (value, value, value)
        assert np.isnan(shown.area_mm2)
        assert shown.ratio_to_background == pytest.approx(value / 3)
    burden = case.burden
    assert isinstance(burden, SpectBurden)
    assert burden.lesion_volume_ml == pytest.approx(rib.volume_ml + spine.volume_ml)
    assert (burden.maximum, burden.peak, burden.lesion_count) == (15, 15, 2)
    assert burden.total_uptake == pytest.approx(15 * rib.volume_ml + 9 * spine.volume_ml)
    assert burden.total_uptake_units == "g"
    assert "2 lesions accepted as metastasis" in summary_sentence(case)
    assert "SUVbw" in summary_sentence(case)


def test_total_uptake_of_counts_is_their_sum():
    case = a_spect_case([SPINE], quantity="counts")
    assert case.burden.total_uptake == pytest.approx(float((case.scan.voxels == 9).sum()) * 9)
    assert case.burden.total_uptake_units == "counts"


def test_no_lesion_has_a_burden_of_nothing():
    burden = a_spect_case([LEFT_KIDNEY]).burden
    assert (burden.lesion_count, burden.lesion_volume_ml, burden.total_uptake) == (0, 0, 0)
    assert np.isnan(burden.maximum)


def test_the_peak_is_the_mean_of_a_ball_of_one_millilitre():
    voxels = np.zeros((9, 9, 9), np.float32)
    voxels[4, 4, 4] = 70
    mask = voxels > 0
    # Voxels of 6 mm: the ball of 6.2 mm holds the voxel and its six neighbours.
    assert peak_value(voxels, mask, (6.0, 6.0, 6.0)) == pytest.approx(10)
    # Voxels of 7 mm: it holds the voxel alone.
    assert peak_value(voxels, mask, (7.0, 7.0, 7.0)) == 70
    # At the volume's corner only what exists is averaged: the voxel and three neighbours.
    corner = np.zeros((9, 9, 9), np.float32)
    corner[0, 0, 0] = 8
    assert peak_value(corner, corner > 0, (6.0, 6.0, 6.0)) == pytest.approx(2)


# ---- files ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("quantity", "names"),
    [
        ("SUVbw", ["max_suvbw", "peak_suvbw", "mean_suvbw"]),
        ("Bq/ml", ["max_bq_per_ml", "peak_bq_per_ml", "mean_bq_per_ml"]),
        ("counts", ["max_counts", "peak_counts", "mean_counts"]),
    ],
)
def test_table_and_result_name_the_quantity(tmp_path, quantity, names):
    case = a_spect_case([LEFT_RIB, SPINE], quantity=quantity)
    write_case(tmp_path, case, scene=False, pictures=False)
    with (tmp_path / "hot_spots.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [float(rows[0][name]) for name in names] == [15, 15, 15]
    assert float(rows[0]["volume_ml"]) == pytest.approx(case.hot_spots[0].views["spect"].volume_ml, abs=0.006)
    assert rows[0]["views"] == "spect"
    assert not any(name.startswith("area_mm2") for name in rows[0])
    document = json.loads((tmp_path / "result.json").read_text(encoding="utf-8"))
    validate(document, SCHEMA)
    assert document["scan"]["quantity"] == quantity
    assert set(names) < set(document["hot_spots"][0]["views"]["spect"])
    assert "eod_grade" not in document["burden"]


def test_a_case_is_read_back_as_it_was_and_measured_the_same(tmp_path):
    case = a_spect_case([LEFT_RIB, SPINE, LEFT_KIDNEY], order=ORDERS[13])
    write_case(tmp_path, case, scene=False, pictures=False)
    again = read_case(tmp_path)
    assert same_scan(again, case.scan)
    assert again.burden == case.burden
    assert [(spot.id, spot.side, spot.edited_by) for spot in again.hot_spots] == [
        (spot.id, spot.side, "") for spot in case.hot_spots
    ]
    assert result_document(again)["scan"] == result_document(case)["scan"]


def test_another_volume_is_another_scan():
    case = a_spect_case([LEFT_RIB])
    other, _ = painted_volume([RIGHT_RIB])
    assert not same_scan(case, other)


def test_a_lesion_that_the_reader_rejects_leaves_the_burden(tmp_path):
    write_case(tmp_path, a_spect_case([LEFT_RIB, SPINE]), scene=False, pictures=False)
    table = tmp_path / "hot_spots.csv"
    text = table.read_text(encoding="utf-8-sig")
    table.write_text(text.replace("H01,metastasis,yes", "H01,metastasis,no"), encoding="utf-8")
    again = read_case(tmp_path, editor="DrX")
    assert again.burden.lesion_count == 1
    assert again.burden.maximum == 9
    assert again.hot_spots[0].edited_by == "DrX"


def test_without_identity_nobody_is_named(tmp_path: Path):
    write_case(tmp_path, a_spect_case([LEFT_RIB], deidentified=True), scene=False, pictures=False)
    everything = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    for word in (b"Doe", b"ID-4711", b"ACC-0815"):
        assert word not in everything
    validate(json.loads((tmp_path / "result.json").read_text(encoding="utf-8")), SCHEMA)


def test_the_order_of_storage_is_really_another_each_time():
    scans = [painted_volume([LEFT_RIB], order=order)[0] for order in ORDERS]
    matrices = {tuple((scan.ijk_to_ras.round(6) + 0.0).ravel()) for scan in scans}
    assert len(matrices) == 24  # of 48 orders half are left-handed, and are turned
    assert all(np.linalg.det(scan.ijk_to_ras[:3, :3]) > 0 for scan in scans)
