"""The report of a scan in its study's folder, disc or archive: found by study or number, or asked for."""

from __future__ import annotations

import io
import shutil
import tempfile
import zipfile
from pathlib import Path

import pydicom
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.fileset import FileSet
from pydicom.sequence import Sequence as Items
from pydicom.uid import generate_uid

from BoneMetSegLib.errors import InputError
from BoneMetSegLib.report_files import read_report
from BoneMetSegLib.study_reports import found_reports, study_report
from Testing.library.report_documents import (
    CHINESE,
    FINDINGS_ZH,
    IMPRESSION_ZH,
    code,
    dicom,
    pdf,
    sections_of_report,
    structured_report,
)
from Testing.library.study_files import changed, write_ct, write_scan

STUDY, OTHER_STUDY = "1.2.826.0.1.1", "1.2.826.0.1.2"
PDF_STORAGE = "1.2.840.10008.5.1.4.1.1.104.1"


def report_bytes(*, study: str = STUDY, uid: str = "", **elements) -> bytes:
    """A Structured Report of the afternoon of 10 January 2026."""
    moment = {"ContentDate": "20260110", "ContentTime": "153000"}
    flags = {"CompletionFlag": "COMPLETE", "VerificationFlag": "VERIFIED"}
    series = {"SeriesInstanceUID": generate_uid(), "SeriesDescription": "Report Secret", "SeriesNumber": "900"}
    return structured_report(
        sections_of_report(FINDINGS_ZH, IMPRESSION_ZH), suffix=22, StudyInstanceUID=study,
        SOPInstanceUID=uid or generate_uid(), **{**moment, **flags, **series, **elements},
    )  # fmt: skip


def pdf_bytes(*, study: str = STUDY, **elements) -> bytes:
    document = pdf(CHINESE)
    return dicom(
        PDF_STORAGE, StudyInstanceUID=study, SOPInstanceUID=generate_uid(), SeriesInstanceUID=generate_uid(),
        SeriesDescription="Report of Name^Secret ID-4711", DocumentTitle="\u6c5f\u79d8", EncapsulatedDocument=document + b"\0" * (len(document) % 2),
        MIMETypeOfEncapsulatedDocument="application/pdf", **elements,
    )  # fmt: skip


def put(folder: Path, **files: bytes) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def _refusal(path: Path, **how) -> str:
    with pytest.raises(InputError) as refused, study_report(path, **how):
        pass
    sentence = str(refused.value)
    assert "\n" not in sentence
    for hidden in ("Secret", "4711", "A-1", "B-2"):
        assert hidden not in sentence
    return sentence


def test_documents_are_told_by_their_headers_without_who_the_patient_is(tmp_path):
    write_scan(tmp_path / "scan")
    write_ct(tmp_path / "ct", patient_id="ID-4711")
    put(tmp_path / "docs", sr=report_bytes(), document=pdf_bytes(study=OTHER_STUDY, ContentDate="20260111"))
    report, document = found_reports(tmp_path)
    assert (report.kind, report.sop_class_uid) == ("structured report", "1.2.840.10008.5.1.4.1.1.88.22")
    assert (report.study_instance_uids, report.accessions) == ((STUDY,), ("A-1",))
    assert (report.date, report.time, report.completion) == ("20260110", "153000", "COMPLETE")
    assert (report.verification, report.inside, report.doubts()) == ("VERIFIED", "docs/sr", ())
    assert (document.kind, document.description) == ("PDF document", "Report of ...^... ...")
    assert (document.completion, document.verification) == ("", "")


@pytest.mark.parametrize("write", [report_bytes, pdf_bytes])
def test_the_only_report_of_the_scans_study_is_read(tmp_path, write):
    write_scan(tmp_path / "scan")
    put(tmp_path, right=write(), other=report_bytes(study=OTHER_STUDY))
    with study_report(tmp_path, study_instance_uid=STUDY) as opened:
        assert opened.path == tmp_path / "right"
        assert FINDINGS_ZH in read_report(opened.path).text


def test_a_report_of_an_archive_is_unpacked_and_removed_again(tmp_path, monkeypatch):
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    scan = write_scan(tmp_path / "scan").read_bytes()
    with zipfile.ZipFile(tmp_path / "study.zip", "w") as archive:
        for name, content in {"disc/IM1": scan, "disc/SR1": report_bytes(), "disc/PDF": pdf_bytes()}.items():
            archive.writestr(name, content)
    assert [one.inside for one in found_reports(tmp_path / "study.zip")] == ["disc/PDF", "disc/SR1"]
    assert "holds 2 reports of the scan" in _refusal(tmp_path / "study.zip", study_instance_uid=STUDY)
    with zipfile.ZipFile(tmp_path / "one.zip", "w") as archive:
        archive.writestr("SR1", report_bytes())
    with study_report(tmp_path / "one.zip", study_instance_uid=STUDY) as opened:
        assert IMPRESSION_ZH in read_report(opened.path).text
    assert list(temporary.iterdir()) == []


def test_a_report_on_a_disc_is_found_by_the_dicomdir(tmp_path):
    # The records of a DICOMDIR need these.
    needed = {"StudyDate": "20260110", "StudyTime": "100000", "StudyID": "1", "InstanceNumber": "1"}
    disc = FileSet()
    disc.add(pydicom.dcmread(io.BytesIO(report_bytes(**needed))))
    disc.write(tmp_path / "disc")
    with study_report(tmp_path / "disc" / "DICOMDIR", study_instance_uid=STUDY) as opened:
        assert FINDINGS_ZH in read_report(opened.path).text


def test_a_report_of_the_scans_accession_number_belongs_to_it_whatever_its_study(tmp_path):
    put(tmp_path, right=report_bytes(study=OTHER_STUDY), other=report_bytes(study=OTHER_STUDY, accession="B-2"))
    with study_report(tmp_path, study_instance_uid=STUDY, scan_accession="a-1") as opened:
        assert opened.path.name == "right"


def test_a_report_that_refers_to_the_scans_study_belongs_to_it(tmp_path):
    evidence = Dataset()
    evidence.StudyInstanceUID = STUDY
    put(tmp_path, sr=report_bytes(study=OTHER_STUDY, CurrentRequestedProcedureEvidenceSequence=Items([evidence])))
    with study_report(tmp_path, study_instance_uid=STUDY) as opened:
        assert opened.path.name == "sr"


def test_several_reports_of_the_scan_are_listed_and_none_is_preferred(tmp_path):
    document = Dataset()
    document.ReferencedSOPClassUID, document.ReferencedSOPInstanceUID = "1.2.840.10008.5.1.4.1.1.88.22", "1.2.3.1"
    series, study = Dataset(), Dataset()
    series.SeriesInstanceUID, series.ReferencedSOPSequence = "1.2.3", Items([document])
    study.StudyInstanceUID, study.ReferencedSeriesSequence = STUDY, Items([series])
    put(
        tmp_path,
        first=report_bytes(uid="1.2.3.1", VerificationFlag="UNVERIFIED"),
        second=report_bytes(ContentDate="20260111", PredecessorDocumentsSequence=Items([study])),
    )
    sentence = _refusal(tmp_path, study_instance_uid=STUDY)
    assert "holds 2 reports of the scan: [1] structured report" in sentence
    assert "of 2026-01-10 15:30, complete, unverified, in first; [2]" in sentence
    assert "of 2026-01-11 15:30, complete, verified, replaces [1], in second; give the right one as a file" in sentence


def test_reports_of_different_accession_numbers_are_chosen_by_number(tmp_path):
    put(tmp_path, a=report_bytes(), b=report_bytes(accession="B-2"))
    assert "choose one with --accession, or give it as a file" in _refusal(tmp_path, study_instance_uid=STUDY)
    with study_report(tmp_path, study_instance_uid=STUDY, accession="B-2") as opened:
        assert opened.path.name == "b"
    assert "none of the reports" in _refusal(tmp_path, accession="C-3")


def test_damaged_flags_and_dates_are_not_shown(tmp_path):
    put(tmp_path, a=report_bytes(), b=report_bytes())
    content = (tmp_path / "a").read_bytes()
    assert b"VERIFIED" in content
    (tmp_path / "a").write_bytes(content.replace(b"VERIFIED", b"Secret\n ").replace(b"20260110", b"Secret  "))
    assert "[1] structured report 'CT Report', complete, in a;" in _refusal(tmp_path, study_instance_uid=STUDY)


def test_a_folder_without_a_report_says_what_it_holds(tmp_path):
    write_scan(tmp_path / "scan")
    assert "holds no report in DICOM: it holds a whole-body view (1)" in _refusal(tmp_path, study_instance_uid=STUDY)


def test_reports_of_other_studies_only_are_no_report_of_the_scan(tmp_path):
    put(tmp_path, sr=report_bytes(study=OTHER_STUDY))
    assert "no report of the scan's study, but of others: [1]" in _refusal(tmp_path, study_instance_uid=STUDY)


def test_a_report_of_another_patient_is_refused(tmp_path):
    put(tmp_path, sr=report_bytes())
    assert "another patient" in _refusal(tmp_path, study_instance_uid=STUDY, patient_id="ID-1")
    with study_report(tmp_path, study_instance_uid=STUDY, patient_id="id-4711") as opened:
        assert opened.path.name == "sr"


def test_dose_reports_and_measurements_are_no_diagnostic_reports(tmp_path):
    put(tmp_path, dose=report_bytes(), keys=dicom("1.2.840.10008.5.1.4.1.1.88.59", StudyInstanceUID=STUDY))
    title = Items([code("113701", "DCM", "X-Ray Radiation Dose Report")])
    changed(tmp_path / "dose", ConceptNameCodeSequence=title)
    sentence = _refusal(tmp_path, study_instance_uid=STUDY)
    assert "documents of other kinds" in sentence
    assert "'X-Ray Radiation Dose Report' (1)" in sentence
    put(tmp_path, sr=report_bytes())
    with study_report(tmp_path, study_instance_uid=STUDY) as opened:
        assert opened.path.name == "sr"


def test_a_report_that_is_there_twice_counts_once(tmp_path):
    put(tmp_path, a=report_bytes())
    shutil.copy(tmp_path / "a", tmp_path / "b")
    with study_report(tmp_path, study_instance_uid=STUDY) as opened:
        assert opened.path.name == "a"


def test_of_a_scan_without_identifiers_the_only_report_is_taken_with_its_doubts(tmp_path):
    put(tmp_path, sr=report_bytes(CompletionFlag="PARTIAL", VerificationFlag="UNVERIFIED"))
    with study_report(tmp_path) as opened:
        assert [note[-13:] for note in opened.notes] == ["not complete.", "has verified it."[-13:]]


# Here nothing but Patient Name and ID says who it is.
_GOOD = [report_bytes(SeriesDescription="Report"), pdf_bytes().replace(b"Name^Secret ID-4711", b"bone scan, of bones")]


@settings(max_examples=60, deadline=10_000)
@given(data=st.data())
def test_any_damaged_report_is_found_or_refused_with_a_sentence(tmp_path_factory, data):
    content = bytearray(data.draw(st.sampled_from(_GOOD)))
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, min(len(content) - 1, 2000)))] = data.draw(st.integers(0, 255))
    if data.draw(st.booleans()):
        del content[data.draw(st.integers(0, len(content))) :]
    folder = put(tmp_path_factory.mktemp("damaged"), a=bytes(content), b=_GOOD[0])
    try:
        with study_report(folder, study_instance_uid=STUDY) as opened:
            sentence = opened.path.name
    except InputError as error:
        sentence = str(error)
    assert sentence
    assert "\n" not in sentence
    assert "Secret" not in sentence
