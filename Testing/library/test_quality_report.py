"""A report that may be of another scan is flagged, by the bundle's threshold, in English and Chinese; and it is kept."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from jsonschema import validate

from BoneMetSegLib.maps_file import write_maps
from BoneMetSegLib.quality import quality_flags
from BoneMetSegLib.quality_report import report_flags
from BoneMetSegLib.resources import resource_path
from BoneMetSegLib.result_document import result_document
from BoneMetSegLib.sentences_zh import in_chinese
from BoneMetSegLib.stored_case import read_stored_case
from Testing.library.synthetic_case import LEFT_FEMUR, THRESHOLDS, a_case, a_report, painted


@pytest.mark.parametrize(
    ("fit", "thresholds", "is_flagged"),
    [
        (0.9, {}, False),
        (0.49, {}, True),
        (0.5, {}, False),
        (0.15, {"report_fit": 0.1}, False),
        (0.05, {"report_fit": 0.1}, True),
        (None, {}, False),
    ],
)
def test_a_low_fit_is_flagged_by_the_bundles_threshold(fit, thresholds, is_flagged):
    scan, segmentation = painted([LEFT_FEMUR], with_report=True)
    segmentation = replace(segmentation, report_fit=fit, thresholds=THRESHOLDS | thresholds)
    names = [flag.name for flag in quality_flags(scan, segmentation=segmentation)]
    assert ("report_of_another_scan" in names) == is_flagged


def test_the_flag_says_value_and_limit_in_both_languages():
    _, segmentation = painted([LEFT_FEMUR], with_report=True)
    (flag,) = report_flags(replace(segmentation, report_fit=0.034))
    assert (flag.value, flag.limit) == (0.034, 0.5)
    assert "may belong to another scan" in flag.sentence
    assert "0.03" in flag.sentence
    assert in_chinese(flag.sentence).startswith("报告可能属于另一次检查")
    assert "0.03" in in_chinese(flag.sentence)


def test_the_fit_is_kept_in_the_result_and_comes_back(tmp_path):
    report, mentions = a_report()
    case = a_case([LEFT_FEMUR], report=report, mentions=mentions)
    case = replace(case, segmentation=replace(case.segmentation, report_fit=0.25))
    document = result_document(case)
    validate(document, json.loads(resource_path("Schema", "result.schema.json").read_text(encoding="utf-8")))
    assert document["report"]["fit"] == 0.25
    (tmp_path / "result.json").write_text(json.dumps(document), encoding="utf-8")
    write_maps(tmp_path / "maps.npz", case.scan, case.segmentation)
    assert read_stored_case(tmp_path).segmentation.report_fit == 0.25


def test_a_result_of_before_the_fit_is_read(tmp_path):
    report, mentions = a_report()
    case = a_case([LEFT_FEMUR], report=report, mentions=mentions)
    document = result_document(case)
    del document["report"]["fit"]
    (tmp_path / "result.json").write_text(json.dumps(document), encoding="utf-8")
    write_maps(tmp_path / "maps.npz", case.scan, case.segmentation)
    assert read_stored_case(tmp_path).segmentation.report_fit is None
