"""A run over several processes, as ``torchrun`` starts them: each draws samples of its own, gradients are averaged."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import distributed


def process_number() -> int:
    """Return this process's number; 0 where there is one only."""
    return int(os.environ.get("RANK", "0"))


def process_count() -> int:
    """Return how many processes ``torchrun`` started."""
    return int(os.environ.get("WORLD_SIZE", "1"))


@contextmanager
def joined(device: str) -> Iterator[None]:
    """Join the processes, if there are several, and leave them at the end."""
    if process_count() == 1 or distributed.is_initialized():
        yield
        return
    on_gpu = device != "cpu" and torch.cuda.is_available()
    distributed.init_process_group("nccl" if on_gpu else "gloo")
    try:
        yield
    finally:
        distributed.destroy_process_group()


@contextmanager
def first_process_first() -> Iterator[None]:
    """Let the first process make what the others then find made."""
    if process_count() > 1 and process_number():
        distributed.barrier()
    yield
    if process_count() > 1 and not process_number():
        distributed.barrier()
