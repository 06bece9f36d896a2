"""Seconds of a training step at the grid of the comparison runs, and of drawing its samples.

    python Testing/benchmarks/bench_training.py [CASES] [STEPS]

CASES is a folder made by ``simulate``; without it a few analytic patients are simulated first. Samples are drawn by one
process beside the training; what they cost of a step is their own time over the step's, on as many cores as both use.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np
import torch

from model_training.case_lists import cases_of
from model_training.configuration import read_configuration
from model_training.simulator.case import simulate_case
from model_training.training.batches import collate
from model_training.training.dual_path_module import DualPathModule
from model_training.training.placed_case import Grid, PlacedCase, place_case
from model_training.training.planar_samples import PlanarSamples, place_cases
from model_training.training_case import TrainingCase

PATIENTS = 6
TEXT_WIDTH, TOKENS = 128, 250
FUSIONS: dict[str, list[list[str]]] = {
    "image path alone": [],
    "regions": [["regions"]],
    "five report paths": [["regions"], ["tokens"], ["film"], ["concatenation"], []],
}


def placed(folder: Path | None, grid: Grid) -> list[PlacedCase]:
    """Return some patients on the grid."""
    if folder is not None:
        return place_cases(cases_of(folder, "training")[:PATIENTS], grid)
    found = []
    for seed in range(PATIENTS):
        case = simulate_case(seed, anatomy="analytic")
        fields = (
            "counts",
            "expected",
            "class_map",
            "focus_map",
            "skeleton",
            "spine_level",
            "rib_level",
            "pixel_size_mm",
        )
        known = {name: getattr(case, name) for name in fields}
        found.append(
            place_case(
                TrainingCase(
                    views=("anterior", "posterior"), reports={}, patient=str(seed), source="simulated", **known
                ),
                grid,
            )
        )
    return found


def main() -> None:
    """Measure and print."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    steps = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    configuration = read_configuration()
    grid, batch_size = Grid(**configuration["grid"]), configuration["train"]["batch_size"]
    rng = np.random.default_rng(0)
    tokens = [{"zh": rng.normal(size=(TOKENS, TEXT_WIDTH)).astype(np.float16)} for _ in range(PATIENTS)]
    samples = PlanarSamples(placed(folder, grid), tokens, grid, configuration["augmentation"], 0, TEXT_WIDTH)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    drawing = _processor_seconds(lambda n: collate([samples[batch_size * n + m] for m in range(batch_size)]), steps)
    torch.set_num_threads(threads)
    print(f"grid {grid.rows} x {grid.columns} of {grid.pixel_mm:g} mm, batch {batch_size}, {threads} threads")
    print(f"samples of a step: {drawing:.3f} s of a processor")
    batch = collate([samples[n] for n in range(batch_size)])
    for name, fusions in FUSIONS.items():
        configuration["network"]["fusions"] = fusions
        module = DualPathModule(configuration, TEXT_WIDTH, 0)
        optimiser = module.configure_optimizers()["optimizer"]

        def step(_number: int, module: DualPathModule = module, optimiser: torch.optim.Optimizer = optimiser) -> None:
            optimiser.zero_grad(set_to_none=True)
            torch.stack(list(module.losses(batch).values())).sum().backward()
            module.configure_gradient_clipping(optimiser)
            optimiser.step()
            module.average.update()

        wall = time.perf_counter()
        busy = _processor_seconds(step, steps)
        wall = (time.perf_counter() - wall) / (steps + 1)
        print(f"{name}: {busy:.2f} s of a processor, {wall:.2f} s by the clock; samples are {drawing / busy:.0%} of it")


def _processor_seconds(work, steps: int) -> float:
    """Return seconds of processor time a call, of all threads: what else runs on the machine does not count."""
    work(0)
    start = time.process_time()
    for number in range(steps):
        work(number)
    return (time.process_time() - start) / steps


if __name__ == "__main__":
    main()
