"""Examinations with masks: label volumes, pictures or Slicer's segmentations beside planar views or tomographies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from BoneMetSegLib.errors import InputError
from BoneMetSegLib.itk_volume import read_image
from BoneMetSegLib.scan import VIEWS, PlanarScan, SpectScan, View, ras_from_lps
from BoneMetSegLib.scan_files import file_format, read_scan
from BoneMetSegLib.seg_nrrd import read_segments
from BoneMetSegLib.volume_files import planar_scan_of_image

from .case_files import HospitalSpect
from .drawn_foci import DrawnFocus, maps_of, parts_of
from .examination_files import PICTURE_ENDINGS, ExaminationFiles, view_of_name
from .examination_reports import ReportTable, examination_reports
from .import_set import ReadExamination
from .label_volume import (
    NamedMask,
    ijk_to_ras,
    masks_of_labels,
    meaning_of_segment,
    on_grid,
    read_label_volume,
    read_volume_segments,
    whole_labels,
)
from .picture_files import dark_background, read_picture
from .planar_source import PictureOptions, halves, planar_case, scan_of_pictures

_PICTURE_BITS = 8
_MOST_EXACT = 2**24  # whole numbers that float32 holds


def read_masks_examination(
    files: ExaminationFiles, table: Mapping[str, str], options: PictureOptions, reports: ReportTable | None = None
) -> ReadExamination:
    """Read one examination.

    Parameters
    ----------
    files : ExaminationFiles
        With at least one mask.
    table : mapping
        From labels, numbers as text among them, to what they mean.
    options : PictureOptions
    reports : ReportTable, optional

    Raises
    ------
    InputError
        A file cannot be used, or files do not fit each other.
    """
    notes: list[str] = []
    scan, bits = _scan(files, options, notes)
    names = [files.key, *(path.name for path in files.all_files)]
    texts = examination_reports(files.reports, reports, names, scan.identity)
    notes += [f"{files.key or files.masks[0].name}: {warning}" for warning in scan.warnings]
    if isinstance(scan, SpectScan):
        return ReadExamination(_spect(files, scan, table, texts, notes), scan.identity, tuple(notes))
    drawn: list[DrawnFocus] = []
    masked: list[View] = []
    for path in files.masks:
        for view, masks in _planar_masks(files, path, scan, table, options, notes).items():
            if view in masked:
                raise InputError(f"{path.name} is a second mask of the {view} view; join them to one")
            masked.append(view)
            drawn += [
                DrawnFocus(view, part, one.meaning, one.label, one.focus or (path.name, view, one.label, number))
                for one in masks
                for number, part in enumerate([one.mask] if one.focus else parts_of(one.mask))
                if part.any()
            ]
    missing = [view for view in scan.views if view not in masked]
    if missing:
        notes.append(f"Some scans have no mask of their {missing[0]} view; it was left out.")
    scan = replace(scan, views={view: one for view, one in scan.views.items() if view in masked})
    uncertain = scan.lossy or (bits is not None and bits <= _PICTURE_BITS)
    facts = {"annotated_in": "masks"}
    case = planar_case(files.masks[0].name, scan, drawn, texts, counts_up_to_a_factor=uncertain, facts=facts)
    return ReadExamination(case, scan.identity, tuple(notes))


def _scan(
    files: ExaminationFiles, options: PictureOptions, notes: list[str]
) -> tuple[PlanarScan | SpectScan, int | None]:
    """Return the scan, and the bits of its pictures where it is made of pictures."""
    if files.scans:
        one = len(files.scans) == 1
        planar = {
            "view": options.view if one else None,
            "pixel_size_mm": options.pixel_size_mm,
            "flip_posterior": options.flip_posterior,
        }
        try:
            return read_scan(files.scans, **planar), None  # type: ignore[arg-type]
        except InputError as error:
            if "is a SPECT volume" not in str(error):
                raise
            return read_scan(files.scans), None
    if not files.pictures:
        raise InputError(f"{files.masks[0].name} has no image beside it that its name fits")
    values: dict[View, np.ndarray] = {}
    named: dict[View, str] = {}
    least = 32
    for path in files.pictures:
        pixels, bits = read_picture(path)
        least = min(least, bits)
        if options.side_by_side:
            shown = halves(options, dark_background(pixels)[0])
        else:
            view = view_of_name(path) or options.view
            if view is None:
                raise InputError(
                    f"{path.name} does not say whether it is the anterior or the posterior view; put ant or post into "
                    "its name, or give --view or --side-by-side"
                )
            shown = {view: pixels}
        if any(view in values for view in shown):
            raise InputError(f"{path.name} is a second picture of one view of a scan")
        values |= shown
        named |= dict.fromkeys(shown, path.name)
    scan, more = scan_of_pictures(named, values, options)
    notes += more
    return scan, least


# ---- planar ----------------------------------------------------------------------------------------------------------


def _planar_masks(
    files: ExaminationFiles,
    path: Path,
    scan: PlanarScan,
    table: Mapping[str, str],
    options: PictureOptions,
    notes: list[str],
) -> dict[View, list[NamedMask]]:
    """Return what a mask's file says of each view that it is of, on the view's pixels as stored."""
    if path.name.lower().endswith(".seg.nrrd"):
        view = _only_view(path, scan, options)
        found = []
        for segment in read_segments(path, scan.views[view]):
            meaning, focus = meaning_of_segment(path.name, segment.name, segment.tags, table)
            found.append(NamedMask(segment.mask, meaning, segment.name, focus or segment.id))
        return {view: found}
    if path.name.lower().endswith(PICTURE_ENDINGS):
        if path.name.lower().endswith((".jpg", ".jpeg")):
            raise InputError(f"{path.name} is a mask in JPEG, which blurs labels; save it as PNG")
        labels = whole_labels(path.name, read_picture(path)[0])
        parts = halves(options, labels) if options.side_by_side else {_only_view(path, scan, options): labels}
        return {view: _fitting(path, scan, view, part, table, binary_255=True) for view, part in parts.items()}
    if len(files.scans) == 1 and file_format(files.scans[0]) != "DICOM":
        return _beside_volume(path, files.scans[0], scan, table, options, notes)
    volume = read_label_volume(path)
    if len(volume.values) == 1:
        view = _only_view(path, scan, options)
        return {view: _fitting(path, scan, view, volume.values[0], table, binary_255=False)}
    frames = {view: one.frame_number - 1 for view, one in scan.views.items()}
    if len(volume.values) <= max(frames.values()) or len(set(frames.values())) < len(frames):
        raise InputError(f"{path.name} has {len(volume.values)} slices, which do not fit the views of its scan")
    return {
        view: _fitting(path, scan, view, volume.values[frame], table, binary_255=False)
        for view, frame in frames.items()
    }


def _only_view(path: Path, scan: PlanarScan, options: PictureOptions) -> View:
    view = view_of_name(path) or options.view or (next(iter(scan.views)) if len(scan.views) == 1 else None)
    if view is None:
        raise InputError(f"{path.name} does not say of which view it is the mask; put ant or post into its name")
    if view not in scan.views:
        raise InputError(f"{path.name} is a mask of the {view} view, which its scan does not have")
    return view


def _fitting(
    path: Path, scan: PlanarScan, view: View, labels: np.ndarray, table: Mapping[str, str], *, binary_255: bool
) -> list[NamedMask]:
    if view not in scan.views:
        raise InputError(f"{path.name} is a mask of the {view} view, which its scan does not have")
    shape = scan.views[view].counts.shape
    if labels.shape != shape:
        raise InputError(
            f"{path.name} is a mask of {labels.shape[1]} x {labels.shape[0]} pixels for a view of "
            f"{shape[1]} x {shape[0]}"
        )
    return masks_of_labels(path.name, labels, table, binary_255=binary_255)


def _beside_volume(
    path: Path, image_path: Path, scan: PlanarScan, table: Mapping[str, str], options: PictureOptions, notes: list[str]
) -> dict[View, list[NamedMask]]:
    """Return a mask's views as those of its image: whatever the reader turned there is turned here."""
    import SimpleITK

    kind = file_format(image_path)
    if kind == "DICOM":
        raise ValueError(kind)
    image, _ = read_image(image_path, kind, lambda _header: None)
    pixels = SimpleITK.GetArrayFromImage(image)
    if pixels.size > _MOST_EXACT:
        raise InputError(f"{image_path.name} is too large for a planar scan")
    volume = read_label_volume(path)
    masks = masks_of_labels(path.name, volume.values, table, binary_255=False)
    shape = pixels.shape if pixels.ndim == 3 else (1, *pixels.shape)
    if image.GetDimension() == 2 and volume.values.shape[1:] == shape[1:]:
        placed = masks  # a flat image has no place in the body
    else:
        placed, more = on_grid(path.name, masks, volume.ijk_to_ras, shape, ijk_to_ras(image))
        notes += more
    # Each pixel's number takes the reader's way, and says where it came from.
    numbers = SimpleITK.GetImageFromArray(np.arange(1, pixels.size + 1, dtype=np.float32).reshape(pixels.shape))
    numbers.CopyInformation(image)
    for key in image.GetMetaDataKeys():
        numbers.SetMetaData(key, image.GetMetaData(key))
    taken = planar_scan_of_image(
        image_path.name,
        numbers,
        kind,
        view=options.view,
        pixel_size_mm=options.pixel_size_mm,
        flip_posterior=options.flip_posterior,
    )
    return {
        view: [
            NamedMask(
                one.mask.ravel()[taken.views[view].counts.astype(np.int64) - 1], one.meaning, one.label, one.focus
            )
            for one in placed
        ]
        for view in VIEWS
        if view in scan.views
    }


# ---- SPECT -----------------------------------------------------------------------------------------------------------


def _spect(
    files: ExaminationFiles, scan: SpectScan, table: Mapping[str, str], texts: dict[str, str], notes: list[str]
) -> HospitalSpect:
    """Return a tomography with its masks, its axes turned to those of the body."""
    drawn: list[DrawnFocus] = []
    shape = scan.voxels.shape
    for path in files.masks:
        if path.name.lower().endswith(PICTURE_ENDINGS):
            raise InputError(f"{path.name} is a picture and its image a volume; give its mask as NRRD or NIfTI")
        if path.name.lower().endswith(".seg.nrrd"):
            masks, to_ras = read_volume_segments(path, table)
            placed, more = on_grid(path.name, masks, to_ras, shape, scan.ijk_to_ras, cropped=True)
        else:
            volume = read_label_volume(path)
            masks = masks_of_labels(path.name, volume.values, table, binary_255=False)
            placed, more = on_grid(path.name, masks, volume.ijk_to_ras, shape, scan.ijk_to_ras)
        notes += more
        drawn += [
            DrawnFocus("spect", part, one.meaning, one.label, one.focus or (path.name, one.label, number))
            for one in placed
            for number, part in enumerate([one.mask] if one.focus else parts_of(one.mask))
            if part.any()
        ]
    classes, numbers, foci = maps_of(files.masks[0].name, drawn, {"spect": shape})
    voxels, voxel_mm, first = _turned_to_body(scan.voxels, scan.ijk_to_ras)
    return HospitalSpect(
        patient="",
        voxels=voxels,
        class_map=_turned_to_body(classes["spect"], scan.ijk_to_ras)[0],
        focus_map=_turned_to_body(numbers["spect"], scan.ijk_to_ras)[0],
        voxel_mm=voxel_mm,
        unit=scan.quantity,
        first_voxel_lps_mm=first,
        foci=foci,
        reports=texts,
        facts={"annotated_in": "masks", "source_format": scan.source_format, "lossy": scan.lossy},
    )


def _turned_to_body(
    voxels: np.ndarray, to_ras: np.ndarray
) -> tuple[np.ndarray, tuple[float, float, float], tuple[float, float, float]]:
    """Return a volume with slices from the feet up, rows to the back, columns to the left; voxel size and first voxel.

    Axes oblique to the body's are turned to the nearest ones; nothing is resampled.
    """
    import SimpleITK

    to_lps = ras_from_lps(to_ras)
    spacing = np.linalg.norm(to_lps[:3, :3], axis=0)
    image = SimpleITK.GetImageFromArray(np.ascontiguousarray(voxels))
    image.SetSpacing(spacing.tolist())
    image.SetDirection((to_lps[:3, :3] / spacing).ravel().tolist())
    image.SetOrigin(to_lps[:3, 3].tolist())
    turned = SimpleITK.DICOMOrient(image, "LPS")
    width, height, depth = turned.GetSpacing()
    left, back, up = turned.GetOrigin()
    return SimpleITK.GetArrayFromImage(turned), (depth, height, width), (left, back, up)
