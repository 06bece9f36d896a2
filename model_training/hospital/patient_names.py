"""Names for patients that do not tell who they are, and the division of patients into lists."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from BoneMetSegLib.errors import InputError

_TEST_SHARE, _VALIDATION_SHARE = 0.1, 0.1
_MIN_SALT_CHARACTERS = 16


def read_salt(path: Path | None) -> str:
    """Return the secret that patients' numbers are mixed with before they are hashed.

    Without it somebody could hash all numbers of a hospital and compare.

    Parameters
    ----------
    path : Path, optional
        A file that holds it; it is made where there is none. None: a secret that nobody keeps, so that another import
        gives the same patients other names.

    Raises
    ------
    InputError
        The file cannot be read or written, or holds less than 16 characters.
    """
    if path is None:
        return secrets.token_hex(32)
    try:
        if not path.exists():
            path.write_text(secrets.token_hex(32), encoding="utf-8")
        salt = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeError) as error:
        raise InputError(f"--salt {path} can be neither read nor made") from error
    if len(salt) < _MIN_SALT_CHARACTERS:
        raise InputError(f"--salt {path} holds fewer than {_MIN_SALT_CHARACTERS} characters, which is no secret")
    return salt


def plain_number(number: str) -> str:
    """Return a patient's number without what archives write in one way or the other: blanks around it, case."""
    return " ".join(number.split()).casefold()


def patient_name(number: str, salt: str) -> str:
    """Return "patient_" and 16 hexadecimal digits for a patient's number, whatever blanks and case it has."""
    plain = plain_number(number)
    key = hashlib.sha256(salt.encode("utf-8")).digest()
    return "patient_" + hashlib.blake2b(plain.encode("utf-8"), digest_size=8, key=key).hexdigest()


def patient_by_pattern(pattern: str, names: Sequence[str]) -> str:
    """Return what a regular expression finds in the files' names: its first group, else all it matches.

    Parameters
    ----------
    pattern : str
        ``--patient-pattern``.
    names : sequence of str
        Files of one examination with their folders, parted by "/".

    Raises
    ------
    InputError
        It is no regular expression, finds nothing, or different patients.
    """
    try:
        expression = re.compile(pattern)
    except re.error as error:
        raise InputError(f"--patient-pattern {pattern!r} is no regular expression ({error})") from error
    found = [match for match in map(expression.search, names) if match]
    patients = {(match[1] if expression.groups else match[0]) or "" for match in found} - {""}
    if not patients:
        raise InputError(f"{names[0]}: --patient-pattern finds no patient in this name")
    if len(patients) > 1:
        raise InputError(f"{names[0]}: --patient-pattern finds {len(patients)} patients in the files of one scan")
    return patients.pop()


def divide(patients: Sequence[str], seed: int, folds: int | None = None) -> dict[str, tuple[str, int | None]]:
    """Return for each patient the list ("training", "validation", "test") and the fold.

    80, 10 and 10 % of the patients; of three patients or more there is one in every list. With folds nobody is in
    "validation", and who is in "training" has a fold from 0 on.

    Parameters
    ----------
    patients : sequence of str
        The order does not matter, the set does.
    seed : int
    folds : int, optional

    Raises
    ------
    InputError
        Fewer patients than folds.
    """
    names = sorted(set(patients))
    order = [names[index] for index in np.random.default_rng([seed, 11]).permutation(len(names))]
    few = len(order) >= 3
    tests = max(round(_TEST_SHARE * len(order)), int(few))
    if folds is not None:
        if not 2 <= folds <= len(order) - tests:
            raise InputError(f"--folds {folds}: there are {len(order) - tests} patients for them; give 2 or more folds")
        return dict.fromkeys(order[:tests], ("test", None)) | {
            name: ("training", index % folds) for index, name in enumerate(order[tests:])
        }
    others = max(round(_VALIDATION_SHARE * len(order)), int(few))
    return {
        name: ("test" if index < tests else "validation" if index < tests + others else "training", None)
        for index, name in enumerate(order)
    }
