"""Limits of time and memory for readers in Python, which a file made for it could keep busy for hours (floor 2)."""

from __future__ import annotations

import ctypes
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

from .errors import InputError

READING_SECONDS = 8.0  # 30 full pages of a PDF document take two, and a slow machine four times that
READING_BYTES = 800_000_000
_WATCH_SECONDS = 0.05
_TIMES_TOLD = 10
# A machine that is busy with other work gives the reader less of itself; waiting has an end still.
_TIMES_ON_A_BUSY_MACHINE = 5
_Result = TypeVar("_Result")


class _OverLimit(BaseException):
    """Raised in the reader's thread; no ``except Exception`` of a library may swallow it."""


class _Work(Generic[_Result]):
    """A function in a thread of its own, which can be ended between two of its Python instructions.

    An exception that is sent to a thread arrives at some later moment, in a ``finally`` or behind the last line too. In
    a thread that does nothing else that harms nobody; in the caller's it might arrive when reading is long over.
    """

    def __init__(self, function: Callable[[], _Result]) -> None:
        self._function = function
        self._lock = threading.Lock()  # held when the thread ends its work, and when it is told to
        self._ended = False
        self.result: list[_Result] = []
        self.error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            try:
                self.result.append(self._function())
            except BaseException as error:
                self.error = error
            with self._lock:
                self._ended = True
        except _OverLimit:
            self._ended = True

    def ends_within(self, seconds: float) -> bool:
        """Wait; return whether the work has ended."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def end(self) -> None:
        """Tell the thread to end; a library may swallow that in a callback, so it is told again."""
        thread = ctypes.c_ulong(self._thread.ident or 0)
        for _ in range(_TIMES_TOLD):
            with self._lock:
                if not self._ended:
                    ctypes.pythonapi.PyThreadState_SetAsyncExc(thread, ctypes.py_object(_OverLimit))
            if self.ends_within(_WATCH_SECONDS):
                return


def within_limits(
    name: str, function: Callable[[], _Result], seconds: float = READING_SECONDS, memory_bytes: int = READING_BYTES
) -> _Result:
    """Return what a function returns, unless it takes too long or too much memory.

    It runs in a thread of its own, in any thread and on every system, unlike signals. A single call into C is not
    interrupted but left behind: those are kept short by limits on sizes.

    Parameters
    ----------
    name : str
        The file's name, for the error.
    function : callable
        Without arguments; its exceptions are raised here.
    seconds : float
        Of the process's work, by the clock and by the processor; by the clock alone five times as many.
    memory_bytes : int
        Growth of the process meanwhile.

    Raises
    ------
    InputError
        A limit was passed; the sentence names the file.
    """
    start, worked, most = time.monotonic(), time.process_time(), memory_in_use() + memory_bytes
    work = _Work(function)
    fault = ""
    try:
        while not fault and not work.ends_within(_WATCH_SECONDS):
            waited = time.monotonic() - start
            if waited > seconds * _TIMES_ON_A_BUSY_MACHINE or min(waited, time.process_time() - worked) > seconds:
                fault = f"takes longer than {seconds:.0f} s to read"
            elif memory_in_use() > most:
                fault = f"needs more than {memory_bytes / 1e6:.0f} MB of memory to read"
    except BaseException:  # the caller was interrupted from the keyboard
        work.end()
        raise
    if fault:
        work.end()
        raise InputError(f"{name} {fault}; it is damaged or no report")
    if work.error is not None:
        raise work.error
    return work.result[0]


def memory_in_use() -> int:
    """Return the bytes of memory that this process holds (on macOS: held at most), 0 where the system does not say."""
    if sys.platform == "win32":
        return _windows_memory()
    try:
        import resource

        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
        return int(pages) * resource.getpagesize()
    except ImportError:
        return 0
    except (OSError, ValueError, IndexError):
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak * 1024


def _windows_memory() -> int:
    class Counters(ctypes.Structure):
        _fields_ = (
            ("cb", ctypes.c_uint32),
            ("page_faults", ctypes.c_uint32),
            *(
                (name, ctypes.c_size_t)
                for name in ("peak", "working_set", "a", "b", "c", "d", "pagefile", "peak_pagefile")
            ),
        )

    counters = Counters()
    counters.cb = ctypes.sizeof(counters)
    windll = getattr(ctypes, "windll")  # noqa: B009 (other systems do not have it)
    windll.kernel32.GetCurrentProcess.restype = ctypes.c_void_p
    process = ctypes.c_void_p(windll.kernel32.GetCurrentProcess())
    read = windll.kernel32.K32GetProcessMemoryInfo(process, ctypes.byref(counters), counters.cb)
    return int(counters.working_set) if read else 0
