"""What a scan is, and which side is left (floor 1).

This is the only module that knows left from right in pixels. Everything else asks a view for ``ijk_to_ras``,
``to_anterior_order`` or ``from_anterior_order``, and a volume for ``ijk_to_ras``.

Conventions
-----------
Arrays are ``(rows, columns)``: row 0 is the head end, as whole-body scans are acquired. In the anterior view the
patient's right is at column 0; in the posterior view, as the camera sees it, the patient's left is. A posterior view
whose export mirrored it (``mirrored=True``) looks like an anterior one.

SPECT volumes are ``(k, j, i)``: slices, rows, columns. Where they lie in the patient is ``ijk_to_ras`` alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar, Literal, TypeVar

import numpy as np

# A name among VIEWS. Plain text, since names come from files and are keys of mappings everywhere.
View = str
VIEWS: tuple[View, ...] = ("anterior", "posterior")

# A convention without depth: a planar image has none. Design: anterior plane in front of the patient, posterior behind.
PLANE_A_MM: dict[str, float] = {"anterior": 100.0, "posterior": -100.0}
PLANE_THICKNESS_MM = 1.0


@dataclass(frozen=True)
class Identity:
    """Who and which study. Stored in OUT and the scene only; never logged, so ``repr`` shows nothing."""

    patient_id: str = field(default="", repr=False)
    patient_name: str = field(default="", repr=False)
    study_instance_uid: str = field(default="", repr=False)
    accession_number: str = field(default="", repr=False)


@dataclass(frozen=True)
class PlanarView:
    """One planar view, pixels as acquired.

    Attributes
    ----------
    view : {"anterior", "posterior"}
    counts : numpy.ndarray
        ``(rows, columns)``, float32, counts per pixel after rescale, as acquired (never mirrored, never resampled).
    pixel_size_mm : tuple of float
        (row spacing, column spacing): height then width of a pixel, in mm.
    pixel_size_source : {"file", "given", "assumed"}
        "given" by ``--pixel-size-mm``.
    view_source : str
        How the view was known, in words: "View Code Sequence", "series description", "--view", ...
    mirrored : bool
        True for a posterior view whose export put the patient's right at column 0.
    sop_instance_uid, frame_number
        The DICOM image and its frame (1-based); empty and 1 for other files.
    """

    view: View
    counts: np.ndarray
    pixel_size_mm: tuple[float, float]
    pixel_size_source: Literal["file", "given", "assumed"] = "file"
    view_source: str = ""
    mirrored: bool = False
    sop_instance_uid: str = field(default="", repr=False)
    frame_number: int = 1

    @property
    def patient_right_first(self) -> bool:
        """True where column 0 is the patient's right."""
        return self.view == "anterior" or self.mirrored

    @property
    def pixel_area_mm2(self) -> float:
        """Area of a pixel in mm2."""
        return self.pixel_size_mm[0] * self.pixel_size_mm[1]

    @property
    def spacing_by_axis_mm(self) -> tuple[float, ...]:
        """Distance of neighbours along each axis of ``counts``."""
        return self.pixel_size_mm

    size_name: ClassVar[str] = "area_mm2"
    """What the size of a focus is called."""

    @property
    def element_size(self) -> float:
        """The size of one element of ``counts``, as ``size_name`` says."""
        return self.pixel_area_mm2

    def centre_ras_mm(self, mask: np.ndarray) -> np.ndarray:
        """Return where the centre of a mask lies: R, A, S in mm."""
        rows, columns = np.nonzero(mask)
        return (self.ijk_to_ras @ np.array([columns.mean(), rows.mean(), 0.0, 1.0]))[:3]

    @property
    def total_counts(self) -> float:
        """Sum of the counts of the view."""
        return float(self.counts.sum(dtype=np.float64))

    @property
    def ijk_to_ras(self) -> np.ndarray:
        """The 4 x 4 matrix from (column, row, 0) to RAS in mm: right-handed, image centre at R = 0, S = 0.

        Anterior: i to -R, j to -S, k to -A. Posterior: i to +R, j to -S, k to +A (``design.md``, "Geometry").
        """
        rows, columns = self.counts.shape
        height_mm, width_mm = self.pixel_size_mm
        i_toward_r = -1.0 if self.patient_right_first else 1.0
        matrix = np.eye(4)
        matrix[0, 0] = i_toward_r * width_mm
        matrix[0, 3] = -i_toward_r * width_mm * (columns - 1) / 2
        matrix[1, 1] = 0.0
        matrix[2, 2] = 0.0
        matrix[2, 1] = -height_mm
        matrix[2, 3] = height_mm * (rows - 1) / 2
        matrix[1, 2] = i_toward_r * PLANE_THICKNESS_MM
        matrix[1, 3] = PLANE_A_MM[self.view]
        return matrix

    def to_anterior_order(self, image: np.ndarray) -> np.ndarray:
        """Return ``image`` (..., rows, columns) with the patient's right at column 0."""
        return image if self.patient_right_first else image[..., ::-1]

    def from_anterior_order(self, image: np.ndarray) -> np.ndarray:
        """Return ``image`` (..., rows, columns), whose column 0 is the patient's right, in the acquired order."""
        return image if self.patient_right_first else image[..., ::-1]


AnyScan = TypeVar("AnyScan", bound="Acquisition")


@dataclass(frozen=True, kw_only=True)
class Acquisition:
    """Who was scanned, when, with what, and what was assumed while reading.

    Attributes
    ----------
    modality, acquisition_date, acquisition_time, injection_time : str
        As DICOM writes them (``YYYYMMDD``, ``HHMMSS``), empty where unknown.
    radiopharmaceutical, device : str
        As the file names them, empty where unknown.
    source_format : str
        "DICOM", "NRRD", "NIfTI" or "MHA".
    lossy : bool
        The pixels went through lossy compression.
    identity : Identity
    warnings : tuple of str
        Sentences for the user: what was assumed while reading.
    """

    modality: str = "NM"
    acquisition_date: str = ""
    acquisition_time: str = ""
    injection_time: str = ""
    radiopharmaceutical: str = ""
    device: str = ""
    source_format: str = "DICOM"
    lossy: bool = False
    identity: Identity = field(default_factory=Identity)
    warnings: tuple[str, ...] = ()

    def with_warnings(self: AnyScan, *sentences: str) -> AnyScan:
        """Return the same scan with more warnings."""
        return replace(self, warnings=(*self.warnings, *sentences))


@dataclass(frozen=True)
class PlanarScan(Acquisition):
    """A planar whole-body bone scan: an anterior view, a posterior view, or both.

    Attributes
    ----------
    views : mapping from "anterior" / "posterior" to PlanarView
    """

    views: Mapping[str, PlanarView]

    kind: Literal["planar"] = "planar"


# What the voxels of a SPECT volume hold.
Quantity = Literal["counts", "Bq/ml", "SUVbw"]
QUANTITIES: tuple[Quantity, ...] = ("counts", "Bq/ml", "SUVbw")


SPECT_VIEW = "spect"
"""The one view of a SPECT scan, where something asks for views."""


@dataclass(frozen=True)
class SpectView:
    """A SPECT volume as findings look at it, in the terms of a planar view.

    Attributes
    ----------
    counts : numpy.ndarray
        ``(k, j, i)``, float32, in the scan's quantity, which need not be counts.
    ijk_to_ras : numpy.ndarray
    """

    counts: np.ndarray
    ijk_to_ras: np.ndarray
    view: View = SPECT_VIEW

    size_name: ClassVar[str] = "volume_ml"

    @property
    def spacing_by_axis_mm(self) -> tuple[float, ...]:
        """Distance of neighbours along k, j and i."""
        i_mm, j_mm, k_mm = np.linalg.norm(self.ijk_to_ras[:3, :3], axis=0)
        return float(k_mm), float(j_mm), float(i_mm)

    @property
    def element_size(self) -> float:
        """Volume of a voxel in ml."""
        return float(np.linalg.det(self.ijk_to_ras[:3, :3])) / 1000

    def centre_ras_mm(self, mask: np.ndarray) -> np.ndarray:
        """Return where the centre of a mask lies: R, A, S in mm."""
        k, j, i = (axis.mean() for axis in np.nonzero(mask))
        return (self.ijk_to_ras @ np.array([i, j, k, 1.0]))[:3]

    def height_mm(self) -> np.ndarray:
        """Return S of each voxel's centre, ``(k, j, i)``, in mm."""
        k, j, i = np.ogrid[tuple(slice(extent) for extent in self.counts.shape)]
        along = self.ijk_to_ras[2]
        return np.asarray(along[0] * i + along[1] * j + along[2] * k + along[3])


AnyView = PlanarView | SpectView


@dataclass(frozen=True)
class SpectScan(Acquisition):
    """A reconstructed SPECT volume, voxels as stored, in a right-handed order.

    Attributes
    ----------
    voxels : numpy.ndarray
        ``(k, j, i)``, float32, in ``quantity``.
    ijk_to_ras : numpy.ndarray
        ``(4, 4)``, from (i, j, k) to RAS in mm, right-handed.
    quantity : {"counts", "Bq/ml", "SUVbw"}
        SUVbw is the standardized uptake value by body weight, in g/ml.
    quantity_reason : str
        Why it is this quantity and, where it is not SUVbw, why not; a sentence without its full stop.
    slice_sources : tuple of (str, int)
        For each k the SOP instance UID and the frame number (1-based) it was read from; empty for other files.
    """

    voxels: np.ndarray
    ijk_to_ras: np.ndarray
    quantity: Quantity = "counts"
    quantity_reason: str = ""
    slice_sources: tuple[tuple[str, int], ...] = field(default=(), repr=False)

    kind: Literal["spect"] = "spect"

    @property
    def views(self) -> Mapping[str, SpectView]:
        """The volume as the only view, "spect"."""
        return {SPECT_VIEW: SpectView(self.voxels, self.ijk_to_ras)}

    @property
    def spacing_mm(self) -> tuple[float, float, float]:
        """Distance of neighbouring voxels along i, j and k, in mm."""
        i_mm, j_mm, k_mm = np.linalg.norm(self.ijk_to_ras[:3, :3], axis=0)
        return float(i_mm), float(j_mm), float(k_mm)

    @property
    def voxel_volume_ml(self) -> float:
        """Volume of a voxel in ml."""
        return float(np.linalg.det(self.ijk_to_ras[:3, :3])) / 1000

    @property
    def total(self) -> float:
        """Sum of the voxels, in ``quantity``: the counts of the volume where these are counts."""
        return float(self.voxels.sum(dtype=np.float64))

    @property
    def total_activity_mbq(self) -> float | None:
        """Activity in the volume in MBq, ``None`` where voxels are not Bq/ml."""
        return self.total * self.voxel_volume_ml / 1e6 if self.quantity == "Bq/ml" else None

    def to_ras(self, i: float, j: float, k: float) -> np.ndarray:
        """Return where a voxel's centre lies: R, A, S in mm."""
        return (self.ijk_to_ras @ np.array([i, j, k, 1.0]))[:3]


Scan = PlanarScan | SpectScan


def ras_from_lps(ijk_to_lps: np.ndarray) -> np.ndarray:
    """Return a 4 x 4 matrix to RAS, as Slicer has it, from one to LPS, as DICOM and ITK have it; and back."""
    return np.diag([-1.0, -1.0, 1.0, 1.0]) @ ijk_to_lps


def right_handed(voxels: np.ndarray, ijk_to_ras: np.ndarray) -> tuple[np.ndarray, np.ndarray, bool]:
    """Return a volume ``(k, j, i)`` and its matrix with the slices in right-handed order, and whether they were turned.

    Each voxel stays where it is in the patient.
    """
    if np.linalg.det(ijk_to_ras[:3, :3]) > 0:
        return voxels, ijk_to_ras, False
    turned = ijk_to_ras.copy()
    turned[:3, 2] = -ijk_to_ras[:3, 2]
    turned[:3, 3] = ijk_to_ras[:3, 3] + (voxels.shape[0] - 1) * ijk_to_ras[:3, 2]
    return voxels[::-1], turned, True
