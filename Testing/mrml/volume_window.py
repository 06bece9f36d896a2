"""A 3-D view of Slicer without the application: its displayable managers in an offscreen window."""

from __future__ import annotations

import slicer
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkCommonCore import vtkUnsignedCharArray
from vtkmodules.vtkRenderingCore import vtkRenderer, vtkRenderWindow, vtkRenderWindowInteractor
from vtkmodules.vtkRenderingVolumeOpenGL2 import vtkOpenGLGPUVolumeRayCastMapper  # noqa: F401 (registers the mapper)

from BoneMetSegLib.scene_boot import vtk_errors

_MANAGERS = (
    "vtkMRMLVolumeRenderingDisplayableManager",
    "vtkMRMLCameraDisplayableManager",
    "vtkMRMLViewDisplayableManager",
    "vtkMRMLOrientationMarkerDisplayableManager",
    "vtkMRMLSegmentationsDisplayableManager3D",
)


class VolumeWindow:
    """What the application's 3-D widget does for one view node.

    Parameters
    ----------
    mrml : scene_boot.Mrml
    view_node : vtkMRMLViewNode
    size : tuple of int
        Width and height in pixels.
    """

    def __init__(self, mrml, view_node, size):
        self.size = size
        self.renderer = vtkRenderer()
        self.window = vtkRenderWindow()
        self.window.SetOffScreenRendering(True)
        self.window.SetMultiSamples(0)
        self.window.SetSize(*size)
        self.window.AddRenderer(self.renderer)
        self.interactor = vtkRenderWindowInteractor()
        self.interactor.SetRenderWindow(self.window)
        factory = slicer.vtkMRMLThreeDViewDisplayableManagerFactory.GetInstance()
        factory.SetMRMLApplicationLogic(mrml.application_logic)
        for name in _MANAGERS:
            if not factory.IsDisplayableManagerRegistered(name):
                factory.RegisterDisplayableManager(name)
        self.managers = slicer.vtkMRMLDisplayableManagerGroup()
        self.managers.Initialize(factory, self.renderer)
        self.managers.SetMRMLDisplayableNode(view_node)

    def picture(self):
        """Return (rows, columns, 3) of what a reader sees, row 0 at the top."""
        self.window.Render()
        pixels = vtkUnsignedCharArray()
        self.window.GetPixelData(0, 0, self.size[0] - 1, self.size[1] - 1, 0, pixels, 0)
        return vtk_to_numpy(pixels).reshape(self.size[1], self.size[0], 3)[::-1].astype(int).copy()

    def close(self):
        with vtk_errors() as errors:
            self.managers.SetMRMLDisplayableNode(None)
            self.managers.SetRenderer(None)
        # Upstream's manager registers this event whenever its view changes, and complains of itself.
        assert all("eventId:19002 already added" in error for error in errors)
        self.window.Finalize()
