"""Why a run ends before its last step: Ctrl-C, the clock, or no progress. Each ends it after a whole step."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Any


@dataclass
class StopRequest:
    """Set by Ctrl-C, read after each step; a second Ctrl-C is not waited for."""

    asked: bool = False

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Hear Ctrl-C for a while; only a process's main thread can."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = signal.getsignal(signal.SIGINT)

        def hear(_number: int, _frame: FrameType | None) -> None:
            self.asked = True
            signal.signal(signal.SIGINT, signal.default_int_handler)

        signal.signal(signal.SIGINT, hear)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)


class Patience:
    """Says when a score has not risen for so many validations.

    Parameters
    ----------
    validations : int
        0 waits for ever.
    """

    def __init__(self, validations: int) -> None:
        self._validations = validations
        self._best = float("-inf")
        self._since = 0

    def spent(self, score: float) -> bool:
        """Take one more validation into account."""
        self._since = 0 if score > self._best else self._since + 1
        self._best = max(self._best, score)
        return 0 < self._validations <= self._since

    def state_dict(self) -> dict[str, Any]:
        """Return what a checkpoint keeps."""
        return {"best": self._best, "since": self._since}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take up what a checkpoint kept."""
        self._best, self._since = state["best"], state["since"]
