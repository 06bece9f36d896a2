"""Seconds to find the bone scan in a folder of 3,000 files, and in the same study zipped.

    python -m Testing.benchmarks.bench_folder [--files 3000]

Writes CT slices of 512 x 512 with one planar bone scan among them, and prints the seconds of ``read_scan``.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
import zipfile
from pathlib import Path

from BoneMetSegLib.scan_files import read_scan
from Testing.library.study_files import write_ct, write_scan


def _timed(path: Path, files: int) -> None:
    wall, own = time.perf_counter(), time.process_time()
    read_scan(path)
    wall, own = time.perf_counter() - wall, time.process_time() - own
    print(f"{path.name}, {files + 1} files: {wall:.1f} s, of which {own:.1f} s of this process's own")


def main() -> None:
    """Write, read and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=3000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        study = Path(name) / "study"
        write_scan(study / "NM" / "1")
        first = write_ct(study / "CT" / "0", size=512)
        for number in range(1, options.files):
            shutil.copy(first, study / "CT" / str(number))
        _timed(study, options.files)
        archive = Path(name) / "study.zip"
        with zipfile.ZipFile(archive, "w") as zipped:
            for path in study.rglob("*"):
                if path.is_file():
                    # Not compressed, since these slices of zeros would look like a bomb.
                    zipped.write(path, path.relative_to(study))
        _timed(archive, options.files)


if __name__ == "__main__":
    main()
