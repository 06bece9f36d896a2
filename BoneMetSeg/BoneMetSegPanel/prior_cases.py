"""The earlier cases that a case is to be compared with: folders, or cases of the scene, in a list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import qt
import slicer
from slicer.i18n import tr as _

from BoneMetSegLib.comparison_folder import read_cases
from BoneMetSegLib.errors import InputError
from BoneMetSegLib.result_document import Case
from BoneMetSegLib.scan import SPECT_VIEW
from BoneMetSegLib.scene_store import CASE_NAME_ATTRIBUTE, restored_case, stored_cases


@dataclass(frozen=True)
class PriorCase:
    """One of them.

    Attributes
    ----------
    name : str
        As it is listed.
    where : Path or str
        The folder, or the id of the case's node in the scene.
    """

    name: str
    where: Path | str

    def read(self, editor: str) -> Case:
        """Return the case as it is now.

        Raises
        ------
        InputError
            It is gone, damaged, or none that can be compared.
        """
        if isinstance(self.where, Path):
            return read_cases([self.where])[0]
        node = slicer.mrmlScene.GetNodeByID(self.where)
        if node is None:
            raise InputError(_("{name} is not in the scene any more.").format(name=self.name))
        return restored_case(node, editor)


class PriorCases:
    """Fills the list and its buttons.

    Parameters
    ----------
    ui : namespace
        The form's widgets.
    current : callable
        Returns the node of the case that is shown, or None: it is no prior of itself.
    on_change : callable
        Called when the list changed.
    """

    def __init__(self, ui: Any, current: Callable[[], Any], on_change: Callable[[], None]) -> None:
        self.ui, self._current, self._on_change = ui, current, on_change
        self.listed: list[PriorCase] = []
        self.menu: Any = None
        for button, action in (
            (ui.addPriorFolderButton, self.ask_for_folder),
            (ui.addPriorSceneButton, self.offer_scene_cases),
            (ui.removePriorButton, self.remove_selected),
        ):
            button.connect("clicked(bool)", lambda _checked, action=action: action())
        ui.priorList.connect("itemSelectionChanged()", self.update)

    def ask_for_folder(self) -> None:
        """Ask for the folder of an earlier case."""
        chosen = qt.QFileDialog.getExistingDirectory(
            slicer.util.mainWindow(), _("Choose the folder of an earlier case")
        )
        if chosen:
            self.add(PriorCase(Path(chosen).name, Path(chosen)))

    def offer_scene_cases(self) -> None:
        """Offer the other cases of the scene."""
        if self.menu is not None:
            self.menu.deleteLater()
        self.menu = qt.QMenu(self.ui.addPriorSceneButton)
        for node in self.in_scene():
            prior = PriorCase(node.GetAttribute(CASE_NAME_ATTRIBUTE) or node.GetName(), node.GetID())
            self.menu.addAction(prior.name).connect("triggered(bool)", lambda _on, prior=prior: self.add(prior))
        self.menu.popup(qt.QCursor.pos())

    def in_scene(self) -> list[Any]:
        """Return the nodes of the cases that can be added from the scene: planar ones, which alone are compared."""
        listed = {prior.where for prior in self.listed}
        return [
            node
            for node in stored_cases(slicer.mrmlScene)
            if node is not self._current()
            and node.GetID() not in listed
            and node.GetNodeReference(f"volume.{SPECT_VIEW}") is None
        ]

    def add(self, prior: PriorCase) -> None:
        """List another one; what is listed already stays once."""
        if prior.where not in [each.where for each in self.listed]:
            self.listed.append(prior)
            self._changed()

    def remove_selected(self) -> None:
        """Take the selected one from the list."""
        row = self.ui.priorList.currentRow
        if 0 <= row < len(self.listed):
            del self.listed[row]
            self._changed()

    def forget(self, *, node: Any = None) -> None:
        """Empty the list, or take a case of the scene from it that was deleted."""
        kept = [] if node is None else [prior for prior in self.listed if prior.where != node.GetID()]
        if kept != self.listed:
            self.listed = kept
            self._changed()

    def update(self) -> None:
        """Show which buttons can be used."""
        has_case = self._current() is not None
        self.ui.addPriorFolderButton.enabled = has_case
        self.ui.addPriorSceneButton.enabled = has_case and bool(self.in_scene())
        self.ui.removePriorButton.enabled = bool(self.listed) and self.ui.priorList.currentRow >= 0

    def _changed(self) -> None:
        self.ui.priorList.clear()
        for prior in self.listed:
            self.ui.priorList.addItem(prior.name)
        self.update()
        self._on_change()
