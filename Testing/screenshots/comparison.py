"""Write pictures of a comparison with a prior: the panel, the window with both scans, the timeline.

    python -m Testing.screenshots.comparison OUT --cases EARLIER [EARLIER ...] SHOWN
                                        [--treatment-start DATE] [--lang zh]
    python -m Testing.screenshots.comparison Resources/Screenshots --docs

The cases are folders of ``bonemetseg segment``; the panel is the real one in the double of Slicer, offscreen. With
``--docs`` a simulated patient is scanned twice and segmented with the bundled model, and only the tutorial's pictures
are written, under its names and in few colours.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path

from BoneMetSegLib.cli import main as segment_main
from model_training.simulator.generate import generate_cases
from Testing.screenshots.panel import WIDTH, WINDOW, in_few_colours
from Testing.slicer_application.application import Application, start_application
from Testing.slicer_application.pictures import use_fonts
from Testing.widget.open_panel import OpenPanel

_TALL = 1500
_PATIENT_SEED = 77  # one with new, grown, stable and resolved lesions


def take(application: Application, out: Path, cases: list[Path], treatment_start: str) -> None:
    """Compare, and take the pictures."""
    use_fonts()
    out.mkdir(parents=True, exist_ok=True)
    opened = OpenPanel(application)
    opened.panel.load_case(cases[-1])
    ui = opened.ui
    ui.inputsCollapsibleButton.collapsed = True
    ui.comparisonCollapsibleButton.collapsed = False
    for case in cases[:-1]:
        application.dialogs.answer(str(case))
        ui.addPriorFolderButton.click()
    ui.treatmentStartLineEdit.text = treatment_start
    ui.compareButton.click()
    application.show(*WINDOW)
    application.process_events(0.3)
    opened.panel.views._fit_comparison_again()
    application.process_events(0.1)
    application.grab(application.window, out / "window_comparison.png", *WINDOW)
    ui.resultsCollapsibleButton.collapsed = True
    ui.comparisonTable.selectRow(0)
    application.process_events(0.1)
    application.grab(application.window, out / "window_comparison_lesion.png", *WINDOW)
    application.grab(opened.widget.parent, out / "panel_comparison.png", WIDTH, _TALL)
    ui.timelineButton.click()
    application.process_events(0.1)
    window = opened.panel.comparison._timeline.dialog
    application.grab(window, out / "window_timeline.png", window.width, window.height)
    ui.closeComparisonButton.click()
    application.grab(application.window, out / "window_closed.png", *WINDOW)  # the double's views get their size by it
    opened.panel.views._fit_again()
    application.grab(application.window, out / "window_closed.png", *WINDOW)


def take_for_documentation(application: Application, out: Path, work: Path) -> None:
    """Take the tutorial's pictures of two scans of a simulated patient."""
    cases = _simulated_cases(work)
    before = Path.cwd()
    os.chdir(work)  # the pictures show no path of this machine
    try:
        take(application, work / "pictures", [Path(case.name) for case in cases], "")
    finally:
        os.chdir(before)
    for name, tutorial in (("window_comparison_lesion", "11_comparison"), ("window_timeline", "12_timeline")):
        path = out / f"tutorial_{tutorial}.png"
        shutil.copyfile(work / "pictures" / f"{name}.png", path)
        in_few_colours(path)


def _simulated_cases(work: Path) -> list[Path]:
    """Simulate a patient's two scans and segment both, each with its report."""
    generate_cases(1, work / "set", _PATIENT_SEED, workers=1, kind="followup", dicom=True)
    cases = []
    for timepoint in (0, 1):
        name = f"case_000000_t{timepoint}"
        scans = sorted((work / "set" / "dicom").glob(f"{name}*.dcm"))
        report = work / "set" / "reports" / f"{name}_en.txt"
        cases.append(work / f"scan_{timepoint + 1}")
        code = segment_main(["segment", *map(str, scans), "--report", str(report), "-o", str(cases[-1])])
        if code:
            raise RuntimeError(f"the simulated scan {name} was not segmented: {code}")
    return cases


def main() -> int:
    """Take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=lambda given: Path(given).resolve())
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--cases", type=Path, nargs="+", metavar="FOLDER")
    what.add_argument("--docs", action="store_true", help="the tutorial's pictures, of a simulated patient")
    parser.add_argument("--treatment-start", default="")
    parser.add_argument("--lang", choices=("en", "zh"), default="en")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp())
    application = start_application(work)
    if options.lang == "zh":
        application.app.userSettings().setValue("Internationalization/Enabled", True)
        application.app.userSettings().setValue("language", "zh_CN")
    try:
        if options.docs:
            take_for_documentation(application, options.out, work)
        else:
            take(application, options.out, options.cases, options.treatment_start)
    finally:
        application.stop()
        shutil.rmtree(work, ignore_errors=True)
    for error in application.slot_errors:
        sys.stderr.write(f"{error!r}\n")
    return 1 if application.slot_errors else 0


if __name__ == "__main__":
    sys.exit(main())
