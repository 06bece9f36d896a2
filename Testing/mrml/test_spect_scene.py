"""A SPECT volume in the scene: geometry, quantity, three planes, the bundle, and where left is drawn."""

from __future__ import annotations

import os

import numpy as np
import pytest

from BoneMetSegLib.scan import Identity, SpectScan
from BoneMetSegLib.scan_files import read_scan
from BoneMetSegLib.scan_info import write_scan_scene
from BoneMetSegLib.scene import write_mrb
from BoneMetSegLib.scene_boot import mrml
from model_training.simulator.nm_spect_dicom import Calibration, SpectGeometry, SpectObject, write_spect_nm
from Testing.mrml.test_display import a_slice_window, offscreen  # noqa: F401 (fixtures)
from Testing.mrml.test_mrb import only, read_mrb, volume_matrix  # noqa: F401 (a fixture)

slicer = pytest.importorskip("slicer", reason="slicer-core is not installed")
from slicer.util import arrayFromVolume as array_from_volume  # noqa: E402

REPORT = "诊断意见：左侧第7肋骨转移瘤可能。"
HOT = (14, 5, 30)  # toward the head, front, patient left


def a_volume(spacing_mm: float) -> np.ndarray:
    voxels = np.random.default_rng(3).poisson(20, (20, 28, 36)).astype(np.uint16)
    k, j, i = HOT
    voxels[k - 1 : k + 2, j - 1 : j + 2, i - 1 : i + 2] = 400
    return voxels if spacing_mm > 0 else voxels[::-1].copy()


@pytest.fixture(params=[6.0, -6.0], ids=["slices upward", "slices downward"])
def spect(request, tmp_path) -> SpectScan:
    """A quantitative volume as a camera writes it, stacked either way."""
    first_s = 200.0 if request.param > 0 else 200.0 + 19 * 6
    geometry = SpectGeometry((4.0, 5.0), request.param, 6.0, position=(-87.5, -54.0, first_s))
    calibration = Calibration(unit="Bq/ml", slope=10.0, weight_kg=70, dose_mbq=600)
    return read_scan(write_spect_nm(tmp_path / "s.dcm", a_volume(request.param), SpectObject(geometry, calibration)))


@pytest.fixture
def nodes(spect):
    from BoneMetSegLib.scene_spect import build_spect_scene

    with build_spect_scene(spect, REPORT) as built:
        yield built


def test_the_volume_lies_in_the_scene_as_in_the_patient(nodes, spect):
    volume = nodes.volumes["spect"]
    np.testing.assert_array_equal(array_from_volume(volume), spect.voxels)
    np.testing.assert_allclose(volume_matrix(volume), spect.ijk_to_ras)
    np.testing.assert_allclose(volume_matrix(volume)[:3, 3], [87.5, 54, 200])
    assert volume.GetSpacing() == pytest.approx((5, 4, 6))
    # Left by hand: L = -87.5 + 30 * 5 = 62.5; P = -54 + 5 * 4 = -34; S = 200 + 14 * 6 = 284.
    np.testing.assert_allclose(volume_matrix(volume) @ [30, 5, 14, 1], [-62.5, 34, 284, 1])
    assert array_from_volume(volume)[HOT] == array_from_volume(volume).max()


def test_quantity_and_units_are_on_the_volume(nodes, spect):
    volume = nodes.volumes["spect"]
    assert volume.GetAttribute("BoneMetSeg.Quantity") == "SUVbw"
    assert volume.GetAttribute("BoneMetSeg.Units") == "g/ml{SUVbw}"
    assert "70 kg" in volume.GetAttribute("BoneMetSeg.QuantityReason")
    assert volume.GetVoxelValueUnits().GetCodeValue() == "g/ml{SUVbw}"
    assert volume.GetVoxelValueQuantity().GetCodeValue() == "126401"
    display = volume.GetDisplayNode()
    assert display.GetWindowLevelMin() == 0
    assert spect.voxels.mean() < display.GetWindowLevelMax() <= spect.voxels.max()


def test_three_planes_show_the_volume_through_its_centre(nodes):
    for name, plane, axis, centre in (
        ("Red", "Axial", 2, 257),
        ("Yellow", "Sagittal", 0, 0),
        ("Green", "Coronal", 1, 0),
    ):
        view = nodes.scene.GetSingletonNode(name, "vtkMRMLSliceNode")
        assert view.GetOrientation() == plane
        assert view.GetSliceToRAS().GetElement(axis, 3) == pytest.approx(centre, abs=4)
        composite = nodes.scene.GetSingletonNode(name, "vtkMRMLSliceCompositeNode")
        assert composite.GetBackgroundVolumeID() == nodes.volumes["spect"].GetID()


def test_a_hot_spot_at_the_left_is_drawn_at_screen_right_in_axial_and_coronal_slices(nodes, a_slice_window):  # noqa: F811
    pictures = {}
    for name in ("Red", "Green"):
        view = nodes.scene.GetSingletonNode(name, "vtkMRMLSliceNode")
        view.JumpSliceByCentering(-62.5, 34.0, 284.0)
        view.JumpSliceByOffsetting(-62.5, 34.0, 284.0)
        picture = a_slice_window(view).picture()
        pictures[name] = picture
        grey = picture[..., 0]
        rows, columns = np.nonzero(grey < 40)
        assert len(rows) > 50, f"{name}: the hot spot is black"
        to_ras = view.GetXYToRAS()
        spot_r = to_ras.MultiplyPoint((float(columns.mean()), float(picture.shape[0] - 1 - rows.mean()), 0, 1))[0]
        assert spot_r == pytest.approx(-62.5, abs=5)
        left_edge_r = to_ras.MultiplyPoint((0.0, 0.0, 0.0, 1.0))[0]
        assert left_edge_r > spot_r, "screen left is the patient's right"
    _keep(pictures)


def _keep(pictures):
    folder = os.environ.get("BONEMETSEG_PICTURES")
    if folder:
        from matplotlib.image import imsave

        imsave(f"{folder}/spect.png", np.concatenate(list(pictures.values()), axis=1).astype(np.uint8))


def test_the_whole_volume_is_drawn_with_the_spot_right_of_the_middle(nodes, a_slice_window):  # noqa: F811
    """Nothing is moved: the axial slice through the spot, the volume in the middle of the screen."""
    view = nodes.scene.GetSingletonNode("Red", "vtkMRMLSliceNode")
    view.SetSliceOffset(284.0)
    voxels = array_from_volume(nodes.volumes["spect"])
    nodes.volumes["spect"].GetDisplayNode().SetWindowLevelMinMax(0, float(voxels.max()))  # the spot alone is black
    picture = a_slice_window(view).picture()[..., 0]
    rows, columns = np.nonzero(picture < 40)
    assert columns.min() > picture.shape[1] / 2
    assert rows.max() < picture.shape[0] / 2, "the front is up"


def test_everything_comes_back_from_the_bundle(spect, tmp_path, read_mrb):  # noqa: F811
    from BoneMetSegLib.scene_spect import build_spect_scene

    path = tmp_path / "病例" / "scene.mrb"
    path.parent.mkdir()
    with build_spect_scene(spect, REPORT) as built:
        write_mrb(built, path)
    scene = read_mrb(path)
    volume = only(scene, "vtkMRMLScalarVolumeNode", "Bone scan SPECT")
    np.testing.assert_array_equal(array_from_volume(volume), spect.voxels)
    np.testing.assert_allclose(volume_matrix(volume), spect.ijk_to_ras, atol=1e-6)
    assert volume.GetAttribute("BoneMetSeg.Quantity") == "SUVbw"
    assert "70 kg" in volume.GetAttribute("BoneMetSeg.QuantityReason")
    assert only(scene, "vtkMRMLTextNode", "Bone scan report").GetText() == REPORT
    for name, plane in (("Red", "Axial"), ("Yellow", "Sagittal"), ("Green", "Coronal")):
        assert scene.GetNodeByID(f"vtkMRMLSliceNode{name}").GetOrientation() == plane
        assert scene.GetNodeByID(f"vtkMRMLSliceCompositeNode{name}").GetBackgroundVolumeID() == volume.GetID()
    layout = scene.GetSingletonNode("vtkMRMLLayoutNode", "vtkMRMLLayoutNode")
    assert layout.GetViewArrangement() == slicer.vtkMRMLLayoutNode.SlicerLayoutFourUpView
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(scene)
    study = hierarchy.GetItemParent(hierarchy.GetItemByDataNode(volume))
    assert hierarchy.GetItemLevel(study) == "Study"
    assert hierarchy.GetItemAttribute(study, "DICOM.StudyDate") == "20250301"
    assert hierarchy.GetItemAttribute(hierarchy.GetItemParent(study), "DICOM.PatientID") == "SIMULATED-1"


def test_removing_the_case_leaves_the_scene_as_it_was(spect):
    from BoneMetSegLib.scene_spect import build_spect_scene

    scene = mrml().scene
    with build_spect_scene(spect):
        pass  # views and layout stay, as Slicer's own do
    before = scene.GetNumberOfNodes()
    with build_spect_scene(spect, REPORT, lang="zh") as built:
        assert built.volumes["spect"].GetName() == "Bone scan 断层"
        assert scene.GetNumberOfNodes() > before
    assert scene.GetNumberOfNodes() == before


@pytest.mark.parametrize("quantity", ["counts", "Bq/ml"])
def test_every_quantity_can_be_shown(quantity, tmp_path):
    voxels = np.random.default_rng(0).poisson(4, (5, 6, 7)).astype(np.float32)
    scan = SpectScan(voxels, np.diag([4.0, 4, 4, 1]), quantity, "a; reason: so", identity=Identity("ID-42", "A^B"))
    write_scan_scene(scan, None, tmp_path / "scene.mrb")
    assert [path.name for path in tmp_path.iterdir()] == ["scene.mrb"]
