"""Which report each image of a batch is shown, and what of it.

In a share of samples another patient's report of the batch is read, so that the network learns to distrust one; in a
share half of the places that a report names are struck out, so that what is not named is not taken for denied.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import torch

from BoneMetSegLib.network import ReportReader
from BoneMetSegLib.report_fusion import ReportStates
from BoneMetSegLib.segmentation import STATUSES

from .batches import Batch

_NAMED = 0.5


def read_states(reader: ReportReader, batch: Batch) -> ReportStates:
    """Return the states of a batch's own reports, in its order, as an application reads them: lexicon and text path."""
    return text_states(reader, batch).with_lexicon(batch["lexicon"])


def text_states(reader: ReportReader, batch: Batch) -> ReportStates:
    """Return what the text path alone makes of a batch's own reports, in its order."""
    tokens, mask = batch["tokens"].float(), batch["token_mask"]
    # In full precision: it is a small part, and a status is a matter of thousandths.
    with torch.autocast(tokens.device.type, enabled=False):
        states = torch.stack([reader(hidden, which) for hidden, which in zip(tokens, mask, strict=True)])
    return ReportStates(states, tokens, mask)


def choose_reports(batch: Batch, share: float, rng: np.random.Generator) -> list[int]:
    """Return for each image of the batch whose report it is shown: its own, or in a share another patient's."""
    patients, has = batch["patient"].tolist(), batch["has_report"].tolist()
    order = []
    for index, patient in enumerate(patients):
        others = [n for n, other in enumerate(patients) if other != patient and has[n]]
        # Drawn always, so that one sample's chance does not depend on the others'.
        chance, pick = rng.random(), rng.random()
        swapped = bool(others) and has[index] and chance < share
        order.append(others[int(pick * len(others))] if swapped else index)
    return order


def strike_out(report: ReportStates, reader: ReportReader, share: float, rng: np.random.Generator) -> ReportStates:
    """Return reports of which, in a share, half of the named places are not told.

    Their states are zero, and tokens that name none but them are not to be read.
    """
    if share <= 0:
        return report
    with torch.no_grad():
        slots = reader.tags(report.tokens)[0].sigmoid() > _NAMED
    slots &= report.token_mask[..., None]
    struck = torch.zeros(report.states.shape[:2], dtype=torch.bool)
    named = (slots.any(1) | (report.states[..., : len(STATUSES)].amax(-1) >= _NAMED)).cpu()
    for index, places in enumerate(named):
        chance, own = rng.random(), np.random.default_rng(int(rng.integers(1 << 32)))
        if chance < share:
            which = np.flatnonzero(places.numpy())
            struck[index, own.permutation(which)[: (len(which) + 1) // 2]] = True
    struck = struck.to(report.states.device)
    told = (slots & ~struck[:, None]).any(-1) | ~slots.any(-1)
    mask = report.token_mask & told
    readers = None if report.readers is None else report.readers * ~struck[:, None, :, None]
    return replace(
        report,
        states=report.states * ~struck[..., None],
        readers=readers,
        tokens=report.tokens * mask[..., None],
        token_mask=mask,
    )


def report_rng(batch: Batch, seed: int) -> np.random.Generator:
    """Return the random numbers of a batch's reports, decided by the run's seed and the batch's place in the run."""
    return np.random.default_rng([seed, 2, int(batch["number"][0])])


def shown_report(
    text: ReportStates, reader: ReportReader, batch: Batch, settings: Mapping[str, Any], seed: int
) -> ReportStates:
    """Return the reports that the images of a training batch are shown; ``text`` is of ``text_states``."""
    rng = report_rng(batch, seed)
    order = choose_reports(batch, settings["another_patients_share"], rng)
    lexicon = batch["lexicon"][torch.as_tensor(order, device=batch["lexicon"].device)]
    return strike_out(text.of(order).with_lexicon(lexicon), reader, settings["struck_out_share"], rng)
