"""A small grammar that draws sentences at random and keeps the exact place of every anatomical phrase.

A template is text with alternatives ``[a|b|c]`` (they nest; an empty one makes the rest optional), references
``{name}`` to a place, a word or another rule, and marked phrases ``<N:the skeleton>`` that speak of the whole skeleton
(N negated, M metastatic, B benign, Q uncertain, U uptake).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from random import Random
from typing import TypeVar

from BoneMetSegLib.anatomy import WHOLE_SKELETON_SLOT

STATUS_LETTERS = {"N": "negated", "M": "metastatic", "B": "benign", "Q": "uncertain", "U": "uptake"}

Item = TypeVar("Item")


@dataclass(frozen=True)
class WrittenMention:
    """An anatomical phrase as it was written.

    Attributes
    ----------
    start, end : int
        Character span in the report's text.
    slots : tuple of str
        Names of ``anatomy.TEXT_SLOTS`` that the phrase means.
    status : str
        One of ``segmentation.STATUSES``: what the clause says of that place.
    """

    start: int
    end: int
    slots: tuple[str, ...]
    status: str


@dataclass(frozen=True)
class Piece:
    """Part of a list of places: an anatomical phrase with its slots, or, without slots, what joins two of them."""

    text: str
    slots: tuple[str, ...] = ()


@dataclass(frozen=True)
class PlaceList:
    """A list of places in words, with what the clause says of them."""

    pieces: tuple[Piece, ...]
    status: str


Reference = str | PlaceList


class Draw:
    """Quick draws from one seeded generator (a tenth of the cost of numpy's scalar draws)."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed).random

    def one(self, items: Sequence[Item]) -> Item:
        """Return one item, all equally likely."""
        return items[int(self._random() * len(items))]

    def chance(self, probability: float) -> bool:
        """Return True with the given probability."""
        return self._random() < probability

    def number(self, low: int, high: int) -> int:
        """Return a whole number from ``low`` to ``high``, both included."""
        return low + int(self._random() * (high - low + 1))

    def uniform(self, low: float, high: float) -> float:
        """Return a number between ``low`` and ``high``."""
        return low + self._random() * (high - low)

    def shuffled(self, items: Iterable[Item]) -> list[Item]:
        """Return the items in a random order."""
        return [item for _, item in sorted(((self._random(), item) for item in items), key=lambda pair: pair[0])]


@dataclass
class Draft:
    """A report in the making: its text so far, and the mentions in it."""

    length: int = 0
    parts: list[str] = field(default_factory=list)
    mentions: list[WrittenMention] = field(default_factory=list)

    def add(self, text: str) -> None:
        """Append plain text; a space after a space, or at the start of a line, is left out."""
        if text[:1] == " " and (not self.parts or self.parts[-1][-1] in " \n"):
            text = text.lstrip(" ")
        if text:
            self.parts.append(text)
            self.length += len(text)

    def trim(self, white: str = " \n") -> None:
        """Take white space away from the end (mentions never end in any)."""
        while self.parts and self.parts[-1][-1] in white:
            kept = self.parts[-1].rstrip(white)
            self.length -= len(self.parts[-1]) - len(kept)
            self.parts[-1:] = [kept] if kept else []

    def end_line(self) -> None:
        """Begin a new line, unless at the start of one; spaces before it go."""
        self.trim(" ")
        if self.parts and self.parts[-1][-1] != "\n":
            self.add("\n")

    def add_places(self, places: PlaceList) -> None:
        """Append a list of places, noting a mention for each phrase in it."""
        for piece in places.pieces:
            start = self.length
            self.add(piece.text)
            if piece.slots:
                self.mentions.append(WrittenMention(start, self.length, piece.slots, places.status))

    def append(self, other: Draft) -> None:
        """Append another draft, shifting its mentions."""
        for mention in other.mentions:
            self.mentions.append(
                WrittenMention(mention.start + self.length, mention.end + self.length, mention.slots, mention.status)
            )
        self.parts += other.parts
        self.length += other.length

    @property
    def text(self) -> str:
        """The text so far."""
        return "".join(self.parts)


@dataclass(frozen=True)
class Choice:
    """Alternatives of a template; an empty one leaves the others out."""

    options: tuple[tuple[object, ...], ...]


@dataclass(frozen=True)
class Slot:
    """A reference to a place, a word or another rule."""

    name: str


@dataclass(frozen=True)
class WholeSkeleton:
    """A marked phrase that speaks of the whole skeleton, with what is said of it."""

    status: str
    content: tuple[object, ...]


Nodes = tuple[object, ...]


@cache
def compile_template(template: str) -> Nodes:
    """Return a template's parts, ready to be drawn (ValueError where a bracket is not closed)."""
    nodes, position = _parse(template, 0, "")
    if position != len(template):
        raise ValueError(f"unbalanced template: {template!r}")
    return nodes


def _parse(template: str, position: int, closing: str) -> tuple[Nodes, int]:
    nodes: list[object] = []
    literal = ""
    while position < len(template) and template[position] not in (closing or "]}"):
        character = template[position]
        if character not in "[{<":
            literal += character
            position += 1
            continue
        if literal:
            nodes.append(literal)
            literal = ""
        node, position = _parse_bracket(template, position)
        nodes.append(node)
    if literal:
        nodes.append(literal)
    return tuple(nodes), position


def _parse_bracket(template: str, position: int) -> tuple[object, int]:
    character = template[position]
    if character == "{":
        end = template.index("}", position)
        return Slot(template[position + 1 : end]), end + 1
    if character == "<":
        content, end = _parse(template, position + 3, ">")
        return WholeSkeleton(STATUS_LETTERS[template[position + 1]], content), _after(template, end, ">")
    options = []
    end = position
    while True:
        content, end = _parse(template, end + 1, "|]")
        options.append(content)
        if end >= len(template) or template[end] == "]":
            return Choice(tuple(options)), _after(template, end, "]")


def _after(template: str, position: int, closing: str) -> int:
    if template[position : position + 1] != closing:
        raise ValueError(f"missing {closing!r} in template: {template!r}")
    return position + 1


class Grammar:
    """Rules by name, from which sentences are drawn."""

    def __init__(self, rules: Mapping[str, str | Sequence[str]]) -> None:
        self.templates: dict[str, tuple[str, ...]] = {
            name: (rule,) if isinstance(rule, str) else tuple(rule) for name, rule in rules.items()
        }
        self._rules = {name: tuple(map(compile_template, texts)) for name, texts in self.templates.items()}

    def __contains__(self, name: str) -> bool:
        return name in self._rules

    def say(
        self, draft: Draft, draw: Draw, name: str, references: Mapping[str, Reference], form: int | None = None
    ) -> None:
        """Append a sentence drawn from rule ``name`` to ``draft``; references come before rules of the same name.

        ``form`` chooses the rule's template by its index (modulo their number) instead of a draw.
        """
        rule = self._rules[name]
        self._write(draft, draw, draw.one(rule) if form is None else rule[form % len(rule)], references)

    def _write(self, draft: Draft, draw: Draw, nodes: Nodes, references: Mapping[str, Reference]) -> None:
        for node in nodes:
            if isinstance(node, str):
                draft.add(node)
            elif isinstance(node, Choice):
                self._write(draft, draw, draw.one(node.options), references)
            elif isinstance(node, WholeSkeleton):
                start = draft.length
                self._write(draft, draw, node.content, references)
                draft.mentions.append(WrittenMention(start, draft.length, (WHOLE_SKELETON_SLOT,), node.status))
            elif isinstance(node, Slot):
                self._refer(draft, draw, node.name, references)

    def _refer(self, draft: Draft, draw: Draw, name: str, references: Mapping[str, Reference]) -> None:
        reference = references.get(name)
        if isinstance(reference, PlaceList):
            draft.add_places(reference)
        elif reference is not None:
            draft.add(reference)
        else:
            self.say(draft, draw, name, references)
