"""How the patient lies at one examination: limbs turned about their joints, head turned, tilt on the table."""

from __future__ import annotations

import numpy as np

from .clinic import Clinic
from .moving import ARM, LEG, SIGN, MovingSkeleton, rotation_about, rotation_about_axis
from .parts import Skeleton
from .patient import Patient


def pose_skeleton(built: Skeleton, patient: Patient, rng: np.random.Generator, clinic: Clinic) -> Skeleton:
    """Return the patient's skeleton as it lies at one examination: the same points in the same order, moved.

    Limbs turn rigidly about their joints (arms at the sides, abducted, with the hands on the belly or up beside the
    head; feet plantar flexed and turned outward), the head is turned and tilted with part of it in the neck, and the
    whole patient is tilted in the plane of the table and rolled about the long axis by a few degrees.

    Parameters
    ----------
    built : Skeleton
        Of ``build.build_skeleton``.
    patient : Patient
    rng : numpy.random.Generator
    clinic : Clinic
        Section "pose".
    """
    body = MovingSkeleton(built)
    slope = clinic.draw("pose.shoulders_raised_degrees", rng)
    arms = clinic.choose("pose.arms", rng)
    for side in SIGN:
        up = arms == "up"
        raised = slope + clinic.draw("pose.one_shoulder_raised_degrees", rng)
        _pose_shoulder_girdle(body, side, raised + (clinic.number("pose.girdle_of_raised_arm_degrees") if up else 0.0))
        _pose_arm(body, side, arms, patient, rng, clinic)
        _pose_leg(body, side, rng, clinic)
    _pose_head(body, rng, clinic)
    hips = 0.5 * (body.landmark("hip_left") + body.landmark("hip_right"))
    tilt = rotation_about_axis(1, clinic.draw("pose.tilt_degrees", rng))
    body.turn(tilt @ rotation_about_axis(2, clinic.draw("pose.roll_degrees", rng)), hips, np.arange(len(body.points)))
    return body.finished()


def _pose_shoulder_girdle(body: MovingSkeleton, side: str, elevation: float) -> None:
    """Raise or lower clavicle, scapula and arm about the sternoclavicular joint (degrees)."""
    sign = SIGN[side]
    clavicle = body.bone_points(f"clavicle_{side}")
    medial = np.argsort(sign * clavicle[:, 0])[: max(len(clavicle) // 20, 1)]
    centre, rotation = clavicle[medial].mean(0), rotation_about_axis(1, -sign * elevation)
    shoulder = body.row_of(f"shoulder_{side}")
    girdle = np.append(body.bone_rows(f"clavicle_{side}", f"scapula_{side}"), shoulder)
    before = body.points[shoulder].copy()
    body.turn(rotation, centre, girdle)
    # The arm itself keeps hanging as it did.
    body.points[body.limb(ARM, side)] += body.points[shoulder] - before


def _pose_arm(
    body: MovingSkeleton, side: str, arms: str, patient: Patient, rng: np.random.Generator, clinic: Clinic
) -> None:
    sign = SIGN[side]
    hand, forearm = body.rows(f"hand_{side}"), body.rows(f"forearm_{side}", f"hand_{side}")
    wrist = body.landmark(f"wrist_{side}").copy()
    body.turn(rotation_about_axis(1, -sign * clinic.draw("pose.wrist_aside_degrees", rng)), wrist, hand)
    body.turn(rotation_about_axis(0, clinic.draw("pose.wrist_bent_degrees", rng)), wrist, hand)
    axis = wrist - body.landmark(f"elbow_{side}")
    body.turn(rotation_about(axis, -sign * clinic.draw("pose.forearm_turn_degrees", rng)), wrist, hand)
    # A bent elbow brings the forearm toward the midline and in front of the body.
    elbow = clinic.draw(f"pose.elbow_{arms}_degrees", rng)
    inward = clinic.draw("pose.elbow_inward_share", rng)
    bend = rotation_about_axis(1, sign * elbow * inward) @ rotation_about_axis(0, elbow * (1.25 - inward))
    if arms == "up":  # the upper arm has turned, so that the forearm folds over the head
        bend = rotation_about_axis(1, -sign * elbow)
    body.turn(bend, body.landmark(f"elbow_{side}"), forearm)
    # A broad trunk pushes the arms aside.
    pushed = clinic.number("pose.abduction_per_body_mass_index") * max(patient.body_mass_index - 24, 0)
    if arms == "up":
        abduction = clinic.draw("pose.abduction_up_degrees", rng)
    else:
        abduction = clinic.draw(f"pose.abduction_{arms}_degrees", rng) + min(pushed, 17.0)
    lift = rotation_about_axis(1, -sign * abduction)
    lift = lift @ rotation_about_axis(0, clinic.draw("pose.arm_forward_degrees", rng))
    body.turn(lift, body.landmark(f"shoulder_{side}"), body.limb(ARM, side))


def _pose_leg(body: MovingSkeleton, side: str, rng: np.random.Generator, clinic: Clinic) -> None:
    sign = SIGN[side]
    leg, below_knee, foot = body.limb(LEG, side), body.rows(f"shank_{side}", f"foot_{side}"), body.rows(f"foot_{side}")
    ankle, hip = body.landmark(f"ankle_{side}").copy(), body.landmark(f"hip_{side}").copy()
    body.turn(rotation_about_axis(0, -clinic.draw("pose.plantar_flexion_degrees", rng)), ankle, foot)
    body.turn(rotation_about_axis(1, -sign * clinic.draw("pose.foot_aside_degrees", rng)), ankle, foot)
    knee_bend = abs(clinic.draw("pose.knee_bend_degrees", rng))
    body.turn(rotation_about_axis(0, -knee_bend), body.landmark(f"knee_{side}"), below_knee)
    axis = body.landmark(f"ankle_{side}") - hip
    body.turn(rotation_about(axis, sign * clinic.draw("pose.leg_turned_outward_degrees", rng)), hip, leg)
    body.turn(rotation_about_axis(1, -sign * clinic.draw("pose.leg_apart_degrees", rng)), hip, leg)
    body.turn(rotation_about_axis(0, knee_bend * 0.5), hip, leg)


def _pose_head(body: MovingSkeleton, rng: np.random.Generator, clinic: Clinic) -> None:
    """Turn the head: half of it about the base of the neck, which bends, half in the joints under the skull."""
    turned = clinic.draw(f"pose.head_{clinic.choose('pose.head', rng)}_degrees", rng)
    tilted, nodded = clinic.draw("pose.head_tilt_degrees", rng), clinic.draw("pose.head_nod_degrees", rng)
    half = (
        rotation_about_axis(2, 0.5 * turned)
        @ rotation_about_axis(1, 0.5 * tilted)
        @ rotation_about_axis(0, 0.5 * nodded)
    )
    base = body.bone_points("vertebra_C7").mean(0)
    atlas = body.bone_points("vertebra_C1").mean(0)
    neck = body.bone_rows(*(f"vertebra_C{n}" for n in range(1, 8)))
    bent = np.clip((body.points[neck, 2] - base[2]) / (atlas[2] - base[2]), 0.0, 1.0)[:, None]
    body.points[neck] += bent * ((body.points[neck] - base) @ (half - np.eye(3)).T)
    body.turn(half, base, body.rows("head"))
    top = base + half @ (atlas - base)
    body.turn(half, top, body.rows("head"))
