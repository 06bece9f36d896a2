"""Simulated planar scans as DICOM Nuclear Medicine objects, in the manners of several cameras.

The modules and attribute types are those of DICOM PS3.3 A.5 (Nuclear Medicine Image IOD) and C.8.4.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.sequence import Sequence as ItemSequence
from pydicom.tag import Tag
from pydicom.uid import (
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    NuclearMedicineImageStorage,
    SecondaryCaptureImageStorage,
    generate_uid,
)

from BoneMetSegLib.scan import View

ViewNaming = Literal["code", "legacy code", "meaning", "series description", "none"]
Orientation = Literal["", "patient", "image"]
DrugDetail = Literal["name", "code", "dose"]

# DICOM CID 26; the older codes are those of SNOMED before 2017.
_VIEW_CODES = {
    "code": {"anterior": ("399321004", "SCT"), "posterior": ("399001007", "SCT")},
    "legacy code": {"anterior": ("G-5215", "SNM3"), "posterior": ("G-5216", "SNM3")},
    "meaning": {"anterior": ("ANT", "99CAMERA"), "posterior": ("POST", "99CAMERA")},
}
_TC99M_KEV = 140.5
_SCATTER_KEV = (109.0, 125.0)


@dataclass(frozen=True)
class Study:
    """Who was scanned when, with what, on which camera, as the elements of those names hold it.

    Dates are ``YYYYMMDD``, times ``HHMMSS``. Without ``study_instance_uid`` one follows from patient and date. What is
    empty or zero is not stated.
    """

    patient_id: str = "SIMULATED-1"
    patient_name: str = "Simulated^Patient"
    study_instance_uid: str = ""
    accession_number: str = ""
    acquisition_date: str = "20250301"
    acquisition_time: str = "133000"
    injection_time: str = "103000"
    radiopharmaceutical: str = "Tc-99m MDP"
    manufacturer: str = "BoneMetSeg"
    model_name: str = "Simulator"
    character_set: str = "ISO_IR 192"
    patient_sex: str = ""
    patient_age: str = ""
    patient_weight_kg: float = 0.0
    patient_height_cm: float = 0.0
    injected_mbq: float = 0.0

    @property
    def uid(self) -> str:
        """The study instance UID."""
        return self.study_instance_uid or make_uid("study", self.patient_id, self.acquisition_date)


@dataclass(frozen=True)
class Sweep:
    """How a whole body was scanned, for those manners that state it.

    Attributes
    ----------
    velocity_mm_per_s, length_mm : float
        Of the bed's way.
    window_percent : float
        Full width of the energy window about 140.5 keV.
    collimator : str
    stepped : bool
    follows_body : bool
        The head followed the patient's contour.
    """

    velocity_mm_per_s: float = 2.0
    length_mm: float = 2000.0
    window_percent: float = 20.0
    collimator: str = "LEHR"
    stepped: bool = False
    follows_body: bool = False


@dataclass(frozen=True)
class Manner:
    """How a camera or an archive writes its objects.

    Attributes
    ----------
    view_naming : {"code", "legacy code", "meaning", "series description", "none"}
        How the object says which view a frame shows: codes of CID 26, codes of the older SNOMED, a private code whose
        meaning is "ANT" or "POST", the series description of a single-view object, or not at all.
    series_description : str, optional
        Other series description than the one that fits ``view_naming``; "{view}" becomes ANT or POST.
    image_type : str
        Value 3 of Image Type.
    secondary_capture : bool
        A Secondary Capture of modality NM, as older archives hold them (a single view).
    implicit_vr, big_endian : bool
        Implicit VR little endian or explicit VR big endian instead of explicit VR little endian.
    rescale_slope : float, optional
        Counts per stored value.
    vendor, manufacturer, model_name : str
        Which preset this is; what the object says instead of the study's manufacturer and model.
    one_view_each : bool
        One object per view (detector); ``case_dicom.write_case_dicom`` asks for it.
    states_pixel_spacing : bool
    orientation : {"", "patient", "image"}
        Whether Patient Orientation (of a single view) or Image Orientation of each detector says where rows run.
    mirrored_posterior : bool
        The export turned the posterior view: the patient's right is at column 0.
    states_sweep : bool
        Scan velocity, length and duration.
    drug : {"name", "code", "dose"}
        The radiopharmaceutical by name, with its code, or with its code, route and dose.
    counts_accumulated : bool
    energy_window_name : str
    eight_bits : bool
        One byte per pixel, where the counts fit.
    """

    view_naming: ViewNaming = "code"
    series_description: str | None = None
    image_type: str = "WHOLE BODY"
    secondary_capture: bool = False
    implicit_vr: bool = False
    rescale_slope: float | None = None
    vendor: str = ""
    manufacturer: str = ""
    model_name: str = ""
    big_endian: bool = False
    one_view_each: bool = False
    states_pixel_spacing: bool = True
    orientation: Orientation = ""
    mirrored_posterior: bool = False
    states_sweep: bool = False
    drug: DrugDetail = "name"
    counts_accumulated: bool = True
    energy_window_name: str = "photopeak"
    eight_bits: bool = False


def write_planar_nm(
    path: str | Path,
    counts: Mapping[View, np.ndarray],
    pixel_size_mm: float | tuple[float, float] | None,
    *,
    view_order: Sequence[View] = ("anterior", "posterior"),
    detector_order: Sequence[View] = ("anterior", "posterior"),
    scatter_window: Mapping[View, np.ndarray] | None = None,
    study: Study | None = None,
    manner: Manner | None = None,
    sweep: Sweep | None = None,
) -> Path:
    """Write a planar whole-body scan as one DICOM object.

    Parameters
    ----------
    path : str or Path
        File to write.
    counts : mapping from view to numpy.ndarray
        ``(rows, columns)``, uint16, as acquired: the patient's right at column 0 of the anterior view, at the last
        column of the posterior one. One view or both, of one size. Stored values where ``manner.rescale_slope`` is set.
    pixel_size_mm : float, (height, width) or None
        Size of a pixel in mm; ``None`` writes an empty Pixel Spacing, as some cameras do.
    view_order : sequence of view
        Order of the frames.
    detector_order : sequence of view
        Order of the items of the Detector Information Sequence, that is, which camera head is detector 1.
    scatter_window : mapping from view to numpy.ndarray, optional
        Counts of a second energy window, stored before the photopeak's frames.
    study : Study, optional
    manner : Manner, optional
    sweep : Sweep, optional
        Velocity, length, window and collimator; stated where the manner states them.

    Returns
    -------
    Path
        The file, the same bytes for the same arguments.

    Raises
    ------
    ValueError
        The views differ in size, are no uint16 images, or a Secondary Capture of two views is asked for.
    """
    study, manner, sweep = study or Study(), manner or Manner(), sweep or Sweep()
    if manner.mirrored_posterior and "posterior" in counts:
        counts = {**counts, "posterior": counts["posterior"][:, ::-1]}
    order = [view for view in view_order if view in counts]
    frames = [(view, 2 if scatter_window else 1, counts[view]) for view in order]
    if scatter_window:
        frames = [*((view, 1, scatter_window[view]) for view in order), *frames]
    pixels = _stacked([image for _, _, image in frames])
    if manner.secondary_capture and len(frames) > 1:
        raise ValueError("a Secondary Capture holds a single view")

    dataset = _file_dataset(path, manner)
    add_patient_and_study(dataset, study)
    add_series(dataset, study, _series_description(order, manner))
    if manner.manufacturer:
        dataset.Manufacturer, dataset.ManufacturerModelName = manner.manufacturer, manner.model_name
    _add_image(dataset, pixels, pixel_size_mm if manner.states_pixel_spacing else None, manner, study)
    if manner.orientation == "patient" and len(order) == 1:
        dataset.PatientOrientation = [_along_rows(order[0], manner), "F"]
    if manner.states_sweep:
        _add_sweep(dataset, sweep)
    if manner.secondary_capture:
        dataset.ConversionType = "WSD"
        del dataset.NumberOfFrames
    else:
        heads = [view for view in detector_order if view in counts]
        _add_frames(dataset, frames, heads)
        dataset.EnergyWindowInformationSequence = energy_windows(
            bool(scatter_window), sweep.window_percent, manner.energy_window_name
        )
        dataset.DetectorInformationSequence = ItemSequence(_detector(view, manner, sweep) for view in heads)
        dataset.RadiopharmaceuticalInformationSequence = radiopharmaceuticals(study, manner.drug)
    _add_uids(dataset, pixels, str(order))
    dataset.save_as(path, enforce_file_format=True)
    return Path(path)


def _stacked(images: Sequence[np.ndarray]) -> np.ndarray:
    if not images or any(image.ndim != 2 or image.dtype != np.uint16 for image in images):
        raise ValueError("counts must be uint16 arrays of (rows, columns), at least one")
    if len({image.shape for image in images}) != 1:
        raise ValueError("the frames of one object have one size; write views of different sizes as two objects")
    return np.stack(images)


def _file_dataset(path: str | Path, manner: Manner) -> FileDataset:
    storage = SecondaryCaptureImageStorage if manner.secondary_capture else NuclearMedicineImageStorage
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = (
        ImplicitVRLittleEndian
        if manner.implicit_vr
        else ExplicitVRBigEndian
        if manner.big_endian
        else ExplicitVRLittleEndian
    )
    meta.MediaStorageSOPClassUID = storage
    dataset = FileDataset(
        str(path),
        {},
        file_meta=meta,
        preamble=b"\0" * 128,
        is_implicit_VR=meta.TransferSyntaxUID.is_implicit_VR,
        is_little_endian=meta.TransferSyntaxUID.is_little_endian,
    )
    dataset.SOPClassUID = storage
    return dataset


def add_patient_and_study(dataset: Dataset, study: Study) -> None:
    """Set the elements of the patient and general study modules."""
    dataset.SpecificCharacterSet = study.character_set
    dataset.PatientName, dataset.PatientID = study.patient_name, study.patient_id
    dataset.PatientBirthDate, dataset.PatientSex = "", study.patient_sex
    if study.patient_age:
        dataset.PatientAge = study.patient_age
    if study.patient_weight_kg:
        dataset.PatientWeight = f"{study.patient_weight_kg:g}"
    if study.patient_height_cm:
        dataset.PatientSize = f"{study.patient_height_cm / 100:g}"
    dataset.StudyInstanceUID = study.uid
    dataset.StudyDate, dataset.StudyTime = study.acquisition_date, ""
    dataset.StudyID, dataset.AccessionNumber, dataset.ReferringPhysicianName = "1", study.accession_number, ""
    dataset.StudyDescription = "Bone scan"


def add_series(dataset: Dataset, study: Study, description: str) -> None:
    """Set the elements of the series, equipment and NM/PET patient orientation modules."""
    dataset.Modality = "NM"
    dataset.SeriesNumber = "1"
    dataset.SeriesDate, dataset.SeriesTime = study.acquisition_date, study.acquisition_time
    if description:
        dataset.SeriesDescription = description
    dataset.Manufacturer, dataset.ManufacturerModelName = study.manufacturer, study.model_name
    dataset.PatientPosition = "HFS"
    # Type 2 of the NM/PET Patient Orientation module: head first, supine.
    dataset.PatientOrientationCodeSequence = ItemSequence([code_item("102538003", "SCT", "recumbent")])
    dataset.PatientGantryRelationshipCodeSequence = ItemSequence([code_item("102540008", "SCT", "headfirst")])


def _add_image(
    dataset: Dataset,
    pixels: np.ndarray,
    pixel_size_mm: float | tuple[float, float] | None,
    manner: Manner,
    study: Study,
) -> None:
    date, time = study.acquisition_date, study.acquisition_time
    dataset.ImageType = ["ORIGINAL", "PRIMARY", manner.image_type, "EMISSION"]
    dataset.InstanceNumber = "1"
    dataset.ContentDate, dataset.ContentTime = date, time
    dataset.AcquisitionDate, dataset.AcquisitionTime = date, time
    dataset.PatientOrientation = ""
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.NumberOfFrames, dataset.Rows, dataset.Columns = pixels.shape
    if pixel_size_mm is None:
        dataset.PixelSpacing = None
    else:
        size = (pixel_size_mm, pixel_size_mm) if isinstance(pixel_size_mm, (int, float)) else pixel_size_mm
        dataset.PixelSpacing = [f"{millimetres:g}" for millimetres in size]
    bits = 8 if manner.eight_bits and pixels.max() < 256 else 16
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = bits, bits, bits - 1
    dataset.PixelRepresentation = 0
    if manner.counts_accumulated:  # the sum over all frames, as the standard has it
        dataset.CountsAccumulated = str(int(pixels.sum(dtype=np.int64)))
    dataset.AcquisitionTerminationCondition = "MANU"
    if manner.image_type == "WHOLE BODY":
        dataset.WholeBodyTechnique = "1PS"
    if manner.rescale_slope is not None:
        dataset.RescaleSlope, dataset.RescaleIntercept = f"{manner.rescale_slope:g}", "0"
    dataset.AcquisitionContextSequence = ItemSequence()
    stored = "u1" if bits == 8 else ">u2" if manner.big_endian and not manner.implicit_vr else "<u2"
    dataset.PixelData = pixels.astype(stored).tobytes()
    dataset["PixelData"].VR = "OB" if bits == 8 and not manner.implicit_vr else "OW"


def _add_sweep(dataset: Dataset, sweep: Sweep) -> None:
    """State the way of the bed (PS3.3 C.8.4.9): mm per second, mm, and milliseconds of the whole."""
    dataset.ScanVelocity = f"{sweep.velocity_mm_per_s:.4g}"
    dataset.ScanLength = str(round(sweep.length_mm))
    dataset.ActualFrameDuration = str(round(1000 * sweep.length_mm / sweep.velocity_mm_per_s))
    if sweep.stepped or sweep.follows_body:
        passes = "MSP" if sweep.stepped else "1PS"  # several static frames joined, or one pass
        dataset.WholeBodyTechnique = [passes, "PCN"] if sweep.follows_body else passes


def _along_rows(view: View, manner: Manner) -> str:
    """Return toward which side of the patient rows run."""
    return "L" if view == "anterior" or manner.mirrored_posterior else "R"


def _add_frames(dataset: Dataset, frames: Sequence[tuple[View, int, np.ndarray]], heads: Sequence[View]) -> None:
    windows = [window for _, window, _ in frames]
    dataset.FrameIncrementPointer = [Tag("EnergyWindowVector"), Tag("DetectorVector")]
    dataset.EnergyWindowVector, dataset.NumberOfEnergyWindows = windows, max(windows)
    dataset.DetectorVector = [heads.index(view) + 1 for view, _, _ in frames]
    dataset.NumberOfDetectors = len(heads)


def energy_windows(with_scatter: bool, window_percent: float = 20.0, photopeak_name: str = "photopeak") -> ItemSequence:
    """Return the Energy Window Information Sequence: the photopeak, after a scatter window where there is one."""
    half = _TC99M_KEV * window_percent / 200
    ranges = [(photopeak_name, (_TC99M_KEV - half, _TC99M_KEV + half))]
    if with_scatter:
        ranges.insert(0, ("scatter", _SCATTER_KEV))
    windows = ItemSequence()
    for name, (lower, upper) in ranges:
        limits = Dataset()
        limits.EnergyWindowLowerLimit, limits.EnergyWindowUpperLimit = f"{lower:g}", f"{upper:g}"
        window = Dataset()
        window.EnergyWindowName, window.EnergyWindowRangeSequence = name, ItemSequence([limits])
        windows.append(window)
    return windows


def _detector(view: View, manner: Manner, sweep: Sweep) -> Dataset:
    detector = Dataset()
    detector.CollimatorType, detector.CollimatorGridName = "PARA", sweep.collimator
    # Type 2: a planar view has no depth, and a parallel collimator no focus.
    detector.FocalDistance, detector.ImagePositionPatient, detector.ImageOrientationPatient = None, None, None
    if manner.orientation == "image":
        right_to_left = "1" if _along_rows(view, manner) == "L" else "-1"
        detector.ImageOrientationPatient = [right_to_left, "0", "0", "0", "0", "-1"]
    if manner.view_naming in _VIEW_CODES:
        value, scheme = _VIEW_CODES[manner.view_naming][view]
        meaning = value if manner.view_naming == "meaning" else view.capitalize()
        detector.ViewCodeSequence = ItemSequence([code_item(value, scheme, meaning)])
    return detector


def radiopharmaceuticals(study: Study, detail: DrugDetail = "name") -> ItemSequence:
    """Return the Radiopharmaceutical Information Sequence of a study; the dose is in MBq (PS3.3 C.8.4.10.1.7)."""
    drug = Dataset()
    drug.Radiopharmaceutical = study.radiopharmaceutical
    drug.RadiopharmaceuticalStartTime = study.injection_time
    drug.RadionuclideCodeSequence = ItemSequence([code_item("72454006", "SCT", "Technetium Tc99m")])
    if detail != "name":
        value, meaning = (
            ("53951001", "Technetium Tc99m oxidronate")
            if "HDP" in study.radiopharmaceutical.upper()
            else ("96390006", "Technetium Tc99m medronate")
        )
        drug.RadiopharmaceuticalCodeSequence = ItemSequence([code_item(value, "SCT", meaning)])
    if detail == "dose":
        drug.RadiopharmaceuticalRoute = "IV"
        if study.injected_mbq:
            drug.RadionuclideTotalDose = f"{study.injected_mbq:g}"
    return ItemSequence([drug])


def _series_description(order: Sequence[View], manner: Manner) -> str:
    words = {"anterior": "ANT", "posterior": "POST"}
    if manner.series_description is not None:
        return manner.series_description.replace("{view}", words[order[0]] if len(order) == 1 else "").strip()
    if manner.view_naming == "series description" and len(order) == 1:
        return "WB BONE ANT" if order[0] == "anterior" else "WB BONE POST"
    return "WB BONE"


def code_item(value: str, scheme: str, meaning: str) -> Dataset:
    """Return a code as an item of a code sequence."""
    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = value, scheme, meaning
    return code


def _add_uids(dataset: FileDataset, pixels: np.ndarray, content: str) -> None:
    digest = hashlib.sha256(pixels.tobytes()).hexdigest()
    parts = (dataset.StudyInstanceUID, dataset.get("SeriesDescription", ""), content, digest)
    dataset.SeriesInstanceUID = make_uid("series", *parts)
    dataset.FrameOfReferenceUID, dataset.PositionReferenceIndicator = make_uid("frame", *parts), ""
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = make_uid("image", *parts)


def make_uid(*parts: str) -> str:
    """Return a UID, the same for the same parts."""
    return generate_uid(entropy_srcs=[str(part) for part in parts])
