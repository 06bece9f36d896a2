"""NRRD and MetaImage headers written by hand from the formats' documents: read, or refused for cause."""

from __future__ import annotations

import gzip
import zlib

import numpy as np
import pytest

from BoneMetSegLib.errors import InputError
from BoneMetSegLib.scan_files import read_scan

VOXELS = np.arange(480, dtype="<i2").reshape(6, 8, 10)
VOXELS[4, 2, 8] = 3000
PIXELS = VOXELS.tobytes()
# By hand: L = -20 + 8 * 5 = 20, P = -15 + 2 * 4 = -7, S = 100 + 4 * 6 = 124: the patient's left, in front.
HOT_RAS = (-20, 7, 124)
ENCODING = ("encoding: raw", "endian: little")
SIZE = ("type: short", "dimension: 3", "sizes: 10 8 6")
PLACE = (
    "space: left-posterior-superior",
    "space directions: (5,0,0) (0,4,0) (0,0,6)",
    "space origin: (-20,-15,100)",
)


def nrrd(path, *lines, pixels=PIXELS, magic="NRRD0004", newline="\n"):
    path.write_bytes(newline.join([magic, *lines, "", ""]).encode() + pixels)
    return path


def assert_read(path):
    scan = read_scan(path)
    np.testing.assert_array_equal(scan.voxels, VOXELS)
    np.testing.assert_allclose(scan.to_ras(8, 2, 4), HOT_RAS, atol=1e-9)
    return scan


def refused(path, fault):
    with pytest.raises(InputError, match=fault) as error:
        read_scan(path)
    assert path.name in str(error.value)


@pytest.mark.parametrize(
    "lines",
    [
        (*PLACE, "kinds: domain domain domain", "quantity:=counts", "DICOM_0008_103E:=a: b:=c", "note:="),
        (*PLACE, 'labels: "右→左" "a\\"b" ""', 'space units: "mm" "mm" "mm"', 'sample units: "计数"'),
        (*PLACE, "content: a: b := c", "number: 480", "min: 0", "oldmin: NaN", "centerings: cell node ???"),
        (*PLACE, *(f"Segment{number}_Extent:={'x' * 250}" for number in range(400))),
        (
            "space: LPS",
            "space directions: ( 5.0e+00 , 0 , -1e-17 ) (0,4.0E0,0) (0,0,6.)",
            "space origin: (-2.0e+1, -15, 1e2)",
            "measurement frame: (1,0,0) (0,1,0) (0,0,1)",
        ),
        ("space: right-anterior-superior", "space directions: (-5,0,0) (0,-4,0) (0,0,6)", "space origin: (20,15,100)"),
    ],
    ids=["slicer", "strings in any script", "other fields", "a long header", "exponents and blanks", "RAS"],
)
def test_an_nrrd_header_as_programs_write_it_is_read(tmp_path, lines):
    for newline in ("\n", "\r\n"):
        assert_read(nrrd(tmp_path / "spect.nrrd", "# a comment", *SIZE, *ENCODING, *lines, newline=newline))


def test_a_four_dimensional_nrrd_of_one_component_is_a_volume(tmp_path):
    for first in ("none", "(nan,nan,nan)"):
        lines = ("type: short", "dimension: 4", "sizes: 1 10 8 6", *ENCODING, PLACE[0], PLACE[2])
        directions = f"space directions: {first} (5,0,0) (0,4,0) (0,0,6)"
        assert_read(nrrd(tmp_path / "spect.nrrd", *lines, directions, "kinds: vector domain domain domain"))


def test_an_nrrd_with_its_pixels_in_other_files_is_read(tmp_path):
    (tmp_path / "spect.raw").write_bytes(PIXELS)
    (tmp_path / "spect.raw.gz").write_bytes(gzip.compress(PIXELS))
    for number, one in enumerate(VOXELS, start=1):
        (tmp_path / f"slice{number}.raw").write_bytes(one.tobytes())
    assert_read(nrrd(tmp_path / "raw.nhdr", *SIZE, *ENCODING, *PLACE, "data file: spect.raw", pixels=b""))
    packed = ("encoding: gzip", "endian: little", *PLACE, "datafile: spect.raw.gz")
    assert_read(nrrd(tmp_path / "packed.nhdr", *SIZE, *packed, pixels=b""))
    assert_read(nrrd(tmp_path / "many.nhdr", *SIZE, *ENCODING, *PLACE, "data file: slice%d.raw 1 6 1", pixels=b""))
    names = "".join(f"slice{number}.raw\n" for number in range(1, 7)).encode()
    header = "\n".join(["NRRD0004", *SIZE, *ENCODING, *PLACE, "data file: LIST", ""]).encode()
    (tmp_path / "list.nhdr").write_bytes(header + names)
    assert_read(tmp_path / "list.nhdr")


def test_an_old_nrrd_says_that_its_axes_are_assumed(tmp_path):
    lines = (*SIZE, *ENCODING, "spacings: 5 4 6", "axis mins: 0 0 0", "centers: node node node")
    scan = read_scan(nrrd(tmp_path / "spect.nrrd", *lines, magic="NRRD00.01"))
    assert scan.spacing_mm == pytest.approx((5, 4, 6))
    assert "check left and right" in scan.warnings[0]


@pytest.mark.parametrize("space", ["3D-right-handed", "scanner-xyz"])
def test_a_space_that_does_not_name_the_bodys_sides_is_doubted(tmp_path, space):
    scan = read_scan(nrrd(tmp_path / "spect.nrrd", *SIZE, *ENCODING, f"space: {space}", *PLACE[1:]))
    assert "check left and right" in scan.warnings[0]


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        ((*SIZE, *ENCODING, "spacings: 5 4 NaN"), "how far its voxels are apart"),
        ((*SIZE, *ENCODING), "how far its voxels are apart"),
        ((*SIZE, "encoding: bzip2", "endian: little", *PLACE), "compressed by bzip2"),
        ((*SIZE, "encoding: raw", *PLACE), "byte order"),
        ((*SIZE, *ENCODING, *PLACE, "data file: gone.raw"), "not beside it"),
        (("type: short", "dimension: 5", "sizes: 10 8 6 1 1", *ENCODING), "5 dimensions"),
        ((*SIZE, *ENCODING, *PLACE, "kinds: domain domain"), "2 kinds for 3 axes"),
        ((*SIZE, *ENCODING, PLACE[0], "space directions: (1e308,0,0) (0,4,0) (0,0,6)"), "cannot be read"),
    ],
)
def test_an_nrrd_that_cannot_be_used_is_refused_for_its_reason(tmp_path, lines, fault):
    refused(nrrd(tmp_path / "spect.nrrd", *lines), fault)


# --- MetaImage --------------------------------------------------------------------------------------------------------

FIRST = ("ObjectType = Image", "NDims = 3", "BinaryData = True", "BinaryDataByteOrderMSB = False")
GEOMETRY = (
    "TransformMatrix = 1 0 0 0 1 0 0 0 1",
    "Offset = -20 -1.5e+01 100.",
    "CenterOfRotation = 0 0 0",
    "AnatomicalOrientation = RAI",
    "ElementSpacing = 5 4 6",
    "DimSize = 10 8 6",
)
PACKED = zlib.compress(PIXELS)


def mha(path, *lines, pixels=PIXELS, kept="LOCAL", newline="\n"):
    header = newline.join([*lines, "ElementType = MET_SHORT", f"ElementDataFile = {kept}", ""]).encode()
    path.write_bytes(header + (pixels if kept == "LOCAL" else b""))
    return path


@pytest.mark.parametrize(
    "lines",
    [
        ("CompressedData = False", "ITK_InputFilterName = MetaImageIO", "0008|103e = a = b: c", "Comment = 注释"),
        ("Notes = " + "x" * 5000, "Comment = a", "Comment = b", "ElementToIntensityFunctionSlope = 1"),
        ("", "ElementNumberOfChannels = 1", "HeaderSize = 0", "Modality = MET_MOD_NM"),
    ],
    ids=["itk", "long and repeated words", "elastix"],
)
def test_a_metaimage_header_as_programs_write_it_is_read(tmp_path, lines):
    for newline in ("\n", "\r\n"):
        assert_read(mha(tmp_path / "spect.mha", *FIRST, *lines, *GEOMETRY, newline=newline))


def test_a_metaimage_with_its_pixels_in_another_file_is_read(tmp_path):
    (tmp_path / "my spect.raw").write_bytes(PIXELS)
    (tmp_path / "spect.zraw").write_bytes(PACKED)
    assert_read(mha(tmp_path / "spect.mhd", *FIRST, *GEOMETRY, kept="my spect.raw"))
    packed = ("CompressedData = True", f"CompressedDataSize = {len(PACKED)}")
    assert_read(mha(tmp_path / "packed.mhd", *FIRST, *packed, *GEOMETRY, kept="spect.zraw"))
    assert_read(mha(tmp_path / "packed.mha", *FIRST, *packed, *GEOMETRY, pixels=PACKED))


def test_a_metaimage_without_axes_and_sizes_says_so(tmp_path):
    scan = read_scan(mha(tmp_path / "spect.mha", *FIRST, "DimSize = 10 8 6"))
    assert "check left and right" in scan.warnings[0]
    assert "check the size" in scan.warnings[1]


def _flipped(packed: bytes) -> bytes:
    middle = len(packed) // 2
    return packed[:middle] + bytes([packed[middle] ^ 0x55]) + packed[middle + 1 :]


@pytest.mark.parametrize(
    ("lines", "pixels", "fault"),
    [
        (("CompressedData = True",), PACKED, "how long its compressed pixels are"),
        (("CompressedData = True", f"CompressedDataSize = {len(PACKED)}"), _flipped(PACKED), "cannot be unpacked"),
        (("CompressedData = True", f"CompressedDataSize = {len(PACKED) - 9}"), PACKED[:-9], "truncated or damaged"),
        (("ElementToIntensityFunctionSlope = 2",), PIXELS, "rescaled"),
        (("BinaryData = False",), b"1 2 3", "as text"),
    ],
    ids=["no length", "a flipped bit", "cut", "rescaled", "text"],
)
def test_a_metaimage_that_itk_would_read_wrong_is_refused(tmp_path, lines, pixels, fault):
    """ITK returns whatever was in the memory for a broken stream, and leaves the rescale out."""
    refused(mha(tmp_path / "spect.mha", *FIRST, *lines, *GEOMETRY, pixels=pixels), fault)


def test_an_nrrd_whose_packed_pixels_were_changed_is_refused(tmp_path):
    """ITK does not look at the checksum: a stored (not deflated) block shows a changed value as if it were one."""
    packed = bytearray(gzip.compress(PIXELS, compresslevel=0))
    packed[len(packed) // 2] ^= 1
    lines = (*SIZE, "encoding: gzip", "endian: little", *PLACE)
    assert_read(nrrd(tmp_path / "good.nrrd", *lines, pixels=gzip.compress(PIXELS)))
    refused(nrrd(tmp_path / "spect.nrrd", *lines, pixels=bytes(packed)), "cannot be unpacked")
    (tmp_path / "spect.gz").write_bytes(packed)
    refused(nrrd(tmp_path / "apart.nhdr", *lines, "data file: spect.gz", pixels=b""), "cannot be unpacked")


def test_a_metaimage_whose_other_file_is_short_or_missing_is_refused(tmp_path):
    refused(mha(tmp_path / "spect.mhd", *FIRST, *GEOMETRY, kept="gone.raw"), "not beside it")
    (tmp_path / "short.raw").write_bytes(PIXELS[:100])
    refused(mha(tmp_path / "spect.mhd", *FIRST, *GEOMETRY, kept="short.raw"), "truncated")


def test_a_nifti_with_sheared_axes_is_refused_for_its_reason(tmp_path):
    header = bytearray(352)
    header[0:4], header[344:348] = (348).to_bytes(4, "little"), b"n+1\0"
    header[40:50] = np.array([3, 10, 8, 6, 1], "<i2").tobytes()
    header[70:74] = np.array([4, 16], "<i2").tobytes()
    header[76:92] = np.array([1, 5, 4, 6], "<f4").tobytes()
    header[108:112] = np.array([352], "<f4").tobytes()
    header[254:256] = np.array([1], "<i2").tobytes()
    header[280:328] = np.array([[-5, 2, 0, 20], [0, -4, 0, 15], [0, 0, 6, 100]], "<f4").tobytes()
    path = tmp_path / "spect.nii"
    path.write_bytes(bytes(header) + PIXELS)
    refused(path, "not perpendicular")
