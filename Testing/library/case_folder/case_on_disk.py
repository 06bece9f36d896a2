"""A case folder as a reader finds it, and edits it by hand."""

from __future__ import annotations

import csv
import importlib.util
import io
from dataclasses import replace

import numpy as np
import pytest

from BoneMetSegLib.case_folder import (
    whole_folder,
    write_case,
)
from BoneMetSegLib.hot_spot_csv import CSV_COLUMNS
from BoneMetSegLib.seg_nrrd import Segment, read_segments, write_segments
from Testing.library.synthetic_case import (
    BLADDER,
    L3,
    LEFT_FEMUR,
    LEFT_RIB_7_BACK,
)

FOCI = (LEFT_FEMUR, LEFT_RIB_7_BACK, L3, BLADDER)  # H03, H01, H02, H04
needs_slicer = pytest.mark.skipif(importlib.util.find_spec("slicer") is None, reason="slicer-core is not installed")


def write(out, case, *, scene=False):
    with whole_folder(out) as folder:
        write_case(folder, case, scene=scene)


def spot_of(case, spot_id):
    return next(spot for spot in case.hot_spots if spot.id == spot_id)


def edit_row(out, spot_id, **values):
    """Edit the table as a reader does."""
    path = out / "hot_spots.csv"
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    for row in rows:
        if row["id"] == spot_id:
            row.update({"class" if key == "class_" else key: value for key, value in values.items()})
    save_rows(path, rows)


def save_rows(path, rows, *, encoding="utf-8-sig", line_end="\n", columns=CSV_COLUMNS, separator=","):
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, columns, lineterminator=line_end, delimiter=separator)
    writer.writeheader()
    writer.writerows(rows)
    path.write_bytes(stream.getvalue().encode(encoding))


def rows_of(out):
    with (out / "hot_spots.csv").open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def contents(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def edit_segments(case, out, view, change):
    path = out / f"{view}.seg.nrrd"
    planar = case.scan.views[view]
    write_segments(path, planar, change(read_segments(path, planar)))


def drawn_segment(case, focus, view, segment_id="Segment_1", tags=None):
    return Segment(segment_id, "drawn", (0, 1, 0), focus.mask(case.scan.views[view]), tags or {})


def assert_same_hot_spots(one, other):
    for a, b in zip(one.hot_spots, other.hot_spots, strict=True):
        assert set(a.views) == set(b.views)
        for name in a.views:
            np.testing.assert_array_equal(a.views[name].mask, b.views[name].mask)
            numbers = [
                (v.area_mm2, v.max_counts, v.mean_counts, v.ratio_to_background) for v in (a.views[name], b.views[name])
            ]
            np.testing.assert_array_equal(*numbers)
        assert repr(replace(a, views={})) == repr(replace(b, views={}))
