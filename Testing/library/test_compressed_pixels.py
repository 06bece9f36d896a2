"""Compressed pixels against the uncompressed original, planar and SPECT: equal where lossless, bounded where lossy."""

from __future__ import annotations

import contextlib
import io
from functools import partial

import numpy as np
import pydicom
import pytest
from PIL import Image
from pydicom.encaps import encapsulate
from pydicom.uid import (
    JPEG2000,
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    JPEGLSNearLossless,
    RLELossless,
)

from BoneMetSegLib.codestream_size import CodestreamSize, codestream_size
from BoneMetSegLib.errors import InputError
from BoneMetSegLib.scan_files import read_scan
from model_training.simulator.nm_dicom import write_planar_nm
from model_training.simulator.nm_spect_dicom import SpectGeometry, SpectObject, write_spect_nm
from Testing.library.jpeg_writer import dct_jpeg, lossless_jpeg

ROWS, COLUMNS = 204, 68  # no multiples of 8 or 16
HOT_ROW, HOT_COLUMN = 40, 58  # at the patient's left in the anterior view


def smooth(rows: int, columns: int, peak: float) -> np.ndarray:
    """Return smooth uptake with a hot spot, as stored values up to ``peak``."""
    y, x = np.mgrid[:rows, :columns]
    body = 0.3 * peak * np.exp(-(((y / rows - 0.5) / 0.35) ** 2 + ((x / columns - 0.5) / 0.25) ** 2))
    hot = 0.6 * peak * np.exp(-((y - HOT_ROW * rows / ROWS) ** 2 + (x - HOT_COLUMN * columns / COLUMNS) ** 2) / 18)
    return np.rint(body + hot).astype(np.uint16)


def planar_counts(bits: int) -> dict[str, np.ndarray]:
    front = smooth(ROWS, COLUMNS, 2**bits - 1)
    noise = np.random.default_rng(8).integers(0, 2 ** max(bits - 6, 1), front.shape, dtype=np.uint16)
    return {"anterior": front, "posterior": np.ascontiguousarray((front // 2 + noise)[:, ::-1])}


def spect_voxels(bits: int) -> np.ndarray:
    return np.stack([smooth(48, 40, (2**bits - 1) * (1 - abs(k - 4) / 10)) for k in range(6)])


def jpeg_2000(image: np.ndarray, **how) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(image).save(stream, format="JPEG2000", no_jp2=True, **how)
    return stream.getvalue()


def jpeg_8_bit(image: np.ndarray) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(image.astype(np.uint8)).save(stream, format="JPEG", quality=98)
    return stream.getvalue()


def lossless_8_bit(image: np.ndarray) -> bytes:
    return lossless_jpeg(image, precision=8)


def with_frames(syntax, encode, bits=16):
    """Return what replaces the pixels of a dataset by compressed frames."""

    def replace(dataset):
        frames = [encode(frame) for frame in dataset.pixel_array.reshape(-1, dataset.Rows, dataset.Columns)]
        dataset.PixelData = encapsulate(frames)
        dataset["PixelData"].VR = "OB"
        dataset["PixelData"].is_undefined_length = True
        dataset.file_meta.TransferSyntaxUID = syntax
        dataset.BitsStored, dataset.HighBit = bits, bits - 1
        dataset.BitsAllocated = 8 if bits == 8 else 16

    return replace


def lossy_jpeg_2000(image):
    return jpeg_2000(image, irreversible=True, quality_mode="rates", quality_layers=[8])


# name: (bits, greatest error in stored values, what compresses a dataset)
WAYS = {
    "RLE": (16, 0, lambda dataset: dataset.compress(RLELossless)),
    "JPEG baseline": (8, 3, with_frames(JPEGBaseline8Bit, jpeg_8_bit, 8)),
    "JPEG extended 12 bit": (12, 2, with_frames(JPEGExtended12Bit, dct_jpeg, 12)),
    "JPEG extended 12 bit, coarse": (12, 40, with_frames(JPEGExtended12Bit, partial(dct_jpeg, step=16), 12)),
    "JPEG lossless SV1": (16, 0, with_frames(JPEGLosslessSV1, lossless_jpeg)),
    **{
        f"JPEG lossless, predictor {number}": (
            16,
            0,
            with_frames(JPEGLossless, partial(lossless_jpeg, predictor=number)),
        )
        for number in range(2, 8)
    },
    "JPEG-LS": (16, 0, lambda dataset: dataset.compress(JPEGLSLossless)),
    "JPEG-LS near lossless": (16, 3, lambda dataset: dataset.compress(JPEGLSNearLossless, jls_error=3)),
    "JPEG 2000 lossless": (16, 0, with_frames(JPEG2000Lossless, jpeg_2000)),
    "JPEG 2000 lossy": (16, 0.02 * 65535, with_frames(JPEG2000, lossy_jpeg_2000)),
}
FAMILIES = ("RLE", "JPEG baseline", "JPEG extended 12 bit", "JPEG lossless SV1", "JPEG-LS", "JPEG 2000 lossless")


@pytest.fixture
def both_ways(tmp_path):
    """Write a scan uncompressed and compressed; return both as read, and the greatest error allowed."""

    def write(way, kind):
        bits, bound, compress = WAYS[way]
        path = tmp_path / "scan.dcm"
        if kind == "planar":
            write_planar_nm(path, planar_counts(bits), 6.0)
        else:
            write_spect_nm(path, spect_voxels(bits), SpectObject(SpectGeometry(position=(-93.6, -112.8, 0))))
        original = read_scan(path)
        dataset = pydicom.dcmread(path)
        compress(dataset)
        dataset.save_as(path)
        assert pydicom.dcmread(path).file_meta.TransferSyntaxUID.is_compressed
        return original, read_scan(path), bound

    return write


@pytest.mark.parametrize("way", WAYS)
def test_planar_views_come_back_with_their_counts_and_sides(both_ways, way):
    original, compressed, bound = both_ways(way, "planar")
    for view, planar in compressed.views.items():
        error = np.abs(planar.counts - original.views[view].counts).max()
        assert error <= bound
        row, column = np.unravel_index(np.argmax(planar.counts), planar.counts.shape)
        assert (planar.ijk_to_ras @ [column, row, 0, 1])[0] < -80, "the hot spot is at the patient's left"
        assert (column > COLUMNS / 2) == (view == "anterior")
    if bound:
        assert compressed.lossy
        assert any("lossy" in sentence for sentence in compressed.warnings)
    else:
        assert not compressed.lossy
        assert compressed.warnings == original.warnings


@pytest.mark.parametrize("way", WAYS)
def test_spect_volumes_come_back_with_their_values_and_sides(both_ways, way):
    original, compressed, bound = both_ways(way, "spect")
    assert np.abs(compressed.voxels - original.voxels).max() <= bound
    np.testing.assert_array_equal(compressed.ijk_to_ras, original.ijk_to_ras)
    k, j, i = np.unravel_index(np.argmax(compressed.voxels), compressed.voxels.shape)
    assert (k, i > 20, compressed.to_ras(i, j, k)[0] < -60) == (4, True, True)
    assert compressed.lossy == bool(bound)


def test_a_stream_of_bytes_in_an_object_of_words_is_read(tmp_path):
    for name, bound, encode in ((JPEGBaseline8Bit, 3, jpeg_8_bit), (JPEGLosslessSV1, 0, lossless_8_bit)):
        path = write_planar_nm(tmp_path / "scan.dcm", planar_counts(8), 6.0)
        original, dataset = read_scan(path), pydicom.dcmread(path)
        with_frames(name, encode, 8)(dataset)
        dataset.BitsAllocated = 16
        dataset.save_as(path)
        for view, planar in read_scan(path).views.items():
            assert np.abs(planar.counts - original.views[view].counts).max() <= bound


@pytest.mark.parametrize("syntax", [DeflatedExplicitVRLittleEndian, ImplicitVRLittleEndian])
def test_deflated_and_implicit_files_are_read(tmp_path, syntax):
    path = write_spect_nm(tmp_path / "scan.dcm", spect_voxels(16))
    dataset = pydicom.dcmread(path)
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.save_as(path, implicit_vr=syntax.is_implicit_VR, little_endian=True)
    np.testing.assert_array_equal(read_scan(path).voxels, spect_voxels(16))


def test_big_endian_files_are_read(tmp_path):
    path = write_spect_nm(tmp_path / "scan.dcm", spect_voxels(16))
    dataset = pydicom.dcmread(path)
    dataset.file_meta.TransferSyntaxUID = ExplicitVRBigEndian
    dataset.PixelData = spect_voxels(16).astype(">u2").tobytes()
    pydicom.dcmwrite(path, dataset, implicit_vr=False, little_endian=False, force_encoding=True)
    np.testing.assert_array_equal(read_scan(path).voxels, spect_voxels(16))


@pytest.mark.parametrize(
    ("syntax", "words"),
    [
        ("1.2.840.10008.1.2.4.201", "High-Throughput JPEG 2000"),
        ("1.2.840.10008.1.2.4.102", "MPEG-4"),
        ("1.2.840.10008.1.2.4.92", "Multi-component"),
        ("1.2.3.4.5", "unknown transfer syntax"),
    ],
)
@pytest.mark.parametrize("kind", ["planar", "spect"])
def test_other_compressions_are_refused_by_name(tmp_path, syntax, words, kind):
    path = tmp_path / "scan.dcm"
    _ = write_planar_nm(path, planar_counts(16), 6.0) if kind == "planar" else write_spect_nm(path, spect_voxels(16))
    dataset = pydicom.dcmread(path)
    with_frames(JPEG2000Lossless, jpeg_2000)(dataset)
    dataset.file_meta.TransferSyntaxUID = UID(syntax)
    dataset.save_as(path, implicit_vr=False, little_endian=True)
    with pytest.raises(InputError, match=rf"scan\.dcm is compressed as .*{words}.*export it otherwise") as refusal:
        read_scan(path)
    assert len(str(refusal.value)) < 300


def test_the_size_in_a_stream_is_read_before_it_is_decoded():
    image = planar_counts(12)["anterior"]
    for stream, bits, process in (
        (lossless_jpeg(image), 16, "lossless"),
        (dct_jpeg(image), 12, "extended"),
        (jpeg_2000(image), 16, "JPEG 2000"),
        (jpeg_8_bit(image), 8, "baseline"),
    ):
        size = codestream_size(stream)
        assert size == CodestreamSize(ROWS, COLUMNS, 1, bits, process)
        assert size.is_sound
    assert codestream_size(b"") is None
    assert codestream_size(b"\xff\xd8\xff\xd9") is None
    assert codestream_size(b"\xff\xd8" + b"\xff" * 50) is None


def test_the_marks_of_jpeg_2000_within_another_stream_are_chance():
    stream = lossless_jpeg(np.zeros((20, 30), np.uint16)) + bytes.fromhex("ff4fff51") + bytes(60)
    assert codestream_size(stream) == CodestreamSize(20, 30, 1, 16, "lossless")


@pytest.mark.parametrize("way", ["JPEG 2000 lossless", "JPEG lossless SV1"])
def test_a_stream_that_says_it_is_huge_is_refused_before_memory_is_reserved(tmp_path, way):
    path = write_planar_nm(tmp_path / "scan.dcm", planar_counts(16), 6.0)
    dataset = pydicom.dcmread(path)
    WAYS[way][2](dataset)
    content = dataset.PixelData
    if way.startswith("JPEG 2000"):
        at = content.index(b"\xff\x4f\xff\x51") + 8
        content = content[:at] + (60000).to_bytes(4, "big") * 2 + content[at + 8 :]
    else:
        at = content.index(b"\xff\xc3") + 5
        content = content[:at] + (60000).to_bytes(2, "big") * 2 + content[at + 4 :]
    dataset.PixelData = content
    dataset.save_as(path)
    with pytest.raises(InputError, match="60000 x 60000"):
        read_scan(path)


def test_a_precision_that_the_process_does_not_have_is_refused(tmp_path):
    """The decoder of lossless JPEG falls over 195 bits, and takes the program with it."""
    path = write_planar_nm(tmp_path / "scan.dcm", planar_counts(16), 6.0)
    dataset = pydicom.dcmread(path)
    WAYS["JPEG lossless SV1"][2](dataset)
    at = dataset.PixelData.index(b"\xff\xc3") + 4
    for bits in (0, 1, 17, 195):
        dataset.PixelData = dataset.PixelData[:at] + bytes([bits]) + dataset.PixelData[at + 1 :]
        dataset.save_as(path)
        with pytest.raises(InputError, match="cannot be decoded; it may be damaged"):
            read_scan(path)


def test_missing_and_broken_frames_are_refused(tmp_path):
    path = write_spect_nm(tmp_path / "scan.dcm", spect_voxels(16))
    dataset = pydicom.dcmread(path)
    with_frames(JPEG2000Lossless, jpeg_2000)(dataset)
    whole = dataset.PixelData
    dataset.PixelData = encapsulate([jpeg_2000(frame) for frame in spect_voxels(16)[:5]])
    dataset.save_as(path)
    with pytest.raises(InputError, match=r"6 images, but there are 5|breaks off"):
        read_scan(path)
    dataset.PixelData = whole[: len(whole) // 2]
    dataset.save_as(path)
    with pytest.raises(InputError, match=r"truncated|damaged|compressed"):
        read_scan(path)


@pytest.mark.parametrize("way", FAMILIES)
def test_damaged_streams_are_read_or_refused_never_worse(tmp_path, way):
    path = write_spect_nm(tmp_path / "scan.dcm", spect_voxels(WAYS[way][0])[:3])
    dataset = pydicom.dcmread(path)
    WAYS[way][2](dataset)
    dataset.save_as(path)
    content = path.read_bytes()
    start = content.rindex(b"\xe0\x7f\x10\x00") + 12
    rng = np.random.default_rng(4)
    for _ in range(12):
        damaged = bytearray(content)
        for _ in range(rng.integers(1, 5)):
            damaged[rng.integers(start, len(content))] = rng.integers(256)
        path.write_bytes(damaged)
        with contextlib.suppress(InputError):
            assert read_scan(path).voxels.shape == (3, 48, 40)
