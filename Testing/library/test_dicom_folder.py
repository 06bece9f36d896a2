"""A bone scan in a folder, on a disc or in an archive: it is found by what the files hold, or asked for."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pydicom
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydicom.fileset import FileSet
from pydicom.uid import DeflatedExplicitVRLittleEndian

from BoneMetSegLib import deflated_dicom, study_contents
from BoneMetSegLib.errors import InputError
from BoneMetSegLib.scan import PlanarScan
from BoneMetSegLib.scan_files import read_scan
from BoneMetSegLib.study_contents import is_study
from model_training.simulator.nm_dicom import Manner, Study
from Testing.library.study_files import (
    SPOT,
    changed,
    counts,
    write_ct,
    write_dicomdir,
    write_pdf_report,
    write_scan,
)


def _hot_side(scan: PlanarScan, view: str) -> str:
    shown = scan.views[view]
    row, column = np.unravel_index(int(shown.counts.argmax()), shown.counts.shape)
    return "left" if (shown.ijk_to_ras @ [column, row, 0, 1])[0] < 0 else "right"


def _refusal(path, **options) -> str:
    with pytest.raises(InputError) as refused:
        read_scan(path, **options)
    sentence = str(refused.value)
    assert "\n" not in sentence
    assert "Simulated" not in sentence
    assert "Patient^" not in sentence
    return sentence


def test_the_bone_scan_is_found_among_ct_captures_and_other_files(tmp_path):
    write_scan(tmp_path / "0001" / "deep" / "IM000001")
    for number in range(5):
        write_ct(tmp_path / "0002" / f"{number}")
    (tmp_path / "README.txt").write_text("viewer", encoding="utf-8")
    (tmp_path / "0001" / "thumb.jpg").write_bytes(b"\xff\xd8\xff\xe0")
    scan = read_scan(tmp_path)
    assert list(scan.views) == ["anterior", "posterior"]
    np.testing.assert_array_equal(scan.views["posterior"].counts, counts(1, "posterior"))
    assert {_hot_side(scan, view) for view in scan.views} == {"left"}
    assert scan.warnings == ()


def test_two_single_views_of_one_study_are_paired_and_left_stays_left(tmp_path):
    write_scan(tmp_path / "a", views=["posterior"], manner=Manner(series_description="WB BONE POST"))
    write_scan(tmp_path / "b", views=["anterior"], manner=Manner(series_description="WB BONE ANT"))
    scan = read_scan(tmp_path)
    assert {view: _hot_side(scan, view) for view in scan.views} == {"anterior": "left", "posterior": "left"}


def test_two_folders_of_one_view_each_are_one_scan(tmp_path):
    write_scan(tmp_path / "ant" / "1", views=["anterior"])
    write_scan(tmp_path / "post" / "1", views=["posterior"])
    assert list(read_scan([tmp_path / "post", tmp_path / "ant"]).views) == ["anterior", "posterior"]


def test_views_hours_apart_are_not_paired(tmp_path):
    early, late = Study(acquisition_time="080000"), Study(acquisition_time="133000")
    write_scan(tmp_path / "a", views=["anterior"], study=early)
    write_scan(tmp_path / "b", views=["posterior"], study=late)
    assert "holds 2 bone scans" in _refusal(tmp_path)


def test_several_bone_scans_are_named_and_one_is_chosen_by_number_uid_or_description(tmp_path):
    write_scan(tmp_path / "1", 1, manner=Manner(series_description="WB early"), study=Study(acquisition_time="100000"))
    write_scan(tmp_path / "2", 2, manner=Manner(series_description="WB late"), study=Study(acquisition_time="140000"))
    sentence = _refusal(tmp_path)
    assert "[1] series 1 'WB early' of 2025-03-01 10:00, anterior + posterior" in sentence
    assert "[2] series 1 'WB late' of 2025-03-01 14:00" in sentence
    assert "--series" in sentence
    uid = pydicom.dcmread(tmp_path / "2").SeriesInstanceUID
    for series in ("2", "[2]", uid, "wb LATE", "late"):
        scan = read_scan(tmp_path, series=series)
        assert scan.views["anterior"].counts.max() == 302
        assert any("--series chose" in sentence for sentence in scan.warnings)
    assert "names 2 of" in _refusal(tmp_path, series="WB")
    assert "names none of" in _refusal(tmp_path, series="3")
    assert "names none of" in _refusal(tmp_path, series=" ")


def test_a_series_number_chooses_where_it_is_no_number_of_the_list(tmp_path):
    for number in (401, 402):
        changed(write_scan(tmp_path / str(number), number - 400, manner=Manner(series_description="WB")),
                SeriesNumber=number)  # fmt: skip
    assert read_scan(tmp_path, series="402").views["anterior"].counts.max() == 302
    assert "names none of" in _refusal(tmp_path, series="403")


def test_early_and_late_views_of_one_description_are_paired_by_time(tmp_path):
    for seed, hour in ((1, 10), (2, 13)):
        for minutes, view in (("05", "anterior"), ("25", "posterior")):
            study = Study(study_instance_uid="1.2.3", acquisition_time=f"{hour}{minutes}00")
            write_scan(tmp_path / f"{hour}{view}", seed, [view], study=study, series=f"1.2.{hour}.{minutes}")
    sentence = _refusal(tmp_path)
    assert "holds 2 bone scans" in sentence
    assert "of 2025-03-01 13:05, anterior + posterior" in sentence
    late = read_scan(tmp_path, series="2")
    assert {view: shown.counts.max() for view, shown in late.views.items()} == {"anterior": 302, "posterior": 302}
    assert {_hot_side(late, view) for view in late.views} == {"left"}


def test_views_whose_times_do_not_part_them_stay_single(tmp_path):
    for number in (1, 2):
        for view in ("anterior", "posterior"):
            write_scan(tmp_path / f"{number}{view}", number, [view], series=f"1.2.{number}{len(view)}")
    assert "holds 4 bone scans" in _refusal(tmp_path)


@pytest.mark.parametrize(
    ("name", "description"),
    [
        ("Wang^Wu=王^五", "王五 全身"),
        ("Wang^Wu", "WANGWU WB"),
        ("Wang^Wu", "WB wang wu"),
        ("Li^A", "WB X-4711 late"),
        ("Wang^Wu=王^五", "王五WB"),
        ("Wang^Wu", "WANG2026_wu"),
    ],
)
def test_no_writing_of_the_patients_name_or_number_is_printed(tmp_path, name, description):
    for number in (1, 2):
        how = {"manner": Manner(series_description=description), "study": Study(patient_name=name, patient_id="X-4711")}
        write_scan(tmp_path / "study" / f"{number}", number, **how)
    sentence = _refusal(tmp_path / "study")
    for hidden in ("王", "WANG", "WU", "4711"):
        assert hidden not in sentence.upper()


def test_a_short_name_within_a_word_of_a_description_is_left(tmp_path):
    study = Study(patient_name="Bo^An", acquisition_time="")
    for number, view in ((1, "anterior"), (2, "posterior"), (3, "posterior")):
        how = Manner(series_description=f"WB BONE {'ANT' if view == 'anterior' else 'POST'} {number} An")
        write_scan(tmp_path / f"{number}", number, [view], manner=how, study=study)
    assert "'WB BONE ANT 1 ...', anterior" in _refusal(tmp_path).replace(" of 2025-03-01", "")
    assert read_scan(tmp_path, series="BONE ANT").views["anterior"].counts.max() == 301


def test_of_a_damaged_description_that_runs_into_the_next_element_only_the_start_is_printed(tmp_path):
    for number in (1, 2):
        write_scan(tmp_path / f"{number}", number, manner=Manner(series_description="WB bone\x10\0PN\x04HIDDEN"))
    sentence = _refusal(tmp_path)
    assert "'WB bone' of" in sentence
    assert "HIDDEN" not in sentence


def test_a_description_in_chinese_without_a_character_set_is_legible(tmp_path):
    for number in (1, 2):
        path = write_scan(tmp_path / f"{number}", number, manner=Manner(series_description="0123456789"))
        content = path.read_bytes().replace(b"0123456789", "全身骨显像".encode("gb18030"))
        path.write_bytes(content.replace(b"ISO_IR 192", b"ISO_IR 6  "))
    assert "'全身骨显像'" in _refusal(tmp_path)


def test_the_patients_name_in_a_description_is_not_printed(tmp_path):
    for seed in (1, 2):
        how = Manner(series_description=f"WB{seed} simulated PATIENT")
        write_scan(tmp_path / "study" / f"{seed}", seed, manner=how)
    assert "patient" not in _refusal(tmp_path / "study").lower()


def test_an_image_that_is_there_twice_counts_once(tmp_path):
    first = write_scan(tmp_path / "a")
    shutil.copy(first, tmp_path / "copy of a")
    write_scan(tmp_path / "sent again", uid="1.2.3.4", series="1.2.3.5")
    scan = read_scan(tmp_path)
    assert scan.views["anterior"].counts.max() == 301
    assert any("2 files repeated an image" in sentence for sentence in scan.warnings)


def test_two_views_under_one_identifier_are_no_repeat(tmp_path):
    for view in ("anterior", "posterior"):
        write_scan(tmp_path / view, views=[view], uid="1.2.3.4")
    scan = read_scan(tmp_path)
    assert list(scan.views) == ["anterior", "posterior"]
    assert scan.warnings == ()


@pytest.mark.parametrize(
    ("image_type", "words"),
    [
        ("DYNAMIC", "a dynamic series"),
        ("STATIC", r"a static \(spot\) view"),
        ("TOMO", "SPECT projections"),
        ("GATED", "a gated series"),
        ("LOCALIZER", "a localizer"),
    ],
)
def test_other_pictures_of_nuclear_medicine_are_refused_by_name(tmp_path, image_type, words):
    path = write_scan(tmp_path / "x", manner=SPOT)
    changed(path, ImageType=["ORIGINAL", "PRIMARY", image_type], PixelSpacing=[2.0, 2.0], SeriesDescription="CHEST")
    with pytest.raises(InputError, match=f"holds no bone scan: it holds {words} \\(1\\)"):
        read_scan(tmp_path)


def test_spot_views_beside_the_whole_body_do_not_disturb(tmp_path):
    write_scan(tmp_path / "wb")
    changed(write_scan(tmp_path / "spot", 2, manner=SPOT), PixelSpacing=[2.0, 2.0])
    assert read_scan(tmp_path).views["anterior"].counts.max() == 301


def test_a_spot_view_of_a_study_called_whole_body_is_a_spot_view(tmp_path):
    write_scan(tmp_path / "wb")
    spot = write_scan(tmp_path / "spot", 2, manner=SPOT)
    changed(spot, PixelSpacing=[2.0, 2.0], StudyDescription="NM Bone Whole Body", SeriesDescription="CHEST")
    assert read_scan(tmp_path).views["anterior"].counts.max() == 301


def test_a_whole_body_picture_that_is_not_higher_than_wide_is_named_as_such(tmp_path):
    changed(write_scan(tmp_path / "a"), Rows=200, Columns=200)
    assert "a whole-body picture that is not higher than wide (1)" in _refusal(tmp_path)


def test_a_volume_that_only_its_number_of_slices_tells_is_no_spot_view(tmp_path):
    changed(write_scan(tmp_path / "a"), ImageType=["DERIVED", "SECONDARY"], NumberOfSlices=2)
    assert "SPECT" in _refusal(tmp_path, view="anterior")


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.nrrd", b"NRRD0004", "an NRRD volume (1); give the scan's own file"),
        ("a.nii.gz", b"\x1f\x8b\x08", "a NIfTI volume (1)"),
        ("a.zip", b"PK\x03\x04", "a ZIP archive or Office document (1)"),
        ("a.rar", b"Rar!\x1a", "a RAR archive (1)"),
        ("a.jpg", b"\xff\xd8\xff\xe0", "a picture (1)"),
    ],
)
def test_a_folder_without_dicom_says_what_lies_there_instead(tmp_path, name, content, words):
    (tmp_path / "empty").mkdir()
    assert "holds no bone scan: it holds no DICOM image; a planar whole-body scan or" in _refusal(tmp_path)
    (tmp_path / name).write_bytes(content)
    assert f"it holds no DICOM image, but {words}" in _refusal(tmp_path)


def test_a_file_that_breaks_off_before_its_image_is_damaged(tmp_path):
    whole = write_scan(tmp_path / "a").read_bytes()
    (tmp_path / "a").write_bytes(whole[:400])
    assert "its 1 DICOM file cannot be read" in _refusal(tmp_path)


def test_a_deflated_file_that_fills_the_memory_counts_as_damaged(tmp_path, monkeypatch):
    write_scan(tmp_path / "a")
    bomb = pydicom.dcmread(tmp_path / "a")
    bomb.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    bomb.ImageComments = "0" * 9000
    bomb.save_as(tmp_path / "b")
    monkeypatch.setattr(deflated_dicom, "MAX_UNPACKED_BYTES", 4000)
    assert any("1 file in the study could not be read" in sentence for sentence in read_scan(tmp_path).warnings)


def test_several_patients_without_numbers_are_told_by_their_names(tmp_path):
    for number, name in enumerate(("Wang^Wu", "WANG WU=王^五", "Li^Si")):
        write_scan(tmp_path / f"{number}", number, study=Study(patient_id="", patient_name=name))
    assert "images of 2 patients" in _refusal(tmp_path)


def test_several_patients_are_refused_without_naming_them(tmp_path):
    write_scan(tmp_path / "a")
    write_ct(tmp_path / "b", patient_id="SOMEBODY-ELSE")
    sentence = _refusal(tmp_path)
    assert "images of 2 patients" in sentence
    assert "SOMEBODY" not in sentence


def test_a_screen_capture_gives_way_to_the_acquired_image(tmp_path):
    write_scan(tmp_path / "nm")
    write_scan(tmp_path / "sc", 2, views=["anterior"], manner=Manner(secondary_capture=True))
    assert read_scan(tmp_path).views["anterior"].counts.max() == 301


def test_spect_is_told_of_and_not_taken_for_the_planar_scan(tmp_path):
    write_scan(tmp_path / "planar")
    changed(write_scan(tmp_path / "spect", 2), ImageType=["ORIGINAL", "PRIMARY", "RECON TOMO", "EMISSION"])
    scan = read_scan(tmp_path)
    assert scan.views["anterior"].counts.max() == 301
    assert any("a SPECT volume" in sentence for sentence in scan.warnings)


def test_a_damaged_file_beside_is_told_of(tmp_path):
    write_scan(tmp_path / "a")
    (tmp_path / "b").write_bytes(bytes(128) + b"DICM" + b"\x02\x00\x10\x00UI\xff\xffrubbish")
    assert any("1 file in the study could not be read" in sentence for sentence in read_scan(tmp_path).warnings)


def test_a_folder_that_may_not_be_read_is_refused_for_that(tmp_path, monkeypatch):
    def forbidden(path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("os.scandir", forbidden)
    assert "check that you may read it" in _refusal(tmp_path)


def test_a_pipe_in_the_folder_is_passed_by(tmp_path):
    import os

    if not hasattr(os, "mkfifo"):
        pytest.skip("no pipes in this file system")
    write_scan(tmp_path / "a")
    os.mkfifo(tmp_path / "pipe")
    assert list(read_scan(tmp_path).views) == ["anterior", "posterior"]
    assert "no regular file" in _refusal(tmp_path / "pipe")


def test_too_many_files_are_refused_before_they_are_read(tmp_path, monkeypatch):
    monkeypatch.setattr(study_contents, "MAX_FILES", 3)
    for number in range(4):
        (tmp_path / f"{number}").touch()
    assert "more than 3 files" in _refusal(tmp_path)


def test_series_is_for_folders(tmp_path):
    assert "--series is for a folder" in _refusal(write_scan(tmp_path / "a"), series="1")


# --- discs ------------------------------------------------------------------------------------------------------------


def test_a_dicomdir_leads_to_its_scan_in_whatever_case_the_disc_was_copied(tmp_path):
    write_scan(tmp_path / "dicom" / "im000001")
    write_scan(tmp_path / "not on the list", 2)
    index = write_dicomdir(tmp_path, [("DICOM", "IM000001"), ("DICOM", "GONE")])
    assert is_study(index)
    scan = read_scan(index)
    assert scan.views["anterior"].counts.max() == 301
    assert any("1 file that the DICOMDIR names is missing" in sentence for sentence in scan.warnings)


def test_a_dicomdir_with_slashes_in_its_names_is_followed(tmp_path):
    write_scan(tmp_path / "DICOM" / "IM1")
    assert list(read_scan(write_dicomdir(tmp_path, [("DICOM/IM1",)])).views) == ["anterior", "posterior"]


def test_a_disc_with_planar_views_and_ct_is_read_through_its_dicomdir(tmp_path):
    disc = FileSet()
    needed = {"StudyTime": "100000", "StudyID": "1", "StudyInstanceUID": Study().uid, "StudyDate": "20250301"}
    paths = [changed(write_scan(tmp_path / "files" / "wb"), **needed)]
    paths += [changed(write_ct(tmp_path / "files" / f"ct{number}"), **needed, SeriesInstanceUID="1.2.3",
                      SeriesNumber=2, InstanceNumber=number + 1) for number in range(3)]  # fmt: skip
    for path in paths:
        disc.add(path)
    disc.write(tmp_path / "disc")
    scan = read_scan(tmp_path / "disc" / "DICOMDIR")
    assert scan.views["anterior"].counts.max() == 301
    assert {_hot_side(scan, view) for view in scan.views} == {"left"}
    shutil.move(tmp_path / "disc" / "DICOMDIR", tmp_path / "alone")
    assert "all 4 files that it names are missing; give the folder of the whole disc" in _refusal(tmp_path / "alone")


def test_a_folder_with_a_dicomdir_is_searched_by_its_files(tmp_path):
    write_scan(tmp_path / "IM1")
    write_dicomdir(tmp_path, [("GONE",)])
    assert list(read_scan(tmp_path).views) == ["anterior", "posterior"]


def test_a_dicomdir_never_leads_out_of_its_folder(tmp_path):
    write_scan(tmp_path / "secret")
    disc = tmp_path / "disc"
    disc.mkdir()
    for name in [("..", "secret"), (str(tmp_path / "secret"),), ("../secret",)]:
        assert "files that it names are missing" in _refusal(write_dicomdir(disc, [name]))


def test_pydicoms_own_dicomdir_is_refused_for_its_patients(tmp_path):
    from pydicom.data import get_testdata_file

    assert "patients" in _refusal(Path(get_testdata_file("DICOMDIR")))


# --- anything ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def originals(tmp_path_factory):
    folder = tmp_path_factory.mktemp("originals")
    anterior = write_scan(folder / "ant", views=["anterior"]).read_bytes()
    posterior = write_scan(folder / "post", views=["posterior"]).read_bytes()
    index = write_dicomdir(folder, [("ANT",)]).read_bytes()
    return [write_scan(folder / "both").read_bytes(), anterior, posterior, write_ct(folder / "ct").read_bytes(),
            write_pdf_report(folder / "pdf").read_bytes(), index, b"words", b""]  # fmt: skip


@settings(max_examples=40, deadline=10_000, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_mixture_of_whole_and_damaged_files_is_read_or_refused_with_a_sentence(originals, tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("mixture")
    for number in range(data.draw(st.integers(0, 6))):
        content = bytearray(data.draw(st.sampled_from(originals)))
        for _ in range(data.draw(st.integers(0, 6)) if content else 0):
            content[data.draw(st.integers(0, min(len(content) - 1, 3000)))] = data.draw(st.integers(0, 255))
        if data.draw(st.booleans()):
            content = content[: data.draw(st.integers(0, len(content)))]
        (folder / f"{number}").write_bytes(content)
    try:
        scan = read_scan(folder, series=data.draw(st.sampled_from([None, "1", "WB"])))
    except InputError as error:
        sentence = str(error)
    else:
        sentence = f"read {len(scan.views)} views"
    finally:
        shutil.rmtree(folder)
    assert sentence
    assert "\n" not in sentence
