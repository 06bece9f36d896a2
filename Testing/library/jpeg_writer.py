"""JPEG streams that no common Python encoder writes: lossless with any predictor, and 12-bit sequential DCT.

After ITU-T T.81: annex H for lossless, annexes A and F for the DCT. Written for tests, from the standard, so that what
is read is compared with another program's encoding than the decoder's own.
"""

from __future__ import annotations

import numpy as np

# Code lengths may be as long as they like: all symbols of a table get one length.
_LOSSLESS_SYMBOLS, _LOSSLESS_BITS = list(range(17)), 5
_DC_SYMBOLS, _DC_BITS = list(range(16)), 5
_AC_SYMBOLS, _AC_BITS = [0x00, 0xF0, *(run << 4 | size for run in range(16) for size in range(1, 15))], 8


def lossless_jpeg(image: np.ndarray, predictor: int = 1, precision: int = 16) -> bytes:
    """Return a process 14 stream (SOF3) of ``(rows, columns)`` integers below ``2**precision``."""
    pixels = image.astype(np.int64)
    left, above, corner = np.zeros_like(pixels), np.zeros_like(pixels), np.zeros_like(pixels)
    left[:, 1:], above[1:], corner[1:, 1:] = pixels[:, :-1], pixels[:-1], pixels[:-1, :-1]
    predicted = {
        1: left, 2: above, 3: corner, 4: left + above - corner, 5: left + ((above - corner) >> 1),
        6: above + ((left - corner) >> 1), 7: (left + above) >> 1,
    }[predictor]  # fmt: skip
    predicted[0], predicted[:, 0] = left[0], above[:, 0]
    predicted[0, 0] = 1 << (precision - 1)
    differences = (pixels - predicted + 32768) % 65536 - 32768
    differences[differences == -32768] = 32768
    bits = []
    for difference in differences.ravel().tolist():
        size = abs(difference).bit_length()
        bits.append(_code(_LOSSLESS_SYMBOLS, _LOSSLESS_BITS, size))
        bits.append(_extra(difference, size) if size < 16 else "")
    scan = bytes([1, 1, 0x00, predictor, 0, 0])
    tables = _huffman_table(0, 0, _LOSSLESS_SYMBOLS, _LOSSLESS_BITS)
    return _stream(0xC3, image.shape, precision, tables, scan, "".join(bits))


def dct_jpeg(image: np.ndarray, precision: int = 12, step: int = 1) -> bytes:
    """Return an extended sequential stream (SOF1), every coefficient quantized by ``step``."""
    rows, columns = image.shape
    padded = np.pad(image.astype(float), ((0, -rows % 8), (0, -columns % 8)), mode="edge") - (1 << (precision - 1))
    at = np.arange(8)
    basis = np.cos((2 * at[np.newaxis] + 1) * at[:, np.newaxis] * np.pi / 16) / 2
    basis[0] /= np.sqrt(2)
    zigzag = sorted(np.ndindex(8, 8), key=lambda rc: (sum(rc), rc[0] if sum(rc) % 2 else rc[1]))
    bits, before = [], 0
    for top in range(0, padded.shape[0], 8):
        for start in range(0, padded.shape[1], 8):
            block = np.rint(basis @ padded[top : top + 8, start : start + 8] @ basis.T / step).astype(int)
            values = [int(block[at]) for at in zigzag]
            difference, before = values[0] - before, values[0]
            size = abs(difference).bit_length()
            bits.append(_code(_DC_SYMBOLS, _DC_BITS, size) + _extra(difference, size))
            bits.append(_ac(values[1:]))
    quantization = b"\xff\xdb" + (67).to_bytes(2, "big") + bytes([0]) + bytes([step] * 64)
    tables = quantization + _huffman_table(0, 0, _DC_SYMBOLS, _DC_BITS) + _huffman_table(1, 0, _AC_SYMBOLS, _AC_BITS)
    return _stream(0xC1, image.shape, precision, tables, bytes([1, 1, 0x00, 0, 63, 0]), "".join(bits))


def _ac(values: list[int]) -> str:
    bits, run = [], 0
    last = max((index for index, value in enumerate(values) if value), default=-1)
    for value in values[: last + 1]:
        if value == 0:
            run += 1
            continue
        while run > 15:
            bits.append(_code(_AC_SYMBOLS, _AC_BITS, 0xF0))
            run -= 16
        size = abs(value).bit_length()
        bits.append(_code(_AC_SYMBOLS, _AC_BITS, run << 4 | size) + _extra(value, size))
        run = 0
    if last < 62:
        bits.append(_code(_AC_SYMBOLS, _AC_BITS, 0x00))
    return "".join(bits)


def _code(symbols: list[int], length: int, symbol: int) -> str:
    return format(symbols.index(symbol), f"0{length}b")


def _extra(value: int, size: int) -> str:
    return "" if size == 0 else format(value if value > 0 else value + (1 << size) - 1, f"0{size}b")


def _huffman_table(kind: int, number: int, symbols: list[int], length: int) -> bytes:
    counts = [len(symbols) if bits == length else 0 for bits in range(1, 17)]
    body = bytes([kind << 4 | number, *counts, *symbols])
    return b"\xff\xc4" + (len(body) + 2).to_bytes(2, "big") + body


def _stream(marker: int, shape: tuple[int, ...], precision: int, tables: bytes, scan: bytes, bits: str) -> bytes:
    frame = bytes([precision]) + shape[0].to_bytes(2, "big") + shape[1].to_bytes(2, "big") + bytes([1, 1, 0x11, 0])
    bits += "1" * (-len(bits) % 8)
    entropy = int(bits, 2).to_bytes(len(bits) // 8, "big").replace(b"\xff", b"\xff\x00")
    start_of_frame = bytes([0xFF, marker]) + (len(frame) + 2).to_bytes(2, "big") + frame
    start_of_scan = b"\xff\xda" + (len(scan) + 2).to_bytes(2, "big") + scan
    stream = b"\xff\xd8" + tables + start_of_frame + start_of_scan + entropy + b"\xff\xd9"
    return stream + b"\0" * (len(stream) % 2)
