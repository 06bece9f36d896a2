"""``slicer.packaging``, which Slicer 5.12 and later have: installs are recorded like those of ``pip_install``."""

from __future__ import annotations

import importlib.metadata
import types
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement


def _as_list(requirements: Any) -> list[Requirement]:
    every = requirements if isinstance(requirements, list | tuple) else [requirements]
    return [one if isinstance(one, Requirement) else Requirement(one) for one in every]


def load_requirements(path: Any) -> list[Requirement]:
    """Return the requirements of a requirements.txt."""
    lines = (line.partition("#")[0].strip() for line in Path(path).read_text(encoding="utf-8").splitlines())
    return [Requirement(line) for line in lines if line]


def pip_check(requirements: Any) -> bool:
    """Say whether everything required is installed."""
    for one in _as_list(requirements):
        if one.marker is not None and not one.marker.evaluate():
            continue
        try:
            installed = importlib.metadata.version(one.name)
        except importlib.metadata.PackageNotFoundError:
            return False
        if not one.specifier.contains(installed, prereleases=True):
            return False
    return True


def packaging_module(pip: Any) -> types.ModuleType:
    """Return a new module ``slicer.packaging`` that asks the user as Slicer does, and installs by ``pip``."""

    def pip_ensure(
        requirements: Any,
        constraints: Any = None,
        skip_packages: Any = None,
        prompt_install: bool = True,
        prompt_restart: bool = True,
        requester: str | None = None,
        skip_in_testing: bool = True,
        show_progress: bool = True,
    ) -> None:
        import slicer

        missing = [str(one) for one in _as_list(requirements) if not pip_check(one)]
        if not missing or (skip_in_testing and slicer.app.testingEnabled()):
            return
        question = f"{requester or 'This module'} needs to install: {', '.join(missing)}"
        if prompt_install and not slicer.util.confirmOkCancelDisplay(question):
            raise RuntimeError("User declined package installation")
        slicer.util.pip_install(missing)

    module = types.ModuleType("slicer.packaging")
    module.load_requirements, module.pip_check, module.pip_ensure = load_requirements, pip_check, pip_ensure
    module.pip_install = pip._install
    return module
