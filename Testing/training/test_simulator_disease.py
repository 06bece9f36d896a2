"""Who has how many metastases where, what mimics them so that no image can tell, and what a superscan takes away."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache

import numpy as np
import pytest
from scipy.stats import chi2_contingency, ks_2samp

from BoneMetSegLib.anatomy import fine_region
from model_training.simulator.clinic import Clinic, default_clinic
from model_training.simulator.disease import draw_lesions, is_superscan, tracer_left
from model_training.simulator.foci import FocusSource
from model_training.simulator.metastases import draw_site, number_of_metastases
from model_training.simulator.physiological import draw_physiological
from Testing.training.foci_fixtures import a_patient, a_skeleton


def a_clinic(mimic_share: float, number: str = "4-8") -> Clinic:
    """Return a clinic whose patients resemble each other, so that foci are independent draws."""
    return default_clinic().changed(
        {
            "benign.mimic_share": {"share": mimic_share},
            "metastases.number": {"weights": {number: 1}},
            "metastases.superscan": {"share": 0.0},
            "metastases.patient_strength": {"value": 1.0},
            "metastases.patient_size": {"value": 1.0},
        }
    )


@lru_cache(maxsize=4)
def lesions_of_many(mimic_share: float, patients: int = 170) -> tuple[FocusSource, ...]:
    rng, clinic = np.random.default_rng(17), a_clinic(mimic_share)
    return tuple(
        source for seed in range(patients) for source in draw_lesions(a_skeleton(24), a_patient(seed), rng, clinic)
    )


def test_place_size_strength_and_shape_of_mimics_are_those_of_metastases() -> None:
    lesions = lesions_of_many(1.0)
    metastases = [source for source in lesions if source.hot_spot_class == "metastasis"]
    mimics = [source for source in lesions if source.looks_like_metastasis]
    assert min(len(metastases), len(mimics)) > 600
    assert all(source.hot_spot_class == "benign" for source in mimics)
    for measure in (
        lambda source: source.peak_ratio,
        lambda source: source.volume_ml,
        lambda source: source.spec.radius_mm,
        lambda source: len(source.spec.blobs),
        lambda source: source.spec.blobs[0, 5] / source.spec.blobs[0, 3],
        lambda source: source.spec.hollow,
        lambda source: source.points_mm[:, 2].mean(),
        lambda source: abs(source.points_mm[:, 0].mean()),
    ):
        assert ks_2samp([measure(s) for s in metastases], [measure(s) for s in mimics]).pvalue > 0.01
    for name in (lambda s: fine_region(s.fine_region).region, lambda s: s.spec.layer, lambda s: s.part):
        counts = [Counter(map(name, group)) for group in (metastases, mimics)]
        table = np.array([[count[key] for key in set(counts[0]) | set(counts[1])] for count in counts])
        assert chi2_contingency(table[:, table.sum(0) >= 10]).pvalue > 0.01


@pytest.mark.parametrize(("share", "tolerance"), [(0.0, 0.0), (0.5, 0.06), (1.0, 0.0)])
def test_the_dial_is_the_share_of_mimics_among_benign_foci_and_leaves_their_number(
    share: float, tolerance: float
) -> None:
    benign = [source for source in lesions_of_many(share) if source.hot_spot_class == "benign"]
    found = sum(source.looks_like_metastasis for source in benign) / len(benign)
    assert abs(found - share) <= tolerance
    without = sum(source.hot_spot_class == "benign" for source in lesions_of_many(0.0))
    assert len(benign) == pytest.approx(without, rel=0.12)


def test_metastases_sit_where_638_patients_had_them() -> None:
    rng, clinic = np.random.default_rng(3), default_clinic()
    count = Counter(fine_region(draw_site(rng, clinic)).region for _ in range(4000))
    spine = sum(count[name] for name in ("cervical_spine", "thoracic_spine", "lumbar_spine", "sacrum"))
    limbs = sum(count[name] for name in ("femur", "humerus", "leg", "forearm", "patella", "foot", "hand"))
    published = {spine: 34, count["ribs"]: 30, count["pelvis"]: 18, limbs: 10, count["scapula"]: 2.3}
    for found, percent in published.items():
        assert found / 40 == pytest.approx(percent, abs=3 * np.sqrt(percent * (100 - percent) / 4000))


def test_patients_have_none_to_sixty_metastases_numbered_for_good() -> None:
    rng, clinic = np.random.default_rng(3), default_clinic()
    numbers = [number_of_metastases(rng, clinic) for _ in range(3000)]
    assert min(numbers) == 0
    assert 50 < max(numbers) <= 60
    some = sum(number > 0 for number in numbers)
    assert sum(number == 1 for number in numbers) / some == pytest.approx(0.104, abs=0.02)
    lesions = draw_lesions(a_skeleton(24), a_patient(), rng, a_clinic(0.5))
    assert [source.lesion_id for source in lesions] == list(range(1, len(lesions) + 1))


def test_strength_and_size_of_metastases_lie_in_their_dials() -> None:
    metastases = [s for s in lesions_of_many(1.0) if s.hot_spot_class == "metastasis" and s.peak_ratio > 0]
    ratios = np.array([source.peak_ratio for source in metastases])
    assert ratios.min() >= 0.3
    assert ratios.max() <= 9
    median = default_clinic().as_mapping()["metastases"]["peak_ratio"]["lognormal"][0]
    assert np.median(ratios) == pytest.approx(median, rel=0.12)


def test_a_superscan_takes_the_tracer_from_soft_tissue_and_kidneys() -> None:
    skeleton, patient = a_skeleton(24), a_patient()
    changes = {"metastases.superscan": {"share": 1.0}, "metastases.number": {"weights": {"21-60": 1}}}
    changes |= {"metastases.superscan_ratio": {"value": 1.6}, "metastases.superscan_whole": {"share": 1.0}}
    clinic = default_clinic().changed(changes)
    lesions = draw_lesions(skeleton, patient, np.random.default_rng(1), clinic)
    assert is_superscan(lesions)
    left = tracer_left(skeleton, lesions, clinic)
    assert 0.1 < left < 0.4
    assert tracer_left(skeleton, [], clinic) == 1.0
    focal = [source for source in lesions_of_many(0.0)[:8] if source.hot_spot_class == "metastasis"]
    assert not is_superscan(focal)
    assert tracer_left(skeleton, focal, clinic) > 0.7
    kidneys = [
        max(
            source.peak_ratio
            for source in draw_physiological(skeleton, patient, np.random.default_rng(2), clinic, share)
            if source.fine_region == "kidney"
        )
        for share in (1.0, left)
    ]
    assert kidneys[1] == pytest.approx(left * kidneys[0], rel=1e-6)


def test_a_transplanted_kidney_is_there_at_every_examination_and_the_bladder_fills_anew() -> None:
    skeleton, patient = a_skeleton(24), a_patient()
    clinic = default_clinic().changed(
        {"physiological.transplant": {"share": 1.0}, "physiological.bladder": {"share": 1}}
    )
    first, second = (draw_physiological(skeleton, patient, np.random.default_rng(seed), clinic) for seed in (1, 2))
    grafts = [next(s for s in exam if s.kind == "transplanted kidney") for exam in (first, second)]
    assert grafts[0].side == grafts[1].side
    assert np.sign(grafts[0].points_mm[:, 0].mean()) == (1 if grafts[0].side == "right" else -1)
    assert not any(source.kind == "kidney" for source in first)
    bladders = [next(s for s in exam if s.kind == "bladder") for exam in (first, second)]
    assert bladders[0].volume_ml != bladders[1].volume_ml


def test_upper_poles_of_the_kidneys_lean_toward_the_spine() -> None:
    clinic = default_clinic().changed({"physiological.kidney_form": {"weights": {"normal": 1}}})
    clinic = clinic.changed({f"physiological.{name}": {"share": 0.0} for name in ("horseshoe", "transplant")})
    for source in draw_physiological(a_skeleton(24), a_patient(), np.random.default_rng(1), clinic):
        if source.kind != "kidney":
            continue
        right, superior = source.points_mm[:, 0], source.points_mm[:, 2]
        slope = np.polyfit(superior, right, 1)[0]
        assert slope > 0 if source.side == "left" else slope < 0
