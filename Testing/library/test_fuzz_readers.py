"""Whatever lies in a file, a reader reads it or refuses it in a sentence."""

from __future__ import annotations

import contextlib
import random
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from BoneMetSegLib.errors import InputError
from BoneMetSegLib.report_files import read_report
from BoneMetSegLib.scan_files import read_scan
from Testing.fuzz.damage import damaged

SCRIPT = Path(__file__).resolve().parents[1] / "fuzz" / "fuzz_readers.py"
SECONDS = 20
_MAGIC = [
    b"", b"%PDF-1.7\n", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"{\\rtf1 ", b"<html>", b"<?xml ", b"MSH|^~\\&|",
    b"id,findings\n", bytes(128) + b"DICM", b"\x08\x00\x05\x00", b"NRRD0004\n", b"ObjectType = Image\n",
    b"\x1f\x8b\x08",    b"\xff\xfe", b"\xef\xbb\xbf",
]  # fmt: skip


def test_damaged_files_of_every_kind_are_read_or_refused_in_a_sentence(tmp_path):
    """In a process of its own: its memory is measured, and a crash in a decoder must not end the other tests."""
    finished = subprocess.run(
        [sys.executable, str(SCRIPT), "--seconds", str(SECONDS), "--seed", "20260301", "--keep", str(tmp_path)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    kept = [path.name for path in tmp_path.iterdir()]
    assert finished.returncode == 0, f"{finished.stdout}{finished.stderr} kept: {kept}"
    counted = re.search(r"^(\d+) files, (\d+) read, (\d+) refused;", finished.stdout, re.MULTILINE)
    assert counted, finished.stdout
    _, read, refused = map(int, counted.groups())
    assert read >= 40, "the good files are read"
    assert refused >= 100


def test_the_same_seed_damages_the_same_way():
    files = [damaged("a.txt", bytes(range(200)), random.Random(4), [b"words"]) for _ in range(2)]
    assert files[0] == files[1] != bytes(range(200))


@pytest.mark.parametrize("read", [read_report, read_scan])
@given(magic=st.sampled_from(_MAGIC), data=st.binary(max_size=2000))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_behind_any_mark(read, tmp_path, magic, data):
    path = tmp_path / "file.bin"
    path.write_bytes(magic + data)
    sentence = "file.bin"
    try:
        read(path)
    except InputError as error:
        sentence = str(error)
    assert "\n" not in sentence
    assert sentence.startswith("file.bin")


_LETTERS = "MSHOBXR|^~\\&\r\nE.br左L3,\"'<>{}()/ \t\x0b检查号:A1见=-"


@given(text=st.text(alphabet=st.sampled_from(_LETTERS), max_size=400))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_made_of_what_containers_are_made_of(tmp_path, text):
    path = tmp_path / "file.txt"
    for head in ("", "MSH|^~\\&|a|b|c|d|e||ORU^R01|1|P|2.5\r", "检查号,所见\n", "{\\rtf1 ", "<html>"):
        path.write_bytes((head + text).encode())
        try:
            report = read_report(path)
        except InputError:
            continue
        assert all(report.text[clause.start : clause.end].strip() for clause in report.clauses)


_NRRD = (
    b"NRRD0004\ntype: float\ndimension: 2\nsizes: 64 128\nspace dimension: 2\nspace directions: %s\nencoding: raw\n\n"
)
_MHA = (
    b"ObjectType = Image\nNDims = %s\nDimSize = 64 128 1\nTransformMatrix = 1 0 0 0 1 0 0 %s 1\n"
    b"ElementType = MET_FLOAT\nElementDataFile = LOCAL\n"
)


@pytest.mark.parametrize(
    "header",
    [
        _NRRD % (b"(4,0) " + b"(" * 900),
        _NRRD % (b"(4,0) (0,1e308)"),
        _NRRD % (b"(4,0)"),
        b"NRRD0004\n" + b"x" * 70_000,
        _MHA % (b"-1", b"0"),
        _MHA % (b"255", b"0"),
        _MHA % (b"3", b"1e308"),
        (_MHA % (b"3", b"0")).replace(b"64 128 1", b"64 128"),
        (_MHA % (b"3", b"0")).replace(b"LOCAL", b"LIST"),
        (_MHA % (b"3", b"0")).replace(b"LOCAL", b"pixels%03d.raw 1 99999999 1"),
    ],
)
def test_headers_that_crashed_or_hung_itk_are_refused(tmp_path, header):
    path = tmp_path / "ant.bin"
    path.write_bytes(header + bytes(64 * 128 * 4))
    with pytest.raises(InputError, match=r"^ant\.bin (?:is damaged|keeps its pixels)"):
        read_scan(path)


def test_a_time_limit_ends_what_does_not_end():
    from BoneMetSegLib.reading_limits import within_limits

    def forever() -> None:
        while True:
            with contextlib.suppress(Exception):  # as libraries do
                sum(range(1000))

    with pytest.raises(InputError, match=r"^a\.pdf takes longer than 1 s"):
        within_limits("a.pdf", forever, 1.0)
    assert within_limits("a.pdf", lambda: 1, 1.0) == 1


def test_a_memory_limit_ends_what_fills_it():
    from BoneMetSegLib.reading_limits import within_limits

    def fill() -> None:
        kept = []
        while True:
            kept.append(bytearray(10_000))

    with pytest.raises(InputError, match=r"^a\.pdf needs more than"):
        within_limits("a.pdf", fill, 30.0, 50_000_000)


def test_a_packed_nifti_of_impossible_pixels_does_not_fill_the_memory(tmp_path):
    import gzip
    import struct

    header = bytearray(352)
    struct.pack_into("<i8h", header, 0, 348, 0, 0, 0, 0, 0, 0, 0, 0)
    struct.pack_into("<8h", header, 40, 3, 64, 128, 1, 1, 1, 1, 1)
    struct.pack_into("<hh", header, 70, 16, 32767)
    struct.pack_into("<8f", header, 76, 1, 4, 4, 1, 0, 0, 0, 0)
    struct.pack_into("<f", header, 108, 352)
    header[344:348] = b"n+1\0"
    path = tmp_path / "ant.nii.gz"
    path.write_bytes(gzip.compress(bytes(header) + bytes(64 * 128 * 4)))
    with pytest.raises(InputError, match=r"^ant\.nii\.gz is damaged"):
        read_scan(path)


def test_a_few_packed_zeros_that_claim_many_frames_are_refused(tmp_path):
    import numpy as np
    import pydicom
    from pydicom.uid import RLELossless

    from model_training.simulator.nm_dicom import write_planar_nm

    counts = np.ones((4096, 2048), np.uint16)
    counts[0, 0] = 2
    path = write_planar_nm(tmp_path / "scan.dcm", {"anterior": counts, "posterior": counts}, 0.8)
    dataset = pydicom.dcmread(path)
    dataset.compress(RLELossless)
    dataset.NumberOfFrames = 64
    dataset.DetectorVector = [1, 2] * 32
    dataset.EnergyWindowVector = [1 + n // 2 for n in range(64)]
    window = dataset.EnergyWindowInformationSequence[0]
    other = pydicom.Dataset()
    dataset.EnergyWindowInformationSequence = [window, *[other] * 31]
    dataset.save_as(path)
    with pytest.raises(InputError, match=r"^scan\.dcm says it holds 64 images"):
        read_scan(path)
