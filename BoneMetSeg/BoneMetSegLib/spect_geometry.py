"""Where the slices of a reconstructed SPECT object lie in the patient, as DICOM says it (floor 2).

PS3.3 C.8.4.11 (NM Detector) holds position and orientation in the Detector Information Sequence, C.8.4.15 (NM
Reconstruction) the spacing along the normal of the first frame, whose sign is the direction of stacking, and C.8.4.8
(NM Multi-frame) the order of the frames in the Slice Vector.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .dicom_elements import items, number, numbers, vector
from .errors import InputError
from .scan import ras_from_lps

if TYPE_CHECKING:
    from pydicom import Dataset

_COSINE_TOLERANCE = 1e-3
_STEP_TOLERANCE = 0.02  # of a step: positions are written with few decimals
_STEP_TOLERANCE_MM = 0.05


@dataclass(frozen=True)
class SliceAxes:
    """How one slice lies: row and column cosines in LPS, (height, width) of a pixel in mm, first voxel in LPS mm.

    ``position`` is ``None`` where the file does not say it.
    """

    along_row: np.ndarray
    along_column: np.ndarray
    pixel_mm: tuple[float, float]
    position: np.ndarray | None

    @property
    def normal(self) -> np.ndarray:
        """Row x column: positive spacing stacks along it."""
        return np.cross(self.along_row, self.along_column)

    def ijk_to_ras(self, position: np.ndarray, step_mm: float) -> np.ndarray:
        """Return the 4 x 4 matrix of slices ``step_mm`` apart along the normal, the first one at ``position``."""
        height_mm, width_mm = self.pixel_mm
        ijk_to_lps = np.eye(4)
        ijk_to_lps[:3, 0] = self.along_row * width_mm
        ijk_to_lps[:3, 1] = self.along_column * height_mm
        ijk_to_lps[:3, 2] = self.normal * step_mm
        ijk_to_lps[:3, 3] = position
        return ras_from_lps(ijk_to_lps)


def slice_axes(name: str, dataset: Dataset) -> SliceAxes:
    """Return how the (first) slice of an object lies.

    Parameters
    ----------
    name : str
        The file's name, for the error.
    dataset : Dataset
        Orientation and position are read from the Detector Information Sequence, of whose items the Detector Vector may
        choose one, else from the data set itself.

    Raises
    ------
    InputError
        The orientation is missing, said differently by several detectors, or no pair of perpendicular directions; the
        pixel size is missing.
    """
    detectors = _detectors(dataset)
    orientation = _only_one(name, dataset, detectors, "ImageOrientationPatient", 6)
    if orientation is None:
        raise InputError(f"{name} does not say how its slices lie in the patient (Image Orientation is missing)")
    row, column = np.split(orientation, 2)
    perpendicular = abs(row @ column) < _COSINE_TOLERANCE
    if not perpendicular or any(abs(np.linalg.norm(axis) - 1) > _COSINE_TOLERANCE for axis in (row, column)):
        raise InputError(f"{name} has an Image Orientation that is no pair of perpendicular directions")
    pixel = numbers(dataset, "PixelSpacing")
    if len(pixel) != 2 or not all(mm > 0 for mm in pixel):
        raise InputError(f"{name} does not say how large a pixel is (Pixel Spacing is missing)")
    return SliceAxes(row, column, (pixel[0], pixel[1]), _only_one(name, dataset, detectors, "ImagePositionPatient", 3))


def _detectors(dataset: Dataset) -> list[Dataset]:
    """Return the detectors that the slices may be of: the one that the Detector Vector names, else all."""
    described, named = items(dataset, "DetectorInformationSequence"), set(vector(dataset, "DetectorVector"))
    chosen = [item for number_of, item in enumerate(described, start=1) if named == {number_of}]
    return chosen or described


def _only_one(name: str, dataset: Dataset, detectors: list[Dataset], keyword: str, count: int) -> np.ndarray | None:
    found = [np.array(values) for detector in detectors if (values := numbers(detector, keyword))]
    found = found or [np.array(values) for values in [numbers(dataset, keyword)] if values]
    if not found:
        return None
    first = found[0]
    if len(first) != count or not np.isfinite(first).all():
        raise InputError(f"{name} has a damaged {keyword}: {count} numbers are needed")
    if any(other.shape != first.shape or not np.allclose(other, first, atol=1e-2) for other in found[1:]):
        raise InputError(f"{name} says its {keyword} twice and differently, so how its slices lie is not known")
    return first


# --- one object of many frames ----------------------------------------------------------------------------------------


def stack_of_frames(name: str, dataset: Dataset, frames: int) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Return the order and the geometry of the frames of a reconstructed object.

    Returns
    -------
    order : numpy.ndarray
        ``(frames,)``: for each k the frame (0-based) that lies there, k in the order of the slice numbers.
    ijk_to_ras : numpy.ndarray
        ``(4, 4)`` of the volume in that order; left-handed where the spacing is negative.
    warnings : list of str

    Raises
    ------
    InputError
        Orientation, pixel size or the distance of the slices is missing; the Slice Vector is no order of slices.
    """
    axes = slice_axes(name, dataset)
    number_of = _slice_numbers(name, dataset, frames)
    step_mm, warnings = _step(name, dataset)
    order = np.argsort(number_of)
    # Image Position is that of the first frame that was stored, which need not be slice 1.
    before = int(number_of[0]) - 1
    if before:
        warnings.append(
            f"The first image is slice {number_of[0]}, not slice 1; the file's position was taken to be that image's."
        )
    if axes.position is None:
        matrix = axes.ijk_to_ras(np.zeros(3), step_mm)
        centre = matrix @ [(int(dataset.Columns) - 1) / 2, (int(dataset.Rows) - 1) / 2, (frames - 1) / 2, 1.0]
        matrix[:3, 3] = -centre[:3]
        warnings.append("The file does not say where its slices lie: the volume's centre was put at 0, 0, 0.")
        return order, matrix, warnings
    return order, axes.ijk_to_ras(axes.position - before * step_mm * axes.normal, step_mm), warnings


def _slice_numbers(name: str, dataset: Dataset, frames: int) -> np.ndarray:
    """Return the number (1-based) of each frame's slice."""
    numbers_of = vector(dataset, "SliceVector") or list(range(1, frames + 1))
    if sorted(numbers_of) != list(range(1, frames + 1)):
        raise InputError(f"{name} holds {frames} images, but its Slice Vector does not number {frames} slices")
    said = dataset.get("NumberOfSlices")
    if said and int(said) != frames:
        raise InputError(f"{name} says it has {int(said)} slices, but it holds {frames} images")
    for keyword, what in (("EnergyWindowVector", "energy windows"), ("TimeSliceVector", "time slices")):
        if len(set(vector(dataset, keyword))) > 1:
            raise InputError(f"{name} holds slices of several {what}; export the volume of one alone")
    return np.array(numbers_of)


def _step(name: str, dataset: Dataset) -> tuple[float, list[str]]:
    """Return the signed distance of the slices along the normal in mm, and sentences for the user."""
    spacing, thickness = number(dataset, "SpacingBetweenSlices"), number(dataset, "SliceThickness")
    if spacing:
        return spacing, []
    if not thickness or thickness < 0:
        raise InputError(f"{name} does not say how far its slices are apart (Spacing Between Slices is missing)")
    note = (
        f"Spacing Between Slices is missing: the slices were taken to follow each other without gap, {thickness:g} mm "
        f"apart (Slice Thickness), along the normal of the first; check head and feet."
    )
    return thickness, [note]


# --- many objects of one frame ----------------------------------------------------------------------------------------


def stack_of_objects(name: str, axes: list[SliceAxes]) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Return the order and the geometry of single-frame objects, sorted by their positions along the normal.

    Parameters
    ----------
    name : str
        The series in words, for the error.
    axes : list of SliceAxes
        One per object, in any order.

    Returns
    -------
    order, ijk_to_ras, warnings
        As ``stack_of_frames``; the slices follow the normal.

    Raises
    ------
    InputError
        An object has no position, two share one, they lie differently, or one between them is missing.
    """
    first = axes[0]
    for one in axes:
        if one.position is None:
            raise InputError(f"{name} holds a slice that does not say where it lies (Image Position is missing)")
        same = np.allclose([one.along_row, one.along_column], [first.along_row, first.along_column], atol=1e-3)
        if not same or not np.allclose(one.pixel_mm, first.pixel_mm, rtol=1e-3):
            raise InputError(f"{name} holds slices that lie differently or have pixels of different sizes")
    positions = np.array([one.position for one in axes])
    heights = positions @ first.normal
    order = np.argsort(heights)
    steps = np.diff(heights[order])
    step_mm = float(np.median(steps))
    tolerance_mm = max(_STEP_TOLERANCE * step_mm, _STEP_TOLERANCE_MM)
    if steps.min() < tolerance_mm:
        raise InputError(f"{name} holds two different slices at one position; give the files of one volume")
    # Of two distances the smaller is the step: a missing slice leaves the larger.
    smallest_mm = float(steps.min())
    if steps.max() - smallest_mm > 2 * tolerance_mm:
        gap = int(np.argmax(steps))
        raise InputError(
            f"{name} lacks slices: after slice {gap + 1} of {len(axes)} the next is {steps[gap]:.4g} mm away, "
            f"elsewhere {smallest_mm:.4g} mm"
        )
    # Beside a straight stack along the normal nothing is a volume of voxels.
    along = positions[order] - heights[order][:, np.newaxis] * first.normal
    if np.abs(along - along[0]).max() > _STEP_TOLERANCE_MM + _STEP_TOLERANCE * min(first.pixel_mm):
        raise InputError(f"{name} holds slices that are shifted against each other, which is no volume of voxels")
    mean_mm = float(heights[order][-1] - heights[order][0]) / (len(axes) - 1)
    return order, first.ijk_to_ras(positions[order[0]], mean_mm), []
