"""Planar NM DICOM: which view a frame shows, where left is, what else the object says."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pydicom
import pytest
import SimpleITK
from pydicom.encaps import encapsulate, generate_frames

from BoneMetSegLib.errors import InputError
from BoneMetSegLib.scan_files import read_scan
from BoneMetSegLib.view_words import only_view_named, says_whole_body, views_named
from model_training.simulator.nm_dicom import Manner, Study, write_planar_nm

ROWS, COLUMNS, PIXEL_MM = 512, 128, 4.0
BLOB_ROW = 100  # in the upper half, at the patient's left


def _counts(view: str, *, rows: int = ROWS, left_blob: int = 40) -> np.ndarray:
    """Return a view as acquired: a trunk with a blob at the patient's left, brighter in the anterior view."""
    image = np.zeros((rows, COLUMNS), np.uint16)
    image[20 : rows - 20, 40:90] = 5 if view == "anterior" else 3
    column = 85 if view == "anterior" else COLUMNS - 1 - 85
    image[BLOB_ROW - 2 : BLOB_ROW + 3, column - 2 : column + 3] = left_blob
    return image


def _both() -> dict[str, np.ndarray]:
    return {"anterior": _counts("anterior"), "posterior": _counts("posterior")}


def _hottest_ras(view) -> np.ndarray:
    row, column = np.unravel_index(np.argmax(view.counts), view.counts.shape)
    return (view.ijk_to_ras @ [column, row, 0, 1])[:3]


@pytest.fixture
def planar_nm(tmp_path):
    """Write one object; return its path."""

    def write(name="scan.dcm", counts=None, pixel_size_mm=PIXEL_MM, **how) -> Path:
        return write_planar_nm(tmp_path / name, counts or _both(), pixel_size_mm, **how)

    return write


@pytest.mark.parametrize("naming", ["code", "legacy code", "meaning"])
@pytest.mark.parametrize("heads", [("anterior", "posterior"), ("posterior", "anterior")], ids="-".join)
@pytest.mark.parametrize("frames", [("anterior", "posterior"), ("posterior", "anterior")], ids="-".join)
def test_views_are_known_whatever_the_order_of_frames_and_detectors(planar_nm, frames, heads, naming):
    path = planar_nm(view_order=frames, detector_order=heads, manner=Manner(view_naming=naming))
    scan = read_scan(path)
    assert list(scan.views) == ["anterior", "posterior"]
    for name, view in scan.views.items():
        assert view.view == name
        np.testing.assert_array_equal(view.counts, _counts(name))
        assert view.frame_number == frames.index(name) + 1
        assert view.view_source == ("view code's meaning" if naming == "meaning" else "View Code Sequence")
    assert scan.warnings == ()


def test_a_focus_at_the_patients_left_is_left_in_both_views(planar_nm):
    scan = read_scan(planar_nm(view_order=("posterior", "anterior")))
    for view in scan.views.values():
        r_mm, a_mm, s_mm = _hottest_ras(view)
        assert r_mm == pytest.approx(-(85 - 63.5) * PIXEL_MM, abs=2 * PIXEL_MM), f"{view.view}: not at the left"
        assert s_mm == pytest.approx((255.5 - BLOB_ROW) * PIXEL_MM, abs=2 * PIXEL_MM)
        assert a_mm == (100 if view.view == "anterior" else -100)


def test_a_mirrored_posterior_is_put_right_by_flip_posterior(planar_nm):
    counts = {"anterior": _counts("anterior"), "posterior": np.ascontiguousarray(_counts("posterior")[:, ::-1])}
    path = planar_nm(counts=counts)
    assert _hottest_ras(read_scan(path).views["posterior"])[0] > 0
    flipped = read_scan(path, flip_posterior=True)
    assert flipped.views["posterior"].mirrored
    assert not flipped.views["anterior"].mirrored
    assert _hottest_ras(flipped.views["posterior"])[0] < 0
    np.testing.assert_array_equal(flipped.views["posterior"].counts, counts["posterior"])


def test_flip_posterior_without_a_posterior_view_is_said(planar_nm):
    scan = read_scan(planar_nm(counts={"anterior": _counts("anterior")}), flip_posterior=True)
    assert any("--flip-posterior" in sentence for sentence in scan.warnings)


@pytest.mark.parametrize("first", ["anterior", "posterior"])
def test_two_objects_make_one_scan_in_any_order_and_of_different_sizes(planar_nm, first):
    counts = {"anterior": _counts("anterior"), "posterior": _counts("posterior", rows=480)}
    files = [planar_nm(f"{view}.dcm", {view: image}) for view, image in counts.items()]
    scan = read_scan(files if first == "anterior" else files[::-1])
    assert list(scan.views) == ["anterior", "posterior"]
    for view, image in counts.items():
        np.testing.assert_array_equal(scan.views[view].counts, image)
    assert len({view.sop_instance_uid for view in scan.views.values()}) == 2


@pytest.mark.parametrize("description", ["WB BONE ANT", "Whole body, anterior", "全身骨显像 前位"])
def test_the_view_is_known_by_the_series_description(planar_nm, description):
    manner = Manner(view_naming="none", series_description=description)
    scan = read_scan(planar_nm("scan.dcm", {"anterior": _counts("anterior")}, manner=manner))
    assert scan.views["anterior"].view_source == "series description"


def test_chinese_words_without_a_character_set_are_read(planar_nm):
    manner = Manner(view_naming="none", series_description="WB BONE")
    path = planar_nm("scan.dcm", {"posterior": _counts("posterior")}, manner=manner)
    dataset = pydicom.dcmread(path)
    dataset.SpecificCharacterSet = "ISO_IR 100"
    dataset.SeriesDescription = "全身 后位".encode("gb18030").decode("latin-1")
    dataset.save_as(path)
    assert list(read_scan(path).views) == ["posterior"]


def test_a_view_that_is_not_said_is_asked_for_and_taken_from_the_argument(planar_nm):
    path = planar_nm("scan.dcm", {"posterior": _counts("posterior")}, manner=Manner(view_naming="none"))
    with pytest.raises(InputError, match=r"scan\.dcm.*--view"):
        read_scan(path)
    scan = read_scan(path, view="posterior")
    assert scan.views["posterior"].view_source == "--view"
    assert _hottest_ras(scan.views["posterior"])[0] < 0


def test_a_view_against_what_the_file_says_is_refused(planar_nm):
    path = planar_nm("scan.dcm", {"posterior": _counts("posterior")})
    with pytest.raises(InputError, match=r"scan\.dcm is the posterior view by its View Code Sequence.*anterior"):
        read_scan(path, view="anterior")
    assert list(read_scan(path, view="posterior").views) == ["posterior"]


def test_two_frames_without_codes_are_refused_never_ordered(planar_nm):
    path = planar_nm(manner=Manner(view_naming="none", series_description="WB ANT POST"))
    with pytest.raises(InputError, match="does not say whether its image 1"):
        read_scan(path)


def test_two_files_that_say_nothing_are_known_by_their_names(planar_nm):
    manner = Manner(view_naming="none")
    files = [planar_nm("wb_post.dcm", {"posterior": _counts("posterior")}, manner=manner),
             planar_nm("wb_ant.dcm", {"anterior": _counts("anterior")}, manner=manner)]  # fmt: skip
    scan = read_scan(files)
    assert {view.view_source for view in scan.views.values()} == {"file name"}
    np.testing.assert_array_equal(scan.views["posterior"].counts, _counts("posterior"))


def test_who_when_and_with_what(planar_nm):
    study = Study(
        patient_id="P7", patient_name="王^芳", study_instance_uid="1.2.3", accession_number="A9",
        acquisition_date="20240229", acquisition_time="141500.25", injection_time="1110", radiopharmaceutical="MDP",
        manufacturer="ACME", model_name="Duo",
    )  # fmt: skip
    scan = read_scan(planar_nm(study=study))
    assert (scan.identity.patient_id, scan.identity.patient_name) == ("P7", "王^芳")
    assert (scan.identity.study_instance_uid, scan.identity.accession_number) == ("1.2.3", "A9")
    assert (scan.acquisition_date, scan.acquisition_time, scan.injection_time) == ("20240229", "141500.25", "1110")
    assert (scan.radiopharmaceutical, scan.device, scan.modality) == ("MDP", "ACME Duo", "NM")
    assert not scan.lossy
    assert "王" not in repr(scan)
    assert "P7" not in repr(scan)


def test_counts_are_each_views_own_and_rescaled(planar_nm):
    scan = read_scan(planar_nm(manner=Manner(rescale_slope=2.5)))
    for name, view in scan.views.items():
        assert view.counts.dtype == np.float32
        assert view.total_counts == pytest.approx(2.5 * _counts(name).sum())


def test_pixels_higher_than_wide_keep_row_and_column_spacing(planar_nm):
    assert read_scan(planar_nm(pixel_size_mm=(4.0, 3.5))).views["anterior"].pixel_size_mm == (4.0, 3.5)


def test_an_empty_pixel_spacing_is_asked_for_then_given_with_a_warning(planar_nm):
    path = planar_nm(pixel_size_mm=None)
    with pytest.raises(InputError, match=r"scan\.dcm.*--pixel-size-mm"):
        read_scan(path)
    scan = read_scan(path, pixel_size_mm=2.4)
    assert scan.views["posterior"].pixel_size_mm == (2.4, 2.4)
    assert scan.views["posterior"].pixel_size_source == "given"
    assert any("2.4 mm was given" in sentence for sentence in scan.warnings)


def test_a_given_pixel_size_wins_over_another_in_the_file_and_this_is_said(planar_nm):
    path = planar_nm()
    same, other = read_scan(path, pixel_size_mm=4.0), read_scan(path, pixel_size_mm=2.4)
    assert same.views["anterior"].pixel_size_source == "file"
    assert same.warnings == ()
    assert other.views["anterior"].pixel_size_mm == (2.4, 2.4)
    assert any("the file says 4 mm" in sentence for sentence in other.warnings)


def test_of_several_energy_windows_the_photopeak_is_used_and_this_is_said(planar_nm):
    scatter = {view: image // 2 for view, image in _both().items()}
    scan = read_scan(planar_nm(scatter_window=scatter, view_order=("posterior", "anterior")))
    for name, view in scan.views.items():
        np.testing.assert_array_equal(view.counts, _counts(name))
    assert any("energy windows" in sentence for sentence in scan.warnings)


@pytest.mark.parametrize("implicit_vr", [False, True])
def test_transfer_syntaxes(planar_nm, implicit_vr):
    assert len(read_scan(planar_nm(manner=Manner(implicit_vr=implicit_vr))).views) == 2


def test_compressed_frames_keep_their_counts(planar_nm):
    path = planar_nm()
    dataset = pydicom.dcmread(path)
    dataset.compress(pydicom.uid.RLELossless)
    dataset.save_as(path)
    scan = read_scan(path)
    assert not scan.lossy
    for name, view in scan.views.items():
        np.testing.assert_array_equal(view.counts, _counts(name))


def _jpeg_2000(tmp_path: Path, images: list[np.ndarray]) -> tuple[bytes, str]:
    """Return encapsulated, losslessly compressed frames and their transfer syntax, as SimpleITK writes them."""
    frames = []
    for image in images:
        writer = SimpleITK.ImageFileWriter()
        writer.SetFileName(str(tmp_path / "frame.dcm"))
        writer.UseCompressionOn()
        writer.Execute(SimpleITK.GetImageFromArray(image))
        compressed = pydicom.dcmread(tmp_path / "frame.dcm")
        frames.append(next(generate_frames(compressed.PixelData, number_of_frames=1)))
    return encapsulate(frames), compressed.file_meta.TransferSyntaxUID


def test_jpeg_2000_frames_keep_their_counts_and_a_cut_file_is_refused(planar_nm, tmp_path):
    path = planar_nm(view_order=("posterior", "anterior"))
    dataset = pydicom.dcmread(path)
    pixels, dataset.file_meta.TransferSyntaxUID = _jpeg_2000(tmp_path, [_counts("posterior"), _counts("anterior")])
    dataset.PixelData = pixels
    dataset["PixelData"].VR = "OB"
    dataset["PixelData"].is_undefined_length = True
    dataset.save_as(path)
    for name, view in read_scan(path).views.items():
        np.testing.assert_array_equal(view.counts, _counts(name))
    data = path.read_bytes()
    for length in (len(data) - 9, len(data) - 200, len(data) - len(pixels) // 2):
        path.write_bytes(data[:length])
        with pytest.raises(InputError, match=r"scan\.dcm is truncated"):
            read_scan(path)


def test_a_file_without_preamble_is_read(planar_nm):
    path = planar_nm(manner=Manner(implicit_vr=True))
    dataset = pydicom.dcmread(path)
    with path.open("wb") as file:
        pydicom.filewriter.write_dataset(_little_endian(file), dataset)
    assert path.read_bytes()[128:132] != b"DICM"
    assert len(read_scan(path).views) == 2


def _little_endian(file):
    stream = pydicom.filebase.DicomFileLike(file)
    stream.is_implicit_VR, stream.is_little_endian = True, True
    return stream


def test_the_ending_of_the_file_name_does_not_matter(planar_nm):
    assert len(read_scan(planar_nm("scan.nrrd")).views) == 2


def test_a_real_lossy_secondary_capture_is_read_without_noise(capfd):
    path = pydicom.data.get_testdata_file("JPGExtended.dcm")
    with pytest.raises(InputError, match="--view"):
        read_scan(path)
    scan = read_scan(path, view="anterior")
    view = scan.views["anterior"]
    assert view.counts.shape == (1024, 256)
    assert view.pixel_size_mm == (2.26, 2.26)
    # 3,596,452 counts by the header, before compression at 76:1.
    assert view.total_counts == pytest.approx(3_596_452, rel=0.06)
    assert scan.lossy
    assert any("lossy" in sentence for sentence in scan.warnings)
    assert any("Secondary Capture" in sentence for sentence in scan.warnings)
    assert capfd.readouterr() == ("", "")


def test_a_posterior_that_was_exported_mirrored_is_known_by_its_patient_orientation(planar_nm):
    mirrored = np.ascontiguousarray(_counts("posterior")[:, ::-1])
    as_acquired = _hottest_ras(read_scan(planar_nm("r.dcm", {"posterior": _counts("posterior")})).views["posterior"])
    path = planar_nm("scan.dcm", {"posterior": mirrored})
    dataset = pydicom.dcmread(path)
    dataset.PatientOrientation = ["L", "F"]
    dataset.save_as(path)
    scan = read_scan(path)
    assert scan.views["posterior"].mirrored
    assert as_acquired[0] < 0, "the lesion is on the left"
    assert _hottest_ras(scan.views["posterior"])[0] == pytest.approx(as_acquired[0], abs=20)  # the lesion's width
    assert any("exported mirrored" in sentence for sentence in scan.warnings)
    assert read_scan(path, flip_posterior=True).views["posterior"].mirrored
    overruled = read_scan(path, flip_posterior=False)
    assert not overruled.views["posterior"].mirrored
    assert any("contradicts the sides" in sentence for sentence in overruled.warnings)
    dataset.PatientOrientation = ["R", "F"]
    dataset.save_as(path)
    assert read_scan(path).warnings == ()
    assert not read_scan(path).views["posterior"].mirrored


def test_the_written_object_is_the_same_bytes_for_the_same_arguments(planar_nm):
    digests = {hashlib.sha256(planar_nm(f"{n}.dcm").read_bytes()).hexdigest() for n in "ab"}
    assert len(digests) == 1


def test_a_static_view_of_a_bodys_length_is_taken_with_a_warning(planar_nm):
    path = planar_nm(manner=Manner(image_type="STATIC", series_description="BONE"))
    assert any("does not say that it is a whole-body" in sentence for sentence in read_scan(path).warnings)


@pytest.mark.parametrize(
    ("text", "views"),
    [
        ("WB ANT", {"anterior"}), ("Anterior projection", {"anterior"}), ("ANT_1", {"anterior"}),
        ("WB POST", {"posterior"}), ("post", {"posterior"}), ("POSTERIOR", {"posterior"}), ("POST_EM", set()),
        ("POST 99mTc-MDP", {"posterior"}), ("posterior 3h", {"posterior"}), ("WHOLE BODY_POST", {"posterior"}),
        ("前位", {"anterior"}), ("全身骨显像后位", {"posterior"}), ("前后位", {"anterior", "posterior"}),
        ("前、后位", {"anterior", "posterior"}), ("前位 后位", {"anterior", "posterior"}),
        ("ANT/POST", {"anterior", "posterior"}), ("POST ANT", {"anterior", "posterior"}),
        ("POSTOP", set()), ("POST-OP", set()), ("POST INJECTION", set()), ("3H POST", set()), ("POST 3 H", set()),
        ("post void", set()), ("POST THERAPY", set()), ("ANTEROLATERAL", set()), ("ANTERO-POSTERIOR", set()),
        ("POSTERO-ANTERIOR", set()), ("significant", set()), ("LEFT ANTERIOR OBLIQUE", set()), ("RPO", set()),
        ("BONE POST 4小时", set()), ("ANTE", set()), ("", set()),
    ],
)  # fmt: skip
def test_what_words_say_about_the_view(text, views):
    assert views_named(text) == views
    assert only_view_named(text) == (next(iter(views)) if len(views) == 1 else None)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("WB BONE", True),
        ("Whole-Body", True),
        ("WHOLEBODY", True),
        ("全身骨显像", True),
        ("SWB", False),
        ("HAND", False),
    ],
)
def test_what_words_say_whole_body(text, said):
    assert says_whole_body(text) is said


@pytest.mark.parametrize("naming", ["series description", "none"])
def test_a_secondary_capture_of_modality_nm_is_read(planar_nm, naming):
    manner = Manner(view_naming=naming, secondary_capture=True)
    path = planar_nm("scan.dcm", {"posterior": _counts("posterior")}, manner=manner)
    scan = read_scan(path, view=None if naming == "series description" else "posterior")
    np.testing.assert_array_equal(scan.views["posterior"].counts, _counts("posterior"))
    assert any("Secondary Capture" in sentence for sentence in scan.warnings)
