"""Bones from the surface meshes of the PyPI package ``myo-sim``, sampled once into a local cache.

The package's wheel declares Apache-2.0. Nothing derived from its meshes is shipped: the cache lives in the checkout's
ignored ``data`` folder (or where the caller says) and is made on the machine that simulates. Without the packages the
analytic skeleton takes over.
"""

from __future__ import annotations

import os
import warnings
from functools import lru_cache
from pathlib import Path

import numpy as np

from BoneMetSegLib.errors import InputError

from .parts import FINE_INDEX, Part, Skeleton, assemble, segment_of

CACHE_PATH = Path(__file__).resolve().parents[2] / "data" / "skeleton_meshes_v3.npz"
_MODEL = "myofullbody"
_POINTS_PER_MM2 = 0.25
_POINTS_PER_MM3 = 0.02
_VOXEL_MM = 1.5
# The skull's mesh is one closed surface about brain and sinuses: its bone is a shell of about this thickness.
_SKULL_THICKNESS_MM = 6.0
# The model's world: x = patient left, y = patient posterior, z = up, in metres; these are its midline and mid-depth.
_MIDLINE_X_M, _MID_DEPTH_Y_M = -0.025, 0.2
# In the extended knee of the neutral pose the model leaves the patella inside the condyles.
_PATELLA_SHIFT_MM = np.array([0.0, 38.0, 4.0])
_HAND_BONES = (
    *"lunate scaphoid pisiform triquetrum capitate trapezium trapezoid hamate".split(),
    *"mc thumb proxph midph distph".split(),
)


def mesh_skeleton(cache_path: Path | None = None) -> Skeleton | None:
    """Return the skeleton of the mesh model in its neutral pose, or None where neither cache nor packages exist.

    Parameters
    ----------
    cache_path : Path, optional
        Where the sampled points are kept; ``data/skeleton_meshes_v3.npz`` of the checkout by default.

    Raises
    ------
    InputError
        The cache file cannot be read.
    """
    return _load_or_make(CACHE_PATH if cache_path is None else Path(cache_path))


@lru_cache(maxsize=2)
def _load_or_make(cache_path: Path) -> Skeleton | None:
    if cache_path.exists():
        return _read(cache_path)
    try:
        skeleton = extract_skeleton()
    except ImportError:
        return None
    _write(cache_path, skeleton)
    return skeleton


def extract_skeleton() -> Skeleton:
    """Sample the meshes of the model (ImportError without ``mujoco`` and ``myo-sim``)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import mujoco
        import myo_sim

        model = myo_sim.load_model(_MODEL)
    data = mujoco.MjData(model)
    mujoco.mj_forward(model, data)
    rng = np.random.default_rng(20260101)
    joints = _joint_centres(mujoco, model, data)
    parts = []
    for name, vertices, faces in _placed_meshes(mujoco, model, data):
        parts += _parts_of_mesh(name, vertices, faces, joints, rng)
    return assemble(parts, _landmarks(joints, parts), "mesh")


def _placed_meshes(mujoco, model, data):
    for geom in range(model.ngeom):
        if model.geom_type[geom] != mujoco.mjtGeom.mjGEOM_MESH:
            continue
        mesh = model.geom_dataid[geom]
        first, count = model.mesh_vertadr[mesh], model.mesh_vertnum[mesh]
        vertices = model.mesh_vert[first : first + count] @ data.geom_xmat[geom].reshape(3, 3).T + data.geom_xpos[geom]
        first, count = model.mesh_faceadr[mesh], model.mesh_facenum[mesh]
        name = mujoco.mj_id2name(model, mujoco.mjtObj.mjOBJ_MESH, mesh)
        yield name, _to_ras_mm(vertices), model.mesh_face[first : first + count]


def _to_ras_mm(points_m: np.ndarray) -> np.ndarray:
    points_m = np.atleast_2d(points_m)
    right = -(points_m[:, 0] - _MIDLINE_X_M)
    anterior = -(points_m[:, 1] - _MID_DEPTH_Y_M)
    return np.stack([right, anterior, points_m[:, 2]], axis=1) * 1000.0


def _joint_centres(mujoco, model, data) -> dict[str, np.ndarray]:
    wanted = {"shoulder_elv": "shoulder", "elbow_flexion": "elbow", "flexion": "wrist"}
    wanted |= {"hip_flexion": "hip", "knee_angle": "knee", "ankle_angle": "ankle"}
    centres = {}
    for joint in range(model.njnt):
        name = mujoco.mj_id2name(model, mujoco.mjtObj.mjOBJ_JOINT, joint)
        stem, _, side = name.rpartition("_")
        if stem in wanted and side in ("l", "r"):
            centres[f"{wanted[stem]}_{'left' if side == 'l' else 'right'}"] = _to_ras_mm(data.xanchor[joint])[0]
    return centres


def _sample(vertices: np.ndarray, faces: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return points spread evenly over the surface and the area in mm2 that each stands for."""
    corner = vertices[faces]
    edges_a, edges_b = corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0]
    area = 0.5 * np.linalg.norm(np.cross(edges_a, edges_b), axis=1)
    count = max(120, int(area.sum() * _POINTS_PER_MM2))
    cumulative = np.cumsum(area)
    at = (np.arange(count) + rng.random(count)) / count * cumulative[-1]
    face = np.minimum(np.searchsorted(cumulative, at), len(area) - 1)
    u, v = rng.random((2, count))
    flip = u + v > 1
    u[flip], v[flip] = 1 - u[flip], 1 - v[flip]
    points = corner[face, 0] + u[:, None] * edges_a[face] + v[:, None] * edges_b[face]
    return points, np.full(count, area.sum() / count)


def _solid(vertices: np.ndarray, faces: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return points on and inside a closed surface and the ml that each stands for.

    The surface is drawn into voxels and filled, which asks nothing of its orientation and forgives holes.
    """
    surface, _ = _sample(vertices, faces, rng)
    dense = _dense_sample(vertices, faces, rng)
    origin = dense.min(0) - 3 * _VOXEL_MM
    cell = ((dense - origin) / _VOXEL_MM).astype(int)
    shell = np.zeros(cell.max(0) + 4, bool)
    shell[tuple(cell.T)] = True
    filled = _filled(shell)
    voxel_ml = _VOXEL_MM**3 / 1000.0
    inside = np.argwhere(filled & ~shell)
    # Of a voxel that the surface crosses, about half is bone.
    mass = np.full(len(surface), 0.5 * shell.sum() * voxel_ml / len(surface))
    if len(inside) == 0:
        return surface, mass
    count = max(60, int(len(inside) * _VOXEL_MM**3 * _POINTS_PER_MM3))
    chosen = inside[rng.integers(len(inside), size=count)]
    inner = origin + (chosen + rng.random((count, 3))) * _VOXEL_MM
    return np.concatenate([surface, inner]), np.append(mass, np.full(count, len(inside) * voxel_ml / count))


def _filled(shell: np.ndarray) -> np.ndarray:
    """Return a shell with its inside: what is enclosed in slices across at least two of the three axes."""
    from scipy.ndimage import binary_closing, binary_fill_holes

    votes = np.zeros(shell.shape, np.int8)
    for axis in range(3):
        slices = np.moveaxis(binary_closing(shell, iterations=1) | shell, axis, 0)
        filled = np.stack([binary_fill_holes(each) for each in slices])
        votes += np.moveaxis(filled, 0, axis)
    return shell | (votes >= 2)


def _dense_sample(vertices: np.ndarray, faces: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    repeats = max(int(np.ceil(3.0 / _POINTS_PER_MM2)), 1)
    return np.concatenate([_sample(vertices, faces, rng)[0] for _ in range(repeats)])


def _parts_of_mesh(name, vertices, faces, joints, rng) -> list[Part]:
    if name.endswith("ribcage_s"):
        return _parts_of_rib_cage(vertices, faces, rng)
    if name == "hat_cervical":
        return _parts_of_neck(vertices, faces, rng)
    if name == "hat_skull":
        points, area = _sample(vertices, faces, rng)
        inward = (points.mean(0) - points) / np.linalg.norm(points.mean(0) - points, axis=1, keepdims=True)
        points = points + inward * rng.uniform(0, _SKULL_THICKNESS_MM, (len(points), 1))
        return _split(points, area * _SKULL_THICKNESS_MM / 1000.0, _skull_names(points))
    bones = _connected_components(vertices, faces)
    sampled = [_solid(vertices, bone, rng) for bone in bones]
    points, mass = np.concatenate([p for p, _ in sampled]), np.concatenate([m for _, m in sampled])
    if name.endswith("_patella"):
        points = points + _PATELLA_SHIFT_MM
    return _split(points, mass, _names_of(name, points, joints))


def _parts_of_neck(vertices: np.ndarray, faces: np.ndarray, rng: np.random.Generator) -> list[Part]:
    # The mesh joins vertebrae and discs; discs are flat plates without an arch: the seven deepest are vertebrae.
    bones = sorted(_connected_components(vertices, faces), key=lambda bone: -np.ptp(vertices[np.unique(bone), 1]))[:7]
    bones.sort(key=lambda bone: -vertices[np.unique(bone), 2].mean())
    parts = []
    for number, bone in enumerate(bones, start=1):
        points, mass = _solid(vertices, bone, rng)
        parts.append(Part(f"vertebra_C{number}", points, mass, "trunk"))
    return parts


def _split(points: np.ndarray, mass: np.ndarray, names: np.ndarray) -> list[Part]:
    return [
        Part(str(fine), points[names == fine], mass[names == fine], segment_of(str(fine)))
        for fine in np.unique(names)
        if fine in FINE_INDEX
    ]


def _names_of(name: str, points: np.ndarray, joints: dict[str, np.ndarray]) -> np.ndarray:
    """Return the fine region of every point of a mesh (empty where it belongs to none)."""
    if "_geom_" in name:
        name = name.rsplit("_", 1)[-1] if not name.endswith("_s") else name.split("_")[-2]
    whole = {"sacrum": "sacrum", "hat_jaw": "mandible"}
    whole |= {f"lumbar{n}": f"vertebra_L{n}" for n in range(1, 6)}
    whole |= {f"thoracic{n}": f"vertebra_T{n}" for n in range(1, 13)}
    if name in whole:
        return np.full(len(points), whole[name], object)
    return _limb_names(name, points, joints)


def _limb_names(name: str, points: np.ndarray, joints: dict[str, np.ndarray]) -> np.ndarray:
    side = "left" if name.endswith("_l") or name.startswith("l_") else "right"
    bone = name[:-2] if name.endswith(("_l", "_r")) else name[2:]
    if bone == "pelvis":
        return _pelvis_names(points, side, joints[f"hip_{side}"])
    if bone in ("humerus", "femur", "tibia"):
        return _thirds(points, bone, side)
    if bone in ("talus", "foot", "bofoot"):
        bone = "foot"
    elif any(part in bone for part in _HAND_BONES):
        bone = "hand"
    return np.full(len(points), f"{bone}_{side}", object)


def _skull_names(points: np.ndarray) -> np.ndarray:
    low, high = points[:, 2].min(), points[:, 2].max()
    back, front = points[:, 1].min(), points[:, 1].max()
    height, depth = (points[:, 2] - low) / (high - low), (points[:, 1] - back) / (front - back)
    # The plane from the brow to the external occipital protuberance parts the vault from base and face.
    is_vault = height > 0.30 + 0.26 * depth
    is_face = depth > 0.55
    return np.where(is_vault, "skull_vault", np.where(is_face, "facial_bones", "skull_base")).astype(object)


def _pelvis_names(points: np.ndarray, side: str, hip: np.ndarray) -> np.ndarray:
    near = np.linalg.norm(points - hip, axis=1) < 36
    above = points[:, 2] > hip[2] + 8
    front = points[:, 1] > hip[1] + 2
    names = np.where(near, "acetabulum", np.where(above, "ilium", np.where(front, "pubis", "ischium")))
    return np.array([f"{name}_{side}" for name in names], object)


def _thirds(points: np.ndarray, bone: str, side: str) -> np.ndarray:
    low, high = points[:, 2].min(), points[:, 2].max()
    height = (points[:, 2] - low) / (high - low)
    names = np.where(height > 0.74, "proximal", np.where(height > 0.2, "shaft", "distal"))
    return np.array([f"{bone}_{name}_{side}" for name in names], object)


def _parts_of_rib_cage(vertices: np.ndarray, faces: np.ndarray, rng: np.random.Generator) -> list[Part]:
    components = _connected_components(vertices, faces)
    ribs: dict[str, list[tuple[float, np.ndarray]]] = {"left": [], "right": []}
    parts = []
    for component in components:
        own = vertices[np.unique(component)]
        right, anterior, superior = own.min(0), own.max(0), own.mean(0)
        if len(own) > 4000 or (own[:, 1].min() > -10 and len(own) < 60):
            continue  # emblems engraved on the model, not bone
        if right[0] < -60 and anterior[0] > 60:
            parts += _sternum_parts(*_solid(vertices, component, rng))
            continue
        back = own[own[:, 1] < own[:, 1].min() + 25]
        ribs["right" if superior[0] > 0 else "left"].append((float(back[:, 2].mean()), component))
    for side, found in ribs.items():
        found.sort(key=lambda item: -item[0])
        for number, (_, component) in enumerate(found[:12], start=1):
            points, mass = _solid(vertices, component, rng)
            parts.append(Part(f"rib_{number}_{side}", points, mass, "trunk"))
    return parts


def _connected_components(vertices: np.ndarray, faces: np.ndarray) -> list[np.ndarray]:
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    _, merged = np.unique(np.round(vertices, 2), axis=0, return_inverse=True)
    merged_faces = merged.ravel()[faces]
    pairs = np.concatenate([merged_faces[:, :2], merged_faces[:, 1:]])
    count = int(merged.max()) + 1
    graph = coo_matrix((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(count, count))
    number, label = connected_components(graph, directed=False)
    face_label = label[merged_faces[:, 0]]
    return [faces[face_label == index] for index in range(number)]


def _sternum_parts(points: np.ndarray, mass: np.ndarray) -> list[Part]:
    # The component joins the sternum with the costal cartilages; only the middle is bone.
    top = points[:, 2].max()
    middle = np.abs(points[:, 0]) < np.where(points[:, 2] > top - 45, 30, 21)
    bone = middle & (points[:, 2] > top - 185)
    names = np.where(points[:, 2] > top - 50, "manubrium", "sternal_body").astype(object)
    names[~bone] = ""
    return _split(points, mass, names)


def _landmarks(joints: dict[str, np.ndarray], parts: list[Part]) -> dict[str, np.ndarray]:
    landmarks = dict(joints)
    for side in ("left", "right"):
        hand = np.concatenate([part.points_mm for part in parts if part.fine_region == f"hand_{side}"])
        foot = np.concatenate([part.points_mm for part in parts if part.fine_region == f"foot_{side}"])
        landmarks[f"fingertip_{side}"] = hand[np.argsort(hand[:, 2])[: len(hand) // 100]].mean(0)
        landmarks[f"toe_{side}"] = foot[np.argsort(-foot[:, 1])[: len(foot) // 50]].mean(0)
    cervical = np.concatenate([part.points_mm for part in parts if part.fine_region == "vertebra_C7"])
    landmarks["neck"] = cervical.mean(0)
    return landmarks


def _write(path: Path, skeleton: Skeleton) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    names = sorted(skeleton.landmarks)
    # A name of its own: several processes may find the cache missing at once.
    temporary = path.with_name(f".{path.stem}.{os.getpid()}.npz")
    np.savez_compressed(
        temporary,
        points=skeleton.points_mm,
        fine=skeleton.fine,
        mass=skeleton.mass,
        segment=skeleton.segment,
        landmark_names=np.array(names),
        landmarks=np.array([skeleton.landmarks[name] for name in names]),
    )
    temporary.replace(path)


def _read(path: Path) -> Skeleton:
    try:
        with np.load(path) as stored:
            landmarks = dict(zip(stored["landmark_names"].tolist(), stored["landmarks"], strict=True))
            return Skeleton(
                stored["points"], stored["fine"], stored["mass"], stored["segment"], landmarks, source="mesh"
            )
    except (OSError, KeyError, ValueError) as error:
        sentence = f"the cache of skeleton meshes {path} cannot be read; delete it to have it made anew"
        raise InputError(sentence) from error
