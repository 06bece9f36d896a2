"""A SPECT bundle: from a volume and its report to maps at the volume's own voxels."""

from __future__ import annotations

import numpy as np
import pytest

from BoneMetSegLib.anatomy import SKELETON_CHANNELS
from BoneMetSegLib.bundle import Bundle
from BoneMetSegLib.errors import InputError
from BoneMetSegLib.report import parse_report
from BoneMetSegLib.scan import PlanarScan, PlanarView
from BoneMetSegLib.segmentation import Segmentation
from BoneMetSegLib.segmenter import Segmenter
from Testing.library.synthetic_spect import LEFT_RIB, ORDERS, painted_volume
from Testing.library.tiny_spect_bundle import write_tiny_spect_bundle

REPORT = parse_report("诊断意见：左侧第9肋骨转移。")


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return write_tiny_spect_bundle(tmp_path_factory.mktemp("b") / "spect")


@pytest.fixture(scope="module")
def segmenter(bundle) -> Segmenter:
    return Segmenter(bundle, "cpu")


@pytest.fixture(scope="module")
def told(segmenter) -> Segmentation:
    return segmenter.segment(painted_volume([LEFT_RIB])[0], REPORT)


def test_maps_have_the_voxels_of_the_volume_and_are_probabilities(told):
    scan, _ = painted_volume([LEFT_RIB])
    maps = told.views["spect"]
    assert list(told.views) == ["spect"]
    assert maps.image_only.shape == maps.with_report.shape == (4, *scan.voxels.shape)
    assert maps.skeleton.shape == (len(SKELETON_CHANNELS), *scan.voxels.shape)
    assert maps.spine_level.shape == maps.rib_level.shape == scan.voxels.shape
    for probabilities in (maps.image_only, maps.with_report):
        assert np.allclose(probabilities.sum(0), 1, atol=1e-4)
        assert probabilities.min() >= -1e-5
    assert 0 < told.report_fit < 1


@pytest.mark.parametrize("order", [ORDERS[1], ORDERS[22], ORDERS[47]], ids=str)
def test_a_volume_stored_in_another_order_gets_the_same_maps_at_the_same_places(segmenter, told, order):
    other, _ = painted_volume([LEFT_RIB], order=order)
    maps = segmenter.segment(other, REPORT).views["spect"]
    usual = painted_volume([LEFT_RIB])[0]
    k, j, i = np.indices(usual.voxels.shape).reshape(3, -1)
    at = np.rint(np.linalg.inv(other.ijk_to_ras) @ usual.ijk_to_ras @ [i, j, k, np.ones_like(i)]).astype(int)[:3]
    moved = maps.with_report[:, at[2], at[1], at[0]].reshape(4, *usual.voxels.shape)
    assert np.allclose(moved, told.views["spect"].with_report, atol=0.01)


def test_a_bundle_of_the_other_kind_is_refused_in_one_sentence(segmenter):
    view = PlanarView("anterior", np.ones((64, 32), np.float32), (4.0, 4.0))
    with pytest.raises(InputError, match="bundle spect is for spect scans, and this is a planar scan"):
        segmenter.segment(PlanarScan({"anterior": view}))
