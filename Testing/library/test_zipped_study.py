"""A study as a ZIP archive: the scan is read, nothing is left behind, and traps are refused."""

from __future__ import annotations

import contextlib
import io
import shutil
import struct
import tempfile
import zipfile

import pydicom
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from BoneMetSegLib import zipped_study
from BoneMetSegLib.errors import InputError
from BoneMetSegLib.scan_files import read_scan
from model_training.simulator.nm_dicom import Manner
from Testing.library.study_files import write_ct, write_scan


@pytest.fixture(autouse=True)
def temporary(tmp_path, monkeypatch):
    """Temporary files go to a folder that must be empty in the end."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    assert list(folder.iterdir()) == []


@pytest.fixture
def zipped(tmp_path):
    def write(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED):
        path = tmp_path / "study.zip"
        with zipfile.ZipFile(path, "w", method) as archive:
            for name, content in files.items():
                archive.writestr(name, content)
        return path

    return write


@pytest.fixture
def scan_bytes(tmp_path):
    return write_scan(tmp_path / "scan").read_bytes()


def _refusal(path, **options) -> str:
    with pytest.raises(InputError) as refused:
        read_scan(path, **options)
    assert "\n" not in str(refused.value)
    assert path.name in str(refused.value)
    return str(refused.value)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_the_scan_in_an_archive_is_read_pixel_for_pixel(zipped, tmp_path, scan_bytes, method):
    ct = write_ct(tmp_path / "ct").read_bytes()
    scan = read_scan(zipped({"disc/IM1": scan_bytes, "disc/ct/1": ct, "disc/viewer.exe": b"MZ"}, method))
    plain = read_scan(tmp_path / "scan")
    for view in ("anterior", "posterior"):
        assert (scan.views[view].counts == plain.views[view].counts).all()


def test_two_views_with_one_file_name_in_two_folders_are_a_pair(zipped, tmp_path):
    files = {f"{view}/1": write_scan(tmp_path / view, views=[view]).read_bytes() for view in ("posterior", "anterior")}
    assert list(read_scan(zipped(files)).views) == ["anterior", "posterior"]


@pytest.mark.parametrize("name", ["../x", "a/../../x", "/etc/x", "C:/x", "..\\x", "\\x"])
def test_names_that_lead_outside_are_refused(zipped, scan_bytes, name):
    assert "lead outside" in _refusal(zipped({name: scan_bytes}))


@pytest.mark.parametrize("name", ["CON", "a?b*", "tail. ", "aux.dcm"])
def test_names_that_windows_does_not_accept_do_no_harm(zipped, scan_bytes, name):
    assert read_scan(zipped({name: scan_bytes})).views


def _without_utf8_flag(path, names: dict[str, bytes]) -> None:
    """Name the members, called by letters so far, in other bytes, as archivers do that know no UTF-8 flag."""
    data = path.read_bytes()
    for letters, name in names.items():
        assert len(letters) == len(name)
        data = data.replace(letters.encode(), name)
    path.write_bytes(data)


@pytest.mark.parametrize(
    ("folder", "encoding"),
    [("骨扫描", "utf-8"), ("骨扫描", "gbk"), ("誠乗", "gbk")],  # the last holds the byte "\\"
)
def test_views_named_by_chinese_file_names_are_known_from_windows_and_macos_archives(
    zipped, tmp_path, folder, encoding
):
    files, names = {}, {}
    for letter, view, words in (("a", "anterior", "前位"), ("b", "posterior", "后位")):
        name = f"{folder}/{words}.dcm".encode(encoding)
        path = write_scan(tmp_path / letter, views=[view], manner=Manner(view_naming="none", series_description="WB"))
        files[letter * len(name)], names[letter * len(name)] = path.read_bytes(), name
    path = zipped({**files, "__MACOSX/._a": b"\0\5\x16\7" + bytes(200)})
    _without_utf8_flag(path, names)
    scan = read_scan(path)
    assert list(scan.views) == ["anterior", "posterior"]
    assert int(scan.views["anterior"].counts.argmax()) % 100 >= 70  # patient's left, right in the picture


def test_a_header_longer_than_what_is_looked_at_first_is_read_on(zipped, tmp_path):
    write_scan(tmp_path / "scan")
    dataset = pydicom.dcmread(tmp_path / "scan")
    dataset.add_new(0x00090010, "LO", "ACME")
    dataset.add_new(0x00091001, "OB", bytes(300_000))  # before the matrix
    dataset.save_as(tmp_path / "scan")
    assert read_scan(zipped({"scan": (tmp_path / "scan").read_bytes()})).views


def test_folders_written_with_backslashes_are_read(zipped, scan_bytes):
    assert read_scan(zipped({"study\\s1\\": b"", "study\\s1\\IM1": scan_bytes})).views


def test_an_archive_of_64_bits_in_a_deep_folder_is_read(tmp_path, scan_bytes):
    with zipfile.ZipFile(tmp_path / "study.zip", "w") as archive, archive.open(
        "1/2/3/4/5/IM1", "w", force_zip64=True
    ) as member:  # fmt: skip
        member.write(scan_bytes)
    assert read_scan(tmp_path / "study.zip").views


def test_a_method_of_packing_that_is_not_read_is_said(zipped, scan_bytes):
    path = zipped({"scan": scan_bytes})
    data = bytearray(path.read_bytes())
    central = data.rindex(b"PK\x01\x02")
    data[8] = data[central + 10] = 9
    path.write_bytes(data)
    assert "Deflate64); unpack it and give the folder" in _refusal(path)


def test_damaged_lzma_data_are_refused_with_a_sentence(zipped, scan_bytes):
    path = zipped({"scan": scan_bytes}, zipfile.ZIP_LZMA)
    data = bytearray(path.read_bytes())
    data[60:200] = bytes(140)
    path.write_bytes(data)
    assert "holds no bone scan" in _refusal(path)


def test_a_bomb_is_refused_unopened(zipped, scan_bytes):
    path = zipped({"scan": scan_bytes, "zeros": bytes(400 * 2**20)})
    assert "would grow from" in _refusal(path)


def test_an_archive_just_under_the_ratio_is_read(zipped, scan_bytes, monkeypatch):
    path = zipped({"scan": scan_bytes, "zeros": bytes(2**20)})
    ratio = (2**20 + len(scan_bytes)) / path.stat().st_size
    monkeypatch.setattr(zipped_study, "RATIO_FROM_BYTES", 0)
    monkeypatch.setattr(zipped_study, "MAX_RATIO", ratio * 1.01)
    assert read_scan(path).views
    monkeypatch.setattr(zipped_study, "MAX_RATIO", ratio * 0.99)
    assert "would grow from" in _refusal(path)


def test_too_many_files_and_too_large_scans_are_refused(zipped, scan_bytes, monkeypatch):
    path = zipped({f"{number}": scan_bytes for number in range(3)})
    monkeypatch.setattr(zipped_study, "MAX_MEMBERS", 2)
    assert "more than 2 files" in _refusal(path)
    monkeypatch.setattr(zipped_study, "MAX_MEMBERS", 3)
    assert read_scan(path).views
    monkeypatch.setattr(zipped_study, "MAX_UNPACKED_BYTES", len(scan_bytes) - 1)
    assert "which is no scan" in _refusal(path)


def test_an_encrypted_archive_is_refused(zipped, scan_bytes):
    path = zipped({"scan": scan_bytes})
    data = bytearray(path.read_bytes())
    central = data.rindex(b"PK\x01\x02")
    data[6] |= 1
    data[central + 8] |= 1
    path.write_bytes(data)
    assert "is encrypted" in _refusal(path)


def test_a_file_that_claims_to_be_larger_than_the_archive_is_refused(zipped, scan_bytes):
    path = zipped({"scan": scan_bytes}, zipfile.ZIP_STORED)
    data = bytearray(path.read_bytes())
    central = data.rindex(b"PK\x01\x02")
    struct.pack_into("<I", data, central + 20, 2**30)
    path.write_bytes(data)
    assert "damaged" in _refusal(path)


def test_a_word_document_and_an_empty_archive_are_no_scan(zipped):
    assert "Word document" in _refusal(zipped({"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>"}))
    assert "holds no bone scan" in _refusal(zipped({}))
    assert "holds no bone scan" in _refusal(zipped({"inner.zip": b"PK\x03\x04"}))


def test_nothing_is_left_when_the_scan_inside_cannot_be_used(zipped, scan_bytes):
    assert _refusal_of_inside(zipped({"scan.dcm": scan_bytes[: len(scan_bytes) // 2]}))


def _refusal_of_inside(path) -> str:
    with pytest.raises(InputError, match=r"scan\.dcm") as refused:
        read_scan(path)
    return str(refused.value)


@settings(max_examples=80, deadline=10_000, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_mutated_archive_is_read_or_refused_with_a_sentence(tmp_path, scan_bytes, data):
    buffer = io.BytesIO()
    method = data.draw(st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]))
    with zipfile.ZipFile(buffer, "w", method) as archive:
        archive.writestr("a/scan", scan_bytes)
        archive.writestr("words.txt", b"words")
    content = bytearray(buffer.getvalue())
    # Directory and local headers are where a reader can be led astray; pixels are tried elsewhere.
    places = [*range(60), *range(len(content) - 200, len(content))]
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.sampled_from(places))] = data.draw(st.integers(0, 255))
    if data.draw(st.booleans()):
        del content[data.draw(st.integers(4, len(content))) :]
    path = tmp_path / "mutated.zip"
    path.write_bytes(content)
    with contextlib.suppress(InputError):
        assert read_scan(path).views
        return
    with pytest.raises(InputError) as refused:
        read_scan(path)
    sentence = str(refused.value)
    assert sentence
    assert "\n" not in sentence


def test_the_same_archive_twice_gives_the_same_scan(zipped, scan_bytes, tmp_path):
    path = zipped({"scan": scan_bytes})
    shutil.copy(path, tmp_path / "again.zip")
    assert read_scan(path).identity == read_scan(tmp_path / "again.zip").identity
