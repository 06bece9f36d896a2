"""Masks beside images become training cases, by where they lie; what does not fit is refused in a sentence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK

from BoneMetSegLib.nrrd_file import NrrdFile, write_nrrd
from BoneMetSegLib.scan import PlanarScan
from BoneMetSegLib.scan_files import read_scan
from BoneMetSegLib.seg_nrrd import Segment, write_segments
from model_training.__main__ import main
from model_training.training_case import TrainingCase, TrainingVolume, load_training_case, load_training_volume
from Testing.training.hospital_files import PIXEL_MM, REPORT_EN, body, eight_bits, focus_mask, png, write_dicom

ANT, POST = "anterior", "posterior"
# The focus of the volume lies on the patient's left, in front, above the middle.
SIZE, SPACING, ORIGIN = (20, 24, 28), (4.0, 4.0, 5.0), (-40.0, -46.0, 100.0)  # i, j, k in LPS
BOX = (slice(18, 21), slice(4, 7), slice(14, 17))  # k, j, i: i to the left, j to the back, k upward


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "hospital"
    made.mkdir()
    return made


def run(folder: Path, *more: str) -> int:
    return main(["import-masks", str(folder), "-o", str(folder.parent / "out"), *more])


def planar_case(folder: Path) -> TrainingCase:
    return load_training_case(folder.parent / "out" / "case_000000.npz")


def volume_case(folder: Path) -> TrainingVolume:
    return load_training_volume(folder.parent / "out" / "case_000000_spect.npz")


def check_side(case: TrainingCase, *views: str) -> None:
    assert case.views == views
    for view in views:
        np.testing.assert_array_equal(case.class_map[view] == 1, focus_mask(view))
        assert case.counts[view][case.class_map[view] == 1].mean() > 140


def image_of(voxels: np.ndarray, spacing: Any = SPACING, origin: Any = ORIGIN) -> SimpleITK.Image:
    image = SimpleITK.GetImageFromArray(voxels)
    image.SetSpacing(spacing)
    image.SetOrigin(origin)
    return image


def tomography() -> tuple[SimpleITK.Image, SimpleITK.Image]:
    """A volume and its mask, in the axes of the body."""
    voxels = np.random.default_rng(1).poisson(20, SIZE[::-1]).astype(np.float32)
    mask = np.zeros(SIZE[::-1], np.uint8)
    voxels[BOX] += 300
    mask[BOX] = 1
    return image_of(voxels), image_of(mask)


def check_volume(volume: TrainingVolume) -> None:
    assert volume.voxel_mm == (5.0, 4.0, 4.0)
    wanted = np.zeros(SIZE[::-1], bool)
    wanted[BOX] = True
    np.testing.assert_array_equal(volume.class_map == 1, wanted)
    assert volume.voxels[wanted].min() > 250 > volume.voxels[~wanted].max()


@pytest.mark.parametrize("binary", [False, True])
def test_png_masks_on_dicom_keep_their_side(folder: Path, *, binary: bool) -> None:
    write_dicom(folder / "p1.dcm", body())
    (folder / "p1.txt").write_text(REPORT_EN, encoding="utf-8")
    for view, short in ((ANT, "ant"), (POST, "post")):
        mask = focus_mask(view).astype(np.uint8) * (255 if binary else 1)
        (folder / f"p1_{short}_mask.png").write_bytes(png(mask))
    assert run(folder) == 0
    check_side(planar_case(folder), ANT, POST)
    assert planar_case(folder).reports == {"en": REPORT_EN}


def test_pictures_with_masks_in_folders_of_their_own(folder: Path) -> None:
    for view, short in ((ANT, "ant"), (POST, "post")):
        for kind, pixels in (("images", eight_bits(body()[view])), ("masks", focus_mask(view).astype(np.uint8))):
            (folder / kind).mkdir(exist_ok=True)
            (folder / kind / f"p1_{short}.png").write_bytes(png(pixels))
    assert run(folder, "--pixel-size-mm", "6") == 0
    case = planar_case(folder)
    assert case.counts_up_to_a_factor
    for view in case.views:
        np.testing.assert_array_equal(case.class_map[view] == 1, focus_mask(view))


def test_segmentations_of_slicer_keep_their_side_and_join_views(folder: Path) -> None:
    scan = read_scan([write_dicom(folder / "p1.dcm", body())])
    assert isinstance(scan, PlanarScan)
    for view in (ANT, POST):
        tags = {"BoneMetSeg.Class": "metastasis", "BoneMetSeg.Accepted": "yes", "BoneMetSeg.HotSpot": "H01"}
        own = Segment("H01_" + view, "01 left rib 7", (1, 0, 0), focus_mask(view), tags)
        low = np.zeros_like(own.mask)
        low[200:204, 30:34] = True
        other = Segment("S2", "膀胱", (0, 1, 0), low)
        rejected = Segment("H03", "03", (1, 0, 0), np.roll(low, 20, 0),
                           {"BoneMetSeg.Class": "metastasis", "BoneMetSeg.Accepted": "no"})  # fmt: skip
        write_segments(folder / f"p1_{view}.seg.nrrd", scan.views[view], [own, other, rejected])
    assert run(folder) == 0
    case = planar_case(folder)
    check_side(case, ANT, POST)
    for view in case.views:
        assert (case.class_map[view] == 3).sum() == 16
        assert (case.class_map[view] == 255).sum() == 16, "what a reader rejected is nobody's finding"
    of = {int(case.focus_map[view][focus_mask(view)].max()) for view in case.views}
    assert len(of) == 1, "one focus in both views"


def test_a_planar_nifti_turned_by_the_reader_has_its_mask_turned_too(folder: Path) -> None:
    # Columns toward the left, rows toward the head: as nibabel saves a coronal slice.
    for name, pixels in (("p1_ant.nii.gz", body()[ANT]), ("p1_ant_mask.nii.gz", focus_mask(ANT).astype(np.uint8))):
        image = SimpleITK.GetImageFromArray(pixels[::-1][:, None].copy())  # slices k = rows from the feet
        image.SetSpacing((PIXEL_MM, 1.0, PIXEL_MM))
        SimpleITK.WriteImage(image, str(folder / name))
    assert run(folder) == 0
    check_side(planar_case(folder), ANT)


def test_a_mask_of_two_slices_fits_the_frames_of_its_dicom(folder: Path) -> None:
    write_dicom(folder / "p1.dcm", body())
    masks = np.stack([focus_mask(ANT), focus_mask(POST)]).astype(np.uint8)
    SimpleITK.WriteImage(SimpleITK.GetImageFromArray(masks), str(folder / "p1_label.nrrd"))
    assert run(folder) == 0
    check_side(planar_case(folder), ANT, POST)


@pytest.mark.parametrize("ending", ["nii.gz", "nrrd", "mha"])
@pytest.mark.parametrize("axes", ["LPS", "RAI", "PSL"])
def test_masks_of_volumes_follow_their_headers_whatever_the_order_of_axes(
    folder: Path, ending: str, axes: str, capsys: pytest.CaptureFixture[str]
) -> None:
    image, mask = tomography()
    SimpleITK.WriteImage(image, str(folder / f"p1.{ending}"))
    SimpleITK.WriteImage(SimpleITK.DICOMOrient(mask, axes), str(folder / f"p1_mask.{ending}"))
    assert run(folder) == 0
    check_volume(volume_case(folder))
    assert "another grid" not in capsys.readouterr().err
    datalist = json.loads((folder.parent / "out" / "datalist.json").read_text(encoding="utf-8"))
    assert datalist["training"][0]["modality"] == "spect"


def test_a_volume_stored_from_head_to_feet_is_turned_to_the_axes_of_the_body(folder: Path) -> None:
    image, mask = tomography()
    for each, name in ((image, "p1.nrrd"), (mask, "p1_mask.nrrd")):
        SimpleITK.WriteImage(SimpleITK.DICOMOrient(each, "RPI"), str(folder / name))
    assert run(folder) == 0
    check_volume(volume_case(folder))


def test_a_mask_on_a_finer_grid_is_resampled_and_said_so(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    image, mask = tomography()
    SimpleITK.WriteImage(image, str(folder / "p1.nrrd"))
    fine = SimpleITK.Expand(mask, [2, 2, 2], SimpleITK.sitkNearestNeighbor)
    SimpleITK.WriteImage(fine, str(folder / "p1_mask.nrrd"))
    assert run(folder) == 0
    check_volume(volume_case(folder))
    assert "another grid" in capsys.readouterr().err


def test_a_cropped_segmentation_of_a_volume_lies_where_slicer_put_it(folder: Path) -> None:
    image, _ = tomography()
    SimpleITK.WriteImage(image, str(folder / "p1.nrrd"))
    to_ras = np.diag([-4.0, -4.0, 5.0, 1.0])
    first = np.array(ORIGIN) + np.array(SPACING) * [BOX[2].start, BOX[1].start, BOX[0].start]
    to_ras[:3, 3] = first * [-1, -1, 1]
    keys = {"Segment0_ID": "Segment_1", "Segment0_Name": "Metastasis 1", "Segment0_Layer": "0",
            "Segment0_LabelValue": "1", "Segment0_Tags": ""}  # fmt: skip
    write_nrrd(folder / "p1.seg.nrrd", NrrdFile(np.ones((1, 3, 3, 3), np.uint8), to_ras, keys))
    assert run(folder) == 0
    check_volume(volume_case(folder))


def test_masks_that_do_not_fit_are_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    image, mask = tomography()
    SimpleITK.WriteImage(image, str(folder / "p1.nrrd"))
    far = SimpleITK.Image(mask)
    far.SetOrigin((500.0, 0.0, 0.0))
    values = SimpleITK.GetArrayFromImage(mask)
    nowhere = SimpleITK.GetImageFromArray(values)
    for wrong, sentence in (
        (far, "lies elsewhere than its image"),
        (nowhere, "does not say where it lies"),
        (image_of(values * 7), "holds the values 7, which are unknown"),
        (image_of(values * np.float32(0.5)), "no whole numbers"),
        (image_of(np.arange(values.size).reshape(values.shape).astype(np.int32)), "is it an image?"),
    ):
        SimpleITK.WriteImage(wrong, str(folder / "p1_mask.nrrd"))
        assert run(folder) == 2
        assert sentence in capsys.readouterr().err
        assert not (folder.parent / "out").exists()
    (folder / "p1_mask.nrrd").write_bytes(b"NRRD0004\n")
    assert run(folder) == 2
    (folder / "p1.nrrd").unlink()
    assert run(folder) == 2
    assert "has no image beside it" in capsys.readouterr().err


def test_a_planar_mask_of_another_size_or_of_a_missing_view_is_refused(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_dicom(folder / "p1.dcm", {ANT: body()[ANT]})
    (folder / "p1_ant_mask.png").write_bytes(png(np.ones((50, 40), np.uint8)))
    assert run(folder) == 2
    assert "a mask of 40 x 50 pixels for a view of 96 x 300" in capsys.readouterr().err
    (folder / "p1_ant_mask.png").rename(folder / "p1_post_mask.png")
    assert run(folder) == 2
    assert "which its scan does not have" in capsys.readouterr().err
