"""Which files of a hospital's folder belong to one examination, by their names and folders.

Files whose names differ only by the view (ant, post, 前位, 后位) and by words such as image, mask or report belong
together, also across folders with such names: ``images/p01_ant.dcm``, ``masks/p01_ant_mask.png``, ``reports/p01.txt``;
or ``p01/ant.json``, ``p01/scan.dcm``, ``p01/report.docx``.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from BoneMetSegLib.dicom_headers import looks_like_dicom, read_header
from BoneMetSegLib.errors import InputError
from BoneMetSegLib.scan import View
from BoneMetSegLib.view_words import only_view_named

PICTURE_ENDINGS = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp")
VOLUME_ENDINGS = (".nii.gz", ".seg.nrrd", ".nrrd", ".nii", ".mha", ".mhd")
REPORT_ENDINGS = (".txt", ".docx", ".pdf", ".rtf", ".html", ".htm", ".hl7")
_NOT_READ = (".csv", ".md", ".xml", ".yaml", ".yml", ".zip", ".npz", ".raw", ".zraw")
_MASK_WORDS = frozenset(
    "mask masks label labels labelstr labelsts seg segs segmentation segmentations gt lesion lesions roi rois".split()
)
_NO_NAME_WORDS = _MASK_WORDS | frozenset(
    "ant anterior post posterior view scan scans image images imagestr imagests img imgs picture pictures bone wb "
    "wholebody whole body spect nm report reports text texts zh en cn dicom dcm nifti nrrd json jsons labelme "
    "annotation annotations anno data".split()
)
_VIEW_WORDS = frozenset("ant anterior post posterior".split())
_CHINESE_MASK_WORDS = re.compile("标注|标签|掩膜|掩码|勾画|分割")
_CHINESE_WORDS = re.compile("前位|后位|前面观|后面观|前后位|报告|标注|标签|掩膜|掩码|勾画|分割|图像|图片|骨扫描|骨显像")
_BETWEEN = re.compile(r"[\s_\-.()\[\]]+")
_NNUNET_CHANNEL = re.compile(r"_0000$")


@dataclass
class ExaminationFiles:
    """The files of one examination.

    Attributes
    ----------
    key : str
        What their names have in common. It may tell who the patient is: shown to the user, stored nowhere but in the
        list of sources.
    labelme, scans, pictures, masks, reports : list of Path
        ``scans`` are DICOM images and volume files.
    """

    key: str
    labelme: list[Path] = field(default_factory=list)
    scans: list[Path] = field(default_factory=list)
    pictures: list[Path] = field(default_factory=list)
    masks: list[Path] = field(default_factory=list)
    reports: list[Path] = field(default_factory=list)

    @property
    def all_files(self) -> list[Path]:
        """Every file, annotations first."""
        return [*self.labelme, *self.masks, *self.scans, *self.pictures, *self.reports]


def find_examinations(folder: Path, *, without: Iterable[Path] = ()) -> list[ExaminationFiles]:
    """Return the examinations in a folder and its subfolders, in the order of their names.

    Parameters
    ----------
    folder : Path
    without : iterable of Path
        Files and folders to leave out: tables, an output folder inside.

    Raises
    ------
    InputError
        It is no folder, or holds no file of a kind that is read.
    """
    if not folder.is_dir():
        raise InputError(f"{folder} is not a folder; give the one that holds scans, masks and reports")
    left_out = {path.resolve() for path in without}
    found: dict[str, ExaminationFiles] = {}
    for path, kind, key in _kinds_and_keys(folder, left_out):
        examination = found.setdefault(key, ExaminationFiles(key))
        getattr(examination, kind).append(path)
    if not found:
        raise InputError(f"{folder} holds no scans, masks or reports in a format that is read (docs/your_own_data.md)")
    return _with_their_folders_files(found)


def view_of_name(path: Path | str) -> View | None:
    """Return the view that a file's name says, ``None`` where it says none."""
    words = _BETWEEN.split(_CHINESE_MASK_WORDS.sub("_", without_ending(Path(path).name)))
    # "POST" means "after" before other words: those of the kind of file are left out.
    return only_view_named("_".join(word for word in words if word.lower() not in _NO_NAME_WORDS - _VIEW_WORDS))


def says_mask(path: Path) -> bool:
    """Return whether a file's name, or its folder's, says that it is a mask."""
    name = path.name.lower()
    words = {word for part in (without_ending(name), path.parent.name.lower()) for word in _BETWEEN.split(part)}
    return name.endswith(".seg.nrrd") or bool(words & _MASK_WORDS) or _CHINESE_MASK_WORDS.search(name) is not None


def without_ending(name: str) -> str:
    """Return a file's name without its ending, also where that has two parts."""
    for ending in (*VOLUME_ENDINGS, ".json"):
        if name.lower().endswith(ending):
            return name[: -len(ending)]
    return Path(name).stem


def key_of_name(name: str) -> str:
    """Return what a name says beside the view and the kind of file; "" where it says nothing else."""
    plain = _NNUNET_CHANNEL.sub("", without_ending(name))
    words = _BETWEEN.split(_CHINESE_WORDS.sub("_", plain))
    return "_".join(word for word in words if word and word.lower() not in _NO_NAME_WORDS)


def _kinds_and_keys(folder: Path, left_out: set[Path]) -> Iterator[tuple[Path, str, str]]:
    slices: dict[tuple[Path, str], list[Path]] = defaultdict(list)
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if not path.is_file() or any(part.startswith((".", "__")) for part in inside.parts):
            continue
        if {path.resolve(), *path.resolve().parents} & left_out:
            continue
        kind, series = _kind(path)
        if series:
            slices[path.parent, series].append(path)
        elif kind:
            yield path, kind, _key(folder, path, key_of_name(path.name))
    for (parent, _), paths in slices.items():
        # The slices of a volume are numbered files; what they belong to is their folder.
        own = key_of_name(paths[0].name) if len(paths) == 1 else ""
        for path in paths:
            yield path, "scans", _key(folder, path, own or key_of_name(parent.name) * (parent == folder))


def _kind(path: Path) -> tuple[str, str]:
    """Return the attribute of ``ExaminationFiles`` that a file belongs to, and the series of a tomography's DICOM."""
    name = path.name.lower()
    by_ending = (
        ((".json",), "labelme"),
        (VOLUME_ENDINGS, "masks" if says_mask(path) else "scans"),
        (PICTURE_ENDINGS, "masks" if says_mask(path) else "pictures"),
        (REPORT_ENDINGS, "reports"),
        (_NOT_READ, ""),
    )
    for endings, kind in by_ending:
        if name.endswith(endings):
            return kind, ""
    return _kind_of_dicom(path)


def _kind_of_dicom(path: Path) -> tuple[str, str]:
    try:
        with path.open("rb") as file:
            head = file.read(132)
    except OSError:
        return "", ""
    header = read_header(path, path) if looks_like_dicom(head) else None
    if header is None:
        return ("scans" if looks_like_dicom(head) else ""), ""  # reading a damaged one says what is wrong
    series = (header.series_uid or "?") if header.kind == "spect" else ""
    return {"planar": "scans", "spect": "scans", "document": "reports"}.get(header.kind, ""), series


def _key(folder: Path, path: Path, own: str) -> str:
    parts = [part for part in path.parent.relative_to(folder).parts if key_of_name(part + ".x")]
    return "/".join([*parts, own] if own else parts)


def _with_their_folders_files(found: dict[str, ExaminationFiles]) -> list[ExaminationFiles]:
    """Join files named for nothing but their kind ("report.txt") to the only examination of their folder."""
    for key in sorted(found):
        below = [other for other in found if other != key and (not key or other.startswith(f"{key}/"))]
        if len(below) == 1 and (key or len(found) == 2):
            general, own = found.pop(key), found[below[0]]
            for name in ("labelme", "scans", "pictures", "masks", "reports"):
                getattr(own, name).extend(getattr(general, name))
    return [found[key] for key in sorted(found)]
