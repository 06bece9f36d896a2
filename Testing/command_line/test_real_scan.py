"""The real scan that pydicom ships: one lossy anterior view of unknown disease, a sanity check and never evidence."""

from __future__ import annotations

import numpy as np
import pytest

from BoneMetSegLib.cli import main
from BoneMetSegLib.maps_file import read_maps
from BoneMetSegLib.seg_nrrd import read_segments
from model_training.demo import INVENTED_REPORT, real_scan

# Where a person sees them in the picture: (rows, columns).
BLADDER = np.s_[405:440, 125:160]
INJECTION_SITE_AT_THE_HAND = np.s_[465:495, 222:245]


@pytest.fixture(scope="module", params=["without a report", "with the invented report"])
def real_case(request, tmp_path_factory):
    """The finished case, with and without the invented report."""
    out = tmp_path_factory.mktemp("real") / "out"
    report = ["--report", str(INVENTED_REPORT)] if request.param.startswith("with the") else []
    assert main(["segment", str(real_scan()), "--view", "anterior", *report, "--no-scene", "-o", str(out)]) == 0
    return out


def segments_at(case, where):
    """Segments with pixels there."""
    scan, _ = read_maps(case / "maps.npz")
    return [s for s in read_segments(case / "anterior.seg.nrrd", scan.views["anterior"]) if s.mask[where].any()]


@pytest.mark.parametrize("where", [BLADDER, INJECTION_SITE_AT_THE_HAND], ids=["bladder", "injection site"])
def test_bladder_and_injection_site_are_not_accepted_as_metastases(real_case, where):
    accepted = [s.name for s in segments_at(real_case, where) if s.tags["BoneMetSeg.Accepted"] == "yes"]
    assert not accepted


def test_the_bladder_is_found_and_called_physiological(real_case):
    classes = {s.tags["BoneMetSeg.Class"] for s in segments_at(real_case, BLADDER)}
    assert "physiological" in classes


def test_the_report_is_labelled_invented_in_the_file():
    assert "虚构" in INVENTED_REPORT.read_text(encoding="utf-8")
