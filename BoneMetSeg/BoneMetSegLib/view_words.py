"""Which view words speak of: "WB ANT", "Posterior projection", "后位" (floor 2)."""

from __future__ import annotations

import re

from .scan import View

# "Antero-posterior" names a beam, "left anterior oblique" another view, "前后位" both views: none says which one it is.
_ANTERIOR = re.compile(
    r"(?<![A-Z])(?<!POSTERO[-_ ])(?P<word>ANT(?:ERIOR)?)(?![A-Z])(?![-_ ]*OBL)|(?P<zh>(?<![左右])前(?:位|面观))"
)
_POSTERIOR = re.compile(
    r"(?<![A-Z])(?<!ANTERO[-_ ])(?:POSTERIOR(?![A-Z])(?![-_ ]*OBL)|(?P<short>POST)(?![A-Z]))|(?<![左右])后(?:位|面观)"
)
# "前后位", "前、后位", "前/后位", "后前位": one noun for both views.
_BOTH = re.compile(r"(?:前[、,，/和与及+&\s-]*后|后[、,，/和与及+&\s-]*前)(?:位|面观)")

# POST also means "after": it names a view only where nothing follows, or a number, or one of these words.
_MAY_FOLLOW_POST = frozenset(
    "VIEW VIEWS IMAGE IMAGES PROJECTION WB WHOLE WHOLEBODY BODY BONE SKELETON SCAN PLANAR STATIC RAW EMISSION "
    "ANT ANTERIOR AND TC MDP HDP HMDP DICOM DCM NM DETECTOR DET HEAD CAMERA FRAME COUNTS E".split()
)
_TIME = r"\d+(?:[.,]\d+)?[-_ ]*(?:H|HR|HRS|HOURS?|MINS?|MINUTES?|D|DAYS?|WKS?|WEEKS?|MONTHS?|MO)(?![A-Z])"
_STARTS_WITH_TIME = re.compile(rf"{_TIME}|\d+[-_ ]*(?:小时|分|天|周|月)")
_ENDS_WITH_TIME = re.compile(rf"{_TIME}[-_ ]*$|(?:小时|分钟?|天|周|月)[-_ ]*$")
_FIRST_WORD = re.compile(r"[A-Z]+")

_WHOLE_BODY = re.compile(r"(?<![A-Z])(?:WHOLE[-_ ]*BODY|TOTAL[-_ ]*BODY|WB)(?![A-Z])|全身")


def views_named(text: str) -> frozenset[View]:
    """Return the views that a description, a code's meaning or a file's name speaks of.

    Parameters
    ----------
    text : str
        For example "BONE WB ANT". "POST INJECTION", "POSTOP", "ANTEROLATERAL" and "3H POST" name no view.
    """
    text = text.upper()
    found: set[View] = set()
    if _BOTH.search(text):
        found |= {"anterior", "posterior"}
        text = _BOTH.sub(" ", text)
    if _ANTERIOR.search(text):
        found.add("anterior")
    if any(_is_view(match, text) for match in _POSTERIOR.finditer(text)):
        found.add("posterior")
    return frozenset(found)


def only_view_named(text: str) -> View | None:
    """Return the view that ``text`` speaks of, ``None`` where it speaks of none or of both."""
    found = views_named(text)
    return next(iter(found)) if len(found) == 1 else None


def says_whole_body(text: str) -> bool:
    """Return whether ``text`` says whole body (WB, whole body, 全身)."""
    return _WHOLE_BODY.search(text.upper()) is not None


def _is_view(match: re.Match[str], text: str) -> bool:
    if not match["short"]:
        return True
    if _ENDS_WITH_TIME.search(text[: match.start()]):
        return False
    rest = text[match.end() :].lstrip(" -_./\\+&,;:()[]^#|")
    if _STARTS_WITH_TIME.match(rest):
        return False
    word = _FIRST_WORD.match(rest)
    return word is None or word[0] in _MAY_FOLLOW_POST
