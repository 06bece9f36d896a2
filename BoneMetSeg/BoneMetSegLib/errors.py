"""The one error a user can do something about (floor 1)."""

from __future__ import annotations


class InputError(ValueError):
    """The input cannot be used.

    The message is one sentence in words a clinician understands: it names the file (or option) and the fault, and
    where possible what to do. Faces print it as it is and exit with code 2; nothing has been written by then.
    """
