"""The panel's model: the chosen folder, or the bundled model for the kind of scan; what it is, or what is wrong."""

from __future__ import annotations

import html
from collections.abc import Callable
from pathlib import Path
from typing import Any

from slicer.i18n import tr as _

from BoneMetSegLib.bundle import Bundle, default_bundle, open_bundle
from BoneMetSegLib.errors import InputError
from BoneMetSegLib.scan import Scan, SpectScan

from .library_words import sentence_words


class ModelChoice:
    """Follows the chosen folder and the kind of the chosen scan.

    Parameters
    ----------
    ui : namespace
        The form's widgets.
    parameters : callable
        Returns the parameter node, or None while there is none.

    Attributes
    ----------
    fault : str
        Why the chosen scan cannot be segmented with it, "" where it can.
    """

    def __init__(self, ui: Any, parameters: Callable[[], Any]) -> None:
        self.ui, self._parameters = ui, parameters
        self.fault = ""
        self._described: tuple[str, str] | None = None
        self._updating = False
        ui.bundlePathLineEdit.connect("currentPathChanged(QString)", self._chosen)

    @property
    def folder(self) -> Path | None:
        """The chosen folder, None for the bundled model."""
        parameters = self._parameters()
        text = parameters.bundleFolder.strip() if parameters is not None else ""
        return Path(text) if text else None

    def is_missing(self, scan: Scan | None) -> bool:
        """Say whether this is a SPECT scan, and no model for it is chosen or bundled: an installation may lack that."""
        return isinstance(scan, SpectScan) and self.folder is None and not default_bundle(scan.kind).is_dir()

    def update(self, scan: Scan | None) -> None:
        """Say what the model is for this scan, or what is wrong with it."""
        folder, kind = self._parameters().bundleFolder, scan.kind if scan is not None else ""
        if (folder, kind) == self._described:
            return
        self._described, self._updating = (folder, kind), True
        if str(self.ui.bundlePathLineEdit.currentPath) != folder:
            self.ui.bundlePathLineEdit.currentPath = folder
        self._updating = False
        self.fault = ""
        if self.is_missing(scan):
            self.fault = self.ui.modelLabel.text = _("This is a SPECT volume, and there is no model for SPECT.")
            return
        try:
            bundle = open_bundle(self.folder or default_bundle(kind or "planar"))
            if kind:
                bundle.check_kind(kind)
        except InputError as error:
            self.fault = self.ui.modelLabel.text = sentence_words(str(error))
        else:
            self.ui.modelLabel.text = _described(bundle)

    def _chosen(self, path: str) -> None:
        parameters = self._parameters()
        if parameters is not None and not self._updating:
            parameters.bundleFolder = str(path)


def _described(bundle: Bundle) -> str:
    about = bundle.description
    words = _("Model {name} {version}: {use}").format(
        name=about["name"], version=about["version"], use=sentence_words(about["intended_use"])
    )
    card = f'<a href="{(bundle.folder / "README.md").resolve().as_uri()}">{_("Model card")}</a>'
    return f"{html.escape(words)} {card}"
