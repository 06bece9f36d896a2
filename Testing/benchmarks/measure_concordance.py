"""How well reports are read and compared with the scan.

    python -m Testing.benchmarks.measure_concordance [--wrong]             the 120 labelled sentences
    python -m Testing.benchmarks.measure_concordance --arbiter REPORTS     lexicon, text path, both; simulated reports
    python -m Testing.benchmarks.measure_concordance --sureness PATIENTS   how often the image alone is right
    python -m Testing.benchmarks.measure_concordance --planted PATIENTS    disagreements planted in simulated reports

F1 is of findings matched one to one by region, side, level and status; beside it, of the right ones, the share whose
characters agree (intersection over union of at least 0.5) and whose certainty does. ``--cases`` names a simulated set
(its validation patients are taken; ``--skip`` leaves out the first ones, on which limits were chosen). ``--page``
writes the table into its section of ``docs/concordance.md``.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

from BoneMetSegLib.errors import InputError
from Testing.benchmarks.concordance_measurement import measure, table
from Testing.benchmarks.hot_spot_sureness import sureness_table
from Testing.benchmarks.report_arbiter_scores import arbiter_table
from Testing.benchmarks.report_scores import score_sentences, sentences_table

LIMITS = {"seen": 0.95, "unseen": 0.85}
PAGE = Path(__file__).resolve().parents[2] / "docs" / "concordance.md"


def main() -> int:
    """Measure and print; 0 done, 2 input that cannot be used."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--arbiter", type=int, metavar="REPORTS", help="simulated validation reports to read")
    what.add_argument("--sureness", type=int, metavar="PATIENTS", help="simulated patients to look at")
    what.add_argument("--planted", type=int, metavar="PATIENTS", help="simulated patients to plant errors in")
    parser.add_argument("--wrong", action="store_true", help="of the sentences: print what was missed and invented")
    parser.add_argument(
        "--cases", type=Path, metavar="FOLDER", help="simulated set; --planted makes fresh cases without"
    )
    parser.add_argument(
        "--skip", type=int, default=0, metavar="PATIENTS", help="first validation patients to leave out"
    )
    parser.add_argument("--page", action="store_true", help="write the table into docs/concordance.md as well")
    options = parser.parse_args()
    try:
        name, result = _measured(options)
        print(result)
        if options.page:
            write_section(PAGE, name, result)
    except InputError as error:
        print(f"measure_concordance: {error}", file=sys.stderr)
        return 2
    return 0


def _measured(options: argparse.Namespace) -> tuple[str, str]:
    if options.planted:
        return "planted", table(measure(options.cases, options.planted, options.skip))
    if options.sureness:
        if options.cases is None:
            raise InputError("--sureness needs --cases, a folder made by 'python -m model_training simulate'")
        return "sureness", sureness_table(options.cases, options.sureness)
    if options.arbiter:
        return "arbiter", arbiter_table(options.arbiter)
    scores = score_sentences()
    lines = [sentences_table(scores), ""]
    for split, limit in LIMITS.items():
        lines.append(f"{split} terms: F1 {scores[split].f1:.3f}, wanted at least {limit}")
        if options.wrong:
            lines += [f"  {line}" for line in scores[split].wrong]
    return "sentences", "\n".join(lines)


def write_section(page: Path, name: str, text: str) -> None:
    """Replace what stands between ``<!-- generated: NAME -->`` and ``<!-- end: NAME -->`` in a page.

    Raises
    ------
    InputError
        The page has no such section.
    """
    before = page.read_text(encoding="utf-8")
    section = re.compile(rf"(<!-- generated: {name} -->\n).*?(<!-- end: {name} -->)", re.DOTALL)
    if not section.search(before):
        raise InputError(f"{page.name} has no section {name!r}")
    after = section.sub(lambda match: f"{match[1]}{text}\n{match[2]}", before)
    page.write_text(after, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    sys.exit(main())
