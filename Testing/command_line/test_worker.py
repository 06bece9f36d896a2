"""``bonemetseg worker``: JSON lines in and out, the model stays loaded, cancel leaves nothing."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from BoneMetSegLib.scan_files import read_scan
from BoneMetSegLib.scan_transfer import write_transferred_scan
from Testing.command_line.command import REPORT_ZH, command_environment, result_of


class Client:
    """A program that talks to the worker."""

    def __init__(self, *options: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "BoneMetSegLib.cli", "worker", *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
            env=command_environment(),
        )
        assert self.next()["event"] == "ready"

    def send(self, **request: object) -> None:
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()

    def raw(self, line: str) -> None:
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def next(self) -> dict:
        line = self.process.stdout.readline()
        assert line, "the worker ended"
        return json.loads(line)

    def until_end(self) -> list[dict]:
        events = [self.next()]
        while events[-1]["event"] == "progress":
            events.append(self.next())
        return events


@pytest.fixture(scope="module")
def worker():
    client = Client()
    yield client
    client.process.stdin.close()
    assert client.process.wait(timeout=20) == 0


def segment(scan_file, out, **more) -> dict:
    return {"scans": [str(scan_file)], "out": str(out), "scene": False, **more}


def test_a_case_is_written_with_progress_on_the_way(worker, scan_file, tmp_path):
    worker.send(id=1, command="segment", arguments=segment(scan_file, tmp_path / "out", report_text=REPORT_ZH))
    events = worker.until_end()
    assert events[-1]["event"] == "done"
    assert events[-1]["result"]["lesion_count"] == result_of(tmp_path / "out")["burden"]["lesion_count"]
    assert {event["id"] for event in events} == {1}
    shares = [event["done"] for event in events[:-1]]
    assert shares == sorted(shares)
    assert shares


def test_the_same_files_as_the_command_line_writes(worker, scan_file, finished_case, tmp_path):
    worker.send(id=2, command="segment", arguments=segment(scan_file, tmp_path / "out", report_text=REPORT_ZH))
    assert worker.until_end()[-1]["event"] == "done"
    for name in ("anterior.seg.nrrd", "posterior.seg.nrrd", "hot_spots.csv"):
        assert (tmp_path / "out" / name).read_bytes() == (finished_case / name).read_bytes()


def test_a_cancelled_request_writes_nothing(worker, scan_file, tmp_path):
    worker.send(id=3, command="segment", arguments=segment(scan_file, tmp_path / "out"))
    assert worker.next()["event"] == "progress"
    worker.send(id=3, command="cancel")
    assert worker.until_end()[-1] == {"id": 3, "event": "cancelled"}
    assert not list(tmp_path.iterdir())


def test_a_request_that_waits_can_be_cancelled(worker, scan_file, tmp_path):
    worker.send(id=4, command="segment", arguments=segment(scan_file, tmp_path / "a"))
    worker.send(id=5, command="segment", arguments=segment(scan_file, tmp_path / "b"))
    worker.send(id=5, command="cancel")
    assert worker.until_end()[-1]["event"] == "done"
    assert worker.until_end()[-1] == {"id": 5, "event": "cancelled"}


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ({"scans": ["nowhere.dcm"], "out": "out"}, "nowhere.dcm"),
        ({"scans": [], "out": "out"}, "scans"),
        ({"scans": ["a.dcm"], "out": "out", "wrong": 1}, "wrong"),
    ],
)
def test_input_that_cannot_be_used_is_a_sentence_and_the_worker_lives_on(worker, arguments, word):
    worker.send(id=6, command="segment", arguments=arguments)
    answer = worker.until_end()[-1]
    assert (answer["event"], answer["kind"]) == ("error", "input")
    assert word in answer["message"]


@pytest.mark.parametrize("line", ["not json", "[1, 2]", '{"no": "command"}', '{"id": 9, "command": "dance"}'])
def test_a_line_that_is_no_request_is_answered(worker, line):
    worker.raw(line)
    assert worker.until_end()[-1]["event"] == "error"


def test_the_model_can_be_loaded_ahead(worker):
    worker.send(id=7, command="load", arguments={"device": "cpu"})
    assert worker.until_end()[-1]["result"]["device"] == "cpu"


def test_measure_works_through_the_worker(worker, scan_file, tmp_path):
    out = tmp_path / "out"
    worker.send(id=8, command="segment", arguments=segment(scan_file, out))
    assert worker.until_end()[-1]["event"] == "done"
    worker.send(id=9, command="measure", arguments={"out": str(out)})
    assert worker.until_end()[-1]["event"] == "done"


def test_the_end_of_input_and_shutdown_end_the_worker():
    for ending in ('{"command": "shutdown"}\n', ""):
        client = Client()
        client.process.stdin.write(ending)
        client.process.stdin.close()
        assert client.process.wait(timeout=30) == 0


def test_kill_ends_the_worker_in_the_middle_of_its_work(scan_file, tmp_path):
    client = Client()
    client.send(id=1, command="segment", arguments=segment(scan_file, tmp_path / "out"))
    assert client.next()["event"] == "progress"
    client.send(command="kill")
    assert client.process.wait(timeout=10) == 1
    assert not (tmp_path / "out").exists()


def test_a_worker_whose_program_is_gone_ends_at_once_if_asked_to(scan_file, tmp_path):
    client = Client("--end-with-input")
    client.send(id=1, command="segment", arguments=segment(scan_file, tmp_path / "out"))
    assert client.next()["event"] == "progress"
    client.process.stdin.close()
    assert client.process.wait(timeout=10) == 1
    assert not (tmp_path / "out").exists()


def test_a_scan_handed_over_by_slicer_gives_the_same_hot_spots(worker, scan_file, finished_case, tmp_path):
    write_transferred_scan(tmp_path / "scan.npz", read_scan(scan_file))
    arguments = segment(
        tmp_path / "scan.npz", tmp_path / "out", report_text=REPORT_ZH, transferred=True, pictures=False
    )
    worker.send(id=1, command="segment", arguments=arguments)
    assert worker.until_end()[-1]["event"] == "done"
    assert result_of(tmp_path / "out")["hot_spots"] == result_of(finished_case)["hot_spots"]
    assert not (tmp_path / "out" / "overlay.png").exists()
