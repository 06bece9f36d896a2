"""Two intensities on a key, the same scale in both views, and the reader's own window kept."""

from __future__ import annotations

import numpy as np
import pytest

from BoneMetSegLib.count_window import upper_counts
from BoneMetSegLib.scan import SpectScan
from BoneMetSegLib.scene import build_scene
from BoneMetSegLib.scene_intensity import intensity, next_intensity, show_intensity
from BoneMetSegLib.scene_layouts import show_spect
from BoneMetSegLib.scene_mip import mip_display
from BoneMetSegLib.scene_spect import build_spect_scene
from BoneMetSegLib.scene_window_link import WindowLink

pytest.importorskip("slicer", reason="slicer-core is not installed")


@pytest.fixture
def nodes(a_scan, some_hot_spots):
    a_scan.views["posterior"].counts[:] *= 3
    with build_scene(a_scan, some_hot_spots, None) as built:
        yield built


def window(nodes, view):
    display = nodes.volumes[view].GetScalarVolumeDisplayNode()
    return display.GetWindowLevelMin(), display.GetWindowLevelMax()


def test_both_views_have_one_scale_and_neither_is_too_dark(nodes, a_scan, some_hot_spots):
    uppers = [upper_counts(view, some_hot_spots) for view in a_scan.views.values()]
    assert uppers[0] != pytest.approx(uppers[1])
    assert window(nodes, "anterior") == window(nodes, "posterior") == pytest.approx((0, max(uppers)))
    assert intensity(nodes) == "normal"


def test_saturated_is_black_at_half_the_counts_and_a_second_key_press_is_normal_again(nodes):
    normal = window(nodes, "anterior")
    assert next_intensity(nodes) == "saturated"
    for view in nodes.volumes:
        assert window(nodes, view) == pytest.approx((0, normal[1] / 2))
    assert intensity(nodes) == "saturated"
    assert next_intensity(nodes) == "normal"
    assert window(nodes, "posterior") == pytest.approx(normal)


def test_a_window_set_by_hand_is_kept_and_comes_round_again(nodes):
    nodes.volumes["anterior"].GetDisplayNode().SetWindowLevelMinMax(2, 17)
    assert intensity(nodes) == "by hand"
    posterior = window(nodes, "posterior")
    assert [next_intensity(nodes) for _ in range(3)] == ["normal", "saturated", "by hand"]
    assert window(nodes, "anterior") == (2, 17)
    assert window(nodes, "posterior") == posterior
    assert next_intensity(nodes) == "normal"
    show_intensity(nodes, "by hand")
    assert window(nodes, "anterior") == (2, 17)


def test_asking_for_a_window_by_hand_that_nobody_set_changes_nothing(nodes):
    before = window(nodes, "anterior")
    show_intensity(nodes, "by hand")
    assert window(nodes, "anterior") == before
    with pytest.raises(ValueError, match="glaring"):
        show_intensity(nodes, "glaring")


def test_a_window_dragged_in_one_view_is_the_others_as_well(nodes):
    anterior, posterior = (nodes.volumes[view].GetDisplayNode() for view in ("anterior", "posterior"))
    link = WindowLink(nodes)
    posterior.SetWindowLevelMinMax(1, 9)
    assert window(nodes, "anterior") == (1, 9)
    assert intensity(nodes) == "by hand"
    assert next_intensity(nodes) == "normal"
    assert window(nodes, "anterior") == window(nodes, "posterior")
    link.off()
    anterior.SetWindowLevelMinMax(2, 8)
    assert window(nodes, "posterior") != (2, 8)
    show_intensity(nodes, "normal")


def test_a_dragged_window_does_not_outlive_its_case(a_scan):
    with build_scene(a_scan, [], None) as nodes:
        link = WindowLink(nodes)
        display = nodes.volumes["anterior"].GetDisplayNode()
    display.SetWindowLevelMinMax(1, 5)
    assert not link.is_on


def test_the_mip_follows_a_window_dragged_in_a_slice():
    scan = SpectScan(np.ones((5, 6, 7), np.float32), np.diag([-4.0, -4, 5, 1]), "counts", "no unit")
    with build_spect_scene(scan) as nodes:
        show_spect(nodes)
        with WindowLink(nodes):
            nodes.volumes["spect"].GetScalarVolumeDisplayNode().SetWindowLevelMinMax(0, 40)
        opacity = mip_display(nodes.volumes["spect"]).GetVolumePropertyNode().GetScalarOpacity()
        assert opacity.GetValue(20) == pytest.approx(0.5)


def test_spect_has_both_intensities_and_its_mip_follows():
    voxels = np.random.default_rng(2).poisson(3, (20, 24, 28)).astype(np.float32)
    scan = SpectScan(voxels, np.diag([-4.0, -4, 5, 1]), "counts", "no unit")
    with build_spect_scene(scan) as nodes:
        show_spect(nodes)
        normal = window(nodes, "spect")[1]
        assert next_intensity(nodes) == "saturated"
        assert window(nodes, "spect")[1] == pytest.approx(normal / 2)
        opacity = mip_display(nodes.volumes["spect"]).GetVolumePropertyNode().GetScalarOpacity()
        assert opacity.GetValue(normal / 2) == pytest.approx(1)
        assert opacity.GetValue(normal / 4) == pytest.approx(0.5, abs=0.01)
