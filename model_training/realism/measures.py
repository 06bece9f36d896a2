"""What is measured of an anterior view: numbers without units of counts, so that scans may be compared.

Each measure is a function of ``Landmarks``, that is of the image alone, and gives a number, or NaN where the scan does
not show what it measures. All take off the background and average over many pixels, which JPEG leaves alone; those that
it does spoil say so (``needs_lossless``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.ndimage import binary_dilation, binary_erosion, gaussian_filter

from .band_shares import part_bands
from .body_landmarks import PARTS, Landmarks
from .limb_profile import LimbProfile, edge_width_mm, shaft, shaft_columns, skin_mm, straighten


@dataclass(frozen=True)
class Measure:
    """A named number of an anterior view.

    Attributes
    ----------
    group, name, unit : str
        ``unit`` is "%", "ratio", "mm" or "".
    value : callable
        Landmarks to number.
    says : str
        What it is, in a clause.
    part_of_simulator : str
        What in the simulator it speaks about: where to look when the real scan lies outside.
    needs_lossless : bool
        Lossy compression spoils it: of the lossy file it is not given.
    """

    group: str
    name: str
    unit: str
    value: Callable[[Landmarks], float]
    says: str
    part_of_simulator: str
    needs_lossless: bool = False


def measure_scan(seen: Landmarks, lossy: bool = False) -> dict[str, float]:
    """Return all measures of a view by name; NaN where one cannot be taken."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return {
            each.name: float("nan") if lossy and each.needs_lossless else float(each.value(seen)) for each in MEASURES
        }


def share_of_rows(seen: Landmarks, rows: slice) -> float:
    """Return the counts of some rows over those of the whole body, %."""
    whole = seen.counts[seen.crown : seen.sole + 1].sum(dtype=np.float64)
    return 100.0 * float(seen.counts[rows].sum(dtype=np.float64) / whole)


def lateral_share(seen: Landmarks) -> float:
    """Return the counts farther than 0.11 body heights from the midline between shoulder and crotch, % of the body.

    Arms hang there, and flanks of heavy patients reach there; where an arm leaves the field, its counts are missing.
    """
    rows = slice(seen.shoulder, seen.crotch)
    beside = np.abs(seen.beside_midline_mm()[rows]) > 0.11 * seen.height_mm
    whole = seen.counts[seen.crown : seen.sole + 1].sum(dtype=np.float64)
    return 100.0 * float(seen.counts[rows][beside].sum(dtype=np.float64) / whole)


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


_LIMBS = {
    "thigh": (25.0, 150.0),
    "shank": (25.0, 140.0),
    "upper arm": (120.0, 260.0),
}


@lru_cache(maxsize=6)
def limb_profiles(seen: Landmarks, limb: str) -> tuple[LimbProfile, ...]:
    """Return the straightened profiles of a limb of either side, those that can be had."""
    tall = seen.sole - seen.knee
    rows = {
        "thigh": slice(seen.thigh_row(0.40), seen.thigh_row(0.80)),
        "shank": slice(seen.knee + round(0.20 * tall), seen.knee + round(0.55 * tall)),
        "upper arm": slice(seen.trunk_row(0.12), seen.trunk_row(0.32)),
    }[limb]
    found = []
    for outward in (-1, 1):
        columns = shaft_columns(seen.smooth, seen.pixel_mm, seen.midline, rows, outward, *_LIMBS[limb])
        profile = straighten(seen.counts, seen.pixel_mm, columns, rows, outward)
        if profile is not None:
            found.append(profile)
    return tuple(found)


def _mean_of_limbs(seen: Landmarks, limb: str, value: Callable[[LimbProfile], float | None]) -> float:
    values = [value(profile) for profile in limb_profiles(seen, limb)]
    known = [each for each in values if each is not None]
    return float(np.mean(known)) if known else float("nan")


def _shaft_contrast(limb: str) -> Callable[[Landmarks], float]:
    def contrast(profile: LimbProfile) -> float | None:
        found = shaft(profile)
        return None if found is None else found[0]

    return lambda seen: _mean_of_limbs(seen, limb, contrast)


def _shaft_width(limb: str) -> Callable[[Landmarks], float]:
    def width(profile: LimbProfile) -> float | None:
        found = shaft(profile)
        return None if found is None else found[1]

    return lambda seen: _mean_of_limbs(seen, limb, width)


def outline_edge(seen: Landmarks) -> float:
    """Width of the thighs' outer edge, 10-90 %, mm: resolution, roundness of the thigh and scatter together."""
    return _mean_of_limbs(seen, "thigh", edge_width_mm)


def halo(seen: Landmarks) -> float:
    """Counts 25-45 mm outside of the legs' silhouette over tissue, %: scatter and the tails of the resolution."""
    rows = slice(seen.thigh_row(0.6), seen.sole)
    body = seen.body[rows]
    ring = _grown(body, _mm(seen, 45)) & ~_grown(body, _mm(seen, 25))
    return 100.0 * _mean(seen.counts[rows][ring]) / seen.tissue


def air(seen: Landmarks) -> float:
    """Counts farther than 60 mm from the body over tissue, %, nothing taken off."""
    rows = slice(seen.shoulder, seen.sole)
    far = ~_grown(seen.body[rows], _mm(seen, 60))
    return 100.0 * (_mean(seen.counts[rows][far]) + seen.background) / (seen.tissue + seen.background)


def _grown(mask: np.ndarray, pixels: int) -> np.ndarray:
    return np.asarray(binary_dilation(mask, iterations=max(1, pixels)))


def level_ratio(percent: float) -> Callable[[Landmarks], float]:
    """Return the measure of a percentile of the smoothed counts within the body over their median."""
    return lambda seen: float(np.percentile(seen.smooth[seen.body], percent)) / seen.tissue


def noise_over_poisson(seen: Landmarks) -> float:
    """Return the variance between neighbouring pixels over twice their mean: 1 for Poisson noise.

    Over the body's tissue, from differences of pixels side by side less their local mean difference.
    """
    rows = slice(seen.shoulder, seen.knee)
    raw = seen.counts[rows] + seen.background
    difference = raw[:, 1:] - raw[:, :-1]
    difference = difference - gaussian_filter(difference, 2.0)
    inside = seen.body[rows][:, 1:]
    # Taking off the blurred difference leaves this share of white noise's variance (kernel of a blurred difference).
    kernel = np.zeros((33, 33))
    kernel[16, 16], kernel[16, 17] = -1.0, 1.0
    left = kernel - gaussian_filter(kernel, 2.0)
    mean = float(raw[:, 1:][inside].mean())
    return float(difference[inside].var()) / (mean * float((left**2).sum()))


def asymmetry(first: Callable[[Landmarks], int], last: Callable[[Landmarks], int]) -> Callable[[Landmarks], float]:
    """Return the measure of the difference of the halves' counts over their sum, %, without its sign."""

    def value(seen: Landmarks) -> float:
        rows = slice(first(seen), last(seen))
        beside = seen.beside_midline_mm()[rows]
        # Arms are left out: one often leaves the field.
        halves = [float(seen.counts[rows][(sign * beside > 0) & (np.abs(beside) < 160)].sum()) for sign in (-1, 1)]
        return 100.0 * abs(halves[1] - halves[0]) / sum(halves)

    return value


def width_over_height(share: float) -> Callable[[Landmarks], float]:
    """Return the measure of the trunk's width at a share of the way from shoulder to crotch over the height, %.

    The run of body about the midline within 0.16 heights: arms that touch the trunk count to it.
    """

    def value(seen: Landmarks) -> float:
        row = seen.trunk_row(share)
        near = np.abs(seen.beside_midline_mm()[row]) < 0.16 * seen.height_mm
        return 100.0 * float((seen.body[row] & near).sum()) * seen.pixel_mm / seen.height_mm

    return value


def _part_share(part: str) -> Callable[[Landmarks], float]:
    return lambda seen: share_of_rows(seen, seen.part_rows()[part])


def _band(part: str, which: str) -> Callable[[Landmarks], float]:
    def value(seen: Landmarks) -> float:
        found = part_bands(seen, part)
        return float("nan") if found is None else 100.0 * found[which]

    return value


def _at(landmark: str) -> Callable[[Landmarks], float]:
    return lambda seen: 100.0 * (getattr(seen, landmark) - seen.crown) / (seen.sole - seen.crown)


_TISSUE = "soft-tissue share and its profile along the body"
_BANDED = ("head", "thorax", "abdomen", "pelvis", "thighs", "shanks and feet")

MEASURES: tuple[Measure, ...] = (
    *(
        Measure("Shares of counts", f"counts in {part}", "%", _part_share(part), f"rows of the {part}", _TISSUE)
        for part in PARTS
    ),
    Measure("Shares of counts", "counts beside the trunk", "%", lateral_share, "arms and flanks", "arms' tissue"),
    Measure(
        "Bone over soft tissue", "skull over neck", "ratio", skull_over_neck, "vault / neck", "uptake: skull vault"
    ),
    Measure(
        "Bone over soft tissue", "skull over thigh", "ratio", head_over_thigh, "vault / thigh", "uptake: skull vault"
    ),
    Measure("Bone over soft tissue", "face over vault", "ratio", face_over_vault, "face / vault", "uptake: face, base"),
    Measure(
        "Bone over soft tissue", "skull's rim over vault", "ratio", rim_over_vault, "rim / middle", "skull's depth"
    ),
    Measure(
        "Bone over soft tissue", "sternum over chest", "ratio", sternum_over_chest, "middle / side", "uptake: sternum"
    ),
    Measure(
        "Bone over soft tissue",
        "shoulder over chest",
        "ratio",
        shoulder_over_chest,
        "tips / chest",
        "uptake: shoulders",
    ),
    Measure("Bone over soft tissue", "rib relief", "%", rib_relief, "ribs against gaps", "uptake: ribs"),
    Measure(
        "Bone over soft tissue",
        "rib ends over chest",
        "ratio",
        rib_ends_over_chest,
        "ends / median",
        "uptake: rib ends",
    ),
    Measure(
        "Bone over soft tissue", "lumbar spine over flank", "ratio", spine_over_flank, "spine / flank", "uptake: lumbar"
    ),
    Measure(
        "Bone over soft tissue", "iliac wing over flank", "ratio", iliac_over_flank, "wing / flank", "uptake: ilium"
    ),
    Measure("Bone over soft tissue", "hip over thigh", "ratio", hip_over_thigh, "hip / thigh", "uptake: hip, femur"),
    Measure("Bone over soft tissue", "knee over thigh", "ratio", knee_over_shaft, "knee / thigh", "uptake: knee"),
    Measure(
        "Bone over soft tissue", "ankle over shank", "ratio", ankle_over_shank, "ankle / shank", "uptake: ankle, foot"
    ),
    Measure(
        "Bone over soft tissue",
        "femoral shaft over muscle",
        "ratio",
        _shaft_contrast("thigh"),
        "peak / sides",
        "uptake: femur",
    ),
    Measure(
        "Bone over soft tissue", "tibia over muscle", "ratio", _shaft_contrast("shank"), "peak / sides", "uptake: tibia"
    ),
    Measure(
        "Bone over soft tissue",
        "humerus over muscle",
        "ratio",
        _shaft_contrast("upper arm"),
        "peak / sides",
        "uptake: humerus",
    ),
    Measure("Bone over soft tissue", "bladder over pelvis", "ratio", bladder_over_pelvis, "spot / median", "bladder"),
    Measure("Bone over soft tissue", "flank over thigh", "ratio", trunk_over_thigh, "flank / thigh", _TISSUE),
    Measure(
        "Edges and widths", "thigh's edge 10-90 %", "mm", outline_edge, "outer edge", "resolution, thigh's section"
    ),
    Measure(
        "Edges and widths",
        "femoral shaft to skin",
        "mm",
        lambda seen: _mean_of_limbs(seen, "thigh", skin_mm),
        "outward, at half of the tissue",
        "thigh's width and place about the femur",
    ),
    Measure("Edges and widths", "femoral shaft's width", "mm", _shaft_width("thigh"), "FWHM", "resolution, femur"),
    Measure("Edges and widths", "tibia's width", "mm", _shaft_width("shank"), "FWHM", "resolution, tibia and fibula"),
    Measure(
        "Edges and widths",
        "halo beside the legs",
        "%",
        halo,
        "25-45 mm outside / tissue",
        "scatter, tails",
        needs_lossless=True,
    ),
    Measure(
        "Edges and widths", "air over tissue", "%", air, "over 60 mm outside / tissue", "scatter", needs_lossless=True
    ),
    *(
        Measure(
            "Texture by size", f"{part}: fine band", "%", _band(part, "fine"), "6-12 mm of all three", "bones' detail"
        )
        for part in _BANDED
    ),
    *(
        Measure(
            "Texture by size", f"{part}: coarse band", "%", _band(part, "coarse"), "24-48 mm of all three", "tissue"
        )
        for part in _BANDED
    ),
    *(
        Measure(
            "Texture by size", f"{part}: strength", "%", _band(part, "strength"), "all three over mean root", "contrast"
        )
        for part in _BANDED
    ),
    *(
        Measure(
            "Levels", f"{percent:g} % level over median", "ratio", level_ratio(percent), "within the body", "contrast"
        )
        for percent in (10, 25, 75, 90, 99)
    ),
    Measure(
        "Levels",
        "noise over Poisson",
        "ratio",
        noise_over_poisson,
        "neighbours' variance",
        "counts",
        needs_lossless=True,
    ),
    Measure(
        "Symmetry",
        "thorax, right against left",
        "%",
        asymmetry(lambda s: s.trunk_row(0.1), lambda s: s.trunk_row(0.42)),
        "of both",
        "tilt, disease",
    ),
    Measure(
        "Symmetry",
        "thighs, right against left",
        "%",
        asymmetry(lambda s: s.crotch, lambda s: s.knee),
        "of both",
        "tilt, disease",
    ),
    Measure(
        "Symmetry",
        "shanks, right against left",
        "%",
        asymmetry(lambda s: s.knee, lambda s: s.sole),
        "of both",
        "tilt, disease",
    ),
    Measure("Shape", "body's height", "mm", lambda seen: seen.height_mm, "crown to toes, projected", "patients, feet"),
    Measure("Shape", "shoulder's level", "%", _at("shoulder"), "of the height", "proportions"),
    Measure("Shape", "crotch's level", "%", _at("crotch"), "of the height", "proportions"),
    Measure("Shape", "knee's level", "%", _at("knee"), "of the height", "proportions"),
    Measure("Shape", "width at the waist", "%", width_over_height(0.55), "of the height", "body"),
    Measure("Shape", "width at the hips", "%", width_over_height(0.92), "of the height", "body"),
)
"""All measures, in the page's order."""
