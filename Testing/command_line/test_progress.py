"""How far a run is, and the time left, by a clock of the test's."""

from __future__ import annotations

import pytest

from BoneMetSegLib import jobs
from BoneMetSegLib.jobs import ModelShelf, ProgressEvent, StageProgress
from Testing.library.tiny_spect_bundle import write_tiny_spect_bundle


@pytest.fixture
def told(monkeypatch):
    """A run whose clock the test sets, and what it told."""
    clock, events = [0.0], []
    monkeypatch.setattr(jobs.time, "monotonic", lambda: clock[0])
    return StageProgress(events.append), clock, events


def test_the_time_left_follows_from_the_share_that_is_done(told):
    tell, clock, events = told
    tell("reading")
    clock[0] = 8.0
    tell("segmenting")  # reading and loading are 0.02 + 0.38 of a cold run
    assert events == [ProgressEvent("reading", 0.0, None), ProgressEvent("segmenting", 0.4, pytest.approx(12.0))]


def test_a_model_that_is_at_hand_is_no_part_of_the_whole(told):
    tell, clock, events = told
    tell.leave_out("loading the model")
    clock[0] = 1.0
    tell("segmenting")
    clock[0] = 4.0
    tell("segmenting", 1.0)
    done = (0.02 + 0.25) / 0.62
    assert events[0].seconds_left is None
    assert (events[1].done, events[1].seconds_left) == pytest.approx((done, 4 * (1 / done - 1)))


def test_a_shelf_knows_what_it_holds(tmp_path):
    shelf, folder = ModelShelf(), write_tiny_spect_bundle(tmp_path / "spect").folder
    assert not shelf.holds(folder, "cpu")
    shelf.get(folder, "cpu")
    assert shelf.holds(folder, "cpu")
    assert not shelf.holds(folder, "cuda")
    assert not shelf.holds(None, "cpu", "spect")
