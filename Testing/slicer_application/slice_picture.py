"""What a slice view shows, drawn offscreen by Slicer's own displayable managers."""

from __future__ import annotations

from typing import Any

import slicer
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkCommonCore import vtkUnsignedCharArray
from vtkmodules.vtkRenderingCore import (
    vtkActor2D,
    vtkImageMapper,
    vtkRenderer,
    vtkRenderWindow,
    vtkRenderWindowInteractor,
)

_MANAGERS = ("vtkMRMLSegmentationsDisplayableManager2D", "vtkMRMLMarkupsDisplayableManager")


class SlicePicture:
    """A window for one slice widget.

    Parameters
    ----------
    slice_widget : layout_manager.qMRMLSliceWidget
    """

    def __init__(self, slice_widget: Any) -> None:
        self._logic = slice_widget.sliceLogic()
        self._renderer = vtkRenderer()
        self._renderer.GetActiveCamera().ParallelProjectionOn()
        self.window = vtkRenderWindow()
        self.window.SetOffScreenRendering(True)
        self.window.AddRenderer(self._renderer)
        self._interactor = vtkRenderWindowInteractor()
        self._interactor.SetRenderWindow(self.window)
        self._draw_background()
        factory = slicer.vtkMRMLSliceViewDisplayableManagerFactory.GetInstance()
        factory.SetMRMLApplicationLogic(slicer.app.applicationLogic())
        for name in _MANAGERS:
            if not factory.IsDisplayableManagerRegistered(name):
                factory.RegisterDisplayableManager(name)
        self._managers = slicer.vtkMRMLDisplayableManagerGroup()
        self._managers.SetRenderer(self._renderer)
        self._managers.Initialize(factory, self._renderer)
        self._managers.SetMRMLDisplayableNode(self._logic.GetSliceNode())

    def _draw_background(self) -> None:
        mapper = vtkImageMapper()
        mapper.SetColorWindow(255)
        mapper.SetColorLevel(127.5)
        mapper.SetInputConnection(self._logic.GetImageDataConnection())
        image = vtkActor2D()
        image.SetMapper(mapper)
        image.GetProperty().SetDisplayLocationToBackground()
        self._renderer.AddViewProp(image)

    def draw(self, width: int, height: int) -> Any:
        """Return (rows, columns, 3), row 0 at the top."""
        self.window.SetSize(width, height)
        self._logic.ResizeSliceNode(width, height)
        self.window.Render()
        pixels = vtkUnsignedCharArray()
        self.window.GetPixelData(0, 0, width - 1, height - 1, 0, pixels, 0)
        return vtk_to_numpy(pixels).reshape(height, width, 3)[::-1].astype(int).copy()

    def close(self) -> None:
        """Let go of the window."""
        self._managers.SetMRMLDisplayableNode(None)
        self._managers.SetRenderer(None)
        self.window.Finalize()
