"""A slice view of Slicer without the application: its displayable managers in an offscreen window."""

from __future__ import annotations

import numpy as np
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

_MANAGERS = (
    "vtkMRMLSegmentationsDisplayableManager2D",
    "vtkMRMLMarkupsDisplayableManager",
    "vtkMRMLOrientationMarkerDisplayableManager",
)


class SliceWindow:
    """What the application's slice widget does for one slice node.

    Parameters
    ----------
    mrml : scene_boot.Mrml
    slice_node : vtkMRMLSliceNode
    size : tuple of int
        Width and height in pixels.
    """

    def __init__(self, mrml, slice_node, size):
        self.size = size
        self.renderer = vtkRenderer()
        self.renderer.SetBackground(1, 1, 1)
        self.renderer.GetActiveCamera().ParallelProjectionOn()
        self.window = vtkRenderWindow()
        self.window.SetOffScreenRendering(True)
        self.window.SetSize(*size)
        self.window.AddRenderer(self.renderer)
        self.interactor = vtkRenderWindowInteractor()
        self.interactor.SetRenderWindow(self.window)

        self.logic = slicer.vtkMRMLSliceLogic()
        self.logic.SetMRMLApplicationLogic(mrml.application_logic)
        self.logic.SetMRMLScene(mrml.scene)
        mrml.application_logic.GetSliceLogics().AddItem(self.logic)
        self.logic.SetSliceNode(slice_node)
        self.logic.ResizeSliceNode(*size)
        # The application draws the background image; the managers draw on it, so it comes first.
        mapper = vtkImageMapper()
        mapper.SetColorWindow(255)
        mapper.SetColorLevel(127.5)
        mapper.SetInputConnection(self.logic.GetImageDataConnection())
        image = vtkActor2D()
        image.SetMapper(mapper)
        image.GetProperty().SetDisplayLocationToBackground()
        self.renderer.AddViewProp(image)

        factory = slicer.vtkMRMLSliceViewDisplayableManagerFactory.GetInstance()
        factory.SetMRMLApplicationLogic(mrml.application_logic)
        for name in _MANAGERS:
            if not factory.IsDisplayableManagerRegistered(name):
                factory.RegisterDisplayableManager(name)
        self.managers = slicer.vtkMRMLDisplayableManagerGroup()
        self.managers.SetRenderer(self.renderer)
        self.managers.Initialize(factory, self.renderer)
        self.managers.SetMRMLDisplayableNode(slice_node)
        self._logics = mrml.application_logic.GetSliceLogics()

    def picture(self):
        """Return (rows, columns, 3) of what a reader sees, row 0 at the top."""
        self.window.Render()
        pixels = vtkUnsignedCharArray()
        self.window.GetPixelData(0, 0, self.size[0] - 1, self.size[1] - 1, 0, pixels, 0)
        return vtk_to_numpy(pixels).reshape(self.size[1], self.size[0], 3)[::-1].astype(int).copy()

    def close(self):
        self.managers.SetMRMLDisplayableNode(None)
        self.managers.SetRenderer(None)
        self._logics.RemoveItem(self.logic)
        self.logic.SetMRMLScene(None)
        self.window.Finalize()


def coloured(picture, rgb, tolerance=0.35):
    """Return where a picture shows a hue, in any strength over grey: (rows, columns) bool.

    The chroma (each channel less the mean) points the way the colour's own chroma points.
    """
    chroma = picture - picture.mean(axis=-1, keepdims=True)
    wanted = np.asarray(rgb, float) - np.mean(rgb)
    strength = np.linalg.norm(chroma, axis=-1)
    cosine = (chroma @ wanted) / np.maximum(strength * np.linalg.norm(wanted), 1e-6)
    return (strength > 12) & (cosine > 1 - tolerance * 0.2)
