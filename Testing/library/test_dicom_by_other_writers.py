"""DICOM NM objects as the standard and cameras have them, made element by element: sides, geometry, SUV by hand."""

from __future__ import annotations

import numpy as np
import pydicom
import pytest
from pydicom import Dataset
from pydicom.dataset import FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

from BoneMetSegLib.errors import InputError
from BoneMetSegLib.scan_files import read_scan

AS_SEEN_FROM = {"front": [1, 0, 0, 0, 0, -1], "behind": [-1, 0, 0, 0, 0, -1]}
VIEW_CODES = {"anterior": "399321004", "posterior": "399001007"}


def item(**elements) -> Dataset:
    dataset = Dataset()
    for keyword, value in elements.items():
        setattr(dataset, keyword, value)
    return dataset


def code(value: str, scheme: str, meaning: str) -> Dataset:
    return item(CodeValue=value, CodingSchemeDesignator=scheme, CodeMeaning=meaning)


def nm(pixels: np.ndarray, kind: str, **elements) -> Dataset:
    """Return a Nuclear Medicine Image of ``(frames, rows, columns)``, of value 3 of Image Type ``kind``."""
    dataset = item(
        SOPClassUID="1.2.840.10008.5.1.4.1.1.20",
        SOPInstanceUID=generate_uid(),
        Modality="NM",
        PatientID="P1",
        StudyInstanceUID="1.2.3",
        SeriesInstanceUID="1.2.3.4",
        ImageType=["ORIGINAL", "PRIMARY", kind, "EMISSION"],
        AcquisitionDate="20240105",
        AcquisitionTime="120000",
        NumberOfFrames=pixels.shape[0],
        Rows=pixels.shape[1],
        Columns=pixels.shape[2],
        SamplesPerPixel=1,
        PhotometricInterpretation="MONOCHROME2",
        BitsAllocated=16,
        BitsStored=16,
        HighBit=15,
        PixelRepresentation=0,
        PixelData=pixels.astype("<u2").tobytes(),
    )
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    for keyword, value in elements.items():
        setattr(dataset, keyword, value)
    return dataset


def saved(path, dataset):
    dataset.save_as(path, enforce_file_format=True)
    return path


# --- planar -----------------------------------------------------------------------------------------------------------

ROWS, COLUMNS, PIXEL_MM = 400, 100, 4
LEFT_IN = {"anterior": 80, "posterior": 19}  # column of the focus at the patient's left, as each camera sees it
# By hand: 80 - 49.5 pixels toward the left, 4 mm each.
LEFT_R_MM = -122


def planar(views=("anterior", "posterior"), lies=(), *, mirrored=False) -> Dataset:
    pixels = np.ones((len(views), ROWS, COLUMNS))
    detectors = []
    for frame, view in enumerate(views):
        column = LEFT_IN["anterior" if mirrored else view]
        pixels[frame, 150, column] = 500
        described = item(ViewCodeSequence=[code(VIEW_CODES[view], "SCT", view)])
        if lies:
            described.ImageOrientationPatient = lies[frame]
        detectors.append(described)
    return nm(
        pixels,
        "WHOLE BODY",
        PixelSpacing=[PIXEL_MM, PIXEL_MM],
        EnergyWindowVector=[1] * len(views),
        DetectorVector=list(range(1, len(views) + 1)),
        NumberOfDetectors=len(views),
        DetectorInformationSequence=detectors,
    )


def hottest_r_mm(view) -> float:
    row, column = np.unravel_index(np.argmax(view.counts), view.counts.shape)
    return float((view.ijk_to_ras @ [column, row, 0, 1])[0])


def test_the_image_orientation_of_each_detector_agrees_with_the_views_as_acquired(tmp_path):
    scan = read_scan(saved(tmp_path / "scan.dcm", planar(lies=(AS_SEEN_FROM["front"], AS_SEEN_FROM["behind"]))))
    assert [hottest_r_mm(view) for view in scan.views.values()] == [LEFT_R_MM, LEFT_R_MM]
    assert scan.warnings == ()


def test_a_posterior_frame_whose_image_orientation_says_mirrored_is_put_right(tmp_path):
    dataset = planar(lies=(AS_SEEN_FROM["front"],) * 2, mirrored=True)
    path = saved(tmp_path / "scan.dcm", dataset)
    scan = read_scan(path)
    assert scan.views["posterior"].mirrored
    assert [hottest_r_mm(view) for view in scan.views.values()] == [LEFT_R_MM, LEFT_R_MM]
    assert any("Image Orientation the posterior view was exported mirrored" in said for said in scan.warnings)
    overruled = read_scan(path, flip_posterior=False)
    assert hottest_r_mm(overruled.views["posterior"]) == -LEFT_R_MM
    assert any("contradicts the sides of the posterior view" in said for said in overruled.warnings)


def test_an_image_orientation_from_the_feet_up_is_refused_and_an_axial_one_says_nothing(tmp_path):
    with pytest.raises(InputError, match="feet at the top"):
        read_scan(saved(tmp_path / "up.dcm", planar(lies=([1, 0, 0, 0, 0, 1], [-1, 0, 0, 0, 0, 1]))))
    scan = read_scan(saved(tmp_path / "axial.dcm", planar(lies=([1, 0, 0, 0, 1, 0],) * 2)))
    assert [hottest_r_mm(view) for view in scan.views.values()] == [LEFT_R_MM, LEFT_R_MM]
    assert scan.warnings == ()


def test_a_view_code_beside_the_image_names_its_view(tmp_path):
    dataset = planar(("posterior",))
    dataset.ViewCodeSequence = dataset.DetectorInformationSequence[0].ViewCodeSequence
    del dataset.DetectorInformationSequence
    scan = read_scan(saved(tmp_path / "scan.dcm", dataset))
    assert list(scan.views) == ["posterior"]
    assert hottest_r_mm(scan.views["posterior"]) == LEFT_R_MM


def test_two_views_of_a_camera_with_three_heads_are_read(tmp_path):
    dataset = planar()
    dataset.NumberOfDetectors = 3
    assert set(read_scan(saved(tmp_path / "scan.dcm", dataset)).views) == {"anterior", "posterior"}


@pytest.mark.parametrize("kind", ["planar", "spect"])
def test_a_transmission_image_is_no_bone_scan(tmp_path, kind):
    dataset = planar() if kind == "planar" else spect()
    dataset.ImageType = [*dataset.ImageType[:3], "TRANSMISSION"]
    with pytest.raises(InputError, match="transmission image"):
        read_scan(saved(tmp_path / "scan.dcm", dataset))


# --- SPECT ------------------------------------------------------------------------------------------------------------

SLICES, HOT = 12, (8, 3, 10)
# By hand: L = -30 + 10 * 5 = 20, P = -40 + 3 * 4 = -28, S = 100 + 8 * 6 = 148.
POSITION, HOT_RAS = [-30, -40, 100], (-20, 28, 148)


def voxels() -> np.ndarray:
    counts = np.arange(SLICES * 16 * 14).reshape(SLICES, 16, 14) % 50
    counts[HOT] = 4000
    return counts


def spect(**elements) -> Dataset:
    return nm(
        voxels(),
        "RECON TOMO",
        PixelSpacing=[4, 5],
        SpacingBetweenSlices=6,
        SliceVector=list(range(1, SLICES + 1)),
        DetectorInformationSequence=[item(ImageOrientationPatient=[1, 0, 0, 0, 1, 0], ImagePositionPatient=POSITION)],
        **elements,
    )


def assert_in_place(scan):
    k, j, i = np.unravel_index(np.argmax(scan.voxels), scan.voxels.shape)
    np.testing.assert_allclose(scan.to_ras(i, j, k), HOT_RAS)


def test_the_detector_information_goes_before_what_else_says_a_position(tmp_path):
    dataset = spect(ImagePositionPatient=[0, 0, 166], ImageOrientationPatient=[1, 0, 0, 0, 0, -1])
    assert_in_place(read_scan(saved(tmp_path / "spect.dcm", dataset)))
    del dataset.DetectorInformationSequence
    dataset.ImagePositionPatient, dataset.ImageOrientationPatient = POSITION, [1, 0, 0, 0, 1, 0]
    assert_in_place(read_scan(saved(tmp_path / "spect.dcm", dataset)))


def test_the_detector_vector_chooses_among_detectors_that_lie_differently(tmp_path):
    dataset = spect(DetectorVector=[2] * SLICES)
    other = item(ImageOrientationPatient=[-1, 0, 0, 0, -1, 0], ImagePositionPatient=[30, 40, 100])
    dataset.DetectorInformationSequence.insert(0, other)
    assert_in_place(read_scan(saved(tmp_path / "spect.dcm", dataset)))


def test_a_file_that_does_not_say_its_transfer_syntax_is_read(tmp_path):
    path = saved(tmp_path / "spect.dcm", spect())
    dataset = pydicom.dcmread(path)
    del dataset.file_meta.TransferSyntaxUID
    pydicom.dcmwrite(path, dataset, implicit_vr=False, little_endian=True)
    assert_in_place(read_scan(path))


def single_slices(folder, **elements):
    files = []
    for k, counts in enumerate(voxels()):
        dataset = spect(InstanceNumber=k + 1, **{key: value(k) for key, value in elements.items()})
        dataset.NumberOfFrames, dataset.SliceVector, dataset.PixelData = 1, [1], counts.astype("<u2").tobytes()
        dataset.DetectorInformationSequence[0].ImagePositionPatient = [-30, -40, 100 + 6 * k]
        files.append(saved(folder / f"{k}.dcm", dataset))
    return files


def test_a_series_was_acquired_when_its_first_slice_was_whatever_the_order_of_the_files(tmp_path):
    files = single_slices(tmp_path, AcquisitionTime=lambda k: f"12{k:02d}00")
    for order in (files, files[::-1], files[5:] + files[:5]):
        scan = read_scan(order)
        assert scan.acquisition_time == "120000"
        assert_in_place(scan)


def test_images_in_acquisition_may_be_those_before_reconstruction(tmp_path):
    scan = read_scan(single_slices(tmp_path, ImagesInAcquisition=lambda _: 120))
    assert_in_place(scan)
    assert any("120 images: check that all 12 slices are here" in said for said in scan.warnings)


def mapping(unit: str, slope: float) -> Dataset:
    return item(
        MeasurementUnitsCodeSequence=[code(unit, "UCUM", unit)],
        RealWorldValueSlope=slope,
        RealWorldValueIntercept=0.0,
        RealWorldValueFirstValueMapped=0,
        RealWorldValueLastValueMapped=65535,
    )


def quantitative(**elements) -> Dataset:
    dose = item(
        RadionuclideTotalDose=600,
        RadionuclideHalfLife=21636,
        RadiopharmaceuticalStartDateTime="20240105090000",
        RadionuclideCodeSequence=[code("C-163A8", "SRT", "^99m^Technetium")],
    )
    shared = {"PatientWeight": 80, "RadiopharmaceuticalInformationSequence": [dose], "RescaleSlope": "0.1"}
    return spect(**shared, RescaleIntercept="0", **elements)


# 4000 * 2.5 Bq/ml * 80 000 g / (600e6 Bq * 2 ^ (-3 h / 6.01 h)).
HOT_SUV = 1.88453


def test_suv_decays_the_dose_to_the_acquisition_though_the_series_is_younger(tmp_path):
    """A reconstruction made at 18:00 of a scan of 12:00, with the day only said of the series."""
    late = quantitative(
        RealWorldValueMappingSequence=[mapping("Bq/ml", 2.5)], SeriesDate="20240105", SeriesTime="180000"
    )
    late.AcquisitionDate = ""
    scan = read_scan(saved(tmp_path / "spect.dcm", late))
    assert scan.quantity == "SUVbw"
    assert scan.voxels[HOT] == pytest.approx(HOT_SUV, abs=1e-5)
    assert scan.warnings == ()
    late.AcquisitionTime, late.SeriesTime = "", "120000"
    scan = read_scan(saved(tmp_path / "spect.dcm", late))
    assert scan.voxels[HOT] == pytest.approx(HOT_SUV, abs=1e-5)
    assert "decayed to the time of the series" in scan.warnings[0]


def test_a_mapping_of_all_frames_together_is_used(tmp_path):
    groups = [item(RealWorldValueMappingSequence=[mapping("kBq/ml", 0.0025)])]
    scan = read_scan(saved(tmp_path / "spect.dcm", quantitative(SharedFunctionalGroupsSequence=groups)))
    assert scan.voxels[HOT] == pytest.approx(HOT_SUV, abs=1e-5)


def test_a_mapping_to_counts_scales_them_and_a_thousandth_of_a_becquerel_is_no_million(tmp_path):
    dataset = quantitative(RealWorldValueMappingSequence=[mapping("{counts}", 2.5)])
    scan = read_scan(saved(tmp_path / "spect.dcm", dataset))
    assert (scan.quantity, scan.voxels[HOT]) == ("counts", 10000)
    dataset.RealWorldValueMappingSequence = [mapping("mBq/ml", 2.5)]
    scan = read_scan(saved(tmp_path / "spect.dcm", dataset))
    assert (scan.quantity, scan.voxels[HOT]) == ("counts", 400)
    assert "unit is not known" in scan.warnings[0]


def test_counts_per_second_are_said(tmp_path):
    scan = read_scan(saved(tmp_path / "spect.dcm", spect(Units="CPS")))
    assert scan.quantity == "counts"
    assert "Units are CPS" in scan.warnings[0]
