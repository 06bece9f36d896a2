"""Numbers of a report that name no level, rib or bone: laboratory values, ages, dates, doses, stages, sizes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from model_training.simulator.report_grammar import Draw, PlaceList, Reference

from .place_phrases import Language

_MONTHS = ("January", "March", "May", "June", "August", "November", "Feb", "Apr", "Sept", "Dec", "Oct")
_DATES_EN = ("{d} {month} {y}", "{d}/{m}/{y}", "{y}-{m:02}-{d:02}", "{month} {y}", "{d}.{m}.{y}", "{m}/{d}/{y}")
_DATES_ZH = ("{y}-{m}-{d}", "{y}年{m}月{d}日", "{y}.{m}.{d}", "{m}月{d}日", "{y}年{m}月", "{y}/{m}/{d}")
_RECEPTORS = (
    *("ER {}0%, PR {}0%", "HER2 3+", "HER-2 (2+)", "Ki-67 {}{}%", "ER+ PR+", "EGFR 19del", "EGFR L858R"),
    *("PD-L1 50%", "ER(+), PR(+), HER-2(-)", "BRCA2+", "T790M+"),
)
_T = ("T1", "T1c", "T2", "T2a", "T2b", "T2c", "T3", "T3a", "T3b", "T4", "Tx")
_N = ("N0", "N0", "N1", "N2", "N3", "Nx", "N1a", "N2b")
_M = ("M0", "M0", "M1", "M1a", "M1b", "M1c", "Mx")
_GLEASON = ("3+3", "3+4", "4+3", "4+4", "4+5", "5+4", "3+4=7", "4+3=7", "4+5=9", "5+5", "7", "8", "9")


def _psa(draw: Draw) -> str:
    return draw.one(("{:.0f}", "{:.1f}", "{:.2f}", "<0.01")).format(draw.uniform(0, draw.one((12, 60, 90))))


_MARKERS = ("CEA", "CYFRA21-1", "NSE", "AFP", "CA-125", "CA125", "CA19-9", "SCC")
_OTHERS = ("PTH", "iPTH", "LDH", "CRP", "ESR", "Ki-67", "TRAcP-5b", "BAP", "β-CTX", "25-OH-D3")
_PSA = ("PSA", "PSA", "tPSA", "fPSA")
_CA15 = ("CA 15-3", "CA15-3", "CA 27.29", "CA15.3")
# English and Chinese names, how a value is drawn, units.
_Test = tuple[tuple[tuple[str, ...], tuple[str, ...]], Callable[[Draw], str], tuple[str, ...]]
_TESTS: tuple[_Test, ...] = (
    ((_PSA, _PSA), _psa, (" ng/mL", " ng/ml", "", "ng/ml", " µg/L")),
    (
        (("ALP", "alkaline phosphatase", "AP", "ALK-P"), ("ALP", "碱性磷酸酶", "AKP")),
        lambda draw: str(draw.number(40, 900)),
        (" U/L", " IU/L", "U/L", ""),
    ),
    ((_MARKERS, _MARKERS), _psa, ("", " ng/mL", " U/mL")),
    ((_CA15, _CA15), lambda draw: str(draw.number(5, 300)), (" U/mL", "U/ml", "")),
    ((_OTHERS, _OTHERS), lambda draw: str(draw.number(3, 400)), (" pg/mL", "%", " mm/h", "")),
    (
        (("Ca", "calcium", "P", "Hb", "Cr"), ("血钙", "血磷", "血红蛋白", "肌酐")),
        lambda draw: f"{draw.uniform(1, 15):.1f}",
        (" mmol/L", " g/dL", ""),
    ),
)


def _date(draw: Draw, language: Language) -> str:
    form = draw.one(_DATES_ZH if language == "zh" else _DATES_EN)
    return form.format(d=draw.number(1, 28), m=draw.number(1, 12), y=draw.number(2010, 2026), month=draw.one(_MONTHS))


def _laboratory(draw: Draw, language: Language) -> str:
    """Return a laboratory value with its unit, or how it has risen."""
    zh = language == "zh"
    kind = draw.number(0, 11)
    if kind > 9:
        name, rises = draw.one(("PSA", "CEA", "ALP", "CA 15-3")), ("→", "升至") if zh else (" to ", "→")
        return f"{name}{'由' if zh else draw.one((' from ', ' '))}{_psa(draw)}{draw.one(rises)}{draw.number(40, 900)}"
    names, values, units = _TESTS[(0, 0, 0, 0, 1, 1, 2, 3, 4, 5)[kind]]
    words = names[1] if zh else names[0]
    name, between = draw.one(words), draw.one((" ", " ", ": ", " = ", ""))
    if name[-1].isdigit():
        between = between or " "
    return f"{name}{between}{values(draw)}{draw.one(units)}"


def _dose(draw: Draw) -> str:
    form = draw.one(("{c} mCi", "{c}mCi", "{b} MBq", "{b}MBq", "740 MBq", "20 mCi (740 MBq)", "25mCi"))
    return form.format(c=draw.number(15, 30), b=draw.number(500, 1110))


def _stage(draw: Draw) -> str:
    kind = draw.number(0, 5)
    if kind < 3:
        between = draw.one(("", " "))
        return f"{draw.one(('', 'c', 'p', 'yp'))}{between.join((draw.one(_T), draw.one(_N), draw.one(_M)))}"
    if kind == 3:
        return f"{draw.one(('c', 'p', ''))}{draw.one(_T)}"
    return draw.one(("stage IV", "stage IIB", "stage 3", "stage IIIA", "M1b", "pN2", "R0", "L1 V1 Pn1", "IIIB", "G3"))


def _receptor(draw: Draw) -> str:
    return draw.one(_RECEPTORS).format(draw.number(1, 9), draw.number(1, 9))


_VALUES: dict[str, Callable[[Draw, Language], str]] = {
    "age": lambda draw, _: str(draw.number(28, 91)),
    "year": lambda draw, _: str(draw.number(1985, 2025)),
    "date": _date,
    "span": lambda draw, _: f"{draw.number(2, 12)} {draw.one(('days', 'weeks', 'months', 'years'))}",
    "months": lambda draw, _: draw.one(("3", "6", "12", "2-3", "3-6", "4", "three", "six")),
    "count": lambda draw, _: str(draw.number(1, 12)),
    "number": lambda draw, _: str(draw.number(1, 10 ** draw.number(1, 6))),
    "initial": lambda draw, _: draw.one(("A.", "L.", "T.", "C.", "S.", "D.")),
    "hours": lambda draw, _: draw.one(("2", "3", "4", "2.5", "3.5", "2-3", "3-4", "24")),
    "speed": lambda draw, _: str(draw.number(8, 30)),
    "slice": lambda draw, _: draw.one(("1", "2", "3", "5", "1.25", "3.75")),
    "score": lambda draw, _: f"-{draw.uniform(0.5, 4):.1f}",
    "gleason": lambda draw, _: draw.one(_GLEASON),
    "psa": lambda draw, _: _psa(draw),
    "lab": _laboratory,
    "dose": lambda draw, _: _dose(draw),
    "stage": lambda draw, _: _stage(draw),
    "receptor": lambda draw, _: _receptor(draw),
    "cm": lambda draw, _: f"{draw.uniform(0.4, 6):.1f}",
    "suv": lambda draw, _: f"{draw.uniform(1.5, 30):.1f}",
}
_ENGLISH_ALONE = {"span"}  # Chinese spans are a rule of its own words


class Values(Mapping[str, Reference]):
    """References of a sentence, each drawn when it is asked for: numbers, and lists of places.

    Parameters
    ----------
    language : {"zh", "en"}
    draw : Draw
    places : mapping
        Ways to draw lists of places, by the reference's name.
    """

    def __init__(self, language: Language, draw: Draw, places: Mapping[str, Callable[[], PlaceList]]) -> None:
        self._language, self._draw, self._places = language, draw, places

    def __getitem__(self, name: str) -> Reference:
        if name in self._places:
            return self._places[name]()
        if self._language == "zh" and name in _ENGLISH_ALONE:
            raise KeyError(name)
        return _VALUES[name](self._draw, self._language)

    def __iter__(self) -> Iterator[str]:
        return iter((*self._places, *_VALUES))

    def __len__(self) -> int:
        return len(self._places) + len(_VALUES)
