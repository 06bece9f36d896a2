"""The floors of the library: a file imports only from its own floor and those under it, and no package that is not its.

The imports are read from the source, so that one inside a function counts as well.
"""

from __future__ import annotations

import ast
import importlib.metadata
import re
import subprocess
import sys
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

CHECKOUT = Path(__file__).resolve().parents[2]
MODULE_FOLDER = CHECKOUT / "BoneMetSeg"
LIBRARY = MODULE_FOLDER / "BoneMetSegLib"
TRAINING = CHECKOUT / "model_training"

FLOOR_OF_DESIGNED_FILES = {
    "cli": 6, "worker": 6,
    "scene": 5, "case_folder": 5, "figures": 5, "dicom_export": 5,
    "hot_spots": 4, "skeleton": 4, "burden": 4, "concordance": 4, "followup": 4,
    "network": 3, "bundle": 3, "segmenter": 3,
    "dicom_nm": 2, "volume_files": 2, "report_files": 2,
    "scan": 1, "report": 1, "anatomy": 1, "errors": 1, "resources": 1, "segmentation": 1,
}  # fmt: skip

# Packages that belong to one floor. Everyone may use the standard library and numpy.
FLOORS_OF_PACKAGE = {
    "torch": {3},
    "transformers": {3},
    "tokenizers": {3},
    "safetensors": {3},
    "pdfminer": {2},
    "pydicom": {2, 5},
    "SimpleITK": {2, 4, 5},
    "scipy": {2, 3, 4, 5},
    "PIL": {5},
    "matplotlib": {5},
    "highdicom": {5},
    "slicer": {5},
    "vtk": {5},
    "vtkmodules": {5},
}
# Among the writers, only files about the scene know MRML, and only those about figures know matplotlib.
FILES_OF_PACKAGE = {"slicer": "scene", "vtk": "scene", "vtkmodules": "scene", "matplotlib": "figure"}

HEAVY = ("torch", "transformers", "vtk", "slicer", "matplotlib", "monai", "PySide6", "qt")

LIBRARY_FILES = sorted(LIBRARY.rglob("*.py"))
TRAINING_FILES = sorted(TRAINING.rglob("*.py"))


def _file_id(path: Path) -> str:
    return path.relative_to(CHECKOUT).as_posix()


def _module_name(path: Path) -> str:
    """Return the dotted name of a file within the library: ``scan``, ``folder.part``, "" for the package itself."""
    parts = path.relative_to(LIBRARY).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def _imports(path: Path) -> tuple[frozenset[str], frozenset[str]]:
    """Return the library modules and the other top-level packages that a file imports, anywhere in it."""
    library, others = set(), set()
    modules = {_module_name(file) for file in LIBRARY_FILES}

    def note(name: str, members: tuple[str, ...] = ()) -> None:
        top, _, rest = name.partition(".")
        if top != "BoneMetSegLib":
            others.add(top)
            return
        found = {f"{rest}.{member}".lstrip(".") for member in members} & modules
        library.update(found or {rest})

    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                note(alias.name)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                package = path.parent
                for _ in range(node.level - 1):
                    package = package.parent
                folder = ".".join(package.relative_to(MODULE_FOLDER if LIBRARY in path.parents else CHECKOUT).parts)
                base = f"{folder}.{base}".rstrip(".")
            note(base, tuple(alias.name for alias in node.names))
    return frozenset(library), frozenset(others)


def _stated_floor(path: Path) -> int | None:
    """Return the floor that a file's docstring states: "(floor 4)"."""
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    stated = re.search(r"\(floor (\d)\)", docstring)
    return int(stated[1]) if stated else None


def _floor_of(module: str) -> int:
    if not module:
        return 0  # the package itself: its version
    path = LIBRARY.joinpath(*module.split("."))
    path = path.with_suffix(".py") if path.with_suffix(".py").exists() else path / "__init__.py"
    floor = _stated_floor(path)
    assert floor is not None, f"{_file_id(path)} does not say on which floor it stands"
    return floor


def _rooms() -> list[Path]:
    """Return the library's files apart from its root ``__init__.py``."""
    return [path for path in LIBRARY_FILES if _module_name(path)]


@pytest.mark.parametrize("path", _rooms(), ids=_file_id)
def test_a_file_says_on_which_floor_it_stands(path):
    stated = _stated_floor(path)
    assert stated in range(1, 7), 'say it in the docstring, like """Tables of bones (floor 1)."""'
    assert stated == FLOOR_OF_DESIGNED_FILES.get(_module_name(path), stated)


@pytest.mark.parametrize("path", _rooms(), ids=_file_id)
def test_a_file_imports_from_its_own_floor_or_under_it(path):
    own = _floor_of(_module_name(path))
    above = {module: _floor_of(module) for module in _imports(path)[0] if _floor_of(module) > own}
    assert not above, f"floor {own} reaches up to {above}"


def test_no_two_files_need_each_other():
    needs = {_module_name(path): _imports(path)[0] for path in _rooms()}
    order = tuple(TopologicalSorter(needs).static_order())  # raises CycleError where there is a ring
    assert set(needs) <= set(order)


@pytest.mark.parametrize("path", LIBRARY_FILES, ids=_file_id)
def test_a_file_uses_only_the_packages_of_its_floor(path):
    floor = _floor_of(_module_name(path))
    strangers = {
        package
        for package in _imports(path)[1] - set(sys.stdlib_module_names) - {"numpy"}
        if floor not in FLOORS_OF_PACKAGE.get(package, set())
        or not path.stem.startswith(FILES_OF_PACKAGE.get(package, ""))
    }
    assert not strangers, f"{strangers} have no business on floor {floor} in {path.name}"


@pytest.mark.parametrize("path", [*LIBRARY_FILES, *TRAINING_FILES], ids=_file_id)
def test_the_library_stands_without_training_and_nothing_here_touches_qt(path):
    forbidden = {"qt", "ctk", "PySide6", "PySide2", "PyQt5", "PyQt6", "BoneMetSeg"}
    if path in LIBRARY_FILES:
        forbidden |= {"model_training", "monai", "lightning"}
    assert not _imports(path)[1] & forbidden


def _declared(*extras: str) -> set[str]:
    """Return the normalised names of the project's dependencies and of some of its extras."""
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    requirements = list(project["dependencies"])
    for extra in extras:
        requirements += project["optional-dependencies"][extra]
    return {re.sub(r"[-_.]+", "-", re.match(r"[\w.-]+", line)[0]).lower() for line in requirements}


# What a declared distribution brings with it and the code may name: slicer-core pins its vtk, matplotlib its pillow.
_BROUGHT_BY = {"vtk": "slicer-core", "pillow": "matplotlib"}
# nnU-Net brings torchvision and is installed by who compares with it; the file that names it runs inside it alone.
_INSTALLED_BY_THE_USER = {"nnunetv2"}


@pytest.mark.parametrize(
    ("files", "extras"),
    [(LIBRARY_FILES, ("slicer", "readers")), (TRAINING_FILES, ("slicer", "simulator", "training", "peers"))],
    ids=["library", "training"],
)  # fmt: skip
def test_every_package_used_is_declared(files, extras):
    declared = _declared(*extras)
    distributions = importlib.metadata.packages_distributions()
    missing = {}
    for path in files:
        for package in _imports(path)[1] - set(sys.stdlib_module_names) - {"model_training"} - _INSTALLED_BY_THE_USER:
            names = {re.sub(r"[-_.]+", "-", name).lower() for name in distributions.get(package, [package])}
            if not names & declared and not {_BROUGHT_BY.get(name) for name in names} & declared:
                missing[_file_id(path)] = package
    assert not missing


def _light_modules() -> list[str]:
    """Return the modules that are loaded before any network runs: facts, reading and faces."""
    light = [path for path in _rooms() if _stated_floor(path) in (1, 2, 6)]
    return ["BoneMetSegLib", *(f"BoneMetSegLib.{_module_name(path)}" for path in light)]


@pytest.mark.parametrize("module", _light_modules())
def test_importing_it_loads_nothing_heavy(module):
    loaded = subprocess.run(
        [sys.executable, "-c", f"import sys, {module}; print(*(n for n in {HEAVY!r} if n in sys.modules))"],
        cwd=MODULE_FOLDER, capture_output=True, text=True, check=True, timeout=60,
    ).stdout.split()  # fmt: skip
    assert not loaded


def test_the_imports_are_read_wherever_they_hide(tmp_path, monkeypatch):
    """The reader of imports itself: within functions, relative, as names of the package."""
    package = tmp_path / "BoneMetSegLib"
    package.mkdir()
    for name in ("scan", "anatomy", "report"):
        (package / f"{name}.py").write_text("", encoding="utf-8")
    probe = package / "probe.py"
    probe.write_text(
        "from .scan import View\nfrom . import anatomy\n"
        "def f():\n    import torch.nn\n    from BoneMetSegLib import report, segment\n",
        encoding="utf-8",
    )
    here = sys.modules[__name__]
    monkeypatch.setattr(here, "LIBRARY", package)
    monkeypatch.setattr(here, "MODULE_FOLDER", tmp_path)
    monkeypatch.setattr(here, "LIBRARY_FILES", sorted(package.glob("*.py")))
    assert _imports(probe) == ({"scan", "anatomy", "report"}, {"torch"})
