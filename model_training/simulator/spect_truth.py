"""What is true of a simulated tomography: foci, bones and levels in every voxel of its field (``design.md``)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from BoneMetSegLib.anatomy import SKELETON_CHANNELS, channel_index, level_coordinate
from BoneMetSegLib.segmentation import CLASSES

from .spect_activity import PADDING, FocusLike, PatientInField, PlacedFocus
from .spect_grid import RAS_TO_LPS
from .spect_projector import FWHM_PER_SIGMA

FOCUS_SHARE_OF_OWN_MAXIMUM = 0.40
VISIBLE_SHARE_OF_OTHER_ACTIVITY = 0.35
LEVEL_SCALE = 10
_BONE_SHARE_OF_OWN_HIGH = 0.35
_WHOLE, _NOTHING = 0.98, 0.02

Place = Literal["inside", "cut", "outside"]


@dataclass(frozen=True)
class SpectFocus:
    """One focus and what is true of it in a tomography.

    Attributes
    ----------
    number : int
        1-based in the order of the patient's foci, its value in ``focus_map``.
    hot_spot_class, fine_region, kind, side, volume_ml, looks_like_metastasis
        As in ``foci.Focus``; ``volume_ml`` is the bone (or tissue) that it takes up.
    place : {"inside", "cut", "outside"}
        Of its activity, at least 98 %, less, or at most 2 % lies in the field.
    visible : bool
        Its noiseless blurred maximum in the field exceeds 35 % of the other activity there, and 40 % of its maximum
        anywhere.
    total_mbq : float
        Its uptake, all of it, at the examination.
    in_field_mbq : float
        What of it lies in the field.
    middle_lps_mm : tuple of float
        Mean position of its uptake.
    contrast : float
        Blurred activity at its maximum over what would be there without it; below 1 for cold ones.
    labelled_ml : float
        Volume of its voxels in ``focus_map``.
    lesion_id : str
        As the source has it, "" for none.
    """

    number: int
    hot_spot_class: str
    fine_region: str
    kind: str
    side: str
    volume_ml: float
    looks_like_metastasis: bool
    place: Place
    visible: bool
    total_mbq: float
    in_field_mbq: float
    middle_lps_mm: tuple[float, float, float]
    contrast: float
    labelled_ml: float
    lesion_id: str = ""


@dataclass(frozen=True)
class _Blurred:
    """A focus's own blurred MBq per voxel on a box of the field, the box, and its maximum wherever that is."""

    window: tuple[slice, slice, slice]
    own: np.ndarray
    maximum: float


def focus_truth(
    placed: PatientInField, sources: Sequence[FocusLike], fwhm_mm: float
) -> tuple[np.ndarray, np.ndarray, tuple[SpectFocus, ...]]:
    """Return class map, focus map and the foci of a field.

    A focus is labelled where its own noiseless activity, blurred with the resolution of the reconstruction, exceeds
    40 % of its maximum, if it is visible. Where foci overlap, the one with more own activity there wins.

    Parameters
    ----------
    placed : PatientInField
    sources : sequence of FocusLike
        In the order of ``placed.foci``.
    fwhm_mm : float
        Resolution of the reconstructed volume.

    Returns
    -------
    class_map, focus_map : numpy.ndarray
        ``(slices, rows, columns)`` uint8: index in ``segmentation.CLASSES``, and number of the focus; 0 = none.
    foci : tuple of SpectFocus
    """
    from scipy.ndimage import gaussian_filter

    # Points shared by the voxels around them are blurred by 1/6 voxel^2 already.
    sigma = float(np.sqrt(max((fwhm_mm / FWHM_PER_SIGMA / placed.grid.voxel_mm) ** 2 - 1 / 6, 0.04)))
    everything = gaussian_filter(placed.total_mbq(), sigma, mode="constant", truncate=3.5)[PADDING:-PADDING]
    floor = 1e-9 + 0.02 * float(np.percentile(everything, 99.5))
    shape = placed.grid.shape
    class_map, focus_map = np.zeros(shape, np.uint8), np.zeros(shape, np.uint8)
    strongest = np.zeros(shape, np.float32)
    found = []
    for number, (source, focus) in enumerate(zip(sources, placed.foci, strict=True), start=1):
        blurred = _blurred(placed, focus, sigma)
        contrast, visible = 1.0, False
        if blurred is not None:
            at = np.unravel_index(int(blurred.own.argmax()), blurred.own.shape)
            highest = float(blurred.own[at])
            other = max(float(everything[blurred.window][at]) - highest, floor)
            # Of a focus beyond the field, the fringe alone is no focus in it.
            is_here = highest > FOCUS_SHARE_OF_OWN_MAXIMUM * blurred.maximum
            contrast, visible = 1 + highest / other, is_here and highest > VISIBLE_SHARE_OF_OTHER_ACTIVITY * other
        if blurred is not None and visible:
            window, own = blurred.window, blurred.own
            wins = (own > FOCUS_SHARE_OF_OWN_MAXIMUM * blurred.maximum) & (own > strongest[window])
            strongest[window][wins] = own[wins]
            class_map[window][wins] = CLASSES.index(source.hot_spot_class)
            focus_map[window][wins] = number
        found.append((number, source, focus, contrast, visible))
    voxels = np.bincount(focus_map.ravel(), minlength=len(sources) + 1)
    foci = tuple(
        _focus(placed, number, source, focus, contrast, visible, float(voxels[number]))
        for number, source, focus, contrast, visible in found
    )
    return class_map, focus_map, foci


def skeleton_truth(placed: PatientInField) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return packed skeleton masks and level maps of a field.

    Returns
    -------
    skeleton : numpy.ndarray
        ``(4, slices, rows, columns)`` uint8: the bits of the 29 ``anatomy.SKELETON_CHANNELS``; ``unpack_skeleton``
        turns them into masks.
    spine_level, rib_level : numpy.ndarray
        ``(slices, rows, columns)`` uint8, ``anatomy.level_coordinate`` x 10, 0 = none.
    """
    from scipy.ndimage import binary_closing

    shape = placed.padded.shape
    masks = np.zeros((len(SKELETON_CHANNELS), *shape), bool)
    levels = {"spine": np.zeros(shape, np.uint8), "ribs": np.zeros(shape, np.uint8)}
    most = {name: np.zeros(shape, np.float32) for name in levels}
    for bone in placed.bones:
        own = _softened(bone.filled)
        lit = own[own > 0.02 * max(float(own.max()), 1e-6)]
        if len(lit) == 0:
            continue
        mask = own > _BONE_SHARE_OF_OWN_HIGH * np.percentile(lit, 95)
        masks[bone.fine.channel][bone.window] |= mask
        coordinate = level_coordinate(bone.fine.name)
        if coordinate is None:
            continue
        name = "ribs" if bone.fine.region == "ribs" else "spine"
        wins = mask & (own > most[name][bone.window])
        most[name][bone.window][wins] = own[wins]
        levels[name][bone.window][wins] = round(coordinate * LEVEL_SCALE)
    for region in ("cervical_spine", "thoracic_spine", "lumbar_spine"):
        channel = channel_index(region, "midline")  # with the discs: a reporting region is whole
        if masks[channel].any():
            masks[channel] |= binary_closing(masks[channel], np.ones((5, 3, 3), bool))
    inner = slice(PADDING, -PADDING)
    packed = np.packbits(masks[:, inner], axis=0)
    return packed, levels["spine"][inner].copy(), levels["ribs"][inner].copy()


def unpack_skeleton(packed: np.ndarray) -> np.ndarray:
    """Return ``(29, slices, rows, columns)`` bool masks of packed ones."""
    return np.unpackbits(packed, axis=0, count=len(SKELETON_CHANNELS)).astype(bool)


def true_bq_per_ml(placed: PatientInField) -> np.ndarray:
    """Return ``(slices, rows, columns)`` float32: the activity in each voxel over its volume, nothing blurred."""
    return placed.total_mbq()[PADDING:-PADDING] * np.float32(1e6 / placed.grid.voxel_ml)


def _blurred(placed: PatientInField, focus: PlacedFocus, sigma: float) -> _Blurred | None:
    """Return a focus's blurred activity, None where it has none in the field."""
    from scipy.ndimage import gaussian_filter

    if len(focus.points_mm) == 0 or focus.mbq.sum() <= 0:
        return None
    margin = int(np.ceil(3.5 * sigma)) + 2
    position = placed.grid.position(focus.points_mm)
    # A few points strewn far away must not make the box as large as the patient.
    low = np.floor(position.min(0)).astype(int) - margin
    high = np.ceil(position.max(0)).astype(int) + margin + 1
    start = np.maximum(low, 0)
    stop = np.minimum(high, placed.grid.shape)
    if (stop <= start).any():
        return None
    whole = _box(placed, low, high).spread(focus.points_mm, focus.mbq)
    blurred = gaussian_filter(whole, sigma, mode="constant", truncate=3.5)
    part = tuple(slice(int(a - b), int(c - b)) for a, b, c in zip(start, low, stop, strict=True))
    own = np.ascontiguousarray(blurred[part])
    if own.max() <= 0:
        return None
    window = (slice(start[0], stop[0]), slice(start[1], stop[1]), slice(start[2], stop[2]))
    return _Blurred(window, own.astype(np.float32), float(blurred.max()))


def _box(placed: PatientInField, low: np.ndarray, high: np.ndarray):
    from .spect_grid import SpectGrid

    grid = placed.grid
    first = np.array(grid.first_lps_mm) + low[::-1] * grid.voxel_mm
    slices, rows, columns = (int(extent) for extent in high - low)
    return SpectGrid((float(first[0]), float(first[1]), float(first[2])), (slices, rows, columns), grid.voxel_mm)


def _focus(
    placed: PatientInField,
    number: int,
    source: FocusLike,
    focus: PlacedFocus,
    contrast: float,
    visible: bool,
    voxels: float,
) -> SpectFocus:
    weights = focus.mbq if focus.mbq.sum() > 0 else np.ones(len(focus.points_mm))
    holds = placed.grid.holds(focus.points_mm)
    share = float(weights[holds].sum() / weights.sum())
    left, posterior, superior = np.average(focus.points_mm, axis=0, weights=weights) * RAS_TO_LPS
    total = float(focus.mbq.sum(dtype=np.float64))
    return SpectFocus(
        number=number,
        hot_spot_class=source.hot_spot_class,
        fine_region=source.fine_region,
        kind=source.kind,
        side=source.side,
        volume_ml=source.volume_ml,
        looks_like_metastasis=source.looks_like_metastasis,
        place="inside" if share >= _WHOLE else "outside" if share <= _NOTHING else "cut",
        visible=visible,
        total_mbq=total,
        in_field_mbq=total * share,
        middle_lps_mm=(round(float(left), 2), round(float(posterior), 2), round(float(superior), 2)),
        contrast=round(contrast + min(float(getattr(source, "peak_ratio", 0.0)), 0.0), 3),
        labelled_ml=round(voxels * placed.grid.voxel_ml, 3),
        lesion_id=str(getattr(source, "lesion_id", "")),
    )


def _softened(filled: np.ndarray) -> np.ndarray:
    from scipy.ndimage import gaussian_filter

    return np.asarray(gaussian_filter(filled, 0.5, mode="constant", truncate=3.0))
