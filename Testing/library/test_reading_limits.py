"""Limits of time and memory for readers of reports."""

from __future__ import annotations

import contextlib
import threading
import time

import pytest

from BoneMetSegLib.errors import InputError
from BoneMetSegLib.reading_limits import within_limits


def test_what_a_reader_returns_or_raises_comes_back():
    assert within_limits("a.pdf", lambda: 42) == 42
    with pytest.raises(ZeroDivisionError):
        within_limits("a.pdf", lambda: 1 // 0)


def test_a_reader_that_swallows_the_order_to_end_is_told_again():
    swallowed = []

    def stubborn() -> None:
        while True:
            try:
                while True:
                    sum(range(100))
            except BaseException as error:
                if len(swallowed) == 2:
                    raise
                swallowed.append(error)

    before = threading.active_count()
    with pytest.raises(InputError, match=r"^a\.pdf takes longer than 0 s to read"):
        within_limits("a.pdf", stubborn, 0.2)
    assert len(swallowed) == 2
    assert threading.active_count() == before


def test_a_reader_that_hangs_outside_python_does_not_hold_its_caller():
    start = time.monotonic()
    with pytest.raises(InputError, match="takes longer"):
        within_limits("a.pdf", lambda: time.sleep(3), 0.2)
    assert time.monotonic() - start < 2


def test_an_order_that_comes_as_the_reader_ends_harms_nobody(capfd):
    results = []

    def work(seconds: float) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            pass

    def caller() -> None:
        for number in range(30):
            with contextlib.suppress(InputError):
                results.append(within_limits("a.pdf", lambda n=number: work(0.045 + n * 0.0005), 0.05))
            results.append(None)

    threads = [threading.Thread(target=caller) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) >= 90
    assert capfd.readouterr().err == ""
