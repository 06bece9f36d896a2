"""The child Python that runs the network: ``bonemetseg worker`` behind a ``QProcess``."""

from __future__ import annotations

import json
import logging
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import qt

_LOG = logging.getLogger(__name__)
# Of what the child says on its standard error, enough for the log.
_LAST_WORDS = 4000
_STARTED_MS = 30_000
_GONE_MS = 3000


def worker_command(idle_minutes: float) -> list[str]:
    """Return how to start the worker: PythonSlicer inside Slicer, else the Python that runs this."""
    python = shutil.which("PythonSlicer") or sys.executable
    return [
        python,
        "-m",
        "BoneMetSegLib.cli",
        "worker",
        "--idle-minutes",
        f"{idle_minutes:g}",
        "--end-with-input",
    ]


class WorkerProcess:
    """Starts the worker when it is needed, keeps it, and passes on what it answers.

    Parameters
    ----------
    command : sequence of str, optional
        Program and arguments; by default ``worker_command(10)``.
    on_answer : callable
        Called with each answer (a dict, see ``BoneMetSegLib.worker``), in the thread of the window.
    on_end : callable
        Called with the child's last words when it ended without being told to.
    """

    def __init__(
        self,
        on_answer: Callable[[dict[str, Any]], None],
        on_end: Callable[[str], None],
        command: Sequence[str] | None = None,
    ) -> None:
        self._on_answer, self._on_end = on_answer, on_end
        self._command = list(command or worker_command(10))
        self._process: Any = None
        self._unread = b""
        self._last_words = ""
        self._requests = 0

    @property
    def is_running(self) -> bool:
        """Whether the child lives, with or without work."""
        return self._process is not None and self._process.state() != qt.QProcess.NotRunning

    def send(self, command: str, arguments: dict[str, Any]) -> int:
        """Ask the worker for something, starting it first if need be; return the request's number."""
        if not self.is_running:
            self._start()
        self._requests += 1
        line = json.dumps({"id": self._requests, "command": command, "arguments": arguments}) + "\n"
        if self._process is not None:  # a program that cannot be started is gone already
            self._process.write(line.encode("ascii"))
        return self._requests

    def stop(self) -> None:
        """End the child at once, with whatever it started."""
        process, self._process = self._process, None
        if process is None:
            return
        self._disconnect(process)
        if process.state() != qt.QProcess.NotRunning:
            # PythonSlicer may be a launcher, whose death its child would survive: the worker is told itself.
            process.write(b'{"command": "kill"}\n')
            process.closeWriteChannel()
            if not process.waitForFinished(_GONE_MS):
                process.kill()
                process.waitForFinished(_GONE_MS)
        process.deleteLater()

    def wait_for_answer(self, timeout_ms: int) -> None:
        """Let answers come in while a script waits: blocks until something arrives, at most for this long."""
        if self._process is not None and self._process.waitForReadyRead(timeout_ms):
            self._read_answers()

    # ---- inside -----------------------------------------------------------------------------------------------------

    def _start(self) -> None:
        # With a parent, Qt deletes it when asked to; without one Python would, with the last reference, in the midst of
        # the process's own signal "finished".
        process = qt.QProcess(qt.QCoreApplication.instance())
        environment = qt.QProcessEnvironment.systemEnvironment()
        library = str(Path(__file__).resolve().parents[1])
        before = environment.value("PYTHONPATH")
        separator = ";" if sys.platform == "win32" else ":"
        environment.insert("PYTHONPATH", f"{library}{separator}{before}" if before else library)
        environment.insert("PYTHONIOENCODING", "utf-8")
        process.setProcessEnvironment(environment)
        process.connect("readyReadStandardOutput()", self._read_answers)
        process.connect("readyReadStandardError()", self._read_last_words)
        process.connect("finished(int,QProcess::ExitStatus)", self._ended)
        process.connect("errorOccurred(QProcess::ProcessError)", self._failed)
        self._process, self._unread, self._last_words = process, b"", ""
        process.start(self._command[0], self._command[1:])

    def _disconnect(self, process: Any) -> None:
        process.disconnect("readyReadStandardOutput()", self._read_answers)
        process.disconnect("readyReadStandardError()", self._read_last_words)
        process.disconnect("finished(int,QProcess::ExitStatus)", self._ended)
        process.disconnect("errorOccurred(QProcess::ProcessError)", self._failed)

    def _read_answers(self) -> None:
        if self._process is None:
            return
        self._unread += _bytes(self._process.readAllStandardOutput())
        # An answer may come in pieces, and a piece may end within a character.
        *lines, self._unread = self._unread.split(b"\n")
        for line in lines:
            try:
                answer = json.loads(line)
            except ValueError:
                _LOG.warning("BoneMetSeg's worker said something that is no answer")
                continue
            self._on_answer(answer)

    def _read_last_words(self) -> None:
        if self._process is not None:
            words = _bytes(self._process.readAllStandardError()).decode("utf-8", "replace")
            self._last_words = (self._last_words + words)[-_LAST_WORDS:]

    def _ended(self, *_: Any) -> None:
        self._read_answers()
        self._read_last_words()
        process, self._process = self._process, None
        if process is not None:
            process.deleteLater()
            self._on_end(self._last_words)

    def _failed(self, *_: Any) -> None:
        if self._process is not None and self._process.state() == qt.QProcess.NotRunning:
            self._last_words = self._last_words or self._process.errorString()
            self._ended()


def _bytes(data: Any) -> bytes:
    """Return a ``QByteArray`` as bytes."""
    return bytes(data.data())
