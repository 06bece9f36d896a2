"""SPECT volumes in NRRD, NIfTI and MetaImage files: voxels, geometry, side, quantity."""

from __future__ import annotations

import numpy as np
import pytest
import SimpleITK

from BoneMetSegLib.errors import InputError
from BoneMetSegLib.scan_files import read_scan

ENDINGS = ["nrrd", "nhdr", "nii", "nii.gz", "mha", "mhd"]
SIZE = (10, 14, 18)  # k, j, i
SPACING = (5.0, 4.0, 6.0)
ORIGIN = (-40.0, -30.0, 100.0)  # LPS
HOT = (7, 3, 15)
# L = -40 + 15 * 5 = 35, P = -30 + 3 * 4 = -18, S = 100 + 7 * 6 = 142.
HOT_RAS = (-35.0, 18.0, 142.0)


def image(direction=(1, 0, 0, 0, 1, 0, 0, 0, 1), dtype=np.float32) -> SimpleITK.Image:
    voxels = np.random.default_rng(1).poisson(5, SIZE).astype(dtype)
    voxels[HOT] = 90
    volume = SimpleITK.GetImageFromArray(voxels)
    volume.SetSpacing(SPACING)
    volume.SetOrigin(ORIGIN)
    volume.SetDirection([float(cosine) for cosine in direction])
    return volume


def written(path, volume):
    SimpleITK.WriteImage(volume, str(path))
    return path


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("dtype", [np.float32, np.int16])
def test_a_volume_keeps_voxels_geometry_and_side(tmp_path, ending, dtype):
    scan = read_scan(written(tmp_path / f"spect.{ending}", image(dtype=dtype)))
    assert (scan.kind, scan.quantity, scan.warnings) == ("spect", "counts", ())
    np.testing.assert_array_equal(scan.voxels, SimpleITK.GetArrayFromImage(image()))
    assert scan.spacing_mm == pytest.approx(SPACING)
    k, j, i = np.unravel_index(np.argmax(scan.voxels), scan.voxels.shape)
    assert (k, j, i) == HOT
    np.testing.assert_allclose(scan.to_ras(i, j, k), HOT_RAS, atol=1e-4)
    np.testing.assert_allclose(scan.ijk_to_ras[:3, 3], [40, 30, 100], atol=1e-4)


@pytest.mark.parametrize("ending", ["nrrd", "nii", "mha"])
@pytest.mark.parametrize(
    "direction",
    [
        pytest.param((-1, 0, 0, 0, 1, 0, 0, 0, 1), id="to the right"),
        pytest.param((1, 0, 0, 0, 1, 0, 0, 0, -1), id="to the feet"),
        pytest.param((1, 0, 0, 0, 0, 1, 0, -1, 0), id="coronal"),
        pytest.param((0, 1, 0, 1, 0, 0, 0, 0, 1), id="transposed"),
    ],
)
def test_any_axes_put_the_hot_spot_where_the_file_says_in_right_handed_order(tmp_path, ending, direction):
    volume = image(direction)
    scan = read_scan(written(tmp_path / f"spect.{ending}", volume))
    left, posterior, superior = volume.TransformIndexToPhysicalPoint(HOT[::-1])
    k, j, i = np.unravel_index(np.argmax(scan.voxels), scan.voxels.shape)
    np.testing.assert_allclose(scan.to_ras(i, j, k), [-left, -posterior, superior], atol=1e-3)
    assert np.linalg.det(scan.ijk_to_ras[:3, :3]) > 0


@pytest.mark.parametrize("ending", ["nrrd", "mha"])
@pytest.mark.parametrize(
    ("key", "unit", "quantity", "factor"),
    [
        ("quantity", "SUVbw", "SUVbw", 1),
        ("units", "kBq/ml", "Bq/ml", 1000),
        ("Units", "counts", "counts", 1),
        ("quantity", "hope", "counts", 1),
    ],
)
def test_a_key_in_the_file_says_the_quantity(tmp_path, ending, key, unit, quantity, factor):
    volume = image()
    volume.SetMetaData(key, unit)
    scan = read_scan(written(tmp_path / f"spect.{ending}", volume))
    assert (scan.quantity, scan.voxels.max()) == (quantity, 90 * factor)


def test_the_user_says_the_quantity(tmp_path):
    path = written(tmp_path / "spect.nii.gz", image())
    assert read_scan(path, quantity="SUVbw").quantity == "SUVbw"
    scan = read_scan(path, quantity="Bq/ml")
    assert scan.quantity == "Bq/ml"
    assert scan.total_activity_mbq == pytest.approx(scan.total * 0.12 / 1e6)


def test_axes_that_the_file_does_not_say_are_said_to_be_assumed(tmp_path):
    path = tmp_path / "spect.nrrd"
    voxels = SimpleITK.GetArrayFromImage(image()).astype("<f4")
    header = "NRRD0004\ntype: float\ndimension: 3\nsizes: 18 14 10\nspacings: 5 4 6\nendian: little\nencoding: raw\n\n"
    path.write_bytes(header.encode() + voxels.tobytes())
    scan = read_scan(path)
    assert any("check left and right" in sentence for sentence in scan.warnings)
    np.testing.assert_array_equal(scan.voxels, voxels)


def refused(fault, paths, **options):
    with pytest.raises(InputError, match=fault) as refusal:
        read_scan(paths, **options)
    assert "\n" not in str(refusal.value)


def test_volumes_that_cannot_be_used_are_refused(tmp_path):
    def changed(edit, name="spect.nrrd", dtype=np.float32):
        voxels = SimpleITK.GetArrayFromImage(image()).astype(dtype)
        return written(tmp_path / name, SimpleITK.GetImageFromArray(edit(voxels)))

    refused("voxels that are not numbers", changed(lambda v: np.where(v == 90, np.nan, v)))
    refused("shows nothing", changed(lambda v: v * 0))
    refused("no emission image", changed(lambda v: v - 1000))
    tiny = image()
    tiny.SetSpacing((0.1, 0.1, 0.1))
    refused("voxels of 0.1 x 0.1 x 0.1 mm", written(tmp_path / "tiny.mha", tiny))
    refused("one volume, or two planar", [written(tmp_path / "a.nrrd", image())] * 2)
    refused("--view is for planar", tmp_path / "a.nrrd", view="anterior")
    bomb = tmp_path / "bomb.nrrd"
    bomb.write_bytes(b"NRRD0004\ntype: float\ndimension: 3\nsizes: 2000 2000 2000\nendian: little\nencoding: raw\n\n")
    refused("2000 x 2000 x 2000 voxels", bomb)
    cut = tmp_path / "cut.mha"
    cut.write_bytes(written(tmp_path / "whole.mha", image()).read_bytes()[:-100])
    refused("truncated", cut)
    several = SimpleITK.JoinSeries([image(), image()])
    refused("holds 2 volumes", written(tmp_path / "several.nii", several))
