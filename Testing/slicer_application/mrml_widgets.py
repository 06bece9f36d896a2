"""Slicer's widgets that know a scene: the base of a panel, and the box that chooses a node."""

from __future__ import annotations

import functools
from typing import Any

import slicer
from PySide6 import QtWidgets
from PySide6.QtCore import Property, Signal

# ruff: noqa: N801, N802, N815 - the names are Slicer's


def _stop_observing(observed: list, named: dict, *_destroyed: Any) -> None:
    for subject, tag in [*observed, *named.values()]:
        subject.RemoveObserver(tag)
    observed.clear()
    named.clear()


class qMRMLWidget(QtWidgets.QWidget):
    """A widget that is given a scene and hands it on."""

    mrmlSceneChanged = Signal(object)
    string_signals = {"mrmlSceneChanged(vtkMRMLScene*)": "mrmlSceneChanged"}  # noqa: RUF012

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._scene = None

    def mrmlScene(self) -> Any:
        """Return the scene, None before it is set."""
        return self._scene

    def setMRMLScene(self, scene: Any) -> None:
        """Take a scene and tell those connected."""
        if scene is not self._scene:
            self._scene = scene
            self.mrmlSceneChanged.emit(scene)


class qMRMLNodeComboBox(qMRMLWidget):
    """Chooses one node of some classes and follows the scene."""

    currentNodeChanged = Signal(object)
    currentNodeChangedToValid = Signal(bool)
    currentNodeIDChanged = Signal(str)
    nodeAdded = Signal(object)
    nodeAddedByUser = Signal(object)
    nodeActivated = Signal(object)
    nodeAboutToBeRemoved = Signal(object)
    string_signals = {  # noqa: RUF012
        "mrmlSceneChanged(vtkMRMLScene*)": "mrmlSceneChanged",
        "currentNodeChanged(vtkMRMLNode*)": "currentNodeChanged",
        "currentNodeChanged(bool)": "currentNodeChangedToValid",
        "nodeAdded(vtkMRMLNode*)": "nodeAdded",
        "nodeAddedByUser(vtkMRMLNode*)": "nodeAddedByUser",
        "nodeActivated(vtkMRMLNode*)": "nodeActivated",
        "nodeAboutToBeRemoved(vtkMRMLNode*)": "nodeAboutToBeRemoved",
    }

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._current_id = self._requested_id = ""
        self._types: list[str] = []
        self._hidden_child_types: list[str] = []
        self._attributes: list[tuple[str, str, Any]] = []
        self._flags = {
            "none": False, "add": True, "remove": True, "edit": False, "rename": False,
            "hidden": False, "children": True, "select_new": False,
        }  # fmt: skip
        self._base_name, self._none_display = "", "None"
        self._observed: list[tuple[Any, int]] = []
        self._named: dict[str, tuple[Any, int]] = {}
        self.destroyed.connect(functools.partial(_stop_observing, self._observed, self._named))
        self._box = QtWidgets.QComboBox(self)
        layout = QtWidgets.QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._box)
        self._box.currentIndexChanged.connect(self._on_index)
        self._box.activated.connect(lambda _index: self.nodeActivated.emit(self.currentNode()))

    # ---- the scene -------------------------------------------------------------------------------------------------

    def setMRMLScene(self, scene: Any) -> None:
        """Follow another scene."""
        if scene is self._scene:
            return
        _stop_observing(self._observed, self._named)
        if scene is not None:
            events = slicer.vtkMRMLScene
            follow = {
                events.NodeAddedEvent: self._on_scene,
                events.NodeRemovedEvent: self._on_scene,
                events.EndBatchProcessEvent: self._on_scene,
                events.EndCloseEvent: self._on_scene,
                events.EndImportEvent: self._on_scene,
            }
            self._observed += [(scene, scene.AddObserver(event, call)) for event, call in follow.items()]
        super().setMRMLScene(scene)
        self._refresh()

    def _on_scene(self, _caller: Any, _event: Any) -> None:
        if not (self._scene.IsImporting() or self._scene.IsClosing()):  # as Slicer's scene model
            self._refresh()

    def _nodes(self) -> list[Any]:
        if self._scene is None:
            return []
        nodes = [self._scene.GetNthNode(index) for index in range(self._scene.GetNumberOfNodes())]
        return [node for node in nodes if self._shows(node)]

    def _shows(self, node: Any) -> bool:
        if node.GetHideFromEditors() and not self._flags["hidden"]:
            return False
        if any(node.IsA(name) for name in self._hidden_child_types):
            return False
        matches = node.IsA if self._flags["children"] else (lambda name: node.GetClassName() == name)
        if not any(matches(name) for name in self._types):
            return False
        return all(self._has(node, *wanted) for wanted in self._attributes)

    @staticmethod
    def _has(node: Any, class_name: str, name: str, value: Any) -> bool:
        if not node.IsA(class_name):
            return True
        found = node.GetAttribute(name)
        return found is not None and (value is None or found == str(value))

    def _refresh(self) -> None:
        nodes = self._nodes()
        self._follow_names(nodes)
        self._box.blockSignals(True)
        self._box.clear()
        if self._flags["none"]:
            self._box.addItem(self._none_display, "")
        for node in nodes:
            self._box.addItem(node.GetName() or "", node.GetID())
        self._box.blockSignals(False)
        ids = [node.GetID() for node in nodes]
        kept = next((one for one in (self._requested_id, self._current_id) if one in ids), "")
        if not kept and not self._flags["none"] and ids:
            kept = ids[0]  # where "none" cannot be chosen, something is
        if self._scene is not None:
            self._requested_id = ""
        self._choose(kept)

    def _follow_names(self, nodes: list[Any]) -> None:
        wanted = {node.GetID(): node for node in nodes}
        for gone in set(self._named) - set(wanted):
            node, tag = self._named.pop(gone)
            node.RemoveObserver(tag)
        for new in set(wanted) - set(self._named):
            tag = wanted[new].AddObserver("ModifiedEvent", self._on_node_modified)
            self._named[new] = (wanted[new], tag)
            self.nodeAdded.emit(wanted[new])

    def _on_node_modified(self, node: Any, _event: Any) -> None:
        row = self._box.findData(node.GetID())
        if row >= 0 and self._box.itemText(row) != (node.GetName() or ""):
            self._box.setItemText(row, node.GetName() or "")

    # ---- the current node ------------------------------------------------------------------------------------------

    def _on_index(self, row: int) -> None:
        self._choose(self._box.itemData(row) or "")

    def _choose(self, node_id: str) -> None:
        row = self._box.findData(node_id)
        if self._scene is None:
            self._requested_id = node_id  # Slicer remembers a wish only until there is a scene
        self._box.blockSignals(True)
        self._box.setCurrentIndex(row)
        self._box.blockSignals(False)
        chosen = node_id if row >= 0 else ""
        if chosen == self._current_id:
            return
        self._current_id = chosen
        node = self.currentNode()
        self.currentNodeChanged.emit(node)
        self.currentNodeChangedToValid.emit(node is not None)
        self.currentNodeIDChanged.emit(chosen)

    def currentNode(self) -> Any:
        """Return the chosen node or None."""
        return self._scene.GetNodeByID(self._current_id) if self._scene and self._current_id else None

    def setCurrentNode(self, node: Any) -> None:
        """Choose a node, by itself or its id; one that is not listed leaves nothing chosen."""
        self._choose(node if isinstance(node, str) else node.GetID() if node is not None else "")

    def setCurrentNodeID(self, node_id: str) -> None:
        """Choose a node by its id."""
        self._choose(node_id or "")

    def nodeCount(self) -> int:
        """Return how many nodes are listed."""
        return len(self._nodes())

    def nodeFromIndex(self, index: int) -> Any:
        """Return the node of a position in the list."""
        return self._nodes()[index]

    def setCurrentNodeIndex(self, index: int) -> None:
        """Choose a node by its position."""
        self.setCurrentNode(self.nodeFromIndex(index))

    def addNode(self, class_name: str = "") -> Any:
        """Make a node as "Create new" does."""
        kind = class_name or self._types[0]
        node = self._scene.AddNewNodeByClass(kind, self._scene.GenerateUniqueName(self._base_name or kind[7:]))
        for wanted, name, value in self._attributes:
            if node.IsA(wanted):
                node.SetAttribute(name, str(value))
        self._refresh()
        self.setCurrentNode(node)
        self.nodeAddedByUser.emit(node)
        return node

    def removeCurrentNode(self) -> None:
        """Take the chosen node out of the scene."""
        if node := self.currentNode():
            self.nodeAboutToBeRemoved.emit(node)
            self._scene.RemoveNode(node)

    def addAttribute(self, class_name: str, name: str, value: Any = None) -> None:
        """List only nodes with an attribute."""
        self._attributes.append((class_name, name, value))
        self._refresh()

    def comboBox(self) -> Any:
        """Return the combo box inside, to type and click in tests."""
        return self._box

    # ---- properties ------------------------------------------------------------------------------------------------

    def _get_types(self) -> list:
        return self._types

    def setNodeTypes(self, types: Any) -> None:
        """List nodes of these classes."""
        self._types = list(types)
        self._refresh()

    def _get_hidden_types(self) -> list:
        return self._hidden_child_types

    def _set_hidden_types(self, types: Any) -> None:
        self._hidden_child_types = list(types)
        self._refresh()

    def _get_id(self) -> str:
        return self._current_id

    def _get_base_name(self) -> str:
        return self._base_name

    def setBaseName(self, name: str, _class_name: str = "") -> None:
        """Say what new nodes are called."""
        self._base_name = name

    def _get_none_display(self) -> str:
        return self._none_display

    def setNoneDisplay(self, text: str) -> None:
        """Say how "none" is written."""
        self._none_display = text
        self._refresh()

    @staticmethod
    def _flag(name: str) -> Any:
        def get(self: Any) -> bool:
            return self._flags[name]

        def put(self: Any, value: bool) -> None:
            self._flags[name] = value
            self._refresh()

        return Property(bool, get, put)

    nodeTypes = Property("QStringList", _get_types, setNodeTypes)
    hideChildNodeTypes = Property("QStringList", _get_hidden_types, _set_hidden_types)
    currentNodeID = Property(str, _get_id, setCurrentNodeID, notify=currentNodeIDChanged)
    baseName = Property(str, _get_base_name, setBaseName)
    noneDisplay = Property(str, _get_none_display, setNoneDisplay)
    noneEnabled = _flag("none")
    addEnabled = _flag("add")
    removeEnabled = _flag("remove")
    editEnabled = _flag("edit")
    renameEnabled = _flag("rename")
    showHidden = _flag("hidden")
    showChildNodeTypes = _flag("children")
    selectNodeUponCreation = _flag("select_new")
