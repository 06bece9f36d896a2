"""Which patient the n-th sample of a run shows: decided by seed and n alone.

A run's samples are numbered from its first step to its last. So a run that is taken up again at step k goes on with
exactly the samples that an unbroken one would have seen, and several processes share the numbers among them.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from torch.utils.data import Sampler


def patient_of_sample(number: int, patients: int, seed: int) -> int:
    """Return the index of the patient that sample ``number`` shows: all patients in a new order, again and again."""
    order, place = divmod(number, patients)
    return int(np.random.default_rng([seed, 3, order]).permutation(patients)[place])


class RunOrder(Sampler[int]):
    """Sample numbers of one process, from a batch on to the run's end.

    Parameters
    ----------
    batches : int
        Of the whole run.
    batch_size : int
        Of one process.
    first_batch : int
        Where to begin; those before were seen.
    process, processes : int
    """

    def __init__(
        self, batches: int, batch_size: int, *, first_batch: int = 0, process: int = 0, processes: int = 1
    ) -> None:
        self._batches, self._batch_size, self._first = batches, batch_size, first_batch
        self._process, self._processes = process, processes

    def __len__(self) -> int:
        return self._batches * self._batch_size

    def __iter__(self) -> Iterator[int]:
        for batch in range(self._first, self._batches):
            start = (batch * self._processes + self._process) * self._batch_size
            yield from range(start, start + self._batch_size)
