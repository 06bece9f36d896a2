"""Examinations annotated in LabelMe: its JSON beside DICOM, PNG, JPEG or TIFF, and reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from BoneMetSegLib.errors import InputError
from BoneMetSegLib.scan import VIEWS, PlanarScan, View
from BoneMetSegLib.scan_files import read_scan

from .drawn_foci import DrawnFocus
from .examination_files import ExaminationFiles, view_of_name
from .examination_reports import ReportTable, examination_reports
from .import_set import ReadExamination
from .label_table import meaning_of, refuse_unknown
from .labelme_file import LabelMeFile, check_inside, read_labelme
from .picture_files import dark_background, likeness, picture_values, read_picture
from .planar_source import PictureOptions, halves, planar_case, scan_of_pictures
from .shape_pixels import area_pixels, grown_pixels, has_area

_MOST_FILES = 2
# A picture of a scan correlates by 0.8 and more with its counts, whatever window; with another one's by less.
_LEAST_LIKENESS, _MIRROR_GAIN, _OTHER_VIEW_GAIN = 0.4, 0.01, 0.02
_SAME_SHAPE = 0.02
_PICTURE_BITS = 8


@dataclass(frozen=True)
class _Drawn:
    """A file of LabelMe, the picture it was drawn on, and the views it shows."""

    file: LabelMeFile
    picture: np.ndarray | None
    bits: int
    views: tuple[View, ...]
    shape: tuple[int, int]


def check_labels(examinations: Sequence[ExaminationFiles], table: Mapping[str, str]) -> None:
    """Refuse a set with labels that nothing explains; files that cannot be read are met later.

    Raises
    ------
    InputError
        One sentence that lists them.
    """
    labels: list[str] = []
    for path in (path for one in examinations for path in one.labelme):
        try:
            labels += [shape.label for shape in read_labelme(path).shapes]
        except InputError:
            continue
    refuse_unknown(labels, table)


def read_labelme_examination(
    files: ExaminationFiles, labels: Mapping[str, str], options: PictureOptions, reports: ReportTable | None = None
) -> ReadExamination:
    """Read one examination.

    Counts come from DICOM where it lies beside, else from the picture. Outlines were drawn on the picture: where it
    shows a view mirrored against the DICOM, they are mirrored back.

    Parameters
    ----------
    files : ExaminationFiles
        With at least one file of LabelMe.
    labels : mapping
        From ``label_table.plain_label`` to the meaning.
    options : PictureOptions
    reports : ReportTable, optional

    Raises
    ------
    InputError
        A file cannot be used, or files do not fit each other.
    """
    if len(files.labelme) > _MOST_FILES:
        raise InputError(
            f"{files.labelme[0].name}: {len(files.labelme)} files of LabelMe belong to one scan by their "
            "names; there is one for each view"
        )
    drawn = [_drawn(files, path, options) for path in files.labelme]
    both = [view for view in VIEWS if sum(view in one.views for one in drawn) > 1]
    if both:
        raise InputError(f"{files.labelme[0].name} and {files.labelme[1].name} both show the {both[0]} view")
    notes: list[str] = []
    if files.scans:
        scan = _dicom(files, options)
        drawn = [_with_view_of(scan, one) for one in drawn]
        notes += scan.warnings
    else:
        scan, more = _of_pictures(drawn, options)
        notes += more
    outlines = [outline for one in drawn for outline in _outlines(one, scan, labels, options, notes)]
    names = [files.key, *(path.name for path in files.all_files)]
    case = planar_case(
        files.labelme[0].name,
        _views_drawn_on(scan, drawn, notes),
        outlines,
        examination_reports(files.reports, reports, names, scan.identity),
        counts_up_to_a_factor=scan.lossy or (not files.scans and any(one.bits <= _PICTURE_BITS for one in drawn)),
        facts={"annotated_in": "LabelMe"},
    )
    return ReadExamination(case, scan.identity, tuple(notes))


# ---- the picture -----------------------------------------------------------------------------------------------------


def _drawn(files: ExaminationFiles, path: Path, options: PictureOptions) -> _Drawn:
    file = read_labelme(path)
    picture, bits = _picture(files, file)
    shape = picture.shape if picture is not None else (file.rows, file.columns)
    if not all(shape):
        raise InputError(f"{path.name} does not say how large its picture is, and {file.image_name or 'it'} is missing")
    if picture is not None and file.rows and (file.rows, file.columns) != picture.shape:
        raise InputError(
            f"{path.name} was drawn on {file.columns} x {file.rows} pixels, and its picture has {picture.shape[1]} x "
            f"{picture.shape[0]}; it belongs to another one"
        )
    check_inside(file, shape[0], shape[1])
    if options.side_by_side:
        return _Drawn(file, picture, bits, VIEWS, (shape[0], shape[1]))
    view = _view_said(file) or options.view
    return _Drawn(file, picture, bits, (view,) if view else (), (shape[0], shape[1]))


def _view_said(file: LabelMeFile) -> View | None:
    flagged = {view for view in VIEWS for flag, on in file.flags.items() if on and view_of_name(flag) == view}
    if len(flagged) == 1:
        return flagged.pop()
    return view_of_name(file.path) or view_of_name(file.image_name)


def _picture(files: ExaminationFiles, file: LabelMeFile) -> tuple[np.ndarray | None, int]:
    """Return the picture and its bits; None where there is only DICOM, whose pixels are at hand anyway.

    Raises
    ------
    InputError
        It is missing and there is no DICOM either.
    """
    places = [file.path.parent.joinpath(*file.image_folder, file.image_name), file.path.with_name(file.image_name)]
    places += [path for path in files.pictures if path.name.casefold() == file.image_name.casefold()]
    for place in places:
        if file.image_name and place.is_file() and place not in files.scans and not _is_dicom(place):
            return read_picture(place)
    if file.image_data is not None:
        return picture_values(file.image_data, f"{file.path.name} (imageData)")
    if not files.scans:
        raise InputError(f"{file.path.name}: its picture {file.image_name or '(none is named)'} is missing")
    return None, 0


def _is_dicom(path: Path) -> bool:
    from BoneMetSegLib.dicom_headers import looks_like_dicom

    with path.open("rb") as stream:
        return looks_like_dicom(stream.read(132))


def _of_pictures(drawn: Sequence[_Drawn], options: PictureOptions) -> tuple[PlanarScan, list[str]]:
    values: dict[View, np.ndarray] = {}
    names: dict[View, str] = {}
    for one in drawn:
        if one.picture is None:
            raise InputError(f"{one.file.path.name}: its picture {one.file.image_name} is missing")
        if not one.views:
            raise InputError(
                f"{one.file.path.name} does not say whether it is the anterior or the posterior view; put ant or post "
                "into its name, or give --view or --side-by-side"
            )
        picture = dark_background(one.picture)[0] if options.side_by_side else one.picture
        shown = halves(options, picture) if options.side_by_side else {one.views[0]: picture}
        values |= shown
        names |= dict.fromkeys(shown, one.file.image_name or one.file.path.name)
    return scan_of_pictures(names, values, options)


def _dicom(files: ExaminationFiles, options: PictureOptions) -> PlanarScan:
    scan = read_scan(
        files.scans,
        view=options.view if len(files.scans) == 1 else None,
        pixel_size_mm=options.pixel_size_mm,
        flip_posterior=options.flip_posterior,
    )
    if not isinstance(scan, PlanarScan):
        raise InputError(f"{files.scans[0].name} is a SPECT volume; LabelMe draws on planar views (use import-masks)")
    return scan


# ---- picture and scan ------------------------------------------------------------------------------------------------


def _with_view_of(scan: PlanarScan, one: _Drawn) -> _Drawn:
    """Return the same file with its view, which a scan of one view says."""
    if one.views and not all(view in scan.views for view in one.views) and len(one.views) == 1:
        raise InputError(f"{one.file.path.name} is the {one.views[0]} view, and the DICOM beside it has none")
    if one.views:
        return one
    if len(scan.views) == 1:
        return _Drawn(one.file, one.picture, one.bits, tuple(scan.views), one.shape)
    raise InputError(
        f"{one.file.path.name} does not say which view of its DICOM it shows; put ant or post into its name, or give "
        "--side-by-side"
    )


def _views_drawn_on(scan: PlanarScan, drawn: Sequence[_Drawn], notes: list[str]) -> PlanarScan:
    """Return the scan without views that nobody annotated: they are no views without foci."""
    seen = {view for one in drawn for view in one.views}
    kept = {view: one for view, one in scan.views.items() if view in seen}
    if len(kept) < len(scan.views):
        missing = next(view for view in scan.views if view not in kept)
        notes.append(f"Some scans have no annotation of their {missing} view; it was left out.")
    return replace(scan, views=kept)


def _outlines(
    one: _Drawn, scan: PlanarScan, labels: Mapping[str, str], options: PictureOptions, notes: list[str]
) -> list[DrawnFocus]:
    """Return the outlines on the pixels of the scan's views, as stored."""
    name = one.file.path.name
    views = list((options.side_by_side or "").split("-")) if options.side_by_side else list(one.views)
    if not all(view in scan.views for view in views):
        raise InputError(f"{name} shows both views side by side, and the scan beside it has only one")
    rows, columns = scan.views[views[0]].counts.shape
    if any(scan.views[view].counts.shape != (rows, columns) for view in views):
        raise InputError(f"{name} shows both views side by side, and the scan's views differ in size")
    across = len(views) * columns
    scale = (rows / one.shape[0], across / one.shape[1])
    # A picture of both views may have an odd column between them.
    if abs(scale[0] / scale[1] - 1) > max(_SAME_SHAPE, 1.5 / across):
        raise InputError(
            f"{name} was drawn on {one.shape[1]} x {one.shape[0]} pixels, and the scan has {across} x {rows}: the "
            "shapes differ, so it was drawn on a part or on another picture"
        )
    turned = _turned(one, scan, views, options, notes)
    # What LabelMe showed: the views beside each other, each as the picture has it.
    shown = np.concatenate([scan.views[view].counts[:, :: -1 if turned[view] else 1] for view in views], axis=1)
    size_mm = scan.views[views[0]].pixel_size_mm
    found = []
    for shape in one.file.shapes:
        drawn = has_area(shape)
        mask = area_pixels(shape, rows, across, scale) if drawn else grown_pixels(shape, shown, size_mm, scale)
        focus = (name, shape.number) if shape.group_id is None else ("group", shape.group_id)
        meaning = meaning_of(shape.label, labels)
        if meaning is None:
            raise InputError(f"{name}: the label {shape.label[:40]!r} is unknown; say what it means with --labels")
        for index, view in enumerate(views):
            part = mask[:, index * columns : (index + 1) * columns][:, :: -1 if turned[view] else 1]
            if part.any():
                found.append(DrawnFocus(view, part, meaning, shape.label, focus, "drawn" if drawn else "grown"))
    if any(each.outline == "grown" for each in found):
        notes.append("Points and open lines were grown to the edge at 40 % of each focus's own maximum.")
    return found


def _turned(
    one: _Drawn, scan: PlanarScan, views: Sequence[View], options: PictureOptions, notes: list[str]
) -> dict[View, bool]:
    """Return for each view whether the picture shows it mirrored against the scan's own pixels.

    Raises
    ------
    InputError
        The picture does not show this scan, or the other view.
    """
    turned = dict.fromkeys(views, False)
    if one.picture is None or scan.source_format == "picture":
        return turned  # a picture alone is the scan
    parts = halves(options, one.picture) if options.side_by_side else {views[0]: one.picture}
    for view, part in parts.items():
        as_stored, mirrored = likeness(part, scan.views[view].counts)
        if max(as_stored, mirrored) < _LEAST_LIKENESS:
            raise InputError(f"{one.file.path.name}: its picture does not show the {view} view of the scan beside it")
        for other, seen in scan.views.items():
            if other != view and max(likeness(part, seen.counts)) > max(as_stored, mirrored) + _OTHER_VIEW_GAIN:
                raise InputError(
                    f"{one.file.path.name}: its picture is said to show the {view} view, and it shows the {other} one"
                )
        turned[view] = mirrored > as_stored + _MIRROR_GAIN
        if turned[view]:
            notes.append(
                f"{one.file.path.name}: its picture shows the {view} view mirrored against the scan's file; the "
                "outlines were mirrored back."
            )
    return turned
