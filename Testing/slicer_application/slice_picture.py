"""What a slice view shows, drawn offscreen by Slicer's own displayable managers."""

from __future__ import annotations

from typing import Any

import slicer
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkCommonCore import vtkUnsignedCharArray
from vtkmodules.vtkImagingCore import vtkImageBlend
from vtkmodules.vtkImagingSources import vtkImageCanvasSource2D
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
        """Draw the slice over the view's colour: beside the volume it is transparent, as in Slicer."""
        self._ground = vtkImageCanvasSource2D()
        self._ground.SetScalarTypeToUnsignedChar()
        self._ground.SetNumberOfScalarComponents(3)
        blend = vtkImageBlend()
        blend.AddInputConnection(self._ground.GetOutputPort())
        blend.AddInputConnection(self._logic.GetImageDataConnection())
        mapper = vtkImageMapper()
        mapper.SetColorWindow(255)
        mapper.SetColorLevel(127.5)
        mapper.SetInputConnection(blend.GetOutputPort())
        image = vtkActor2D()
        image.SetMapper(mapper)
        image.GetProperty().SetDisplayLocationToBackground()
        self._renderer.AddViewProp(image)

    def draw(self, width: int, height: int, ground: tuple[int, int, int] = (0, 0, 0)) -> Any:
        """Return (rows, columns, 3), row 0 at the top; ``ground`` is the view's colour, 0 to 255."""
        self.window.SetSize(width, height)
        self._logic.ResizeSliceNode(width, height)
        self._ground.SetExtent(0, width - 1, 0, height - 1, 0, 0)
        self._ground.SetDrawColor(*ground)
        self._ground.FillBox(0, width - 1, 0, height - 1)
        self.window.Render()
        pixels = vtkUnsignedCharArray()
        self.window.GetPixelData(0, 0, width - 1, height - 1, 0, pixels, 0)
        return vtk_to_numpy(pixels).reshape(height, width, 3)[::-1].astype(int).copy()

    def close(self) -> None:
        """Let go of the window."""
        self._managers.SetMRMLDisplayableNode(None)
        self._managers.SetRenderer(None)
        self.window.Finalize()
