"""A scan read back from volumes of the scene, however they came there; the lesion is always on the patient's left."""

from __future__ import annotations

import numpy as np
import pydicom
import pytest

from BoneMetSegLib import scene_boot
from BoneMetSegLib.errors import InputError
from BoneMetSegLib.hot_spots import HotSpot, HotSpotInView
from BoneMetSegLib.scan_files import read_scan
from model_training.simulator.nm_dicom import Manner, Study, write_planar_nm
from model_training.simulator.nm_spect_dicom import Calibration, SpectGeometry, SpectObject, write_spect_nm

slicer = pytest.importorskip("slicer", reason="slicer-core is not installed")
from slicer.util import arrayFromVolume as array_from_volume  # noqa: E402
from slicer.util import updateVolumeFromArray as update_volume  # noqa: E402
from vtkmodules.vtkCommonMath import vtkMatrix4x4  # noqa: E402

from BoneMetSegLib.scene import build_scene  # noqa: E402
from BoneMetSegLib.scene_scan import scan_of_volumes, volumes_of_views  # noqa: E402
from BoneMetSegLib.scene_transform import follow_transforms  # noqa: E402
from BoneMetSegLib.scene_volumes import add_planar_volumes  # noqa: E402

ROWS, COLUMNS, PIXEL_MM = 400, 100, (4.0, 3.0)
HOT_ROWS = slice(200, 206)
# The patient's left, as each camera head sees it.
HOT_COLUMNS = {"anterior": slice(70, 76), "posterior": slice(24, 30)}
VIEWS = ("anterior", "posterior")


def counts(view: str) -> np.ndarray:
    image = np.random.default_rng(len(view)).poisson(4, (ROWS, COLUMNS)).astype(np.uint16)
    image[HOT_ROWS, HOT_COLUMNS[view]] = 300
    return image


@pytest.fixture
def booted():
    """A scene of its own with the logics that serve it."""
    return scene_boot._boot.__wrapped__()


@pytest.fixture
def scene(booted):
    return booted.scene


@pytest.fixture
def load(booted):
    """Load a file as "Add data" does."""
    booted.application_logic.SetModuleLogic("Colors", booted.application_logic.GetColorLogic())
    volumes_logic = booted.module_logics[0]
    return lambda path: volumes_logic.AddArchetypeVolume(str(path), path.name.split(".")[0])


@pytest.fixture
def dicom_file(tmp_path):
    return write_planar_nm(tmp_path / "scan.dcm", {view: counts(view) for view in VIEWS}, PIXEL_MM)


def add_volume(scene, pixels: np.ndarray, ijk_to_ras, name: str):
    node = scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", name)
    update_volume(node, pixels)
    matrix = vtkMatrix4x4()
    matrix.DeepCopy(np.asarray(ijk_to_ras, float).ravel().tolist())
    node.SetIJKToRASMatrix(matrix)
    return node


def as_slicer_loads_two_frames(scene, pixels=None, name: str = "1: WB BONE"):
    """Return the volume that Slicer's own reader makes of a two-frame object: two axial slices 1 mm apart."""
    pixels = np.stack([counts(view) for view in VIEWS]) if pixels is None else pixels
    return add_volume(scene, pixels, np.diag([-PIXEL_MM[1], -PIXEL_MM[0], 1, 1]), name)


def assert_left(scan, views=VIEWS) -> None:
    """The hot block is where each camera saw it, and lies at the patient's left in RAS."""
    assert set(scan.views) == set(views)
    for name in views:
        view = scan.views[name]
        hot = view.counts == 300
        assert hot.sum() == 36
        columns = HOT_COLUMNS[name] if not view.mirrored else HOT_COLUMNS["anterior"]
        assert hot[HOT_ROWS, columns].all()
        row, column = np.argwhere(hot).mean(0)
        right, _a, superior, _ = view.ijk_to_ras @ (column, row, 0, 1)
        assert right == pytest.approx(-3.0 * (72.5 - 49.5))
        assert superior == pytest.approx(-4.0 * (202.5 - 199.5))


def mirrored(pixels: np.ndarray) -> np.ndarray:
    return pixels[..., ::-1].copy()


# --- volumes of our own -----------------------------------------------------------------------------------------------


def test_volumes_of_the_dicom_plugin_give_back_the_very_scan(scene, dicom_file):
    scan = read_scan(dicom_file)
    volumes = add_planar_volumes(scene, scan, {view: f"WB {view}" for view in VIEWS})
    again = scan_of_volumes([volumes["anterior"]])  # its other view comes along
    assert_left(again)
    for view in VIEWS:
        np.testing.assert_array_equal(again.views[view].counts, scan.views[view].counts)
        assert again.views[view].pixel_size_mm == scan.views[view].pixel_size_mm
        assert again.views[view].sop_instance_uid == scan.views[view].sop_instance_uid
        assert again.views[view].frame_number == scan.views[view].frame_number
    assert again.acquisition_date == scan.acquisition_date
    assert volumes_of_views([volumes["posterior"]]) == {
        "posterior": volumes["posterior"],
        "anterior": volumes["anterior"],
    }


def test_a_transform_moves_the_picture_and_not_what_the_scan_says(scene, dicom_file):
    volumes = add_planar_volumes(scene, read_scan(dicom_file), {view: f"WB {view}" for view in VIEWS})
    under_transform(scene, volumes.values())
    assert_left(scan_of_volumes(list(volumes.values())))


def test_two_volumes_of_one_view_are_refused(scene, dicom_file):
    scan = read_scan(dicom_file)
    first, second = (add_planar_volumes(scene, scan, {"anterior": name})["anterior"] for name in ("one", "two"))
    with pytest.raises(InputError, match="Both volumes show the anterior view"):
        scan_of_volumes([first, second])


# --- the two-frame volume of Slicer's own reader ----------------------------------------------------------------------


def test_two_axial_slices_are_read_from_their_file_in_the_dicom_database(scene, dicom_file):
    volume = as_slicer_loads_two_frames(scene)
    uid = str(pydicom.dcmread(dicom_file).SOPInstanceUID)
    volume.SetAttribute("DICOM.instanceUIDs", uid)
    scan = scan_of_volumes([volume], file_of_instance={uid: dicom_file}.get)
    assert_left(scan)
    assert scan.source_format == "DICOM"
    assert scan.views["posterior"].view_source == "View Code Sequence"
    assert scan.identity.patient_id == "SIMULATED-1"
    assert volumes_of_views([volume]) == {}


def test_frames_in_the_other_order_are_told_apart_by_the_file(scene, tmp_path):
    images = {view: counts(view) for view in VIEWS}
    file = write_planar_nm(tmp_path / "p.dcm", images, PIXEL_MM, view_order=("posterior", "anterior"))
    volume = as_slicer_loads_two_frames(scene, np.stack([images["posterior"], images["anterior"]]))
    volume.SetAttribute("DICOM.instanceUIDs", "1.2.3")
    assert_left(scan_of_volumes([volume], file_of_instance={"1.2.3": file}.get))


def test_a_volume_that_was_changed_is_not_read_from_its_file(scene, dicom_file):
    pixels = np.stack([counts(view) for view in VIEWS])
    pixels[:, :100] = 0  # somebody erased the head
    volume = as_slicer_loads_two_frames(scene, pixels)
    volume.SetAttribute("DICOM.instanceUIDs", "1.2.3")
    scan = scan_of_volumes([volume], view="anterior", file_of_instance={"1.2.3": None}.get)
    assert_left(scan)
    with pytest.raises(InputError, match="choose the view of the first slice"):
        scan_of_volumes([volume], file_of_instance={"1.2.3": dicom_file}.get)


def test_without_the_database_two_slices_do_not_say_which_view_is_first_and_the_user_is_asked(scene):
    volume = as_slicer_loads_two_frames(scene)
    with pytest.raises(InputError, match="choose the view of the first slice") as error:
        scan_of_volumes([volume])
    assert "--" not in str(error.value)


@pytest.mark.parametrize("first", VIEWS)
def test_two_slices_are_read_once_the_view_of_the_first_is_chosen(scene, first):
    order = (first, *(view for view in VIEWS if view != first))
    volume = as_slicer_loads_two_frames(scene, np.stack([counts(view) for view in order]))
    scan = scan_of_volumes([volume], view=first)
    assert_left(scan)
    assert scan.views["anterior"].pixel_size_mm == PIXEL_MM
    assert any("first row was taken as the head" in sentence for sentence in scan.warnings)
    assert_left(scan_of_volumes([volume], order=order))


def test_a_posterior_slice_that_was_exported_mirrored_is_put_right_by_saying_so(scene):
    pixels = np.stack([counts("anterior"), mirrored(counts("posterior"))])
    scan = scan_of_volumes([as_slicer_loads_two_frames(scene, pixels)], view="anterior", flip_posterior=True)
    assert scan.views["posterior"].mirrored
    assert_left(scan)


# --- NRRD and NIfTI, loaded the ordinary way -------------------------------------------------------------------------


def write_image(path, pixels, direction=None, origin=(0, 0, 0), spacing=(3.0, 4.0, 1.0)):
    import SimpleITK

    image = SimpleITK.GetImageFromArray(pixels)
    image.SetSpacing(spacing)
    image.SetOrigin(origin)
    if direction is not None:
        image.SetDirection(direction)
    SimpleITK.WriteImage(image, str(path))
    return path


@pytest.mark.parametrize("ending", ["nrrd", "nii.gz"])
def test_a_file_named_after_its_view_is_read_from_the_volume_that_slicer_makes_of_it(load, tmp_path, ending):
    volumes = [load(write_image(tmp_path / f"wb_{word}.{ending}", counts(view)[None])) for view, word in
               (("posterior", "post"), ("anterior", "ant"))]  # fmt: skip
    scan = scan_of_volumes(volumes)
    assert_left(scan)
    assert scan.views["anterior"].pixel_size_mm == pytest.approx(PIXEL_MM)


@pytest.mark.parametrize("ending", ["nrrd", "nii.gz"])
def test_a_coronal_slice_keeps_left_and_right_by_its_axes(load, tmp_path, ending):
    """Columns run toward the patient's right in one file and toward the left in the other; rows from the feet up."""
    # LPS, by array axis: i toward left, j toward the head, k toward the back.
    toward_left = (1, 0, 0, 0, 0, 1, 0, 1, 0)
    upside_down = counts("anterior")[::-1].copy()
    path = write_image(tmp_path / f"one_ant.{ending}", upside_down[None], toward_left, spacing=(3.0, 4.0, 2.0))
    assert_left(scan_of_volumes([load(path)]), ("anterior",))
    toward_right = (-1, 0, 0, 0, 0, 1, 0, 1, 0)
    path = write_image(
        tmp_path / f"two_ant.{ending}", mirrored(upside_down)[None], toward_right, spacing=(3.0, 4.0, 2.0)
    )
    scan = scan_of_volumes([load(path)])
    assert_left(scan, ("anterior",))
    assert any("turned" in sentence for sentence in scan.warnings)


def test_views_written_by_slicer_itself_are_known_by_their_planes(scene, load, tmp_path, dicom_file):
    volumes = add_planar_volumes(scene, read_scan(dicom_file), {view: f"WB {view}" for view in VIEWS})
    again = []
    # Slicer takes files whose names differ by a number for one series.
    for name, volume in zip(("this", "that"), volumes.values(), strict=True):
        storage = scene.AddNewNodeByClass("vtkMRMLVolumeArchetypeStorageNode")
        storage.SetFileName(str(tmp_path / f"{name}.nrrd"))
        assert storage.WriteData(volume)
        again.append(load(tmp_path / f"{name}.nrrd"))
        assert not again[-1].GetAttribute("BoneMetSeg.View")
    scan = scan_of_volumes(again)
    assert_left(scan)
    assert scan.views["posterior"].view_source == "plane in the body"


def test_an_image_without_a_view_asks_for_it_and_takes_what_is_chosen(scene):
    volume = add_volume(scene, counts("posterior")[None], np.diag([-3, -4, 1, 1]), "picture")
    with pytest.raises(InputError, match="whether it is the anterior or the posterior view"):
        scan_of_volumes([volume])
    assert_left(scan_of_volumes([volume], view="posterior"), ("posterior",))


def test_a_volume_without_a_pixel_size_is_refused(scene):
    volume = add_volume(scene, counts("anterior")[None], np.diag([-1, -1, 1, 1]), "wb ant")
    with pytest.raises(InputError, match="does not say how large a pixel is"):
        scan_of_volumes([volume])


@pytest.mark.parametrize(
    ("pixels", "reason"),
    [
        (np.arange(60 * 64 * 64, dtype=np.int16).reshape(60, 64, 64) % 2000 - 1000, "no emission image"),
        (np.zeros((1, 400, 100), np.uint16), "no counts|empty|zero"),
    ],
    ids=["a CT", "an empty image"],
)
def test_what_is_no_bone_scan_is_refused_with_a_reason(scene, pixels, reason):
    volume = add_volume(scene, pixels, np.diag([-3, -4, 3, 1]), "chest ant")
    with pytest.raises(InputError, match=reason):
        scan_of_volumes([volume])


# --- SPECT ------------------------------------------------------------------------------------------------------------


def test_a_spect_volume_of_slicers_own_reader_gets_its_quantity_from_the_file(scene, tmp_path):
    voxels = np.random.default_rng(3).poisson(20, (20, 28, 36)).astype(np.uint16)
    voxels[13:16, 4:7, 29:32] = 400  # the patient's left
    how = SpectObject(SpectGeometry((4.0, 5.0), 6.0, 6.0, position=(-87.5, -54.0, 200.0)),
                      Calibration(unit="Bq/ml", slope=10.0, weight_kg=70, dose_mbq=600))  # fmt: skip
    file = write_spect_nm(tmp_path / "s.dcm", voxels, how)
    volume = add_volume(scene, voxels, [[-5, 0, 0, 87.5], [0, -4, 0, 54], [0, 0, 6, 200], [0, 0, 0, 1]], "SPECT")
    counted = scan_of_volumes([volume])
    assert counted.quantity == "counts"
    volume.SetAttribute("DICOM.instanceUIDs", "1.2.3")
    # What was chosen for a planar scan before is none of its business.
    scan = scan_of_volumes([volume], view="anterior", flip_posterior=True, file_of_instance={"1.2.3": file}.get)
    assert scan.quantity == "SUVbw"
    assert not volumes_of_views([volume], scan), "it shows counts: a case of SUV gets a volume of its own"
    assert volumes_of_views([volume], counted) == {"spect": volume}
    for one in (counted, scan):
        hot = np.argwhere(one.voxels == one.voxels.max()).mean(0)
        right, anterior, superior, _ = one.ijk_to_ras @ (*hot[::-1], 1)
        assert (right, anterior, superior) == pytest.approx((-62.5, 34, 284))


def test_a_spect_series_of_single_slices_is_read_from_all_its_files(scene, tmp_path):
    from model_training.simulator.nm_spect_dicom import write_spect_series

    voxels = np.random.default_rng(3).poisson(20, (20, 28, 36)).astype(np.uint16)
    how = SpectObject(SpectGeometry(), Calibration(unit="Bq/ml", slope=10.0))
    files = {str(pydicom.dcmread(file).SOPInstanceUID): file for file in write_spect_series(tmp_path, voxels, how)}
    volume = add_volume(scene, voxels, np.diag([-4.8, -4.8, 4.8, 1]), "SPECT")
    volume.SetAttribute("DICOM.instanceUIDs", " ".join(files))
    assert scan_of_volumes([volume], file_of_instance=files.get).quantity == "Bq/ml"
    files.popitem()  # a file that is gone: the volume itself is read
    assert scan_of_volumes([volume], file_of_instance=files.get).quantity == "counts"


# --- several studies, transforms --------------------------------------------------------------------------------------


def under_transform(scene, volumes):
    transform = scene.AddNewNodeByClass("vtkMRMLLinearTransformNode", "moved")
    matrix = vtkMatrix4x4()
    matrix.SetElement(0, 3, 30.0)  # toward the patient's right
    matrix.SetElement(2, 3, -12.0)
    transform.SetMatrixTransformToParent(matrix)
    for volume in volumes:
        volume.SetAndObserveTransformNodeID(transform.GetID())
    return transform


def left_rib(scan) -> list[HotSpot]:
    views = {}
    for name, view in scan.views.items():
        mask = view.counts == 300
        views[name] = HotSpotInView(mask, mask.sum() * view.pixel_area_mm2, 300.0, 300.0, 5.0)
    return [HotSpot("H01", "metastasis", True, "ribs", "left", "7", views, 0.9, 0.9)]


def ras_of_segment(segmentation, segment_id: str) -> list[float]:
    """Return the middle of a segment in world coordinates, its transform applied."""
    middle = [0.0, 0.0, 0.0]
    local = segmentation.GetSegmentCenter(segment_id)
    segmentation.TransformPointToWorld(local, middle)
    return middle


def test_segments_follow_the_transform_of_their_volumes(scene, dicom_file):
    volumes = add_planar_volumes(scene, read_scan(dicom_file), {view: f"WB {view}" for view in VIEWS})
    transform = under_transform(scene, volumes.values())
    scan = scan_of_volumes(list(volumes.values()))
    nodes = build_scene(scan, left_rib(scan), None, scene=scene, volumes=volumes, show=False)
    follow_transforms(nodes, list(volumes.values()))
    for view in VIEWS:
        segmentation = nodes.segmentations[view]
        assert segmentation.GetTransformNodeID() == transform.GetID()
        right, _a, superior = ras_of_segment(segmentation, f"H01_{view}")
        assert right == pytest.approx(-69 + 30, abs=2)
        assert superior == pytest.approx(-12 - 12, abs=2.5)
        assert "left" in segmentation.GetSegmentation().GetSegment(f"H01_{view}").GetName()


def test_new_volumes_of_a_two_frame_volume_come_under_its_transform(scene):
    source = as_slicer_loads_two_frames(scene)
    transform = under_transform(scene, [source])
    scan = scan_of_volumes([source], view="anterior")
    nodes = build_scene(scan, left_rib(scan), None, scene=scene, show=False)
    follow_transforms(nodes, [source])
    for view in VIEWS:
        assert nodes.volumes[view].GetTransformNodeID() == transform.GetID()
        assert nodes.segmentations[view].GetTransformNodeID() == transform.GetID()
        np.testing.assert_array_equal(array_from_volume(nodes.volumes[view])[0], counts(view))


def test_without_a_transform_nothing_is_moved(scene, dicom_file):
    scan = read_scan(dicom_file)
    nodes = build_scene(scan, left_rib(scan), None, scene=scene, show=False)
    follow_transforms(nodes)
    assert all(node.GetTransformNodeID() is None for node in (*nodes.volumes.values(), *nodes.segmentations.values()))


def test_two_studies_in_a_scene_are_told_apart(scene, tmp_path):
    cases = []
    for number, who in enumerate((Study("ID-1", "Ann"), Study("ID-2", "Bob", acquisition_date="20250402"))):
        images = {view: counts(view) + np.uint16(number) for view in VIEWS}
        scan = read_scan(write_planar_nm(tmp_path / f"{number}.dcm", images, PIXEL_MM, study=who, manner=Manner()))
        cases.append(build_scene(scan, [], "Report", scene=scene, show=False))
    for number, nodes in enumerate(cases):
        scan = scan_of_volumes([nodes.volumes["anterior"]])
        assert scan.identity.patient_id == f"ID-{number + 1}"
        np.testing.assert_array_equal(scan.views["posterior"].counts, counts("posterior") + number)


def test_nothing_chosen_and_an_empty_volume_are_sentences(scene):
    with pytest.raises(InputError, match="No volume is chosen"):
        scan_of_volumes([])
    with pytest.raises(InputError, match="holds no image"):
        scan_of_volumes([scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "empty")])
