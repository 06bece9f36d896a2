"""Shapes of foci: within bone, as clouds beside it, along paths; each tied to the skeleton's points that carry it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from BoneMetSegLib.anatomy import FINE_REGIONS, fine_region

from .bone_parts import part_of
from .clinic import Clinic
from .foci import FocusSource, FocusSpec
from .parts import FINE_INDEX, Skeleton
from .patient import Patient

POINTS_PER_FOCUS = 2600
_DENSE_MM3 = 70_000.0  # product of half axes up to which these points, twice over, make an even cloud
SIGN = {"left": -1.0, "right": 1.0, "midline": 0.0}  # of +R
_FRAME_POINTS = 64
_FRAME_REACH_MM = 90.0

# Volume of a skeleton with marrow, ml, at 170 cm: about 10.5 kg at 1.3 g/ml (reference man, ICRP 70). The share of a
# bone in it is taken from its share of the surface, so volumes are rough.
_SKELETON_ML = 8000.0
# Reporting regions whose pieces are grown together: a lesion does not stop where the table cuts them.
_ONE_BONE = ("pelvis", "sternum", "skull")


class FocusMaker:
    """Builds foci on one skeleton.

    Parameters
    ----------
    skeleton : Skeleton
        In the pose in which foci are drawn: the neutral one.
    patient : Patient
    rng : numpy.random.Generator
    clinic : Clinic

    Attributes
    ----------
    size : float
        Of the patient against an adult of 170 cm, a factor on organs' lengths.
    ml_per_mass : float
        Bone with marrow, ml, of one unit of the skeleton's ``mass``.
    """

    def __init__(self, skeleton: Skeleton, patient: Patient, rng: np.random.Generator, clinic: Clinic) -> None:
        self.skeleton, self.patient, self.rng, self.clinic = skeleton, patient, rng, clinic
        lost = float(np.sum(getattr(skeleton, "lost_mass", 0.0)))  # of those who are amputated or have a prosthesis
        self.ml_per_mass = _SKELETON_ML * (patient.height_cm / 170.0) ** 2 / (float(skeleton.mass.sum()) + lost)
        # Organs are given for an adult of 170 cm; children's are smaller as they are.
        self.size = float(np.clip(patient.height_cm / 170.0, 0.4, 1.2))
        self._order = np.argsort(skeleton.fine, kind="stable")
        self._first = np.searchsorted(skeleton.fine[self._order], np.arange(len(FINE_REGIONS) + 1))

    def indices(self, *fine_names: str) -> np.ndarray:
        """Return the indices of the points of fine regions; those of bone that is not there (no mass) are left out."""
        places = [FINE_INDEX[name] for name in fine_names]
        found = [self._order[self._first[place] : self._first[place + 1]] for place in places]
        own = np.concatenate(found) if found else np.zeros(0, np.int64)
        return own[self.skeleton.mass[own] > 0]

    def points(self, *fine_names: str) -> np.ndarray:
        """Return the ``(n, 3)`` points in mm of fine regions."""
        return self.skeleton.points_mm[self.indices(*fine_names)]

    def has(self, *fine_names: str) -> bool:
        """Say whether all these bones are there."""
        return all(len(self.indices(name)) > 0 for name in fine_names)

    def landmark(self, name: str) -> np.ndarray:
        """Return a landmark, ``(3,)`` in mm."""
        return np.asarray(self.skeleton.landmarks[name], float)

    def seed(self) -> int:
        """Return a seed for the sampling of a focus's points."""
        return int(self.rng.integers(2**31))

    # ---- in bone ----------------------------------------------------------------------------------------------------

    def toward_marrow(self, fine_name: str, radius_mm: float) -> np.ndarray:
        """Return a random place in a bone: from its surface toward what of the bone lies around."""
        points = self.points(fine_name)
        start = points[self.rng.integers(len(points))]
        near = points[((points - start) ** 2).sum(1) < (1.2 * radius_mm) ** 2]
        return np.asarray(0.4 * start + 0.6 * near.mean(0))

    def blobs(self, centre_mm: np.ndarray, half_axes_mm: np.ndarray, lobes: int = 1) -> np.ndarray:
        """Return ``(lobes, 7)`` blobs: the main one, and smaller ones on its flanks."""
        half_axes_mm = np.asarray(half_axes_mm, float)
        found = [np.concatenate([np.asarray(centre_mm, float), half_axes_mm, [1.0]])]
        for _ in range(lobes - 1):
            shifted = centre_mm + self.rng.normal(0, 0.75, 3) * half_axes_mm
            found.append(
                np.concatenate([shifted, half_axes_mm * self.rng.uniform(0.45, 0.9, 3), [self.rng.uniform(0.55, 1.25)]])
            )
        return np.array(found)

    def in_bone(
        self,
        spec: FocusSpec,
        kind: str,
        hot_spot_class: str,
        *,
        looks_like_metastasis: bool = False,
        named: str = "",
        side: str = "",
        expansion: float = 0.0,
    ) -> FocusSource | None:
        """Return a focus of the bones' own points inside a spec's outline (None where the bones are not there).

        Parameters
        ----------
        named : str
            Fine region to name it by; the spec's first bone if empty.
        side : str
            Side to note; that of the region if empty.
        expansion : float
            Share by which the bone is blown up about its middle line (Paget).
        """
        own = self.indices(*spec.bones)
        if len(own) == 0 or not self.has(spec.bones[0]):
            return None
        rng = np.random.default_rng(spec.seed)
        reach = float((np.abs(spec.blobs[:, :3] - spec.blobs[0, :3]) + 1.6 * spec.blobs[:, 3:6]).max())
        near = np.abs(self.skeleton.points_mm[own] - spec.blobs[0, :3].astype(np.float32)).max(1) < reach
        bone, own = own, own[near] if near.any() else own
        points = self.skeleton.points_mm[own].astype(np.float64)
        distance, strength = _distance(points, spec.blobs)
        weight = np.exp(-(distance**4)) * (distance < 1.6)
        if not (weight > 0.02).any():
            weight[distance.argmin()] = 1.0
        inside = np.flatnonzero(weight > 0.02)
        own, points, distance = own[inside], points[inside], distance[inside]
        weight, strength = weight[inside], strength[inside]
        density = self.skeleton.mass[own] * weight * strength
        core = np.exp(-((distance / max(spec.hollow, 1e-6)) ** 4)) if spec.hollow else np.zeros(len(own))
        density = density * (1 - core) + 1e-12
        count = POINTS_PER_FOCUS
        chosen = rng.choice(len(own), count, p=density / density.sum())
        carrier = own[chosen]
        spread = min(0.12 * spec.radius_mm, 3.0) + 0.8
        offset = rng.normal(0, spread, (count, 3))
        if spec.layer == "marrow":
            offset += (_axis_of(points)[chosen] - points[chosen]) * (1 - np.sqrt(rng.random((count, 1))))
        elif spec.layer == "periosteal":
            out = points[chosen] - _axis_of(points)[chosen]
            offset += out / np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1.0) * rng.uniform(0, 4, (count, 1))
        if expansion:
            offset += (points[chosen] - _axis_of(points)[chosen]) * expansion * rng.random((count, 1))
        name = named or spec.bones[0]
        involved = float((self.skeleton.mass[own] * weight).sum())
        part, part_side = self._part(name, np.average(points, axis=0, weights=density), own, weight)
        cold = spec.strength < 0
        # A small focus has too few points to tell how they turned; the bone around it turns with it.
        frame = self._frame(own if len(own) >= _FRAME_POINTS else bone, spec.blobs[0, :3], rng)
        return FocusSource(
            hot_spot_class=hot_spot_class,
            fine_region=name,
            kind=kind,
            side=side or fine_region(name).side,
            volume_ml=round(involved * self.ml_per_mass, 2),
            looks_like_metastasis=looks_like_metastasis,
            points_mm=(self.skeleton.points_mm[carrier] + offset).astype(np.float32),
            activity=np.full(count, 1.0 / count),
            peak_ratio=float(spec.strength),
            bone_points=own,
            involvement=weight.astype(np.float32),
            photopenia=(-spec.strength * weight if cold else 0.85 * core).astype(np.float32)
            if cold or spec.hollow
            else np.zeros(0, np.float32),
            carrier=carrier.astype(np.int64),
            offset_mm=offset.astype(np.float32),
            frame=frame,
            frame_mm=self.skeleton.points_mm[frame].copy(),
            part=part,
            part_side=part_side,
            spec=spec,
        )

    def _part(self, name: str, centre: np.ndarray, own: np.ndarray, weight: np.ndarray) -> tuple[str, str]:
        if fine_region(name).is_joint:
            return "", ""
        bone, mass = self.indices(name), self.skeleton.mass
        in_it = self.skeleton.fine[own] == FINE_INDEX[name]
        share = float((mass[own] * weight)[in_it].sum() / max(float(mass[bone].sum()), 1e-12))
        return part_of(name, self.skeleton.points_mm[bone], centre, share)

    def _frame(self, carriers: np.ndarray, centre_mm: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return indices of points of the carrying bones near a place, whose turning turns the focus."""
        distance = np.abs(self.skeleton.points_mm[carriers] - np.asarray(centre_mm, np.float32)).max(1)
        near = carriers[distance < _FRAME_REACH_MM]
        near = near if len(near) >= _FRAME_POINTS else carriers
        return np.asarray(near[rng.integers(len(near), size=_FRAME_POINTS)].astype(np.int64))

    # ---- beside bone ------------------------------------------------------------------------------------------------

    def cloud(
        self,
        name: str,
        kind: str,
        hot_spot_class: str,
        side: str,
        centre_mm,
        half_axes_mm,
        ratio: float,
        anchors: Sequence[str],
        **more: Any,
    ) -> FocusSource | None:
        """Return an ellipsoidal focus that moves with the nearest of the anchor bones (None if none is there).

        Parameters
        ----------
        rim : float
            Share (0-1) of the half axes that is empty in the middle.
        lobes : int
            Further, smaller ellipsoids on its flanks make it irregular.
        tilt_degrees : float
            Turn about the A axis; positive brings its top toward the patient's left.
        part, part_side : str
            As in ``Focus``.
        """
        rim, lobes, tilt_degrees = more.get("rim", 0.0), more.get("lobes", 1), more.get("tilt_degrees", 0.0)
        own = self.indices(*anchors)
        if len(own) == 0:
            return None
        centre = np.asarray(centre_mm, float)
        blobs = self.blobs(centre, np.asarray(half_axes_mm, float), lobes)
        volume = np.prod(blobs[:, 3:6], axis=1)
        # So dense that a wide cloud is no speckle.
        count = int(2 * POINTS_PER_FOCUS * np.clip(volume.sum() / _DENSE_MM3, 1.0, 8.0))
        which = self.rng.choice(len(blobs), count, p=volume * blobs[:, 6] / (volume * blobs[:, 6]).sum())
        direction = self.rng.standard_normal((count, 3))
        direction /= np.linalg.norm(direction, axis=1, keepdims=True)
        reach = (rim**3 + (1 - rim**3) * self.rng.random(count)) ** (1 / 3)
        points = blobs[which, :3] + direction * reach[:, None] * blobs[which, 3:6]
        points = (points - centre) @ _about_anterior(tilt_degrees).T + centre
        anchor = own[((self.skeleton.points_mm[own] - centre) ** 2).sum(1).argmin()]
        # One bone of the anchors carries it, so that it stays in one piece.
        bone = own[self.skeleton.segment[own] == self.skeleton.segment[anchor]]
        frame = self._frame(bone, centre, self.rng)
        return FocusSource(
            hot_spot_class=hot_spot_class,
            fine_region=name,
            kind=kind,
            side=side,
            volume_ml=round(float(4 / 3 * np.pi * volume[0] * (1 - rim**3) / 1000.0), 2),
            looks_like_metastasis=False,
            points_mm=points.astype(np.float32),
            activity=np.full(count, 1.0 / count),
            peak_ratio=float(ratio),
            carrier=np.full(count, anchor, np.int64),
            offset_mm=(points - self.skeleton.points_mm[anchor]).astype(np.float32),
            frame=frame,
            frame_mm=self.skeleton.points_mm[frame].copy(),
            part=more.get("part", ""),
            part_side=more.get("part_side", ""),
        )

    def path(
        self,
        name: str,
        kind: str,
        side: str,
        path_mm,
        radius_mm: float,
        ratio: float,
        anchors: Sequence[str],
        **more: Any,
    ) -> FocusSource | None:
        """Return physiological uptake along a smooth curve (a vein, a ureter), each piece moving with the nearest bone.

        Parameters
        ----------
        path_mm : array_like
            ``(K, 3)`` points the curve passes through.
        gaps : float
            0 for even uptake; above, how much it comes and goes along the curve.
        """
        from scipy.spatial import cKDTree

        own = self.indices(*anchors)
        if len(own) == 0:
            return None
        path, count = np.asarray(path_mm, float), POINTS_PER_FOCUS
        knots = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))])
        at = (np.arange(count) + 0.5) / count * knots[-1]
        points = _curve(knots, path, at) + self.rng.normal(0, 0.6 * radius_mm, (count, 3))
        gaps = float(more.get("gaps", 0.0))
        pieces = max(int(knots[-1] / 18.0), 3)
        waves = np.interp(at, np.linspace(0, knots[-1], pieces), self.rng.normal(0, 1, pieces))
        activity = np.exp(gaps * waves)
        few = own[:: max(len(own) // 4000, 1)]
        carrier = few[cKDTree(self.skeleton.points_mm[few]).query(points)[1]]
        used = np.unique(self.skeleton.segment[carrier])
        frame = np.concatenate(
            [self._frame(few[self.skeleton.segment[few] == one], path.mean(0), self.rng) for one in used]
        )
        return FocusSource(
            hot_spot_class="physiological",
            fine_region=name,
            kind=kind,
            side=side,
            volume_ml=round(float(np.pi * radius_mm**2 * knots[-1] / 1000.0), 2),
            looks_like_metastasis=False,
            points_mm=points.astype(np.float32),
            activity=activity / activity.sum(),
            peak_ratio=float(ratio),
            carrier=carrier.astype(np.int64),
            offset_mm=(points - self.skeleton.points_mm[carrier]).astype(np.float32),
            frame=frame,
            frame_mm=self.skeleton.points_mm[frame].copy(),
        )


def pieces_of_the_same_bone(fine_name: str) -> tuple[str, ...]:
    """Return the fine regions of one bone, the given one first: a lesion does not stop at the table's cuts."""
    fine = fine_region(fine_name)
    if fine.level:
        return (fine_name,)
    stem = fine_name.split("_", maxsplit=1)[0]
    others = [
        other.name
        for other in FINE_REGIONS
        if other.channel == fine.channel
        and not other.is_joint
        and other.name != fine_name
        and (fine.region in _ONE_BONE or f"{other.name}_".startswith(f"{stem}_"))
    ]
    return (fine_name, *others)


def _distance(points: np.ndarray, blobs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the distance of points from the nearest blob, in its half axes, and that blob's strength."""
    own = np.stack([np.sqrt((((points - blob[:3]) / blob[3:6]) ** 2).sum(1)) for blob in blobs])
    nearest = own.argmin(0)
    return own.min(0), blobs[nearest, 6]


def _axis_of(points: np.ndarray) -> np.ndarray:
    """Return for each point the middle of the bone at its place along the bone's longest direction."""
    middle = points.mean(0)
    direction = np.linalg.svd(points[:: max(len(points) // 500, 1)] - middle, full_matrices=False)[2][0]
    along = (points - middle) @ direction
    slab = ((along - along.min()) / 8.0).astype(int)
    number = np.maximum(np.bincount(slab), 1)
    centre = np.stack([np.bincount(slab, points[:, axis]) / number for axis in range(3)], axis=1)
    return np.asarray(centre[slab])


def _about_anterior(degrees: float) -> np.ndarray:
    cosine, sine = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.array([[cosine, 0.0, -sine], [0.0, 1.0, 0.0], [sine, 0.0, cosine]])


def _curve(knots: np.ndarray, path: np.ndarray, at: np.ndarray) -> np.ndarray:
    if len(path) == 2:
        return np.asarray(path[0] + (at / knots[-1])[:, None] * (path[1] - path[0]))
    from scipy.interpolate import PchipInterpolator

    return np.asarray(PchipInterpolator(knots, path)(at))
