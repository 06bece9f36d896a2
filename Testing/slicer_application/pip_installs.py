"""``slicer.util.pip_install``: recorded, never done; a test says whether it succeeds."""

from __future__ import annotations

import subprocess
from typing import Any


class PipInstalls:
    """What a module wanted to install.

    Attributes
    ----------
    asked : list
        Requirements in the order they came, as they were given.
    fails : bool
        Whether installing fails, as without a network.
    on_install : callable or None
        Called with each requirement, for example to make the package importable.
    """

    def __init__(self) -> None:
        self.asked: list[Any] = []
        self.fails = False
        self.on_install: Any = None
        self._util: Any = None

    def take_over(self, util: Any) -> None:
        """Stand in place of Slicer's function."""
        self._util, self._original = util, (util.pip_install, util.pip_uninstall)
        util.pip_install, util.pip_uninstall = self._install, self._install

    def give_back(self) -> None:
        """Put Slicer's functions back."""
        self._util.pip_install, self._util.pip_uninstall = self._original

    def _install(self, requirements: Any) -> None:
        if not isinstance(requirements, str | list):
            raise ValueError("pip_install requirement input must be string or list")
        self.asked.append(requirements)
        if self.fails:
            raise subprocess.CalledProcessError(1, ["PythonSlicer", "-m", "pip", "install", str(requirements)])
        if self.on_install:
            self.on_install(requirements)
