"""What is missing in a hospital's folder before it is imported: annotations, images, reports, meanings of labels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from BoneMetSegLib.errors import InputError

from .check_findings import Finding, SetSummary
from .examination_files import ExaminationFiles, find_examinations
from .label_table import meaning_of, read_label_table
from .labelme_file import read_labelme


def check_folder(
    folder: Path, labels: Path | None = None, without: Sequence[Path] = ()
) -> tuple[list[Finding], SetSummary]:
    """Look through the files of a hospital, annotated in LabelMe or with masks.

    Parameters
    ----------
    folder : Path
    labels : Path, optional
        Table of labels.
    without : sequence of Path
        Files and folders to leave out.

    Returns
    -------
    list of Finding
        ``case`` is what the examination's files have in common. Errors first.
    SetSummary

    Raises
    ------
    InputError
        The folder holds nothing that is read, or the table cannot be read.
    """
    table = read_label_table(labels)
    examinations = find_examinations(folder, without=[*without, *([labels] if labels else [])])
    findings: list[Finding] = []
    unknown: dict[str, int] = {}
    for files in examinations:
        findings += _of_pairs(files)
        for path in files.labelme:
            try:
                shapes = read_labelme(path).shapes
            except InputError as error:
                findings.append(Finding("error", "unreadable", files.key, str(error)))
                continue
            for shape in shapes:
                if meaning_of(shape.label, table) is None:
                    unknown[shape.label] = unknown.get(shape.label, 0) + 1
    for label, count in sorted(unknown.items()):
        sentence = f"the label {label[:40]!r} is unknown ({count} shapes); say what it means with --labels"
        findings.append(Finding("error", "label", "", sentence))
    summary = SetSummary(len(examinations), with_report=sum(bool(one.reports) for one in examinations))
    return sorted(findings, key=lambda one: (one.severity != "error", one.case, one.kind)), summary


def _of_pairs(files: ExaminationFiles) -> Iterator[Finding]:
    annotated, seen = bool(files.labelme or files.masks), bool(files.scans or files.pictures)
    if annotated and not seen and not _holds_pictures(files):
        yield Finding("error", "no image", files.key, "it has an annotation and no image")
    if seen and not annotated:
        yield Finding("warning", "no annotation", files.key, "it has an image and no annotation; it will be left out")
    if seen and not files.reports:
        yield Finding("warning", "no report", files.key, "it has no report")
    if files.reports and not seen and not annotated:
        yield Finding("warning", "no image", files.key, "it has a report and no image")


def _holds_pictures(files: ExaminationFiles) -> bool:
    """Return whether LabelMe's files hold their pictures, or cannot be read, which is told elsewhere."""
    try:
        return bool(files.labelme) and all(read_labelme(path).image_data for path in files.labelme)
    except InputError:
        return True
