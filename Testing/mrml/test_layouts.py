"""The layouts for reading: own views, each from its own side, the user's layout remembered, one scale."""

from __future__ import annotations

import numpy as np
import pytest

from BoneMetSegLib.scan import PlanarScan, PlanarView, SpectScan
from BoneMetSegLib.scene import build_scene
from BoneMetSegLib.scene_boot import mrml
from Testing.mrml.test_mrb import read_mrb  # noqa: F401 (a fixture)

slicer = pytest.importorskip("slicer", reason="slicer-core is not installed")

from BoneMetSegLib import scene_layouts, scene_mip  # noqa: E402
from BoneMetSegLib.scene_layouts import describe_layouts, fit_views, show_planar, show_spect  # noqa: E402
from BoneMetSegLib.scene_link import ViewLink, centre_of_view, mm_per_screen_pixel  # noqa: E402
from BoneMetSegLib.scene_spect import build_spect_scene  # noqa: E402
from BoneMetSegLib.scene_views import composite_of, layout_node, restore_layout  # noqa: E402


@pytest.fixture
def a_spect_case():
    voxels = np.random.default_rng(2).poisson(3, (20, 24, 28)).astype(np.float32)
    with build_spect_scene(SpectScan(voxels, np.diag([-4.0, -4, 5, 1]), "counts", "no unit")) as nodes:
        yield nodes


@pytest.fixture
def the_layout():
    """The scene's layout node, with a layout that the user has chosen."""
    layout = layout_node(mrml().scene)
    if not layout.IsLayoutDescription(layout.SlicerLayoutConventionalView):
        layout.AddLayoutDescription(layout.SlicerLayoutConventionalView, "<layout type='vertical'></layout>")
    layout.RemoveAttribute("BoneMetSeg.ChosenLayout")
    layout.RemoveAttribute("BoneMetSeg.UserLayout")
    layout.SetViewArrangement(layout.SlicerLayoutConventionalView)
    return layout


def test_anterior_and_posterior_stand_side_by_side_in_views_of_their_own(a_scan, some_hot_spots):
    with build_scene(a_scan, some_hot_spots, None) as nodes:
        views = show_planar(nodes)
        assert list(views) == ["anterior", "posterior"]
        for (view, node), label, orientation in zip(views.items(), "AP", ("Anterior", "Posterior"), strict=True):
            assert node.GetSingletonTag() == f"BoneMetSeg{view.capitalize()}"
            assert node.GetLayoutLabel() == label
            assert node.GetOrientation() == orientation
            assert composite_of(nodes.scene, node).GetBackgroundVolumeID() == nodes.volumes[view].GetID()
            assert not composite_of(nodes.scene, node).GetLinkedControl()
        layout = layout_node(nodes.scene)
        described = layout.GetLayoutDescription(layout.GetViewArrangement())
        assert described.index("BoneMetSegAnterior") < described.index("BoneMetSegPosterior")


def test_slicers_layout_logic_finds_the_views_and_makes_none_of_its_own(a_scan, some_hot_spots):
    logic = slicer.vtkMRMLLayoutLogic()
    with build_scene(a_scan, some_hot_spots, None) as nodes:
        views = show_planar(nodes)
        logic.SetMRMLScene(nodes.scene)
        found = logic.GetViewNodes()
        assert [found.GetItemAsObject(n) for n in range(found.GetNumberOfItems())] == list(views.values())
        names = [node.GetLayoutName() for node in nodes.scene.GetNodesByClass("vtkMRMLSliceNode")]
        assert sorted(name for name in names if "BoneMetSeg" in name and name[10:] in ("Anterior", "Posterior")) == [
            "BoneMetSegAnterior",
            "BoneMetSegPosterior",
        ]
        assert [node.GetOrientation() for node in views.values()] == ["Anterior", "Posterior"]
        logic.SetMRMLScene(None)


def test_a_segmentation_is_seen_in_its_own_view_and_where_the_bundle_shows_it(a_scan, some_hot_spots):
    with build_scene(a_scan, some_hot_spots, None) as nodes:
        views = show_planar(nodes)
        show_planar(nodes)
        for view, other, slicers_own in (("anterior", "posterior", "Red"), ("posterior", "anterior", "Yellow")):
            display = nodes.segmentations[view].GetDisplayNode()
            assert display.IsDisplayableInView(views[view].GetID())
            assert display.IsDisplayableInView(f"vtkMRMLSliceNode{slicers_own}")
            assert not display.IsDisplayableInView(views[other].GetID())
            assert display.GetNumberOfViewNodeIDs() == 2


def test_one_view_can_be_shown_alone(a_scan, some_hot_spots):
    with build_scene(a_scan, some_hot_spots, None) as nodes:
        assert list(show_planar(nodes, "posterior")) == ["posterior"]
        assert layout_node(nodes.scene).GetViewArrangement() == scene_layouts.POSTERIOR_LAYOUT
    with build_scene(PlanarScan({"anterior": a_scan.views["anterior"]}), [], None) as nodes:
        assert list(show_planar(nodes)) == ["anterior"]
        assert layout_node(nodes.scene).GetViewArrangement() == scene_layouts.ANTERIOR_LAYOUT


def test_both_views_fit_at_one_scale_whatever_the_sizes_of_their_windows(a_scan, some_hot_spots):
    with build_scene(a_scan, some_hot_spots, None) as nodes:
        views = show_planar(nodes)
        views["anterior"].SetDimensions(500, 700, 1)
        views["posterior"].SetDimensions(250, 700, 1)
        fit_views(nodes, views)
        scales = {view: mm_per_screen_pixel(node) for view, node in views.items()}
        # 60 columns of 2 mm in 250 pixels, 120 rows of 2.5 mm in 700: the narrow one decides.
        assert scales == pytest.approx({"anterior": 120 / 250, "posterior": 120 / 250})
        for view, plane in (("anterior", 100), ("posterior", -100)):
            assert centre_of_view(views[view]) == pytest.approx([0, plane, 0])


def test_the_body_fills_the_view_where_the_image_is_mostly_air():
    body = np.zeros((400, 100), np.float32)
    body[20:260, 25:75] = 30  # head at the top, 1400 mm of air at the feet
    views = {view: PlanarView(view, body, (5.0, 5.0)) for view in ("anterior", "posterior")}
    with build_scene(PlanarScan(views), [], None) as nodes:
        slice_nodes = show_planar(nodes)
        for node in slice_nodes.values():
            node.SetDimensions(400, 800, 1)
        fit_views(nodes, slice_nodes)
        for node in slice_nodes.values():
            bottom, top = (node.GetXYToRAS().MultiplyPoint((200.0, y, 0.0, 1.0))[2] for y in (0.0, 800.0))
            # The body reaches from S = 1000 - 20 * 5 down to 1000 - 260 * 5; smoothing widens it by a row or two.
            assert top == pytest.approx(900 + 0.04 * 1200, abs=30)
            assert bottom == pytest.approx(-300 - 0.04 * 1200, abs=30)


def test_fitting_again_brings_a_panned_and_zoomed_view_back(a_scan, some_hot_spots, a_spect_case):
    with build_scene(a_scan, some_hot_spots, None) as nodes:
        views = show_planar(nodes)
        before = mm_per_screen_pixel(views["posterior"])
        views["posterior"].SetXYZOrigin(50.0, 60.0, 0.0)
        views["posterior"].SetFieldOfView(10.0, 10.0, 1.0)
        fit_views(nodes, views)
        assert centre_of_view(views["posterior"]) == pytest.approx([0, -100, 0])
        assert mm_per_screen_pixel(views["posterior"]) == pytest.approx(before)
    views = show_spect(a_spect_case)
    middle = centre_of_view(views["Coronal"])
    views["Coronal"].SetXYZOrigin(50.0, 60.0, 0.0)
    fit_views(a_spect_case, views)
    assert centre_of_view(views["Coronal"]) == pytest.approx(middle)


def test_a_saved_scene_comes_back_in_its_reading_layout(a_scan, some_hot_spots, tmp_path, read_mrb):  # noqa: F811
    from BoneMetSegLib.scene import write_mrb

    with build_scene(a_scan, some_hot_spots, None) as nodes:
        show_planar(nodes)
        write_mrb(nodes, tmp_path / "scene.mrb")
    scene = read_mrb(tmp_path / "scene.mrb")
    layout = scene.GetFirstNodeByClass("vtkMRMLLayoutNode")
    assert layout.GetViewArrangement() == scene_layouts.PLANAR_LAYOUT
    describe_layouts(scene)
    assert "BoneMetSegPosterior" in layout.GetLayoutDescription(layout.GetViewArrangement())
    for view in ("Anterior", "Posterior"):
        node = scene.GetNodeByID(f"vtkMRMLSliceNodeBoneMetSeg{view}")
        assert node.GetOrientation() == view
        assert node.GetLayoutLabel() == view[0]
        volume = scene.GetNodeByID(f"vtkMRMLSliceCompositeNodeBoneMetSeg{view}").GetBackgroundVolumeID()
        assert scene.GetNodeByID(volume).GetAttribute("BoneMetSeg.View") == view.lower()


def test_a_volume_under_a_transform_is_shown_where_it_is(a_scan, some_hot_spots):
    from vtkmodules.vtkCommonMath import vtkMatrix4x4

    with build_scene(a_scan, some_hot_spots, None) as nodes:
        transform = nodes.scene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
        matrix = vtkMatrix4x4()
        for row, moved_mm in enumerate((10.0, 20.0, 30.0)):
            matrix.SetElement(row, 3, moved_mm)
        transform.SetMatrixTransformToParent(matrix)
        for node in (*nodes.volumes.values(), *nodes.segmentations.values()):
            node.SetAndObserveTransformNodeID(transform.GetID())
        views = show_planar(nodes)
        with ViewLink(views):
            assert centre_of_view(views["anterior"]) == pytest.approx([10, 120, 30])
            assert centre_of_view(views["posterior"]) == pytest.approx([10, -80, 30])
        nodes.scene.RemoveNode(transform)


def test_the_users_layout_comes_back(a_scan, the_layout):
    with build_scene(a_scan, [], None) as nodes:  # the bundle's layout comes between
        show_planar(nodes)
        show_planar(nodes, "anterior")
        assert restore_layout(nodes.scene)
    assert the_layout.GetViewArrangement() == the_layout.SlicerLayoutConventionalView
    assert not restore_layout(mrml().scene), "once"


def test_a_layout_that_the_user_chose_meanwhile_is_left_alone(a_scan, the_layout):
    describe_layouts(mrml().scene)
    with build_scene(a_scan, [], None) as nodes:
        show_planar(nodes)
        the_layout.SetViewArrangement(scene_layouts.SPECT_PLANES_LAYOUT)
        assert not restore_layout(nodes.scene)
        assert the_layout.GetViewArrangement() == scene_layouts.SPECT_PLANES_LAYOUT


def test_spect_is_shown_in_three_planes_and_as_a_mip_from_the_front(a_spect_case):
    views = show_spect(a_spect_case)
    assert list(views) == ["Axial", "Sagittal", "Coronal", "MIP"]
    for plane in ("Axial", "Sagittal", "Coronal"):
        assert views[plane].GetOrientation() == plane
        shown = composite_of(a_spect_case.scene, views[plane])
        assert shown.GetBackgroundVolumeID() == a_spect_case.volumes["spect"].GetID()
    assert views["MIP"].GetRaycastTechnique() == slicer.vtkMRMLViewNode.MaximumIntensityProjection
    assert views["MIP"].GetBackgroundColor() == (1, 1, 1)
    assert layout_node(a_spect_case.scene).GetViewArrangement() == scene_layouts.SPECT_LAYOUT
    camera = scene_mip._camera_of(a_spect_case.scene, views["MIP"])
    assert np.subtract(camera.GetPosition(), camera.GetFocalPoint())[1] > 0, "from the front"
    assert camera.GetViewUp() == (0, 0, 1)


def test_a_new_view_has_the_users_settings_for_views():
    from BoneMetSegLib.scene_views import slice_view

    scene = slicer.vtkMRMLScene()
    slicer.vtkMRMLSliceNode().AddDefaultSliceOrientationPresets(scene, True)
    scene.GetDefaultNodeByClass("vtkMRMLSliceNode").SetRulerType(slicer.vtkMRMLSliceNode.RulerTypeThin)
    view = slice_view(scene, "BoneMetSegAnterior")
    assert view.GetSingletonTag() == "BoneMetSegAnterior"
    assert view.GetRulerType() == slicer.vtkMRMLSliceNode.RulerTypeThin
    assert all(view.HasSliceOrientationPreset(plane) for plane in ("Axial", "Sagittal", "Coronal"))


def test_without_volume_rendering_there_are_three_panes(a_spect_case, monkeypatch):
    monkeypatch.setattr(scene_layouts, "mip_is_possible", lambda: False)
    assert list(show_spect(a_spect_case)) == ["Axial", "Sagittal", "Coronal"]
    layout = layout_node(a_spect_case.scene)
    assert "vtkMRMLViewNode" not in layout.GetLayoutDescription(layout.GetViewArrangement())


def test_showing_spect_twice_renders_it_once_and_removing_it_leaves_nothing():
    scan = SpectScan(np.ones((5, 6, 7), np.float32), np.diag([-4.0, -4, 5, 1]), "counts", "no unit")
    with build_spect_scene(scan) as nodes:
        show_spect(nodes)  # views stay, as Slicer's own do
    before = mrml().scene.GetNumberOfNodes()
    with build_spect_scene(scan) as nodes:
        show_spect(nodes)
        show_spect(nodes)
        assert nodes.scene.GetNumberOfNodesByClass("vtkMRMLVolumeRenderingDisplayNode") == 1
    assert mrml().scene.GetNumberOfNodes() == before


def test_a_layout_that_slicer_was_closed_in_appears_as_soon_as_it_is_described(vtk_messages):
    from BoneMetSegLib.scene_views import layout_node

    scene = slicer.vtkMRMLScene()
    layout = layout_node(scene)
    layout.SetViewArrangement(scene_layouts.PLANAR_LAYOUT)
    (warning,) = vtk_messages
    assert "Can't find layout" in warning
    vtk_messages.clear()
    assert not layout.GetCurrentLayoutDescription()
    describe_layouts(scene)
    assert "BoneMetSegPosterior" in layout.GetCurrentLayoutDescription()
