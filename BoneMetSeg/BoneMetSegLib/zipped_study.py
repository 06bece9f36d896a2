"""A study in a ZIP archive: its files' beginnings, and the few that are wanted unpacked, guarded (floor 2)."""

from __future__ import annotations

import contextlib
import shutil
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from .errors import InputError

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
_DAMAGE = (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, RuntimeError, NotImplementedError,
           struct.error, KeyError, IndexError, OverflowError, UnicodeError, MemoryError)  # fmt: skip

_ENCRYPTED = 0x1


def is_zip(head: bytes) -> bool:
    """Return whether a file's first bytes are those of a ZIP archive."""
    return head.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def is_office_document(path: Path) -> bool:
    """Return whether a ZIP archive is a Word document or another of that family."""
    try:
        with zipfile.ZipFile(path) as archive:
            return "[Content_Types].xml" in archive.namelist()
    except _DAMAGE:
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
            self._members = {info.filename: info for info in self._archive.infolist() if not info.is_dir()}
        except _DAMAGE as error:
            raise InputError(f"{self.name} is damaged or truncated and cannot be opened as a ZIP archive") from error
        try:
            self._check(path.stat().st_size)
        except InputError:
            self._archive.close()
            raise

    def close(self) -> None:
        """Close the file."""
        self._archive.close()

    def files(self) -> list[str]:
        """Return the members' names, sorted, without folders."""
        return sorted(self._members)

    def head(self, name: str, size: int) -> bytes:
        """Return a member's first bytes, at most ``size``; nothing where it is damaged."""
        try:
            with self._archive.open(self._members[name]) as member:
                return member.read(size)
        except _DAMAGE:
            return b""

    def unpack(self, names: list[str], folder: Path) -> list[Path]:
        """Write members to a folder, each under its own file name.

        Raises
        ------
        InputError
            They are damaged, or larger together than 512 MB.
        """
        if sum(self._members[name].file_size for name in names) > MAX_UNPACKED_BYTES:
            raise InputError(f"{self.name} holds a scan of more than {MAX_UNPACKED_BYTES >> 20} MB, which is no scan")
        written = []
        for number, name in enumerate(names):
            # A folder of its own for each: two may have the same name, and the name may say the view.
            target = folder / str(number) / _plain_name(name)
            target.parent.mkdir()
            try:
                with self._archive.open(self._members[name]) as member, target.open("wb") as file:
                    shutil.copyfileobj(member, file)
            except _DAMAGE as error:
                raise InputError(f"{self.name} is damaged: its file {target.name} cannot be unpacked") from error
            written.append(target)
        return written

    def _check(self, archive_bytes: int) -> None:
        members = self._members.values()
        if len(members) > MAX_MEMBERS or len(self._archive.infolist()) > 2 * MAX_MEMBERS:
            raise InputError(f"{self.name} holds more than {MAX_MEMBERS} files; give the archive of one study")
        if any(info.flag_bits & _ENCRYPTED for info in members):
            raise InputError(f"{self.name} is encrypted; unpack it with its password and give the folder")
        if any(_leads_outside(info.filename) for info in members):
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
    parts = PurePosixPath(name.replace("\\", "/")).parts
    drive = bool(parts) and len(parts[0]) == 2 and parts[0][1] == ":"
    return name.startswith(("/", "\\")) or ".." in parts or drive or len(parts) > _MAX_DEPTH or "\0" in name


def _plain_name(name: str) -> str:
    """Return a member's file name as every system accepts it."""
    last = PurePosixPath(name.replace("\\", "/")).name
    last = "".join("_" if letter in _RESERVED or ord(letter) < 32 else letter for letter in last)
    last = last.rstrip(". ")[-100:] or "image"
    return f"_{last}" if last.split(".")[0].upper() in _WINDOWS_DEVICES else last


_WINDOWS_DEVICES = frozenset(
    ["CON", "PRN", "AUX", "NUL", *(f"{port}{number}" for port in ("COM", "LPT") for number in range(1, 10))]
)


def _size(count: int) -> str:
    return f"{count / 2**20:.0f} MB" if count >= 2**20 else f"{count / 2**10:.0f} kB"
