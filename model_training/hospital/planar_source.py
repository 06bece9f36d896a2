"""The two views of an examination as acquired, from DICOM, volume files or pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import ndimage

from BoneMetSegLib.errors import InputError
from BoneMetSegLib.planar_checks import checked_counts, checked_height, chosen_pixel_size
from BoneMetSegLib.scan import PlanarScan, PlanarView, View

from .case_files import HospitalCase
from .drawn_foci import DrawnFocus, maps_of
from .picture_files import dark_background

SideBySide = Literal["anterior-posterior", "posterior-anterior"]
# Heights and widths that differ less are the same length, rounded.
_SQUARE_TOLERANCE = 0.005


@dataclass(frozen=True)
class PictureOptions:
    """What pictures do not say of themselves.

    Attributes
    ----------
    pixel_size_mm : float, optional
    flip_posterior : bool, optional
        True: the posterior view is stored mirrored, the patient's right is at its first column.
    side_by_side : {"anterior-posterior", "posterior-anterior"}, optional
        One picture shows both views, from left to right.
    view : {"anterior", "posterior"}, optional
        Of files that do not say it.
    """

    pixel_size_mm: float | None = None
    flip_posterior: bool | None = None
    side_by_side: SideBySide | None = None
    view: View | None = None


def halves(options: PictureOptions, image: np.ndarray) -> dict[View, np.ndarray]:
    """Return the left and the right half of ``(..., rows, columns)`` by the view that each shows."""
    left, right = (options.side_by_side or "anterior-posterior").split("-")
    half = image.shape[-1] // 2  # the column in the middle of an odd number is of no view
    return {left: image[..., :half], right: image[..., image.shape[-1] - half :]}


def scan_of_pictures(
    names: Mapping[View, str], values: Mapping[View, np.ndarray], options: PictureOptions
) -> tuple[PlanarScan, list[str]]:
    """Return pictures' grey values as a scan, with air dark.

    Parameters
    ----------
    names : mapping from view to str
        Files, for the errors.
    values : mapping from view to numpy.ndarray
    options : PictureOptions

    Returns
    -------
    PlanarScan
        Of format "picture".
    list of str
        What was assumed.

    Raises
    ------
    InputError
        A picture is no whole-body view, or its pixel size was not given.
    """
    views: dict[str, PlanarView] = {}
    notes: list[str] = []
    for view, picture in values.items():
        name = names[view]
        size, source, _ = chosen_pixel_size(name, None, options.pixel_size_mm)
        dark, turned = dark_background(picture)
        if turned:
            notes.append("Pictures were black on white; their grey values were turned round.")
        counts = checked_counts(name, dark)
        checked_height(name, counts.shape[0], size)
        mirrored = view == "posterior" and bool(options.flip_posterior)
        views[view] = PlanarView(view, counts, size, source, "file name", mirrored)
    return PlanarScan(views={view: views[view] for view in sorted(views)}, source_format="picture"), notes


def as_acquired(view: PlanarView, image: np.ndarray) -> np.ndarray:
    """Return ``image`` of a view in the order of acquisition, where its export mirrored the view."""
    return np.ascontiguousarray(image[..., ::-1] if view.mirrored else image)


def planar_case(
    name: str,
    scan: PlanarScan,
    drawn: Sequence[DrawnFocus],
    reports: Mapping[str, str],
    *,
    counts_up_to_a_factor: bool,
    facts: Mapping[str, object],
) -> HospitalCase:
    """Return a case: views and masks as acquired, on square pixels.

    Parameters
    ----------
    name : str
        Of the examination, for errors.
    scan : PlanarScan
    drawn : sequence of DrawnFocus
        On the pixels of the scan's views, as stored.
    reports : mapping from language to str
    counts_up_to_a_factor : bool
    facts : mapping
    """
    classes, numbers, foci = maps_of(name, drawn, {view: one.counts.shape for view, one in scan.views.items()})
    sizes = {one.pixel_size_mm for one in scan.views.values()}
    width_mm = next(iter(sizes))[1]
    if any(abs(size[1] / width_mm - 1) > _SQUARE_TOLERANCE for size in sizes):
        raise InputError(f"{name}: its views have pixels of different widths; export both alike")
    counts, stretched = {}, False
    for view, one in scan.views.items():
        height_mm = one.pixel_size_mm[0]
        image = one.counts
        if abs(height_mm / width_mm - 1) > _SQUARE_TOLERANCE:
            # Counts are per pixel: smaller pixels hold fewer.
            image = _rows_resampled(image, height_mm / width_mm, order=1) * np.float32(width_mm / height_mm)
            classes[view] = _rows_resampled(classes[view], height_mm / width_mm, order=0)
            numbers[view] = _rows_resampled(numbers[view], height_mm / width_mm, order=0)
            stretched = True
        counts[view] = as_acquired(one, image)
        classes[view], numbers[view] = as_acquired(one, classes[view]), as_acquired(one, numbers[view])
    return HospitalCase(
        patient="",
        pixel_size_mm=float(width_mm),
        counts=counts,
        class_map=classes,
        focus_map=numbers,
        foci=foci,
        reports=reports,
        counts_up_to_a_factor=counts_up_to_a_factor,
        facts={
            "source_format": scan.source_format,
            "lossy": scan.lossy,
            "made_square": stretched,
            "stored_mirrored": [view for view, one in scan.views.items() if one.mirrored],
            **facts,
        },
    )


def _rows_resampled(image: np.ndarray, factor: float, order: int) -> np.ndarray:
    rows = round(image.shape[0] * factor)
    return np.asarray(
        ndimage.affine_transform(
            image,
            np.array([image.shape[0] / rows, 1.0]),
            offset=[0.5 * image.shape[0] / rows - 0.5, 0.0],
            output_shape=(rows, image.shape[1]),
            order=order,
            mode="nearest",
        )
    )
