"""Time of measuring the burden again, as every decision of a reader does: a simulated scan with many hot spots.

    python -m Testing.benchmarks.bench_burden [--percent 8] [--times 20]

Prints the milliseconds of processor time, which other programs do not change much, of the burden alone and of a whole
step of the review (burden, flags, concordance). The maps are those of a network that is always right; a network's own
take as long.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace

import numpy as np

from BoneMetSegLib.burden import measure_burden
from BoneMetSegLib.concordance import Concordance
from BoneMetSegLib.hot_spots import find_hot_spots
from BoneMetSegLib.quality import quality_flags
from BoneMetSegLib.result_document import Case
from BoneMetSegLib.review_session import ReviewSession
from model_training.measurement.patients_of_burden import measuring_clinic, patient_of_burden
from model_training.measurement.true_figures import perfect_segmentation
from model_training.simulated_scan import scan_of_case
from model_training.simulator.clinic import default_clinic
from model_training.simulator.planar_exam import examine


def main() -> None:
    """Simulate, measure again and again, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--percent", type=float, default=8.0, help="true Bone Scan Index (default: 8)")
    parser.add_argument("--times", type=int, default=20)
    options = parser.parse_args()
    case = examine(patient_of_burden(1, measuring_clinic(default_clinic()), options.percent)).case
    scan = scan_of_case(case)
    segmentation = perfect_segmentation(case, scan)
    segmentation = replace(segmentation, thresholds={**segmentation.thresholds, "min_area_mm2": 30.0})
    spots = find_hot_spots(scan, segmentation)
    burden = measure_burden(scan, segmentation, spots)
    session = ReviewSession(
        Case(scan, None, segmentation, spots, burden, Concordance(), quality_flags(scan, hot_spots=spots))
    )
    alone, steps = [], []
    metastases = [spot.id for spot in spots if spot.hot_spot_class == "metastasis"]
    for number in range(options.times):
        start = time.process_time()
        measure_burden(scan, segmentation, session.case.hot_spots)
        alone.append(1000 * (time.process_time() - start))
        start = time.process_time()
        spot_id = metastases[number % len(metastases)]
        (session.reject if session.hot_spot(spot_id).accepted else session.accept)(spot_id)
        steps.append(1000 * (time.process_time() - start))
    print(f"{len(spots)} hot spots, {len(metastases)} of them metastases; {options.times} times")
    for words, found in (("burden", alone), ("step of the review", steps)):
        print(f"{words}: median {np.median(found):.1f} ms, least {min(found):.1f} ms, most {max(found):.1f} ms")


if __name__ == "__main__":
    main()
