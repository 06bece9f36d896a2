"""Segment, Cancel, progress, and every way a run can end badly."""

from __future__ import annotations

import os
import textwrap
import time
from collections import Counter

import numpy as np
import pytest

from Testing.widget.conftest import REPORT

_ANSWER = """
import json, os, sys, time
def say(**values):
    print(json.dumps(values), flush=True)
request = json.loads(sys.stdin.readline())
number, arguments = request["id"], request["arguments"]
"""


@pytest.fixture
def ready(panel, scan_file):
    """The panel with a scan chosen."""
    panel.choose_scan(panel.add_volumes(scan_file)["anterior"])
    return panel


@pytest.fixture
def worker_that(ready, tmp_path):
    """Makes the worker a program of the test's."""

    def make(what):
        script = tmp_path / "worker.py"
        script.write_text(_ANSWER + textwrap.dedent(what))
        ready.work_with(script)

    return make


@pytest.fixture
def no_gpu(monkeypatch):
    monkeypatch.setattr("shutil.which", lambda _name: None)


def _is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _worker_pid(panel):
    return panel.panel.run.job._worker._process.processId()


def test_a_scan_and_its_report_are_segmented_and_its_first_lesion_is_shown(ready):
    ready.panel.inputs.use_report(REPORT)
    seen, progress = [], []
    ready.ui.progressBar.connect("valueChanged(int)", progress.append)
    ready.ui.applyButton.click()
    assert ready.ui.applyButton.text == "Cancel"
    assert ready.ui.progressBar.visible
    assert not ready.ui.inputsCollapsibleButton.enabled

    def ended():
        seen.append(ready.ui.statusLabel.text)
        return not ready.panel.run.is_running

    ready.application.wait_until(ended, 120)
    assert progress == sorted(progress)
    left = [int(words.split("about ")[1].split()[0]) for words in seen if "about" in words]
    assert left
    assert left == sorted(left, reverse=True)
    stages = [words.split(",")[0] for words in dict.fromkeys(seen)]
    assert {"Loading the model", "Segmenting", "Measuring"} <= set(stages)
    assert ready.ui.statusLabel.text.startswith("Done in ")
    assert "on the CPU" in ready.ui.statusLabel.text
    assert ready.ui.applyButton.text == "Segment"
    assert not ready.ui.progressBar.visible
    accepted = [spot for spot in ready.case.hot_spots if spot.accepted]
    assert ready.selected_id == accepted[0].id
    assert ("pelvis", "left") in {(spot.region, spot.side) for spot in accepted}
    volumes = ready.panel.results.review.nodes.volumes
    assert volumes["anterior"] is ready.parameters.scan
    assert volumes["anterior"].GetNodeReference("BoneMetSeg.OtherView") is volumes["posterior"]


def test_cancel_in_the_middle_leaves_the_scene_as_it_was(ready):
    before = ready.nodes()
    ready.ui.applyButton.click()
    ready.application.wait_until(lambda: "Loading" in ready.ui.statusLabel.text)
    pid = _worker_pid(ready)
    assert list(ready.temporary_folder.glob("BoneMetSeg-*"))
    ready.panel.run._started_s = 0.0  # long after the first click
    ready.ui.applyButton.click()
    assert ready.ui.applyButton.text == "Segment"
    assert ready.ui.statusLabel.text == "Cancelled; nothing was changed."
    assert ready.nodes() == before
    assert not _is_alive(pid)
    assert not list(ready.temporary_folder.glob("BoneMetSeg-*"))
    assert ready.case is None


def test_a_double_click_starts_and_does_not_cancel(ready):
    ready.ui.applyButton.click()
    ready.ui.applyButton.click()
    assert ready.panel.run.is_running
    ready.panel.run._started_s = 0.0  # long after the first click
    ready.ui.applyButton.click()
    assert not ready.panel.run.is_running


def test_the_report_comes_later_and_the_review_is_kept(ready):
    ready.run()
    assert "no report yet" in ready.ui.reportBrowser.plainText
    assert ready.ui.applyButton.text == "Segment"
    spot_id = next(spot.id for spot in ready.case.hot_spots if spot.accepted)
    ready.click_cell(spot_id)
    ready.press("X")
    ready.panel.inputs.use_report(REPORT)
    assert ready.ui.applyButton.text == "Add report"
    ready.run()
    assert ready.case.report.text == REPORT
    rejected = ready.spot(spot_id)
    assert not rejected.accepted
    assert rejected.edited_by == "reader"
    assert ready.ui.changesLabel.visible
    assert "The report changed:" in ready.ui.changesLabel.text
    assert ready.ui.applyButton.text == "Segment"
    ready.ui.undoButton.click()
    assert ready.case.report is None
    assert ready.ui.applyButton.text == "Add report"
    ready.ui.redoButton.click()
    assert ready.case.report is not None
    assert ready.ui.applyButton.text == "Segment"


def test_a_report_that_was_deleted_during_the_run_stays_with_its_case(ready):
    ready.panel.inputs.use_report(REPORT)
    ready.ui.applyButton.click()
    ready.application.scene.RemoveNode(ready.parameters.report)
    ready.wait()
    kept = ready.panel.results.review.case_node.GetNodeReference("text")
    assert kept.GetText() == REPORT
    assert kept.GetScene() is ready.application.scene
    assert ready.panel.inputs.report_text == REPORT


def test_segmenting_a_reviewed_scan_again_asks_before_the_review_is_lost(ready):
    ready.run()
    spot_id = ready.selected_id
    ready.press("X" if ready.spot(spot_id).accepted else "A")
    decided = ready.spot(spot_id).accepted
    ready.application.dialogs.answer("No")
    ready.ui.applyButton.click()
    assert not ready.panel.run.is_running
    assert ready.spot(spot_id).accepted is decided
    before = Counter(kind for kind, _id in ready.nodes())
    ready.application.dialogs.answer("Yes")
    ready.run()
    assert not any(spot.edited_by for spot in ready.case.hot_spots)
    assert Counter(kind for kind, _id in ready.nodes()) == before


def test_the_result_goes_to_the_scan_it_was_started_with(ready, scan_file):
    first = ready.parameters.scan
    other = ready.add_volumes(scan_file, "other")["anterior"]
    ready.ui.applyButton.click()
    ready.parameters.scan = other
    ready.wait()
    assert ready.panel.results.review.nodes.volumes["anterior"] is first


def test_a_worker_that_was_killed_is_a_sentence(ready, no_gpu):
    before = ready.nodes()
    ready.ui.applyButton.click()
    ready.application.wait_until(lambda: "Loading" in ready.ui.statusLabel.text)
    ready.panel.run.job._worker._process.kill()
    ready.wait()
    (said,) = ready.application.dialogs.texts
    assert "ended unexpectedly" in said
    assert ready.nodes() == before
    assert ready.ui.applyButton.enabled
    ready.application.dialogs.asked.clear()
    ready.run()
    assert ready.case is not None


def test_out_of_memory_on_the_gpu_offers_the_cpu_and_goes_on_there(ready, worker_that, tmp_path):
    asked = tmp_path / "devices"
    worker_that(f"""
        while True:
            with open({str(asked)!r}, "a") as file:
                file.write(arguments["device"] + " ")
            say(id=number, event="error", kind="memory", message="CUDA out of memory")
            request = json.loads(sys.stdin.readline())
            number, arguments = request["id"], request["arguments"]
    """)
    from BoneMetSegPanel.choices import Device

    ready.parameters.device = Device.GPU
    ready.application.dialogs.answer("Yes")
    ready.run()
    ready.application.wait_until(lambda: len(ready.application.dialogs.texts) == 2)
    assert "out of memory" in ready.application.dialogs.texts[0]
    assert "Try again on the CPU?" in ready.application.dialogs.texts[0]
    assert "Try again" not in ready.application.dialogs.texts[1]
    assert ready.parameters.device is Device.GPU
    assert asked.read_text() == "cuda cpu "


@pytest.mark.parametrize(
    ("ending", "said"),
    [
        ('say(id=number, event="error", kind="memory", message="m")', "ran out of memory"),
        (
            'say(id=number, event="error", kind="bug", message="OSError: [Errno 28] No space left on device")',
            "disk is full",
        ),
        (
            'say(id=number, event="error", kind="bug", message="ModuleNotFoundError: No module named \'torch\'")',
            "the Python package torch is missing",
        ),
        ('say(id=number, event="error", kind="bug", message="KeyError: 3")', "fault of the program: KeyError: 3"),
        ('say(id=number, event="error", kind="input", message="The scan is empty.")', "The scan is empty."),
        ('print("no answer", flush=True); sys.exit(3)', "ended unexpectedly"),
        ('sys.stderr.write("No module named transformers"); sys.exit(1)', "the Python package transformers is missing"),
        ('say(id=number, event="done", result={})', "fault of the program"),
    ],
)
def test_every_bad_end_is_a_sentence_and_leaves_nothing(ready, worker_that, no_gpu, ending, said):
    before = ready.nodes()
    worker_that(ending)
    ready.run()
    (sentence,) = ready.application.dialogs.texts
    assert said in sentence
    assert said in ready.ui.statusLabel.text
    assert ready.nodes() == before
    assert ready.ui.applyButton.text == "Segment"
    assert not list(ready.temporary_folder.glob("BoneMetSeg-*"))


def test_a_program_that_cannot_be_started_is_a_sentence(ready, no_gpu):
    ready.panel.run.job._worker._command = ["/no/such/program"]
    ready.run()
    assert "ended unexpectedly" in ready.application.dialogs.texts[-1]
    assert ready.ui.applyButton.text == "Segment"


def test_a_full_disk_before_the_start_is_a_sentence(ready, monkeypatch):
    import errno

    def full(*_arguments):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("BoneMetSegPanel.segmentation_job.write_transferred_scan", full)
    ready.ui.applyButton.click()
    assert "No space left on device" in ready.application.dialogs.texts[-1]
    assert not ready.panel.run.is_running


def test_the_window_lives_while_the_worker_works(ready):
    ready.ui.applyButton.click()
    turns = 0
    while ready.panel.run.is_running and ready.ui.statusLabel.text[:9] != "Measuring":
        ready.application.qt_application.processEvents()
        turns += 1
        time.sleep(0.005)
    assert turns > 50, "the window comes around between the worker's answers"
    ready.wait()


def test_the_scene_closed_during_a_run_ends_it(ready):
    ready.ui.applyButton.click()
    ready.application.wait_until(lambda: "Loading" in ready.ui.statusLabel.text)
    pid = _worker_pid(ready)
    ready.application.close_scene()
    assert not _is_alive(pid)
    assert not ready.panel.run.is_running
    assert ready.case is None
    assert ready.ui.applyButton.text == "Segment"
    assert not ready.ui.applyButton.enabled


def test_the_scan_deleted_during_a_run_ends_it(ready):
    ready.ui.applyButton.click()
    ready.application.scene.RemoveNode(ready.parameters.scan)
    assert not ready.panel.run.is_running
    assert "deleted" in ready.ui.statusLabel.text


def test_what_another_slicer_works_on_is_left_alone(ready):
    from BoneMetSegPanel.segmentation_job import remove_leftovers

    young, old = ready.temporary_folder / "BoneMetSeg-young", ready.temporary_folder / "BoneMetSeg-old"
    for folder in (young, old):
        folder.mkdir()
    os.utime(old, (time.time() - 86400,) * 2)
    remove_leftovers(str(ready.temporary_folder))
    assert young.exists()
    assert not old.exists()
    young.rmdir()


def test_a_quiet_worker_is_no_failure(ready, worker_that):
    worker_that('say(id=number, event="error", kind="input", message="no"); sys.exit(0)')
    ready.run()
    ready.application.process_events(0.5)
    assert len(ready.application.dialogs.texts) == 1


def test_a_worker_that_ends_by_itself_is_deleted_by_qt_and_not_by_python_within_its_own_signal(ready, worker_that):
    import qt

    worker_that('say(id=number, event="error", kind="input", message="no"); sys.stdin.read()')
    ready.run()
    process = ready.panel.run.job._worker._process
    assert process.parent() is qt.QCoreApplication.instance()
    gone = []
    process.connect("destroyed(QObject*)", lambda _process: gone.append(True))
    del process
    os.kill(_worker_pid(ready), 9)
    ready.application.wait_until(lambda: gone, seconds=10)


def test_numbers_of_progress_never_go_back(ready, worker_that):
    worker_that("""
        for done, left in ((0.1, 9.0), (0.5, 3.0), (0.4, 7.0), (0.6, 5.0)):
            say(id=number, event="progress", stage="segmenting", done=done, seconds_left=left)
        sys.stdin.read()
    """)
    values = []
    ready.ui.progressBar.connect("valueChanged(int)", values.append)
    ready.ui.applyButton.click()
    ready.application.wait_until(lambda: values and values[-1] == 600)
    assert values == sorted(values)
    assert ready.ui.statusLabel.text == "Segmenting, about 3 s left"
    ready.panel.run.cancel()


def test_an_answer_in_pieces_is_understood(ready, worker_that):
    worker_that("""
        line = json.dumps({"id": number, "event": "error", "kind": "input", "message": "左侧"}, ensure_ascii=False)
        data = (line + chr(10)).encode()
        sys.stdout.buffer.write(data[:-6]); sys.stdout.buffer.flush(); time.sleep(0.3)
        sys.stdout.buffer.write(data[-6:]); sys.stdout.buffer.flush()
        sys.stdin.read()
    """)
    ready.run()
    assert ready.application.dialogs.texts == ["左侧"]


def test_counts_of_the_volumes_stay_as_they_are(ready):
    import slicer

    before = slicer.util.arrayFromVolume(ready.parameters.scan).copy()
    ready.run()
    np.testing.assert_array_equal(slicer.util.arrayFromVolume(ready.parameters.scan), before)


def test_a_posterior_view_declared_mirrored_is_shown_with_its_sides_exchanged(ready):
    from BoneMetSegPanel.choices import PosteriorExport

    loaded = ready.parameters.scan.GetNodeReference("BoneMetSeg.OtherView")
    ready.parameters.posteriorExport = PosteriorExport.MIRRORED
    ready.run()
    nodes = ready.panel.results.review.nodes
    shown = nodes.volumes["posterior"]
    assert shown is not loaded
    matrices = [slicer_matrix(loaded), slicer_matrix(shown)]
    assert matrices[0][0, 0] == -matrices[1][0, 0]
    np.testing.assert_allclose(matrices[1], ready.case.scan.views["posterior"].ijk_to_ras)
    assert ready.parameters.scan is not None
    assert ready.panel.inputs.scan.views["posterior"].mirrored
    assert ready.ui.applyButton.text == "Segment"


def slicer_matrix(volume):
    import vtk

    from BoneMetSegLib.scene_images import array_of_matrix

    matrix = vtk.vtkMatrix4x4()
    volume.GetIJKToRASMatrix(matrix)
    return array_of_matrix(matrix)


def test_a_case_whose_part_is_deleted_while_its_report_is_read_becomes_a_case_anew(ready):
    ready.run()
    review = ready.panel.results.review
    ready.panel.inputs.use_report(REPORT)
    ready.ui.applyButton.click()
    ready.application.scene.RemoveNode(review.maps_node)
    ready.wait()
    assert ready.panel.results.review is not review
    assert ready.case.report.text == REPORT


def test_a_case_whose_part_is_deleted_while_it_is_segmented_anew_is_replaced(ready):
    ready.run()
    review = ready.panel.results.review
    ready.ui.applyButton.click()
    ready.application.scene.RemoveNode(review.nodes.segmentations["anterior"])
    ready.wait()
    assert ready.panel.results.review is not review
    assert review.case_node.GetScene() is None
