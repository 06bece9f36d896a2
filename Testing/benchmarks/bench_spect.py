"""Seconds of a simulated tomography (goal 60 s a field on one core), and how true its reconstruction is.

    OMP_NUM_THREADS=1 python Testing/benchmarks/bench_spect.py [--fields chest abdomen pelvis] [--seeds 2]
    OMP_NUM_THREADS=1 python Testing/benchmarks/bench_spect.py --phantom

The second form reconstructs a warm cylinder with hot spheres without noise, prints recovery and resolution, and, where
the package ``pytomography`` (3.4, MIT) is installed, the same by its system matrix and OSEM from the same projections:
how far both agree, and the seconds of each. Keep that package in an environment of its own.
"""

from __future__ import annotations

import argparse
import time
from itertools import product

import numpy as np

from model_training.simulator.osem import reconstruct
from model_training.simulator.skeleton_meshes import mesh_skeleton
from model_training.simulator.spect import simulate_spect
from model_training.simulator.spect_projector import FWHM_PER_SIGMA, Collimator, Orbit, SpectSystem

SIZE, SLICES, VOXEL_MM = 64, 32, 4.8
ANGLES = np.arange(60) * 6.0
RADIUS_MM = 190.0
LEHR = Collimator(3.8, 1.4, 24.0)
SPHERES = ((0.0, 60.0, 16.0), (-55.0, 0.0, 12.0), (0.0, -60.0, 9.0), (60.0, 0.0, 6.5))  # row, column, radius, mm
CONTRAST = 8.0
ITERATIONS, SUBSETS = 4, 10


def time_fields(fields: list[str], seeds: int) -> None:
    """Print the seconds of whole fields, patient, labels and all."""
    for field in fields:
        for seed in range(seeds):
            bones = mesh_skeleton() if seed % 2 == 0 else None
            start, processor = time.perf_counter(), time.process_time()
            spect = simulate_spect(500 + seed, field=field, skeleton=bones)  # type: ignore[arg-type]
            seconds, processor = time.perf_counter() - start, time.process_time() - processor
            facts = spect.acquisition
            print(
                f"{field:8s} seed {500 + seed} {'mesh' if bones else 'analytic':8s} {seconds:6.1f} s "
                f"({processor:.1f} s of processor)  {'x'.join(map(str, spect.voxels.shape))}, {facts['views']} views, "
                f"{facts['iterations']}x{facts['subsets']}, AC {facts['attenuation_correction']:d} "
                f"RR {facts['resolution_recovery']:d}, {float(str(facts['total_counts'])) / 1e6:.1f} M counts"
            )


def phantom(finer: int = 4) -> tuple[np.ndarray, np.ndarray, list[np.ndarray]]:
    """Return activity, attenuation and the spheres' cores, ``(rows, columns, slices)``."""
    axis = ((np.arange(SIZE * finer) + 0.5) / finer - SIZE / 2) * VOXEL_MM
    along = ((np.arange(SLICES * finer) + 0.5) / finer - SLICES / 2) * VOXEL_MM
    row, column, height = axis[:, None, None], axis[None, :, None], along[None, None, :]

    def averaged(inside: np.ndarray) -> np.ndarray:
        whole = np.broadcast_to(inside, (SIZE * finer, SIZE * finer, SLICES * finer))
        return whole.reshape(SIZE, finer, SIZE, finer, SLICES, finer).mean((1, 3, 5)).astype(np.float32)

    water = averaged((row / 100) ** 2 + (column / 120) ** 2 < 1)
    balls = [averaged((row - r) ** 2 + (column - c) ** 2 + height**2 < radius**2) for r, c, radius in SPHERES]
    activity = water + np.float32(CONTRAST - 1) * np.sum(balls, 0)
    return activity, water * np.float32(0.0154), [ball > 0.9 if (ball > 0.9).any() else ball > 0.5 for ball in balls]


def recovery(name: str, volume: np.ndarray, cores: list[np.ndarray], seconds: float) -> None:
    """Print what of the contrast of each sphere comes back, and the warm cylinder's mean and unevenness."""
    warm = np.zeros(volume.shape, bool)
    warm[26:38, 26:38, 12:20] = True
    for core in cores:
        warm &= ~core
    found = [(float(volume[core].mean()) - 1) / (CONTRAST - 1) for core in cores]
    spheres = ", ".join(f"{2 * r:.0f} mm {share:.2f}" for (_, _, r), share in zip(SPHERES, found, strict=True))
    print(f"{name:28s} {seconds:6.1f} s  contrast recovery {spheres}; middle {volume[warm].mean():.3f}")


def resolution() -> None:
    """Print the width of a point's own part of the reconstruction over the camera's at the orbit's mean radius."""
    activity, mu, _ = phantom()
    water = np.minimum(activity, 1)
    camera = float(LEHR.fwhm_mm(RADIUS_MM))
    orbit = Orbit(ANGLES, np.full(len(ANGLES), RADIUS_MM))
    true = SpectSystem(water.shape, VOXEL_MM, orbit, LEHR, mu)  # type: ignore[arg-type]
    seen = true.project(water)
    for name, collimator in (("with recovery", LEHR), ("without", None)):
        system = SpectSystem(water.shape, VOXEL_MM, orbit, collimator, mu)  # type: ignore[arg-type]
        plain = reconstruct(seen, system, iterations=ITERATIONS, subsets=SUBSETS)
        shares = []
        for row in (32, 44, 50):
            point = np.zeros_like(water)
            point[row, 32, 16] = 320.0
            own = reconstruct(seen + true.project(point), system, iterations=ITERATIONS, subsets=SUBSETS) - plain
            lines = (own[row - 8 : row + 9, 32, 16], own[row, 24:41, 16], own[row, 32, 8:25])
            # The Gaussian through the three highest values of each line.
            widths = [_width(np.maximum(line[7:10], 1e-6)) * VOXEL_MM for line in lines]
            shares.append(float(np.prod(widths) ** (1 / 3)) / camera)
        print(
            f"resolution {name}: "
            + ", ".join(f"{s:.2f}" for s in shares)
            + f" of the camera's {camera:.1f} mm (0, 58, 86 mm behind the middle)"
        )


def _width(top: np.ndarray) -> float:
    low, middle, high = np.log(top)
    return FWHM_PER_SIGMA / np.sqrt(max(2 * middle - low - high, 1e-6))


def compare() -> None:
    """Reconstruct the phantom here and, where it is installed, by PyTomography."""
    activity, mu, cores = phantom()
    orbit = Orbit(ANGLES, np.full(len(ANGLES), RADIUS_MM))
    start = time.perf_counter()
    true = SpectSystem(activity.shape, VOXEL_MM, orbit, LEHR, mu)  # type: ignore[arg-type]
    seen = true.project(activity)
    print(f"projections, {len(ANGLES)} angles: {time.perf_counter() - start:.2f} s")
    start = time.perf_counter()
    ours = reconstruct(seen, true, iterations=ITERATIONS, subsets=SUBSETS)
    recovery("here, AC RR", ours, cores, time.perf_counter() - start)
    for name, collimator, attenuation in (("here, AC", None, mu), ("here, nothing", None, None)):
        start = time.perf_counter()
        system = SpectSystem(activity.shape, VOXEL_MM, orbit, collimator, attenuation)  # type: ignore[arg-type]
        found = reconstruct(seen, system, iterations=ITERATIONS, subsets=SUBSETS)
        recovery(name, found, cores, time.perf_counter() - start)
    try:
        theirs, their_seen, seconds = _by_pytomography(activity, mu, seen)
    except ImportError as error:
        print(f"PyTomography is not here ({error})")
        return
    recovery("PyTomography, AC RR", theirs, cores, seconds[1])
    print(f"PyTomography projections: {seconds[0]:.2f} s")
    rms = np.sqrt(np.mean((their_seen - seen) ** 2)) / seen.max()
    print(f"projections differ by {100 * rms:.2f} % of the highest (root mean square)")
    inside = mu > 0.007
    rms = np.sqrt(np.mean((theirs - ours)[inside] ** 2)) / ours[inside].mean()
    correlation = np.corrcoef(theirs[inside], ours[inside])[0, 1]
    print(f"reconstructions differ by {100 * rms:.1f} % of the mean (root mean square), correlation {correlation:.4f}")


def _by_pytomography(
    activity: np.ndarray, mu: np.ndarray, seen: np.ndarray
) -> tuple[np.ndarray, np.ndarray, tuple[float, float]]:
    import torch
    from pytomography.algorithms import OSEM  # type: ignore[import-not-found]
    from pytomography.likelihoods import PoissonLogLikelihood  # type: ignore[import-not-found]
    from pytomography.metadata.SPECT import (  # type: ignore[import-not-found]
        SPECTObjectMeta,
        SPECTProjMeta,
        SPECTPSFMeta,
    )
    from pytomography.projectors.SPECT import SPECTSystemMatrix  # type: ignore[import-not-found]
    from pytomography.transforms.SPECT import (  # type: ignore[import-not-found]
        SPECTAttenuationTransform,
        SPECTPSFTransform,
    )

    def theirs(volume: np.ndarray) -> torch.Tensor:  # their first axis runs to the left, their second to the back
        return torch.tensor(np.ascontiguousarray(volume.transpose(1, 0, 2)))

    step = [VOXEL_MM / 10] * 3
    blur = SPECTPSFMeta(
        (LEHR.intrinsic_fwhm_mm / 10, LEHR.hole_diameter_mm / 10, LEHR.hole_length_mm / 10),
        sigma_fit=lambda r, a, b, c: np.sqrt(a**2 + (b * (1 + r / c)) ** 2) / FWHM_PER_SIGMA,
    )
    best, closest, seconds = None, np.inf, 0.0
    # Which way its angles turn, where they begin and which way its columns run is found out, not assumed.
    for turn, first, mirror in product((1, -1), (0.0, 90.0, 180.0, 270.0), (1, -1)):
        place = SPECTObjectMeta(step, list(activity.shape))
        angles = (first + turn * ANGLES) % 360
        view = SPECTProjMeta((SIZE, SLICES), step[:2], angles, np.full(len(ANGLES), RADIUS_MM / 10))
        attenuation = SPECTAttenuationTransform(theirs(mu * 10))
        matrix = SPECTSystemMatrix([attenuation, SPECTPSFTransform(blur)], [], place, view)
        start = time.perf_counter()
        projections = matrix.forward(theirs(activity)).numpy()[:, ::mirror]
        seconds = time.perf_counter() - start
        off = float(((projections - seen) ** 2).sum())
        if off < closest:
            best, closest = (matrix, projections, mirror), off
    assert best is not None
    matrix, projections, mirror = best
    data = torch.tensor(np.ascontiguousarray(seen[:, ::mirror]))
    start = time.perf_counter()
    volume = OSEM(PoissonLogLikelihood(matrix, data))(n_iters=ITERATIONS, n_subsets=SUBSETS)
    return volume.numpy().transpose(1, 0, 2), projections, (seconds, time.perf_counter() - start)


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fields", nargs="+", default=["chest", "abdomen", "pelvis"])
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--phantom", action="store_true")
    arguments = parser.parse_args()
    if arguments.phantom:
        compare()
        resolution()
    else:
        time_fields(arguments.fields, arguments.seeds)


if __name__ == "__main__":
    main()
