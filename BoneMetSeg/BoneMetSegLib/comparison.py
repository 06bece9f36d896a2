"""What a comparison of scans of one patient says: scans, lesions through them, change of burden, categories (floor 4).

A lesion here is one place of the skeleton through all scans.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from scipy import ndimage

from .burden import Burden
from .common_canvas import to_pixels
from .planar_case import planar_burden, planar_scan
from .repeatability import Repeatability
from .response_categories import ResponseCategory
from .result_document import Case
from .scan import PlanarScan
from .scan_registration import ViewRegistration

STATES = (
    "present", "new", "from faint", "grown", "stable", "shrunk", "resolved", "faint", "returned", "reclassified",
    "not seen", "absent",
)  # fmt: skip
"""What a lesion is at a scan.

"present": of the first scan that can say nothing of before, or of a scan after one that did not show the place;
"new": there now, and nothing at its place before; "grown", "stable", "shrunk": against the last scan that had it;
"resolved": gone, though its place is shown; "returned": there again; "faint": no hot spot, but uptake at its place
(``faint_uptake``), now or before; "from faint": there now, and faint before; "reclassified": a hot spot is there that
is no accepted metastasis now, or was none before; "not seen": its place lies outside of the field; "absent": not yet
there.
"""
THERE = ("present", "new", "from faint", "grown", "stable", "shrunk", "returned")
UNCERTAIN = ("not seen", "reclassified", "faint")
"""What is one of these at a scan cannot be called new against it."""


@dataclass(frozen=True)
class ComparedScan:
    """One of the scans.

    Attributes
    ----------
    id : str
        "S1", "S2", in order of time.
    name : str
        Of the case's folder; left out of everything de-identified.
    days : int or None
        Since the first scan.
    days_on_treatment : int or None
        Since treatment start, negative before.
    registrations : mapping from view to ViewRegistration
        To the first scan; views that either scan lacks are missing.
    """

    id: str
    name: str
    case: Case
    day: dt.date | None
    days: int | None
    days_on_treatment: int | None
    registrations: Mapping[str, ViewRegistration] = field(repr=False)

    @property
    def scan(self) -> PlanarScan:
        """The scan itself."""
        return planar_scan(self.case)

    @property
    def burden(self) -> Burden:
        """What was measured on it."""
        return planar_burden(self.case)

    @property
    def poor(self) -> bool:
        """Whether a registration of it is poor."""
        return any(registration.poor for registration in self.registrations.values())


@dataclass(frozen=True)
class LesionAt:
    """A lesion at one scan.

    Attributes
    ----------
    state : str
        One of ``STATES``.
    spots : tuple of str
        Ids of its hot spots in that case; several where it is in pieces.
    views : tuple of str
        That show it.
    area_mm2 : float
        Of all views together; 0 where it is not there.
    area_factor : float
        Area over that of the scan it is compared with, in the views that show it both times; NaN without.
    ratio : float
        The larger ratio to background of its spots; NaN without.
    ratio_factor : float
    uptake : {"hotter", "same", "cooler", ""}
        Beside size; by itself neither progression nor response.
    compared_with : str
        Id of the scan that size and uptake are compared with, or "".
    shape : {"", "split", "merged"}
        More or fewer pieces than at that scan.
    other_spots : tuple of str
        Ids of hot spots at its place that are no accepted metastases.
    """

    state: str
    spots: tuple[str, ...] = ()
    views: tuple[str, ...] = ()
    area_mm2: float = 0.0
    area_factor: float = float("nan")
    ratio: float = float("nan")
    ratio_factor: float = float("nan")
    uptake: str = ""
    compared_with: str = ""
    shape: str = ""
    other_spots: tuple[str, ...] = ()


@dataclass(frozen=True)
class LesionCourse:
    """One lesion through all scans.

    Attributes
    ----------
    id : str
        "L01": from head to feet.
    region, side, level : str
        Of its largest hot spot.
    centre_mm : tuple of float
        (R, S) on the first scan's plane.
    at : tuple of LesionAt
        One for each scan.
    """

    id: str
    region: str
    side: str
    level: str
    centre_mm: tuple[float, float]
    at: tuple[LesionAt, ...]


@dataclass(frozen=True)
class BurdenChange:
    """The Bone Scan Index of a scan against that of an earlier one.

    Attributes
    ----------
    scan, against : str
        Ids.
    bsi_change_percent : float
        In % of skeletal mass; NaN where one is not known.
    low_percent, high_percent : float
        95 % interval of the change, from two scans of the same disease.
    verdict : {"higher", "lower", "no change beyond repeatability", "not known"}
    """

    scan: str
    against: str
    bsi_change_percent: float
    low_percent: float
    high_percent: float
    verdict: str


@dataclass(frozen=True)
class Comparison:
    """Scans of one patient, and what became of the lesions between them.

    Attributes
    ----------
    scans : tuple of ComparedScan
        In order of time.
    lesions : tuple of LesionCourse
    burden : tuple of BurdenChange
        Each scan against the one before and, from the third on, the first.
    responses : tuple of ResponseCategory
        One for each scan; empty without dates, treatment start or baseline.
    no_category : str
        Why there is none, or "".
    notes : tuple of str
        Sentences for the reader: flare, poor registration, places not seen.
    limits : Repeatability
    deidentified : bool
        A case was.
    """

    scans: tuple[ComparedScan, ...]
    lesions: tuple[LesionCourse, ...]
    burden: tuple[BurdenChange, ...]
    responses: tuple[ResponseCategory, ...]
    no_category: str
    notes: tuple[str, ...]
    limits: Repeatability
    treatment_start: dt.date | None = None
    deidentified: bool = False

    @property
    def last_change(self) -> BurdenChange:
        """The change of the last scan's burden against the scan before."""
        last, before = self.scans[-1].id, self.scans[-2].id
        return next(one for one in self.burden if (one.scan, one.against) == (last, before))

    def count(self, scan: int, *states: str) -> int:
        """Return how many lesions are in one of some states at a scan."""
        return sum(lesion.at[scan].state in states for lesion in self.lesions)


def footprint(scan: ComparedScan, view: str, points_mm: np.ndarray) -> np.ndarray:
    """Return the pixels of a scan's view where points of the common plane lie.

    Parameters
    ----------
    points_mm : numpy.ndarray
        ``(n, 2)`` (x, y) on the reference scan's plane, such as a lesion's pixels of another scan.

    Returns
    -------
    numpy.ndarray
        ``(rows, columns)`` bool, as acquired.
    """
    shown = scan.scan.views[view]
    at = np.round(to_pixels(shown, scan.registrations[view].to_scan(points_mm))).astype(int)
    at = at[((at >= 0) & (at < shown.counts.shape)).all(1)]
    mask = np.zeros(shown.counts.shape, bool)
    mask[at[:, 0], at[:, 1]] = True
    # Points of coarser pixels, or pulled apart by the registration, leave holes.
    return np.asarray(ndimage.binary_closing(mask))
