"""Damages thousands of good files and reads them: scans and reports alike.

A reader may refuse a file with an ``InputError`` of one sentence, or read it. Anything else is a fault: another error,
a file that takes over 10 s, memory over 2 GB, a temporary file left behind, a sentence that shows who the patient is.
The file that shows it is kept.

    python Testing/fuzz/fuzz_readers.py --seconds 600 --seed 7
"""

from __future__ import annotations

import argparse
import faulthandler
import io
import random
import re
import sys
import tempfile
import time
import traceback
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import numpy as np

CHECKOUT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(CHECKOUT / "BoneMetSeg"), str(CHECKOUT)]

from BoneMetSegLib.errors import InputError  # noqa: E402
from BoneMetSegLib.report_files import read_report  # noqa: E402
from BoneMetSegLib.scan_files import read_scan  # noqa: E402
from Testing.library import report_documents as documents  # noqa: E402

MAX_SECONDS, MAX_BYTES = 10.0, 2_000_000_000
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


_IDENTITY = re.compile("Secret|ID-4711|Simulated|SIMULATED|某")

# --- good files -------------------------------------------------------------------------------------------------------


def _view(rows: int = 128, columns: int = 64) -> np.ndarray:
    return np.random.default_rng(5).poisson(4, (rows, columns)).astype(np.uint16)


def _scans(folder: Path) -> Iterator[tuple[str, bytes]]:
    import pydicom
    import SimpleITK
    from pydicom.uid import DeflatedExplicitVRLittleEndian, RLELossless

    from model_training.simulator.nm_dicom import Manner, write_planar_nm

    both = {"anterior": _view(), "posterior": _view()}
    path = write_planar_nm(folder / "scan.dcm", both, 4.0)
    yield "planar.dcm", path.read_bytes()
    yield "implicit.dcm", write_planar_nm(path, both, 4.0, manner=Manner(implicit_vr=True)).read_bytes()
    capture = Manner(secondary_capture=True, view_naming="series description")
    yield "capture.dcm", write_planar_nm(path, {"anterior": _view()}, 4.0, manner=capture).read_bytes()
    write_planar_nm(path, both, 4.0)
    for name, syntax in (("rle.dcm", RLELossless), ("deflated.dcm", DeflatedExplicitVRLittleEndian)):
        dataset = pydicom.dcmread(path)
        if syntax == RLELossless:
            dataset.compress(syntax)
        else:
            dataset.file_meta.TransferSyntaxUID = syntax
        stream = io.BytesIO()
        dataset.save_as(stream)
        yield name, stream.getvalue()
    image = SimpleITK.GetImageFromArray(_view()[None].astype(np.float32))
    image.SetSpacing((4.0, 4.0, 1.0))
    image.SetMetaData("view", "anterior")
    for name in ("ant.nrrd", "ant.nii", "ant.nii.gz", "ant.mha"):
        for packed in (False, True):
            SimpleITK.WriteImage(image, str(folder / name), packed)
            yield f"{'packed ' if packed else ''}{name}", (folder / name).read_bytes()


def _reports() -> Iterator[tuple[str, bytes]]:
    text = documents.CHINESE
    row = f"{documents.FINDINGS_ZH},{documents.IMPRESSION_ZH}"
    yield "utf8.txt", text.encode()
    yield "gb.txt", text.encode("gb18030")
    yield "utf16.txt", text.encode("utf-16")
    yield "report.docx", documents.word(text.split("\n"), header="某医院", table=[["左", "右"], ["甲", "乙"]])
    yield "report.pdf", documents.pdf(text)
    yield "packed.pdf", documents.pdf(documents.ENGLISH * 3, font="Helvetica", pageCompression=1)
    yield "report.sr.dcm", documents.structured_report(documents.sections_of_report("左侧第7肋", "骨转移"))
    yield "pdf.dcm", documents.encapsulated_pdf(documents.pdf(text))
    message = documents.hl7([f"TX|1&GDT^a||{documents.FINDINGS_ZH}", r"FT|1&IMP^a||L3\.br\\X4C33\ \T\ ~x"])
    yield "report.hl7", message
    yield (
        "several.hl7",
        message + documents.hl7(["TX|1||right"], accession="A-2", codec="gb18030", character_set="GB18030"),
    )
    yield "pdf.hl7", documents.hl7_with_document(documents.pdf(text))
    yield "report.csv", f"检查号,影像所见,诊断意见\nA-1,{row}\nA-2,{row}\n".encode()
    yield "report.rtf", rb"{\rtf1\ansi\ansicpg936{\fonttbl{\f0\fcharset134 S;}}\f0 \'d7\'f3 \uc1\u24038? L3\par\cell}"
    yield (
        "report.html",
        f"<html><meta charset=utf-8><body><p>{text}<table><tr><td>a<td>b</table>&#31532;</html>".encode(),
    )


# --- damage -----------------------------------------------------------------------------------------------------------


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
            victim = rng.choice(("word/document.xml", *old.namelist()))
            for part in old.namelist():
                inside = old.read(part)
                new.writestr(part, _damaged(inside, rng, others) if part == victim else inside)
        return stream.getvalue()
    if data.startswith(b"\x1f\x8b") and rng.random() < 0.7:
        import gzip

        return gzip.compress(_damaged(gzip.decompress(data), rng, others), 1)
    if name.endswith(".pdf") and rng.random() < 0.4:
        return _with_inside_of_streams(data, rng, others)
    return _damaged(data, rng, others)


def _with_inside_of_streams(data: bytes, rng: random.Random, others: list[bytes]) -> bytes:
    """Return a PDF whose packed streams were unpacked, damaged and packed again, without their text filter."""

    def change(match: re.Match[bytes]) -> bytes:
        try:
            inside = zlib.decompress(__import__("base64").a85decode(match[2].strip(), adobe=False))
        except (ValueError, zlib.error):
            inside = match[2]
        return match[1].replace(b"/ASCII85Decode", b"") + zlib.compress(_damaged(inside, rng, others)) + match[3]

    return re.sub(rb"(<<[^<>]*>>\s*stream\r?\n)(.*?)(~>\s*endstream|endstream)", change, data, flags=re.DOTALL)


# --- reading ----------------------------------------------------------------------------------------------------------


@dataclass
class Outcome:
    """What reading the damaged files came to."""

    files: int = 0
    read: int = 0
    refused: int = 0
    slowest_seconds: float = 0.0
    slowest_file: str = ""
    peak_bytes: int = 0
    faults: list[str] = field(default_factory=list)
    where_it_hangs: IO[str] = sys.stderr
    kinds: Counter[str] = field(default_factory=Counter)


def peak_memory_bytes() -> int:
    """Return the most memory that this process held, 0 where the system does not tell."""
    try:
        import resource
    except ImportError:  # Windows
        return 0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def fuzz(seconds: float, seed: int, folder: Path, *, files: int = 10**9, only: str = "") -> Outcome:
    """Damage and read files until the time is over.

    Parameters
    ----------
    seconds : float
    seed : int
        The same files in the same order for the same seed.
    folder : Path
        An empty folder to work in; files that show a fault stay there.
    files : int
        At most so many.
    only : str
        Part of the names of the good files to use.
    """
    rng = random.Random(seed)
    good = [(name, data, read_scan) for name, data in _scans(folder)] + [
        (name, data, read_report) for name, data in _reports()
    ]
    good = [one for one in good if only in one[0]]
    others = [data for _, data, _ in good]
    temporary = folder / "temporary"
    temporary.mkdir(exist_ok=True)
    outcome, end = Outcome(), time.monotonic() + seconds
    saved, tempfile.tempdir = tempfile.tempdir, str(temporary)
    outcome.where_it_hangs = (folder / "where_it_hangs.txt").open("w", encoding="utf-8")
    try:
        for name, data, read in good:  # the good ones are read, or the damaged ones show nothing
            _read(
                folder / f"good {name}", data, read, outcome, must_be_read="several" not in name and "csv" not in name
            )
        while time.monotonic() < end and outcome.files < files:
            name, data, read = rng.choice(good)
            if read is read_scan and rng.random() < 0.3:
                read = _read_with_options
            _read(folder / f"{outcome.files} {name}", damaged(name, data, rng, others), read, outcome)
            left = [path.name for path in temporary.iterdir()]
            if left:
                outcome.faults.append(f"{name}: left {left[0]} behind")
                break
    finally:
        tempfile.tempdir = saved
        faulthandler.cancel_dump_traceback_later()
        outcome.where_it_hangs.close()
    return outcome


def _read_with_options(path: Path) -> object:
    return read_scan(path, view="anterior", pixel_size_mm=4.0, flip_posterior=True)


def _read(
    path: Path, data: bytes, read: Callable[..., object], outcome: Outcome, *, must_be_read: bool = False
) -> None:
    path.write_bytes(data)
    outcome.files += 1
    start, keep = time.monotonic(), False
    # A hang in C ends here: the file is kept, and where it hangs is written beside it.
    faulthandler.dump_traceback_later(4 * MAX_SECONDS, exit=True, file=outcome.where_it_hangs)
    try:
        read(path)
        outcome.read += 1
    except InputError as error:
        outcome.refused += 1
        outcome.kinds[re.sub(r"[\d.,]+", "#", str(error).replace(path.name, "FILE"))[:90]] += 1
        sentence = str(error)
        if (
            must_be_read
            or not sentence.strip()
            or "\n" in sentence
            or len(sentence) > 400
            or str(path.parent) in sentence
            or _IDENTITY.search(sentence)
        ):
            outcome.faults.append(f"{path.name}: said {sentence!r}")
            keep = True
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        where = traceback.extract_tb(error.__traceback__)[-1]
        outcome.faults.append(
            f"{path.name}: {type(error).__name__} in {Path(where.filename).name}:{where.lineno}: {error}"[:300]
        )
        keep = True
    seconds = time.monotonic() - start
    if seconds > outcome.slowest_seconds:
        outcome.slowest_seconds, outcome.slowest_file = seconds, path.name
    if seconds > MAX_SECONDS:
        outcome.faults.append(f"{path.name}: took {seconds:.1f} s")
        keep = True
    peak = peak_memory_bytes()
    if peak > MAX_BYTES and peak > outcome.peak_bytes:
        outcome.faults.append(f"{path.name}: memory {peak / 1e9:.2f} GB")
        keep = True
    outcome.peak_bytes = max(peak, outcome.peak_bytes)
    if not keep:
        path.unlink()


def main() -> int:
    """Run from the command line; 0 where no fault was found."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="part of the names of the good files: .pdf, .dcm, .hl7 ...")
    parser.add_argument("--keep", type=Path, help="folder for the files that show a fault")
    options = parser.parse_args()
    folder = options.keep or Path(tempfile.mkdtemp(prefix="fuzz_readers_"))
    folder.mkdir(parents=True, exist_ok=True)
    outcome = fuzz(options.seconds, options.seed, folder, only=options.only)
    for sentence, count in outcome.kinds.most_common(40):
        print(f"{count:6d}  {sentence}")
    print(
        f"{outcome.files} files, {outcome.read} read, {outcome.refused} refused; "
        f"slowest {outcome.slowest_seconds:.1f} s ({outcome.slowest_file}); "
        f"most memory {outcome.peak_bytes / 1e9:.2f} GB"
    )
    for fault in outcome.faults:
        print(f"FAULT {fault}  (in {folder})")
    return 1 if outcome.faults else 0


if __name__ == "__main__":
    sys.exit(main())
