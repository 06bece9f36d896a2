"""A scan handed from Slicer to its worker: pixels and what is known of them, but not who was scanned (floor 2).

Not a format for keeping: both ends are of one version. No ITK, whose readers do not open every path on Windows.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from .errors import InputError
from .scan import QUANTITIES, SPECT_VIEW, VIEWS, PlanarScan, PlanarView, Scan, SpectScan

_SCAN_FIELDS = (
    "modality", "acquisition_date", "acquisition_time", "injection_time", "radiopharmaceutical", "device",
    "source_format", "lossy",
)  # fmt: skip
_VIEW_FIELDS = ("pixel_size_source", "view_source", "mirrored", "frame_number")
_VOLUME_FIELDS = ("quantity", "quantity_reason")
_MATRIX = "spect_ijk_to_ras"


def write_transferred_scan(path: Path, scan: Scan) -> None:
    """Write a scan without its identity: who was scanned, and which DICOM objects the pixels came from."""
    about = {**{name: getattr(scan, name) for name in _SCAN_FIELDS}, "warnings": list(scan.warnings)}
    arrays = {view: shown.counts.astype(np.float32) for view, shown in scan.views.items()}
    if isinstance(scan, SpectScan):
        about["volume"] = {name: getattr(scan, name) for name in _VOLUME_FIELDS}
        arrays[_MATRIX] = scan.ijk_to_ras
    else:
        about["views"] = {
            view: {
                **{name: getattr(shown, name) for name in _VIEW_FIELDS},
                "pixel_size_mm": [float(mm) for mm in shown.pixel_size_mm],
            }
            for view, shown in scan.views.items()
        }
    np.savez(path, about=np.array(json.dumps(about)), **arrays)  # type: ignore[arg-type]


def read_transferred_scan(path: Path) -> Scan:
    """Read a scan that ``write_transferred_scan`` wrote.

    Raises
    ------
    InputError
        The file is missing or damaged.
    """
    try:
        with np.load(path, allow_pickle=False) as arrays:
            about = json.loads(str(arrays["about"]))
            fields = {**{name: about[name] for name in _SCAN_FIELDS}, "warnings": tuple(about["warnings"])}
            if SPECT_VIEW in arrays:
                return _volume(arrays, about["volume"], fields)
            views = {
                view: PlanarView(
                    view,
                    arrays[view],
                    tuple(about["views"][view]["pixel_size_mm"]),
                    **{name: about["views"][view][name] for name in _VIEW_FIELDS},
                )
                for view in VIEWS
                if view in about["views"]
            }
            return PlanarScan(views, **fields)
    except (OSError, EOFError, ValueError, LookupError, TypeError, zipfile.BadZipFile) as error:
        raise InputError(f"{path.name} is missing or damaged") from error


def _volume(arrays: np.lib.npyio.NpzFile, about: Mapping[str, Any], fields: Mapping[str, Any]) -> SpectScan:
    if about["quantity"] not in QUANTITIES:
        raise ValueError(about["quantity"])
    own = {name: about[name] for name in _VOLUME_FIELDS}
    return SpectScan(voxels=arrays[SPECT_VIEW], ijk_to_ras=arrays[_MATRIX], **own, **fields)


def with_identity_of(scan: Scan, original: Scan) -> Scan:
    """Return a scan that was handed over and came back, with the identity it left behind; both are of one kind."""
    if isinstance(scan, SpectScan) and isinstance(original, SpectScan):
        return replace(scan, slice_sources=original.slice_sources, identity=original.identity)
    if not isinstance(scan, PlanarScan) or not isinstance(original, PlanarScan):
        raise TypeError("a scan comes back as the kind it was handed over as")
    views = {
        name: replace(view, sop_instance_uid=original.views[name].sop_instance_uid) for name, view in scan.views.items()
    }
    return replace(scan, views=views, identity=original.identity)
