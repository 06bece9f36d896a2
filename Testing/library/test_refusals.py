"""Scans that cannot be used: one sentence that names the file and the fault, and never another error."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pydicom
import pytest
import SimpleITK
from pydicom.data import get_testdata_file

from BoneMetSegLib.errors import InputError
from BoneMetSegLib.scan import PlanarScan
from BoneMetSegLib.scan_files import read_scan
from model_training.simulator.nm_dicom import Manner, Study, write_planar_nm

PIXEL_MM = 4.0


def _view(rows: int = 400, columns: int = 100) -> np.ndarray:
    counts = np.random.default_rng(3).poisson(4, (rows, columns)).astype(np.uint16)
    counts[: rows // 20] = 0
    return counts


def _scan_file(path: Path, counts: dict | None = None, pixel_size_mm: float | None = PIXEL_MM, **how) -> Path:
    return write_planar_nm(path, counts or {"anterior": _view(), "posterior": _view()}, pixel_size_mm, **how)


def _changed(path: Path, **elements) -> Path:
    """Write a good scan with some elements set, or removed where ``None``."""
    dataset = pydicom.dcmread(_scan_file(path))
    for keyword, value in elements.items():
        if value is None:
            del dataset[keyword]
        else:
            setattr(dataset, keyword, value)
    dataset.save_as(path)
    return path


def _assert_refused(fault: str, path, **options) -> None:
    with pytest.raises(InputError, match=fault) as refusal:
        read_scan(path, **options)
    sentence = str(refusal.value)
    assert "\n" not in sentence
    assert len(sentence) < 250
    if isinstance(path, Path):
        assert path.name in sentence
        assert str(path.parent) not in sentence, "the folder's name may hold the patient's"


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "empty"),
        (b"hello", "not DICOM, NRRD, NIfTI or MHA"),
        (bytes(300), "not DICOM"),
        (b"%PDF-1.4", "PDF"),
        (b"PK\x03\x04", "damaged or truncated.*ZIP"),
        (b"\x89PNG\r\n\x1a\n", "PNG picture"),
        (b"\xff\xd8\xff\xe0", "JPEG picture"),
        (b"\x1f\x8b broken", "not DICOM"),
        (gzip.compress(b"x" * 400, mtime=0), "not DICOM"),
        (bytes(128) + b"DICM", "truncated|damaged"),
        (bytes(128) + b"DICM" + bytes(400), "truncated|damaged|not stated"),
        (b"\x08\x00\x05\x00" + b"words" * 100, "not a DICOM|damaged"),
        (b"NRRD0004\n", "NRRD"),
        (b"NRRD0004\ntype: float\ndimension: 2\nsizes: 100000 100000\nencoding: raw\n\n", "ant"),
        (b"ObjectType = Image\nNDims = 2\n", "MHA"),
        (bytes([92, 1, 0, 0]) + bytes(340) + b"n+1\0" + bytes(8), "NIfTI"),
    ],
)
def test_files_that_are_no_scan(tmp_path, content, fault):
    path = tmp_path / "ant.dcm"
    path.write_bytes(content)
    _assert_refused(fault, path)


def test_missing_files_and_folders(tmp_path):
    _assert_refused("does not exist", tmp_path / "none.dcm")
    with pytest.raises(InputError, match="holds no bone scan: it holds no DICOM image"):
        read_scan(tmp_path)
    with pytest.raises(InputError, match="0 files"):
        read_scan([])
    with pytest.raises(InputError, match="3 files"):
        read_scan([_scan_file(tmp_path / name) for name in "abc"])


@pytest.mark.parametrize(
    ("file", "fault"),
    [
        ("CT_small.dcm", "modality is CT"),
        ("MR_small.dcm", "modality is MR"),
        ("rtplan.dcm", "modality is RTPLAN"),
        ("DICOMDIR", "DICOMDIR"),
    ],
)
def test_other_dicom_objects(file, fault):
    _assert_refused(fault, Path(get_testdata_file(file)))


@pytest.mark.parametrize(
    ("elements", "fault"),
    [
        ({"Modality": "PT"}, "modality is PT"),
        ({"Modality": "NM Simulated^Patient " * 20}, "modality is unreadable"),
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.66.4"}, "Segmentation"),
        ({"PixelData": None}, "holds no image"),
        ({"Rows": None}, "does not say how many rows"),
        ({"ImageType": ["ORIGINAL", "PRIMARY", "TOMO", "EMISSION"]}, "SPECT projections.*planar"),
        ({"ImageType": ["ORIGINAL", "PRIMARY", "RECON TOMO", "EMISSION"]}, "100 x 400 x 2 voxels; a SPECT volume"),
        ({"ImageType": ["ORIGINAL", "PRIMARY", "DYNAMIC", "EMISSION"]}, "dynamic"),
        ({"ImageType": ["ORIGINAL", "PRIMARY", "GATED", "EMISSION"]}, "gated"),
        ({"SamplesPerPixel": 3}, "colour"),
        ({"NumberOfFrames": 7}, "7 images"),
        ({"NumberOfFrames": 0x7FFFFFFF}, "images"),
        ({"DetectorVector": None}, "Detector Vector has 0 values"),
        ({"DetectorVector": 1}, "Detector Vector has 1 values"),
        ({"DetectorVector": [1, 0]}, "detector 0"),
        ({"DetectorVector": [1, 1]}, "anterior view more than once"),
        ({"DetectorVector": [1, 3]}, "image of detector 3, which it does not describe"),
        ({"Rows": 50}, "100 columns x 50 rows"),
        ({"Rows": 8000}, "8000 rows"),
        ({"Rows": 4000}, "truncated|mm high"),
        ({"PixelSpacing": ["0.1", "0.1"]}, "0.1 mm"),
        ({"PixelSpacing": ["50", "50"]}, "50 mm"),
        ({"PixelSpacing": ["-4", "4"]}, "-4"),
        ({"PixelSpacing": ["0.6", "0.6"]}, "240 mm high"),
        ({"PixelSpacing": ["9.5", "9.5"]}, "3800 mm high"),
        ({"PixelData": bytes(2 * 2 * 400 * 100)}, "every pixel is zero"),
        ({"PixelData": bytes(2 * 400 * 100)}, "truncated: it holds 80000 of 160000 bytes"),
        ({"RescaleSlope": "0", "RescaleIntercept": "0"}, "Rescale Slope of 0"),
        ({"RescaleSlope": "1", "RescaleIntercept": "-100"}, "negative counts"),
        ({"RescaleSlope": "1e300", "RescaleIntercept": "0"}, "not numbers"),
        ({"NumberOfFrames": 1, "DetectorVector": 1}, "more images than the 1 it says"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_nuclear_medicine_objects_that_cannot_be_used(tmp_path, elements, fault):
    _assert_refused(fault, _changed(tmp_path / "scan.dcm", **elements))


def test_a_view_that_is_neither_anterior_nor_posterior(tmp_path):
    path = _scan_file(tmp_path / "scan.dcm")
    dataset = pydicom.dcmread(path)
    code = dataset.DetectorInformationSequence[1].ViewCodeSequence[0]
    code.CodeValue, code.CodeMeaning = "399173006", "left lateral"
    dataset.save_as(path)
    _assert_refused("'left lateral'", path)
    code.CodeValue, code.CodeMeaning = "399001007", "Anterior"
    dataset.save_as(path)
    _assert_refused("contradicts itself", path)


def test_a_view_stored_with_the_feet_at_the_top(tmp_path):
    path = _scan_file(tmp_path / "scan.dcm", {"anterior": _view()})
    dataset = pydicom.dcmread(path)
    dataset.PatientOrientation = ["L", "H"]
    dataset.save_as(path)
    _assert_refused("feet at the top", path)


def test_spot_views(tmp_path):
    manner = Manner(image_type="STATIC", series_description="THORAX ANT", view_naming="series description")
    path = _scan_file(tmp_path / "scan.dcm", {"anterior": _view(150)}, manner=manner)
    _assert_refused("static .spot. view of 600 mm", path)


def test_views_wider_than_high(tmp_path):
    _assert_refused("not higher than wide", _scan_file(tmp_path / "scan.dcm", {"anterior": _view(200, 300)}))


def test_energy_windows_without_one_photopeak(tmp_path):
    counts = {"anterior": _view(), "posterior": _view()}
    path = _scan_file(tmp_path / "scan.dcm", counts, scatter_window=counts)
    dataset = pydicom.dcmread(path)
    for window in dataset.EnergyWindowInformationSequence:
        limits = window.EnergyWindowRangeSequence[0]
        limits.EnergyWindowLowerLimit, limits.EnergyWindowUpperLimit = "100", "200"
    dataset.save_as(path)
    _assert_refused("2 energy windows, of which 2 hold", path)


def test_options_that_do_not_fit(tmp_path):
    both = _scan_file(tmp_path / "both.dcm")
    _assert_refused("--view is for a file with a single view", both, view="anterior")
    _assert_refused("--view is sideways", [both], view="sideways")
    _assert_refused("--pixel-size-mm", both, pixel_size_mm=25.0)
    _assert_refused("--pixel-size-mm", both, pixel_size_mm=float("nan"))
    _assert_refused("--view is for a single file", [both, both], view="anterior")


def test_two_files_that_do_not_belong_together(tmp_path):
    front = _scan_file(tmp_path / "a.dcm", {"anterior": _view()})
    back = {"posterior": _view()}
    _assert_refused("a.dcm and a.dcm both hold the anterior view", [front, front])
    _assert_refused("anterior view", [front, _scan_file(tmp_path / "b.dcm")])
    other_patient = _scan_file(tmp_path / "c.dcm", back, study=Study(patient_id="SOMEONE ELSE"))
    _assert_refused("different patients", [front, other_patient])
    other_day = _scan_file(tmp_path / "d.dcm", back, study=Study(acquisition_date="20250901"))
    _assert_refused("different days", [front, other_day])
    nrrd = tmp_path / "post.nrrd"
    image = SimpleITK.GetImageFromArray(_view())
    image.SetSpacing((4.0, 4.0))
    SimpleITK.WriteImage(image, str(nrrd))
    _assert_refused("different formats", [front, nrrd])
    other_study = _scan_file(tmp_path / "e.dcm", back, study=Study(study_instance_uid="1.2.3"))
    assert any("different studies" in sentence for sentence in read_scan([front, other_study]).warnings)


@pytest.mark.parametrize("ending", ["nrrd", "nii", "mha"])
@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda image: image * np.nan, "not numbers"),
        (lambda image: np.where(image > 8, np.inf, image), "not numbers"),
        (lambda image: image - 3, "negative"),
        (lambda image: image * 0, "every pixel is zero"),
        (lambda image: image * 0 + 2, "same value"),
        (lambda image: image[:60], "60 rows"),
        (lambda image: image.T, "not higher than wide"),
        (lambda image: image.astype(np.complex64), "2 values per pixel"),
    ],
    ids=["NaN", "infinite", "negative", "zero", "constant", "few rows", "lying", "complex"],
)
def test_volumes_that_cannot_be_used(tmp_path, ending, change, fault):
    image = SimpleITK.GetImageFromArray(change(_view().astype(np.float32)))
    image.SetSpacing((PIXEL_MM,) * image.GetDimension())
    path = tmp_path / f"ant.{ending}"
    try:
        SimpleITK.WriteImage(image, str(path))
    except RuntimeError:
        pytest.skip(f"{ending} cannot hold this")
    _assert_refused(fault, path)


def test_colour_volumes(tmp_path):
    image = SimpleITK.GetImageFromArray(np.zeros((400, 100, 3), np.uint8), isVector=True)
    SimpleITK.WriteImage(image, str(tmp_path / "ant.nrrd"))
    _assert_refused("colour", tmp_path / "ant.nrrd")


def _read_or_refused(path: Path) -> PlanarScan | None:
    """Read a damaged file: a scan or the documented error; every other error fails the test."""
    try:
        scan = read_scan(path)
    except InputError as error:
        assert path.name in str(error)  # noqa: PT017 - both outcomes are right
        return None
    for view in scan.views.values():
        assert np.isfinite(view.counts).all()
        assert view.counts.min() >= 0
    return scan


@pytest.mark.parametrize("implicit_vr", [False, True], ids=["explicit", "implicit"])
def test_a_dicom_file_cut_anywhere_is_refused(tmp_path, implicit_vr):
    path = tmp_path / "scan.dcm"
    data = _scan_file(path, manner=Manner(implicit_vr=implicit_vr)).read_bytes()
    rng = np.random.default_rng(20)
    header = data.index(b"\xe0\x7f\x10\x00")
    lengths = [*rng.integers(0, header + 12, 120), *rng.integers(header, len(data), 78), 0, len(data) - 1]
    for length in lengths:
        path.write_bytes(data[:length])
        assert _read_or_refused(path) is None, f"cut at byte {length} of {len(data)} and read all the same"


@pytest.mark.parametrize("implicit_vr", [False, True], ids=["explicit", "implicit"])
def test_a_dicom_file_with_flipped_bytes_is_read_or_refused(tmp_path, implicit_vr):
    path = tmp_path / "scan.dcm"
    good = _scan_file(path, manner=Manner(implicit_vr=implicit_vr)).read_bytes()
    header = good.index(b"\xe0\x7f\x10\x00") + 12
    rng = np.random.default_rng(21)
    outcomes = set()
    for _ in range(300):
        data = bytearray(good)
        for place in rng.integers(132, header, rng.integers(1, 4)):
            data[place] ^= int(rng.integers(1, 256))
        path.write_bytes(data)
        outcomes.add(_read_or_refused(path) is not None)
    assert outcomes == {True, False}


@pytest.mark.parametrize("ending", ["nrrd", "nii", "nii.gz", "mha"])
def test_a_volume_with_flipped_bytes_is_read_or_refused(tmp_path, ending):
    path = tmp_path / f"ant.{ending}"
    image = SimpleITK.GetImageFromArray(_view())
    image.SetSpacing((4.0, 4.0))
    SimpleITK.WriteImage(image, str(path))
    good = path.read_bytes()
    rng = np.random.default_rng(22)
    for _ in range(150):
        data = bytearray(good)
        for place in rng.integers(0, min(len(good), 352), rng.integers(1, 4)):
            data[place] ^= int(rng.integers(1, 256))
        path.write_bytes(data)
        _read_or_refused(path)
