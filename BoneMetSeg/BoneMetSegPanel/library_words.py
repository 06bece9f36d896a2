"""What the library says, in the user's language and in the words of the panel.

The library speaks English, and of the options of its command where the panel has a box.
"""

from __future__ import annotations

import re

from BoneMetSegLib.scan import Scan
from BoneMetSegLib.scan_summary import scan_line
from BoneMetSegLib.sentences_zh import in_chinese

from .language import report_language

_OPTION_ZH = re.compile(r"（(?:使用 |不使用 )?--[a-z-]+）")
# What only the command can do: the panel says what else helps.
_ELSE = (
    ("choose one with --accession, or give it as a file", "give the right one as a file"),
    ("choose one with --accession", "save the one that belongs to the scan as a file of its own"),
    ("give the right one by --accession, or as a file", "give the right one as a file"),
)
_OPTIONS_EN = (
    ("give it with --view", "choose it under Model and settings: View"),
    ("give it with --pixel-size-mm", "load it as a scalar volume and enter the spacing in the module Volumes"),
    ("read the scan with --flip-posterior", "choose Posterior export: mirrored"),
    ("read the scan without --flip-posterior", "choose Posterior export: as acquired"),
    ("--no-flip-posterior says otherwise", "Posterior export, under Model and settings, says otherwise"),
    ("that --flip-posterior could flip", "that Posterior export could be about"),
    ("--view says otherwise", "View, under Model and settings, says otherwise"),
    ("but --view says", "but View, under Model and settings, says"),
    ("--view is for", "View, under Model and settings, is for"),
    ("--device cuda: this installation", "This installation"),
    ("use --device cpu", "choose the device CPU"),
)


def sentence_words(sentence: str) -> str:
    """Return a sentence of the library (an error, a warning, a flag) as the panel shows it."""
    for option, words in _ELSE:
        sentence = sentence.replace(option, words)
    if report_language() == "zh":
        return _OPTION_ZH.sub("", in_chinese(sentence))
    for option, words in _OPTIONS_EN:
        sentence = sentence.replace(option, words)
    return sentence


def scan_words(scan: Scan) -> str:
    """Return the line that says what a scan is."""
    return scan_line(scan, report_language())
