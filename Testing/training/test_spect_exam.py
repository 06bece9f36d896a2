"""A tomography of a simulated patient: the same patient, absolute activity, truth on the grid, left and right."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, replace

import numpy as np
import pydicom
import pytest

from BoneMetSegLib.anatomy import SKELETON_CHANNEL_NAMES, SKELETON_CHANNELS, channel_index, level_coordinate
from BoneMetSegLib.scan_files import read_scan
from BoneMetSegLib.segmentation import CLASSES
from model_training.simulator.body import make_body
from model_training.simulator.clinic import default_clinic
from model_training.simulator.patient import Patient
from model_training.simulator.pose import pose_skeleton
from model_training.simulator.skeleton_analytic import analytic_skeleton
from model_training.simulator.spect import SimulatedSpect, simulate_spect_exam
from model_training.simulator.spect_acquisition import SpectProtocol, acquire, draw_protocol
from model_training.simulator.spect_activity import LyingPatient, PatientInField, decayed, place_patient
from model_training.simulator.spect_case import simulate_spect
from model_training.simulator.spect_grid import SpectGrid
from model_training.simulator.spect_manners import STACKINGS, write_spect, write_spect_as_drawn
from model_training.simulator.spect_projector import Collimator
from model_training.simulator.spect_truth import focus_truth, unpack_skeleton
from model_training.simulator.uptake import normal_activity

PATIENT = Patient("male", 65, 172.0, 72.0, 740.0, 3.0)
# Everything drawn that a test does not ask about is held.
CLINIC = default_clinic().changed(
    {
        "pose.arms": {"weights": {"abducted": 1}},
        "spect.voxel_mm": {"weights": {"4.8": 1}},
        "spect.bed_mm": {"value": 200.0},
        "spect.bed_shift_mm": {"value": 0},
        "spect.arms_raised": {"share": 1},
        "spect.calibrated_share": {"share": 1},
        "spect.calibration_factor": {"value": 1},
        "spect.retained_share": {"value": 0.6},
    }
)
PROTOCOL = SpectProtocol(
    views=60,
    seconds_per_view=20.0,
    counts_per_mbq_second=80.0,
    body_contour=True,
    gap_mm=20.0,
    collimator=Collimator(3.8, 1.3, 25.0),
    scatter_to_primary=0.35,
    scatter_sigma_mm=35.0,
    motion_mm=(0.0, 0.0, 0.0),
    motion_from=1.0,
    attenuation_correction=True,
    scatter_correction=True,
    resolution_recovery=True,
    map_shift_mm=(0.0, 0.0, 0.0),
    scatter_estimate=1.0,
    resolution_estimate=1.0,
    iterations=3,
    subsets=10,
    filter_fwhm_mm=6.0,
)
RIB = "rib_5_left"
POSE_SEED = 12  # lies nearly straight, so that the field cuts where the tests expect it


@dataclass(frozen=True)
class Source:
    """The least a focus needs to be."""

    hot_spot_class: str
    fine_region: str
    points_mm: np.ndarray
    activity: np.ndarray
    kind: str = "metastasis"
    side: str = "left"
    volume_ml: float = 4.0
    looks_like_metastasis: bool = False
    lesion_id: str = "M1"


def ball_at(middle: np.ndarray, radius_mm: float, activity: float, **of_source) -> Source:
    rng = np.random.default_rng(4)
    away = rng.standard_normal((4000, 3))
    away *= (radius_mm * rng.random(4000) ** (1 / 3) / np.linalg.norm(away, axis=1))[:, None]
    return Source(points_mm=middle + away, activity=np.full(4000, activity / 4000), **of_source)


class Bench:
    """One patient with a metastasis in the left 5th rib, one cut by the field, and one far outside it."""

    def __init__(self) -> None:
        rng = np.random.default_rng(POSE_SEED)
        self.skeleton = pose_skeleton(analytic_skeleton(np.random.default_rng(11)), PATIENT, rng, CLINIC)
        self.activity = normal_activity(self.skeleton, PATIENT, rng, CLINIC)
        points = self.skeleton.points_mm
        right = np.arange(points[:, 0].max() + 60, points[:, 0].min() - 60, -5.0)
        superior = np.arange(points[:, 2].max() + 40, points[:, 2].min() - 40, -5.0)
        self.axes = (right, superior)
        self.body = make_body(self.skeleton, PATIENT, right, superior, rng, CLINIC)
        rib = self.skeleton.points_of(RIB)
        self.at = rib[rib[:, 0].argmin()]  # its outermost point: R is negative at the patient's left
        shoulder = float(self.skeleton.landmarks["shoulder_left"][2] + self.skeleton.landmarks["shoulder_right"][2]) / 2
        self.edge = np.array([0.0, self.skeleton.points_of("vertebra_T7").mean(0)[1], shoulder + 70 - 200])
        unit = float(self.activity.sum())
        self.soft_per_ml = unit / 60000.0
        self.foci = [
            ball_at(self.at, 9.0, 0.012 * unit, hot_spot_class="metastasis", fine_region=RIB),
            ball_at(self.edge, 12.0, 0.01 * unit, hot_spot_class="benign", fine_region="vertebra_T8", side="midline"),
            ball_at(
                self.skeleton.landmarks["knee_right"],
                10.0,
                0.01 * unit,
                hot_spot_class="benign",
                fine_region="knee_joint_right",
                side="right",
            ),
        ]

    def place(self, foci, field="chest", clinic=CLINIC) -> PatientInField:
        lying = LyingPatient(self.skeleton, self.activity, self.body, *self.axes, self.soft_per_ml, foci, PATIENT)
        return place_patient(lying, field, 4.8, np.random.default_rng(5), clinic)

    def simulate(self, protocol: SpectProtocol = PROTOCOL, *, foci=None, seed: int = 5) -> SimulatedSpect:
        return simulate_spect_exam(
            skeleton=self.skeleton,
            bone_activity=self.activity,
            body=self.body,
            axes_mm=self.axes,
            soft_activity_per_ml=self.soft_per_ml,
            foci=self.foci if foci is None else foci,
            patient=PATIENT,
            field="chest",
            rng=np.random.default_rng(seed),
            clinic=CLINIC,
            protocol=protocol,
        )


@pytest.fixture(scope="module")
def bench() -> Bench:
    return Bench()


@pytest.fixture(scope="module")
def spect(bench) -> SimulatedSpect:
    return bench.simulate()


def quick() -> SpectProtocol:
    """Return a protocol without corrections, which reconstructs fast."""
    return replace(
        PROTOCOL, attenuation_correction=False, scatter_correction=False, resolution_recovery=False, iterations=1
    )


def voxel_of(spect: SimulatedSpect, point_ras_mm) -> tuple[int, ...]:
    lps = np.asarray(point_ras_mm) * [-1, -1, 1]
    return tuple(np.rint((lps - spect.first_voxel_lps_mm) / spect.voxel_mm).astype(int)[::-1])


def test_a_lesion_of_the_left_rib_is_left_in_array_label_and_picture(bench, spect):
    at = voxel_of(spect, bench.at)
    brightest = np.unravel_index(np.where(spect.focus_map == 1, spect.voxels, 0).argmax(), spect.voxels.shape)
    assert np.abs(np.subtract(brightest, at)).max() <= 1
    assert brightest[2] > 64 + 15, "columns run from the patient's right to the left"
    labelled = np.argwhere(spect.focus_map == 1)
    assert len(labelled) > 5
    assert labelled[:, 2].min() > 64
    assert set(spect.class_map[spect.focus_map == 1]) == {CLASSES.index("metastasis")}
    picture = spect.voxels.max(1)[::-1]  # head up, seen from the front
    right_half, left_half = picture[:, :64], picture[:, 64:]
    rows = slice(len(picture) - 1 - at[0] - 2, len(picture) - 1 - at[0] + 3)
    assert left_half[rows].max() > 1.5 * right_half[rows, :44].max()
    (focus,) = [focus for focus in spect.spect_foci if focus.fine_region == RIB]
    assert focus.middle_lps_mm[0] > 60
    assert focus.lesion_id == "M1"


@pytest.mark.parametrize("stacking", STACKINGS)
def test_every_voxel_stays_in_its_place_in_every_manner_of_writing(bench, spect, tmp_path, stacking):
    scan = read_scan(write_spect(tmp_path / "spect.dcm", spect, stacking=stacking))
    assert scan.kind == "spect"
    assert scan.spacing_mm == pytest.approx((4.8, 4.8, 4.8))
    from_ras = np.linalg.inv(scan.ijk_to_ras)
    per_stored = scan.voxels.max() / spect.voxels.max()
    lit = np.argwhere(spect.voxels > 0.05 * spect.voxels.max())
    for slice_, row, column in lit[:: max(len(lit) // 100, 1)]:
        left, posterior, superior = np.array(spect.first_voxel_lps_mm) + 4.8 * np.array([column, row, slice_])
        i, j, k = np.rint((from_ras @ (-left, -posterior, superior, 1.0))[:3]).astype(int)
        assert scan.voxels[k, j, i] == pytest.approx(per_stored * spect.voxels[slice_, row, column], rel=1e-4)
    labelled = np.argwhere(spect.focus_map == 1)
    hottest = labelled[spect.voxels[spect.focus_map == 1].argmax()]
    right = -(spect.first_voxel_lps_mm[0] + 4.8 * hottest[2])
    assert right == pytest.approx(bench.at[0], abs=8)
    assert right < -60, "the patient's left has negative R"


def test_the_files_suv_is_that_of_the_truth(bench, spect, tmp_path):
    """By hand: SUV = Bq/ml x 72,000 g / (740 MBq x 2^(-3 / 6.01) = 523.6 MBq)."""
    per_bq_ml = 72000 / 523.56e6
    np.testing.assert_allclose(decayed(740.0, 3.0), 523.56, rtol=1e-4)
    for number, decay in enumerate(("START", "ADMIN")):
        path = write_spect(tmp_path / f"{number}.dcm", spect, decay_correction=decay)
        scan = read_scan(path)
        assert scan.quantity == "SUVbw"
        np.testing.assert_allclose(scan.voxels.max(), spect.values.max() * per_bq_ml, rtol=1e-3)
    spine = (spect.spine_level > 0) & (spect.focus_map == 0)
    # The reconstruction blurs some of it out of the bones.
    assert 0.6 < spect.values[spine].mean() / spect.true_bq_per_ml[spine].mean() < 1.05
    found = float(spect.values.sum(dtype=np.float64))
    assert found == pytest.approx(float(spect.true_bq_per_ml.sum(dtype=np.float64)), rel=0.12)


def test_without_corrections_a_file_holds_counts_and_no_suv(bench, tmp_path):
    plain = bench.simulate(quick())
    assert plain.unit == "counts"
    scan = read_scan(write_spect(tmp_path / "spect.dcm", plain))
    assert scan.quantity == "counts"
    assert scan.voxels.max() == plain.voxels.max()


def test_injected_activity_decay_and_retention_give_the_patient_its_becquerels(bench):
    """523.6 MBq are left of 740 at 3 h; 60 % of them in bone, soft tissue and foci of bone."""
    placed = bench.place(bench.foci)
    body_ml = np.nan_to_num(bench.body.front_mm - bench.body.back_mm) * 25.0 / 1000.0
    soft = float((body_ml * bench.body.uptake).sum()) * bench.soft_per_ml
    units = float(bench.activity.sum()) + soft + sum(float(focus.activity.sum()) for focus in bench.foci)
    assert placed.mbq_per_unit * units == pytest.approx(0.6 * 523.56, rel=1e-3)
    (rib, _, _) = placed.foci
    assert float(rib.mbq.sum()) == pytest.approx(0.012 * float(bench.activity.sum()) * placed.mbq_per_unit, rel=1e-3)


def test_foci_inside_cut_by_and_outside_the_field_are_told_apart(spect):
    inside, cut, outside = spect.spect_foci
    assert (inside.place, cut.place, outside.place) == ("inside", "cut", "outside")
    assert inside.in_field_mbq == pytest.approx(inside.total_mbq)
    assert cut.in_field_mbq == pytest.approx(0.5 * cut.total_mbq, rel=0.35)
    assert outside.in_field_mbq == 0
    assert not outside.visible
    assert [focus.number for focus in spect.foci] == [1, 2]
    assert len(spect.middles_lps_mm) == 2


def blurred_ball(radius_mm: float, sigma_mm: float, at_mm: float) -> float:
    """Return a ball of activity 1 convolved with a Gaussian, at a distance from its middle."""
    from scipy.special import erf

    near, far = radius_mm - at_mm, radius_mm + at_mm
    spread = np.sqrt(2) * sigma_mm
    edges = np.exp(-((near / spread) ** 2)) - np.exp(-((far / spread) ** 2))
    return 0.5 * (erf(near / spread) + erf(far / spread)) - sigma_mm / (at_mm * np.sqrt(2 * np.pi)) * edges


def test_a_focus_is_labelled_at_forty_percent_of_its_own_blurred_maximum(bench):
    radius_mm = 15.0
    ball = ball_at(bench.at, radius_mm, 1000.0, hot_spot_class="metastasis", fine_region=RIB)
    placed = bench.place([ball])
    for resolution in (8.0, 12.0):
        _, focus_map, (focus,) = focus_truth(placed, bench.foci[:1], resolution)
        sigma = resolution / 2.3548
        highest = blurred_ball(radius_mm, sigma, 1e-3)
        distance = np.arange(0.05, 60, 0.05)
        reach = distance[blurred_ball(radius_mm, sigma, distance) > 0.4 * highest].max()
        assert focus.labelled_ml == pytest.approx(4 / 3 * np.pi * reach**3 / 1000, rel=0.12)
        assert (focus_map == 1).sum() * 0.110592 == pytest.approx(focus.labelled_ml, abs=1e-3)


def test_a_focus_too_faint_to_see_stays_in_the_truth_without_a_label(bench):
    faint = replace(bench.foci[0], activity=bench.foci[0].activity * 0.003)
    found = bench.simulate(quick(), foci=[faint])
    assert not found.spect_foci[0].visible
    assert found.spect_foci[0].contrast < 1.35
    assert found.spect_foci[0].total_mbq > 0
    assert not found.focus_map.any()


def test_bones_and_levels_are_where_the_skeleton_is(bench, spect):
    masks = unpack_skeleton(spect.skeleton)
    assert masks.shape == (len(SKELETON_CHANNELS), *spect.voxels.shape)
    for name in ("vertebra_T5", "rib_6_left", "rib_6_right", "sternal_body", "scapula_left"):
        points = bench.skeleton.points_of(name)[::20]
        voxels = np.array([voxel_of(spect, point) for point in points])
        voxels = voxels[((voxels >= 0) & (voxels < spect.voxels.shape)).all(1)]
        region, side = {
            "vertebra_T5": ("thoracic_spine", "midline"),
            "sternal_body": ("sternum", "midline"),
            "scapula_left": ("scapula", "left"),
        }.get(name, ("ribs", name.rsplit("_", 1)[1]))
        assert masks[channel_index(region, side)][tuple(voxels.T)].mean() > 0.7, name
        coordinate = level_coordinate(name)
        if coordinate is not None:
            levels = (spect.rib_level if region == "ribs" else spect.spine_level)[tuple(voxels.T)]
            assert np.median(levels) == coordinate * 10, name
    left, right = (masks[SKELETON_CHANNEL_NAMES.index(f"ribs_{side}")] for side in ("left", "right"))
    assert np.argwhere(left)[:, 2].mean() > np.argwhere(right)[:, 2].mean() + 20
    assert not masks[SKELETON_CHANNEL_NAMES.index("foot_left")].any()


def test_counts_are_poisson(bench):
    placed = bench.place(bench.foci)
    seen = acquire(placed, PROTOCOL, np.random.default_rng(8))
    often = seen.expected > 5
    off = (seen.counts[often] - seen.expected[often]) / np.sqrt(seen.expected[often])
    assert abs(off.mean()) < 0.01
    assert off.var() == pytest.approx(1.0, abs=0.02)
    assert np.array_equal(seen.counts, np.rint(seen.counts))
    # 740 MBq, 3 h later, a fifth of the body seen for 20 s from each of 60 angles: some millions of counts.
    assert 1e6 < seen.counts.sum() < 1.5e7
    share = seen.scatter.sum() / (seen.expected.sum() - seen.scatter.sum())
    assert share == pytest.approx(0.35, rel=0.1)


def test_the_same_seed_gives_the_same_bytes_and_another_seed_other_ones(bench):
    short = replace(PROTOCOL, iterations=1)
    first, again, other = bench.simulate(short), bench.simulate(short), bench.simulate(quick(), seed=6)
    for name in ("voxels", "true_bq_per_ml", "class_map", "focus_map", "skeleton", "spine_level", "rib_level"):
        assert getattr(again, name).tobytes() == getattr(first, name).tobytes(), name
    assert again.spect_foci == first.spect_foci
    assert again.acquisition == first.acquisition
    assert other.voxels.tobytes() != first.voxels.tobytes()


def test_a_drawn_protocol_keeps_to_what_is_published(bench):
    rng = np.random.default_rng(0)
    drawn = [draw_protocol(rng, default_clinic()) for _ in range(300)]
    assert {protocol.iterations for protocol in drawn} == {3, 4, 5}
    assert {protocol.subsets for protocol in drawn} == {8, 10}
    assert all(4 <= protocol.filter_fwhm_mm <= 10 and 60 <= protocol.views <= 120 for protocol in drawn)
    corrected = np.mean([protocol.attenuation_correction for protocol in drawn])
    assert 0.55 < corrected < 0.85
    assert not any(protocol.scatter_correction and not protocol.attenuation_correction for protocol in drawn)


def test_raised_arms_leave_the_pelvis_with_their_tissue_and_their_foci(bench):
    wrist = bench.skeleton.landmarks["wrist_left"]
    hand = ball_at(wrist, 8.0, 100.0, hot_spot_class="physiological", fine_region="injection_site", kind="injection")
    found = {}
    for share in (0, 1):
        clinic = CLINIC.changed({"spect.arms_raised_pelvis": {"share": share}})
        placed = bench.place([hand], "pelvis", clinic)
        bones = {bone.fine.name for bone in placed.bones}
        found[share] = (placed, bones, float(placed.foci[0].points_mm[:, 2].mean()))
        assert placed.arms_raised == bool(share)
    hanging, raised = found[0], found[1]
    assert "hand_left" in hanging[1]
    assert not raised[1] & {"hand_left", "hand_right", "radius_left", "ulna_left"}
    assert hanging[2] == pytest.approx(wrist[2], abs=1)
    assert raised[2] > bench.skeleton.landmarks["shoulder_left"][2] + 300
    tissue = [placed.tissue.sum() for placed, _, _ in (hanging, raised)]
    assert tissue[1] < 0.95 * tissue[0]
    # The trunk itself stays: the row of voxels through the sacrum is as deep as before.
    slice_, _, column = placed.padded.indices(bench.skeleton.points_of("sacrum").mean(0)[None])[0]
    deep = [placed.tissue[slice_, :, column].sum() for placed, _, _ in (hanging, raised)]
    assert deep[1] == pytest.approx(deep[0], abs=0.5)


def test_air_lung_soft_tissue_and_bone_attenuate_as_they_should(bench):
    placed = bench.place([])
    at = {
        "bone": bench.skeleton.points_of("vertebra_T6").mean(0),
        "outside": np.array([0.0, bench.skeleton.points_mm[:, 1].max() + 150, bench.at[2]]),
    }
    for name, expected in (("bone", 0.0195), ("outside", 0.0)):
        slice_, row, column = placed.padded.indices(at[name][None])[0]
        found = placed.mu_per_mm[slice_, row, column]
        assert found == pytest.approx(expected, rel=0.25, abs=1e-6), name
    lungs = (placed.tissue > 0.99) & (placed.mu_per_mm < 0.6 * 0.0154)
    assert 1.0 < lungs.sum() * placed.padded.voxel_ml / 1000 < 6.0, "litres of lung in 20 cm of chest"
    assert placed.mu_per_mm.max() <= 0.0196


def test_spreading_points_keeps_their_sum_and_their_mean_place():
    grid = SpectGrid((-50.0, -40.0, 10.0), (20, 24, 28), 4.0)
    rng = np.random.default_rng(2)
    points = rng.uniform([-40, -30, 20], [40, 30, 70], (500, 3))
    weights = rng.random(500)
    volume = grid.spread(points, weights)
    assert volume.sum() == pytest.approx(weights.sum(), rel=1e-5)
    superior, anterior, right = grid.axes_ras_mm()
    middle = [(volume.sum((1, 2)) @ superior), (volume.sum((0, 2)) @ anterior), (volume.sum((0, 1)) @ right)]
    np.testing.assert_allclose(
        np.array(middle[::-1]) / volume.sum(), np.average(points, axis=0, weights=weights), atol=0.01
    )
    assert grid.count(points, weights).sum() == pytest.approx(weights.sum(), rel=1e-5)


def test_files_written_as_cameras_write_them_hold_the_same_patient(bench, spect, tmp_path):
    rng = np.random.default_rng(3)
    seen = set()
    for number in range(12):
        path = write_spect_as_drawn(tmp_path / f"{number}.dcm", spect, rng, default_clinic())
        scan = read_scan(path)
        seen.add((scan.quantity, pydicom.dcmread(path, stop_before_pixels=True).get("SpacingBetweenSlices")))
        i, j, k = np.rint((np.linalg.inv(scan.ijk_to_ras) @ np.append(bench.at, 1.0))[:3]).astype(int)
        right = scan.to_ras(i, j, k)[0]
        assert right == pytest.approx(bench.at[0], abs=2.5)
        assert scan.voxels[k, j, i] > 0.3 * scan.voxels.max()
    assert {quantity for quantity, _ in seen} == {"SUVbw", "Bq/ml"}
    assert {"-4.8", "4.8"} <= {str(spacing) for _, spacing in seen}


def test_the_fringe_of_a_focus_beyond_the_field_is_no_focus_in_it(bench):
    grid = bench.place([]).grid
    lowest = grid.first_lps_mm[2] - grid.voxel_mm / 2
    under = np.array([*bench.edge[:2], lowest - 16.0])
    ball = ball_at(under, 4.0, 1e4, hot_spot_class="metastasis", fine_region="vertebra_T9", side="midline")
    placed = bench.place([ball])
    _, focus_map, (focus,) = focus_truth(placed, [ball], 12.0)
    assert focus.place == "outside"
    assert focus.contrast > 1.35, "it shines into the field"
    assert not focus.visible
    assert not focus_map.any()


def test_the_whole_chain_makes_a_patient_and_the_tomography_from_one_seed():
    clinic = CLINIC.changed({"spect.bed_mm": {"value": 110}, "spect.reconstruction": {"weights": {"AC": 1}}})
    found = simulate_spect(12, field="pelvis", clinic=clinic)
    assert found.voxels.shape == (22, 128, 128)
    assert found.voxels.dtype == np.uint16
    assert found.unit == "counts"
    assert found.voxels.max() > 1000
    assert found.field == "pelvis"
    assert [focus.number for focus in found.spect_foci] == list(range(1, len(found.spect_foci) + 1))
    assert "bladder" in {focus.kind for focus in found.spect_foci}
    assert found.true_bq_per_ml.shape == found.voxels.shape
    masks = unpack_skeleton(found.skeleton)
    assert masks[channel_index("femur", "left")].any()
    assert np.argwhere(masks[channel_index("femur", "left")])[:, 2].mean() > 64


def test_arrays_are_made_with_numpy_and_scipy_alone():
    code = (
        "import sys, model_training.simulator.spect_case as spect\n"
        "assert callable(spect.simulate_spect)\n"
        "print(sorted({name.split('.')[0] for name in sys.modules} & "
        "{'pydicom', 'SimpleITK', 'torch', 'vtk', 'matplotlib', 'yaml'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ)
    assert done.stdout.strip() == "[]"
