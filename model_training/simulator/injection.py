"""What is left of the injection: extravasation at the vein, the vein's wall above it, a node in the axilla."""

from __future__ import annotations

import numpy as np

from .foci import FocusSource
from .focus_shapes import SIGN, FocusMaker


def draw_injection(maker: FocusMaker) -> list[FocusSource | None]:
    """Draw the uptake at and above the injection site (none at most examinations)."""
    rng, clinic = maker.rng, maker.clinic
    side = str(rng.choice(["left", "right"]))
    arm = (f"humerus_shaft_{side}", f"humerus_distal_{side}", f"radius_{side}", f"hand_{side}")
    if not clinic.chance("physiological.injection_site", rng) or not maker.has(*arm):
        return []
    place = clinic.choose("physiological.injection_place", rng)
    wrist, elbow = maker.landmark(f"wrist_{side}"), maker.landmark(f"elbow_{side}")
    tip, shoulder = maker.landmark(f"fingertip_{side}"), maker.landmark(f"shoulder_{side}")
    centre = {
        "hand": wrist + 0.35 * (tip - wrist),
        "wrist": wrist + np.array([0.0, 0.0, 8.0]),
        "forearm": 0.35 * elbow + 0.65 * wrist,
        "elbow": elbow,
    }[place] + np.array([0.0, 14.0, 0.0])
    centre = centre + rng.normal(0, 6, 3)
    anchors = {
        "hand": (arm[3],),
        "wrist": (arm[2],),
        "forearm": (arm[2],),
        "elbow": (arm[1],),
    }[place]
    ratio = clinic.draw("physiological.injection_ratio", rng)
    half_axes = rng.uniform([4, 4, 4], [13, 9, 20])
    found = [
        maker.cloud(
            "injection_site", "injection site", "physiological", side, centre, half_axes, ratio, anchors,
            lobes=int(rng.integers(1, 4)), tilt_degrees=rng.normal(0, 15),
        )
    ]  # fmt: skip
    if clinic.chance("physiological.arm_vein", rng):
        found.append(_vein(maker, side, place, centre, (elbow, shoulder), arm))
    if clinic.chance("physiological.axillary_node", rng):
        node = shoulder + np.array([-SIGN[side] * rng.uniform(22, 40), 0.0, -rng.uniform(50, 75)])
        own, size = float(rng.lognormal(np.log(0.9), 0.5)), rng.uniform(5, 9, 3)
        anchor = (f"scapula_{side}",)
        found.append(maker.cloud("soft_tissue", "axillary node", "physiological", side, node, size, own, anchor))
    return found


def _vein(maker: FocusMaker, side: str, place: str, start, joints, arm) -> FocusSource | None:
    """Return the basilic vein from the injection to the upper arm, or as far as it shows."""
    elbow, shoulder = joints
    inner = np.array([-SIGN[side], 0.0, 0.0])
    way = [start]
    if place != "elbow":
        way += [0.5 * (start + elbow) + inner * 12 + [0, 10, 0], elbow + inner * 18 + [0, 12, 0]]
    way.append(0.5 * (elbow + shoulder) + inner * 22)
    if maker.rng.random() < 0.6:
        way.append(0.15 * elbow + 0.85 * shoulder + inner * 22 + [0, 0, -20])
    ratio = float(maker.rng.lognormal(np.log(0.6), 0.4))
    return maker.path("soft_tissue", "arm vein", side, way, 2.5, ratio, arm, gaps=0.6)
