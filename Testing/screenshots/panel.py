"""Write a picture of each state of the panel, and of Slicer's window with panel and views.

    python -m Testing.screenshots.panel OUT [--lang zh]
    python -m Testing.screenshots.panel Resources/Screenshots --docs

The panel is the real one in the double of Slicer, offscreen; the scan is simulated, the weights are the bundled ones.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from BoneMetSegLib.resources import resource_path
from model_training.demo import write_simulated_case
from Testing.slicer_application.application import Application, start_application
from Testing.slicer_application.pictures import use_fonts
from Testing.widget.open_panel import OpenPanel

WIDTH, HEIGHT, TALL = 500, 900, 1200
WINDOW = (1360, 900)

_FAILING_WORKER = """
import json, sys
print(json.dumps({"id": json.loads(sys.stdin.readline())["id"], "event": "error", "kind": "memory", "message": ""}))
"""


def in_few_colours(path: Path) -> None:
    """Make a picture small: 256 colours, no dithering."""
    from PIL import Image

    few = Image.open(path).convert("RGB").quantize(256, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    few.save(path, optimize=True)


class Photographer:
    """Takes the panel through its states.

    Parameters
    ----------
    application : Application
    out : Path
        Where the pictures go.
    work : Path
        For files on the way.
    for_documentation : bool
        Write only what the tutorial shows, under the tutorial's names and in few colours.
    """

    def __init__(self, application: Application, out: Path, work: Path, *, for_documentation: bool = False) -> None:
        self.application, self.out, self.work = application, out, work
        self._for_documentation = for_documentation
        use_fonts()
        self.scan, report = write_simulated_case(work)
        self.report = report.read_text(encoding="utf-8")
        self.opened = OpenPanel(application)

    def panel(self, name: str, height: int = HEIGHT, tutorial: str = "") -> None:
        """Take a picture of the panel."""
        path = self._path(f"panel_{name}", tutorial)
        if path is not None:
            self.application.process_events(0.3)
            self.application.grab(self.opened.widget.parent, path, WIDTH, height)
            self._finish(path)

    def window(self, name: str, tutorial: str = "") -> None:
        """Take a picture of the whole window, as a user sees it."""
        path = self._path(f"window_{name}", tutorial)
        if path is None:
            return
        self.application.show(*WINDOW)
        self.application.process_events(0.3)
        self.opened.panel.views._fit_again()
        self.application.process_events(0.1)
        self.application.grab(self.application.window, path, *WINDOW)
        self._finish(path)

    def _path(self, name: str, tutorial: str) -> Path | None:
        if self._for_documentation:
            return self.out / f"tutorial_{tutorial}.png" if tutorial else None
        return self.out / f"{name}.png"

    def _finish(self, path: Path) -> None:
        if self._for_documentation:
            in_few_colours(path)

    def take(self) -> None:
        """Take all pictures, in the order in which a user meets the states."""
        opened = self.opened
        self.panel("empty")
        opened.choose_scan(opened.add_volumes(self.scan, "Bone scan")["anterior"])
        self.window("recognised", tutorial="01_loaded")
        self.panel("recognised", 420, "02_recognised")
        opened.ui.advancedCollapsibleButton.collapsed = False
        self.panel("settings", 1000)
        opened.ui.advancedCollapsibleButton.collapsed = True
        opened.panel.inputs.use_report(self.report)
        self.panel("report_chosen", 420, "03_report")
        opened.ui.applyButton.click()
        self.application.wait_until(lambda: opened.ui.progressBar.value > 500, 60)
        self.panel("running", 460, "04_running")
        opened.wait()
        self.panel("results", TALL)
        self.window("results", tutorial="05_result")
        self._select_first_with_phrase()
        self.panel("selected", TALL, "06_review")
        opened.ui.burdenCollapsibleButton.collapsed = False
        self.panel("burden", TALL + 300, "10_burden")
        opened.ui.burdenCollapsibleButton.collapsed = True
        opened.ui.qualityCollapsibleButton.collapsed = False
        opened.ui.physiologicalCheckBox.click()
        self.panel("quality_and_physiological", TALL)
        opened.ui.physiologicalCheckBox.click()
        opened.ui.qualityCollapsibleButton.collapsed = True
        self._outline_edited()
        self._report_later()
        before = Path.cwd()
        os.chdir(self.work)  # the picture shows no path of this machine
        opened.panel.save_case(Path("case_of_the_tutorial"))
        os.chdir(before)
        self.panel("saved", TALL, "09_saved")
        self._no_lesion()
        self._error()
        self._spect()

    def _select_first_with_phrase(self) -> None:
        spots = self.opened.case.hot_spots
        spot = next(
            (spot for spot in spots if spot.phrase and spot.id in self.opened.panel.results.table.ids), spots[0]
        )
        self.opened.click_cell(spot.id)

    def _outline_edited(self) -> None:
        import slicer

        from BoneMetSegLib.scene_segments import mask_of_segment

        spot = self.opened.spot(self.opened.selected_id)
        view = next(iter(spot.views))
        nodes, scan = self.opened.panel.results.review.nodes, self.opened.case.scan
        mask = mask_of_segment(nodes.segmentations[view], spot.segment_id(view), scan.views[view])
        wider = (mask | np.roll(mask, 3, axis=0) | np.roll(mask, 3, axis=1))[np.newaxis].astype(np.uint8)
        slicer.util.updateSegmentBinaryLabelmapFromArray(
            wider, nodes.segmentations[view], spot.segment_id(view), nodes.volumes[view]
        )
        self.opened.ui.updateMeasurementsButton.click()
        self.panel("measured_again", TALL, "07_measured_again")

    def _report_later(self) -> None:
        self.opened.panel.inputs.use_report(self.report + "\n另见右侧股骨上段异常放射性浓聚灶，考虑骨转移。")
        self.panel("report_to_be_added", TALL)
        self.opened.run()
        self.panel("report_changed", TALL, "08_report_later")

    def _no_lesion(self) -> None:
        for spot in self.opened.case.hot_spots:
            if spot.accepted:
                self.opened.panel.results.review.session.reject(spot.id)
        self.panel("no_lesion", TALL)

    def _error(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            script = Path(folder) / "worker.py"
            script.write_text(_FAILING_WORKER, encoding="utf-8")
            self.opened.work_with(script)
            self.application.dialogs.answer("Yes")
            self.opened.run()
        self.panel("error", TALL)

    def _spect(self) -> None:
        """A SPECT volume without a model, then a case of it, made of the simulator's truth: no weights are needed."""
        from BoneMetSegLib.case_folder import write_case
        from BoneMetSegLib.scan_files import read_scan
        from BoneMetSegPanel.sample_data import load_spect_sample
        from model_training.sample_cases import sample_spect
        from Testing.screenshots.true_volume import true_case

        opened = self.opened
        nodes = load_spect_sample()
        self.panel("spect")
        scan = read_scan([resource_path("SampleData", "simulated_spect.dcm")])
        folder = self.work / "case_of_a_volume"
        folder.mkdir()
        write_case(folder, true_case(scan, sample_spect(), nodes.text.GetText()), scene=False, pictures=False)
        opened.panel.load_case(folder)
        self.window("spect_results")
        self.panel("spect_results", TALL)
        opened.ui.surfacesCheckBox.click()
        opened.ui.physiologicalCheckBox.click()
        opened.click_cell(opened.panel.results.table.ids[-1])
        self.window("spect_surfaces")
        opened.ui.burdenCollapsibleButton.collapsed = False
        self.panel("spect_burden", TALL + 300)


def main(arguments: list[str] | None = None) -> int:
    """Take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--lang", choices=("en", "zh"), default="en")
    parser.add_argument("--docs", action="store_true", help="only what the tutorial shows, small")
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp())
    application = start_application(work)
    if options.lang == "zh":
        application.app.userSettings().setValue("Internationalization/Enabled", True)
        application.app.userSettings().setValue("language", "zh_CN")
    take: Callable[[], None] = Photographer(application, options.out, work, for_documentation=options.docs).take
    try:
        take()
    finally:
        application.stop()
        shutil.rmtree(work, ignore_errors=True)
    for error in application.slot_errors:
        sys.stderr.write(f"{error!r}\n")
    return 1 if application.slot_errors else 0


if __name__ == "__main__":
    sys.exit(main())
