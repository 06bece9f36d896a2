"""Work in other processes, ended cleanly by Ctrl-C."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from typing import Any, TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")


def in_processes(
    work: Callable[[Task], Result],
    tasks: Iterable[Task],
    workers: int,
    start: Callable[..., None],
    arguments: tuple[Any, ...],
) -> Iterator[Result]:
    """Yield the results of tasks as they come; if the caller is interrupted, what runs ends and what waits is dropped.

    Parameters
    ----------
    work : callable
        Of a module, so that a process can be sent it by name.
    start : callable
        Called with ``arguments`` once in each process; it should call ``prepare_process``.
    """
    pool = ProcessPoolExecutor(
        workers,
        mp_context=multiprocessing.get_context("spawn"),  # torch's threads do not survive a fork
        initializer=start,
        initargs=arguments,
    )
    try:
        for future in as_completed([pool.submit(work, task) for task in tasks]):
            yield future.result()
    except BaseException:
        pool.shutdown(wait=True, cancel_futures=True)
        raise
    pool.shutdown()


def prepare_process() -> None:
    """Give a worker one thread, and leave Ctrl-C to its parent."""
    import torch

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    torch.set_num_threads(1)
