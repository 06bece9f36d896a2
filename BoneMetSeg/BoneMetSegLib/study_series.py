"""Which bone scan is meant, of all the images that a folder or an archive holds (floor 2)."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass

from .dicom_headers import ImageHeader
from .errors import InputError
from .scan import VIEWS

# Two views of one scan are acquired at once, or one after the other with a single head (a pass takes up to 30 min).
MAX_MINUTES_BETWEEN_VIEWS = 60
_MAX_SHOWN = 8
_VIEW_WORDS = ("ANTERIOR", "POSTERIOR", "ANT", "POST", "前后位", "后前位", "前位", "后位", "前", "后")


@dataclass(frozen=True)
class Candidate:
    """A bone scan among others: the images that make it.

    Attributes
    ----------
    images : tuple of ImageHeader
        One planar object with a view or two, two planar objects with a view each, or the files of a SPECT volume.
    """

    images: tuple[ImageHeader, ...]

    @property
    def first(self) -> ImageHeader:
        """Its first image; the anterior one of a pair."""
        return self.images[0]

    @property
    def order(self) -> tuple[Hashable, ...]:
        """Planar scans first, then by date, time, series number and unique identifier."""
        number = self.first.series_number
        at = min(image.time for image in self.images)
        return (
            self.first.kind != "planar", self.first.date, at, int(number) if number.isdecimal() else 0,
            self.first.series_uid, self.first.sop_uid,
        )  # fmt: skip

    def in_words(self) -> str:
        """Return series, date and views, for the user; nothing that names the patient."""
        numbers = list(dict.fromkeys(image.series_number for image in self.images if image.series_number))
        titles = list(dict.fromkeys(image.description for image in self.images if image.description))
        words = [f"series {' + '.join(numbers)}" if numbers else "series without number"]
        words += [f"{' + '.join(repr(title) for title in titles)}"] if titles else []
        date, time = self.first.date, min(image.time for image in self.images)
        if len(date) == 8 and date.isdecimal():
            date = f"{date[:4]}-{date[4:6]}-{date[6:]}"
        words += [f"of {date} {time[:2]}:{time[2:4]}" if len(time) >= 4 and date else f"of {date}"] if date else []
        return f"{' '.join(words)}, {self.views_in_words()}"

    def views_in_words(self) -> str:
        """Return what it shows: "anterior + posterior", "SPECT", "views not named"."""
        if self.first.kind == "spect":
            return "SPECT"
        named = [view for view in VIEWS if any(view in image.views for image in self.images)]
        return " + ".join(named) or "views not named"

    def answers_to(self, uid: str) -> bool:
        """Return whether a UID is its study's, a series' or an image's."""
        return any(uid in (image.study_uid, image.series_uid, image.sop_uid) for image in self.images)


def without_repeats(images: Iterable[ImageHeader]) -> tuple[list[ImageHeader], int]:
    """Return images with each SOP Instance UID once, and how many were left out.

    Software that replaces identifiers may give one UID to all: other views and other slices are no repeats.
    """
    once: dict[Hashable, ImageHeader] = {}
    count = 0
    for image in images:
        count += 1
        once.setdefault((image.sop_uid, image.views, image.instance_number) if image.sop_uid else image.path, image)
    return list(once.values()), count - len(once)


def refuse_several_patients(name: str, images: Sequence[ImageHeader]) -> None:
    """Refuse a folder with images of more than one patient.

    Raises
    ------
    InputError
        There are several Patient IDs, or names where there is no ID.
    """
    numbers = {image.patient_id for image in images if image.patient_id}
    named = {_plain_name(image.patient_name) for image in images if image.patient_id}
    patients = len(numbers) + len({_plain_name(image.patient_name) for image in images} - named - {""})
    if patients > 1:
        raise InputError(f"{name} holds images of {patients} patients; give the folder of one")


def _plain_name(name: str) -> str:
    """Return a name's first writing, its letters alone: "Wang^Wu" and "WANG WU" are one."""
    return "".join(letter for letter in name.partition("=")[0].upper() if letter.isalnum())


def candidates_of(images: Sequence[ImageHeader]) -> list[Candidate]:
    """Return the bone scans among images, in the order in which they are numbered for the user.

    Single views are paired within a study: of one series, else of one moment, else of one description but for the
    view's name, else of all; of several those nearest in time, never across days or more than an hour apart. Secondary
    Captures count only where there is no Nuclear Medicine object of that study.
    """
    planar = [image for image in images if image.kind == "planar"]
    acquired = {image.study_uid for image in planar if not image.is_capture}
    planar = [image for image in planar if not image.is_capture or image.study_uid not in acquired]
    singles = [image for image in planar if len(image.views) == 1]
    pairs, rest = _paired(singles)
    found = [Candidate((image,)) for image in planar if len(image.views) != 1] + pairs
    found += [Candidate((image,)) for image in rest]
    volumes = sorted((image for image in images if image.kind == "spect"), key=_series_key)
    for _, members in itertools.groupby(volumes, key=_series_key):
        found += _volumes(list(members))
    return sorted(found, key=lambda candidate: candidate.order)


def chosen(name: str, candidates: Sequence[Candidate], series: str | None) -> tuple[Candidate, tuple[str, ...]]:
    """Return the bone scan to use and sentences for the user.

    Parameters
    ----------
    name : str
        Of the folder or archive, for the error.
    candidates : sequence of Candidate
        At least one.
    series : str, optional
        What ``--series`` says: the number in the list, a UID of study, series or image, or (part of) a description.

    Raises
    ------
    InputError
        There are several and ``series`` names none or more than one of them.
    """
    planar = [candidate for candidate in candidates if candidate.first.kind == "planar"]
    if series is None:
        default = planar or list(candidates)
        if len(default) > 1:
            raise InputError(
                f"{name} holds {len(default)} bone scans: {_listed(enumerate(default, 1))}; choose one with "
                f"--series, by the number in brackets"
            )
        others = list(enumerate(candidates, 1))[1:]
        if not others:
            return default[0], ()
        said = "is a SPECT volume" if len(others) == 1 else f"are {len(others)} SPECT volumes"
        note = f"Beside the planar views there {said}, which --series chooses: {_listed(others)}."
        return default[0], (note,)
    wanted = series.strip()
    found = _asked_for(candidates, wanted)
    if len(found) != 1:
        fault = "names none" if not found else f"names {len(found)}"
        raise InputError(
            f"--series {wanted[:64]!r} {fault} of the bone scans in {name}: {_listed(enumerate(candidates, 1))}"
        )
    if len(candidates) == 1:
        return found[0], ()
    return found[0], (f"Of {len(candidates)} bone scans --series chose {found[0].in_words()}.",)


# --- asking -----------------------------------------------------------------------------------------------------------


def _asked_for(candidates: Sequence[Candidate], wanted: str) -> list[Candidate]:
    number = wanted.removeprefix("[").removesuffix("]")
    if number.isdecimal() and len(number) < 6 and 1 <= int(number) <= len(candidates):
        return [candidates[int(number) - 1]]
    if not wanted:
        return []
    tests: tuple[Callable[[Candidate], bool], ...] = (
        lambda candidate: candidate.answers_to(wanted),
        lambda candidate: any(image.series_number == wanted for image in candidate.images),
        lambda candidate: any(image.description.upper() == wanted.upper() for image in candidate.images),
        lambda candidate: any(wanted.upper() in image.description.upper() for image in candidate.images),
    )
    for test in tests:
        if found := [candidate for candidate in candidates if test(candidate)]:
            return found
    return []


def _listed(numbered: Iterable[tuple[int, Candidate]]) -> str:
    words = [f"[{number}] {one.in_words()}" for number, one in numbered]
    shown, more = words[:_MAX_SHOWN], len(words) - _MAX_SHOWN
    return "; ".join(shown) + (f"; and {more} more" if more > 0 else "")


# --- pairing ----------------------------------------------------------------------------------------------------------


def _paired(singles: Sequence[ImageHeader]) -> tuple[list[Candidate], list[ImageHeader]]:
    """Return pairs of an anterior and a posterior view, and the views that stay alone."""
    rest, pairs = list(singles), []
    keys: tuple[Callable[[ImageHeader], Hashable], ...] = (
        lambda image: (image.series_uid, image.time),
        lambda image: image.series_uid,
        lambda image: image.time,
        lambda image: _without_view(image.description),
        lambda _: None,
    )
    for key in keys:
        groups: dict[Hashable, list[ImageHeader]] = {}
        for image in rest:
            whole_key = (image.study_uid, image.date, image.is_capture, image.matrix, key(image))
            groups.setdefault(whole_key, []).append(image)
        found = [pair for group in groups.values() for pair in _nearest(group)]
        pairs += found
        rest = [image for image in rest if not any(image in pair for pair in found)]
    return [Candidate(pair) for pair in pairs], rest


def _nearest(group: Sequence[ImageHeader]) -> list[tuple[ImageHeader, ImageHeader]]:
    """Return an anterior and a posterior view each that are nearer to each other in time than to any other."""
    anterior, posterior = ([image for image in group if image.views == (view,)] for view in VIEWS)
    pairs = []
    for one in anterior:
        other = _only_nearest(one, posterior)
        if other is not None and _only_nearest(other, anterior) is one:
            pairs.append((one, other))
    return pairs


def _only_nearest(image: ImageHeader, others: Sequence[ImageHeader]) -> ImageHeader | None:
    """Return the nearest in time, within an hour; ``None`` where it is not the only one."""
    gaps = [_minutes_between(image, other) for other in others]
    least = min(gaps, default=math.inf)
    return others[gaps.index(least)] if least <= MAX_MINUTES_BETWEEN_VIEWS and gaps.count(least) == 1 else None


def _minutes_between(one: ImageHeader, other: ImageHeader) -> float:
    """Return the minutes between two images of a day, 0 where a time is not known."""
    first, second = (_minutes(image.time) for image in (one, other))
    return 0.0 if first is None or second is None else abs(first - second)


def _minutes(time: str) -> float | None:
    digits = time.ljust(6, "0")
    if len(time) < 4 or not digits.isdecimal():
        return None
    return int(digits[:2]) * 60 + int(digits[2:4]) + int(digits[4:6]) / 60


def _without_view(description: str) -> str:
    words = description.upper()
    for word in _VIEW_WORDS:
        words = words.replace(word, "")
    return " ".join(words.replace("_", " ").replace("-", " ").split())


def _series_key(image: ImageHeader) -> tuple[str, str]:
    return image.study_uid, image.series_uid


def _volumes(members: list[ImageHeader]) -> list[Candidate]:
    """Return a SPECT series as candidates: each object of many frames, or all objects of one frame together."""
    whole = [Candidate((image,)) for image in members if image.matrix[2] > 1]
    slices = [image for image in members if image.matrix[2] <= 1]
    return [*whole, Candidate(tuple(slices))] if slices else whole
