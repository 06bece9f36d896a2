"""A stick skeleton and foci painted into a network's maps: what findings are tested on, without any network.

Everything is placed in RAS millimetres (the patient's left has negative R), so no test mirrors an array by hand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from BoneMetSegLib.anatomy import SKELETON_CHANNELS, channel_index
from BoneMetSegLib.burden import measure_burden
from BoneMetSegLib.concordance import Concordance, compare_report
from BoneMetSegLib.hot_spots import find_hot_spots
from BoneMetSegLib.quality import quality_flags
from BoneMetSegLib.quality_burden import with_burden_flags
from BoneMetSegLib.report import Report, parse_report
from BoneMetSegLib.result_document import Case
from BoneMetSegLib.scan import VIEWS, Identity, PlanarScan, PlanarView
from BoneMetSegLib.segmentation import CLASSES, Mention, Segmentation, ViewMaps

ROWS, COLUMNS = 400, 120
PIXEL_SIZE_MM = (5.0, 4.0)  # 20 mm2: height and width differ, so that mixing them up shows
PIXEL_AREA_MM2 = 20.0
BONE_COUNTS, SOFT_TISSUE_COUNTS = 10.0, 2.0
THRESHOLDS = {"foreground": 0.5, "accept": 0.5, "min_area_mm2": 60.0}
MODEL = {"name": "painted", "version": "1.0", "sha256": "0" * 64}

# Region: (distance from the midline in mm, height S in mm, views); sided regions lie on both sides.
BONES: dict[str, tuple[tuple[float, float], tuple[float, float], tuple[str, ...]]] = {
    "skull": ((0, 72), (800, 950), VIEWS),
    "mandible": ((0, 40), (760, 800), VIEWS),
    "cervical_spine": ((0, 16), (690, 760), VIEWS),
    "thoracic_spine": ((0, 16), (450, 690), VIEWS),
    "lumbar_spine": ((0, 16), (280, 450), VIEWS),
    "sacrum": ((0, 28), (200, 280), VIEWS),
    "pelvis": ((32, 132), (100, 250), VIEWS),
    "ribs": ((20, 132), (450, 690), VIEWS),
    "sternum": ((0, 16), (520, 680), ("anterior",)),
    "clavicle": ((20, 132), (695, 715), ("anterior",)),
    "scapula": ((72, 120), (600, 680), ("posterior",)),
    "humerus": ((160, 188), (450, 680), VIEWS),
    "forearm": ((168, 196), (220, 450), VIEWS),
    "hand": ((176, 212), (120, 220), VIEWS),
    "femur": ((60, 100), (-350, 90), VIEWS),
    "patella": ((64, 96), (-395, -360), ("anterior",)),
    "leg": ((60, 100), (-800, -400), VIEWS),
    "foot": ((52, 100), (-900, -800), VIEWS),
}
# Height per level, and the level before the first: 7 cervical, 12 thoracic, 5 lumbar vertebrae, 12 ribs.
_SPINE = {"cervical_spine": (10.0, 0), "thoracic_spine": (20.0, 7), "lumbar_spine": (34.0, 19)}
RIB_HEIGHT_MM = 20.0
# The front of rib N lies over the back of rib N + 3.
RIB_SHIFT = {"anterior": 3, "posterior": 0}


def rib_height_mm(number: int, view: str) -> float:
    """Height S of the middle of a rib in a view."""
    return 690 - RIB_HEIGHT_MM * (number + RIB_SHIFT[view] - 0.5)


def vertebra_height_mm(level: str) -> float:
    """Height S of the middle of a vertebra: "L3"."""
    region = {"C": "cervical_spine", "T": "thoracic_spine", "L": "lumbar_spine"}[level[0]]
    return BONES[region][1][1] - _SPINE[region][0] * (int(level[1:]) - 0.5)


@dataclass(frozen=True)
class Focus:
    """A rectangle of uptake at (R, S) mm; ``image`` and ``report`` are its class probabilities without and with."""

    r_mm: float
    s_mm: float
    image: Mapping[str, float] = field(default_factory=lambda: {"metastasis": 0.9})
    report: Mapping[str, float] | None = None
    views: Sequence[str] = VIEWS
    half_size_mm: tuple[float, float] = (8.0, 10.0)  # across and along: 4 x 4 pixels, 320 mm2
    counts: float = 60.0

    def mask(self, view: PlanarView) -> np.ndarray:
        r_mm, s_mm = ras_mm(view)
        across, along = self.half_size_mm
        return (np.abs(r_mm - self.r_mm) < across) & (np.abs(s_mm - self.s_mm) < along)


def ras_mm(view: PlanarView) -> tuple[np.ndarray, np.ndarray]:
    """R and S of each pixel's centre, from the view's own matrix."""
    row, column = np.mgrid[: view.counts.shape[0], : view.counts.shape[1]]
    at = view.ijk_to_ras
    return at[0, 0] * column + at[0, 3], at[2, 1] * row + at[2, 3]


def bone_masks(view: PlanarView) -> np.ndarray:
    """``(29, rows, columns)`` bool."""
    r_mm, s_mm = ras_mm(view)
    masks = np.zeros((len(SKELETON_CHANNELS), *view.counts.shape), bool)
    for region, ((near, far), (low, high), views) in BONES.items():
        if view.view not in views:
            continue
        at_height = (s_mm > low) & (s_mm < high)
        if near == 0:
            masks[channel_index(region, "midline")] = at_height & (np.abs(r_mm) < far)
        else:
            masks[channel_index(region, "right")] = at_height & (r_mm > near) & (r_mm < far)
            masks[channel_index(region, "left")] = at_height & (r_mm < -near) & (r_mm > -far)
    return masks


def empty_view(name: str, *, mirrored: bool = False) -> PlanarView:
    counts = np.full((ROWS, COLUMNS), SOFT_TISSUE_COUNTS, np.float32)
    return PlanarView(
        name,
        counts,
        PIXEL_SIZE_MM,
        view_source="View Code Sequence",
        mirrored=mirrored,
        sop_instance_uid=f"1.2.3.{name}",
    )


def _levels(view: PlanarView) -> tuple[np.ndarray, np.ndarray]:
    _, s_mm = ras_mm(view)
    spine = np.full(s_mm.shape, 24.0)
    for region, (height, before) in reversed(_SPINE.items()):
        low, high = BONES[region][1]
        spine = np.where(s_mm > low, before + (high - s_mm) / height + 0.5, spine)
    rib = (690 - s_mm) / RIB_HEIGHT_MM + 0.5 - RIB_SHIFT[view.view]
    return spine.astype(np.float32), np.clip(rib, 1, 12).astype(np.float32)


def painted(
    foci: Sequence[Focus] = (),
    *,
    views: Sequence[str] = VIEWS,
    mirrored: bool = False,
    with_report: bool = False,
    mentions: Sequence[Mention] = (),
    without_bones: Sequence[str] = (),
) -> tuple[PlanarScan, Segmentation]:
    """Paint foci over the skeleton; a focus's ``report`` probabilities make a report of the whole."""
    with_report = with_report or any(focus.report is not None for focus in foci)
    scan_views, maps = {}, {}
    for name in views:
        view = empty_view(name, mirrored=mirrored and name == "posterior")
        bones = bone_masks(view)
        hidden = [channel.region in without_bones for channel in SKELETON_CHANNELS]
        bones[hidden] = False
        view.counts[bones.any(0)] = BONE_COUNTS
        image_only, guided = (np.zeros((len(CLASSES), ROWS, COLUMNS), np.float32) for _ in range(2))
        image_only[0] = guided[0] = 1
        for focus in foci:
            if name in focus.views:
                mask = focus.mask(view)
                view.counts[mask] = focus.counts
                _paint(image_only, mask, focus.image)
                _paint(guided, mask, focus.image if focus.report is None else focus.report)
        spine, rib = _levels(view)
        scan_views[name] = view
        maps[name] = ViewMaps(
            image_only, guided if with_report else None, np.where(bones, 0.95, 0.01).astype(np.float32), spine, rib
        )
    scan = PlanarScan(
        scan_views,
        acquisition_date="20240501",
        radiopharmaceutical="Tc-99m MDP",
        identity=Identity("ID-4711", "Doe^Jane", "1.2.840.4711", "ACC-0815"),
    )
    return scan, Segmentation(maps, tuple(mentions), MODEL, THRESHOLDS, "cpu", {"image": 0.1})


def _paint(probabilities: np.ndarray, mask: np.ndarray, values: Mapping[str, float]) -> None:
    probabilities[:, mask] = 0
    for name, value in values.items():
        probabilities[CLASSES.index(name), mask] = value
    probabilities[0, mask] = 1 - sum(values.values())


def mention(report: Report, words: str, slots: Sequence[str], status: str = "metastatic") -> Mention:
    """A mention of ``words``, which stand once in the report, as the text path would have read it."""
    assert report.text.count(words) == 1
    start = report.text.index(words)
    clause = next(i for i, clause in enumerate(report.clauses) if clause.start <= start < clause.end)
    return Mention(start, start + len(words), clause, tuple(slots), status)


def found(foci: Sequence[Focus], *, report: Report | None = None, **options):
    """Paint and find: scan, segmentation, hot spots."""
    scan, segmentation = painted(foci, with_report=report is not None, **options)
    return scan, segmentation, find_hot_spots(scan, segmentation, report)


def a_case(foci: Sequence[Focus] = (), *, report: Report | None = None, **options) -> Case:
    """Everything that is written for a scan."""
    deidentified = options.pop("deidentified", False)
    scan, segmentation, spots = found(foci, report=report, **options)
    burden = measure_burden(scan, segmentation, spots)
    return Case(
        scan,
        report,
        segmentation,
        spots,
        burden,
        compare_report(report, segmentation, spots) if report else Concordance(),
        with_burden_flags(quality_flags(scan, hot_spots=spots), scan, segmentation, spots, burden),
        seconds={"write": 0.5},
        deidentified=deidentified,
        notes=("Painted by a test.",),
    )


REPORT_TEXT = (
    "Clinical history: prostate cancer, earlier uptake in the left femur.\n"
    "Findings: Intense uptake in the 7th rib on the left. Increased uptake of L3. "
    "No abnormal uptake in the right femur.\n"
    "Impression: Multiple bone metastases."
)


def a_report() -> tuple[Report, tuple[Mention, ...]]:
    """A report with mentions of each kind."""
    report = parse_report(REPORT_TEXT)
    return report, (
        mention(report, "left femur", ["femur_left"]),
        mention(report, "7th rib on the left", ["rib_7_left"]),
        mention(report, "L3", ["vertebra_L3"], "uptake"),
        mention(report, "right femur", ["femur_right"], "negated"),
        mention(report, "Multiple bone metastases", ["whole_skeleton"]),
    )


# Foci at known places. The patient's left has negative R.
LEFT_FEMUR = Focus(-80, -100)
RIGHT_FEMUR = Focus(80, -100)
L3 = Focus(0, vertebra_height_mm("L3"))
LEFT_RIB_7_BACK = Focus(-60, rib_height_mm(7, "posterior"), views=("posterior",))
BLADDER = Focus(0, 150, {"physiological": 0.95}, half_size_mm=(24, 25), counts=200)
LEFT_KIDNEY = Focus(-52, 400, {"physiological": 0.9}, views=("posterior",), half_size_mm=(16, 25))
INJECTION_SITE = Focus(190, 170, {"physiological": 0.9}, counts=300)
