"""The one real scan at hand: an anterior whole-body view that the package pydicom ships among its test files.

``JPGExtended.dcm`` went through lossy JPEG. The same acquisition without loss is ``JPEG-LL.dcm`` of the repository
pydicom-data (MIT), which pydicom fetches into its cache where it may; it is used where it is found. Both come from the
collection of compressed sample images of DICOM's working group 4. Neither is copied into this repository.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from BoneMetSegLib.errors import InputError
from BoneMetSegLib.scan import PlanarScan
from BoneMetSegLib.scan_files import read_scan

LOSSY_NAME, LOSSLESS_NAME = "JPGExtended.dcm", "JPEG-LL.dcm"


@dataclass(frozen=True)
class RealScan:
    """An anterior view of a patient.

    Attributes
    ----------
    counts : numpy.ndarray
        ``(rows, columns)`` float32.
    pixel_mm : float
    lossy : bool
    """

    counts: np.ndarray
    pixel_mm: float
    lossy: bool


def read_real(path: str | Path) -> RealScan:
    """Read an anterior view with the library's own reader.

    Raises
    ------
    InputError
        It cannot be read, has no anterior view, or its pixels are not square.
    """
    scan = read_scan([Path(path)], view="anterior")
    if not isinstance(scan, PlanarScan) or "anterior" not in scan.views:
        raise InputError(f"{Path(path).name} has no anterior view")
    view = scan.views["anterior"]
    height_mm, width_mm = view.pixel_size_mm
    if abs(height_mm - width_mm) > 0.01 * width_mm:
        raise InputError(f"{Path(path).name}: its pixels are not square ({height_mm} x {width_mm} mm)")
    return RealScan(view.counts, width_mm, scan.lossy)


def lossy_scan() -> RealScan:
    """Return the real scan as pydicom ships it.

    Raises
    ------
    InputError
        This installation of pydicom lacks the file.
    """
    path = _test_file(LOSSY_NAME)
    if path is None:
        raise InputError(f"this installation of pydicom lacks its test file {LOSSY_NAME}")
    return read_real(path)


def lossless_scan(path: str | Path | None = None) -> RealScan | None:
    """Return the same acquisition without loss from a file or from pydicom's cache; None where neither is."""
    found = Path(path) if path is not None else _test_file(LOSSLESS_NAME)
    return None if found is None else read_real(found)


def _test_file(name: str) -> Path | None:
    from pydicom.data import get_testdata_file

    path = get_testdata_file(name, download=False)
    return None if path is None else Path(str(path))
