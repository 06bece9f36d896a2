"""What the Extensions Index would build and package: every file of the module, and nothing else."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from model_training.simulator.nm_dicom import write_planar_nm
from Testing.build import module_files
from Testing.build.conftest import cmake_program, configured
from Testing.build.module_files import CHECKOUT, installed_files, out_of_step, slicer_tests


def test_the_lists_of_cmake_are_in_step_with_the_tree():
    lines = out_of_step()
    assert not lines, "python Testing/build/module_files.py --write\n" + "\n".join(lines)


def test_it_is_configured_without_a_warning(an_extension):
    assert "Warning" not in an_extension.messages


def test_the_module_and_the_hidden_dicom_plugin_are_scripted_modules(an_extension):
    assert an_extension.recorded("module") == [["BoneMetSeg", "TRUE"], ["DICOMPlanarBoneScanPlugin", "FALSE"]]


def test_every_file_is_installed_unchanged_and_nothing_else(an_extension):
    modules = an_extension.modules
    installed = {path.relative_to(modules).as_posix() for path in modules.rglob("*") if path.is_file()}
    assert installed == installed_files()
    for file in installed:
        assert (modules / file).read_bytes() == (CHECKOUT / "BoneMetSeg" / file).read_bytes(), file


def test_the_scripted_modules_are_where_slicer_looks_for_modules(an_extension):
    # Slicer takes every Python file at the top of the folder for a module of that name.
    assert {path.name for path in an_extension.modules.glob("*.py")} == {
        "BoneMetSeg.py",
        "DICOMPlanarBoneScanPlugin.py",
    }


def test_neither_tests_nor_caches_nor_sources_of_translations_are_installed():
    for file in installed_files():
        assert not re.search(r"__pycache__|(^|/)Testing/|\.ts$|(^|/)\.|~$|\.orig$|\.bak$", file), file
        assert re.fullmatch(r"[A-Za-z0-9_./-]+", file), f"{file}: lists of CMake and Slicer's packages have no blanks"


def test_ctest_runs_the_modules_own_test_and_every_script_of_the_test_folder(an_extension):
    listed = subprocess.run(
        [cmake_program("ctest"), "-N"], cwd=an_extension.build, capture_output=True, text=True, check=True, timeout=60
    ).stdout
    assert set(re.findall(r"Test +#\d+: (\S+)", listed)) == {
        "py_nomainwindow_qSlicerBoneMetSegModuleGenericTest",
        "py_BoneMetSeg",
        *(f"py_{Path(script).stem}" for script in slicer_tests()),
    }


def test_a_wheel_and_the_extension_hold_the_same_resources(an_extension):
    """Slicer and ``pip install`` must not differ in what the library finds."""
    installed = {path.relative_to(an_extension.modules) for path in (an_extension.modules / "Resources").rglob("*.*")}
    needed = {"Schema", "Models", "Burden", "Quality", "Terminology"}
    assert needed <= {path.parts[1] for path in installed}


# ---- the installed tree at work --------------------------------------------------------------------------------------

_WHERE = "import BoneMetSegLib; print(BoneMetSegLib.__file__); "


def run_installed(modules: Path, code: str, folder: Path) -> str:
    """Run Python with the installed scripted modules alone in front of the packages, as Slicer does."""
    environment = {**os.environ, "PYTHONPATH": str(modules), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", _WHERE + code], cwd=folder, env=environment, capture_output=True, text=True, check=False,
        timeout=240,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    where, _, rest = done.stdout.partition("\n")
    assert Path(where).is_relative_to(modules), "the library came from elsewhere"
    return rest


def test_every_file_of_the_installed_library_can_be_imported(an_extension, tmp_path):
    if importlib.util.find_spec("slicer") is None:
        pytest.skip("slicer-core is not installed")
    names = sorted(path.stem for path in (an_extension.modules / "BoneMetSegLib").glob("[a-z]*.py"))
    code = f"import importlib; [importlib.import_module('BoneMetSegLib.' + n) for n in {names!r}]; print('all')"
    assert "all" in run_installed(an_extension.modules, code, tmp_path)


def test_the_installed_bundle_opens(an_extension, tmp_path):
    code = "from BoneMetSegLib.cli import main; from BoneMetSegLib.resources import resource_path as r; "
    code += "main(['bundle', str(r('Models', 'planar'))])"
    assert "planar" in run_installed(an_extension.modules, code, tmp_path)


def test_the_installed_library_segments_a_scan(an_extension, tmp_path):
    rng = np.random.default_rng(5)
    counts = {}
    for view, hot in (("anterior", slice(70, 76)), ("posterior", slice(52, 58))):
        image = rng.poisson(1, (512, 128)).astype(np.uint16)
        image[20:490, 34:94] = rng.poisson(9, (470, 60))
        image[200:206, hot] = 160
        counts[view] = image
    scan = write_planar_nm(tmp_path / "scan.dcm", counts, 3.8)
    out = tmp_path / "out"
    code = "import sys; from BoneMetSegLib.cli import main; "
    code += f"sys.exit(main(['segment', {str(scan)!r}, '--no-scene', '--device', 'cpu', '-o', {str(out)!r}]))"
    run_installed(an_extension.modules, code, tmp_path)
    result = json.loads((out / "result.json").read_text(encoding="utf-8"))
    assert result["scan"]["kind"] == "planar"
    assert (out / "anterior.seg.nrrd").exists()


# ---- what goes wrong is noticed --------------------------------------------------------------------------------------


@pytest.fixture
def a_copy(tmp_path) -> Path:
    """A copy of what CMake reads, that a test may spoil."""
    copy = tmp_path / "copy"
    skip = shutil.ignore_patterns("__pycache__", ".*", "weights.safetensors")
    shutil.copytree(CHECKOUT / "BoneMetSeg", copy / "BoneMetSeg", ignore=skip)
    for kind in ("planar", "spect"):
        (copy / "BoneMetSeg/Resources/Models" / kind / "weights.safetensors").touch()
    shutil.copy(CHECKOUT / "CMakeLists.txt", copy)
    return copy


def test_a_new_file_of_the_library_is_missed_by_name(a_copy):
    (a_copy / "BoneMetSeg/BoneMetSegLib/forgotten.py").touch()
    assert out_of_step(a_copy) == [
        "BoneMetSeg/CMakeLists.txt, MODULE_PYTHON_SCRIPTS: add BoneMetSegLib/forgotten.py"
    ]  # fmt: skip


def test_a_removed_file_stops_the_configuration_and_is_named(a_copy, tmp_path):
    (a_copy / "BoneMetSeg/BoneMetSegLib/scan.py").unlink()
    done = configured(a_copy, tmp_path / "build")
    assert done.returncode != 0
    assert "BoneMetSegLib/scan.py" in done.stderr
    assert out_of_step(a_copy) == ["BoneMetSeg/CMakeLists.txt, MODULE_PYTHON_SCRIPTS: remove BoneMetSegLib/scan.py"]


def test_one_command_brings_the_lists_into_step(a_copy):
    (a_copy / "BoneMetSeg/BoneMetSegPanel").mkdir(exist_ok=True)
    (a_copy / "BoneMetSeg/BoneMetSegPanel/new.py").touch()
    (a_copy / "BoneMetSeg/Resources/Translations").mkdir(exist_ok=True)
    for name in ("BoneMetSeg_xx.ts", "BoneMetSeg_xx.qm"):
        (a_copy / "BoneMetSeg/Resources/Translations" / name).touch()
    (a_copy / "BoneMetSeg/Testing/Python/NewTest.py").touch()
    (a_copy / "BoneMetSeg/Resources/Burden/skeletal_mass_v1.json").unlink()
    assert {line.split(": ")[1] for line in out_of_step(a_copy)} == {
        "add BoneMetSegPanel/new.py",
        "add Resources/Translations/BoneMetSeg_xx.qm",
        "add NewTest.py",
        "remove Resources/Burden/skeletal_mass_v1.json",
    }
    module_files.write_lists(a_copy)
    assert not out_of_step(a_copy)
