"""``make demo``: the main job on a real scan and on a simulated one, through the command line as a user would."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path

from BoneMetSegLib.cli import main as bonemetseg

from .simulator.case import simulate_case
from .simulator.case_reports import case_reports
from .simulator.nm_dicom import write_planar_nm

CHECKOUT = Path(__file__).resolve().parents[1]
INVENTED_REPORT = CHECKOUT / "Resources" / "SampleCases" / "invented_report_for_real_scan.txt"
SIMULATED_SEED = 20306  # not among the seeds of the training set, which are drawn from 32 bits
_FILES = ("overlay.png", "scene.mrb", "hot_spots.csv", "result.json")


def real_scan() -> Path:
    """Return the real scan that pydicom ships: a GE anterior whole-body view, lossy, of unknown disease."""
    from pydicom.data import get_testdata_file

    path = get_testdata_file("JPGExtended.dcm", download=False)
    if path is None:
        raise FileNotFoundError("this installation of pydicom lacks its test file JPGExtended.dcm")
    return Path(str(path))


def write_simulated_case(folder: Path, seed: int = SIMULATED_SEED) -> tuple[Path, Path]:
    """Simulate a patient and write the scan as DICOM and the Chinese report as text; return both paths."""
    case = simulate_case(seed, anatomy="analytic")
    scan, report = folder / "simulated_scan.dcm", folder / "simulated_report.txt"
    write_planar_nm(scan, dict(case.counts), case.pixel_size_mm)
    report.write_text(case_reports(case)["reports"]["zh"]["text"], encoding="utf-8", newline="\n")
    truth = [
        f"{focus.hot_spot_class}: {focus.fine_region} ({focus.kind})"
        for focus in case.foci
        if any(focus.visible.values())
    ]
    (folder / "simulated_truth.json").write_text(json.dumps(truth, indent=1) + "\n", encoding="utf-8")
    return scan, report


def run(out: Path) -> int:
    """Run both cases into ``out``; 0 when both went well."""
    out.mkdir(parents=True, exist_ok=True)
    print(
        "== A real scan (one lossy picture of unknown disease: a sanity check, never evidence), with an invented report"
    )
    note = "The report of this case was invented for demonstration; it is not this scan's report."
    code = _segment(
        [str(real_scan()), "--view", "anterior", "--report", str(INVENTED_REPORT), "--note", note], out / "real_scan"
    )
    print("\n== A simulated two-view scan with its simulated report")
    scan, report = write_simulated_case(out)
    note = "Simulated scan and report."
    code = max(code, _segment([str(scan), "--report", str(report), "--note", note], out / "simulated_scan"))
    print("simulated truth: " + "; ".join(json.loads((out / "simulated_truth.json").read_text(encoding="utf-8"))))
    return code


def _segment(arguments: list[str], out: Path) -> int:
    command = ["segment", *arguments, "--overwrite", "-o", str(out)]
    print("$ bonemetseg " + shlex.join(command))
    code = bonemetseg(command)
    for name in (*_FILES, *(path.name for path in sorted(out.glob("*.seg.nrrd")))):
        if (out / name).is_file():
            print(f"  {out / name}")
    return code


if __name__ == "__main__":
    sys.exit(run(Path(sys.argv[1]) if len(sys.argv) > 1 else CHECKOUT / "demo_output"))
