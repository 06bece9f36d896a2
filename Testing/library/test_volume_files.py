"""NRRD, NIfTI and MetaImage files of one or two views: sides, head end, pixel size, which view."""

from __future__ import annotations

import numpy as np
import pytest
import SimpleITK

from BoneMetSegLib.errors import InputError
from BoneMetSegLib.scan_files import file_format, read_scan

ROWS, COLUMNS, PIXEL_MM = 300, 100, (4.0, 3.5)  # height, width
BLOB_ROW, BLOB_FROM_LEFT = 40, 15  # near the head, at the patient's left

ENDINGS = ["nrrd", "nhdr", "nii", "nii.gz", "mha", "mhd"]
# Columns and rows of a picture in LPS, and the slice axis that makes them right-handed.
TOWARD_LEFT = (1, 0, 0, 0, 0, 1, 0, -1, 0)  # seen from the front; row-major 3 x 3
TOWARD_RIGHT = (-1, 0, 0, 0, 0, -1, 0, -1, 0)  # seen from behind
FRONT_MM, BACK_MM = -100.0, 100.0  # the planes of design.md, as LPS


def _seen_from(side: str) -> np.ndarray:
    """Return counts as seen from the front or from behind, with a blob at the patient's left."""
    image = np.ones((ROWS, COLUMNS), np.float32)
    column = COLUMNS - 1 - BLOB_FROM_LEFT if side == "front" else BLOB_FROM_LEFT
    image[BLOB_ROW, column] = 50
    return image


def _coronal(counts: np.ndarray, direction, plane_mm: float = 0.0) -> SimpleITK.Image:
    """Return a coronal slice as Slicer saves our views: centre at L = 0, S = 0."""
    image = SimpleITK.GetImageFromArray(counts[np.newaxis])
    image.SetSpacing((PIXEL_MM[1], PIXEL_MM[0], 1.0))
    image.SetDirection(direction)
    image.SetOrigin((0.0, 0.0, 0.0))
    centre = np.array(image.TransformContinuousIndexToPhysicalPoint([(COLUMNS - 1) / 2, (ROWS - 1) / 2, 0]))
    image.SetOrigin(tuple(float(x) for x in np.array([0.0, plane_mm, 0.0]) - centre))
    return image


def _flat(counts: np.ndarray) -> SimpleITK.Image:
    image = SimpleITK.GetImageFromArray(counts)
    image.SetSpacing((PIXEL_MM[1], PIXEL_MM[0]))
    return image


@pytest.fixture
def saved(tmp_path):
    """Write an image; return its path."""

    def save(image, name):
        SimpleITK.WriteImage(image, str(tmp_path / name))
        return tmp_path / name

    return save


def _assert_blob_is_left(view):
    row, column = np.unravel_index(np.argmax(view.counts), view.counts.shape)
    r_mm, _, s_mm = (view.ijk_to_ras @ [column, row, 0, 1])[:3]
    assert r_mm == pytest.approx(-((COLUMNS - 1) / 2 - BLOB_FROM_LEFT) * PIXEL_MM[1])
    assert s_mm == pytest.approx(((ROWS - 1) / 2 - BLOB_ROW) * PIXEL_MM[0])


@pytest.mark.parametrize("ending", ENDINGS)
class TestEveryFormat:
    def test_a_view_of_our_own_scene_is_known_by_its_plane(self, saved, ending):
        for view, side, direction, plane in (
            ("anterior", "front", TOWARD_LEFT, FRONT_MM), ("posterior", "behind", TOWARD_RIGHT, BACK_MM)
        ):  # fmt: skip
            scan = read_scan(saved(_coronal(_seen_from(side), direction, plane), f"{side}.{ending}"))
            assert list(scan.views) == [view]
            assert scan.views[view].view_source == "plane in the body"
            assert scan.views[view].pixel_size_mm == pytest.approx(PIXEL_MM)
            assert not scan.views[view].mirrored
            np.testing.assert_array_equal(scan.views[view].counts, _seen_from(side))
            _assert_blob_is_left(scan.views[view])
            assert scan.warnings == ()

    def test_a_mirrored_posterior_of_our_own_scene_stays_mirrored(self, saved, ending):
        scan = read_scan(saved(_coronal(_seen_from("front"), TOWARD_LEFT, BACK_MM), f"x.{ending}"))
        assert scan.views["posterior"].mirrored
        np.testing.assert_array_equal(scan.views["posterior"].counts, _seen_from("front"))
        _assert_blob_is_left(scan.views["posterior"])

    def test_plain_pictures_are_taken_as_acquired_and_known_by_their_names(self, saved, ending):
        files = [saved(_flat(_seen_from("behind")), f"case_posterior.{ending}"),
                 saved(_flat(_seen_from("front")), f"case_ANT.{ending}")]  # fmt: skip
        scan = read_scan(files)
        assert list(scan.views) == ["anterior", "posterior"]
        for view in scan.views.values():
            assert view.view_source == "file name"
            assert view.pixel_size_mm == pytest.approx(PIXEL_MM)
            _assert_blob_is_left(view)
        assert any("axes are not the body's" in sentence for sentence in scan.warnings)

    def test_the_format_is_named(self, saved, ending):
        scan = read_scan(saved(_flat(_seen_from("front")), f"ant.{ending}"))
        assert scan.source_format == {"n": "NRRD", "m": "MHA"}.get(ending[0] if "nii" not in ending else "", "NIfTI")


@pytest.mark.parametrize("view", ["anterior", "posterior"])
def test_axes_from_foot_to_head_and_toward_the_right_are_turned(saved, view):
    """NIfTI tools reorder volumes to columns toward R, slices toward A, rows toward S."""
    front = _seen_from("front")
    stored = front[::-1, ::-1]  # rows from the feet, columns from the patient's left
    image = SimpleITK.GetImageFromArray(stored[:, np.newaxis, :])
    image.SetSpacing((PIXEL_MM[1], 1.0, PIXEL_MM[0]))
    image.SetDirection((-1, 0, 0, 0, -1, 0, 0, 0, 1))
    scan = read_scan(saved(image, "scan.nii.gz"), view=view)
    assert not scan.views[view].mirrored
    _assert_blob_is_left(scan.views[view])
    np.testing.assert_array_equal(scan.views[view].counts, _seen_from("front" if view == "anterior" else "behind"))


def test_columns_toward_the_right_are_seen_from_behind(saved):
    path = saved(_coronal(_seen_from("behind"), TOWARD_RIGHT), "scan.nrrd")
    assert read_scan(path).views["posterior"].view_source == "direction of the columns"
    with pytest.raises(InputError, match="posterior view by its direction of the columns"):
        read_scan(path, view="anterior")


def test_columns_toward_the_left_are_taken_as_anterior_unless_the_user_says_otherwise(saved):
    path = saved(_coronal(_seen_from("front"), TOWARD_LEFT), "scan.nrrd")
    scan = read_scan(path)
    _assert_blob_is_left(scan.views["anterior"])
    assert any("--view" in sentence for sentence in scan.warnings)
    posterior = read_scan(path, view="posterior").views["posterior"]
    assert posterior.mirrored
    _assert_blob_is_left(posterior)


def test_a_plain_picture_needs_its_view(saved):
    path = saved(_flat(_seen_from("behind")), "scan.mha")
    with pytest.raises(InputError, match=r"scan\.mha.*--view"):
        read_scan(path)
    _assert_blob_is_left(read_scan(path, view="posterior").views["posterior"])
    with pytest.raises(InputError, match="by its file name, but --view says anterior"):
        read_scan(saved(_flat(_seen_from("behind")), "scan_post.mha"), view="anterior")


def test_the_user_overrules_the_axes_about_a_mirrored_posterior(saved):
    path = saved(_coronal(_seen_from("behind"), TOWARD_LEFT, BACK_MM), "scan.nrrd")
    assert read_scan(path).views["posterior"].mirrored
    overruled = read_scan(path, flip_posterior=False).views["posterior"]
    assert not overruled.mirrored
    _assert_blob_is_left(overruled)


def test_half_a_pixel_size_is_none(tmp_path):
    """ITK puts 1 mm for a spacing that an NRRD says is not known."""
    path = tmp_path / "ant.nrrd"
    fields = ("type: uchar", "dimension: 2", f"sizes: {COLUMNS} {ROWS}", "encoding: raw", "spacings: 4 NaN")
    path.write_bytes("\n".join(["NRRD0004", *fields, "", ""]).encode() + _seen_from("front").astype(np.uint8).tobytes())
    with pytest.raises(InputError, match="how large a pixel is"):
        read_scan(path)
    assert read_scan(path, pixel_size_mm=PIXEL_MM).views["anterior"].pixel_size_mm == PIXEL_MM


def test_a_plain_mirrored_posterior_is_put_right_by_flip_posterior(saved):
    view = read_scan(saved(_flat(_seen_from("front")), "post.nrrd"), flip_posterior=True).views["posterior"]
    assert view.mirrored
    _assert_blob_is_left(view)


@pytest.mark.parametrize("order", [("anterior", "posterior"), ("posterior", "anterior")], ids="-".join)
@pytest.mark.parametrize("ending", ["nrrd", "mha"])
def test_two_slices_are_known_by_the_key_views(saved, ending, order):
    sides = {"anterior": "front", "posterior": "behind"}
    image = SimpleITK.GetImageFromArray(np.stack([_seen_from(sides[view]) for view in order]))
    image.SetSpacing((PIXEL_MM[1], PIXEL_MM[0], 1.0))
    image.SetMetaData("views", " ".join(order))
    scan = read_scan(saved(image, f"scan.{ending}"))
    assert list(scan.views) == ["anterior", "posterior"]
    for view in scan.views.values():
        _assert_blob_is_left(view)
        assert view.view_source == "key in the file"


def test_two_slices_without_a_key_are_refused_never_ordered(saved):
    image = SimpleITK.GetImageFromArray(np.stack([_seen_from("front"), _seen_from("behind")]))
    image.SetSpacing((PIXEL_MM[1], PIXEL_MM[0], 1.0))
    with pytest.raises(InputError, match=r"scan_ant_post\.nii holds two slices.*views"):
        read_scan(saved(image, "scan_ant_post.nii"))


def test_a_key_that_does_not_fit_is_refused(saved):
    image = SimpleITK.GetImageFromArray(np.stack([_seen_from("front"), _seen_from("behind")]))
    image.SetSpacing((PIXEL_MM[1], PIXEL_MM[0], 1.0))
    image.SetMetaData("views", "anterior anterior")
    with pytest.raises(InputError, match="does not name one view for each"):
        read_scan(saved(image, "scan.nrrd"))


def test_a_pixel_of_1_mm_means_unknown(saved):
    image = SimpleITK.GetImageFromArray(np.tile(_seen_from("front"), (2, 2)))
    path = saved(image, "ant.nrrd")
    with pytest.raises(InputError, match="--pixel-size-mm"):
        read_scan(path)
    scan = read_scan(path, pixel_size_mm=2.4)
    assert scan.views["anterior"].pixel_size_source == "given"


@pytest.mark.parametrize("ending", ["nrrd", "nii", "nii.gz", "mha"])
def test_the_ending_of_the_file_name_does_not_matter(saved, tmp_path, ending):
    path = saved(_flat(_seen_from("front")), f"ant.{ending}")
    other = path.rename(tmp_path / "前位 scan_ant.dat")
    assert file_format(other) in ("NRRD", "NIfTI", "MHA")
    _assert_blob_is_left(read_scan(other).views["anterior"])


@pytest.mark.parametrize("ending", ["nrrd", "nii", "nii.gz", "mha"])
@pytest.mark.parametrize("compressed", [False, True])
def test_a_file_cut_anywhere_is_refused(saved, tmp_path, ending, compressed):
    rng = np.random.default_rng(1)
    image = SimpleITK.GetImageFromArray(rng.poisson(6, (ROWS, COLUMNS)).astype(np.uint16))
    image.SetSpacing((PIXEL_MM[1], PIXEL_MM[0]))
    path = tmp_path / f"ant.{ending}"
    SimpleITK.WriteImage(image, str(path), compressed)
    data = path.read_bytes()
    whole = read_scan(path).views["anterior"].counts
    cut = tmp_path / f"cut_ant.{ending}"
    for length in [*rng.integers(0, len(data), 12), len(data) - 1]:
        cut.write_bytes(data[:length])
        try:
            counts = read_scan(cut).views["anterior"].counts
        except InputError as error:
            assert cut.name in str(error)  # noqa: PT017 - either this, or every pixel is there
        else:
            np.testing.assert_array_equal(counts, whole)
