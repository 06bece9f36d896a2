"""A finished case of known hot spots, painted into a network's maps: no weights decide what is reviewed."""

from __future__ import annotations

from pathlib import Path

from BoneMetSegLib.case_folder import write_case
from BoneMetSegLib.report import parse_report
from BoneMetSegLib.segmentation import Mention
from Testing.command_line.command import REPORT_ZH
from Testing.library.synthetic_case import BLADDER, LEFT_KIDNEY, Focus, a_case, vertebra_height_mm

# In the order of their numbers: H01 to H06. The patient's left has negative R.
FOCI = (
    Focus(0, vertebra_height_mm("T8"), {"metastasis": 0.95}, {"metastasis": 0.75}),
    Focus(-80, 180, {"metastasis": 0.6, "benign": 0.3}, {"metastasis": 0.9}),
    Focus(90, 640, {"metastasis": 0.8}, {}, views=("posterior",)),
    Focus(80, 20, {"benign": 0.9}),
    LEFT_KIDNEY,
    BLADDER,
)


def write_painted_case(folder: Path) -> None:
    """Write the case: two accepted metastases, T8 lowered and the left pelvis raised by the report.

    Beside them one in the right scapula that the report removed, a benign focus of the right femur, and bladder and
    left kidney.
    """
    report, words = parse_report(REPORT_ZH), "左侧髂骨"
    mentions = []
    for index, clause in enumerate(report.clauses):
        text = report.clause_text(clause)
        if words in text:
            start = clause.start + text.index(words)
            status = "metastatic" if clause.section == "impression" else "uptake"
            mentions.append(Mention(start, start + len(words), index, ("pelvis_left",), status))
    folder.mkdir(parents=True)
    write_case(folder, a_case(FOCI, report=report, mentions=mentions), scene=False, pictures=False)
