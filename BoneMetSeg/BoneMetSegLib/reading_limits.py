"""Limits of time and memory for readers in Python, which a file made for it could keep busy for hours (floor 2)."""

from __future__ import annotations

import contextlib
import ctypes
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from .errors import InputError

READING_SECONDS = 8.0  # a report of 50 pages takes two
READING_BYTES = 800_000_000
_WATCH_SECONDS = 0.05


class _OverLimit(BaseException):
    """Raised inside the block; no ``except Exception`` of a library may swallow it."""


@contextlib.contextmanager
def reading_limits(name: str, seconds: float = READING_SECONDS, memory_bytes: int = READING_BYTES) -> Iterator[None]:
    """End the block where it takes too long or too much memory, between two of its Python instructions.

    A thread watches; it works in any thread and on every system, unlike signals. A single call into C is not
    interrupted: those are kept short by limits on sizes.

    Parameters
    ----------
    name : str
        The file's name, for the error.
    seconds : float
    memory_bytes : int
        Growth of the process within the block.

    Raises
    ------
    InputError
        A limit was passed; the sentence names the file.
    """
    thread, lock, over = threading.get_ident(), threading.Lock(), threading.Event()
    end, most = time.monotonic() + seconds, memory_in_use() + memory_bytes
    fault = ""

    def watch() -> None:
        nonlocal fault
        while not over.wait(_WATCH_SECONDS):
            if time.monotonic() > end:
                fault = f"takes longer than {seconds:.0f} s to read"
            elif memory_in_use() > most:
                fault = f"needs more than {memory_bytes / 1e6:.0f} MB of memory to read"
            else:
                continue
            with lock:
                if not over.is_set():
                    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(_OverLimit))
            return

    threading.Thread(target=watch, daemon=True).start()
    try:
        try:
            yield
        finally:
            with lock:
                over.set()
            # One that was sent but did not arrive yet is taken back.
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), None)
    except _OverLimit:
        raise InputError(f"{name} {fault}; it is damaged or no report") from None


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
