"""What a JPEG, JPEG-LS or JPEG 2000 stream says of itself, before a decoder trusts it (floor 2).

A decoder reserves the memory that a stream asks for, and may fall over a precision that its process does not have.
"""

from __future__ import annotations

from dataclasses import dataclass

# ITU-T T.81 table B.1: SOF0 to SOF15 without DHT (C4), JPG (C8) and DAC (CC); T.87 adds SOF55 (F7) of JPEG-LS.
_START_OF_FRAME = frozenset(set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC} | {0xF7})
_PROCESSES = {0xC0: "baseline", 0xC1: "extended", 0xC3: "lossless", 0xF7: "JPEG-LS"}
_WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xD8)})
_START_OF_SCAN, _START, _END = 0xDA, 0xD8, 0xD9
# ITU-T T.800 annex A: a JPEG 2000 codestream starts with SOC and SIZ.
_SOC_SIZ = b"\xff\x4f\xff\x51"
_SIZ_BYTES = 42
_SEARCHED_BYTES = 4096  # a JP2 box before the codestream


@dataclass(frozen=True)
class CodestreamSize:
    """Size of a compressed image, values per pixel, bits per value, and the process it was compressed by.

    ``process`` is "baseline", "extended", "lossless", "JPEG-LS", "JPEG 2000", or "other" for those that the transfer
    syntaxes in use do not have (progressive, hierarchical, arithmetic).
    """

    rows: int
    columns: int
    components: int
    bits: int
    process: str

    @property
    def is_sound(self) -> bool:
        """Whether the process has this precision (T.81 table B.2, T.87, T.800; DICOM stores at most 16 bits)."""
        low, high = {"baseline": (8, 8), "extended": (8, 12)}.get(self.process, (2, 16))
        return self.process != "other" and low <= self.bits <= high


def codestream_size(stream: bytes) -> CodestreamSize | None:
    """Return what the header of a compressed image says, ``None`` where there is no such header."""
    if stream[:2] == bytes((0xFF, _START)):
        return _of_jpeg(stream)
    start = stream.find(_SOC_SIZ, 0, _SEARCHED_BYTES)
    return _of_jpeg_2000(stream[start:]) if start >= 0 else None


def _of_jpeg_2000(stream: bytes) -> CodestreamSize | None:
    if len(stream) <= _SIZ_BYTES:
        return None
    right, bottom, left, top = (int.from_bytes(stream[at : at + 4], "big") for at in (8, 12, 16, 20))
    bits = (stream[_SIZ_BYTES] & 0x7F) + 1
    return CodestreamSize(bottom - top, right - left, int.from_bytes(stream[40:42], "big"), bits, "JPEG 2000")


def _of_jpeg(stream: bytes) -> CodestreamSize | None:
    at = 2
    while at + 4 <= len(stream):
        if stream[at] != 0xFF:
            return None
        marker = stream[at + 1]
        if marker == 0xFF:  # fill byte
            at += 1
        elif marker in _WITHOUT_LENGTH:
            at += 2
        elif marker in _START_OF_FRAME:
            if at + 10 > len(stream):
                return None
            rows, columns = (int.from_bytes(stream[start : start + 2], "big") for start in (at + 5, at + 7))
            return CodestreamSize(rows, columns, stream[at + 9], stream[at + 4], _PROCESSES.get(marker, "other"))
        elif marker in (_START_OF_SCAN, _START, _END):
            return None
        else:
            at += 2 + int.from_bytes(stream[at + 2 : at + 4], "big")
    return None
