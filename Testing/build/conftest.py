"""The extension configured, built and installed once, with CMake itself and a stand-in for Slicer."""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

import pytest

from Testing.build.module_files import CHECKOUT

STAND_IN = Path(__file__).parent / "stand_in"
MODULES = Path("lib", "Slicer-5.10", "qt-scripted-modules")


def cmake_program(name: str = "cmake") -> str:
    """Return the program of the test environment, from its package ``cmake``; Debian's own is too old."""
    program = shutil.which(name, path=sysconfig.get_path("scripts"))
    return program or pytest.skip("the package cmake is not installed: pip install -e .[test]")


def configured(source: Path, build: Path) -> subprocess.CompletedProcess[str]:
    """Configure a source tree as a Slicer extension."""
    arguments = [cmake_program(), "-S", source, "-B", build, f"-DSlicer_DIR={STAND_IN}"]
    return subprocess.run([str(one) for one in arguments], capture_output=True, text=True, check=False, timeout=120)


@dataclass(frozen=True)
class Extension:
    """What came of it: the messages while it was configured, its build folder, and the installed scripted modules."""

    messages: str
    build: Path
    modules: Path

    def recorded(self, kind: str) -> list[list[str]]:
        """Return what the stand-in was given: of each call of a kind, its values."""
        lines = (self.build / "recorded_calls.txt").read_text(encoding="utf-8").splitlines()
        return [line.split("|")[1:] for line in lines if line.split("|")[0] == kind]


@pytest.fixture(scope="session")
def an_extension(tmp_path_factory) -> Extension:
    if sys.platform != "win32" and not shutil.which("c++"):
        pytest.skip("project() needs a C++ compiler, as it does in Slicer")
    folder = tmp_path_factory.mktemp("extension")
    build, prefix = folder / "build", folder / "installed"
    done = configured(CHECKOUT, build)
    assert done.returncode == 0, done.stderr
    for arguments in (["--build", build, "--config", "Release"], ["--install", build, "--prefix", prefix]):
        subprocess.run([cmake_program(), *map(str, arguments)], capture_output=True, check=True, timeout=120)
    return Extension(done.stdout + done.stderr, build, prefix / MODULES)
