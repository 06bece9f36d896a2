"""What the reader should know about the scan, as flags with value and limit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from BoneMetSegLib.quality import GUIDELINE_COUNTS_PER_VIEW, quality_flags
from BoneMetSegLib.scan import PlanarScan, PlanarView

SHAPE = (100, 50)


def a_scan(counts_per_view=2e6, **of_view):
    counts = np.full(SHAPE, counts_per_view / np.prod(SHAPE), np.float32)
    return PlanarScan({name: PlanarView(name, counts, (5.0, 4.0), **of_view) for name in ("anterior", "posterior")})


def test_a_complete_scan_of_enough_counts_has_no_flag():
    assert quality_flags(a_scan()) == []


@pytest.mark.parametrize("missing", ["anterior", "posterior"])
def test_a_missing_view_is_named(missing):
    scan = a_scan()
    scan = replace(scan, views={name: view for name, view in scan.views.items() if name != missing})
    (flag,) = quality_flags(scan)
    assert (flag.name, flag.value, flag.limit, flag.units) == ("view_missing", 1, 2, "views")
    assert f"no {missing} view" in flag.sentence


def test_too_few_counts_are_flagged_per_view_with_the_guideline():
    flags = quality_flags(a_scan(0.5e6))
    assert [flag.name for flag in flags] == ["low_counts", "low_counts"]
    assert flags[0].value == pytest.approx(0.5e6)
    assert flags[0].limit == GUIDELINE_COUNTS_PER_VIEW == 1.5e6
    assert "The anterior view has 0.50 million counts" in flags[0].sentence


def test_a_pixel_size_that_the_file_does_not_give_is_flagged():
    flags = quality_flags(a_scan(pixel_size_source="given"))
    assert [(flag.name, flag.units) for flag in flags] == [("pixel_size_not_in_file", "mm")] * 2
    assert "was given, not read from the file" in flags[0].sentence


def test_of_a_lossy_picture_only_the_loss_is_flagged_not_its_counts():
    (flag,) = quality_flags(replace(a_scan(1e4), lossy=True))
    assert (flag.name, flag.value, flag.limit) == ("lossy_compression", None, None)
