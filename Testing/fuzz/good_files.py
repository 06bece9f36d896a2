"""Good files of every kind that is read: what the fuzzing damages."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from Testing.library import report_documents as documents


def good_scans(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield names and bytes of scans; they are written in ``folder`` on the way."""
    yield from _planar_dicom(folder)
    yield from _compressed_dicom(folder)
    yield from _spect(folder)
    yield from _volumes(folder)


def _view(rows: int = 128, columns: int = 64) -> np.ndarray:
    return np.random.default_rng(5).poisson(4, (rows, columns)).astype(np.uint16)


def _planar_dicom(folder: Path) -> Iterator[tuple[str, bytes]]:
    from model_training.simulator.nm_dicom import Manner, write_planar_nm

    both = {"anterior": _view(), "posterior": _view()}
    path = write_planar_nm(folder / "scan.dcm", both, 4.0)
    yield "planar.dcm", path.read_bytes()
    yield "study.zip", _archive({"a/1": path.read_bytes(), "a/notes.txt": b"words"})
    yield "implicit.dcm", write_planar_nm(path, both, 4.0, manner=Manner(implicit_vr=True)).read_bytes()
    capture = Manner(secondary_capture=True, view_naming="series description")
    yield "capture.dcm", write_planar_nm(path, {"anterior": _view()}, 4.0, manner=capture).read_bytes()


def _compressed_dicom(folder: Path) -> Iterator[tuple[str, bytes]]:
    import pydicom
    from pydicom.uid import DeflatedExplicitVRLittleEndian

    from model_training.simulator.nm_dicom import write_planar_nm
    from Testing.library.test_compressed_pixels import FAMILIES, WAYS, planar_counts

    for way in (*FAMILIES, "deflated"):
        bits, _, compress = WAYS.get(way, (16, 0, None))
        dataset = pydicom.dcmread(write_planar_nm(folder / "scan.dcm", planar_counts(bits), 6.0))
        if compress:
            compress(dataset)
        else:
            dataset.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
        stream = io.BytesIO()
        dataset.save_as(stream)
        yield f"{way}.dcm", stream.getvalue()


def _spect(folder: Path) -> Iterator[tuple[str, bytes]]:
    import SimpleITK

    from model_training.simulator.nm_spect_dicom import Calibration, SpectGeometry, SpectObject, write_spect_nm

    voxels = np.random.default_rng(5).poisson(4, (8, 16, 16)).astype(np.uint16)
    geometry = SpectGeometry((4.8, 4.8), 4.8, 4.8, position=(-36.0, -36.0, 0.0))
    how = SpectObject(geometry, Calibration(unit="Bq/ml", slope=10.0, weight_kg=70, dose_mbq=600))
    yield "spect.dcm", write_spect_nm(folder / "spect.dcm", voxels, how).read_bytes()
    image = SimpleITK.GetImageFromArray(voxels.astype(np.float32))
    image.SetSpacing((4.8, 4.8, 4.8))
    for name in ("spect.nrrd", "spect.nii.gz", "spect.mha"):
        SimpleITK.WriteImage(image, str(folder / name))
        yield name, (folder / name).read_bytes()


def _volumes(folder: Path) -> Iterator[tuple[str, bytes]]:
    import SimpleITK

    image = SimpleITK.GetImageFromArray(_view()[None].astype(np.float32))
    image.SetSpacing((4.0, 4.0, 1.0))
    image.SetMetaData("view", "anterior")
    for name in ("ant.nrrd", "ant.nii", "ant.nii.gz", "ant.mha"):
        for packed in (False, True):
            SimpleITK.WriteImage(image, str(folder / name), packed)
            yield f"{'packed ' if packed else ''}{name}", (folder / name).read_bytes()


def _archive(files: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return stream.getvalue()


def good_reports() -> Iterator[tuple[str, bytes]]:
    """Yield names and bytes of reports."""
    text = documents.CHINESE
    row = f"{documents.FINDINGS_ZH},{documents.IMPRESSION_ZH}"
    yield "utf8.txt", text.encode()
    yield "gb.txt", text.encode("gb18030")
    yield "utf16.txt", text.encode("utf-16")
    yield "report.docx", documents.word(text.split("\n"), header="某医院", table=[["左", "右"], ["甲", "乙"]])
    yield "report.pdf", documents.pdf(text)
    yield "packed.pdf", documents.pdf(documents.ENGLISH * 3, font="Helvetica", pageCompression=1)
    yield "report.sr.dcm", documents.structured_report(documents.sections_of_report("左侧第7肋", "骨转移"))
    yield "pdf.dcm", documents.encapsulated_pdf(documents.pdf(text))
    message = documents.hl7([f"TX|1&GDT^a||{documents.FINDINGS_ZH}", r"FT|1&IMP^a||L3\.br\\X4C33\ \T\ ~x"])
    yield "report.hl7", message
    yield (
        "several.hl7",
        message + documents.hl7(["TX|1||right"], accession="A-2", codec="gb18030", character_set="GB18030"),
    )
    yield "pdf.hl7", documents.hl7_with_document(documents.pdf(text))
    yield "report.csv", f"检查号,影像所见,诊断意见\nA-1,{row}\nA-2,{row}\n".encode()
    yield "report.rtf", rb"{\rtf1\ansi\ansicpg936{\fonttbl{\f0\fcharset134 S;}}\f0 \'d7\'f3 \uc1\u24038? L3\par\cell}"
    yield (
        "report.html",
        f"<html><meta charset=utf-8><body><p>{text}<table><tr><td>a<td>b</table>&#31532;</html>".encode(),
    )
