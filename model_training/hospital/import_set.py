"""Import many examinations into a folder of cases: all or, on demand, all that can be read; whole or not at all."""

from __future__ import annotations

import csv
import io
import shutil
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from BoneMetSegLib.errors import InputError
from BoneMetSegLib.scan import Identity
from model_training.simulator.case_files import json_bytes, replace_file

from .case_files import HospitalCase, HospitalSpect, write_hospital_case
from .examination_files import ExaminationFiles
from .patient_names import divide, patient_by_pattern, patient_name, plain_number

DATALIST_NAME, SOURCES_NAME = "datalist.json", "sources.csv"
_FAULTS_SHOWN = 20
_PROGRESS_EVERY_S = 5.0


@dataclass(frozen=True)
class ReadExamination:
    """An examination before its patient has a name.

    Attributes
    ----------
    case : HospitalCase or HospitalSpect
        Its ``patient`` is still empty.
    identity : Identity
        Of the scan's file.
    notes : tuple of str
        What was assumed, for the user. They may name files.
    """

    case: HospitalCase | HospitalSpect
    identity: Identity = field(default_factory=Identity)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class ImportOptions:
    """How a set is imported.

    Attributes
    ----------
    salt : str
        Mixed with patients' numbers.
    patient_pattern : str, optional
        Where files' names tell the patient.
    seed : int
    folds : int, optional
    skip_faulty : bool
        Leave out examinations that cannot be read, instead of importing nothing.
    """

    salt: str
    patient_pattern: str | None = None
    seed: int = 0
    folds: int | None = None
    skip_faulty: bool = False


@dataclass(frozen=True)
class ImportedSet:
    """What was imported.

    Attributes
    ----------
    datalist : Path
    cases, patients : int
    notes, faults : tuple of str
        What was assumed, and why examinations were left out.
    """

    datalist: Path
    cases: int
    patients: int
    notes: tuple[str, ...]
    faults: tuple[str, ...]


def import_set(
    folder: Path,
    examinations: Sequence[ExaminationFiles],
    read: Callable[[ExaminationFiles], ReadExamination],
    out: Path,
    options: ImportOptions,
    kind: str,
) -> ImportedSet:
    """Read, name and write examinations, with the data list.

    Parameters
    ----------
    folder : Path
        Where the files lie; names are shown from there.
    examinations : sequence of ExaminationFiles
    read : callable
        Raises ``InputError`` on what cannot be used.
    out : Path
        New or empty.
    options : ImportOptions
    kind : str
        What was imported, for the set's own description.

    Raises
    ------
    InputError
        The folder is not empty, there is nothing to import, or an examination cannot be read and is not to be skipped;
        nothing has been written then.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise InputError(f"{out} is not empty; give a new folder")
    if not examinations:
        raise InputError(f"{folder} holds nothing to import: no annotation was found (docs/your_own_data.md)")
    part = out.with_name(f".{out.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        part.mkdir(parents=True)
        written = _write(folder, examinations, read, part, options, kind)
        if out.exists():
            out.rmdir()
        part.rename(out)
    except OSError as error:
        raise InputError(f"{out} cannot be written: {error.strerror or error}") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return replace(written, datalist=out / DATALIST_NAME)


@dataclass(frozen=True)
class _Row:
    name: str
    modality: str
    files: ExaminationFiles
    number: str = field(repr=False)
    patient: str


def _write(
    folder: Path,
    examinations: Sequence[ExaminationFiles],
    read: Callable[[ExaminationFiles], ReadExamination],
    part: Path,
    options: ImportOptions,
    kind: str,
) -> ImportedSet:
    rows: list[_Row] = []
    notes: list[str] = []
    faults: list[str] = []
    unnamed = 0
    line = _ProgressLine(len(examinations))
    for files in examinations:
        try:
            found = read(files)
            number = _patient_number(folder, files, found.identity, options.patient_pattern)
        except InputError as error:
            faults.append(str(error))
        else:
            unnamed += not number
            name = f"case_{len(rows):06d}" + ("_spect" if found.case.modality == "spect" else "")
            # An examination without a patient's number is of a patient of its own.
            number = plain_number(number) or f"examination {files.key}"
            patient = patient_name(number, options.salt)
            write_hospital_case(part / f"{name}.npz", replace(found.case, patient=patient))
            rows.append(_Row(name, found.case.modality, files, number, patient))
            notes += found.notes
        line.step()
    if faults and not options.skip_faulty:
        raise InputError(_in_words(faults))
    if not rows:
        raise InputError(f"{folder}: nothing could be imported: {_in_words(faults)}")
    if unnamed:
        notes.append(
            f"{unnamed} of {len(rows)} examinations had no patient's number and were taken for patients of their own; "
            "give --patient-pattern if two are of one patient."
        )
    _write_lists(part, folder, rows, options, kind, len(faults))
    patients = len({row.number for row in rows})
    return ImportedSet(part / DATALIST_NAME, len(rows), patients, tuple(dict.fromkeys(notes)), tuple(faults))


def _patient_number(folder: Path, files: ExaminationFiles, identity: Identity, pattern: str | None) -> str:
    if pattern is not None:
        return patient_by_pattern(pattern, [path.relative_to(folder).as_posix() for path in files.all_files])
    return identity.patient_id.strip()


def _write_lists(
    part: Path, folder: Path, rows: Sequence[_Row], options: ImportOptions, kind: str, left_out: int
) -> None:
    # By the numbers, not by the names made of them: another salt leaves everybody in his list.
    lists = divide([row.number for row in rows], options.seed, options.folds)
    entries: dict[str, list[dict[str, Any]]] = {"training": [], "validation": [], "test": []}
    for row in rows:
        of_list, fold = lists[row.number]
        entry: dict[str, Any] = {"image": f"{row.name}.npz", "meta": f"{row.name}.json", "patient": row.patient}
        entry["modality"] = row.modality
        entries[of_list].append(entry if fold is None else entry | {"fold": fold})
    head = {
        "name": "A hospital's bone scans",
        "source": "hospital",
        "imported_by": kind,
        "seed": options.seed,
        "folds": options.folds,
        "num_cases": len(rows),
        "left_out": left_out,
    }
    replace_file(part / DATALIST_NAME, json_bytes(head | entries))
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["case", "files"])
    for row in rows:
        table.writerow([row.name, "; ".join(path.relative_to(folder).as_posix() for path in row.files.all_files)])
    replace_file(part / SOURCES_NAME, text.getvalue().encode("utf-8-sig"))  # Excel wants the mark


def _in_words(faults: Sequence[str]) -> str:
    if len(faults) == 1:
        return faults[0]
    shown = "".join(f"\n  {fault}" for fault in faults[:_FAULTS_SHOWN])
    more = f"\n  and {len(faults) - _FAULTS_SHOWN} more" if len(faults) > _FAULTS_SHOWN else ""
    return f"{len(faults)} examinations cannot be used; --skip-faulty imports the others:{shown}{more}"


class _ProgressLine:
    """Says now and then how far it is, with the time left."""

    def __init__(self, count: int) -> None:
        self._count, self._done = count, 0
        self._start = self._last = time.monotonic()

    def step(self) -> None:
        """Count one examination."""
        self._done += 1
        now = time.monotonic()
        if now - self._last < _PROGRESS_EVERY_S:
            return
        self._last = now
        left = (now - self._start) / self._done * (self._count - self._done)
        minutes, seconds = divmod(round(left), 60)
        sys.stderr.write(f"imported {self._done} of {self._count} examinations, {minutes} min {seconds:02d} s left\n")
        sys.stderr.flush()
