"""A time limit for readers written in Python, which a file made for it could keep busy for hours (floor 2)."""

from __future__ import annotations

import contextlib
import ctypes
import threading
from collections.abc import Iterator

from .errors import InputError

READING_SECONDS = 8.0  # a report of 50 pages takes about one


class _OutOfTime(BaseException):
    """Raised inside the block; no ``except Exception`` of a library may swallow it."""


@contextlib.contextmanager
def time_limit(name: str, seconds: float = READING_SECONDS) -> Iterator[None]:
    """End the block after some seconds, between two of its Python instructions.

    It works in any thread and on every system, unlike signals. A single call into C is not interrupted: those are kept
    short by limits on sizes.

    Raises
    ------
    InputError
        The block took too long; the sentence names the file.
    """
    thread = threading.get_ident()
    lock, over = threading.Lock(), False

    def stop() -> None:
        with lock:
            if not over:
                ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(_OutOfTime))

    timer = threading.Timer(seconds, stop)
    timer.daemon = True
    timer.start()
    try:
        try:
            yield
        finally:
            with lock:
                over = True
            timer.cancel()
            # One that was sent but did not arrive yet is taken back.
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), None)
    except _OutOfTime:
        raise InputError(f"{name} takes longer than {seconds:.0f} s to read; it is damaged or no report") from None
