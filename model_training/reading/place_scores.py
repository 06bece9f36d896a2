"""How well reports are read as wholes: which places each names, with what status, against its marks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from BoneMetSegLib.report import parse_report
from BoneMetSegLib.report_findings import read_findings
from BoneMetSegLib.segmentation import STATUSES

from .read_places import ReadTokens, mention_read, places_marked, places_read, read_elsewhere, read_tokens
from .scores import score_reports
from .teach_reading import TextPath
from .written_reports import NamedReport


def score_named_reports(path: TextPath, reports: Sequence[NamedReport]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return how well marked reports are read.

    Returns
    -------
    scores : dict
        "languages": by language "tokens" (``score_reports``), "places" (``pooled``), "lexicon" (``pooled``, of the
        library's lexicon and grammar on the same reports) and "mentions" (``mention_counts``); "reports": for each
        report its name, language and ``report_score``.
    misread : list of dict
        The ``misreadings`` of all reports; they hold text of the reports.
    """
    by_language: dict[str, list[tuple[NamedReport, ReadTokens]]] = {}
    listed = []
    misread: list[dict[str, Any]] = []
    for one in reports:
        read = read_tokens(path, one.report.text)
        language = parse_report(one.report.text).language
        by_language.setdefault(language, []).append((one, read))
        score = report_score(places_marked(one.report.mentions), places_read(read))
        misread += misreadings(one, read)
        listed.append({"name": one.name, "language": language, **score})
    languages = {
        language: {
            "tokens": score_reports(path.encoder, path.reader, path.tokenizer, [one.report for one, _ in found]),
            "places": pooled([one for one in listed if one["language"] == language]),
            "lexicon": pooled([_lexicon_score(one) for one, _ in found]),
            "mentions": mention_counts(found),
        }
        for language, found in sorted(by_language.items())
    }
    return {"languages": languages, "reports": listed}, misread


def _lexicon_score(one: NamedReport) -> dict[str, Any]:
    findings = read_findings(parse_report(one.report.text))
    return report_score(places_marked(one.report.mentions), places_marked(findings))


def report_score(marked: dict[str, str], read: dict[str, str]) -> dict[str, Any]:
    """Score the places of one report; each place has one status, the gravest said of it.

    Returns
    -------
    dict
        Counts of places "marked", "read" and "found" (both); "status_right" of the found ones; "other_side": places
        that are read and not marked while their mirror image is marked; "by_status": for each true status how many
        places are "marked", "found" and "status_right"; "precision", "recall" and "f1", 1 where there is nothing to
        name.
    """
    found = marked.keys() & read.keys()
    right = {name for name in found if marked[name] == read[name]}
    by_status = {
        status: {
            "marked": sum(one == status for one in marked.values()),
            "found": sum(marked[name] == status for name in found),
            "status_right": sum(marked[name] == status for name in right),
        }
        for status in STATUSES
    }
    return {
        "marked": len(marked),
        "read": len(read),
        "found": len(found),
        "status_right": len(right),
        "other_side": sum(_mirrored(name) in marked for name in read.keys() - marked.keys()),
        "by_status": by_status,
        **_rates(len(marked), len(read), len(found)),
    }


def pooled(scores: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the scores over the places of several reports together.

    Returns
    -------
    dict
        The counts of ``report_score`` added up; "precision", "recall" and "f1" of them; "report_f1", the mean of the
        reports' own F1; "status_accuracy", of the found places; "read_right", the share of the marked places that are
        found with the right status.
    """
    counts = {key: sum(one[key] for one in scores) for key in ("marked", "read", "found", "status_right", "other_side")}
    by_status = {
        status: {
            key: sum(one["by_status"][status][key] for one in scores) for key in ("marked", "found", "status_right")
        }
        for status in STATUSES
    }
    return {
        "reports": len(scores),
        **counts,
        "by_status": by_status,
        **_rates(counts["marked"], counts["read"], counts["found"]),
        "report_f1": sum(one["f1"] for one in scores) / max(len(scores), 1),
        "status_accuracy": counts["status_right"] / max(counts["found"], 1),
        "read_right": counts["status_right"] / max(counts["marked"], 1),
    }


def mention_counts(reports: Sequence[tuple[NamedReport, ReadTokens]]) -> dict[str, int]:
    """Count the marked phrases, how they are read, and what is read where nothing is marked.

    Returns
    -------
    dict
        "marked" = "right" + "unread" (no place at all) + "other_places" + "other_status" (the places right); and
        "invented".
    """
    counts = dict.fromkeys(("marked", "right", "unread", "other_places", "other_status", "invented"), 0)
    for one, read in reports:
        counts["marked"] += len(one.report.mentions)
        counts["right"] += len(one.report.mentions)
        for misread in misreadings(one, read):
            counts[misread["kind"]] += 1
            counts["right"] -= misread["kind"] != "invented"
    return counts


def misreadings(one: NamedReport, read: ReadTokens) -> list[dict[str, Any]]:
    """Return the phrases of a report that are misread, by their place in the text.

    Returns
    -------
    list of dict
        "report" (name), "kind" ("unread", "other_places", "other_status", "invented"), "phrase", "marked" and "read",
        each a list of slots with a status behind them, and "clause", the text around it.
    """
    found = []
    for mention in one.report.mentions:
        slots, status = mention_read(read, mention.start, mention.end)
        if set(slots) == set(mention.slots) and status == mention.status:
            continue
        kind = "unread" if not slots else "other_status" if set(slots) == set(mention.slots) else "other_places"
        found.append((mention, kind, [*mention.slots, mention.status], [*slots, status] if slots else []))
    elsewhere = read_elsewhere(read, one.report.mentions)
    found += [(mention, "invented", [], [*mention.slots, mention.status]) for mention in elsewhere]
    text = one.report.text
    clauses = parse_report(text).clauses
    return [
        {
            "report": one.name,
            "kind": kind,
            "phrase": text[mention.start : mention.end],
            "marked": marked,
            "read": said,
            "clause": next((text[c.start : c.end] for c in clauses if c.start <= mention.start < c.end), ""),
        }
        for mention, kind, marked, said in sorted(found, key=lambda one: one[0].start)
    ]


def _rates(marked: int, read: int, found: int) -> dict[str, float]:
    return {
        "precision": found / read if read else float(not marked),
        "recall": found / marked if marked else float(not read),
        "f1": 2 * found / (marked + read) if marked + read else 1.0,
    }


def _mirrored(name: str) -> str:
    if name.endswith("_left"):
        return name.removesuffix("_left") + "_right"
    return name.removesuffix("_right") + "_left" if name.endswith("_right") else ""
