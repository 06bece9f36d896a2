"""The reports of the last batches: the more reports of others an image is held against, the better it knows its own.

What the taught reader says of a place does not change while the network is trained, so a report once read can be kept.
"""

from __future__ import annotations

from typing import Any

import torch

from BoneMetSegLib.report_fusion import ReportStates

from .batches import Batch

KEPT = 60


class EarlierReports:
    """States of the last reports and whose they are."""

    def __init__(self) -> None:
        self._states: torch.Tensor | None = None
        self._patients: torch.Tensor | None = None

    def joined(self, report: ReportStates, batch: Batch) -> tuple[ReportStates, torch.Tensor, torch.Tensor]:
        """Return the batch's reports, the earlier ones behind them, with patient and ``has_report`` of each.

        The tokens are the batch's own: fit is asked of the states alone. Afterwards the batch's reports are earlier
        ones too.
        """
        states, patients = report.states, batch["patient"]
        known = batch["has_report"]
        if self._states is not None and self._patients is not None:
            states = torch.cat([states, self._states.to(states.device)])
            patients = torch.cat([patients, self._patients.to(patients.device)])
            known = torch.cat([known, known.new_ones(len(self._states))])
        kept = known.nonzero()[:KEPT, 0]
        self._states, self._patients = states[kept].detach(), patients[kept]
        return ReportStates(states, report.tokens, report.token_mask), patients, known

    def state_dict(self) -> dict[str, Any]:
        """Return what a checkpoint keeps."""
        return {"states": self._states, "patients": self._patients}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take it up again."""
        self._states, self._patients = state["states"], state["patients"]
