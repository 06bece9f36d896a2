"""One lesion in the left 7th rib or a left limb: truth, both views, labels, DICOM, reports, SPECT and follow-up."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from BoneMetSegLib.anatomy import channel_index
from BoneMetSegLib.scan import VIEWS
from BoneMetSegLib.scan_files import read_scan
from BoneMetSegLib.segmentation import CLASSES
from model_training.simulator.case import SimulatedCase, simulate_followup
from model_training.simulator.case_dicom import write_case_dicom
from model_training.simulator.case_reports import case_reports
from model_training.simulator.clinic import Clinic, default_clinic
from model_training.simulator.nm_vendors import draw_manner
from model_training.simulator.planar_exam import PlanarExam, examine
from model_training.simulator.report_writer import NO_ERRORS, write_report
from model_training.simulator.simulated_patient import simulate_patient
from model_training.simulator.spect_case import spect_of

RIB = "rib_7_left"


@cache
def one_lesion(name: str = RIB, site: str = "ribs") -> Clinic:
    never = {
        f"benign.{key}": {"value": 0.0} if "mean" in key else {"share": 0.0}
        for key, entry in default_clinic().as_mapping()["benign"].items()
        if key != "why" and ("share" in entry or "_mean_" in key)
    }
    return default_clinic().changed(
        never
        | {
            "metastases.number": {"weights": {"1": 1}},
            "metastases.superscan": {"share": 0.0},
            "metastases.site": {"weights": {site: 1}},
            "metastases.favoured": {"weights": {name: 1e9}},
            "metastases.form": {"weights": {"solid": 1}},
            "metastases.peak_ratio": {"value": 4.0},
            "metastases.patient_strength": {"value": 1.0},
            "metastases.radius_mm": {"value": 13.0},
        }
    )


@cache
def exam(name: str = RIB, site: str = "ribs", seed: int = 3) -> PlanarExam:
    return examine(simulate_patient(seed, one_lesion(name, site), anatomy="analytic"))


def the_lesion(case: SimulatedCase):
    (lesion,) = [focus for focus in case.foci if focus.hot_spot_class == "metastasis"]
    return lesion


def is_at_the_patients_left(mask: np.ndarray, case: SimulatedCase, view: str) -> bool:
    """The patient's left is at the right of the anterior view and at the left of the posterior one."""
    spine = case.skeleton[view][channel_index("thoracic_spine", "midline")]
    right_of_spine = np.nonzero(mask)[1].mean() / 2 > np.nonzero(spine)[1].mean()
    return bool(right_of_spine == (view == "anterior"))


def test_the_truth_names_the_left_seventh_rib() -> None:
    lesion = the_lesion(exam().case)
    assert (lesion.fine_region, lesion.side) == (RIB, "left")
    assert lesion.visible == {"anterior": True, "posterior": True} or any(lesion.visible.values())
    assert exam().case.true_bsi_percent > 0


@pytest.mark.parametrize("view", VIEWS)
def test_the_label_lies_on_the_left_seventh_rib_of_each_view(view: str) -> None:
    case, lesion = exam().case, the_lesion(exam().case)
    own = case.focus_map[view] == lesion.number
    assert lesion.visible[view] == own.any()
    assert own.any()
    assert (case.class_map[view][own] == CLASSES.index("metastasis")).all()
    assert is_at_the_patients_left(own, case, view)
    rows, columns = np.nonzero(own)
    ribs = case.skeleton[view][channel_index("ribs", "left")]
    assert ribs[rows // 2, columns // 2].mean() > 0.5
    levels = case.rib_level[view][rows // 2, columns // 2]
    assert abs(np.median(levels[levels > 0]) / 10 - 7) <= 1


@pytest.mark.parametrize("view", VIEWS)
def test_the_counts_are_hot_there_and_not_on_the_other_side(view: str) -> None:
    case, lesion = exam().case, the_lesion(exam().case)
    own = case.focus_map[view] == lesion.number
    spine = np.nonzero(case.skeleton[view][channel_index("thoracic_spine", "midline")])[1].mean() * 2
    rows, columns = np.nonzero(own)
    mirrored = np.rint(2 * spine - columns).astype(int)
    assert case.counts[view][own].mean() > 1.5 * case.counts[view][rows, mirrored].mean()


@pytest.mark.parametrize(
    ("language", "left", "right"),
    [("zh", "左|双", "右"), ("en", r"\b(l|lt|left|bilateral|both)\b", r"\b(r|rt|right)\b")],
)
def test_a_reader_without_error_writes_of_the_left_rib(language: str, left: str, right: str) -> None:
    case = exam().case
    for draw in range(6):
        rng = np.random.default_rng(draw)
        report = write_report(case.foci, case.patient, language, rng, report_error_rates=NO_ERRORS)
        slots = {slot for mention in report.mentions for slot in mention.slots}
        assert RIB in slots or "ribs_left" in slots
        assert "rib_7_right" not in slots
        spans = [report.text[m.start : m.end].lower() for m in report.mentions if RIB in m.slots]
        assert all(re.search(left, span) and not re.search(right, span) for span in spans), report.text


def test_reports_of_the_case_record_the_side_they_wrote() -> None:
    for languages in case_reports(exam().case).values():
        for report in languages.values():
            said = [
                statement for statement in report["statements"] if statement["number"] == the_lesion(exam().case).number
            ]
            wrong = {error["kind"] for error in report["errors"]}
            for statement in said:
                slots = set(statement["slots"])
                assert not slots or "wrong side" in wrong or not any(slot.endswith("_right") for slot in slots)


def test_every_maker_writes_it_on_the_left(tmp_path: Path) -> None:
    case, lesion = exam().case, the_lesion(exam().case)
    rng = np.random.default_rng(5)
    vendors = set()
    for number in range(14):
        manner = draw_manner(rng, default_clinic())
        folder = tmp_path / str(number)
        folder.mkdir()
        written = write_case_dicom(folder, case.counts, case.pixel_size_mm, manner=manner)
        flip = True if written.facts["mirrored_posterior"] and not written.facts["mirroring_in_file"] else None
        size = None if written.facts["pixel_size_in_file"] else case.pixel_size_mm
        scan = read_scan(list(written.paths), pixel_size_mm=size, flip_posterior=flip)
        vendors.add(manner.vendor)
        for view in VIEWS:
            anterior_order = scan.views[view].to_anterior_order(scan.views[view].counts)
            own = case.focus_map[view] == lesion.number
            own = own if view == "anterior" else own[:, ::-1]
            spine = case.skeleton["anterior"][channel_index("thoracic_spine", "midline")]
            assert np.nonzero(own)[1].mean() / 2 > np.nonzero(spine)[1].mean()
            own_counts = case.counts[view] if view == "anterior" else case.counts[view][:, ::-1]
            assert np.array_equal(anterior_order, own_counts), (manner.vendor, view)
    assert len(vendors) >= 3


def test_it_is_at_the_left_of_the_tomography_too() -> None:
    person = simulate_patient(3, one_lesion().changed({"spect.bed_mm": {"value": 180.0}}), anatomy="analytic")
    spect = spect_of(person, exam(), field="chest")
    (lesion,) = [focus for focus in spect.spect_foci if focus.hot_spot_class == "metastasis"]
    assert lesion.middle_lps_mm[0] > 20, "LPS: the patient's left is positive"
    if lesion.place != "outside":
        own = np.argwhere(spect.focus_map == lesion.number)
        assert own[:, 2].mean() > spect.voxels.shape[2] / 2, "columns run from the patient's right to the left"


def test_it_stays_on_the_left_at_the_next_examination() -> None:
    clinic = one_lesion("humerus_proximal_left", "limbs").changed(
        {
            "metastases.in_limbs": {"weights": {"humerus": 1}},
            "followup.course": {"weights": {"progression": 1}},
            "followup.in_progression": {"weights": {"grown": 1}},
        }
    )
    pair = simulate_followup(6, anatomy="analytic", clinic=clinic)
    for examined in pair.exams:
        lesion = next(focus for focus in examined.case.foci if focus.lesion_id == 1)
        assert (lesion.fine_region, lesion.side) == ("humerus_proximal_left", "left")
        for view in VIEWS:
            own = examined.case.focus_map[view] == lesion.number
            if own.any():
                assert is_at_the_patients_left(own, examined.case, view)
