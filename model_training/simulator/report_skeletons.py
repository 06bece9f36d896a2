"""Counts sentence skeletons: distinct sentence forms, whatever words stand in their slots.

A skeleton is a template of a sentence rule after

1. expanding every alternative that changes the sentence's structure: one that holds a slot (a place, a verdict ...) or
   a further clause (a comma, semicolon, colon, question mark, bracket), or speaks of the whole skeleton;
2. taking all other alternatives, which are mere synonyms or optional adverbs, as one;
3. leaving slots as slots: places, uptake words, verdicts, hedges, benign kinds, counts, dates.

So "{P}[可见|见]{hot}" is one skeleton, "{P}{hot}[，{call}{met}|]" is two. Rules that fill slots of other rules
(``hot``, ``met`` ...), benign kinds, CT signs, patient histories and section headings are words and not counted.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from .report_grammar import Choice, Grammar, Nodes, Slot, WholeSkeleton, compile_template

_CLAUSE_MARKS = re.compile("[，,；;：:？?。（(—]|\\.\\s")
_WORD_PREFIXES = ("kind_", "sign_", "scan_", "rest_of_", "history", "_")
_SLOT = re.compile(r"\{(\w+)\}")


def skeletons_of_template(template: str) -> tuple[str, ...]:
    """Return the skeletons of one template, synonyms as their first word in angle marks "‹›"."""
    return tuple(dict.fromkeys(_expand(compile_template(template))))


def sentence_rules(grammar: Grammar) -> tuple[str, ...]:
    """Return the rules that are sentences: neither words in slots of other rules, nor kinds, histories, headings."""
    used = {name for texts in grammar.templates.values() for text in texts for name in _SLOT.findall(text)}
    return tuple(
        name
        for name in grammar.templates
        if name not in used and not name.startswith(_WORD_PREFIXES) and not name.endswith("_heading")
    )


def skeletons(grammar: Grammar) -> Mapping[str, tuple[str, ...]]:
    """Return the skeletons by sentence rule; one that two rules share stands under the first."""
    seen: set[str] = set()
    result = {}
    for rule in sentence_rules(grammar):
        forms = dict.fromkeys(form for text in grammar.templates[rule] for form in skeletons_of_template(text))
        result[rule] = tuple(form for form in forms if form not in seen)
        seen |= set(forms)
    return result


def _expand(nodes: Nodes) -> list[str]:
    forms = [""]
    for node in nodes:
        forms = [before + form for before in forms for form in _forms(node)]
    return forms


def _forms(node: object) -> list[str]:
    if isinstance(node, str):
        return [node]
    if isinstance(node, Slot):
        return [f"{{{node.name}}}"]
    if isinstance(node, WholeSkeleton):
        return [f"<{node.status}:{form}>" for form in _expand(node.content)]
    if not isinstance(node, Choice):
        raise TypeError(f"no part of a template: {node!r}")
    structural = [option for option in node.options if _changes_structure(option)]
    forms = [form for option in structural for form in _expand(option)]
    if len(structural) < len(node.options):
        words = next((option for option in node.options if option and option not in structural), None)
        forms.append("" if words is None else f"‹{''.join(_expand(words))}›")
    return forms


def _changes_structure(nodes: Nodes) -> bool:
    return any(
        isinstance(node, (Slot, WholeSkeleton))
        or (isinstance(node, str) and _CLAUSE_MARKS.search(node) is not None)
        or (isinstance(node, Choice) and any(map(_changes_structure, node.options)))
        for node in nodes
    )
