"""What the Slicer module ships, read from the tree, and the lists of CMake that name it.

``python Testing/build/module_files.py`` says whether the lists are in step with the tree; ``--write`` brings them.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
# Python packages beside the module's own script.
PACKAGES = ("BoneMetSegLib", "BoneMetSegPanel")
# A translation ships compiled; its source does not.
SOURCES_OF_RESOURCES = frozenset({".ts"})
MAIN_SCRIPT, DICOM_PLUGIN = "BoneMetSeg.py", "DICOMPlanarBoneScanPlugin.py"


def module_scripts(checkout: Path = CHECKOUT) -> list[str]:
    """Return the Python files of the module, relative to its folder: its own script first."""
    module = checkout / "BoneMetSeg"
    return [MAIN_SCRIPT, *(file for package in PACKAGES for file in _files(module, package) if file.endswith(".py"))]


def module_resources(checkout: Path = CHECKOUT) -> list[str]:
    """Return the resources of the module, relative to its folder."""
    files = _files(checkout / "BoneMetSeg", "Resources")
    return [file for file in files if Path(file).suffix not in SOURCES_OF_RESOURCES]


def slicer_tests(checkout: Path = CHECKOUT) -> list[str]:
    """Return the scripts that ctest runs inside Slicer, relative to their folder."""
    return sorted(path.name for path in (checkout / "BoneMetSeg" / "Testing" / "Python").glob("*.py"))


def installed_files(checkout: Path = CHECKOUT) -> set[str]:
    """Return every file of the installed tree, relative to the folder of the scripted modules."""
    return {*module_scripts(checkout), *module_resources(checkout), DICOM_PLUGIN}


def _files(module: Path, folder: str) -> list[str]:
    return sorted(
        path.relative_to(module).as_posix()
        for path in (module / folder).rglob("*")
        if path.is_file() and not any(part.startswith(".") or part == "__pycache__" for part in path.parts[-8:])
    )


def _lists(checkout: Path) -> Iterator[tuple[Path, str, list[str]]]:
    """Yield the CMake file, name and contents of each list."""
    module = checkout / "BoneMetSeg"
    yield module / "CMakeLists.txt", "MODULE_PYTHON_SCRIPTS", module_scripts(checkout)
    yield module / "CMakeLists.txt", "MODULE_PYTHON_RESOURCES", module_resources(checkout)
    yield module / "Testing" / "Python" / "CMakeLists.txt", "TEST_PYTHON_SCRIPTS", slicer_tests(checkout)


def listed(text: str, name: str) -> list[str]:
    """Return what a list in a text of CMake names."""
    return _block(text, name)[0].split()[1:-1]


def _block(text: str, name: str) -> re.Match[str]:
    found = re.search(rf"set\({name}\n(?:  [^\n]+\n)*?  \)", text)
    if found is None:
        raise ValueError(f"there is no list {name} of one file a line")
    return found


def out_of_step(checkout: Path = CHECKOUT) -> list[str]:
    """Return a line for each file that a list lacks, and for each that it names although the tree lacks it."""
    lines = []
    for cmake, name, wanted in _lists(checkout):
        present = listed(cmake.read_text(encoding="utf-8"), name)
        where = f"{cmake.relative_to(checkout).as_posix()}, {name}"
        lines += [f"{where}: add {file}" for file in wanted if file not in present]
        lines += [f"{where}: remove {file}" for file in present if file not in wanted]
    return lines


def write_lists(checkout: Path = CHECKOUT) -> None:
    """Bring the lists into step with the tree."""
    for cmake, name, wanted in _lists(checkout):
        text = cmake.read_text(encoding="utf-8")
        cmake.write_text(text.replace(_block(text, name)[0], _as_list(name, wanted)), encoding="utf-8", newline="\n")


def _as_list(name: str, files: Iterable[str]) -> str:
    return "\n".join([f"set({name}", *(f"  {file}" for file in files), "  )"])


def main(arguments: list[str] | None = None) -> int:
    """Compare, or write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="bring the lists into step with the tree")
    if parser.parse_args(arguments).write:
        write_lists()
    lines = out_of_step()
    print(*lines or ["The lists are in step with the tree."], sep="\n")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
