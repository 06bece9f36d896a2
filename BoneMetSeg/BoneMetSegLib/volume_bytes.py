"""Whether an image file's bytes are all there and are numbers: ITK puts zeros for the rest, silently (floor 2)."""

from __future__ import annotations

import gzip
import struct
import zlib
from collections.abc import Sequence
from math import prod
from pathlib import Path
from typing import BinaryIO

import numpy as np

from .errors import InputError
from .metaimage_header import MetaImageHeader
from .nrrd_header import pixels_within

_MAX_BITS = 64  # of a number; more are colours or complex ones
_MAX_OFFSET = 2**31
_NIFTI_HEADER_BYTES = 540  # of NIfTI-2, the longer one
_CHUNK_BYTES = 1_000_000
_BYTES_OF_META_TYPE = {
    "CHAR": 1, "UCHAR": 1, "SHORT": 2, "USHORT": 2, "INT": 4, "UINT": 4, "LONG": 4, "ULONG": 4, "LONG_LONG": 8,
    "ULONG_LONG": 8, "FLOAT": 4, "DOUBLE": 8,
}  # fmt: skip


def refuse_unsound_nifti(path: Path, size: Sequence[int]) -> None:
    """Refuse a NIfTI file with fewer bytes than its header promises, or with pixels that are not numbers.

    ITK's reader puts zeros for NaN and infinite values, so they are looked for in the bytes.

    Parameters
    ----------
    path : Path
        A single-file NIfTI-1 or NIfTI-2, compressed by gzip or not.
    size : sequence of int
        Extents of the image.

    Raises
    ------
    InputError
        The file is cut short, its compressed stream is broken, its pixels lie in a second file or are not numbers.
    """
    with path.open("rb") as file:
        compressed = file.read(2) == b"\x1f\x8b"
    try:
        with gzip.open(path) if compressed else path.open("rb") as stream:
            header = stream.read(_NIFTI_HEADER_BYTES)
            offset, bits, kind = _nifti_pixels(path.name, header)
            expected = offset + prod(size) * bits // 8
            data = header + stream.read(max(0, expected - len(header)))
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InputError(f"{path.name} is truncated or damaged: its compressed data break off") from error
    _refuse_short(path.name, len(data), expected)
    if kind and not np.isfinite(np.frombuffer(data[offset:expected], kind)).all():
        raise InputError(f"{path.name} holds pixels that are not numbers (NaN or infinite)")


def refuse_unsound_metaimage(path: Path, header: MetaImageHeader) -> None:
    """Refuse a MetaImage whose pixels are not all there, beside its header or in a file of their own.

    ITK returns whatever was in the memory where a compressed stream is broken.

    Raises
    ------
    InputError
        The file of the pixels is missing or cut short, or the compressed stream is broken or does not say its length.
    """
    fields, start, pixels = header.fields, header.size_bytes, path
    is_local = fields["ElementDataFile"].upper() == "LOCAL"
    if not is_local:
        start, pixels = 0, path.parent / fields["ElementDataFile"]
        if not pixels.is_file():
            raise InputError(f"{path.name} keeps its pixels in another file, which is not beside it; give both")
    width = _BYTES_OF_META_TYPE.get(fields.get("ElementType", "").removeprefix("MET_"))
    if width is None:
        return  # ITK says so
    channels = int(fields.get("ElementNumberOfChannels", "1"))
    expected = width * channels * prod(int(extent) for extent in fields["DimSize"].split())
    held = pixels.stat().st_size - start
    if not header.says("CompressedData"):
        skipped = max(0, int(float(fields.get("HeaderSize", "0")))) if not is_local else 0
        _refuse_short(path.name, held - skipped, expected)
        return
    said = int(float(fields.get("CompressedDataSize", "0")))
    if is_local and not said:
        raise InputError(f"{path.name} does not say how long its compressed pixels are (CompressedDataSize)")
    _refuse_short(path.name, held, said)
    with pixels.open("rb") as file:
        file.seek(start)
        _refuse_short(path.name, _unpacked_bytes(path.name, file, said or held, expected), expected)


def refuse_broken_nrrd(path: Path, fields: dict[str, str]) -> None:
    """Refuse an NRRD file whose gzip stream is broken: ITK does not compare its checksum.

    Raises
    ------
    InputError
        The stream breaks off, or what it unpacks to is not what was packed.
    """
    within = pixels_within(path, fields)
    if fields.get("encoding", "").lower() not in ("gzip", "gz") or within is None:
        return
    pixels, start = within
    most = prod(int(extent) for extent in fields["sizes"].split()) * _MAX_BITS // 8
    with pixels.open("rb") as file:
        file.seek(start)
        _unpacked_bytes(path.name, file, pixels.stat().st_size - start, most)


def _unpacked_bytes(name: str, file: BinaryIO, length: int, most: int) -> int:
    """Return how many bytes a zlib or gzip stream of at most ``length`` bytes unpacks to, checked by its checksum.

    Raises
    ------
    InputError
        The stream is broken or breaks off, or unpacks to more than ``most`` bytes.
    """
    unpacker, unpacked = zlib.decompressobj(zlib.MAX_WBITS | 32), 0
    try:
        while length > 0 and not unpacker.eof and (packed := file.read(min(length, _CHUNK_BYTES))):
            length -= len(packed)
            while packed and unpacked <= most:
                unpacked += len(unpacker.decompress(packed, _CHUNK_BYTES))
                packed = unpacker.unconsumed_tail
    except zlib.error as error:
        raise InputError(f"{name} is damaged: its compressed pixels cannot be unpacked") from error
    if unpacked <= most and not unpacker.eof:
        unpacked += len(unpacker.flush())  # what was held back at a chunk's end
    if unpacked > most or not unpacker.eof:
        raise InputError(f"{name} is truncated or damaged: its compressed pixels are not those of its size")
    return unpacked


def _nifti_pixels(name: str, header: bytes) -> tuple[int, int, str]:
    """Return where the pixels start, in bytes, the bits of one, and its numpy kind where it is a floating one.

    The fields are ``vox_offset``, ``bitpix`` and ``datatype`` of nifti1.h and nifti2.h.
    """
    order = "<" if header[:4] in (struct.pack("<i", 348), struct.pack("<i", 540)) else ">"
    if header[4:7] == b"n+2":
        (offset,) = struct.unpack_from(f"{order}q", header, 168)
        datatype, bits = struct.unpack_from(f"{order}hh", header, 12)
    elif header[344:347] == b"n+1":
        (offset,) = struct.unpack_from(f"{order}f", header, 108)
        datatype, bits = struct.unpack_from(f"{order}hh", header, 70)
    else:
        raise InputError(f"{name} is a NIfTI header whose pixels are in another file; save it as a single .nii file")
    if not 1 <= bits <= _MAX_BITS or offset != offset or not 0 <= offset < _MAX_OFFSET:  # noqa: PLR0124 (NaN)
        raise InputError(f"{name} is damaged: its NIfTI header has pixels of {bits} bits")
    kind = {16: "f4", 64: "f8"}.get(datatype, "")
    return int(offset), bits, f"{order}{kind}" if kind else ""


def _refuse_short(name: str, held: int, expected: int) -> None:
    if held < expected:
        raise InputError(f"{name} is truncated: it holds {held} of {expected} bytes of its image")
