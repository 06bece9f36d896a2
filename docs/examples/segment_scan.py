"""Segment a bone scan in Slicer without a window, and write the case folder and a scene.

    Slicer --no-main-window --no-splash --python-script segment_scan.py SCAN OUT [REPORT]

SCAN is a DICOM file, folder or ZIP archive, NRRD, NIfTI or MetaImage; OUT a new folder; REPORT a text, Word, PDF or
DICOM report. Without arguments the simulated sample case is segmented into a new temporary folder.
"""

import sys
import tempfile
import traceback
from pathlib import Path

import slicer

from BoneMetSeg import BoneMetSegLogic
from BoneMetSegLib.errors import InputError
from BoneMetSegLib.report_files import read_report
from BoneMetSegLib.resources import resource_path


def main(arguments):
    """Segment, print the lesions, write; return the exit code."""
    if arguments:
        scan, out = Path(arguments[0]), Path(arguments[1])
        report = read_report(Path(arguments[2])).text if len(arguments) > 2 else None
    else:
        scan, out = resource_path("SampleData", "simulated_planar.dcm"), Path(tempfile.mkdtemp()) / "case"
        report = read_report(resource_path("SampleData", "simulated_planar_report_en.txt")).text

    logic = BoneMetSegLogic()
    volumes = logic.loadScan(scan)
    review = logic.segment(volumes, reportText=report)

    for spot in review.case.hot_spots:
        if spot.accepted and spot.hot_spot_class == "metastasis":
            print(f"{spot.id}: {spot.side} {spot.region} {spot.level}, probability {spot.probability:.2f}")
    burden = review.case.burden
    print(f"{burden.lesion_count} lesions, Bone Scan Index {burden.bsi_percent:.2f} % (research use only)")

    logic.saveCase(review, out)
    slicer.util.saveScene(str(out / "scene.mrb"))
    print(f"Written to {out}")
    return 0


try:
    code = main(sys.argv[1:])
except InputError as error:
    print(error, file=sys.stderr)
    code = 2
except Exception:  # without a window nobody could close a Slicer that waits
    traceback.print_exc()
    code = 1
slicer.util.exit(code)
