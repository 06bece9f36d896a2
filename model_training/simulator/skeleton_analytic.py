"""A whole parametric skeleton from tubes, ellipsoids, blocks and ruled surfaces: needs nothing but numpy.

Sizes are those of a standing adult of about 175 cm, in mm, R / A / S, before posing; what a bone's name does not say is
in its numbers. Each call varies the bones a little.
"""

from __future__ import annotations

import numpy as np

from .parts import Part, Skeleton, assemble, segment_of

_POINTS_PER_MM2 = 0.3
_SIDES = {"left": -1.0, "right": 1.0}

LANDMARKS_RIGHT: dict[str, tuple[float, float, float]] = {
    "shoulder": (170, 0, 1474),
    "elbow": (158, 6, 1184),
    "wrist": (203, 24, 930),
    "fingertip": (222, 35, 762),
    "hip": (77, 44, 921),
    "knee": (76, 44, 517),
    "ankle": (76, 34, 117),
    "toe": (76, 230, 70),
}


class _Builder:
    """Collects sampled shapes under the names of their fine regions."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self.parts: list[Part] = []

    def add(self, name: str, points: np.ndarray, volume_mm3: float, weight: np.ndarray | None = None) -> None:
        share = np.full(len(points), 1.0 / len(points)) if weight is None else weight / weight.sum()
        mass = (share * volume_mm3 / 1000.0).astype(np.float32)
        self.parts.append(Part(name, points.astype(np.float32), mass, segment_of(name)))

    def tube(self, name: str, path, radius, flat: float = 1.0, ends: bool = True) -> None:
        """Add a tube along a smooth curve through ``path``; ``radius`` is one number or one per path point."""
        path = np.asarray(path, float)
        knots = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))])
        radii = np.broadcast_to(np.asarray(radius, float), len(path))
        area = 2 * np.pi * float(np.mean(radii)) * knots[-1]
        count = max(120, int(area * _POINTS_PER_MM2))
        at = (np.arange(count) + self.rng.random(count)) / count * knots[-1]
        centre, direction = _smooth(path, knots, at)
        first = np.cross(direction, [0.0, 1.0, 0.02])
        first /= np.linalg.norm(first, axis=1, keepdims=True)
        second = np.cross(direction, first)
        angle = self.rng.uniform(0, 2 * np.pi, count)
        depth = np.where(self.rng.random(count) < 0.6, 1.0, np.sqrt(self.rng.random(count)))
        local = np.interp(at, knots, radii)
        reach = local * depth
        if ends:  # rounded, so that bones do not end in a cut
            rim = np.minimum(at, knots[-1] - at) / np.maximum(local, 1e-6)
            reach = reach * np.sqrt(np.clip(rim, 0.04, 1.0))
        points = centre + reach[:, None] * (np.cos(angle)[:, None] * first * flat + np.sin(angle)[:, None] * second)
        # Where it is thin a point stands for less.
        self.add(name, points, np.pi * flat * float(np.mean(local**2)) * knots[-1], local**2)

    def ellipsoid(self, name: str, centre, radii, keep=None, solid: float = 0.3, thickness: float = 0.0) -> None:
        """Add an ellipsoid; ``keep`` selects points (array to bool array).

        ``solid`` is the share of points inside, ``thickness`` (mm) that of a hollow shell.
        """
        radii = np.asarray(radii, float)
        area = 4 * np.pi * float(np.mean([radii[0] * radii[1], radii[0] * radii[2], radii[1] * radii[2]]))
        count = max(250, int(area * _POINTS_PER_MM2))
        direction = self.rng.standard_normal((count, 3))
        direction /= np.linalg.norm(direction, axis=1, keepdims=True)
        depth = np.where(self.rng.random(count) < solid, self.rng.random(count) ** (1 / 3), 1.0)
        points = np.asarray(centre) + direction * depth[:, None] * radii
        if keep is not None:
            points = points[keep(points)]
        if len(points):
            volume = area * thickness if thickness else 4 / 3 * np.pi * float(np.prod(radii))
            self.add(name, points, volume * len(points) / count)

    def surface(self, name: str, edge_a, edge_b, thickness: float) -> None:
        """Add the ruled surface between two curves, thickened evenly."""
        edge_a, edge_b = np.asarray(edge_a, float), np.asarray(edge_b, float)
        length = np.linalg.norm(np.diff(edge_b, axis=0), axis=1).sum()
        width = np.linalg.norm(edge_a - edge_b, axis=1).mean()
        count = max(250, int(2 * length * width * _POINTS_PER_MM2))
        along, across = self.rng.random((2, count))
        curve_a, curve_b = _along(edge_a, along), _along(edge_b, along)
        points = curve_a + across[:, None] * (curve_b - curve_a)
        # Where the edges converge points lie closer, and each stands for less.
        local = np.linalg.norm(curve_b - curve_a, axis=1)
        self.add(name, points + self.rng.normal(0, thickness / 3.5, points.shape), length * width * thickness, local)


def _smooth(path: np.ndarray, knots: np.ndarray, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    if len(path) == 2:
        direction = np.repeat((path[1:] - path[:1]) / knots[-1], len(at), axis=0)
        return path[0] + at[:, None] * direction, direction
    from scipy.interpolate import PchipInterpolator

    curve = PchipInterpolator(knots, path)
    direction = curve(at, 1)
    return curve(at), direction / np.maximum(np.linalg.norm(direction, axis=1, keepdims=True), 1e-9)


def _along(edge: np.ndarray, share: np.ndarray) -> np.ndarray:
    at = np.linspace(0, 1, len(edge))
    return np.stack([np.interp(share, at, edge[:, axis]) for axis in range(3)], axis=1)


def analytic_skeleton(rng: np.random.Generator) -> Skeleton:
    """Return a skeleton in the neutral pose, its bones varied at random."""
    builder = _Builder(rng)
    _skull(builder)
    _spine(builder)
    _sternum(builder)
    for side, sign in _SIDES.items():
        _ribs(builder, side, sign)
        _shoulder_girdle(builder, side, sign)
        _arm(builder, side, sign)
        _pelvis(builder, side, sign)
        _leg(builder, side, sign)
    landmarks = {
        f"{name}_{side}": np.array([sign * right, anterior, superior])
        for name, (right, anterior, superior) in LANDMARKS_RIGHT.items()
        for side, sign in _SIDES.items()
    }
    return assemble(builder.parts, landmarks | {"neck": np.array([0.0, -33.0, 1515.0])}, "analytic")


def _mirrored(points, sign: float) -> np.ndarray:
    return np.asarray(points, float) * np.array([sign, 1.0, 1.0])


def _skull(builder: _Builder) -> None:
    wide = builder.rng.normal(1, 0.03)
    brow = lambda p: p[:, 2] > 1657 + 0.3 * p[:, 1]  # noqa: E731
    below = lambda p: p[:, 2] <= 1657 + 0.3 * p[:, 1]  # noqa: E731
    builder.ellipsoid("skull_vault", (0, -6, 1680), (71 * wide, 86, 72), brow, solid=0.05, thickness=6.5)
    # The base is the vault's floor: a shell about the hindbrain, petrous bones, clivus and condyles.
    floor = lambda p: below(p) & (p[:, 1] < 45) & (p[:, 2] > 1618)  # noqa: E731
    builder.ellipsoid("skull_base", (0, -10, 1672), (66 * wide, 78, 50), floor, solid=0.05, thickness=5.5)
    for sign in _SIDES.values():
        builder.tube("skull_base", _mirrored([(58, -26, 1640), (34, -8, 1642), (10, 8, 1642)], sign), [13, 10, 7])
        builder.ellipsoid("skull_base", (sign * 53, -28, 1622), (11, 15, 18), solid=0.6)
        builder.ellipsoid("skull_base", (sign * 18, -26, 1620), (7, 11, 6), solid=0.6)
        builder.tube(
            "facial_bones", _mirrored([(62, 0, 1643), (62, 35, 1640), (48, 58, 1636), (36, 64, 1630)], sign), 4.5
        )
        builder.ellipsoid("facial_bones", (sign * 24, 54, 1620), (20, 19, 22), solid=0.1, thickness=4.5)
        builder.ellipsoid("facial_bones", (sign * 17, 30, 1640), (10, 26, 17), solid=0.1, thickness=4.5)
        ring = np.linspace(0, 2 * np.pi, 9)
        orbit = np.stack([sign * (32 + 19 * np.cos(ring)), np.full(9, 62.0), 1655 + 17 * np.sin(ring)], axis=1)
        builder.tube("facial_bones", orbit, 3.5, ends=False)
        jaw = [(52, 2, 1640), (50, 6, 1600), (46, 22, 1578), (34, 52, 1568), (14, 70, 1564), (0, 73, 1564)]
        builder.tube("mandible", _mirrored(jaw, sign), [6, 8, 9, 8, 8, 8], ends=False)
    builder.tube("skull_base", [(0, -14, 1630), (0, 8, 1642), (0, 26, 1648)], [9, 11, 12])
    builder.ellipsoid("facial_bones", (0, 60, 1640), (11, 16, 24), solid=0.2, thickness=4.5)
    builder.tube("facial_bones", [(-30, 48, 1604), (-16, 66, 1602), (0, 71, 1602), (16, 66, 1602), (30, 48, 1604)], 7)


# S and A of the middle of each vertebral body, its half width and half height
_VERTEBRAE: dict[str, tuple[float, float, float, float]] = {
    **{f"C{n}": (1603 - 14 * (n - 1), -20 - 1.8 * n, 10.5 + 0.5 * n, 6.4) for n in range(1, 8)},
    **{
        f"T{n}": (
            1500 - 22.6 * (n - 1) - 0.16 * (n - 1) ** 2,
            -42 - 24 * np.sin(np.pi * n / 13),
            13.5 + 0.65 * n,
            8.4 + 0.22 * n,
        )
        for n in range(1, 13)
    },
    **{f"L{n}": (1212 - 33.5 * (n - 1), -22 + 18 * np.sin(np.pi * n / 6), 21.5 + 0.9 * n, 13.4) for n in range(1, 6)},
}


def _spine(builder: _Builder) -> None:
    rng = builder.rng
    for level, (superior, anterior, half_width, half_height) in _VERTEBRAE.items():
        name = f"vertebra_{level}"
        body = [(0, anterior, superior - half_height), (0, anterior, superior), (0, anterior, superior + half_height)]
        builder.tube(name, body, half_width * np.array([1.05, 0.92, 1.05]), ends=False)
        back = anterior - half_width
        process = half_width + (8 if level[0] == "C" else 13)
        for sign in _SIDES.values():
            builder.tube(
                name, [(sign * 8, back, superior), (sign * process, back - 8, superior + rng.normal(2, 1.5))], 4.5
            )
            builder.ellipsoid(name, (sign * half_width * 0.75, back - 8, superior - half_height), (6, 6, 7), solid=0.7)
        drop = {"C": 4.0, "T": 18.0, "L": 8.0}[level[0]]
        builder.tube(name, [(0, back - 6, superior), (0, back - 26, superior - drop)], [4, 5])
    builder.surface(
        "sacrum", [(-48, 2, 1052), (0, 14, 1062), (48, 2, 1052)], [(-14, -44, 968), (0, -46, 962), (14, -44, 968)], 14
    )
    for sign in _SIDES.values():
        builder.ellipsoid("sacrum", (sign * 34, -16, 1028), (15, 20, 28), solid=0.6)
    builder.tube("sacrum", [(0, -18, 1050), (0, -50, 1000), (0, -44, 962), (0, -26, 938)], [18, 12, 8, 5])


def _sternum(builder: _Builder) -> None:
    builder.surface(
        "manubrium",
        [(-30, 20, 1474), (0, 16, 1470), (30, 20, 1474)],
        [(-17, 46, 1428), (0, 47, 1428), (17, 46, 1428)],
        9,
    )
    builder.surface(
        "sternal_body",
        [(-16, 48, 1424), (0, 49, 1424), (16, 48, 1424)],
        [(-21, 84, 1330), (0, 86, 1328), (21, 84, 1330)],
        8,
    )
    builder.tube("sternal_body", [(0, 86, 1330), (0, 90, 1302)], [8, 4])


_RIB_WIDEST = (69, 100, 116, 126, 132, 138, 138, 137, 134, 124, 110, 74)
_RIB_BACK = (-48, -54, -66, -74, -78, -80, -82, -84, -83, -80, -70, -52)
_RIB_FRONT = (23, 47, 62, 72, 79, 86, 92, 92, 82, 68, 6, -36)
_RIB_TOP = (1512, 1495, 1476, 1453, 1429, 1409, 1388, 1364, 1341, 1317, 1290, 1266)
_RIB_BOTTOM = (1464, 1432, 1405, 1378, 1352, 1321, 1288, 1260, 1231, 1210, 1210, 1224)
_RIB_FRONT_RIGHT = (34, 42, 46, 50, 56, 64, 76, 92, 106, 112, 104, 70)


def _ribs(builder: _Builder, side: str, sign: float) -> None:
    wide = builder.rng.normal(1, 0.02)
    for index in range(12):
        widest, back, front = _RIB_WIDEST[index] * wide, _RIB_BACK[index], _RIB_FRONT[index]
        top, bottom = _RIB_TOP[index] + builder.rng.normal(0, 1.2), _RIB_BOTTOM[index] + builder.rng.normal(0, 1.5)
        fall = top - bottom
        end = _RIB_FRONT_RIGHT[index]
        path = [
            (20, back + 12, top),
            (0.5 * widest, back, top - 0.10 * fall),
            (0.86 * widest, back + 0.22 * (front - back), top - 0.32 * fall),
            (widest, back + 0.52 * (front - back), top - 0.58 * fall),
            (0.9 * widest + 0.1 * end, back + 0.8 * (front - back), top - 0.86 * fall),
            (end, front, bottom + (0.06 * fall if index < 7 else 0)),
        ]
        if index > 9:
            path = path[: 4 if index == 11 else 5]
        builder.tube(f"rib_{index + 1}_{side}", _mirrored(path, sign), [5.0, 5.5, 6, 6, 6, 6.5][: len(path)], 0.7)


def _shoulder_girdle(builder: _Builder, side: str, sign: float) -> None:
    clavicle = [(24, 26, 1490), (58, 34, 1491), (100, 14, 1500), (134, -6, 1509), (152, -8, 1511)]
    builder.tube(f"clavicle_{side}", _mirrored(clavicle, sign), [9, 6.5, 5.5, 6, 7])
    name = f"scapula_{side}"
    inner = _mirrored([(76, -72, 1498), (68, -92, 1450), (78, -96, 1388)], sign)
    outer = _mirrored([(142, -22, 1500), (140, -30, 1462), (84, -92, 1386)], sign)
    builder.surface(name, inner, outer, 4)
    builder.tube(name, outer, [8, 7, 7])
    builder.tube(
        name, _mirrored([(70, -88, 1474), (110, -66, 1496), (150, -34, 1516), (174, -4, 1520)], sign), [5, 6, 7, 9]
    )
    builder.tube(name, _mirrored([(134, -14, 1500), (140, 22, 1498)], sign), 6)
    builder.ellipsoid(name, _mirrored((146, -10, 1478), sign), (8, 13, 20), solid=0.6)


def _arm(builder: _Builder, side: str, sign: float) -> None:
    builder.ellipsoid(f"humerus_proximal_{side}", _mirrored((168, 0, 1476), sign), (22, 22, 22), solid=0.55)
    builder.tube(
        f"humerus_proximal_{side}",
        _mirrored([(176, 0, 1478), (174, 0, 1450), (170, 0, 1412)], sign),
        [20, 16, 12],
        ends=False,
    )
    builder.tube(
        f"humerus_shaft_{side}",
        _mirrored([(170, 0, 1414), (164, 0, 1320), (159, 2, 1236)], sign),
        [12, 10.5, 12],
        ends=False,
    )
    builder.tube(f"humerus_distal_{side}", _mirrored([(159, 2, 1238), (158, 4, 1205)], sign), [12, 18], ends=False)
    builder.tube(
        f"humerus_distal_{side}", _mirrored([(130, 4, 1188), (158, 6, 1184), (186, 6, 1188)], sign), [11, 13, 11]
    )
    builder.tube(
        f"radius_{side}",
        _mirrored([(178, 14, 1174), (184, 18, 1130), (200, 26, 1020), (206, 26, 938)], sign),
        [10, 7, 7, 14],
    )
    builder.tube(
        f"ulna_{side}",
        _mirrored([(152, -6, 1194), (156, -2, 1150), (172, 8, 1040), (186, 14, 940)], sign),
        [13, 9, 7, 8],
    )
    name = f"hand_{side}"
    for row, (height, depth) in enumerate(((928, 24), (915, 25))):
        for bone in range(4):
            across = 202 + (bone - 1.5) * 9.5 + 1.5 * row
            builder.ellipsoid(name, _mirrored((across, depth, height - abs(bone - 1.5)), sign), (5, 7, 6), solid=0.6)
    for finger in range(5):
        across = -24 + 12 * finger
        lengths = (0, 66, 40, 22) if finger else (0, 44, 30, 20)
        start = np.array(
            [
                202 - 0.8 * across,
                26 + 0.3 * across + (26 if finger == 0 else 0) * 0.5,
                906.0 - (6 if finger == 0 else 0),
            ]
        )
        step = np.array([-0.10 * across / 12, 0.10 - (0.5 if finger == 0 else 0) * -0.6, -0.97])
        for length, radius in zip(lengths[1:], (5.5, 4.6, 3.8), strict=True):
            end = start + step * length * (0.92 if finger in (0, 4) else 1)
            builder.tube(name, _mirrored([start, end], sign), [radius * 1.2, radius])
            start = end + step * 3


def _pelvis(builder: _Builder, side: str, sign: float) -> None:
    crest = _mirrored([(42, -36, 1042), (70, -8, 1070), (100, 28, 1080), (124, 62, 1068), (131, 88, 1036)], sign)
    arcuate = _mirrored([(36, -28, 1006), (46, -6, 986), (62, 20, 966), (84, 46, 956), (98, 62, 958)], sign)
    name = f"ilium_{side}"
    builder.surface(name, arcuate, crest, 6)
    builder.tube(name, crest, [9, 7, 7, 7, 8])
    builder.tube(name, _mirrored([(131, 88, 1034), (118, 86, 1000), (100, 74, 962)], sign), [8, 8, 12])
    builder.tube(
        name, _mirrored([(40, -34, 1040), (38, -26, 1004), (54, 4, 972), (74, 30, 950)], sign), [10, 13, 13, 15]
    )
    cup = lambda p: (p[:, 0] * sign < 96) & (p[:, 2] < 953)  # noqa: E731
    builder.ellipsoid(f"acetabulum_{side}", _mirrored((77, 44, 922), sign), (31, 31, 31), cup, solid=0.15)
    builder.tube(f"pubis_{side}", _mirrored([(60, 72, 930), (36, 88, 918), (10, 96, 908)], sign), [11, 8, 11])
    builder.tube(f"pubis_{side}", _mirrored([(8, 95, 908), (10, 88, 888), (28, 70, 876)], sign), [10, 9, 7])
    builder.tube(
        f"ischium_{side}",
        _mirrored([(72, 22, 916), (62, 4, 892), (54, 8, 872), (40, 40, 868), (28, 68, 876)], sign),
        [14, 15, 15, 9, 7],
    )


def _leg(builder: _Builder, side: str, sign: float) -> None:
    builder.ellipsoid(f"femur_proximal_{side}", _mirrored((77, 44, 922), sign), (23, 23, 23), solid=0.6)
    builder.tube(
        f"femur_proximal_{side}", _mirrored([(80, 43, 920), (98, 38, 908), (118, 34, 892)], sign), [16, 15, 19]
    )
    builder.ellipsoid(f"femur_proximal_{side}", _mirrored((126, 32, 908), sign), (15, 20, 22), solid=0.6)
    builder.tube(
        f"femur_proximal_{side}",
        _mirrored([(116, 36, 892), (116, 42, 864), (114, 50, 824)], sign),
        [22, 17, 14],
        ends=False,
    )
    builder.tube(
        f"femur_shaft_{side}",
        _mirrored([(114, 50, 826), (104, 58, 710), (86, 54, 582)], sign),
        [14, 13, 16],
        ends=False,
    )
    builder.tube(
        f"femur_distal_{side}",
        _mirrored([(86, 54, 584), (80, 50, 548), (77, 46, 528)], sign),
        [16, 24, 32],
        1.0,
        ends=False,
    )
    for shift in (-21, 21):
        builder.ellipsoid(f"femur_distal_{side}", _mirrored((76 + shift, 44, 512), sign), (19, 28, 19), solid=0.5)
    builder.ellipsoid(f"patella_{side}", _mirrored((77, 80, 540), sign), (21, 9, 22), solid=0.6)
    builder.tube(
        f"tibia_proximal_{side}",
        _mirrored([(76, 42, 496), (76, 43, 480), (77, 44, 458), (78, 46, 432), (79, 48, 400)], sign),
        [35, 33, 24, 18, 15],
        ends=False,
    )
    builder.tube(
        f"tibia_shaft_{side}", _mirrored([(79, 48, 402), (80, 52, 300), (77, 44, 198)], sign), [15, 12, 12], ends=False
    )
    builder.tube(f"tibia_distal_{side}", _mirrored([(77, 44, 200), (74, 40, 150), (72, 36, 122)], sign), [12, 16, 21])
    builder.tube(
        f"fibula_{side}",
        _mirrored([(110, 22, 468), (108, 24, 440), (104, 24, 260), (98, 22, 150), (98, 20, 108)], sign),
        [9, 6, 5.5, 6, 9],
    )
    _foot(builder, f"foot_{side}", sign)


def _foot(builder: _Builder, name: str, sign: float) -> None:
    """Add calcaneus, talus, navicular, cuboid, three cuneiforms, five metatarsals and their toes, apart as they are."""

    def lump(centre, radii):
        builder.ellipsoid(name, _mirrored(centre, sign), radii, solid=0.6)

    builder.tube(name, _mirrored([(80, -26, 84), (82, 4, 84), (88, 32, 90)], sign), [16, 15, 11])
    builder.tube(name, _mirrored([(76, 14, 106), (76, 34, 104), (72, 56, 98)], sign), [14, 16, 11])
    lump((68, 70, 100), (15, 7, 11))
    lump((94, 62, 90), (10, 15, 11))
    for right, forward, height in ((60, 88, 98), (72, 86, 100), (83, 86, 97)):
        lump((right, forward, height), (6.5, 10, 9))
    for toe in range(5):
        base = np.array([58 + 10.5 * toe, 103 - 5.5 * max(toe - 1, 0), 96 - 3 * toe])
        head = np.array([50 + 15.5 * toe, 164 - 5.5 * toe - (4 if toe == 0 else 0), 79 - 1.0 * toe])
        thick = 7.0 if toe == 0 else 4.2
        builder.tube(
            name, _mirrored([base, 0.5 * (base + head) + (0, 0, 3), head], sign), np.array([1.3, 0.9, 1.25]) * thick
        )
        step = (head - base) / np.linalg.norm(head - base)
        start = head + 6 * step
        for length, width in ((26, 0.85), (20, 0.8)) if toe == 0 else ((20 - toe, 0.85), (9, 0.75), (8, 0.65)):
            builder.tube(name, _mirrored([start, start + length * step], sign), np.array([1.05, 0.85]) * width * thick)
            start = start + (length + 3) * step
