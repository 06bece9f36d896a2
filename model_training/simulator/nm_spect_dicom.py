"""SPECT volumes as DICOM Nuclear Medicine objects of Image Type RECON TOMO, in the manners of several cameras.

The modules are those of DICOM PS3.3 A.5 (Nuclear Medicine Image IOD), C.8.4.8 (multi-frame), C.8.4.11 (detector: it
holds position and orientation), C.8.4.15 (reconstruction: the sign of the spacing is the direction of stacking).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.sequence import Sequence as ItemSequence
from pydicom.tag import Tag
from pydicom.uid import ExplicitVRLittleEndian, NuclearMedicineImageStorage

from .nm_dicom import (
    Study,
    add_patient_and_study,
    add_series,
    code_item,
    energy_windows,
    make_uid,
    radiopharmaceuticals,
)

AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
_UNIT_MEANINGS = {"Bq/ml": "Becquerels/milliliter", "g/ml{SUVbw}": "Standardized Uptake Value body weight"}


@dataclass(frozen=True)
class SpectGeometry:
    """Where the slices lie, as the elements of those names hold it; ``None`` leaves an element empty.

    Attributes
    ----------
    pixel_mm : tuple of float
        (row spacing, column spacing) in mm.
    spacing_mm : float or None
        Spacing Between Slices: negative stacks against the normal (row x column).
    thickness_mm : float or None
        Slice Thickness.
    orientation : tuple of float or None
        Row and column cosines in LPS.
    position : tuple of float or None
        Centre of the first voxel of the first frame, LPS in mm.
    """

    pixel_mm: tuple[float, float] = (4.8, 4.8)
    spacing_mm: float | None = 4.8
    thickness_mm: float | None = 4.8
    orientation: tuple[float, ...] | None = AXIAL
    position: tuple[float, float, float] | None = (-150.0, -120.0, -200.0)


@dataclass(frozen=True)
class Calibration:
    """What a quantitative camera writes beside the pixels; ``None`` and empty leave an element out.

    Attributes
    ----------
    unit : str
        UCUM unit of the Real World Value Mapping, "" for none.
    slope, intercept : float
        Of that mapping, from stored values.
    rescale_slope : float or None
    weight_kg : float or None
    dose_mbq : float or None
        Radionuclide Total Dose, in NM in MBq (PS3.3 C.8.4.10.1.7).
    half_life_s : float or None
    decay_correction : str
        Decay Correction (0054,1102): "START", "ADMIN", "NONE", "" for none.
    start_date_time : str
        Radiopharmaceutical Start DateTime, "" for none (the study's time alone is written then).
    """

    unit: str = ""
    slope: float = 1.0
    intercept: float = 0.0
    rescale_slope: float | None = None
    weight_kg: float | None = None
    dose_mbq: float | None = None
    half_life_s: float | None = None
    decay_correction: str = ""
    start_date_time: str = ""


@dataclass(frozen=True)
class SpectManner:
    """How a camera or an archive writes its objects.

    Attributes
    ----------
    image_type : str
        Value 3 of Image Type.
    slice_vector : sequence of int or None
        Number of each frame's slice; by default 1, 2, 3 ...
    series_description : str
    """

    image_type: str = "RECON TOMO"
    slice_vector: Sequence[int] | None = None
    series_description: str = "Bone SPECT AC"


@dataclass(frozen=True)
class SpectObject:
    """All that is written besides the voxels."""

    geometry: SpectGeometry = field(default_factory=SpectGeometry)
    calibration: Calibration = field(default_factory=Calibration)
    manner: SpectManner = field(default_factory=SpectManner)
    study: Study = field(default_factory=Study)


def write_spect_nm(path: str | Path, voxels: np.ndarray, how: SpectObject | None = None) -> Path:
    """Write a reconstructed volume as one DICOM object of many frames.

    Parameters
    ----------
    path : str or Path
        File to write.
    voxels : numpy.ndarray
        ``(frames, rows, columns)``, uint16, stored values in the order of the frames.
    how : SpectObject, optional

    Returns
    -------
    Path
        The file, the same bytes for the same arguments.

    Raises
    ------
    ValueError
        The voxels are no uint16 volume.
    """
    how = how or SpectObject()
    dataset = _dataset(path, voxels, how)
    numbers = list(how.manner.slice_vector or range(1, len(voxels) + 1))
    dataset.FrameIncrementPointer = Tag("SliceVector")
    dataset.SliceVector, dataset.NumberOfSlices = numbers, len(voxels)
    dataset.NumberOfFrames = len(voxels)
    _add_detector(dataset, how.geometry, how.geometry.position)
    _add_pixels(dataset, voxels, "volume")
    dataset.save_as(path, enforce_file_format=True)
    return Path(path)


def write_spect_series(folder: str | Path, voxels: np.ndarray, how: SpectObject | None = None) -> list[Path]:
    """Write a reconstructed volume as a series of single-frame objects, as some archives hold it.

    Parameters
    ----------
    folder : str or Path
        Existing folder; the files are named ``slice_001.dcm`` and on, in the order of ``voxels``.
    voxels : numpy.ndarray
        ``(slices, rows, columns)``, uint16.
    how : SpectObject, optional
        With a position and a spacing.

    Returns
    -------
    list of Path

    Raises
    ------
    ValueError
        The voxels are no uint16 volume, or position, orientation or spacing is ``None``.
    """
    how = how or SpectObject()
    geometry = how.geometry
    if geometry.position is None or geometry.orientation is None or geometry.spacing_mm is None:
        raise ValueError("single-frame objects need a position, an orientation and a spacing")
    row, column = np.split(np.array(geometry.orientation), 2)
    step = np.cross(row, column) * geometry.spacing_mm
    paths = []
    for index, pixels in enumerate(voxels):
        path = Path(folder) / f"slice_{index + 1:03d}.dcm"
        dataset = _dataset(path, voxels, how)
        dataset.InstanceNumber = str(index + 1)
        dataset.FrameIncrementPointer = Tag("SliceVector")
        dataset.SliceVector, dataset.NumberOfSlices, dataset.NumberOfFrames = 1, 1, 1
        _add_detector(dataset, geometry, tuple(np.array(geometry.position) + index * step))
        _add_pixels(dataset, pixels[np.newaxis], f"slice {index}")
        dataset.save_as(path, enforce_file_format=True)
        paths.append(path)
    return paths


def _dataset(path: str | Path, voxels: np.ndarray, how: SpectObject) -> FileDataset:
    """Return an object with all but its frames."""
    if voxels.ndim != 3 or voxels.dtype != np.uint16:
        raise ValueError("voxels must be a uint16 array of (slices, rows, columns)")
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = NuclearMedicineImageStorage
    dataset = FileDataset(str(path), {}, file_meta=meta, preamble=b"\0" * 128)
    dataset.SOPClassUID = NuclearMedicineImageStorage
    add_patient_and_study(dataset, how.study)
    add_series(dataset, how.study, how.manner.series_description)
    _add_image(dataset, how)
    _add_calibration(dataset, how)
    parts = (dataset.StudyInstanceUID, str(how), hashlib.sha256(voxels.tobytes()).hexdigest())
    dataset.SeriesInstanceUID = make_uid("spect series", *parts)
    dataset.FrameOfReferenceUID, dataset.PositionReferenceIndicator = make_uid("spect frame", *parts), ""
    return dataset


def _add_image(dataset: Dataset, how: SpectObject) -> None:
    study, geometry = how.study, how.geometry
    dataset.ImageType = ["DERIVED", "PRIMARY", how.manner.image_type, "EMISSION"]
    dataset.InstanceNumber = "1"
    dataset.ContentDate, dataset.ContentTime = study.acquisition_date, study.acquisition_time
    dataset.AcquisitionDate, dataset.AcquisitionTime = study.acquisition_date, study.acquisition_time
    dataset.PatientOrientation = ""
    dataset.PixelSpacing = [f"{mm:.10g}" for mm in geometry.pixel_mm]
    dataset.SliceThickness = _decimal(geometry.thickness_mm)
    dataset.SpacingBetweenSlices = _decimal(geometry.spacing_mm)
    dataset.AcquisitionTerminationCondition = "TIME"
    dataset.AcquisitionContextSequence = ItemSequence()
    dataset.EnergyWindowInformationSequence = energy_windows(with_scatter=False)
    dataset.NumberOfEnergyWindows, dataset.NumberOfDetectors = 1, 1


def _add_detector(dataset: Dataset, geometry: SpectGeometry, position: Sequence[float] | None) -> None:
    detector = Dataset()
    detector.CollimatorType, detector.CollimatorGridName, detector.FocalDistance = "PARA", "LEHR", "0"
    # As decimal strings of at most 16 characters.
    detector.ImageOrientationPatient = geometry.orientation and [f"{cosine:.9g}" for cosine in geometry.orientation]
    detector.ImagePositionPatient = None if position is None else [f"{mm:.9g}" for mm in position]
    dataset.DetectorInformationSequence = ItemSequence([detector])


def _add_calibration(dataset: Dataset, how: SpectObject) -> None:
    calibration = how.calibration
    dataset.RadiopharmaceuticalInformationSequence = radiopharmaceuticals(how.study)
    (drug,) = dataset.RadiopharmaceuticalInformationSequence
    if calibration.start_date_time:
        drug.RadiopharmaceuticalStartDateTime = calibration.start_date_time
    if calibration.dose_mbq is not None:
        drug.RadionuclideTotalDose = f"{calibration.dose_mbq:g}"
    if calibration.half_life_s is not None:
        drug.RadionuclideHalfLife = f"{calibration.half_life_s:g}"
    if calibration.weight_kg is not None:
        dataset.PatientWeight = f"{calibration.weight_kg:g}"
    if calibration.decay_correction:
        dataset.DecayCorrection = calibration.decay_correction
    if calibration.rescale_slope is not None:
        dataset.RescaleSlope, dataset.RescaleIntercept = f"{calibration.rescale_slope:g}", "0"
    if calibration.unit:
        mapping = Dataset()
        mapping.RealWorldValueSlope, mapping.RealWorldValueIntercept = calibration.slope, calibration.intercept
        mapping.LUTExplanation, mapping.LUTLabel = "Activity concentration", "BQML"
        dataset.PixelRepresentation = 0  # the ambiguous VR of the two bounds follows it
        mapping.RealWorldValueFirstValueMapped, mapping.RealWorldValueLastValueMapped = 0, 65535
        meaning = _UNIT_MEANINGS.get(calibration.unit, calibration.unit)
        mapping.MeasurementUnitsCodeSequence = ItemSequence([code_item(calibration.unit, "UCUM", meaning)])
        dataset.RealWorldValueMappingSequence = ItemSequence([mapping])


def _add_pixels(dataset: FileDataset, frames: np.ndarray, content: str) -> None:
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.Rows, dataset.Columns = frames.shape[1:]
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 16, 16, 15, 0
    dataset.CountsAccumulated = str(int(frames.sum(dtype=np.int64)))
    dataset.PixelData = frames.astype("<u2").tobytes()
    dataset["PixelData"].VR = "OW"
    uid = make_uid("spect image", dataset.SeriesInstanceUID, content)
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = uid


def _decimal(mm: float | None) -> str | None:
    return None if mm is None else f"{mm:.10g}"
