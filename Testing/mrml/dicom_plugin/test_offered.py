"""What the plugin offers Slicer's DICOM module to load."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pydicom
import pytest

from model_training.simulator.nm_dicom import Manner

slicer = pytest.importorskip("slicer", reason="slicer-core is not installed")
from slicer.util import arrayFromVolume as array_from_volume  # noqa: E402

from model_training.demo import real_scan  # noqa: E402
from Testing.mrml.dicom_module import (  # noqa: E402
    ScalarVolumePlugin,
    choose,
    uncheck_same_files,
)
from Testing.mrml.dicom_plugin.files_and_volumes import (  # noqa: E402
    ANN,
    BOB,
    SERIES_NAMED,
    examined,
    loaded,
    volumes,
    write,
    write_pair,
)


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
    checkout = Path(__file__).resolve().parents[3]
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
    folder = Path(__file__).resolve().parents[3] / "BoneMetSeg"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=True, timeout=60
    )  # fmt: skip
    assert done.stdout.strip() == "[]"


def test_a_real_lossy_scan_that_does_not_name_its_view_can_be_loaded_as_the_user_says(a_slicer, tmp_path):
    """The anterior scan that pydicom ships, in JPEG Extended."""
    (tmp_path / "real.dcm").write_bytes(real_scan().read_bytes())
    loadables = examined(a_slicer, tmp_path)
    assert [loadable.view for loadable in loadables] == ["anterior", "posterior"]
    volume = a_slicer.plugin.load(loadables[0])
    assert volume.GetAttribute("BoneMetSeg.Lossy") == "yes"
    assert array_from_volume(volume).shape == (1, 1024, 256)
