"""Files as a hospital's export holds them, beside a bone scan or in its place."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, EncapsulatedPDFStorage, ExplicitVRLittleEndian, generate_uid

from model_training.simulator.nm_dicom import Manner, Study, write_planar_nm

PIXEL_MM = 4.0
ROWS, COLUMNS = 400, 100


def counts(seed: int, view: str) -> np.ndarray:
    """``(rows, columns)`` uint16 with one hot block on the patient's left."""
    image = np.random.default_rng([seed, len(view)]).poisson(4, (ROWS, COLUMNS)).astype(np.uint16)
    image[:20] = 0
    columns = slice(70, 76) if view == "anterior" else slice(24, 30)
    image[200:206, columns] = 300 + seed
    return image


def write_scan(path: Path, seed: int = 1, views=("anterior", "posterior"), *, uid: str = "", series: str = "", **how):
    """Write a planar scan, with other identifiers where given; return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_planar_nm(path, {view: counts(seed, view) for view in views}, PIXEL_MM, **how)
    if uid or series:
        dataset = pydicom.dcmread(path)
        if uid:
            dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = uid
        if series:
            dataset.SeriesInstanceUID = series
        dataset.save_as(path)
    return path


def changed(path: Path, **elements) -> Path:
    """Set elements of a file."""
    dataset = pydicom.dcmread(path)
    for keyword, value in elements.items():
        setattr(dataset, keyword, value)
    dataset.save_as(path)
    return path


def write_ct(path: Path, patient_id: str = "SIMULATED-1", size: int = 16) -> Path:
    """Write a CT slice."""
    path.parent.mkdir(parents=True, exist_ok=True)
    dataset = _object(CTImageStorage, "CT", patient_id)
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    dataset.Rows = dataset.Columns = size
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 16, 16, 15, 0
    dataset.PixelData = bytes(2 * size * size)
    dataset.save_as(path, enforce_file_format=True)
    return path


def write_pdf_report(path: Path) -> Path:
    """Write an Encapsulated PDF of the same study."""
    dataset = _object(EncapsulatedPDFStorage, "DOC", "SIMULATED-1")
    dataset.StudyInstanceUID = Study().uid
    dataset.EncapsulatedDocument = b"%PDF-1.4 "
    dataset.save_as(path, enforce_file_format=True)
    return path


def _object(storage: str, modality: str, patient_id: str) -> Dataset:
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.SOPClassUID, dataset.SOPInstanceUID, dataset.Modality = storage, generate_uid(), modality
    dataset.PatientID, dataset.PatientName = patient_id, "Simulated^Patient"
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = generate_uid(), generate_uid()
    return dataset


def write_dicomdir(folder: Path, names: list[tuple[str, ...]]) -> Path:
    """Write a DICOMDIR with an image record for each name."""
    from pydicom.uid import MediaStorageDirectoryStorage

    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta.MediaStorageSOPClassUID = MediaStorageDirectoryStorage
    dataset.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    records = []
    for name in names:
        record = Dataset()
        record.DirectoryRecordType, record.ReferencedFileID = "IMAGE", list(name)
        records.append(record)
    dataset.DirectoryRecordSequence = records
    dataset.save_as(folder / "DICOMDIR", enforce_file_format=True)
    return folder / "DICOMDIR"


SPOT = Manner(image_type="STATIC", series_description="SPOT CHEST")
