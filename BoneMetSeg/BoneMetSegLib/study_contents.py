"""What lies in a DICOM folder, on a disc with a DICOMDIR, or in a ZIP archive of either, by headers alone (floor 2).

Pixels are not read: of thousands of files only those that are chosen are opened whole.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import stat
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

from .dicom_headers import HEAD_BYTES, ImageHeader, looks_like_dicom, read_header
from .errors import InputError
from .quiet_decoder import quiet_decoder
from .zipped_study import ZippedStudy, is_office_document, is_zip, opened_zip

MAX_FILES = 20_000
MAX_DEPTH = 32
_MAX_INDEX_BYTES = 256 * 2**20
# Of a file in an archive this much is unpacked to read its header; more for one whose header goes on.
_HEADER_BYTES, _LONG_HEADER_BYTES = 65536, 16 * 2**20
_DICOMDIR = b"1.2.840.10008.1.3.10"

# What else may lie there instead of DICOM, by its first bytes or its name's ending.
_OTHER_FILES = (
    (b"NRRD", "an NRRD volume"),
    (b"PK\x03\x04", "a ZIP archive or Office document"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"BM", "a picture"),
)
_OTHER_ENDINGS = {".nii": "a NIfTI volume", ".nii.gz": "a NIfTI volume", ".mha": "an MHA volume"}


@dataclass
class StudyContents:
    """What was met in a folder, on a disc or in an archive.

    Attributes
    ----------
    name : str
        Of the folder, disc index or archive, for sentences.
    images : list of ImageHeader
        Of all DICOM files.
    damaged, missing : int
        How many DICOM files could not be read, and how many the DICOMDIR names that are not there.
    others : Counter of str
        What else lies there, in words.
    """

    name: str
    images: list[ImageHeader] = field(default_factory=list)
    damaged: int = 0
    missing: int = 0
    others: Counter[str] = field(default_factory=Counter)
    _archive: ZippedStudy | None = None
    _unpacked: Path | None = None

    def paths(self, images: Sequence[ImageHeader]) -> list[Path]:
        """Return files to read; of an archive, unpacked and there until the study is closed.

        Raises
        ------
        InputError
            The archive is damaged, or they are too large.
        """
        if self._archive is None or self._unpacked is None:
            return [image.path for image in images]
        folder = Path(tempfile.mkdtemp(dir=self._unpacked))
        return self._archive.unpack([image.member for image in images], folder)

    def opened(self, image: ImageHeader, most_bytes: int) -> BinaryIO:
        """Return a file to be read; of an archive its first bytes, at most ``most_bytes``.

        Raises
        ------
        OSError
            It is larger than that, or cannot be opened.
        """
        if self._archive is None:
            if image.path.stat().st_size > most_bytes:
                raise OSError("the file is too large")
            return image.path.open("rb")
        return io.BytesIO(self._archive.head(image.member, most_bytes))

    def instead(self) -> str:
        """Return what it holds, for a sentence that says what it lacks."""
        kinds = Counter(image.words for image in self.images if image.kind != "index")
        if kinds:
            return f"it holds {_counted(kinds)}"
        if self.missing:
            return f"all {self.missing} files that it names are missing; give the folder of the whole disc"
        if self.damaged:
            return f"its {_files(self.damaged, 'DICOM file')} cannot be read"
        if self.others:
            return f"it holds no DICOM image, but {_counted(self.others)}"
        return "it holds no DICOM image"

    def notes(self) -> list[str]:
        """Return sentences on what could not be read."""
        notes = []
        if self.damaged:
            notes.append(f"{_files(self.damaged)} in the study could not be read.")
        if self.missing:
            is_are = "is" if self.missing == 1 else "are"
            notes.append(f"{_files(self.missing)} that the DICOMDIR names {is_are} missing.")
        return notes


def is_study(path: Path) -> bool:
    """Return whether a path is a folder, a DICOMDIR or a ZIP archive (but no Word document)."""
    if path.is_dir():
        return True
    head = _head(path, 1024)
    return (is_zip(head) and not is_office_document(path)) or (head[128:132] == b"DICM" and _DICOMDIR in head)


@contextlib.contextmanager
def opened_study(path: Path) -> Iterator[StudyContents]:
    """Read the headers of all that a study holds; what is unpacked of an archive is removed after the block.

    Parameters
    ----------
    path : Path
        A folder (searched to a depth of 32), a DICOMDIR (whose records are followed) or a ZIP archive.

    Raises
    ------
    InputError
        It is damaged, unsafe to open, or holds more files than a study has.
    """
    name = path.name or "the folder"
    with contextlib.ExitStack() as stack:
        with quiet_decoder():  # what pydicom says of odd values may name the patient
            if is_zip(_head(path, 4)):
                archive = stack.enter_context(opened_zip(path))
                contents = _zipped(archive)
                folder = stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
                contents._unpacked = Path(folder)
            else:
                contents = _folder(name, path) if path.is_dir() else _index(name, path)
        yield contents


def _counted(kinds: Counter[str]) -> str:
    return ", ".join(f"{words} ({count})" for words, count in kinds.most_common(6))


def _files(count: int, what: str = "file") -> str:
    return f"1 {what}" if count == 1 else f"{count} {what}s"


# --- folder -----------------------------------------------------------------------------------------------------------


def _folder(name: str, folder: Path) -> StudyContents:
    """Return the headers of all DICOM files under a folder; links to folders are not followed."""
    contents = StudyContents(name)
    count = 0
    base = len(folder.parts)

    def refuse(error: OSError) -> None:
        if error.filename == str(folder):
            raise InputError(f"{name} cannot be opened; check that you may read it") from error

    for where, folders, files in os.walk(folder, onerror=refuse):
        here = Path(where)
        folders[:] = sorted(folders) if len(here.parts) - base < MAX_DEPTH else []
        count += len(files)
        if count > MAX_FILES:
            raise InputError(f"{name} holds more than {MAX_FILES} files; give the folder of one study")
        for file in sorted(files):
            _take(contents, here / file)
    return contents


def _take(contents: StudyContents, path: Path) -> None:
    head = _head(path, HEAD_BYTES)
    if not looks_like_dicom(head):
        _count_other(contents, head, path.name)
        return
    header = read_header(path, path)
    if header is None:
        # Without the preamble it may as well be another file.
        contents.damaged += head[128:132] == b"DICM"
    else:
        contents.images.append(header)


def _count_other(contents: StudyContents, head: bytes, name: str) -> None:
    words = next((words for mark, words in _OTHER_FILES if head.startswith(mark)), "")
    ending = re.search(r"\.[a-z]+(?:\.gz)?$", name.lower())
    words = words or (_OTHER_ENDINGS.get(ending[0], "") if ending and head else "")
    if words:
        contents.others[words] += 1


def _head(path: Path, size: int) -> bytes:
    """Return a regular file's first bytes; nothing of what is no file (a pipe would wait for ever) or is not ours."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return b""
        with path.open("rb") as file:
            return file.read(size)
    except (OSError, ValueError):
        return b""


# --- archive ----------------------------------------------------------------------------------------------------------


def _zipped(archive: ZippedStudy) -> StudyContents:
    contents = StudyContents(archive.name, _archive=archive)
    for member, name in archive.files():
        head = archive.head(member, _HEADER_BYTES)
        if not looks_like_dicom(head):
            _count_other(contents, head, name)
            continue
        header = read_header(head, Path(name))
        if len(head) == _HEADER_BYTES and header is None:
            header = read_header(archive.head(member, _LONG_HEADER_BYTES), Path(name))
        if header is None:
            contents.damaged += head[128:132] == b"DICM"
        else:
            contents.images.append(replace(header, member=member))
    return contents


# --- DICOMDIR ---------------------------------------------------------------------------------------------------------


def _index(name: str, path: Path) -> StudyContents:
    """Return the headers of the files that a DICOMDIR names.

    Raises
    ------
    InputError
        It is damaged, or names more than 20,000 files.
    """
    contents = StudyContents(name)
    folder = path.parent
    names = _names_in_index(name, path)
    if len(names) > MAX_FILES:
        raise InputError(f"{name} names more than {MAX_FILES} files; give the folder of one study")
    folders: dict[Path, dict[str, Path]] = {}
    for parts in names:
        file = _file_on_disc(folder, parts, folders)
        if file is None:
            contents.missing += 1
        else:
            _take(contents, file)
    return contents


def _names_in_index(name: str, path: Path) -> list[tuple[str, ...]]:
    import pydicom

    try:
        if path.stat().st_size > _MAX_INDEX_BYTES:
            raise InputError(f"{name} is larger than any DICOMDIR; give the folder of one study")
        records = pydicom.dcmread(path, specific_tags=["DirectoryRecordSequence"]).get("DirectoryRecordSequence")
        found = [record.get("ReferencedFileID") for record in records or []]
    except InputError:
        raise
    except Exception as error:  # pydicom raises whatever a damaged file makes it stumble over
        raise InputError(f"{name} is damaged and cannot be read as a DICOMDIR") from error
    # Some programs write a file's name as one text with slashes.
    names = [
        tuple(one.split("/")) if isinstance(one, str) else tuple(str(part) for part in one) for one in found if one
    ]
    if not names:
        raise InputError(f"{name} names no files")
    return list(dict.fromkeys(names))


def _file_on_disc(folder: Path, parts: Sequence[str], folders: dict[Path, dict[str, Path]]) -> Path | None:
    """Return a file by its name in a DICOMDIR: in any case, as discs are copied, and never outside the folder.

    ``folders`` remembers what was listed.
    """
    here = folder
    for part in parts:
        if here not in folders:
            folders[here] = _entries(here)
        there = folders[here].get(part.upper())
        if part in ("", ".", "..") or there is None:
            return None
        here = there
    return here if here.is_file() and here.resolve().is_relative_to(folder.resolve()) else None


def _entries(folder: Path) -> dict[str, Path]:
    """Return what a folder holds by name in capitals, without the version that some discs write (";1")."""
    try:
        return {one.name.split(";")[0].upper(): one for one in sorted(folder.iterdir())}
    except OSError:
        return {}
