"""Bone over soft tissue: means of boxes placed by the landmarks, of one image, over each other."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import binary_erosion, gaussian_filter

from .body_landmarks import Landmarks


def box(seen: Landmarks, first_row: int, last_row: int, from_mm: float, to_mm: float, both: bool = True) -> np.ndarray:
    """Return the smoothed counts of the pixels of some rows between two distances from the midline.

    ``both`` takes both sides of the midline by distance; otherwise the distances are signed.
    """
    rows = slice(max(0, first_row), last_row + 1)
    beside = seen.beside_midline_mm()[rows]
    at = np.abs(beside) if both else beside
    return np.asarray(seen.smooth[rows][(at >= from_mm) & (at <= to_mm)])


def _mean(values: np.ndarray) -> float:
    return float(values.mean()) if values.size else float("nan")


def _high(values: np.ndarray, percent: float = 95.0) -> float:
    return float(np.percentile(values, percent)) if values.size else float("nan")


def _mm(seen: Landmarks, length_mm: float) -> int:
    return round(length_mm / seen.pixel_mm)


def skull_over_neck(seen: Landmarks) -> float:
    """Vault (20-70 mm under the crown, 45 mm to either side) over the neck's soft tissue 30-45 mm beside its middle."""
    vault = box(seen, seen.crown + _mm(seen, 20), seen.crown + _mm(seen, 70), 0, 45)
    neck = box(seen, seen.neck, (seen.neck + seen.shoulder) // 2, 30, 45)
    return _mean(vault) / _mean(neck)


def face_over_vault(seen: Landmarks) -> float:
    """Brightest tenth of the face and skull base over the mean of the vault."""
    vault = box(seen, seen.crown + _mm(seen, 20), seen.crown + _mm(seen, 70), 0, 45)
    face = box(seen, seen.crown + _mm(seen, 100), seen.neck, 0, 45)
    return _high(face, 90) / _mean(vault)


def rim_over_vault(seen: Landmarks) -> float:
    """Rim of the skull (within 18 mm of the silhouette) over its middle: the tangential look through the table."""
    rows = slice(seen.crown + _mm(seen, 30), seen.crown + _mm(seen, 90))
    body = seen.body[rows]
    depth = [binary_erosion(body, np.ones((1, 3)), iterations=_mm(seen, depth)) for depth in (6.0, 20.0, 45.0)]
    near = np.abs(seen.beside_midline_mm()[rows]) < 100
    counts = seen.smooth[rows]
    return _mean(counts[depth[0] & ~depth[1] & near]) / _mean(counts[depth[2] & near])


def sternum_over_chest(seen: Landmarks) -> float:
    """Middle of the upper chest (12 mm to either side) over 40-70 mm beside it."""
    first, last = seen.trunk_row(0.14), seen.trunk_row(0.30)
    return _mean(box(seen, first, last, 0, 12)) / _mean(box(seen, first, last, 40, 70))


def shoulder_over_chest(seen: Landmarks) -> float:
    """Brightest twentieth about the shoulders' tips over the chest beside the sternum."""
    tips = box(seen, seen.shoulder - _mm(seen, 10), seen.trunk_row(0.2), 110, 230)
    return _high(tips) / _mean(box(seen, seen.trunk_row(0.14), seen.trunk_row(0.30), 40, 100))


def rib_relief(seen: Landmarks) -> float:
    """Ribs against the spaces between them, beside the sternum: standard deviation over mean, noise taken off, %.

    Blurs of 5 and 14 mm keep structures of a rib's distance; of the variance that of Poisson noise is taken off.
    """
    rows = slice(seen.trunk_row(0.12), seen.trunk_row(0.42))
    s, t = 5.0 / seen.pixel_mm, 14.0 / seen.pixel_mm
    counts = seen.counts
    fine = gaussian_filter(counts, s) - gaussian_filter(counts, t)
    beside = np.abs(seen.beside_midline_mm()[rows])
    inside = (beside > 50) & (beside < 110)
    level = float(seen.smooth[rows][inside].mean())
    noise = (level + seen.background) / (4 * np.pi) * (1 / s**2 + 1 / t**2 - 4 / (s**2 + t**2))
    return 100.0 * float(np.sqrt(max(float(fine[rows][inside].var()) - noise, 0.0))) / level


def rib_ends_over_chest(seen: Landmarks) -> float:
    """Brightest tenth of the lower chest 80-150 mm beside the midline (ribs' ends) over its median."""
    ends = box(seen, seen.trunk_row(0.22), seen.trunk_row(0.42), 80, 150)
    return _high(ends, 90) / float(np.median(ends))


def spine_over_flank(seen: Landmarks) -> float:
    """Lumbar spine (15 mm about its ridge) over the flanks 55-90 mm beside it."""
    first, last = seen.trunk_row(0.52), seen.trunk_row(0.70)
    best = max(_mean(box(seen, first, last, shift - 15, shift + 15, both=False)) for shift in range(-25, 26, 5))
    return best / _mean(box(seen, first, last, 55, 90))


def iliac_over_flank(seen: Landmarks) -> float:
    """Brightest tenth of the iliac wings, 50-130 mm beside the midline, over the flanks above."""
    wings = box(seen, seen.trunk_row(0.68), seen.trunk_row(0.84), 50, 130)
    return _high(wings, 90) / _mean(box(seen, seen.trunk_row(0.52), seen.trunk_row(0.64), 55, 90))


def hip_over_thigh(seen: Landmarks) -> float:
    """Brightest tenth of hips and proximal femora over the whole width of the thighs."""
    hips = box(seen, seen.trunk_row(0.84), seen.crotch + _mm(seen, 20), 60, 140)
    return _high(hips, 90) / _thigh_level(seen)


def bladder_over_pelvis(seen: Landmarks) -> float:
    """Brightest spot near the midline of the lower pelvis over the pelvis' median."""
    middle = box(seen, seen.trunk_row(0.78), seen.crotch, 0, 45)
    return _high(middle, 99) / float(np.median(box(seen, seen.trunk_row(0.72), seen.crotch, 0, 130)))


def trunk_over_thigh(seen: Landmarks) -> float:
    """Flanks over the thighs' whole width: soft tissue of the trunk against that of the legs, bone included."""
    return _mean(box(seen, seen.trunk_row(0.45), seen.trunk_row(0.64), 55, 110)) / _thigh_level(seen)


def head_over_thigh(seen: Landmarks) -> float:
    """Vault over the thighs' whole width."""
    return _mean(box(seen, seen.crown + _mm(seen, 20), seen.crown + _mm(seen, 70), 0, 45)) / _thigh_level(seen)


def _thigh_level(seen: Landmarks) -> float:
    rows = slice(seen.thigh_row(0.35), seen.thigh_row(0.75))
    near = seen.body[rows] & (np.abs(seen.beside_midline_mm()[rows]) < 190)
    return _mean(seen.smooth[rows][near])


def knee_over_shaft(seen: Landmarks) -> float:
    """The knees' mean over 80 mm across, the highest 40 mm of rows, over the same of the thighs' middle."""
    knees = _strip_means(seen, seen.knee - _mm(seen, 60), seen.knee + _mm(seen, 40))
    thighs = _strip_means(seen, seen.thigh_row(0.45), seen.thigh_row(0.7))
    window = max(1, _mm(seen, 40))
    running = np.convolve(knees, np.ones(window) / window, mode="valid")
    return float(running.max() / thighs.mean()) if running.size and thighs.size else float("nan")


def ankle_over_shank(seen: Landmarks) -> float:
    """The ankles' mean over 80 mm across, the highest 30 mm of rows, over the same of the shanks' middle."""
    tall = seen.sole - seen.knee
    ankles = _strip_means(seen, seen.knee + round(0.60 * tall), seen.knee + round(0.92 * tall))
    shanks = _strip_means(seen, seen.knee + round(0.25 * tall), seen.knee + round(0.50 * tall))
    window = max(1, _mm(seen, 30))
    if ankles.size < window or not shanks.size:
        return float("nan")
    return float(np.convolve(ankles, np.ones(window) / window, mode="valid").max() / shanks.mean())


def _strip_means(seen: Landmarks, first: int, last: int) -> np.ndarray:
    """Return for each row the mean, over both legs, of the brightest 80 mm across a leg."""
    window = max(1, _mm(seen, 80))
    kernel = np.ones(window) / window
    reach = _mm(seen, 190)
    means = []
    for row in range(first, last):
        middle = round(seen.midline[row])
        sides = seen.smooth[row, max(0, middle - reach) : middle], seen.smooth[row, middle : middle + reach]
        if all(side.size >= window for side in sides):
            means.append(np.mean([np.convolve(side, kernel, mode="valid").max() for side in sides]))
    return np.array(means)
