"""What the tutorial and the troubleshooting tell a user to press is there to be pressed, under that very name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from Testing.translations import texts_in_sources

CHECKOUT = Path(__file__).resolve().parents[2]
PAGES = [CHECKOUT / "docs" / name for name in ("tutorial.md", "troubleshooting.md")]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_control_that_a_page_names_is_in_the_panel(page):
    controls = {text.rstrip(":") for _, text in texts_in_sources()} | {"Quality"}
    text = re.sub(r"\*\*.+?\*\*", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    named = {" ".join(words.split()) for words in re.findall(r"\*([^*]+)\*", text)}
    assert named
    missing = sorted(part for words in named for part in re.split(r" > |: ", words) if part not in controls)
    assert not missing, f"{page.name} names what the panel does not have: {missing}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_page_that_is_linked_is_there(page):
    links = re.findall(r"\]\(([^)#]+\.md)(#[^)]*)?\)", page.read_text(encoding="utf-8"))
    assert links
    assert not [link for link, _ in links if not (page.parent / link).is_file()]


def test_the_keys_that_the_tutorial_names_are_those_of_the_review():
    keys = (CHECKOUT / "BoneMetSeg" / "BoneMetSegPanel" / "review_keys.py").read_text(encoding="utf-8")
    tutorial = PAGES[0].read_text(encoding="utf-8")
    for key in re.findall(r'\("(\w|Ctrl\+\w)",', keys):
        assert re.search(rf"\| [^|]*\b{re.escape(key)}\b[^|]* \|", tutorial), key
