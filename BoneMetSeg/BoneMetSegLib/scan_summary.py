"""What was recognised in a scan: one line for the user, and the details for programs (floor 4)."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np

from .quality import quality_flags
from .scan import PlanarScan, PlanarView, Scan, SpectScan

_SOURCES_ZH = {"volume": "体数据"}


def scan_line(scan: Scan, lang: str = "en") -> str:
    """Return one line on what a scan is, in English or Chinese, without anything that identifies the patient."""
    if lang == "zh":
        return _scan_line_zh(scan)
    known = (scan.radiopharmaceutical, _day(scan.acquisition_date), f"from {scan.source_format}")
    rest = ", ".join(filter(None, known))
    if isinstance(scan, SpectScan):
        columns, rows, slices = scan.voxels.shape[::-1]
        size = " x ".join(f"{mm:.3g}" for mm in scan.spacing_mm)
        return f"SPECT volume, {columns} x {rows} x {slices} voxels of {size} mm, {scan.quantity}, {rest}"
    views = " and ".join(_view_words(view) for view in scan.views.values())
    return f"planar whole-body scan, {views}, {rest}"


def describe_scan(scan: Scan) -> dict[str, Any]:
    """Return what was read, ready for JSON, without anything that identifies the patient.

    Returns
    -------
    dict
        "kind" ("planar" or "spect"), dates, device, warnings; for planar scans "views" and "quality"; for SPECT
        "size_ijk", "spacing_mm", "ijk_to_ras", "quantity", "quantity_reason", "total", "maximum" and where it lies.
    """
    details = _spect(scan) if isinstance(scan, SpectScan) else _planar(scan)
    return {"summary": scan_line(scan), **acquisition_facts(scan), **details, "warnings": list(scan.warnings)}


def acquisition_facts(scan: Scan) -> dict[str, Any]:
    """Return when and with what a scan was made, ready for JSON, without anything that identifies the patient."""
    return {
        "kind": scan.kind,
        "modality": scan.modality,
        "source_format": scan.source_format,
        "lossy": scan.lossy,
        "acquisition_date": scan.acquisition_date,
        "acquisition_time": scan.acquisition_time,
        "injection_time": scan.injection_time,
        "radiopharmaceutical": scan.radiopharmaceutical,
        "device": scan.device,
    }


def view_facts(view: PlanarView) -> dict[str, Any]:
    """Return a view's size, how it is known, its counts and geometry, ready for JSON."""
    return {
        "rows": view.counts.shape[0],
        "columns": view.counts.shape[1],
        "pixel_size_mm": list(view.pixel_size_mm),
        "pixel_size_source": view.pixel_size_source,
        "view_source": view.view_source,
        "mirrored": view.mirrored,
        "total_counts": view.total_counts,
        "ijk_to_ras": view.ijk_to_ras.tolist(),
    }


def _planar(scan: PlanarScan) -> dict[str, Any]:
    views = {name: view_facts(view) for name, view in scan.views.items()}
    return {"views": views, "quality": [asdict(flag) for flag in quality_flags(scan)]}


def volume_facts(scan: SpectScan) -> dict[str, Any]:
    """Return a volume's size, what its voxels are, and its geometry, ready for JSON."""
    return {
        "size_ijk": list(scan.voxels.shape[::-1]),
        "spacing_mm": list(scan.spacing_mm),
        "ijk_to_ras": scan.ijk_to_ras.tolist(),
        "quantity": scan.quantity,
        "quantity_reason": scan.quantity_reason,
    }


def _spect(scan: SpectScan) -> dict[str, Any]:
    k, j, i = (int(index) for index in np.unravel_index(np.argmax(scan.voxels), scan.voxels.shape))
    right_mm, anterior_mm, superior_mm = (round(float(mm), 3) for mm in scan.to_ras(i, j, k))
    return {
        **volume_facts(scan),
        "total": scan.total,
        "total_activity_mbq": scan.total_activity_mbq,
        "maximum": float(scan.voxels[k, j, i]),
        "maximum_at_ijk": [i, j, k],
        "maximum_at_ras_mm": [right_mm, anterior_mm, superior_mm],
    }


def _view_words(view: PlanarView) -> str:
    rows, columns = view.counts.shape
    width_mm = view.pixel_size_mm[1]
    return f"{view.view} {columns} x {rows} of {width_mm:.3g} mm with {view.total_counts / 1e6:.2f} million counts"


def _scan_line_zh(scan: Scan) -> str:
    known = (
        scan.radiopharmaceutical,
        _day(scan.acquisition_date),
        f"来自 {_SOURCES_ZH.get(scan.source_format, scan.source_format)}",
    )
    rest = "，".join(filter(None, known))
    if isinstance(scan, SpectScan):
        columns, rows, slices = scan.voxels.shape[::-1]
        size = " x ".join(f"{mm:.3g}" for mm in scan.spacing_mm)
        quantity = "计数" if scan.quantity == "counts" else scan.quantity
        return f"SPECT 断层图像，{columns} x {rows} x {slices} 体素，体素大小 {size} mm，{quantity}，{rest}"
    views = "；".join(_view_words_zh(view) for view in scan.views.values())
    return f"平面全身骨显像，{views}；{rest}"


def _view_words_zh(view: PlanarView) -> str:
    rows, columns = view.counts.shape
    name, width_mm = "前位" if view.view == "anterior" else "后位", view.pixel_size_mm[1]
    return f"{name} {columns} x {rows}，像素 {width_mm:.3g} mm，计数 {view.total_counts / 1e6:.2f} 百万"


def _day(date: str) -> str:
    return f"{date[:4]}-{date[4:6]}-{date[6:8]}" if len(date) == 8 and date.isdigit() else ""
