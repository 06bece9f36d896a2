"""A finished SPECT case of known hot spots, painted into maps: no weights decide what is reviewed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from BoneMetSegLib.case_folder import write_case
from BoneMetSegLib.concordance import compare_report
from BoneMetSegLib.hot_spots import find_hot_spots
from BoneMetSegLib.report import parse_report
from Testing.library.synthetic_spect import LEFT_KIDNEY, LEFT_RIB, SPINE, a_spect_case

REPORT = "检查所见：左侧第9肋骨见异常放射性浓聚灶。\n诊断意见：左侧第9肋骨转移。"
# In the order of their numbers: H01 left rib 9, H02 L1, H03 the left kidney.
FOCI = (LEFT_RIB, SPINE, LEFT_KIDNEY)


def write_painted_volume(folder: Path, *, with_report: bool = True) -> None:
    """Write the case: two accepted metastases, of which the report names the one in the rib, and a kidney."""
    case = a_spect_case(FOCI)
    if with_report:
        report = parse_report(REPORT)
        maps = case.segmentation.views["spect"]
        segmentation = replace(
            case.segmentation, views={"spect": replace(maps, with_report=maps.image_only)}, report_fit=0.9
        )
        spots = find_hot_spots(case.scan, segmentation, report)
        concordance = compare_report(report, segmentation, spots)
        case = replace(case, report=report, segmentation=segmentation, hot_spots=spots, concordance=concordance)
    folder.mkdir(parents=True)
    write_case(folder, case, scene=False, pictures=False)
