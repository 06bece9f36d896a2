"""A planar scan handed from Slicer to its worker: pixels and what is known of them, but not who was scanned (floor 2).

Not a format for keeping: both ends are of one version. No ITK, whose readers do not open every path on Windows.
"""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np

from .errors import InputError
from .scan import VIEWS, PlanarScan, PlanarView

_SCAN_FIELDS = (
    "modality", "acquisition_date", "acquisition_time", "injection_time", "radiopharmaceutical", "device",
    "source_format", "lossy",
)  # fmt: skip
_VIEW_FIELDS = ("pixel_size_source", "view_source", "mirrored", "frame_number")


def write_transferred_scan(path: Path, scan: PlanarScan) -> None:
    """Write a scan without its identity."""
    about = {
        **{name: getattr(scan, name) for name in _SCAN_FIELDS},
        "warnings": list(scan.warnings),
        "views": {
            view: {
                **{name: getattr(shown, name) for name in _VIEW_FIELDS},
                "pixel_size_mm": [float(mm) for mm in shown.pixel_size_mm],
            }
            for view, shown in scan.views.items()
        },
    }
    counts = {view: shown.counts.astype(np.float32) for view, shown in scan.views.items()}
    np.savez(path, about=np.array(json.dumps(about)), **counts)  # type: ignore[arg-type]


def read_transferred_scan(path: Path) -> PlanarScan:
    """Read a scan that ``write_transferred_scan`` wrote.

    Raises
    ------
    InputError
        The file is missing or damaged.
    """
    try:
        with np.load(path, allow_pickle=False) as arrays:
            about = json.loads(str(arrays["about"]))
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
            fields = {name: about[name] for name in _SCAN_FIELDS}
            return PlanarScan(views, warnings=tuple(about["warnings"]), **fields)
    except (OSError, EOFError, ValueError, LookupError, TypeError, zipfile.BadZipFile) as error:
        raise InputError(f"{path.name} is missing or damaged") from error


def with_identity_of(scan: PlanarScan, original: PlanarScan) -> PlanarScan:
    """Return a scan that was handed over and came back, with the identity it left behind."""
    views = {
        name: replace(view, sop_instance_uid=original.views[name].sop_instance_uid) for name, view in scan.views.items()
    }
    return replace(scan, views=views, identity=original.identity)
