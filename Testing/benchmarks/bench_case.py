"""Seconds and memory of a case: from a cold start (goal 10 s), and warm with the model loaded (goal 1.5 s).

    python Testing/benchmarks/bench_case.py [--runs 5] [--bundle DIR]

Prints the median and the range of whole-process runs of ``bonemetseg segment`` and of requests to a warm worker, on a
simulated two-view 256 x 1024 scan with its report, all files of OUT written (scene.mrb included where Slicer's
libraries are installed).
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from model_training.demo import write_simulated_case

CLI = [sys.executable, "-m", "BoneMetSegLib.cli"]


def cold(scan: Path, report: Path, folder: Path, runs: int, extra: list[str]) -> list[float]:
    """Return wall seconds of whole command-line runs, each in a process of its own."""
    seconds = []
    for run in range(runs):
        command = [*CLI, "segment", str(scan), "--report", str(report), "-o", str(folder / f"cold{run}"), *extra]
        start = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        seconds.append(time.perf_counter() - start)
    return seconds


def warm(scan: Path, report: Path, folder: Path, runs: int, bundle: str | None) -> tuple[list[float], float]:
    """Return wall seconds of a worker's requests after the first, and its peak memory in MB (0 if unknown)."""
    with subprocess.Popen(
        [*CLI, "worker"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    ) as worker:
        assert worker.stdin is not None
        assert worker.stdout is not None
        seconds = []
        for run in range(runs + 1):
            arguments = {
                "scans": [str(scan)],
                "report": str(report),
                "out": str(folder / f"warm{run}"),
                "bundle": bundle,
            }
            start = time.perf_counter()
            worker.stdin.write(json.dumps({"id": run, "command": "segment", "arguments": arguments}) + "\n")
            worker.stdin.flush()
            for line in worker.stdout:
                event = json.loads(line)["event"]
                if event in ("done", "error", "cancelled"):
                    break
            if event != "done":
                raise SystemExit(line)
            seconds.append(time.perf_counter() - start)
        memory = _peak_mb(worker.pid)
        worker.stdin.write('{"command": "shutdown"}\n')
        worker.stdin.flush()
    return seconds[1:], memory


def _peak_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status")
    if not status.is_file():
        return 0.0
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def _row(name: str, seconds: list[float]) -> str:
    span = f"range {min(seconds):.2f} to {max(seconds):.2f}, {len(seconds)} runs"
    return f"{name}: median {statistics.median(seconds):.2f} s ({span})"


def main() -> None:
    """Run both and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--bundle", default=None)
    options = parser.parse_args()
    print(f"{os.cpu_count()} cores, Python {sys.version.split()[0]}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "plain").mkdir()
        scan, report = write_simulated_case(folder)
        extra = ["--bundle", options.bundle] if options.bundle else []
        print(_row("cold start, all files", cold(scan, report, folder, options.runs, extra)))
        print(
            _row("cold start, --no-scene", cold(scan, report, folder / "plain", options.runs, [*extra, "--no-scene"]))
        )
        seconds, memory = warm(scan, report, folder, options.runs, options.bundle)
        print(_row("warm worker, all files", seconds))
        print(f"warm worker, peak memory: {memory:.0f} MB")


if __name__ == "__main__":
    main()
