"""A scan from its files, whatever their format: what a file is, is decided by its content (floor 2)."""

from __future__ import annotations

import contextlib
import gzip
import re
import zlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

from .dicom_folder import found_scan, is_study
from .dicom_headers import looks_like_dicom
from .dicom_nm import read_dicom
from .dicom_spect import is_dicom_spect, read_dicom_spect
from .errors import InputError
from .planar_checks import PixelSize
from .scan import QUANTITIES, VIEWS, Identity, PlanarScan, Quantity, Scan, SpectScan, View
from .volume_files import read_volume
from .volume_spect import is_spect_volume, read_spect_volume

FileFormat = Literal["DICOM", "NRRD", "NIfTI", "MHA"]

_HEAD_BYTES = 4096
_OTHER_FILES = (
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a Word document"),
    (b"\x89PNG", "a PNG picture; pictures hold no counts"),
    (b"\xff\xd8\xff", "a JPEG picture; pictures hold no counts"),
    (b"BM", "a BMP picture; pictures hold no counts"),
    (b"II*\x00", "a TIFF picture; pictures hold no counts"),
    (b"MM\x00*", "a TIFF picture; pictures hold no counts"),
)


def read_scan(
    paths: str | Path | Sequence[str | Path],
    *,
    view: View | None = None,
    pixel_size_mm: float | PixelSize | None = None,
    flip_posterior: bool | None = None,
    quantity: Quantity | None = None,
    series: str | None = None,
) -> Scan:
    """Read a bone scan, planar or SPECT: ``kind`` of what comes back says which.

    Parameters
    ----------
    paths : path, or sequence of paths
        A file with one view or both, or two files with a view each, in any order. A SPECT volume, or all single-frame
        DICOM files of one, in any order. In place of a file: a DICOM folder, a DICOMDIR or a ZIP archive, in which the
        bone scan is found.
    view : {"anterior", "posterior"}, optional
        The view of a single file that does not say it.
    pixel_size_mm : float or (height, width), optional
        Size of a pixel where the files do not have it, or have it wrong.
    flip_posterior : bool, optional
        True: the export mirrored the posterior view, the patient's right is at its first column. False: it did not,
        whatever Patient Orientation says, which decides by default.
    quantity : {"counts", "Bq/ml", "SUVbw"}, optional
        What the values of a SPECT volume are, where its file does not say it.
    series : str, optional
        Which bone scan of a folder or archive: its number in the list, a UID, or (part of) the series description.

    Returns
    -------
    PlanarScan or SpectScan

    Raises
    ------
    InputError
        A file cannot be used, or the two do not belong together.
    """
    files = [Path(path) for path in ([paths] if isinstance(paths, (str, Path)) else paths)]
    if quantity is not None and quantity not in QUANTITIES:
        raise InputError(f"--quantity is {quantity}; it must be {', '.join(QUANTITIES[:-1])} or {QUANTITIES[-1]}")
    if view is not None and view not in VIEWS:
        raise InputError(f"--view is {view}; it must be anterior or posterior")
    with contextlib.ExitStack() as temporary:
        found = [temporary.enter_context(found_scan(file, series)) if is_study(file) else None for file in files]
        if series is not None and not any(found):
            raise InputError(f"--series is for a folder, a DICOMDIR or a ZIP archive, and {files[0].name} is none")
        notes = [note for one in found if one is not None for note in one.notes]
        expanded = [path for file, one in zip(files, found, strict=True) for path in (one.paths if one else (file,))]
        spect = _spect(expanded, quantity)
        if spect is not None:
            volume = _without_planar_options(
                files[0].name, spect, view, pixel_size_mm, flip_posterior=bool(flip_posterior)
            )
            return replace(volume, warnings=(*volume.warnings, *notes))
        if quantity is not None:
            raise InputError(f"--quantity is for a SPECT volume, and {files[0].name if files else 'nothing'} is none")
        if not 1 <= len(files) <= 2:
            raise InputError(f"{len(files)} files were given; a scan is one file, or an anterior and a posterior one")
        if len(expanded) > 2:
            names = " and ".join(file.name for file in files)
            raise InputError(f"{names} hold more than one anterior and posterior view")
        scan = _read_files(expanded, view, pixel_size_mm, flip_posterior)
    if flip_posterior and "posterior" not in scan.views:
        notes.append("There is no posterior view that --flip-posterior could flip.")
    return scan.with_warnings(*notes) if notes else scan


def _read_files(
    files: list[Path], view: View | None, pixel_size_mm: float | PixelSize | None, flip_posterior: bool | None
) -> PlanarScan:
    """Return the scan of one file or two."""
    if view is not None and len(files) == 2:
        raise InputError("--view is for a single file; of two files each must name its view, at least in its file name")
    scans = [_read_one(file, view=view, pixel_size_mm=pixel_size_mm, flip_posterior=flip_posterior) for file in files]
    return scans[0] if len(scans) == 1 else _joined(files, scans)


def file_format(path: str | Path) -> FileFormat:
    """Return what a file is by its first bytes.

    Raises
    ------
    InputError
        The file is missing, a folder, empty, or of no format that is read.
    """
    path = Path(path)
    head = _head(path)
    if looks_like_dicom(head):
        return "DICOM"
    if head.startswith(b"NRRD"):
        return "NRRD"
    if _is_nifti(head) or (head.startswith(b"\x1f\x8b") and _is_nifti(_unpacked_head(path))):
        return "NIfTI"
    if b"\0" not in head[:16] and re.search(rb"^(?:ObjectType|NDims)\s*=", head, re.MULTILINE):
        return "MHA"
    kind = next((kind for mark, kind in _OTHER_FILES if head.startswith(mark)), "")
    raise InputError(f"{path.name} is {kind or 'not DICOM, NRRD, NIfTI or MHA'}; give the bone scan's DICOM file")


def _read_one(
    path: Path, *, view: View | None, pixel_size_mm: float | PixelSize | None, flip_posterior: bool | None
) -> PlanarScan:
    kind = file_format(path)
    if kind == "DICOM":
        return read_dicom(path, view=view, pixel_size_mm=pixel_size_mm, flip_posterior=flip_posterior)
    return read_volume(path, kind, view=view, pixel_size_mm=pixel_size_mm, flip_posterior=flip_posterior)


# --- SPECT ------------------------------------------------------------------------------------------------------------


def _spect(files: list[Path], quantity: Quantity | None) -> SpectScan | None:
    """Return the SPECT volume that the files are, ``None`` where they are something else."""
    if not files:
        return None
    kind = file_format(files[0])
    if kind == "DICOM":
        if not is_dicom_spect(files[0]):
            return None
        for file in files[1:]:
            if file_format(file) != "DICOM":
                raise InputError(f"{file.name} is no DICOM file as {files[0].name} is; give the files of one volume")
        return read_dicom_spect(files, quantity=quantity)
    if not is_spect_volume(files[0], kind):
        return None
    if len(files) > 1:
        raise InputError(f"{files[0].name} is a SPECT volume by itself; give one volume, or two planar views")
    return read_spect_volume(files[0], kind, quantity=quantity)


def _without_planar_options(
    name: str,
    scan: SpectScan,
    view: View | None,
    pixel_size_mm: float | PixelSize | None,
    *,
    flip_posterior: bool,
) -> SpectScan:
    """Return the volume.

    Raises
    ------
    InputError
        An option was given that only a planar view has.
    """
    given = {"--view": view is not None, "--pixel-size-mm": pixel_size_mm is not None}
    for option in (option for option, is_given in {**given, "--flip-posterior": flip_posterior}.items() if is_given):
        raise InputError(f"{name} is a SPECT volume; {option} is for planar views")
    return scan


# --- what a file is ---------------------------------------------------------------------------------------------------


def _head(path: Path) -> bytes:
    if path.is_dir():
        raise InputError(f"{path.name or path} is a folder; give the scan's DICOM file")
    if path.exists() and not path.is_file():
        raise InputError(f"{path.name} is no regular file; give the scan's DICOM file")
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    except FileNotFoundError:
        raise InputError(f"{path.name} does not exist") from None
    except (OSError, ValueError) as error:
        raise InputError(f"{path.name} cannot be opened; check that you may read it") from error
    if not head:
        raise InputError(f"{path.name} is empty (0 bytes)")
    return head


def _is_nifti(head: bytes) -> bool:
    return head[344:347] in (b"n+1", b"ni1") or head[4:7] in (b"n+2", b"ni2")


def _unpacked_head(path: Path) -> bytes:
    try:
        with gzip.open(path) as file:
            return file.read(_HEAD_BYTES)
    except (OSError, EOFError, zlib.error):
        return b""


# --- two files, one scan ----------------------------------------------------------------------------------------------


def _joined(files: list[Path], scans: list[PlanarScan]) -> PlanarScan:
    """Return the scan of two files with a view each.

    Raises
    ------
    InputError
        They hold the same view, or are of different formats, patients or days.
    """
    first, second = scans
    names = f"{files[0].name} and {files[1].name}"
    both = [view for view in VIEWS if view in first.views and view in second.views]
    if both:
        raise InputError(f"{names} both hold the {both[0]} view; give one anterior and one posterior view")
    if first.source_format != second.source_format:
        raise InputError(f"{names} are of different formats ({first.source_format} and {second.source_format})")
    warnings = list(dict.fromkeys((*first.warnings, *second.warnings, *check_pair(names, first, second))))
    views = {**first.views, **second.views}
    return replace(
        first,
        views={view: views[view] for view in VIEWS},
        acquisition_date=first.acquisition_date or second.acquisition_date,
        acquisition_time=min(filter(None, (first.acquisition_time, second.acquisition_time)), default=""),
        injection_time=first.injection_time or second.injection_time,
        radiopharmaceutical=first.radiopharmaceutical or second.radiopharmaceutical,
        device=first.device or second.device,
        lossy=first.lossy or second.lossy,
        identity=Identity(
            patient_id=first.identity.patient_id or second.identity.patient_id,
            patient_name=first.identity.patient_name or second.identity.patient_name,
            study_instance_uid=first.identity.study_instance_uid or second.identity.study_instance_uid,
            accession_number=first.identity.accession_number or second.identity.accession_number,
        ),
        warnings=tuple(warnings),
    )


def check_pair(names: str, first: PlanarScan, second: PlanarScan) -> list[str]:
    """Check that two single views are of one scan.

    Parameters
    ----------
    names : str
        What to call the two in a sentence.

    Returns
    -------
    list of str
        What a reader should check.

    Raises
    ------
    InputError
        They are of different patients or days.
    """
    if _differ(first.identity.patient_id, second.identity.patient_id):
        raise InputError(f"{names} are of different patients by their Patient ID")
    if _differ(first.acquisition_date, second.acquisition_date):
        raise InputError(f"{names} were acquired on different days; give the two views of one scan")
    warnings = []
    if _differ(first.identity.study_instance_uid, second.identity.study_instance_uid):
        warnings.append("The two files are of different studies of one day: check that they are one scan.")
    if _differ(first.identity.patient_name, second.identity.patient_name):
        warnings.append("The two files name the patient differently: check that they are one scan.")
    return warnings


def _differ(one: str, other: str) -> bool:
    return bool(one and other and one != other)
