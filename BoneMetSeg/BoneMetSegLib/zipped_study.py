"""A study in a ZIP archive: its files' beginnings, and the few that are wanted unpacked, guarded (floor 2)."""

from __future__ import annotations

import contextlib
import shutil
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from .errors import InputError
from .text_encodings import decoded

MAX_MEMBERS = 20_000
"""Far more than a bone scan with PET/CT has (a few thousand)."""
MAX_TOTAL_BYTES = 16 * 2**30
MAX_UNPACKED_BYTES = 512 * 2**20
"""Of the files of a chosen scan together; a planar scan has 1 to 4 MB, a SPECT volume up to 20."""
MAX_RATIO, RATIO_FROM_BYTES = 250, 64 * 2**20
"""An archive that grows more than this when it is unpacked is a bomb; deflate cannot do more than 1032.

Images of mostly zeros shrink 20 to 60 times; below 64 MB no ratio does harm.
"""
_MAX_DEPTH = 32
_RESERVED = frozenset('<>:"/\\|?*')

_ENCRYPTED, _NAMED_IN_UTF8 = 0x1, 0x800
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA}
# Info-ZIP's extra field with the name in UTF-8, which 7-Zip and others add.
_UNICODE_PATH = 0x7075


def is_zip(head: bytes) -> bool:
    """Return whether a file's first bytes are those of a ZIP archive."""
    return head.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def is_office_document(path: Path) -> bool:
    """Return whether a ZIP archive is a Word document or another of that family."""
    try:
        with zipfile.ZipFile(path) as archive:
            return "[Content_Types].xml" in archive.namelist()
    except Exception:  # zipfile and its decoders raise whatever a damaged archive makes them stumble over
        return False


class ZippedStudy:
    """An open archive.

    Parameters
    ----------
    path : Path

    Raises
    ------
    InputError
        It is damaged, encrypted, has names that lead outside, or would grow beyond all measure.
    """

    def __init__(self, path: Path) -> None:
        self.name = path.name
        try:
            self._archive = zipfile.ZipFile(path)
            infos = [info for info in self._archive.infolist() if not info.is_dir()]
            self._members = {info.filename: info for info in infos}
            self._names = {info.filename: _name(info).replace("\\", "/") for info in infos}
        except Exception as error:  # zipfile raises whatever a damaged archive makes it stumble over
            raise InputError(f"{self.name} is damaged or truncated and cannot be opened as a ZIP archive") from error
        try:
            self._check(path.stat().st_size)
        except InputError:
            self._archive.close()
            raise

    def close(self) -> None:
        """Close the file."""
        self._archive.close()

    def files(self) -> list[tuple[str, str]]:
        """Return the members without folders, sorted: each by its key in the archive, and by its name as it reads."""
        return sorted(self._names.items())

    def head(self, member: str, size: int) -> bytes:
        """Return a member's first bytes, at most ``size``; nothing where it is damaged."""
        try:
            with self._archive.open(self._members[member]) as file:
                return file.read(size)
        except Exception:  # zipfile and its decoders raise whatever damaged data make them stumble over
            return b""

    def unpack(self, members: list[str], folder: Path) -> list[Path]:
        """Write members to a folder, each under its own file name.

        Raises
        ------
        InputError
            They are damaged, or larger together than 512 MB.
        """
        if sum(self._members[member].file_size for member in members) > MAX_UNPACKED_BYTES:
            raise InputError(f"{self.name} holds a scan of more than {MAX_UNPACKED_BYTES >> 20} MB, which is no scan")
        written = []
        for number, member in enumerate(members):
            # A folder of its own for each: two may have the same name, and the name may say the view.
            target = folder / str(number) / _plain_name(self._names[member])
            target.parent.mkdir()
            try:
                with self._archive.open(self._members[member]) as packed, target.open("wb") as file:
                    shutil.copyfileobj(packed, file)
            except Exception as error:  # as above
                raise InputError(f"{self.name} is damaged: its file {target.name} cannot be unpacked") from error
            written.append(target)
        return written

    def _check(self, archive_bytes: int) -> None:
        members = self._members.values()
        if len(members) > MAX_MEMBERS or len(self._archive.infolist()) > 2 * MAX_MEMBERS:
            raise InputError(f"{self.name} holds more than {MAX_MEMBERS} files; give the archive of one study")
        if any(info.flag_bits & _ENCRYPTED for info in members):
            raise InputError(f"{self.name} is encrypted; unpack it with its password and give the folder")
        if any(info.compress_type not in _METHODS for info in members):
            raise InputError(
                f"{self.name} is packed by a method that is not read (such as Deflate64); unpack it and give the folder"
            )
        if any(_leads_outside(name) for name in self._names.values()):
            raise InputError(f"{self.name} holds files whose names lead outside of it, so it was not unpacked")
        packed, unpacked = (sum(getattr(info, size) for info in members) for size in ("compress_size", "file_size"))
        bomb = unpacked > RATIO_FROM_BYTES and unpacked > MAX_RATIO * archive_bytes
        if bomb or unpacked > MAX_TOTAL_BYTES:
            raise InputError(f"{self.name} would grow from {_size(archive_bytes)} to {_size(unpacked)}, so it was left")
        if packed > archive_bytes:
            raise InputError(f"{self.name} is damaged: its files are larger than the archive itself")


@contextlib.contextmanager
def opened_zip(path: Path) -> Iterator[ZippedStudy]:
    """Open an archive within a block."""
    study = ZippedStudy(path)
    try:
        yield study
    finally:
        study.close()


def _leads_outside(name: str) -> bool:
    parts = PurePosixPath(name).parts
    drive = bool(parts) and len(parts[0]) == 2 and parts[0][1] == ":"
    return name.startswith("/") or ".." in parts or drive or len(parts) > _MAX_DEPTH or "\0" in name


def _name(info: zipfile.ZipInfo) -> str:
    """Return a member's name as it reads: in UTF-8, or in the Chinese code page of the computer that packed it.

    ZIP has a flag for names in UTF-8. Finder on macOS writes UTF-8 without it, Windows in China GBK; ``zipfile`` takes
    both for code page 437.
    """
    if info.flag_bits & _NAMED_IN_UTF8 or info.orig_filename.isascii():
        return info.filename
    try:
        raw = info.orig_filename.encode("cp437")
    except UnicodeError:  # not from this code page: zipfile has read it from elsewhere
        return info.filename
    read = _name_in_extra_field(info.extra) or decoded(raw)
    return read[0] if read else info.filename


def _name_in_extra_field(extra: bytes) -> tuple[str, str] | None:
    """Return the name that an extra field has in UTF-8 (and that it is), ``None`` where there is none."""
    while len(extra) >= 4:
        kind, length = struct.unpack("<HH", extra[:4])
        if kind == _UNICODE_PATH and length > 5:
            return decoded(extra[9 : 4 + length])  # behind a version and a checksum
        extra = extra[4 + length :]
    return None


def _plain_name(name: str) -> str:
    """Return a member's file name as every system accepts it."""
    last = PurePosixPath(name).name
    last = "".join("_" if letter in _RESERVED or ord(letter) < 32 else letter for letter in last)
    last = last.rstrip(". ")[-100:] or "image"
    return f"_{last}" if last.split(".")[0].upper() in _WINDOWS_DEVICES else last


_WINDOWS_DEVICES = frozenset(
    ["CON", "PRN", "AUX", "NUL", *(f"{port}{number}" for port in ("COM", "LPT") for number in range(1, 10))]
)


def _size(count: int) -> str:
    return f"{count / 2**20:.0f} MB" if count >= 2**20 else f"{count / 2**10:.0f} kB"
