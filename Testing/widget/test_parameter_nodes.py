"""Typed parameters: what Slicer stores, refuses and shows."""

import enum
import pathlib
from typing import Annotated

import pytest


class Side(enum.Enum):
    LEFT = 1
    RIGHT = 2


@pytest.fixture
def node(slicer_application):
    return slicer_application.scene.AddNewNodeByClass("vtkMRMLScriptedModuleNode")


@pytest.fixture
def wrapper(slicer_application):
    import slicer
    from slicer.parameterNodeWrapper import Choice, Default, WithinRange, parameterNodeWrapper

    @parameterNodeWrapper
    class Parameters:
        volume: slicer.vtkMRMLScalarVolumeNode
        table: slicer.vtkMRMLTableNode | None
        count: Annotated[int, WithinRange(0, 10)] = 3
        size: float
        name: Annotated[str, Default("bundle")]
        mode: Annotated[str, Choice(["auto", "cpu"])] = "auto"
        side: Side
        folder: pathlib.Path
        yes: bool = True
        regions: list[str]

    return Parameters


def test_values_are_stored_in_the_strings_that_slicer_stores(wrapper, node):
    parameters = wrapper(node)
    parameters.regions = ["rib", "femur"]
    parameters.side = Side.RIGHT
    stored = {name: node.GetParameter(name) for name in node.GetParameterNames()}
    assert stored == {
        "volume": "", "table.1": "True", "count": "3", "size": "0", "name": "bundle", "mode": "auto",
        "side": "RIGHT", "folder": ".", "yes": "True", "regions.len": "2", "regions.0": "rib", "regions.1": "femur",
    }  # fmt: skip


def test_a_node_is_stored_as_a_reference(slicer_application, wrapper, node):
    table = slicer_application.scene.AddNewNodeByClass("vtkMRMLTableNode")
    parameters = wrapper(node)
    parameters.table = table
    assert node.GetNodeReferenceID("table.0") == table.GetID()
    assert wrapper(node).table is table


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [("count", 11, ValueError), ("count", "3", TypeError), ("mode", "cuda", ValueError), ("name", None, ValueError)],
)
def test_what_may_not_be_is_refused_and_nothing_changes(wrapper, node, name, value, error):
    parameters = wrapper(node)
    before = getattr(parameters, name)
    with pytest.raises(error):
        setattr(parameters, name, value)
    assert getattr(parameters, name) == before


def test_a_change_of_a_list_in_place_is_stored_and_told(wrapper, node):
    parameters, told = wrapper(node), []
    parameters.AddObserver("ModifiedEvent", lambda _caller, _event: told.append(True))
    parameters.regions.append("sternum")
    assert node.GetParameter("regions.0") == "sternum"
    assert told


def test_a_type_that_slicer_cannot_store_is_refused(slicer_application):
    from slicer.parameterNodeWrapper import parameterNodeWrapper

    class Parameters:
        moment: complex

    with pytest.raises(Exception, match="Unable to create serializer"):
        parameterNodeWrapper(Parameters)


def test_a_widget_that_names_no_parameter_is_a_mistake(wrapper, node):
    import qt

    panel = qt.QWidget()
    qt.QCheckBox(panel).setProperty("SlicerParameterName", "invertThreshold")
    with pytest.raises(ValueError, match="invertThreshold"):
        wrapper(node).connectGui(panel)


def test_a_widget_that_cannot_show_its_parameter_is_a_mistake(wrapper, node):
    import qt

    panel = qt.QWidget()
    qt.QTextBrowser(panel).setProperty("SlicerParameterName", "name")
    with pytest.raises(RuntimeError, match="Unable to create GUI connector"):
        wrapper(node).connectGui(panel)


def test_widgets_follow_until_they_are_parted(wrapper, node):
    import qt

    panel = qt.QWidget()
    box = qt.QCheckBox(panel)
    box.setProperty("SlicerParameterName", "yes")
    parameters = wrapper(node)
    tag = parameters.connectGui(panel)
    assert box.checked
    box.click()
    assert parameters.yes is False
    parameters.yes = True
    assert box.checked
    parameters.disconnectGui(tag)
    box.click()
    assert parameters.yes is True
