"""``python -m model_training.sample_cases``: the simulated cases that the extension offers in Slicer's Sample Data.

The same files come out every time. The planar patient was chosen because the lesions are easy to see, the SPECT patient
because one lies on one side only; neither says how well the model does.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
from pydicom.uid import RLELossless

from .simulator.case import SimulatedCase, simulate_case
from .simulator.case_reports import LANGUAGES
from .simulator.clinic import default_clinic, undisturbed
from .simulator.foci import Focus
from .simulator.nm_dicom import Manner, Study, write_planar_nm
from .simulator.report_writer import NO_ERRORS, write_report
from .simulator.spect_case import SimulatedSpect, simulate_spect
from .simulator.spect_manners import write_spect

SAMPLE_DATA = Path(__file__).resolve().parents[1] / "BoneMetSeg" / "Resources" / "SampleData"
# Not among the seeds of the training set, which are drawn from 32 bits.
PLANAR_SEED, SPECT_SEED = 20322, 48
THUMBNAIL_PIXELS = 256
_THUMBNAIL_COUNTS_PERCENTILE = 99.3


def write_sample_cases(folder: Path) -> list[Path]:
    """Write scans, reports and thumbnails; return their paths.

    Parameters
    ----------
    folder : Path
        Made where missing; files of the same names are replaced.
    """
    folder.mkdir(parents=True, exist_ok=True)
    case, spect = sample_planar(), sample_spect()
    return [
        _write_planar(folder / "simulated_planar.dcm", case),
        _write_spect(folder / "simulated_spect.dcm", spect),
        *_write_reports(folder, "simulated_planar", case.foci, case.patient, PLANAR_SEED),
        *_write_reports(
            folder, "simulated_spect", spect.foci, spect.patient.facts() | {"field": spect.field}, SPECT_SEED, "spect"
        ),
        _write_thumbnail(folder / "simulated_planar.png", _side_by_side(case)),
        _write_thumbnail(folder / "simulated_spect.png", _projection(spect)),
    ]


def sample_planar() -> SimulatedCase:
    """Return the whole-body scan of the sample patient: nobody moved, nothing is cut."""
    # Nothing made from the bone meshes is committed.
    return simulate_case(PLANAR_SEED, anatomy="analytic", clinic=undisturbed(default_clinic()))


def sample_spect() -> SimulatedSpect:
    """Return the tomography of the sample patient: the pelvis, corrected for everything and calibrated."""
    clinic = default_clinic().changed(
        {
            "spect.reconstruction": {"weights": {"AC+SC+RR": 1}},
            "spect.calibrated_share": {"share": 1},
            "spect.voxel_mm": {"weights": {"4.8": 1}},
            "spect.views": {"weights": {"120": 1}},
            "spect.filter_fwhm_mm": {"value": 8},
            "spect.motion_share": {"share": 0},
        }
    )
    # Nothing made from the bone meshes is committed.
    return simulate_spect(SPECT_SEED, field="pelvis", clinic=clinic, anatomy="analytic")


def _write_planar(path: Path, case: SimulatedCase) -> Path:
    study = Study("SIMULATED-PLANAR", "Simulated^Planar", acquisition_date="20250301")
    manner = Manner(series_description="Simulated WB BONE")
    write_planar_nm(path, dict(case.counts), case.pixel_size_mm, study=study, manner=manner)
    return _packed(path)


def _write_spect(path: Path, spect: SimulatedSpect) -> Path:
    study = Study("SIMULATED-SPECT", "Simulated^Spect", acquisition_date="20250302")
    write_spect(path, spect, study=study, series_description="Simulated bone SPECT")
    return _packed(path)


def _packed(path: Path) -> Path:
    """Compress a file's pixels without loss, in the way that every DICOM reader knows."""
    dataset = pydicom.dcmread(path)
    uid = dataset.SOPInstanceUID
    dataset.compress(RLELossless, generate_instance_uid=False)
    assert dataset.SOPInstanceUID == uid  # noqa: S101
    dataset.save_as(path, enforce_file_format=True)
    return path


def _write_reports(
    folder: Path, name: str, foci: Sequence[Focus], facts: Mapping[str, Any], seed: int, examination: str = "planar"
) -> list[Path]:
    """Write the reports of a reader who errs in nothing, in both languages."""
    paths = []
    for number, language in enumerate(LANGUAGES):
        rng = np.random.default_rng([seed, 7, number])
        report = write_report(foci, facts, language, rng, report_error_rates=NO_ERRORS, examination=examination)
        path = folder / f"{name}_report_{language}.txt"
        path.write_text(report.text.rstrip() + "\n", encoding="utf-8", newline="\n")
        paths.append(path)
    return paths


# ---- thumbnails ------------------------------------------------------------------------------------------------------


def _side_by_side(case: SimulatedCase) -> np.ndarray:
    """Return both views as they were acquired, anterior first."""
    return np.hstack([case.counts["anterior"], case.counts["posterior"]]).astype(np.float32)


def _projection(spect: SimulatedSpect) -> np.ndarray:
    """Return the maximum along the patient's depth, head up, the patient's right at the left."""
    return spect.voxels.max(1)[::-1].astype(np.float32)


def _write_thumbnail(path: Path, image: np.ndarray) -> Path:
    """Write an image in inverse grey, fitted into a white square."""
    import SimpleITK

    upper = float(np.percentile(image[image > 0], _THUMBNAIL_COUNTS_PERCENTILE))
    grey = np.clip(255 * (1 - image / upper), 0, 255)
    rows, columns = grey.shape
    side = max(rows, columns)
    square = np.full((side, side), 255.0, np.float32)
    top, left = (side - rows) // 2, (side - columns) // 2
    square[top : top + rows, left : left + columns] = grey
    source = SimpleITK.GetImageFromArray(square)
    step = side / THUMBNAIL_PIXELS
    smooth = SimpleITK.SmoothingRecursiveGaussian(source, max(step / 3, 0.1))
    small = SimpleITK.Resample(
        smooth,
        [THUMBNAIL_PIXELS] * 2,
        SimpleITK.Transform(),
        SimpleITK.sitkLinear,
        [(step - 1) / 2] * 2,
        [step] * 2,
        [1, 0, 0, 1],
        255.0,
    )
    SimpleITK.WriteImage(
        SimpleITK.Cast(SimpleITK.Clamp(small, SimpleITK.sitkFloat32, 0, 255), SimpleITK.sitkUInt8), path
    )
    return path


if __name__ == "__main__":
    for written in write_sample_cases(Path(sys.argv[1]) if len(sys.argv) > 1 else SAMPLE_DATA):
        sys.stdout.write(f"{written.stat().st_size:8d}  {written.name}\n")
