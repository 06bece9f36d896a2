"""Bone scans from Slicer's DICOM module into the scene."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
import time
import types
from pathlib import Path

import numpy as np
import pydicom
import pytest
from scipy.ndimage import uniform_filter

from BoneMetSegLib import scene_boot
from BoneMetSegLib.scan_files import read_scan
from BoneMetSegLib.scene import write_mrb
from BoneMetSegLib.scene_nodes import SceneNodes
from model_training.simulator.nm_dicom import Manner, Study, write_planar_nm
from model_training.simulator.nm_spect_dicom import Calibration, SpectGeometry, SpectObject, write_spect_nm
from Testing.mrml.test_display import offscreen  # noqa: F401 (a fixture)
from Testing.mrml.test_mrb import read_mrb  # noqa: F401 (a fixture)

slicer = pytest.importorskip("slicer", reason="slicer-core is not installed")
from slicer.util import arrayFromVolume as array_from_volume  # noqa: E402
from vtkmodules.vtkCommonMath import vtkMatrix4x4  # noqa: E402

from Testing.mrml.dicom_module import (  # noqa: E402
    Database,
    ScalarVolumePlugin,
    choose,
    forget,
    load_selected,
    stand_in_modules,
    uncheck_same_files,
)

ROWS, COLUMNS, PIXEL_MM = 400, 100, (4.0, 3.0)
# A hot block on the patient's left, as each camera head sees it.
HOT_ROWS, HOT_COLUMNS = slice(200, 206), {"anterior": slice(70, 76), "posterior": slice(24, 30)}
SERIES_NAMED = Manner(view_naming="series description")
ANN, BOB = Study("ID-4711", "Anna^Geheim"), Study("ID-0815", "Bob^Secret", acquisition_date="20250402")


def counts(view: str) -> np.ndarray:
    image = np.random.default_rng(len(view)).poisson(4, (ROWS, COLUMNS)).astype(np.uint16)
    image[HOT_ROWS, HOT_COLUMNS[view]] = 300
    return image


def write(path: Path, *views: str, study: Study = ANN, manner: Manner | None = None, **elements) -> Path:
    """Write a planar object with the views, and elements of it changed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_planar_nm(path, {view: counts(view) for view in views}, PIXEL_MM, study=study, manner=manner)
    if elements:
        dataset = pydicom.dcmread(path)
        for keyword, value in elements.items():
            setattr(dataset, keyword, value)
        dataset.save_as(path)
    return path


def write_pair(folder: Path, study: Study = ANN) -> None:
    """Write a scan as two series with one view each."""
    write(folder / "a.dcm", "posterior", study=study, manner=SERIES_NAMED, SeriesNumber="1")
    write(folder / "b.dcm", "anterior", study=study, manner=SERIES_NAMED, SeriesNumber="2")


@pytest.fixture
def a_slicer(monkeypatch):
    """Slicer with an empty scene and DICOM database, our plugin registered as Slicer registers it."""
    booted = scene_boot._boot.__wrapped__()  # a scene of its own
    scene = booted.scene
    errors: list[str] = []
    status: list[str] = []
    modules = types.SimpleNamespace()
    monkeypatch.setattr(slicer, "mrmlScene", scene, raising=False)
    monkeypatch.setattr(slicer, "dicomDatabase", Database(), raising=False)
    monkeypatch.setattr(slicer, "modules", modules, raising=False)
    settings: dict[str, str] = {}
    settings_of_user = types.SimpleNamespace(value=settings.get, setValue=settings.__setitem__)
    monkeypatch.setattr(slicer, "app", types.SimpleNamespace(userSettings=lambda: settings_of_user), raising=False)
    monkeypatch.setattr(slicer.util, "errorDisplay", lambda text, **_: errors.append(text), raising=False)
    monkeypatch.setattr(slicer.util, "showStatusMessage", lambda text, _ms: status.append(text), raising=False)
    for name, module in stand_in_modules().items():
        monkeypatch.setitem(sys.modules, name, module)
    forget(["DICOMPlanarBoneScanPlugin"])
    hook = importlib.import_module("DICOMPlanarBoneScanPlugin")
    parent = types.SimpleNamespace()
    hook.DICOMPlanarBoneScanPlugin(parent)
    plugin = modules.dicomPlugins["DICOMPlanarBoneScanPlugin"]()
    yield types.SimpleNamespace(
        scene=scene, database=slicer.dicomDatabase, plugin=plugin, parent=parent, errors=errors, status=status,
        booted=booted,
    )  # fmt: skip
    forget(["DICOMPlanarBoneScanPlugin"])


def examined(a_slicer, folder: Path) -> list:
    return a_slicer.plugin.examineForImport(a_slicer.database.series(folder))


def loaded(a_slicer, folder: Path, *, by_script: bool = False) -> list:
    """Load what Slicer would choose of a folder, its own reader at hand; return the volumes in the scene."""
    series = a_slicer.database.series(folder)
    by_plugin = {plugin: plugin.examineForImport(series) for plugin in (ScalarVolumePlugin(), a_slicer.plugin)}
    choose(by_plugin)
    if not by_script:
        uncheck_same_files(by_plugin)
    load_selected(by_plugin)
    return volumes(a_slicer)


def volumes(a_slicer) -> list:
    nodes = a_slicer.scene.GetNodesByClass("vtkMRMLScalarVolumeNode")
    nodes.UnRegister(None)
    return [nodes.GetItemAsObject(n) for n in range(nodes.GetNumberOfItems())]


def view_of(nodes: list, view: str):
    (node,) = [node for node in nodes if node.GetAttribute("BoneMetSeg.View") == view]
    return node


def matrix_of(volume) -> np.ndarray:
    matrix = vtkMatrix4x4()
    volume.GetIJKToRASMatrix(matrix)
    return np.array([[matrix.GetElement(row, column) for column in range(4)] for row in range(4)])


def hottest_ras(volume) -> np.ndarray:
    """Return where the middle of the hot block lies."""
    _, rows, columns = np.nonzero(array_from_volume(volume) == 300)
    return (matrix_of(volume) @ [columns.mean(), rows.mean(), 0, 1])[:3]


def hierarchy_of(a_slicer):
    return slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(a_slicer.scene)


# ---- what is offered -------------------------------------------------------------------------------------------------


def test_the_plugin_is_registered_and_its_module_hidden(a_slicer):
    assert a_slicer.parent.hidden
    assert a_slicer.plugin.loadType == "Bone scan"


def test_a_two_frame_object_is_one_thing_to_load(a_slicer, tmp_path):
    write(tmp_path / "scan.dcm", "anterior", "posterior")
    (loadable,) = examined(a_slicer, tmp_path)
    assert loadable.files == [(tmp_path / "scan.dcm").as_posix()]
    assert loadable.name == "1: WB BONE"
    assert (loadable.selected, loadable.confidence, loadable.warning) == (True, 0.9, "")
    assert "anterior and posterior" in loadable.tooltip


def test_two_series_with_a_view_each_are_offered_together_for_either_series(a_slicer, tmp_path):
    write_pair(tmp_path)
    one, other = examined(a_slicer, tmp_path)
    assert set(one.files) == set(other.files) == {(tmp_path / name).as_posix() for name in ("a.dcm", "b.dcm")}
    assert one.files[0] != other.files[0], "each stands for its series where Slicer chooses the reader"
    assert one.name == "2+1: WB BONE"


def test_of_a_pair_one_is_checked_and_slicers_reading_of_neither_series(a_slicer, tmp_path):
    write_pair(tmp_path)
    series = a_slicer.database.series(tmp_path)
    by_plugin = {plugin: plugin.examineForImport(series) for plugin in (ScalarVolumePlugin(), a_slicer.plugin)}
    choose(by_plugin)
    uncheck_same_files(by_plugin)
    assert [loadable.name for loadables in by_plugin.values() for loadable in loadables if loadable.selected] == [
        "2+1: WB BONE"
    ]


def test_views_of_two_studies_are_never_paired(a_slicer, tmp_path):
    write(tmp_path / "a.dcm", "anterior", study=ANN, manner=SERIES_NAMED)
    write(tmp_path / "b.dcm", "posterior", study=BOB, manner=SERIES_NAMED)
    loadables = examined(a_slicer, tmp_path)
    assert [len(loadable.files) for loadable in loadables] == [1, 1]
    assert "no posterior view" in loadables[0].tooltip


def test_two_studies_at_once_are_two_things_to_load(a_slicer, tmp_path):
    write(tmp_path / "ann.dcm", "anterior", "posterior", study=ANN)
    write(tmp_path / "bob.dcm", "anterior", "posterior", study=BOB)
    assert len(examined(a_slicer, tmp_path)) == 2
    assert len(loaded(a_slicer, tmp_path)) == 4


@pytest.mark.parametrize("image_type", ["DYNAMIC", "TOMO", "GATED", "RECON GATED TOMO"])
def test_other_kinds_of_nuclear_medicine_are_left_to_others(a_slicer, tmp_path, image_type):
    write(tmp_path / "x.dcm", "anterior", manner=Manner(image_type=image_type))
    assert examined(a_slicer, tmp_path) == []


def test_a_spot_view_is_left_to_others(a_slicer, tmp_path):
    path = write(tmp_path / "x.dcm", "anterior", manner=Manner(image_type="STATIC", series_description="THORAX"))
    dataset = pydicom.dcmread(path)
    dataset.Rows, dataset.Columns, dataset.StudyDescription = 200, 200, ""
    dataset.save_as(path)
    assert examined(a_slicer, tmp_path) == []


def test_a_view_without_a_name_is_offered_either_way_but_never_chosen_by_itself(a_slicer, tmp_path):
    write(tmp_path / "x.dcm", "posterior", manner=Manner(view_naming="none"))
    one, other = examined(a_slicer, tmp_path)
    assert {one.view, other.view} == {"anterior", "posterior"}
    assert one.confidence < 0.5 > other.confidence
    assert not one.selected
    assert "does not say" in one.warning
    a_slicer.plugin.load(other)
    (volume,) = volumes(a_slicer)
    assert volume.GetAttribute("BoneMetSeg.View") == "posterior"


def test_a_secondary_capture_is_offered_with_a_warning(a_slicer, tmp_path):
    write(tmp_path / "x.dcm", "anterior", manner=Manner("series description", secondary_capture=True))
    (loadable,) = examined(a_slicer, tmp_path)
    assert "need not be counts" in loadable.warning


def test_five_hundred_ct_slices_are_passed_over_at_once_without_opening_a_file(a_slicer):
    files = [f"/nowhere/{n}.dcm" for n in range(500)]
    for file in files:
        a_slicer.database.add(file, {"0008,0060": "CT"})
    start = time.perf_counter()
    assert a_slicer.plugin.examineForImport([files, files[:1]]) == []
    assert time.perf_counter() - start < 0.1
    assert len(a_slicer.database.questions) == 2, "modality, once a series"


def test_damaged_missing_and_foreign_files_are_passed_over(a_slicer, tmp_path):
    (tmp_path / "noise.dcm").write_bytes(b"\0" * 128 + b"DICM" + bytes(range(256)) * 4)
    for name in ("noise.dcm", "missing.dcm"):
        a_slicer.database.add(str(tmp_path / name), {"0008,0060": "NM", "0008,0008": "ORIGINAL\\PRIMARY\\WHOLE BODY"})
    assert a_slicer.plugin.examineForImport([[str(tmp_path / "noise.dcm")], [str(tmp_path / "missing.dcm")], []]) == []


def test_a_failing_database_costs_the_other_plugins_nothing(a_slicer, monkeypatch, caplog):
    def fail(file, tag):
        raise RuntimeError(f"no such table; {file}")

    monkeypatch.setattr(a_slicer.database, "fileValue", fail)
    assert a_slicer.plugin.examineForImport([["/data/Anna_Geheim.dcm"]]) == []
    assert "Geheim" not in caplog.text
    assert "RuntimeError" in caplog.text


def test_finding_the_plugin_at_start_loads_neither_torch_nor_readers(tmp_path):
    code = (
        "import sys, types, slicer\n"
        "from Testing.mrml.dicom_module import stand_in_modules\n"
        "before = set(sys.modules) | {'pydicom'}\n"
        "sys.modules.update(stand_in_modules()); slicer.modules = types.SimpleNamespace()\n"
        "import DICOMPlanarBoneScanPlugin as plugin\n"
        "plugin.DICOMPlanarBoneScanPlugin(types.SimpleNamespace())\n"
        "print(sorted({name.split('.')[0] for name in set(sys.modules) - before}))\n"
    )
    checkout = Path(__file__).resolve().parents[2]
    paths = [str(checkout), str(checkout / "BoneMetSeg")]
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:0] = {paths!r}\n{code}"],
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert not {"torch", "BoneMetSegLib", "SimpleITK", "scipy", "numpy"} & set(eval(done.stdout))


def test_reading_and_showing_a_scan_needs_no_torch():
    modules = "dicom_database scan_files scene_volumes scene_spect scene_views scene_nodes".split()
    code = "import sys\n" + "".join(f"import BoneMetSegLib.{name}\n" for name in modules)
    code += "print([name for name in ('torch', 'transformers', 'matplotlib') if name in sys.modules])"
    folder = Path(__file__).resolve().parents[2] / "BoneMetSeg"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=True, timeout=60
    )  # fmt: skip
    assert done.stdout.strip() == "[]"


# ---- planar scans in the scene ---------------------------------------------------------------------------------------


def write_two_frames(folder: Path) -> None:
    write(folder / "scan.dcm", "anterior", "posterior")


@pytest.fixture(params=[write_two_frames, write_pair], ids=["one object of two frames", "two series"])
def a_folder(request, tmp_path) -> Path:
    request.param(tmp_path)
    return tmp_path


def test_each_view_is_a_volume_in_the_views_geometry(a_slicer, a_folder):
    nodes = loaded(a_slicer, a_folder)
    scan = read_scan(sorted(a_folder.iterdir()))
    assert len(nodes) == 2
    for view in ("anterior", "posterior"):
        volume = view_of(nodes, view)
        np.testing.assert_array_equal(array_from_volume(volume)[0], counts(view))
        np.testing.assert_allclose(matrix_of(volume), scan.views[view].ijk_to_ras)
        assert volume.GetSpacing() == pytest.approx((3, 4, 1))


def test_a_lesion_on_the_left_is_on_the_left_in_both_views(a_slicer, a_folder):
    nodes = loaded(a_slicer, a_folder)
    np.testing.assert_allclose(hottest_ras(view_of(nodes, "anterior")), [-69, 100, -12])
    np.testing.assert_allclose(hottest_ras(view_of(nodes, "posterior")), [-69, -100, -12])


def test_both_views_lie_under_patient_and_study_each_as_its_own_item(a_slicer, a_folder):
    nodes = loaded(a_slicer, a_folder)
    hierarchy = hierarchy_of(a_slicer)
    items = [hierarchy.GetItemByDataNode(node) for node in nodes]
    assert len(set(items)) == 2
    (study,) = {hierarchy.GetItemParent(item) for item in items}
    assert hierarchy.GetItemUID(study, "DICOM") == ANN.uid
    patient = hierarchy.GetItemParent(study)
    assert hierarchy.GetItemUID(patient, "DICOM") == "ID-4711"
    assert hierarchy.GetItemName(patient) == "Anna^Geheim", "as Slicer's own plugins do"
    for node, item in zip(nodes, items, strict=True):
        instance = node.GetAttribute("DICOM.instanceUIDs")
        assert hierarchy.GetItemUID(item, "DICOMInstanceUID").split() == [instance]
        (file,) = [path for path in a_folder.iterdir() if pydicom.dcmread(path).SOPInstanceUID == instance]
        assert hierarchy.GetItemUID(item, "DICOM") == pydicom.dcmread(file).SeriesInstanceUID


def test_a_pair_is_loaded_once_where_a_script_loads_both_series(a_slicer, tmp_path):
    write_pair(tmp_path)
    assert len(loaded(a_slicer, tmp_path, by_script=True)) == 2


def test_a_study_loaded_again_becomes_a_second_pair_in_the_same_study(a_slicer, a_folder):
    first = loaded(a_slicer, a_folder)
    both = loaded(a_slicer, a_folder)
    assert len(both) == 4
    hierarchy = hierarchy_of(a_slicer)
    assert len({hierarchy.GetItemByDataNode(node) for node in both}) == 4
    assert len({hierarchy.GetItemParent(hierarchy.GetItemByDataNode(node)) for node in both}) == 1
    again = [node for node in both if node not in first]
    assert view_of(again, "anterior").GetNodeReference("BoneMetSeg.OtherView") is view_of(again, "posterior")


def test_a_posterior_view_that_the_export_mirrored_keeps_its_left(a_slicer, tmp_path):
    path = write(tmp_path / "p.dcm", "posterior", manner=SERIES_NAMED, PatientOrientation=["L", "F"])
    dataset = pydicom.dcmread(path)
    dataset.PixelData = np.ascontiguousarray(counts("posterior")[:, ::-1]).tobytes()
    dataset.save_as(path)
    (volume,) = loaded(a_slicer, tmp_path)
    assert volume.GetAttribute("BoneMetSeg.Mirrored") == "yes"
    np.testing.assert_allclose(hottest_ras(volume), [-69, -100, -12])
    assert "exported mirrored" in json.loads(volume.GetAttribute("BoneMetSeg.Warnings"))[0]
    (said,) = a_slicer.status
    assert "exported mirrored" in said, "in the status bar too"
    assert "--" not in said, "no words of the command line"


def test_node_names_hold_views_and_no_identity(a_slicer, tmp_path):
    manner = Manner(series_description="WB BONE Geheim ID-4711")
    write(tmp_path / "1" / "a.dcm", "anterior", "posterior", manner=manner)
    write(tmp_path / "2" / "b.dcm", "anterior", "posterior", manner=Manner(series_description="WB/BONE Geheim"))
    loaded(a_slicer, tmp_path)
    names = {node.GetName() for node in volumes(a_slicer)}
    assert names == {
        "1: WB BONE ... ... anterior", "1: WB BONE ... ... posterior", "1: WB-BONE ... anterior",
        "1: WB-BONE ... posterior",
    }  # fmt: skip


def test_the_views_are_shown_side_by_side_each_from_its_side(a_slicer, a_folder):
    nodes = loaded(a_slicer, a_folder)
    shown = {}
    for name, view, orientation in (("Red", "anterior", "Anterior"), ("Yellow", "posterior", "Posterior")):
        slice_node = a_slicer.scene.GetSingletonNode(name, "vtkMRMLSliceNode")
        composite = slicer.vtkMRMLSliceLogic.GetSliceCompositeNode(slice_node)
        volume = view_of(nodes, view)
        shown[view] = slice_node.GetID()
        assert composite.GetBackgroundVolumeID() == volume.GetID()
        assert slice_node.GetOrientation() == orientation
        assert volume.GetDisplayNode().GetViewNodeIDs() == (shown[view],)
        assert volume.GetDisplayNode().GetColorNode().GetName() == "InvertedGrey"


def test_the_left_is_drawn_right_from_the_front_and_left_from_behind(a_slicer, a_folder, offscreen):  # noqa: F811
    from Testing.mrml.slice_window import SliceWindow

    loaded(a_slicer, a_folder)
    for name, at_right in (("Red", True), ("Yellow", False)):
        window = SliceWindow(a_slicer.booted, a_slicer.scene.GetSingletonNode(name, "vtkMRMLSliceNode"), (300, 600))
        picture = window.picture()
        window.close()
        # A block of 18 x 24 mm is 9 x 12 pixels here; single pixels of noise may be as dark.
        row, column = np.unravel_index(uniform_filter(picture.mean(axis=-1), 9).argmin(), picture.shape[:2])
        assert picture[row, column].max() < 20, "hot is black"
        assert (column > 160, column < 140) == (at_right, not at_right)
        assert 290 < row < 320, "row 203 of 400, the image centred"


def test_what_the_scan_says_of_itself_outlives_saving_the_scene(a_slicer, tmp_path, read_mrb):  # noqa: F811
    manner = Manner(rescale_slope=2.0)
    write(tmp_path / "in" / "x.dcm", "anterior", "posterior", manner=manner, Manufacturer="Camera: A; B")
    nodes = loaded(a_slicer, tmp_path / "in")
    hierarchy_of(a_slicer).RemoveAllItems(False)
    by_view = {view: view_of(nodes, view) for view in ("anterior", "posterior")}
    write_mrb(SceneNodes(a_slicer.scene, by_view, {}, None, None, 0, 0), tmp_path / "s.mrb")
    scene = read_mrb(tmp_path / "s.mrb")
    front = scene.GetFirstNodeByName("1: WB BONE anterior")
    says = {name: front.GetAttribute(name) for name in front.GetAttributeNames()}
    assert says["BoneMetSeg.Kind"] == "planar"
    assert says["BoneMetSeg.AcquisitionDate"] == "20250301"
    assert says["BoneMetSeg.AcquisitionTime"] == "133000"
    assert says["BoneMetSeg.InjectionTime"] == "103000"
    assert says["BoneMetSeg.Radiopharmaceutical"] == "Tc-99m MDP"
    assert says["BoneMetSeg.Device"] == "Camera: A; B Simulator"
    assert says["BoneMetSeg.ViewSource"] == "View Code Sequence"
    assert (says["BoneMetSeg.PixelSizeSource"], says["BoneMetSeg.Lossy"]) == ("file", "no")
    other = front.GetNodeReference("BoneMetSeg.OtherView")
    assert other.GetAttribute("BoneMetSeg.View") == "posterior"
    assert other.GetAttribute("BoneMetSeg.FrameNumber") == "2"


def test_every_attribute_that_is_written_is_in_the_table(a_slicer, tmp_path):
    from BoneMetSegLib.scene_volumes import ATTRIBUTES

    write(tmp_path / "x.dcm", "anterior", "posterior")
    write_a_volume(tmp_path / "s.dcm")
    written = {name for node in loaded(a_slicer, tmp_path) for name in node.GetAttributeNames()}
    assert {name for name in written if name.startswith(("BoneMetSeg.", "DICOM."))} == set(ATTRIBUTES)


def test_what_cannot_be_read_is_said_in_a_sentence_and_leaves_the_scene_alone(a_slicer, tmp_path):
    write_planar_nm(tmp_path / "x.dcm", {"anterior": counts("anterior")}, None, study=ANN)
    (loadable,) = examined(a_slicer, tmp_path)
    before = a_slicer.scene.GetNumberOfNodes()
    assert a_slicer.plugin.load(loadable) is None
    (sentence,) = a_slicer.errors
    assert sentence.startswith("1: WB BONE does not say how large a pixel is")
    assert "--" not in sentence
    assert a_slicer.scene.GetNumberOfNodes() == before


def test_what_cannot_be_read_is_said_in_chinese_where_slicer_speaks_chinese(a_slicer, tmp_path):
    slicer.app.userSettings().setValue("language", "zh-CN")
    write_planar_nm(tmp_path / "x.dcm", {"anterior": counts("anterior")}, None, study=ANN)
    (loadable,) = examined(a_slicer, tmp_path)
    assert a_slicer.plugin.load(loadable) is None
    assert a_slicer.errors == ["1: WB BONE 未注明像素大小；请在 Volumes 模块中输入像素间距"]


# ---- SPECT -----------------------------------------------------------------------------------------------------------


def write_a_volume(path: Path) -> np.ndarray:
    """Write a quantitative volume, stacked from head to feet, with a hot voxel at the patient's left."""
    voxels = np.random.default_rng(3).poisson(20, (20, 28, 36)).astype(np.uint16)
    voxels[4, 5, 30] = 900
    geometry = SpectGeometry((4.0, 5.0), -6.0, 6.0, position=(-87.5, -54.0, 314.0))
    calibration = Calibration(unit="Bq/ml", slope=10.0, weight_kg=70, dose_mbq=600)
    write_spect_nm(path, voxels, SpectObject(geometry, calibration, study=ANN))
    return voxels


def test_a_spect_volume_lies_where_it_was_acquired_in_its_quantity(a_slicer, tmp_path):
    write_a_volume(tmp_path / "s.dcm")
    (volume,) = loaded(a_slicer, tmp_path)
    scan = read_scan(tmp_path / "s.dcm")
    np.testing.assert_allclose(matrix_of(volume), scan.ijk_to_ras)
    assert np.linalg.det(matrix_of(volume)[:3, :3]) > 0
    array = array_from_volume(volume)
    k, j, i = np.unravel_index(array.argmax(), array.shape)
    np.testing.assert_allclose((matrix_of(volume) @ [i, j, k, 1])[:3], [-62.5, 34, 290])
    assert volume.GetAttribute("BoneMetSeg.Quantity") == scan.quantity == "SUVbw"
    assert volume.GetVoxelValueUnits().GetCodeValue() == "g/ml{SUVbw}"
    assert hierarchy_of(a_slicer).GetItemUID(hierarchy_of(a_slicer).GetItemByDataNode(volume), "DICOM")


def test_the_slices_of_a_spect_series_are_one_thing_to_load(a_slicer, tmp_path):
    from model_training.simulator.nm_spect_dicom import write_spect_series

    voxels = np.random.default_rng(3).poisson(20, (12, 16, 16)).astype(np.uint16)
    write_spect_series(tmp_path, voxels, SpectObject(study=ANN))
    (loadable,) = examined(a_slicer, tmp_path)
    assert len(loadable.files) == 12
    (volume,) = loaded(a_slicer, tmp_path)
    assert len(set(volume.GetAttribute("DICOM.instanceUIDs").split())) == 12


# ---- a scan from a real camera ---------------------------------------------------------------------------------------


def test_a_real_lossy_scan_that_does_not_name_its_view_can_be_loaded_as_the_user_says(a_slicer, tmp_path):
    """The anterior scan that pydicom ships, in JPEG Extended."""
    from pydicom.data import get_testdata_file

    source = get_testdata_file("JPGExtended.dcm", download=False)
    if source is None:
        pytest.skip("pydicom ships no JPGExtended.dcm here")
    (tmp_path / "real.dcm").write_bytes(Path(source).read_bytes())
    loadables = examined(a_slicer, tmp_path)
    assert [loadable.view for loadable in loadables] == ["anterior", "posterior"]
    volume = a_slicer.plugin.load(loadables[0])
    assert volume.GetAttribute("BoneMetSeg.Lossy") == "yes"
    assert array_from_volume(volume).shape == (1, 1024, 256)
