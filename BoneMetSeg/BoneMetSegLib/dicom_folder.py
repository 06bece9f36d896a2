"""The bone scan in a DICOM folder, a DICOMDIR or a ZIP archive of either (floor 2).

Headers are read, pixels are not: of thousands of files only those of the chosen scan are opened whole.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import stat
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from .dicom_headers import HEAD_BYTES, ImageHeader, looks_like_dicom, read_header
from .errors import InputError
from .quiet_decoder import quiet_decoder
from .study_series import Candidate, candidates_of, chosen, refuse_several_patients, without_repeats
from .zipped_study import ZippedStudy, is_office_document, is_zip, opened_zip

MAX_FILES = 20_000
MAX_DEPTH = 32
_MAX_INDEX_BYTES = 256 * 2**20
# Of a file in an archive this much is unpacked to read its header; more for an image whose header goes on.
_HEADER_BYTES, _LONG_HEADER_BYTES = 65536, 16 * 2**20
# Copies under other identifiers are looked for among this many images, each of a planar scan's size.
_MAX_COMPARED, _MAX_COMPARED_BYTES = 32, 64 * 2**20
_DICOMDIR = b"1.2.840.10008.1.3.10"


@dataclass(frozen=True)
class FoundScan:
    """The chosen scan.

    Attributes
    ----------
    paths : tuple of Path
        Its files: one, two of one view each, or the slices of a SPECT series.
    kind : {"planar", "spect"}
    notes : tuple of str
        Sentences for the user: what was left out, what was chosen.
    documents : tuple of Path
        Structured reports and encapsulated PDFs of the same study, in a folder (not in an archive).
    """

    paths: tuple[Path, ...]
    kind: str
    notes: tuple[str, ...]
    documents: tuple[Path, ...] = ()


@dataclass
class _Contents:
    """What was met: headers of DICOM files, and how many files could not be read."""

    images: list[ImageHeader]
    damaged: int = 0
    missing: int = 0


def is_study(path: Path) -> bool:
    """Return whether a path is a folder, a DICOMDIR or a ZIP archive (but no Word document)."""
    if path.is_dir():
        return True
    head = _head(path, 1024)
    return (is_zip(head) and not is_office_document(path)) or (head[128:132] == b"DICM" and _DICOMDIR in head)


@contextlib.contextmanager
def found_scan(path: Path, series: str | None = None) -> Iterator[FoundScan]:
    """Find the bone scan; what an archive holds of it lies in a temporary folder within the block.

    Parameters
    ----------
    path : Path
        A folder (searched to a depth of 32), a DICOMDIR (whose records are followed) or a ZIP archive.
    series : str, optional
        Which, of several: number in the list, UID, or (part of) the series description.

    Raises
    ------
    InputError
        It holds no bone scan, several of which none is chosen, or several patients; or it is unsafe to open.
    """
    name = path.name or "the folder"
    if is_zip(_head(path, 4)):
        with opened_zip(path) as archive, tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            with quiet_decoder():  # what pydicom says of odd values may name the patient
                found = _find_in_archive(archive, Path(folder), series)
            yield found
        return
    with quiet_decoder():
        found = _find(name, _folder(name, path) if path.is_dir() else _index(name, path), series)
    yield found


# --- choosing ---------------------------------------------------------------------------------------------------------


def _find(name: str, contents: _Contents, series: str | None) -> FoundScan:
    candidate, notes = _choose(name, contents, series, None)
    documents = [one for one in contents.images if one.kind == "document"]
    return FoundScan(
        paths=tuple(image.path for image in candidate.images),
        kind=candidate.first.kind,
        notes=notes,
        documents=tuple(one.path for one in documents if one.study_uid == candidate.first.study_uid),
    )


def _find_in_archive(archive: ZippedStudy, folder: Path, series: str | None) -> FoundScan:
    contents = _zipped(archive)
    candidate, notes = _choose(archive.name, contents, series, archive)
    paths = archive.unpack([image.member for image in candidate.images], folder)
    return FoundScan(tuple(paths), candidate.first.kind, notes)


def _choose(
    name: str, contents: _Contents, series: str | None, archive: ZippedStudy | None
) -> tuple[Candidate, tuple[str, ...]]:
    refuse_several_patients(name, contents.images)
    images, repeats = without_repeats([image for image in contents.images if image.is_nuclear])
    if not images:
        raise InputError(f"{name} holds no bone scan: {_what_else(contents)}")
    images, copies = _without_copies(images, archive)
    candidate, notes = chosen(name, candidates_of(images), series)
    sentences = list(notes)
    if repeats + copies:
        sentences.append(f"{_files(repeats + copies)} repeated an image and counted once.")
    if contents.damaged:
        sentences.append(f"{_files(contents.damaged)} in the study could not be read.")
    if contents.missing:
        sentences.append(f"{_files(contents.missing)} that the DICOMDIR names are missing.")
    return candidate, tuple(sentences)


def _what_else(contents: _Contents) -> str:
    kinds = Counter(image.words for image in contents.images if image.kind != "index")
    if kinds:
        said = ", ".join(f"{words} ({count})" for words, count in kinds.most_common(6))
        return f"it holds {said}; planar whole-body views of modality NM are needed"
    if contents.missing:
        return f"all {contents.missing} files that it names are missing"
    return f"its {contents.damaged} DICOM files are damaged" if contents.damaged else "it holds no DICOM image"


def _files(count: int) -> str:
    return "1 file" if count == 1 else f"{count} files"


def _without_copies(images: list[ImageHeader], archive: ZippedStudy | None) -> tuple[list[ImageHeader], int]:
    """Leave out planar images with the same pixels and views as one before, sent again under another identifier."""
    alike = Counter(_likeness(image) for image in images if image.kind == "planar")
    suspects = [image for image in images if image.kind == "planar" and alike[_likeness(image)] > 1]
    if not suspects or len(suspects) > _MAX_COMPARED:
        return images, 0
    seen: set[tuple[object, ...]] = set()
    copies: set[ImageHeader] = set()
    for image in suspects:
        digest = _pixel_digest(image, archive)
        key = (*_likeness(image), digest)
        if digest and key in seen:
            copies.add(image)
        seen.add(key)
    return [image for image in images if image not in copies], len(copies)


def _likeness(image: ImageHeader) -> tuple[object, ...]:
    return image.study_uid, image.matrix, image.views, image.date, image.is_capture


def _pixel_digest(image: ImageHeader, archive: ZippedStudy | None) -> str:
    """Return a fingerprint of the stored pixels, empty where they cannot be read."""
    import pydicom

    try:
        if archive is None:
            if image.path.stat().st_size > _MAX_COMPARED_BYTES:
                return ""
            dataset = pydicom.dcmread(image.path, specific_tags=["PixelData"], force=True)
        else:
            data = archive.head(image.member, _MAX_COMPARED_BYTES)
            dataset = pydicom.dcmread(io.BytesIO(data), specific_tags=["PixelData"], force=True)
        return hashlib.sha256(dataset.PixelData).hexdigest()
    except Exception:  # a damaged file is met, with its sentence, when it is read
        return ""


# --- where the files are ----------------------------------------------------------------------------------------------


def _folder(name: str, folder: Path) -> _Contents:
    """Return the headers of all DICOM files under a folder; links to folders are not followed."""
    contents = _Contents([])
    count = 0
    base = len(folder.parts)
    for where, folders, files in os.walk(folder):
        here = Path(where)
        folders[:] = sorted(folders) if len(here.parts) - base < MAX_DEPTH else []
        count += len(files)
        if count > MAX_FILES:
            raise InputError(f"{name} holds more than {MAX_FILES} files; give the folder of one study")
        for file in sorted(files):
            _take(contents, here / file)
    return contents


def _take(contents: _Contents, path: Path) -> None:
    head = _head(path, HEAD_BYTES)
    if not looks_like_dicom(head):
        return
    header = read_header(path, path)
    if header is None:
        # Without the preamble it may as well be another file.
        contents.damaged += head[128:132] == b"DICM"
    else:
        contents.images.append(header)


def _head(path: Path, size: int) -> bytes:
    """Return a regular file's first bytes; nothing of what is no file (a pipe would wait for ever) or is not ours."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return b""
        with path.open("rb") as file:
            return file.read(size)
    except (OSError, ValueError):
        return b""


def _zipped(archive: ZippedStudy) -> _Contents:
    contents = _Contents([])
    for name in archive.files():
        head = archive.head(name, _HEADER_BYTES)
        if not looks_like_dicom(head):
            continue
        header = read_header(head, Path(name))
        if len(head) == _HEADER_BYTES and (header is None or (header.is_nuclear and not header.matrix[0])):
            header = read_header(archive.head(name, _LONG_HEADER_BYTES), Path(name))
        if header is None:
            contents.damaged += 1
        else:
            contents.images.append(replace(header, member=name))
    return contents


def _index(name: str, path: Path) -> _Contents:
    """Return the headers of the files that a DICOMDIR names.

    Raises
    ------
    InputError
        It is damaged, or names more than 20,000 files.
    """
    contents = _Contents([])
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
    import warnings

    import pydicom

    try:
        if path.stat().st_size > _MAX_INDEX_BYTES:
            raise InputError(f"{name} is larger than any DICOMDIR; give the folder of one study")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            records = pydicom.dcmread(path, specific_tags=["DirectoryRecordSequence"]).get("DirectoryRecordSequence")
            found = [record.get("ReferencedFileID") for record in records or []]
    except InputError:
        raise
    except Exception as error:  # pydicom raises whatever a damaged file makes it stumble over
        raise InputError(f"{name} is damaged and cannot be read as a DICOMDIR") from error
    names = [(one,) if isinstance(one, str) else tuple(str(part) for part in one) for one in found if one]
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
