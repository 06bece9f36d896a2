"""Keeping decoders from writing on the user's screen what is harmless, or is said better by an error (floor 2)."""

from __future__ import annotations

import contextlib
import os
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def quiet_decoder() -> Iterator[None]:
    """Silence Python warnings, ITK's warnings and what C libraries write on standard error, within the block.

    GDCM tries its 8-bit JPEG library first on 12-bit images, which then prints "Unsupported JPEG data precision 12".
    """
    import SimpleITK

    shown = SimpleITK.ProcessObject.GetGlobalWarningDisplay()
    with warnings.catch_warnings(), _standard_error_closed():
        warnings.simplefilter("ignore")
        SimpleITK.ProcessObject.SetGlobalWarningDisplay(False)
        try:
            yield
        finally:
            SimpleITK.ProcessObject.SetGlobalWarningDisplay(shown)


@contextlib.contextmanager
def _standard_error_closed() -> Iterator[None]:
    try:
        if sys.stderr is not None:
            sys.stderr.flush()
        saved = os.dup(2)
    except (OSError, ValueError):  # a windowed program on Windows has no standard error
        yield
        return
    try:
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), 2)
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
