"""Damages thousands of good files and reads them: scans and reports alike.

A reader may refuse a file with an ``InputError`` of one sentence, or read it. Anything else is a fault: another error,
a file that takes over 10 s, memory over 2 GB, a temporary file left behind, a sentence that shows who the patient is.
The file that shows it is kept.

    python Testing/fuzz/fuzz_readers.py --seconds 600 --seed 7
"""

from __future__ import annotations

import argparse
import faulthandler
import random
import re
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

CHECKOUT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(CHECKOUT / "BoneMetSeg"), str(CHECKOUT)]

from BoneMetSegLib.errors import InputError  # noqa: E402
from BoneMetSegLib.report_files import read_report  # noqa: E402
from BoneMetSegLib.scan_files import read_scan  # noqa: E402
from Testing.fuzz.damage import damaged  # noqa: E402
from Testing.fuzz.good_files import good_reports, good_scans  # noqa: E402

MAX_SECONDS, MAX_BYTES = 10.0, 2_000_000_000
_IDENTITY = re.compile("Secret|ID-4711|Simulated|SIMULATED|某")

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
    try:  # Linux: getrusage would count what the process that started this one held, too
        found = re.search(r"^VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"), re.MULTILINE)
    except OSError:
        found = None
    if found:
        return int(found[1]) * 1024
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
    good = [(name, data, read_scan) for name, data in good_scans(folder)] + [
        (name, data, read_report) for name, data in good_reports()
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
