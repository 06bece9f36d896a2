"""Damage to a file, as disks, networks and people with a grudge do it."""

from __future__ import annotations

import base64
import gzip
import io
import random
import re
import zipfile
import zlib
from collections.abc import Callable

_NUMBERS = (
    b"0",
    b"-1",
    b"1",
    b"7",
    b"255",
    b"65535",
    b"99999999",
    b"2147483647",
    b"4294967296",
    b"1e308",
    b"nan",
    b"9" * 30,
)


def _flip_bits(data: bytearray, rng: random.Random, _: list[bytes]) -> bytearray:
    for _unused in range(rng.choice((1, 2, 8, 64))):
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return data


def _cut(data: bytearray, rng: random.Random, _: list[bytes]) -> bytearray:
    return data[: rng.randrange(len(data))]


def _set_bytes(data: bytearray, rng: random.Random, _: list[bytes]) -> bytearray:
    at, value = rng.randrange(len(data)), rng.choice((b"\0", b"\xff", b"\x7f", b"\x80", b"(", b"\\", b"<", b"\n"))
    data[at : at + rng.choice((1, 2, 4, 8))] = value * rng.choice((1, 2, 4, 8))
    return data


def _remove(data: bytearray, rng: random.Random, _: list[bytes]) -> bytearray:
    at = rng.randrange(len(data))
    del data[at : at + rng.choice((1, 2, 4, 16, 200))]
    return data


def _repeat(data: bytearray, rng: random.Random, _: list[bytes]) -> bytearray:
    at = rng.randrange(len(data))
    piece = data[at : at + rng.choice((1, 4, 16, 100, 1000))]
    data[at:at] = piece * rng.choice((1, 2, 50, 1000))
    return data


def _splice(data: bytearray, rng: random.Random, others: list[bytes]) -> bytearray:
    other = rng.choice(others)
    at, start = rng.randrange(len(data)), rng.randrange(len(other))
    data[at : at + rng.choice((0, 4, 64))] = other[start : start + rng.choice((4, 64, 1000))]
    return data


def _change_number(data: bytearray, rng: random.Random, _: list[bytes]) -> bytearray:
    found = list(re.finditer(rb"\d+", bytes(data[:200_000])))
    if found:
        number = rng.choice(found)
        data[number.start() : number.end()] = rng.choice(_NUMBERS)
    return data


def _change_integer(data: bytearray, rng: random.Random, _: list[bytes]) -> bytearray:
    width = rng.choice((2, 4, 8))
    at = rng.randrange(max(1, min(len(data), rng.choice((400, len(data)))) - width))
    value = rng.choice((0, 1, 255, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF, 2**63 - 1)) % 256**width
    data[at : at + width] = value.to_bytes(width, rng.choice(("little", "big")))
    return data


_DAMAGES: tuple[Callable[[bytearray, random.Random, list[bytes]], bytearray], ...] = (
    _flip_bits, _cut, _set_bytes, _remove, _repeat, _splice, _change_number, _change_integer,
)  # fmt: skip


def _damaged(data: bytes, rng: random.Random, others: list[bytes]) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 4))):
        if changed:
            changed = rng.choice(_DAMAGES)(changed, rng, others)
    return bytes(changed)


def damaged(name: str, data: bytes, rng: random.Random, others: list[bytes]) -> bytes:
    """Return a damaged copy of a file; of packed ones now and then what is inside, packed again."""
    if data.startswith(b"PK") and rng.random() < 0.7:
        stream = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
            names = old.namelist()
            victim = rng.choice(names + [name for name in names if name == "word/document.xml"])
            for part in names:
                inside = old.read(part)
                new.writestr(part, _damaged(inside, rng, others) if part == victim else inside)
        return stream.getvalue()
    if data.startswith(b"\x1f\x8b") and rng.random() < 0.7:
        return gzip.compress(_damaged(gzip.decompress(data), rng, others), 1, mtime=0)
    if name.endswith(".pdf") and rng.random() < 0.4:
        return _with_inside_of_streams(data, rng, others)
    return _damaged(data, rng, others)


def _with_inside_of_streams(data: bytes, rng: random.Random, others: list[bytes]) -> bytes:
    """Return a PDF whose packed streams were unpacked, damaged and packed again, without their text filter."""

    def change(match: re.Match[bytes]) -> bytes:
        try:
            inside = zlib.decompress(base64.a85decode(match[2].strip(), adobe=False))
        except (ValueError, zlib.error):
            inside = match[2]
        return match[1].replace(b"/ASCII85Decode", b"") + zlib.compress(_damaged(inside, rng, others)) + match[3]

    return re.sub(rb"(<<[^<>]*>>\s*stream\r?\n)(.*?)(~>\s*endstream|endstream)", change, data, flags=re.DOTALL)
