"""Print how many sentence skeletons each rule of each language has.

``python -m model_training.simulator.count_skeletons`` prints the table; ``report_skeletons`` says what is counted.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from .report_skeletons import skeletons
from .report_wordings import WORDINGS


def table() -> Iterator[str]:
    """Yield the lines of the table: rule, hand-written templates, skeletons, for each language and wording."""
    for (language, wording), written in WORDINGS.items():
        counts = skeletons(written.grammar)
        yield f"\n{language} {wording:<32}{'templates':>10}{'skeletons':>10}"
        for rule, forms in counts.items():
            yield f"   {rule:<32}{len(written.grammar.templates[rule]):>10}{len(forms):>10}"
        templates = sum(len(written.grammar.templates[rule]) for rule in counts)
        yield f"   {'all':<32}{templates:>10}{sum(map(len, counts.values())):>10}"


if __name__ == "__main__":
    sys.stdout.write("\n".join(table()).lstrip() + "\n")
