"""Documents as hospitals write them: Word, PDF, DICOM SR and Encapsulated PDF, HL7 v2, CSV; read back by the tests."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from pathlib import Path

import docx
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence as Items
from pydicom.uid import ExplicitVRLittleEndian, generate_uid
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

FINDINGS_ZH = "左侧第7肋见点状放射性浓聚灶，右侧股骨未见异常放射性浓聚或稀疏区。"
IMPRESSION_ZH = "左侧第7肋骨转移瘤可能性大，请结合临床。"
CHINESE = f"检查所见：\n{FINDINGS_ZH}\n诊断意见：\n{IMPRESSION_ZH}"
ENGLISH = (
    "Findings:\nFocal increased uptake in the left 7th rib. The right femur is normal.\nImpression:\nMetastasis of L3."
)
SONG = "STSong-Light"
pdfmetrics.registerFont(UnicodeCIDFont(SONG))


# --- Word -------------------------------------------------------------------------------------------------------------


def word(
    paragraphs: Sequence[str], *, header: str = "", footer: str = "", table: Sequence[Sequence[str]] = ()
) -> bytes:
    """A Word document: paragraphs, then a table, with a header and a footer."""
    document = docx.Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    if table:
        cells = document.add_table(rows=len(table), cols=len(table[0]))
        for row, texts in zip(cells.rows, table, strict=True):
            for cell, text in zip(row.cells, texts, strict=True):
                cell.text = text
    section = document.sections[0]
    if header:
        section.header.paragraphs[0].text = header
    if footer:
        section.footer.paragraphs[0].text = footer
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


# --- PDF --------------------------------------------------------------------------------------------------------------


class Pdf:
    """A PDF document drawn by hand: ``at`` puts text at a place in points, from the lower left of an A4 page."""

    def __init__(self, *, font: str = SONG, size: float = 11, rotate: int = 0, **options) -> None:
        self._stream = io.BytesIO()
        self.canvas = Canvas(self._stream, pagesize=A4, **options)
        self._font, self._size, self._rotate = font, size, rotate
        self._start_page()

    def _start_page(self) -> None:
        self.canvas.setFont(self._font, self._size)
        if self._rotate:
            self.canvas.setPageRotation(self._rotate)

    def at(self, x: float, y: float, text: str) -> Pdf:
        self.canvas.drawString(x, y, text)
        return self

    def lines(self, x: float, y: float, texts: Sequence[str], leading: float = 16) -> Pdf:
        for number, text in enumerate(texts):
            self.at(x, y - number * leading, text)
        return self

    def next_page(self) -> Pdf:
        self.canvas.showPage()
        self._start_page()
        return self

    def done(self) -> bytes:
        self.canvas.save()
        return self._stream.getvalue()


def pdf(text: str = CHINESE, **options) -> bytes:
    """A PDF document of one page, a line of text each."""
    return Pdf(**options).lines(60, 780, text.split("\n")).done()


# --- DICOM ------------------------------------------------------------------------------------------------------------


def code(value: str, scheme: str, meaning: str) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, scheme, meaning
    return item


def content(
    kind: str, concept: tuple[str, str, str] | None, value: str | tuple[str, str, str] = "",
    children: Sequence[Dataset] = (), relation: str = "CONTAINS",
) -> Dataset:  # fmt: skip
    """A content item of a Structured Report."""
    item = Dataset()
    item.RelationshipType, item.ValueType = relation, kind
    if concept:
        item.ConceptNameCodeSequence = Items([code(*concept)])
    if kind == "TEXT":
        item.TextValue = value
    elif kind == "CODE":
        item.ConceptCodeSequence = Items([code(*value)])
    elif kind == "PNAME":
        item.PersonName = value
    elif kind == "NUM":
        measured = Dataset()
        measured.NumericValue, unit = value.split()
        measured.MeasurementUnitsCodeSequence = Items([code(unit, "UCUM", unit)])
        item.MeasuredValueSequence = Items([measured])
    elif kind == "CONTAINER":
        item.ContinuityOfContent = "SEPARATE"
    if children:
        item.ContentSequence = Items(children)
    return item


def dicom(storage: str, *, character_set: str | None = "ISO_IR 192", accession: str = "A-1", **elements) -> bytes:
    """A DICOM object with a patient and some elements."""
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID = storage
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID = generate_uid(entropy_srcs=["report"])
    if character_set is not None:
        dataset.SpecificCharacterSet = character_set
    dataset.PatientName, dataset.PatientID, dataset.AccessionNumber = "Secret^Name", "ID-4711", accession
    dataset.Modality = "SR"
    for keyword, value in elements.items():
        setattr(dataset, keyword, value)
    stream = io.BytesIO()
    dataset.save_as(stream, enforce_file_format=True)
    return stream.getvalue()


def structured_report(children: Sequence[Dataset], *, suffix: int = 11, **options) -> bytes:
    """A Structured Report: Basic Text (11), Enhanced (22) or Comprehensive (33)."""
    return dicom(
        f"1.2.840.10008.5.1.4.1.1.88.{suffix}", ValueType="CONTAINER", ContinuityOfContent="SEPARATE",
        ConceptNameCodeSequence=Items([code("18747-6", "LN", "CT Report")]), ContentSequence=Items(children), **options,
    )  # fmt: skip


def sections_of_report(findings: str, impression: str) -> list[Dataset]:
    """Containers of findings and impression with a text each, and an observer whom no report shows."""
    return [
        content("PNAME", ("121008", "DCM", "Person Observer Name"), "Doctor^Secret", relation="HAS OBS CONTEXT"),
        content("CONTAINER", ("121070", "DCM", "Findings"), children=[
            content("TEXT", ("121071", "DCM", "Finding"), findings)]),
        content("CONTAINER", ("121072", "DCM", "Impressions"), children=[
            content("TEXT", ("121073", "DCM", "Impression"), impression)]),
    ]  # fmt: skip


def encapsulated_pdf(document: bytes) -> bytes:
    padded = document + b"\0" * (len(document) % 2)
    return dicom(
        "1.2.840.10008.5.1.4.1.1.104.1", MIMETypeOfEncapsulatedDocument="application/pdf", EncapsulatedDocument=padded
    )


# --- HL7 --------------------------------------------------------------------------------------------------------------


def hl7(
    observations: Sequence[str], *, character_set: str = "UNICODE UTF-8", accession: str = "A-1", status: str = "F",
    kind: str = "ORU^R01", codec: str = "utf-8",
) -> bytes:  # fmt: skip
    """A message with one examination; an observation is a whole OBX segment behind its number."""
    segments = [
        rf"MSH|^~\&|RIS|HOSP|PACS|HOSP|20260301120000||{kind}|4711|P|2.5|||||CHN|{character_set}",
        "PID|1||ID-4711||Secret^Name||19500101|M",
        f"ORC|RE|P-{accession}|{accession}",
        f"OBR|1|P-{accession}|{accession}|78306^BONE SCAN^C4||||||||||||||{accession}|||||||{status}",
        *(f"OBX|{number}|{one}" for number, one in enumerate(observations, start=1)),
    ]
    return ("\r".join(segments) + "\r").encode(codec)


def hl7_with_document(document: bytes) -> bytes:
    packed = base64.b64encode(document).decode("ascii")
    return hl7([f"ED|PDF^Report||RIS^application^pdf^Base64^{packed}||||||F"])


def save(folder: Path, data: bytes, name: str = "report.bin") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path
