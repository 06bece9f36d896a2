"""Tomographies through the evaluation that planar scans go through: truth, lesions and volumes by hand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from BoneMetSegLib.anatomy import SKELETON_CHANNELS, channel_index
from BoneMetSegLib.report import parse_report
from BoneMetSegLib.segmentation import Segmentation, ViewMaps
from model_training import thresholds as chooser
from model_training.evaluation.case_record import case_record
from model_training.evaluation.cohort import listed_cases, metastatic_regions, patients_of
from model_training.evaluation.conditions import chosen_conditions
from model_training.evaluation.examination import Tomography, foci_of, load_examination, load_meta, scan_of
from model_training.evaluation.model_scores import evaluate
from model_training.evaluation.report_rules import PLAIN_RULE
from model_training.evaluation.rule_choice import choose_rules
from model_training.evaluation.skeleton_scores import skeleton_counts
from model_training.evaluation.surface_distance import hd95_mm
from model_training.evaluation.tables import model_tables
from model_training.evaluation.true_regions import slot_mask
from model_training.evaluation.uptake_check import without_uptake
from Testing.training.spect_fixtures import LESION, SHAPE, VOXEL_MM, a_simulated_spect, write_simulated_volumes

THRESHOLDS = {"foreground": 0.5, "accept": 0.5, "min_volume_ml": 0.5}
VOXEL_ML = VOXEL_MM**3 / 1000
STRAY = (slice(2, 4), slice(14, 17), slice(8, 11))
"""18 voxels on the patient's right, where nothing is."""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("spect") / "data"
    write_simulated_volumes(folder, [("training", 1), ("validation", 3), ("test", 3)])
    return folder


Boxes = Sequence[tuple[tuple[slice, ...], float]]


def maps(drawn: Boxes, report: Boxes | None = None) -> ViewMaps:
    """Maps that give boxes a probability of metastasis, without and with the report; a left rib lies all around."""

    def classes(boxes: Boxes) -> np.ndarray:
        probabilities = np.zeros((4, *SHAPE), np.float32)
        for box, probability in boxes:
            probabilities[1][box] = probability
        probabilities[0] = 1 - probabilities[1]
        return probabilities

    bones = np.zeros((len(SKELETON_CHANNELS), *SHAPE), np.float32)
    bones[channel_index("ribs", "left"), :, :, 20:] = 0.9
    bones[channel_index("ribs", "right"), :, :, :20] = 0.9
    levels = np.full(SHAPE, 7.0, np.float32)
    return ViewMaps(classes(drawn), None if report is None else classes(report), bones, np.zeros_like(levels), levels)


class _Model:
    """Draws the lesion at 0.55 and something false at 0.6 without a report; with one the lesion alone, at 0.9."""

    def __init__(self, *_: object) -> None:
        self.bundle = SimpleNamespace(thresholds=dict(THRESHOLDS))

    def encode_scan(self, scan):
        return SimpleNamespace(scan=scan)

    def read(self, _report):
        return ()

    def with_report(self, encoded, report):
        hot = encoded.scan.voxels[LESION].mean() > 2000
        alone = [(STRAY, 0.6), *([(LESION, 0.55)] if hot else [])]
        told = [(LESION, 0.9)] if hot else []
        return Segmentation({"spect": maps(alone, None if report is None else told)}, thresholds=THRESHOLDS)


# ---- truth ----------------------------------------------------------------------------------------------------------


def test_a_simulated_tomography_is_a_scan_in_its_unit_whose_columns_run_to_the_left() -> None:
    scan = scan_of(Tomography(a_simulated_spect()))
    assert scan.quantity == "Bq/ml"
    assert scan.voxels[LESION].mean() == pytest.approx(10000, rel=0.06)
    k, j, i = (int(axis.mean()) for axis in np.nonzero(scan.voxels > 5000))
    right, anterior, superior = scan.to_ras(i, j, k)
    assert (right, superior) == pytest.approx((-10.5 * VOXEL_MM, -0.5 * VOXEL_MM))
    assert anterior == pytest.approx(0.5 * VOXEL_MM)


def test_the_truth_of_a_tomography_is_read_back_with_the_foci_in_its_field(data: Path) -> None:
    path = listed_cases(data, "test", kind="spect")[0]
    case, meta = load_examination(path), load_meta(path)
    assert [focus.number for focus in case.foci] == [focus.number for focus in foci_of(meta)] == [3]
    assert metastatic_regions(meta) == {channel_index("ribs", "left")}
    rib = slot_mask(case, "spect", "rib_7_left")
    assert rib.sum() == SHAPE[0] * 16 * 8
    assert not rib[:, :, :20].any()
    assert not slot_mask(case, "spect", "rib_9_left").any()


def test_no_uptake_is_where_the_blurred_activity_does_not_exceed_its_surroundings() -> None:
    cold = without_uptake(Tomography(a_simulated_spect()))["spect"]
    assert not cold[LESION].any()
    assert cold[STRAY].all()


def test_the_distance_of_outlines_is_in_mm_along_three_axes() -> None:
    one, other = np.zeros((2, 12, 12, 12), bool)
    one[4:6, 4:6, 4:6] = True
    other[7:9, 4:6, 4:6] = True  # three slices up
    assert hd95_mm(one, other, (5.0, 1.0, 1.0)) == 15.0
    assert hd95_mm(one, other, (1.0, 5.0, 5.0)) == 3.0


def test_bones_are_compared_at_every_voxel() -> None:
    counts = skeleton_counts(Tomography(a_simulated_spect()), Segmentation({"spect": maps([])}, thresholds=THRESHOLDS))
    left, right = (channel_index("ribs", side) for side in ("left", "right"))
    true, drawn = SHAPE[0] * 16 * 8, SHAPE[0] * SHAPE[1] * 20
    assert counts[:, left].tolist() == [true, drawn, true]
    assert counts[:, right].tolist() == [0, drawn, 0]


# ---- scores ---------------------------------------------------------------------------------------------------------


def test_a_lesion_on_the_left_is_found_on_the_left_and_its_volume_is_measured(data: Path) -> None:
    patient = patients_of(listed_cases(data, "test", kind="spect"), 0, "held_back")[0]
    record = case_record(_Model(), patient, chosen_conditions(["report", "wrong_side"]), {}, "one")
    truth = record["truth"]
    assert truth["field"] == "chest"
    assert truth["counts"] == {"spect": 3_000_000}
    assert truth["foci"][0]["volume_ml"] == {"spect": pytest.approx(27 * VOXEL_ML, abs=1e-3)}
    assert truth["lesion_volume_ml"] == pytest.approx(27 * VOXEL_ML, abs=1e-3)
    alone, told = record["conditions"]["image_only"], record["conditions"]["report"]
    assert sorted(spot["side"] for spot in alone["spots"]) == ["left", "right"]
    found = next(spot for spot in told["spots"] if spot["accepted"])
    assert (found["side"], found["views"]) == ("left", {"spect": {"3": 1.0}})
    assert alone["lesion_volume_ml"] == pytest.approx(45 * VOXEL_ML, abs=1e-3)
    assert told["lesion_volume_ml"] == pytest.approx(27 * VOXEL_ML, abs=1e-3)
    assert (told["added_pixels"], told["added_without_uptake"]) == (0, 0)
    assert record["conditions"]["wrong_side"]["checks"]["moved"] == 0


def test_a_cohort_of_tomographies_is_scored_and_printed(data: Path) -> None:
    names = ["report", "other_report", "rule", "report_only", "half_named"]
    scores = evaluate(_Model(), listed_cases(data, "test", kind="spect"), 0, conditions=names)
    assert (scores["patients"], scores["patients_with_visible_metastasis"], scores["lesions"]) == (3, 2, 2)
    alone, told = scores["conditions"]["image_only"], scores["conditions"]["report"]
    assert alone["dice"]["mean"] == pytest.approx(2 * 27 / (27 + 45), abs=1e-4)
    assert told["dice"]["mean"] == told["dice_pooled"] == 1
    assert scores["dice_gain"]["report_minus_image_only"]["mean"] == pytest.approx(0.25, abs=1e-4)
    assert (alone["lesion_sensitivity"], alone["false_positives_per_scan"]) == (1, 1)
    assert (alone["false_positives_per_normal_scan"], told["false_positives_per_normal_scan"]) == (1, 0)
    assert "bsi" not in scores
    assert scores["strata"]["patients"]["field"]["chest"]["patients"] == 2
    assert list(scores["strata"]["lesions"]["size"]) == ["below 3 ml"]
    text = model_tables(scores)
    assert "volume of the accepted metastases" in text
    assert "Bone Scan Index" not in text


def test_rules_are_chosen_on_tomographies(data: Path) -> None:
    rules = choose_rules(_Model(), listed_cases(data, "validation", kind="spect"), 0)
    # Nothing is read in the reports: what the image is less sure of has to be kept, and dropping both is worse.
    assert rules["rule"].keep_from["silent"] < 0.6
    assert rules["rule_exact"] == PLAIN_RULE


# ---- thresholds -----------------------------------------------------------------------------------------------------


def test_thresholds_of_tomographies_are_those_of_the_best_dice_and_of_the_best_f1(data: Path) -> None:
    class Faint(_Model):
        """The lesion at 0.75 within a halo of 0.45, and something false at 0.65, whatever is reported."""

        def with_report(self, encoded, report):
            del report
            halo = (slice(5, 10), slice(13, 18), slice(28, 33))
            hot = encoded.scan.voxels[LESION].mean() > 2000
            found = [(halo, 0.45), (LESION, 0.75)] if hot else []
            return Segmentation({"spect": maps([(STRAY, 0.65), *found])}, thresholds=THRESHOLDS)

    chosen = chooser.choose_thresholds(Faint(), listed_cases(data, "validation", kind="spect"))
    # Foreground: at 0.3 and 0.4 the halo is drawn, up to 0.6 something false, above 0.7 nothing.
    assert chosen == {"foreground": 0.7, "accept": 0.5, "min_volume_ml": 0.5}


def test_a_false_lesion_of_less_probability_raises_the_acceptance(data: Path) -> None:
    class Unsure(_Model):
        """Both surely hot; the lesion is a metastasis by 0.9, something false by 0.55."""

        def with_report(self, encoded, report):
            del report
            shown = maps([(LESION, 0.9)] if encoded.scan.voxels[LESION].mean() > 2000 else [])
            shown.image_only[1][STRAY], shown.image_only[2][STRAY] = 0.55, 0.44
            shown.image_only[0] = 1 - shown.image_only[1:].sum(0)
            return Segmentation({"spect": shown}, thresholds=THRESHOLDS)

    chosen = chooser.choose_thresholds(Unsure(), listed_cases(data, "validation", kind="spect"))
    assert chosen["accept"] == 0.6


def test_an_exact_report_of_a_tomography_names_the_side_and_the_wrong_side_report_the_other(data: Path) -> None:
    patient = patients_of(listed_cases(data, "test", kind="spect"), 0, "training")[0]
    by_name = {one.name: one for one in chosen_conditions(["exact_report", "wrong_side"])}
    right, wrong = (parse_report(by_name[name].report(patient)).text for name in ("exact_report", "wrong_side"))
    words = ("左", "右") if patient.language == "zh" else ("left", "right")
    assert words[0] in right
    assert words[1] not in right
    assert words[1] in wrong
    assert words[0] not in wrong
