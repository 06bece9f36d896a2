"""Seconds and memory of a simulated planar pair with its labels and reports, on one core (goal 1.5 s each).

    python Testing/benchmarks/bench_simulator.py [--count 30] [--seed 0] [--anatomy auto]

Prints the mean and the 95th percentile of ``simulate_case`` and ``case_reports`` together, by matrix too, and the
process's processor time and peak memory. The first case, which builds caches, is not counted. Set OMP_NUM_THREADS=1 to
keep to one core.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import defaultdict
from pathlib import Path

import numpy as np

from model_training.simulator.case import simulate_case
from model_training.simulator.case_reports import case_reports


def timed(seed: int, anatomy: str) -> tuple[str, float, float]:
    """Return the matrix, and the seconds of the case and of its reports."""
    start = time.perf_counter()
    case = simulate_case(seed, anatomy=anatomy)
    simulated = time.perf_counter()
    case_reports(case)
    rows, columns = case.counts["anterior"].shape
    return f"{columns} x {rows}", simulated - start, time.perf_counter() - simulated


def peak_memory_mb() -> float:
    """Return the process's highest memory in MB, 0 where the system does not tell."""
    status = Path("/proc/self/status")
    if not status.is_file():
        return 0.0
    line = next(line for line in status.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def _row(name: str, seconds: list[float]) -> str:
    return (
        f"{name}: mean {np.mean(seconds):.2f} s, 95 % within {np.percentile(seconds, 95):.2f} s, {len(seconds)} pairs"
    )


def main() -> None:
    """Simulate and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=30)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--anatomy", choices=("auto", "analytic", "mesh"), default="auto")
    options = parser.parse_args()
    print(f"{os.cpu_count()} cores, Python {sys.version.split()[0]}")
    timed(options.seed, options.anatomy)
    by_matrix: dict[str, list[float]] = defaultdict(list)
    reports = []
    own = time.process_time()
    for seed in range(options.seed + 1, options.seed + 1 + options.count):
        matrix, case, report = timed(seed, options.anatomy)
        by_matrix[matrix if matrix.endswith(("1024", "2048")) else "cropped"].append(case + report)
        reports.append(report)
    own = (time.process_time() - own) / options.count
    everything = [seconds for group in by_matrix.values() for seconds in group]
    print(_row("planar pair with labels and reports", everything))
    for matrix, seconds in sorted(by_matrix.items()):
        print(_row(f"  {matrix}", seconds))
    print(f"  of which reports in both languages: {np.mean(reports):.2f} s")
    print(
        f"  processor time of this process: {own:.2f} s a pair; {3600 / np.mean(everything):.0f} pairs an hour and core"
    )
    print(f"  peak memory: {peak_memory_mb():.0f} MB")


if __name__ == "__main__":
    main()
