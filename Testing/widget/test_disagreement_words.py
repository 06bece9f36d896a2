"""Where report and image disagree, as the panel says it: table, line above the report, marks in its text."""

from __future__ import annotations

import re

from BoneMetSegLib.concordance import Concordance, PhraseLink, UnmatchedPhrase
from BoneMetSegLib.contradictions import Contradiction

TEXT = "左侧股骨转移。右侧第5肋转移。"
SENTENCE = "H01 (left femur): the report speaks of the other side."


def _marked(html, colour):
    return "".join(re.findall(rf"{colour}[^>]*>([^<]*)<", html))


def _said(spot_id, silent_id):
    return Concordance(
        hot_spots_without_phrase=(spot_id, silent_id),
        phrases_without_hot_spot=(UnmatchedPhrase("右侧第5肋转移。", (7, 15), ("rib_5_right",), "metastatic"),),
        contradictions=(Contradiction(spot_id, "side", (7, 12), ("rib_5_right",), "metastatic", SENTENCE),),
    )


def test_each_row_says_its_disagreement_and_its_sentence_on_hover(reviewed):
    results = reviewed.panel.results
    first, second = results.table.ids[:2]
    results.table.fill(results.case.hot_spots, "en", "", _said(first, second))
    words = dict(zip(results.table.ids, reviewed.rows(11), strict=True))
    assert (words[first], words[second]) == ("other side", "not in the report")
    assert {word for name, word in words.items() if name not in (first, second)} == {""}
    assert reviewed.table.item(0, 11).toolTip() == SENTENCE
    assert "no phrase of the report" in reviewed.table.item(1, 11).toolTip()


def test_the_line_above_the_report_counts_and_names_what_is_not_shown(reviewed):
    from dataclasses import replace

    from BoneMetSegPanel.concordance_words import concordance_words

    assert reviewed.ui.concordanceLabel.text.startswith("Report and image: ")
    said = _said(*reviewed.panel.results.table.ids[:2])
    lines = concordance_words(replace(reviewed.case, concordance=said), "en").splitlines()
    assert lines[0] == "Report and image: 0 hot spots told, 2 not told, 1 contradictions."
    assert lines[1].endswith(SENTENCE)
    assert lines[2].endswith("Told, and not shown by the image alone: right rib 5 (metastasis).")
    selected = concordance_words(replace(reviewed.case, concordance=said), "en", said.hot_spots_without_phrase[0])
    assert selected.splitlines()[1].endswith(SENTENCE)
    assert selected.count(SENTENCE) == 1
    assert "右侧第5肋" in concordance_words(replace(reviewed.case, concordance=said), "zh")


def test_the_report_shows_the_place_and_what_contradicts_it(reviewed):
    from dataclasses import replace

    from BoneMetSegPanel.report_view import report_html

    spot = replace(reviewed.case.hot_spots[0], id="H01", phrase=TEXT[:7], phrase_span=(0, 7), report_effect="unchanged")
    linked = Concordance(links=(PhraseLink("H01", (0, 4), "metastatic"),))
    html = report_html(TEXT, [spot], "H01", linked)
    assert _marked(html, "#ffd54f") == "左侧股骨转移。"
    assert _marked(html, "text-decoration:underline") == "左侧股骨"
    assert "#ffd54f" not in report_html(TEXT, [spot], "", linked)
    html = report_html(TEXT, [spot], "H01", _said("H01", "H02"))
    assert _marked(html, "#ff8a50") == "右侧第5肋"
    assert _marked(html, "#e65100") == "右侧第5肋转移。"
    assert re.sub("<[^>]*>", "", html) == TEXT
