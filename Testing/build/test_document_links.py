"""Every file and picture that a document names by a link is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "BoneMetSeg/Resources").rglob("*.md")])


def links(document: Path) -> list[str]:
    """Relative targets of links and pictures, without their anchors."""
    found = re.findall(r"\]\(([^()\s]+)\)", document.read_text(encoding="utf-8"))
    return [target.partition("#")[0] for target in found if not re.match(r"[a-z]+:|#", target)]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_what_a_document_links_to_is_there(document):
    missing = [target for target in links(document) if not (document.parent / target).exists()]
    assert not missing


def test_there_are_documents_and_links():
    assert len(DOCUMENTS) > 20
    assert sum(len(links(document)) for document in DOCUMENTS) > 60
