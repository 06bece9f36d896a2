"""Arrays and matrices as VTK has them (floor 5)."""

from __future__ import annotations

from typing import Any

import numpy as np


def vtk_image(pixels: np.ndarray) -> Any:
    """Return a ``vtkImageData`` of an array ``(rows, columns)`` or ``(slices, rows, columns)``, copied."""
    from vtkmodules.util.numpy_support import numpy_to_vtk
    from vtkmodules.vtkCommonDataModel import vtkImageData

    slices, rows, columns = (1, *pixels.shape) if pixels.ndim == 2 else pixels.shape
    image = vtkImageData()
    image.SetDimensions(columns, rows, slices)
    image.GetPointData().SetScalars(numpy_to_vtk(pixels.ravel(), deep=True))
    return image


def vtk_matrix(matrix: np.ndarray) -> Any:
    """Return a ``vtkMatrix4x4`` of a 4 x 4 array."""
    from vtkmodules.vtkCommonMath import vtkMatrix4x4

    result = vtkMatrix4x4()
    result.DeepCopy(matrix.ravel().tolist())
    return result


def array_of_matrix(matrix: Any) -> np.ndarray:
    """Return a ``vtkMatrix4x4`` as a 4 x 4 array."""
    return np.array([[matrix.GetElement(row, column) for column in range(4)] for row in range(4)])
