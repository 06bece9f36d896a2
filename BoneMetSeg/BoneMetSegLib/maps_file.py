"""``maps.npz``: counts, spacing, skeleton and probabilities, so that measuring needs nothing else (floor 2).

An ordinary ``.npz`` (numpy reads it) without pickled objects, compressed lightly: it is written with every case.
"""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path
from typing import BinaryIO

import numpy as np

from .anatomy import SKELETON_CHANNELS, reporting_region
from .errors import InputError
from .scan import QUANTITIES, SPECT_VIEW, VIEWS, Identity, PlanarScan, PlanarView, Scan, SpectScan
from .segmentation import CLASSES, LEAST_KEPT_PROBABILITY, Segmentation, ViewMaps

_RIBS = np.array([channel.region == "ribs" for channel in SKELETON_CHANNELS])
_SPINE = np.array(
    [channel.region != "ribs" and bool(reporting_region(channel.region).levels) for channel in SKELETON_CHANNELS]
)


def write_maps(file: Path | BinaryIO, scan: Scan, segmentation: Segmentation) -> None:
    """Write ``maps.npz``, to a path or into an open file.

    Per view ``V``: ``V_counts`` (rows, columns) float32; ``V_pixel_size_mm`` (row, column); ``V_mirrored``;
    ``V_image_only`` and, with a report, ``V_with_report`` (4, rows, columns) float16; ``V_skeleton`` (29, rows,
    columns) bool packed along the last axis by ``numpy.packbits``; ``V_spine_level``, ``V_rib_level`` (rows, columns)
    float16, 0 outside spine and ribs. Of SPECT ``V`` is ``spect``, (k, j, i) stands for (rows, columns), the counts are
    the voxels in ``spect_quantity``, and ``spect_ijk_to_ras`` stands for pixel size and ``mirrored``.
    """
    arrays: dict[str, np.ndarray] = {}
    for name, view in scan.views.items():
        maps = segmentation.views[name]
        arrays[f"{name}_counts"] = view.counts.astype(np.float32)
        if isinstance(view, PlanarView):
            arrays[f"{name}_pixel_size_mm"] = np.array(view.pixel_size_mm)
            arrays[f"{name}_mirrored"] = np.array(view.mirrored)
        elif isinstance(scan, SpectScan):
            arrays[f"{name}_ijk_to_ras"] = view.ijk_to_ras
            arrays[f"{name}_quantity"] = np.array(scan.quantity)
        arrays[f"{name}_image_only"] = _half(maps.image_only)
        if maps.with_report is not None:
            arrays[f"{name}_with_report"] = _half(maps.with_report)
        bones = maps.bones
        arrays[f"{name}_skeleton"] = np.packbits(bones, axis=-1)
        arrays[f"{name}_spine_level"] = np.where(bones[_SPINE].any(0), maps.spine_level, 0).astype(np.float16)
        arrays[f"{name}_rib_level"] = np.where(bones[_RIBS].any(0), maps.rib_level, 0).astype(np.float16)
    # numpy's own writer has no choice of level, and its default takes half of the time of a whole case.
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, array in arrays.items():
            info = zipfile.ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(info, "w", force_zip64=True) as stream:
                np.lib.format.write_array(stream, np.asarray(array, order="C"), allow_pickle=False)


def _half(probabilities: np.ndarray) -> np.ndarray:
    # float16 would keep noise of no use in a file three times as large.
    return np.where(probabilities < LEAST_KEPT_PROBABILITY, 0, probabilities).astype(np.float16)


_DAMAGED = (zipfile.BadZipFile, zlib.error, NotImplementedError)


def read_maps(file: Path | BinaryIO, name: str = "maps.npz") -> tuple[Scan, Segmentation]:
    """Read ``maps.npz`` back: a scan without dates and identity, and a segmentation without mentions.

    The skeleton's maps come back as 0 and 1. ``name`` is how an error calls the file.

    Raises
    ------
    InputError
        The file is missing, damaged, or not one that ``write_maps`` wrote.
    """
    try:
        with np.load(file, allow_pickle=False) as arrays:
            if f"{SPECT_VIEW}_counts" in arrays:
                return _volume(arrays), Segmentation({SPECT_VIEW: _maps(arrays, SPECT_VIEW)})
            present = [view for view in VIEWS if f"{view}_counts" in arrays]
            views = {view: _view(arrays, view) for view in present}
            maps = {view: _maps(arrays, view) for view in present}
    except (OSError, EOFError, ValueError, LookupError, AttributeError, TypeError, *_DAMAGED) as error:
        raise InputError(f"{name} is missing or damaged; segment the scan again") from error
    if not views:
        raise InputError(f"{name} holds no view; segment the scan again")
    return PlanarScan(views, identity=Identity()), Segmentation(maps)


def _view(file: np.lib.npyio.NpzFile, view: str) -> PlanarView:
    height_mm, width_mm = (float(size) for size in file[f"{view}_pixel_size_mm"])
    return PlanarView(view, file[f"{view}_counts"], (height_mm, width_mm), mirrored=bool(file[f"{view}_mirrored"]))  # type: ignore[arg-type]


def _volume(file: np.lib.npyio.NpzFile) -> SpectScan:
    quantity = str(file[f"{SPECT_VIEW}_quantity"])
    if quantity not in QUANTITIES:
        raise ValueError(quantity)
    return SpectScan(
        voxels=file[f"{SPECT_VIEW}_counts"],
        ijk_to_ras=file[f"{SPECT_VIEW}_ijk_to_ras"],
        quantity=quantity,  # type: ignore[arg-type]
        identity=Identity(),
    )


def _maps(file: np.lib.npyio.NpzFile, view: str) -> ViewMaps:
    columns = file[f"{view}_counts"].shape[-1]
    skeleton = np.unpackbits(file[f"{view}_skeleton"], axis=-1, count=columns).astype(np.float32)
    with_report = file[f"{view}_with_report"].astype(np.float32) if f"{view}_with_report" in file else None
    image_only = file[f"{view}_image_only"].astype(np.float32)
    spine, rib = (file[f"{view}_{kind}_level"].astype(np.float32) for kind in ("spine", "rib"))
    if len(skeleton) != len(SKELETON_CHANNELS) or len(image_only) != len(CLASSES):
        raise ValueError(skeleton.shape)  # of a version with other bones or classes
    return ViewMaps(image_only, with_report, skeleton, spine, rib)
