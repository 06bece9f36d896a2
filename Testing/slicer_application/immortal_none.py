"""A remedy for PySide6 6.12 on Python below 3.12: it returns None without counting the reference.

Its functions without a result, and ``property`` for a name that is not there, each take one reference to None away.
Python 3.12 never counts them; before, a long run ends with "deallocating None".
"""

from __future__ import annotations

import ctypes
import sys

_MANY = 1 << 40
_done: list[bool] = []


def make_none_immortal() -> None:
    """Give None more references than any run can take away; once for the process."""
    if sys.version_info < (3, 12) and sys.implementation.name == "cpython" and not _done:
        for one in (None, True, False):  # True and False went the same way, seldom
            ctypes.c_ssize_t.from_address(id(one)).value += _MANY
        _done.append(True)
