"""Where head, trunk and legs begin and end in an anterior view, from its counts alone.

The same code serves real and simulated scans, and it never asks the simulator: so what is measured with it may be
compared. The silhouette comes from the library's own ``body_outline``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter, gaussian_filter1d

from BoneMetSegLib.body_outline import body_outline
from BoneMetSegLib.scan import PlanarView

SMOOTHING_MM = 8.0
# Where a landmark is looked for, as shares of the body's height from the crown; wide about the usual proportions.
_NECK_SHARES = (0.09, 0.20)
_SHOULDER_SHARES = (0.09, 0.24)
_CROTCH_SHARES = (0.40, 0.62)
_KNEE_SHARES = (0.60, 0.80)
_USUAL_KNEE, _KNEE_SPREAD = 0.685, 0.04
# Beside the midline two thighs are told apart where the valley between them is under this share of the lower thigh.
_VALLEY_SHARE = 0.8
PARTS = ("head", "neck", "thorax", "abdomen", "pelvis", "thighs", "shanks and feet")
# The trunk from shoulder to crotch: thorax, abdomen and pelvis begin at these shares of it.
THORAX_END, ABDOMEN_END = 0.42, 0.70


@dataclass(frozen=True, eq=False)
class Landmarks:
    """Rows and columns of an anterior view, patient's right first.

    Attributes
    ----------
    pixel_mm : float
        Edge of a square pixel.
    counts : numpy.ndarray
        ``(rows, columns)`` float32, less ``background``.
    smooth : numpy.ndarray
        The same, smoothed by 8 mm.
    background : float
        Counts per pixel in air, taken off (lossy compression and padding lift it).
    body : numpy.ndarray
        ``(rows, columns)`` bool: the silhouette.
    tissue : float
        Median counts per pixel within the silhouette, less the background.
    crown, neck, shoulder, crotch, knee, sole : int
        Rows; ``sole`` is the lowest row of the body.
    midline : numpy.ndarray
        ``(rows,)`` float: the column between the patient's halves.
    """

    pixel_mm: float
    counts: np.ndarray
    smooth: np.ndarray
    background: float
    body: np.ndarray
    tissue: float
    crown: int
    neck: int
    shoulder: int
    crotch: int
    knee: int
    sole: int
    midline: np.ndarray

    @property
    def height_mm(self) -> float:
        """From crown to toes, as projected."""
        return (self.sole - self.crown + 1) * self.pixel_mm

    def trunk_row(self, share: float) -> int:
        """Return the row at a share of the way from shoulder (0) to crotch (1)."""
        return round(self.shoulder + share * (self.crotch - self.shoulder))

    def thigh_row(self, share: float) -> int:
        """Return the row at a share of the way from crotch (0) to knee (1)."""
        return round(self.crotch + share * (self.knee - self.crotch))

    def part_rows(self) -> dict[str, slice]:
        """Return the rows of each of ``PARTS``."""
        jaw = round(self.neck - 0.25 * (self.shoulder - self.neck))
        ends = [
            self.crown,
            jaw,
            self.shoulder,
            self.trunk_row(THORAX_END),
            self.trunk_row(ABDOMEN_END),
            self.crotch,
            self.knee,
            self.sole + 1,
        ]
        return {part: slice(ends[i], ends[i + 1]) for i, part in enumerate(PARTS)}

    def beside_midline_mm(self) -> np.ndarray:
        """Return ``(rows, columns)``: mm to the image's right of the midline, negative to its left."""
        return (np.arange(self.body.shape[1])[None, :] - self.midline[:, None]) * self.pixel_mm


def find_landmarks(counts: np.ndarray, pixel_mm: float) -> Landmarks | None:
    """Find the landmarks of an anterior view.

    Parameters
    ----------
    counts : numpy.ndarray
        ``(rows, columns)``, head first.
    pixel_mm : float
        Edge of a square pixel.

    Returns
    -------
    Landmarks or None
        None where the body is not whole, or legs and neck cannot be told.
    """
    counts = np.asarray(counts, np.float32)
    outline = body_outline(PlanarView("anterior", counts, (pixel_mm, pixel_mm)))
    if outline is None:
        return None
    counts = counts - np.float32(outline.background)
    smooth = gaussian_filter(counts, SMOOTHING_MM / pixel_mm)
    # The outline's threshold lets the halo of scattered counts in; half way to tissue is nearer to the skin.
    level = float(np.median(outline.counts[outline.mask]))
    body = outline.counts > 0.25 * level
    rows = np.flatnonzero(body.sum(1) * pixel_mm > 30.0)
    if not rows.size:
        return None
    crown, sole = int(rows[0]), int(rows[-1])
    tall = sole - crown + 1

    def between(shares: tuple[float, float]) -> np.ndarray:
        return np.arange(crown + int(shares[0] * tall), crown + int(shares[1] * tall))

    midline = _midline(outline.counts, body, crown, sole)
    # A threshold above the shoulders' scatter keeps the neck's waist narrow.
    wide = np.array([_run_width(row > 0.45 * level, at) for row, at in zip(outline.counts, midline, strict=True)])
    wide = gaussian_filter1d(wide.astype(float), 5.0 / pixel_mm)
    at = between(_NECK_SHARES)
    neck = int(at[wide[at].argmin()])
    below = between(_SHOULDER_SHARES)
    below = below[below > neck]
    if not below.size:
        return None
    half = (wide[neck] + wide[below].max()) / 2
    shoulder = int(below[np.argmax(wide[below] >= half)])
    split = _leg_valleys(smooth, midline, pixel_mm, between((_CROTCH_SHARES[0], 1.0)))
    crotch = _crotch(split, between(_CROTCH_SHARES), crown + int(_KNEE_SHARES[0] * tall))
    if crotch is None:
        return None
    knee = _knee(smooth, midline, between(_KNEE_SHARES), crown, tall, pixel_mm)
    for row, (_, column) in split.items():
        if row > crotch:
            midline[row] = column
    midline = gaussian_filter1d(midline, 20.0 / pixel_mm, mode="nearest")
    tissue = float(np.median(smooth[body]))
    rows_found = (crown, neck, shoulder, crotch, knee, sole)
    return Landmarks(pixel_mm, counts, smooth, outline.background, body, tissue, *rows_found, midline)


def _midline(counts: np.ndarray, body: np.ndarray, crown: int, sole: int) -> np.ndarray:
    """Return for every row the column with half of the body's counts to either side, smooth along the body."""
    rows = np.arange(counts.shape[0])
    inside = np.where(body, counts, 0.0)
    window = max(1, (sole - crown) // 16)
    near = gaussian_filter1d(inside, window / 2, axis=0)
    half = near.cumsum(1) >= near.sum(1, keepdims=True) / 2
    middle = half.argmax(1).astype(float)
    middle[:crown], middle[sole + 1 :] = middle[crown], middle[sole]
    # Arms that leave the field on one side pull the median over; a straight line through trunk and head holds it.
    trunk = rows[crown : crown + int(0.5 * (sole - crown))]
    line = np.polyfit(trunk, middle[trunk], 1)
    straight = np.polyval(line, rows)
    return np.where(rows < crown + 0.5 * (sole - crown), 0.5 * (middle + straight), middle)


def _run_width(inside: np.ndarray, at: float) -> int:
    """Return the length of the run of true values that holds ``at`` (0 where it is false there)."""
    start = end = round(at)
    if not 0 <= start < inside.size or not inside[start]:
        return 0
    while start > 0 and inside[start - 1]:
        start -= 1
    while end < inside.size - 1 and inside[end + 1]:
        end += 1
    return end - start + 1


def _leg_valleys(
    smooth: np.ndarray, midline: np.ndarray, pixel_mm: float, rows: np.ndarray
) -> dict[int, tuple[float, int]]:
    """Return for each row the valley between the legs over the lower of their peaks, and the valley's column."""
    reach, inner, step = round(150 / pixel_mm), round(35 / pixel_mm), max(2, round(5 / pixel_mm))
    found: dict[int, tuple[float, int]] = {}
    start = int(rows[0]) + int(0.3 * len(rows))  # above the middle of the thighs the body's own midline leads
    for row in rows:
        middle = round(midline[row])
        if row > start and row - 1 in found:
            middle, inner = found[int(row) - 1][1], step
        line = np.maximum(smooth[row], 0)
        near = np.arange(max(0, middle - inner), min(line.size, middle + inner + 1))
        if not near.size:
            continue
        # Between legs that are far apart all is air: the middle of the lowest, not its first column.
        low = near[line[near] <= line[near].min() + 0.02 * line.max()]
        valley = round(float(low.mean()))
        left, right = line[max(0, valley - reach) : valley], line[valley + 1 : valley + 1 + reach]
        if left.size and right.size and min(left.max(), right.max()) > 0:
            found[int(row)] = (float(line[valley] / min(left.max(), right.max())), valley)
    return found


def _crotch(split: dict[int, tuple[float, int]], rows: np.ndarray, knee_from: int) -> int | None:
    """Return the highest row from which the legs are apart all the way down to the knees."""
    crotch = None
    for row in range(knee_from, int(rows[0]) - 1, -1):
        if row not in split or split[row][0] > _VALLEY_SHARE:
            break
        crotch = row
    return crotch if crotch is not None and crotch <= rows[-1] else None


def _knee(counts: np.ndarray, midline: np.ndarray, rows: np.ndarray, crown: int, tall: int, pixel_mm: float) -> int:
    """Return the row where joints stand out most against the shafts above and below, near the usual proportion."""
    reach = round(130 / pixel_mm)
    peaks = []
    for row in rows:
        middle = round(midline[row])
        halves = counts[row, max(0, middle - reach) : middle], counts[row, middle : middle + reach]
        peaks.append(min(np.partition(half, -8)[-8:].mean() if half.size >= 8 else 0.0 for half in halves))
    along = gaussian_filter1d(np.array(peaks), 12.0 / pixel_mm)
    excess = along / np.maximum(gaussian_filter1d(along, 70.0 / pixel_mm, mode="nearest"), 1e-6)
    likely = np.exp(-0.5 * (((rows - crown) / tall - _USUAL_KNEE) / _KNEE_SPREAD) ** 2)
    return int(rows[(excess * likely**0.5).argmax()])
