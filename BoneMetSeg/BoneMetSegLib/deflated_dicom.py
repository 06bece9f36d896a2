"""DICOM files compressed as a whole: refused before they are unpacked where that would fill the memory (floor 2)."""

from __future__ import annotations

import zlib
from typing import BinaryIO

from .errors import InputError

_DEFLATED = "1.2.840.10008.1.2.1.99"
_HEAD_BYTES = 65_536
_PREAMBLE_BYTES = 132
_CHUNK_BYTES = 1_000_000
MAX_UNPACKED_BYTES = 512_000_000  # a whole-body scan has 1-8 MB, a SPECT volume up to 70 MB


def refuse_deflated_bomb(name: str, file: BinaryIO) -> None:
    """Refuse a file in the deflated transfer syntax that unpacks to over 512 MB; leave the file at its start.

    Raises
    ------
    InputError
        It unpacks to too much.
    """
    head = file.read(_HEAD_BYTES)
    try:
        if _DEFLATED.encode() in head:
            file.seek(_PREAMBLE_BYTES if head[128:132] == b"DICM" else 0)
            _skip_meta_information(file)
            _refuse(name, file)
    finally:
        file.seek(0)


def _skip_meta_information(file: BinaryIO) -> None:
    from pydicom.filereader import read_dataset

    read_dataset(file, is_implicit_VR=False, is_little_endian=True, stop_when=lambda tag, _vr, _length: tag.group != 2)


def _refuse(name: str, file: BinaryIO) -> None:
    unpacker, total = zlib.decompressobj(-zlib.MAX_WBITS), 0
    waiting = file.read(_CHUNK_BYTES)
    while waiting and not unpacker.eof:
        try:
            total += len(unpacker.decompress(waiting, _CHUNK_BYTES))
        except zlib.error:
            return  # damaged: the reader says so in its own words
        if total > MAX_UNPACKED_BYTES:
            raise InputError(f"{name} unpacks to over {MAX_UNPACKED_BYTES / 1e6:.0f} MB, too much for a bone scan")
        waiting = unpacker.unconsumed_tail or file.read(_CHUNK_BYTES)
