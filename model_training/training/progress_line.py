"""One line that is written over on a terminal, and lines one below the other without one."""

from __future__ import annotations

import logging
import sys
import time

_LOG = logging.getLogger(__name__)
_EVERY_S = 0.5


def time_left(seconds: float) -> str:
    """Return a time in words: "2 h 05 min", "3 min 10 s"."""
    minutes, rest = divmod(round(max(seconds, 0.0)), 60)
    hours, more = divmod(minutes, 60)
    return f"{hours} h {more:02d} min" if hours else f"{minutes} min {rest:02d} s"


class ProgressLine:
    """Shows where a run is."""

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()
        self._last = 0.0
        self._width = 0

    def show(self, text: str) -> None:
        """Write the line over, on a terminal only."""
        now = time.monotonic()
        if self._terminal and now - self._last > _EVERY_S:
            self._last = now
            sys.stderr.write("\r" + text.ljust(self._width))
            sys.stderr.flush()
            self._width = len(text)

    def say(self, text: str) -> None:
        """Write a line that stays."""
        if self._terminal and self._width:
            sys.stderr.write("\r" + " " * self._width + "\r")
            self._width = 0
        _LOG.info(text)
