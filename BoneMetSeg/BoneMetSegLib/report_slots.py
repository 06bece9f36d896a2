"""What the lexicon says of each place that the network knows, as numbers (floor 2)."""

from __future__ import annotations

import numpy as np

from .anatomy import TEXT_SLOTS, slot_index
from .report import Report
from .report_findings import read_findings
from .segmentation import STATUSES

CERTAINTY_WEIGHTS = {"definite": 1.0, "probable": 0.75, "possible": 0.5}


def lexicon_states(report: Report | None) -> np.ndarray:
    """Return what lexicon and grammar read in a report, by place and status.

    Returns
    -------
    numpy.ndarray
        ``(78, 5)`` float32: rows as ``anatomy.TEXT_SLOTS``, columns as ``segmentation.STATUSES``. 0 where nothing is
        said, else how sure the report is (1 definite, 0.75 probable, 0.5 possible; the surest of its clauses). A place
        may have several statuses: uptake in the findings, metastatic in the impression. A bone said without a side
        counts for both sides; a bone said without a level is not spread over its levels, nor a statement about all the
        rest of the skeleton over its bones. Without a report, all 0.

    Examples
    --------
    >>> states = lexicon_states(parse_report("T8 metastasis."))
    >>> states[slot_index("vertebra_T8"), STATUSES.index("metastatic")]
    1.0
    """
    states = np.zeros((len(TEXT_SLOTS), len(STATUSES)), np.float32)
    for finding in read_findings(report) if report is not None else ():
        column, weight = STATUSES.index(finding.status), CERTAINTY_WEIGHTS[finding.certainty]
        for slot in finding.slots:
            row = slot_index(slot)
            states[row, column] = max(states[row, column], weight)
    return states
