"""SPECT in DICOM: voxels, origin, spacing, direction, the order of the slices, and where left is."""

from __future__ import annotations

import contextlib
import copy
from dataclasses import replace

import numpy as np
import pydicom
import pytest
import SimpleITK

from BoneMetSegLib.errors import InputError
from BoneMetSegLib.scan_files import read_scan
from model_training.simulator.nm_dicom import Study
from model_training.simulator.nm_spect_dicom import (
    AXIAL,
    Calibration,
    SpectGeometry,
    SpectManner,
    SpectObject,
    write_spect_nm,
    write_spect_series,
)

SLICES, ROWS, COLUMNS = 12, 20, 24
PIXEL_MM = (4.0, 5.0)  # row spacing, column spacing
STEP_MM = 6.0
# The hot spot: patient left (high columns of an axial slice, +L), front (low rows, -P), toward the head (slice 9).
HOT = (9, 4, 21)
POSITION_LPS = (-57.5, -38.0, 100.0)
# Of HOT by hand: L = -57.5 + 21 * 5 = 47.5, P = -38 + 4 * 4 = -22, S = 100 + 9 * 6 = 154; R = -L, A = -P.
HOT_RAS = (-47.5, 22.0, 154.0)


def anatomy() -> np.ndarray:
    """Return stored values (slice from feet to head, row from front to back, column from right to left)."""
    voxels = np.random.default_rng(5).poisson(9, (SLICES, ROWS, COLUMNS)).astype(np.uint16)
    voxels[HOT] = 900
    return voxels


def geometry(**changed) -> SpectGeometry:
    start = SpectGeometry(PIXEL_MM, STEP_MM, STEP_MM, AXIAL, POSITION_LPS)
    return replace(start, **changed)


def how(*, calibration=None, manner=None, study=None, **changed) -> SpectObject:
    return SpectObject(geometry(**changed), calibration or Calibration(), manner or SpectManner(), study or Study())


def hottest(scan) -> tuple[tuple[int, int, int], np.ndarray]:
    k, j, i = np.unravel_index(np.argmax(scan.voxels), scan.voxels.shape)
    return (int(k), int(j), int(i)), scan.to_ras(i, j, k)


def itk_ras(path, index_of_value: float) -> np.ndarray:
    """Return where an independent reader (GDCM) puts the voxel of a value, as RAS."""
    image = SimpleITK.ReadImage(str(path))
    k, j, i = np.argwhere(SimpleITK.GetArrayFromImage(image) == index_of_value)[0]
    left, posterior, superior = image.TransformIndexToPhysicalPoint((int(i), int(j), int(k)))
    return np.array([-left, -posterior, superior])


def changed(path, edit) -> object:
    dataset = pydicom.dcmread(path)
    edit(dataset)
    dataset.save_as(path)
    return path


def test_voxels_origin_spacing_and_direction_are_those_of_the_file(tmp_path):
    scan = read_scan(write_spect_nm(tmp_path / "spect.dcm", anatomy(), how()))
    assert scan.kind == "spect"
    assert scan.voxels.dtype == np.float32
    np.testing.assert_array_equal(scan.voxels, anatomy())
    assert scan.spacing_mm == pytest.approx((5, 4, 6))
    np.testing.assert_allclose(
        scan.ijk_to_ras, [[-5, 0, 0, 57.5], [0, -4, 0, 38], [0, 0, 6, 100], [0, 0, 0, 1]], atol=1e-9
    )
    assert scan.voxel_volume_ml == pytest.approx(0.12)
    assert scan.warnings == ()
    assert (scan.acquisition_date, scan.acquisition_time, scan.injection_time) == ("20250301", "133000", "103000")
    assert scan.identity.patient_id == "SIMULATED-1"
    assert "SIMULATED" not in repr(scan)
    assert scan.slice_sources[3] == (pydicom.dcmread(tmp_path / "spect.dcm").SOPInstanceUID, 4)


def test_a_hot_spot_at_the_patients_left_is_left_in_the_array_and_in_ras(tmp_path):
    path = write_spect_nm(tmp_path / "spect.dcm", anatomy(), how())
    index, ras = hottest(read_scan(path))
    assert index == HOT
    assert index[2] > COLUMNS / 2
    np.testing.assert_allclose(ras, HOT_RAS)
    assert ras[0] < 0, "the patient's left has negative R"
    np.testing.assert_allclose(itk_ras(path, 900), HOT_RAS)


def test_a_negative_spacing_stacks_from_head_to_feet_and_every_voxel_stays_in_its_place(tmp_path):
    """Frames from the head down, the topmost first: the k axis is turned, or the axes would be left-handed."""
    top = (*POSITION_LPS[:2], POSITION_LPS[2] + (SLICES - 1) * STEP_MM)
    path = write_spect_nm(tmp_path / "spect.dcm", anatomy()[::-1].copy(), how(spacing_mm=-STEP_MM, position=top))
    scan = read_scan(path)
    upward = read_scan(write_spect_nm(tmp_path / "upward.dcm", anatomy(), how()))
    np.testing.assert_array_equal(scan.voxels, upward.voxels)
    np.testing.assert_allclose(scan.ijk_to_ras, upward.ijk_to_ras)
    assert np.linalg.det(scan.ijk_to_ras[:3, :3]) > 0
    np.testing.assert_allclose(hottest(scan)[1], HOT_RAS)
    assert [frame for _, frame in scan.slice_sources] == list(range(SLICES, 0, -1))


@pytest.mark.parametrize(
    ("orientation", "position", "axes"),
    [
        # Coronal: columns to the left, rows to the feet, slices to the back.
        ((1, 0, 0, 0, 0, -1), (-57.5, -40, 166), (0, 2, 1)),
        # Sagittal: columns to the back, rows to the feet, slices to the right (row x column = -L).
        ((0, 1, 0, 0, 0, -1), (57.5, -38, 166), (1, 2, 0)),
        # Axial, prone or feet first: columns to the right, rows to the front.
        ((-1, 0, 0, 0, -1, 0), (57.5, 38, 100), (0, 1, 2)),
    ],
    ids=["coronal", "sagittal", "turned about"],
)
def test_any_orientation_puts_the_hot_spot_where_the_file_says(tmp_path, orientation, position, axes):
    path = write_spect_nm(tmp_path / "spect.dcm", anatomy(), how(orientation=orientation, position=position))
    scan = read_scan(path)
    row, column = np.split(np.array(orientation, float), 2)
    lps = np.array(position) + HOT[2] * 5 * row + HOT[1] * 4 * column + HOT[0] * 6 * np.cross(row, column)
    index, ras = hottest(scan)
    assert index == HOT
    np.testing.assert_allclose(ras, lps * [-1, -1, 1])
    np.testing.assert_allclose(ras, itk_ras(path, 900), atol=1e-6)
    assert np.linalg.det(scan.ijk_to_ras[:3, :3]) > 0
    assert [int(np.argmax(np.abs(scan.ijk_to_ras[:3, axis]))) for axis in range(3)] == list(axes)


def test_an_oblique_volume_keeps_its_tilt(tmp_path):
    tilt = np.radians(20)
    row, column = (np.cos(tilt), np.sin(tilt), 0.0), (-np.sin(tilt), np.cos(tilt), 0.0)
    scan = read_scan(write_spect_nm(tmp_path / "spect.dcm", anatomy(), how(orientation=(*row, *column))))
    np.testing.assert_allclose(scan.ijk_to_ras[:3, 0] / 5, [-row[0], -row[1], 0], atol=1e-8)
    assert scan.spacing_mm == pytest.approx((5, 4, 6))


def test_missing_spacing_is_taken_from_the_slice_thickness_and_said(tmp_path):
    path = write_spect_nm(tmp_path / "spect.dcm", anatomy(), how(spacing_mm=None, thickness_mm=6.0))
    scan = read_scan(path)
    np.testing.assert_allclose(hottest(scan)[1], HOT_RAS)
    assert any("Slice Thickness" in sentence for sentence in scan.warnings)


def test_the_slice_vector_orders_the_frames(tmp_path):
    """Frames stored from slice 12 down to 1; the position is that of the first frame stored, which is slice 12."""
    last_slice = (*POSITION_LPS[:2], POSITION_LPS[2] + (SLICES - 1) * STEP_MM)
    manner = SpectManner(slice_vector=range(SLICES, 0, -1))
    path = write_spect_nm(tmp_path / "spect.dcm", anatomy()[::-1].copy(), how(position=last_slice, manner=manner))
    scan = read_scan(path)
    np.testing.assert_array_equal(scan.voxels, anatomy())
    np.testing.assert_allclose(hottest(scan)[1], HOT_RAS)
    assert any("slice 12, not slice 1" in sentence for sentence in scan.warnings)
    assert scan.slice_sources[0][1] == SLICES


def test_interleaved_frames_are_put_in_order(tmp_path):
    order = [*range(0, SLICES, 2), *range(1, SLICES, 2)]
    manner = SpectManner(slice_vector=[index + 1 for index in order])
    scan = read_scan(write_spect_nm(tmp_path / "spect.dcm", anatomy()[order], how(manner=manner)))
    np.testing.assert_array_equal(scan.voxels, anatomy())
    assert scan.warnings == ()


def test_rescale_slope_makes_counts(tmp_path):
    calibration = Calibration(rescale_slope=0.25)
    scan = read_scan(write_spect_nm(tmp_path / "spect.dcm", anatomy(), how(calibration=calibration)))
    np.testing.assert_allclose(scan.voxels, anatomy() * 0.25)
    assert scan.quantity == "counts"
    assert scan.total == pytest.approx(anatomy().sum() * 0.25)
    assert "no Real World Value Mapping" in scan.quantity_reason


def test_a_missing_position_leaves_the_volume_centred_and_is_said(tmp_path):
    scan = read_scan(write_spect_nm(tmp_path / "spect.dcm", anatomy(), how(position=None)))
    np.testing.assert_allclose(scan.to_ras((COLUMNS - 1) / 2, (ROWS - 1) / 2, (SLICES - 1) / 2), 0, atol=1e-9)
    assert any("centre was put at 0, 0, 0" in sentence for sentence in scan.warnings)
    assert hottest(scan)[1][0] < 0


@pytest.mark.parametrize("spacing_mm", [STEP_MM, -STEP_MM])
def test_a_series_of_single_slices_is_sorted_by_position(tmp_path, spacing_mm):
    start = POSITION_LPS if spacing_mm > 0 else (*POSITION_LPS[:2], POSITION_LPS[2] + (SLICES - 1) * STEP_MM)
    stored = anatomy() if spacing_mm > 0 else anatomy()[::-1].copy()
    files = write_spect_series(tmp_path, stored, how(spacing_mm=spacing_mm, position=start))
    shuffled = list(np.random.default_rng(2).permutation(files))
    scan = read_scan(shuffled)
    np.testing.assert_array_equal(scan.voxels, anatomy())
    np.testing.assert_allclose(scan.ijk_to_ras[:3, 3], [57.5, 38, 100])
    np.testing.assert_allclose(hottest(scan)[1], HOT_RAS)
    assert len({uid for uid, _ in scan.slice_sources}) == SLICES
    assert scan.warnings == ()


def test_repeated_slices_are_read_once_and_said(tmp_path):
    files = write_spect_series(tmp_path, anatomy(), how())
    scan = read_scan([*files, files[3]])
    np.testing.assert_array_equal(scan.voxels, anatomy())
    assert any("1 files repeat" in sentence for sentence in scan.warnings)


def refused(fault, paths, **options):
    with pytest.raises(InputError, match=fault) as refusal:
        read_scan(paths, **options)
    sentence = str(refusal.value)
    assert "\n" not in sentence
    assert len(sentence) < 250
    assert "SIMULATED" not in sentence


def test_a_series_that_lacks_a_slice_is_refused(tmp_path):
    files = write_spect_series(tmp_path, anatomy(), how())
    refused(r"lacks slices: after slice 4 of 11 the next is 12 mm away, elsewhere 6 mm", files[:4] + files[5:])
    for file in files:
        changed(file, lambda dataset: setattr(dataset, "NumberOfSlices", SLICES))
    refused("11 slices, but the files say that the volume has 12", files[:-1])
    refused("single slice of a SPECT volume; give all files", files[0])


@pytest.mark.parametrize(
    ("edit", "fault"),
    [
        (lambda d: setattr(d, "PatientID", "OTHER"), "slice_003.dcm is of another patient"),
        (lambda d: setattr(d, "SeriesInstanceUID", "1.2.3"), "slice_003.dcm is of another series"),
        (lambda d: setattr(d, "Modality", "CT") or setattr(d, "SOPClassUID", "1.2.3"), "modality is CT"),
        (lambda d: setattr(d.DetectorInformationSequence[0], "ImagePositionPatient", None), "does not say where"),
        (
            lambda d: setattr(d.DetectorInformationSequence[0], "ImagePositionPatient", [-57.5, -38, 106]),
            "one position",
        ),
        (lambda d: setattr(d.DetectorInformationSequence[0], "ImagePositionPatient", [-50, -38, 112]), "shifted"),
        (lambda d: setattr(d, "PixelSpacing", [3, 3]), "lie differently or have pixels of different sizes"),
        (lambda d: setattr(d, "ImageType", ["DERIVED", "PRIMARY", "RECON GATED TOMO", "EMISSION"]), "gated"),
    ],
)
def test_a_stranger_among_the_slices_is_refused(tmp_path, edit, fault):
    files = write_spect_series(tmp_path, anatomy(), how())
    changed(files[2], edit)
    refused(fault, files)


def test_projections_and_gated_volumes_are_refused_by_name(tmp_path):
    for image_type, fault in (
        ("TOMO", "set of SPECT projections"),
        ("GATED TOMO", "gated SPECT projections"),
        ("RECON GATED TOMO", "gated SPECT volume"),
    ):
        manner = SpectManner(image_type=image_type)
        refused(fault, write_spect_nm(tmp_path / "spect.dcm", anatomy(), how(manner=manner)))


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"orientation": None}, "Image Orientation is missing"),
        ({"orientation": (1, 0, 0, 1, 0, 0)}, "perpendicular"),
        ({"orientation": (2, 0, 0, 0, 1, 0)}, "perpendicular"),
        ({"spacing_mm": None, "thickness_mm": None}, "Spacing Between Slices is missing"),
        ({"spacing_mm": 0.0, "thickness_mm": -3.0}, "Spacing Between Slices is missing"),
        ({"spacing_mm": 400.0}, "voxels of 5 x 4 x 400 mm"),
        ({"pixel_mm": (0.01, 0.01)}, "voxels of 0.01"),
        ({"manner": SpectManner(slice_vector=[1] * SLICES)}, "does not number 12 slices"),
    ],
)
def test_geometry_that_cannot_be_used_is_refused(tmp_path, changes, fault):
    refused(fault, write_spect_nm(tmp_path / "spect.dcm", anatomy(), how(**changes)))


@pytest.mark.parametrize(
    ("edit", "fault"),
    [
        (lambda d: setattr(d, "NumberOfFrames", 13), "does not number 13 slices|truncated"),
        (lambda d: setattr(d, "NumberOfFrames", 0x7FFFFFFF), "2147483647 voxels"),
        (lambda d: setattr(d, "NumberOfSlices", 11), "says it has 11 slices, but it holds 12"),
        (lambda d: setattr(d, "PixelData", bytes(100)), "truncated: it holds 100 of"),
        (lambda d: setattr(d, "PixelData", bytes(2 * SLICES * ROWS * COLUMNS)), "shows nothing"),
        (lambda d: d.__delattr__("PixelData"), "holds no image"),
        (lambda d: d.__delattr__("PixelSpacing"), "does not say how large a pixel is"),
        (lambda d: setattr(d, "SamplesPerPixel", 3), "colour"),
        (lambda d: setattr(d, "RescaleSlope", "0"), "Rescale Slope of 0"),
        (lambda d: setattr(d, "RescaleSlope", "1e300"), "not numbers"),
        (lambda d: setattr(d, "RescaleIntercept", "-100") or setattr(d, "RescaleSlope", "1"), "no emission image"),
        (lambda d: setattr(d, "EnergyWindowVector", [1, 2] * 6), "several energy windows"),
        (lambda d: setattr(d, "Rows", 60000), "voxels"),
    ],
)
def test_objects_that_cannot_be_used_are_refused(tmp_path, edit, fault):
    refused(fault, changed(write_spect_nm(tmp_path / "spect.dcm", anatomy(), how()), edit))


def test_two_detectors_that_lie_differently_are_refused(tmp_path):
    path = write_spect_nm(tmp_path / "spect.dcm", anatomy(), how())

    def second(dataset):
        other = copy.deepcopy(dataset.DetectorInformationSequence[0])
        other.ImagePositionPatient = [0, 0, 0]
        dataset.DetectorInformationSequence.append(other)

    refused("ImagePositionPatient twice and differently", changed(path, second))


def test_options_of_planar_views_are_refused(tmp_path):
    path = write_spect_nm(tmp_path / "spect.dcm", anatomy(), how())
    refused("--view is for planar", path, view="anterior")
    refused("--pixel-size-mm is for planar", path, pixel_size_mm=2.0)
    refused("--flip-posterior is for planar", path, flip_posterior=True)
    refused("--quantity is MBq", path, quantity="MBq")
    refused("is a volume by itself", [path, write_spect_nm(tmp_path / "b.dcm", anatomy(), how())])


def test_slightly_negative_voxels_stay_and_are_said(tmp_path):
    path = write_spect_nm(tmp_path / "spect.dcm", anatomy(), how(calibration=Calibration(rescale_slope=1.0)))
    scan = read_scan(changed(path, lambda d: setattr(d, "RescaleIntercept", "-3")))
    assert scan.voxels.min() < 0
    assert any("below zero" in sentence for sentence in scan.warnings)


@pytest.mark.parametrize("single", [False, True])
def test_a_damaged_file_is_read_or_refused_never_worse(tmp_path, single):
    """Flipped, removed and cut bytes in headers and pixels: a scan comes, or one sentence."""
    source = (
        write_spect_series(tmp_path, anatomy(), how())[0]
        if single
        else write_spect_nm(tmp_path / "whole.dcm", anatomy()[:4], how())
    )
    content = source.read_bytes()
    rng = np.random.default_rng(11)
    header = len(content) - 4 * ROWS * COLUMNS * 2 if not single else len(content) - ROWS * COLUMNS * 2
    path = tmp_path / "damaged.dcm"
    for attempt in range(80):
        damaged = bytearray(content)
        for _ in range(rng.integers(1, 6)):
            damaged[rng.integers(132, header)] = rng.integers(256)
        if attempt % 5 == 0:
            del damaged[rng.integers(132, len(damaged)) :]
        path.write_bytes(damaged)
        with contextlib.suppress(InputError):
            assert read_scan(path).voxels.size < 10**6
