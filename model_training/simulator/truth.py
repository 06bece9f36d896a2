"""What is true of a simulated view: focus pixels, visibility, skeleton masks and level coordinates (``design.md``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from BoneMetSegLib.anatomy import FINE_REGIONS, SKELETON_CHANNELS, channel_index, level_coordinate
from BoneMetSegLib.segmentation import CLASSES

from .parts import Skeleton
from .projector import Projector, Sources

FOCUS_SHARE_OF_OWN_MAXIMUM = 0.40
VISIBLE_SHARE_OF_OTHER_COUNTS = 0.35
_BONE_SHARE_OF_OWN_HIGH = 0.28
_BONE_SHARE_OF_ALL_COUNTS = 0.045
# Bones in front of others, left out of the posterior view unless this share of what the anterior sees comes through.
_FRONT_BONES, _FRONT_BONE_LEAST_SHARE = ("sternum", "patella"), 0.5
_MASK_ATTENUATION_EXPONENT = 0.5
LEVEL_SCALE = 10


@dataclass(frozen=True)
class FocusInView:
    """A focus's own noiseless projected counts, without scatter, on a box of the view.

    Attributes
    ----------
    counts : numpy.ndarray
        ``(height, width)`` float32; empty where the focus is outside the image.
    row, column : int
        First row and column of the box, anterior order.
    """

    counts: np.ndarray
    row: int
    column: int

    @property
    def window(self) -> tuple[slice, slice]:
        """The box as slices of the view."""
        height, width = self.counts.shape
        return slice(self.row, self.row + height), slice(self.column, self.column + width)


def focus_is_visible(focus: FocusInView, all_counts: np.ndarray) -> bool:
    """Say whether a focus shows: its maximum exceeds 35 % of the other counts at that place.

    Parameters
    ----------
    focus : FocusInView
    all_counts : numpy.ndarray
        ``(rows, columns)`` noiseless counts of everything, the focus among them, with scatter.
    """
    if focus.counts.size == 0 or focus.counts.max() <= 0:
        return False
    at = np.unravel_index(int(focus.counts.argmax()), focus.counts.shape)
    own = float(focus.counts[at])
    other = float(all_counts[focus.row + at[0], focus.column + at[1]]) - own
    return own > VISIBLE_SHARE_OF_OTHER_COUNTS * max(other, 0.0)


def focus_maps(
    foci: Mapping[int, tuple[str, FocusInView]], all_counts: np.ndarray
) -> tuple[np.ndarray, np.ndarray, dict[int, bool]]:
    """Return class map, focus map and visibility of a view.

    Parameters
    ----------
    foci : mapping from number (1-based) to (hot-spot class, FocusInView)
    all_counts : numpy.ndarray
        ``(rows, columns)`` noiseless counts of everything with scatter.

    Returns
    -------
    class_map, focus_map : numpy.ndarray
        ``(rows, columns)`` uint8; where foci overlap, the one with more own counts there. Invisible foci are left out.
    visible : dict
    """
    class_map = np.zeros(all_counts.shape, np.uint8)
    focus_map = np.zeros(all_counts.shape, np.uint8)
    strongest = np.zeros(all_counts.shape, np.float32)
    visible = {}
    for number, (hot_spot_class, focus) in foci.items():
        visible[number] = focus_is_visible(focus, all_counts)
        if not visible[number]:
            continue
        window = focus.window
        wins = (focus.counts > FOCUS_SHARE_OF_OWN_MAXIMUM * focus.counts.max()) & (focus.counts > strongest[window])
        strongest[window][wins] = focus.counts[wins]
        class_map[window][wins] = CLASSES.index(hot_spot_class)
        focus_map[window][wins] = number
    return class_map, focus_map, visible


def skeleton_maps(
    skeleton: Skeleton, activity: np.ndarray, projector: Projector, view: str, counts: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return skeleton masks and level coordinates at half resolution, anterior order.

    A bone's mask is where its own projection exceeds 28 % of the 95th percentile of itself and, with the attenuation of
    this patient, makes up at least 4.5 % of all counts: so the sternum leaves the posterior view, and the front ends of
    the ribs stay in the anterior one although their sides are hotter.

    Parameters
    ----------
    activity : numpy.ndarray
        ``(N,)`` normal activity of the skeleton's points.
    counts : numpy.ndarray
        ``(rows, columns)`` noiseless counts of the scan without foci, in the unit of ``activity``.

    Returns
    -------
    masks : numpy.ndarray
        ``(29, rows // 2, columns // 2)`` bool.
    spine_level, rib_level : numpy.ndarray
        ``(rows // 2, columns // 2)`` uint8, ``anatomy.level_coordinate`` x 10, 0 = none.
    """
    rows, columns = counts.shape[0] // 2, counts.shape[1] // 2
    everything = counts[: rows * 2, : columns * 2].reshape(rows, 2, columns, 2).sum((1, 3))
    masks = np.zeros((len(SKELETON_CHANNELS), rows, columns), bool)
    levels = {"spine": np.zeros((rows, columns), np.uint8), "ribs": np.zeros((rows, columns), np.uint8)}
    most = {name: np.zeros((rows, columns), np.float32) for name in levels}
    sources = projector.locate(skeleton.points_mm, view)
    opposite = projector.locate(skeleton.points_mm, "anterior").transmission if view == "posterior" else None
    gaps = {channel_index("skull", "midline"), channel_index("thoracic_spine", "midline")}
    gaps |= {channel_index("cervical_spine", "midline"), channel_index("lumbar_spine", "midline")}
    for index, fine in enumerate(FINE_REGIONS):
        chosen = np.flatnonzero(skeleton.fine == index)
        if len(chosen) == 0:
            continue
        if (
            opposite is not None
            and fine.region in _FRONT_BONES
            and sources.transmission[chosen].mean() < _FRONT_BONE_LEAST_SHARE * opposite[chosen].mean()
        ):
            continue
        found = _bone_mask(sources, chosen, skeleton.mass[chosen], activity[chosen], everything)
        if found is None:
            continue
        window, mask, own = found
        masks[fine.channel][window] |= mask
        coordinate = level_coordinate(fine.name)
        if coordinate is None:
            continue
        name = "ribs" if fine.region == "ribs" else "spine"
        wins = mask & (own > most[name][window])
        most[name][window][wins] = own[wins]
        levels[name][window][wins] = round(coordinate * LEVEL_SCALE)
    for channel in gaps:
        masks[channel] = _without_gaps(masks[channel])
    return masks, levels["spine"], levels["ribs"]


def _without_gaps(mask: np.ndarray) -> np.ndarray:
    """Close the discs between vertebrae and the thin middle of the vault: reporting regions are whole."""
    from scipy.ndimage import binary_closing, binary_fill_holes

    return binary_fill_holes(binary_closing(mask, np.ones((5, 3), bool)))


def _bone_mask(
    sources: Sources, chosen: np.ndarray, mass: np.ndarray, activity: np.ndarray, everything: np.ndarray
) -> tuple[tuple[slice, slice], np.ndarray, np.ndarray] | None:
    from scipy.ndimage import gaussian_filter

    row, column = sources.row[chosen] // 2, sources.column[chosen] // 2
    keep = (row >= 0) & (row < everything.shape[0]) & (column >= 0) & (column < everything.shape[1])
    if not keep.any():
        return None
    row, column = row[keep], column[keep]
    transmission = sources.transmission[chosen][keep]
    sigma = float(sources.sigma_pixels[chosen][keep].mean()) / 2
    margin = int(3 * sigma) + 1
    top, left = max(int(row.min()) - margin, 0), max(int(column.min()) - margin, 0)
    bottom = min(int(row.max()) + margin + 1, everything.shape[0])
    right = min(int(column.max()) + margin + 1, everything.shape[1])
    shape = (bottom - top, right - left)
    pixel = (row - top).astype(np.int64) * shape[1] + (column - left)
    size = shape[0] * shape[1]
    # Half the attenuation's exponent: deep parts of a bone count less, but are not lost against its near parts.
    silhouette = np.bincount(pixel, mass[keep] * transmission**_MASK_ATTENUATION_EXPONENT, minlength=size)
    silhouette = silhouette.reshape(shape)
    own = np.bincount(pixel, activity[keep] * transmission, minlength=size).reshape(shape)
    silhouette = gaussian_filter(silhouette, 0.6 * sigma, mode="constant")
    own = gaussian_filter(own, sigma, mode="constant")
    lit = silhouette[silhouette > 0.02 * silhouette.max()]
    window = (slice(top, bottom), slice(left, right))
    mask = silhouette > _BONE_SHARE_OF_OWN_HIGH * np.percentile(lit, 95)
    mask &= own > _BONE_SHARE_OF_ALL_COUNTS * everything[window]
    return window, mask, own.astype(np.float32)
