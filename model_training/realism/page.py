"""``docs/realism.md``: the measures with the simulated ranges beside them, written from numbers, never by hand."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .measures import MEASURES, Measure
from .simulated_ranges import Place


@dataclass(frozen=True)
class Comparison:
    """The real scan among the simulated patients.

    Attributes
    ----------
    clinic, clinic_sha256 : str
    seed, patients, measured : int
        Simulated, and those of them whose body could be told.
    given : str
        Pixels and counts of a real scan that the user gave; empty for the one that pydicom ships.
    lossless : bool
        Whether the real numbers are of the scan without loss.
    places : mapping from measure to Place
    lossy : mapping from measure to float
        The real scan after lossy compression.
    profiles_within : mapping from profile to (float, float)
        Share of the real profile within the simulated band, and the 5 % of that share among simulated patients.
    measures_within : float
        Share of the real scan's measures within the simulated 5-95 %, %.
    simulated_within : tuple of float
        5 %, median and 95 % of that share among the simulated patients themselves.
    deviation : float
        ``mean_deviation`` of the real scan.
    simulated_deviation : tuple of float
        5 %, median and 95 % of it among the simulated patients.
    """

    clinic: str
    clinic_sha256: str
    seed: int
    patients: int
    measured: int
    given: str
    lossless: bool
    places: Mapping[str, Place]
    lossy: Mapping[str, float]
    profiles_within: Mapping[str, tuple[float, float]]
    measures_within: float
    simulated_within: tuple[float, float, float]
    deviation: float
    simulated_deviation: tuple[float, float, float]


def page(found: Comparison, pictures: Sequence[tuple[str, str]]) -> str:
    """Return the page in Markdown.

    Parameters
    ----------
    found : Comparison
    pictures : sequence of (str, str)
        File relative to the page, and what it shows.
    """
    lines = [
        "# Realism, measured",
        "",
        *_opening(found),
        "",
        "## Pictures",
        "",
        (
            "One scale and one window for all: white 0, black "
            "3.6 times the median tissue. Nothing was chosen: these are the set's first patients."
        ),
        "",
    ]
    for file, caption in pictures:
        lines += [f"![{caption}]({file})", "", f"*{caption}*", ""]
    lines += [*_summary(found), *_tables(found), *_profiles(found), *_limits(found)]
    return "\n".join(lines).rstrip() + "\n"


def _opening(found: Comparison) -> list[str]:
    if found.given:
        which = f"one real scan: an anterior whole-body view of your own ({found.given})."
    else:
        which = (
            "the one real scan at hand: an anterior whole-body view by a GE camera (1024 x 256 pixels of 2.26 mm, 3.6 "
            "million counts, disease unknown). The real numbers are of the "
        )
        which += (
            "acquisition **without loss** (pydicom-data's `JPEG-LL.dcm`); beside them stand those of the lossy file "
            "`JPGExtended.dcm` that pydicom ships, which shows what compression spoils."
            if found.lossless
            else "lossy file `JPGExtended.dcm` that pydicom ships."
        )
    return [
        f"How near the scans of `{found.clinic}` come to {which}",
        "",
        (
            f"Simulated are {found.patients} patients with seed {found.seed}, all of them, sick and healthy, heavy and "
            f"slim; in {found.measured} the body's landmarks were found. Both kinds of scan are measured by the same "
            "code, from the image alone. One real patient is one draw of an unknown population: a number inside the "
            "range refutes nothing and proves nothing; a number outside says where the simulator is wrong, or this "
            "patient rare. **95 %/5 %** says how wide the simulator spreads a measure, so that a range widened to fit "
            "is visible."
        ),
        "",
        "This page is written by",
        "",
        "```",
        (
            f"python -m model_training realism --clinic {found.clinic} --cases {found.patients} "
            f"--seed {found.seed} --out DIR" + _real_option(found)
        ),
        "```",
        "",
        f"Clinic `{found.clinic}`, SHA-256 of its numbers `{found.clinic_sha256[:16]}`.",
    ]


def _real_option(found: Comparison) -> str:
    if found.given:
        return " --real FILE"
    return " --lossless JPEG-LL.dcm" if found.lossless else ""


def _summary(found: Comparison) -> list[str]:
    low, median, high = found.simulated_within
    near, usual, far = found.simulated_deviation
    outside = [each for each in MEASURES if each.name in found.places and not found.places[each.name].inside]
    told = found.measures_within < low or found.deviation > far
    lines = [
        "## In two numbers",
        "",
        f"**{found.measures_within:.0f} %** of the real scan's measures lie within the simulated 5-95 %; of a "
        f"simulated patient's own it is {median:.0f} % in the median, {low:.0f} to {high:.0f} % in the middle nine "
        f"tenths. Its measures lie **{found.deviation:.2f}** robust standard deviations from the simulated medians on "
        f"average; a simulated patient's {usual:.2f}, {near:.2f} to {far:.2f}. "
        + (
            "By these the real scan is still told from simulated ones."
            if told
            else "These two alone do not tell it from simulated ones; single measures, below, may."
        ),
        "",
        "## Where the real scan lies outside",
        "",
    ]
    if not outside:
        return [*lines, "Nowhere.", ""]
    lines += ["| measure | real | simulated 5-95 % | the real one is | look at |", "|---|---|---|---|---|"]
    for each in outside:
        place = found.places[each.name]
        direction = "higher" if place.real > place.high else "lower"
        lines.append(
            f"| {each.name} | {_number(place.real)} | {_number(place.low)} - {_number(place.high)} | {direction} | "
            f"{each.part_of_simulator} |"
        )
    return [*lines, ""]


def _tables(found: Comparison) -> list[str]:
    lines = ["## All measures", ""]
    for group in dict.fromkeys(each.group for each in MEASURES):
        lines += [
            f"### {group}",
            "",
            "| measure | what | real | real, lossy | simulated 5 % | median | 95 % | 95 %/5 % | percentile | inside |",
            "|---|---|---|---|---|---|---|---|---|---|",
        ]
        lines += [_row(each, found) for each in MEASURES if each.group == group]
        lines.append("")
    return lines


def _row(each: Measure, found: Comparison) -> str:
    unit = f", {each.unit}" if each.unit and each.unit != "ratio" else ""
    lossy = found.lossy.get(each.name, float("nan"))
    place = found.places.get(each.name)
    if place is None:
        return f"| {each.name}{unit} | {each.says} | | {_number(lossy)} | | | | | | not measured |"
    return (
        f"| {each.name}{unit} | {each.says} | {_number(place.real)} | {_number(lossy)} | {_number(place.low)} | "
        f"{_number(place.median)} | {_number(place.high)} | {_number(place.width)} | {place.percentile:.0f} | "
        f"{'yes' if place.inside else '**no**'} |"
    )


def _profiles(found: Comparison) -> list[str]:
    lines = [
        "### Profiles across the body",
        "",
        (
            "Each has area 1. The share of it that lies within the simulated 5-95 %, where there is body; and the same "
            "of the simulated patients: nineteen in twenty have more than the last column."
        ),
        "",
        "| profile | real within, % | simulated patients' 5 %, % |",
        "|---|---|---|",
    ]
    lines += [f"| {name} | {real:.0f} | {low:.0f} |" for name, (real, low) in found.profiles_within.items()]
    return [*lines, ""]


def _limits(found: Comparison) -> list[str]:
    lines = [
        "## What this cannot show",
        "",
        (
            "- One scan, one camera, one view: nothing is known here of posterior views, of other vendors, of how "
            "patients vary. The ranges are wide on purpose; the real scan holds their middle only loosely."
        ),
        "- The measures see levels, widths and sizes. Whether a picture looks right is for the eye: see the pictures.",
    ]
    if found.given:
        return lines
    return [
        *lines,
        "- The clinic was tuned with this scan in sight, so its numbers are no independent test.",
        "",
        (
            "The real scan is in pydicom's test files, from DICOM working group 4's compressed samples, without a "
            "licence of its own; so it is measured here and drawn only on your machine: the command writes the "
            "pictures with the real scan beside the simulated ones into its folder."
        ),
    ]


def _number(value: float) -> str:
    if math.isnan(value):
        return ""
    if abs(value) >= 100:
        return f"{value:.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"
