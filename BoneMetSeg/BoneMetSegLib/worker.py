"""The same work over JSON lines on stdin and stdout, with the model kept loaded (floor 6).

Requests, one JSON object a line::

    {"id": 1, "command": "segment", "arguments": {"scans": ["a.dcm"], "out": "case"}}

Commands: ``segment`` (arguments as ``SegmentRequest``), ``measure`` (``out``, ``editor``, ``lang``), ``bundle``,
``load`` (``bundle``, ``device``: load the model ahead), ``cancel`` (``id`` of the running request), ``shutdown`` (after
what is asked already), ``kill`` (at once).

Answers carry the request's id and an ``event``: ``ready`` (once), ``progress`` (stage, done, seconds_left), ``done``
(``result``), ``error`` (``kind``: "input", "memory" or "bug"; ``message``: a sentence), ``cancelled``. End of input
ends the worker: after what is asked already, or at once if it was started by a program that is gone then
(``--end-with-input``).
"""

from __future__ import annotations

import json
import logging
import os
import queue
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, TextIO

from . import __version__
from .errors import InputError
from .jobs import Cancelled, ModelShelf, ProgressEvent, SegmentRequest, measure_case, segment_case
from .result_document import Case, summary_sentence

_PATHS = ("out", "report", "bundle")


def serve(*, idle_minutes: float = 0, end_with_input: bool = False) -> int:
    """Serve requests until the end of input, ``shutdown`` or ``idle_minutes`` without a request (0: no limit)."""
    answers = _own_stdout()
    Worker(sys.stdin, answers, end_with_input=end_with_input).run(idle_minutes * 60 or None)
    return 0


def _own_stdout() -> TextIO:
    """Keep the answers' channel clean: what any library prints to standard output goes to standard error."""
    channel = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8", newline="\n")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return channel


class Worker:
    """Serves requests from a stream of lines, one at a time, in order.

    Parameters
    ----------
    requests, answers : text streams
    end_with_input : bool
        Stop in the middle of the work when the input ends: whoever asked for it is gone.
    """

    def __init__(self, requests: TextIO, answers: TextIO, *, end_with_input: bool = False) -> None:
        self._requests, self._answers = requests, answers
        self._end_with_input = end_with_input
        self._shelf = ModelShelf()
        self._waiting: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self._cancelled: set[Any] = set()
        self._write_lock = threading.Lock()
        self._commands: dict[str, Callable[[Any, dict[str, Any]], dict[str, Any]]] = {
            "segment": self._segment,
            "measure": self._measure,
            "bundle": self._bundle,
            "load": self._load,
        }

    def run(self, idle_seconds: float | None) -> None:
        """Answer until the input ends, a shutdown comes or the worker has been idle for too long."""
        self._answer(None, "ready", version=__version__)
        threading.Thread(target=self._listen, daemon=True).start()
        while True:
            try:
                request = self._waiting.get(timeout=idle_seconds)
            except queue.Empty:
                return
            if request is None:
                return
            self._serve(request)

    def _listen(self) -> None:
        """Read lines while a request runs, so that a cancel is heard at once."""
        for line in self._requests:
            if not line.strip():
                continue
            try:
                request = json.loads(line)
                command = request["command"]
            except (ValueError, KeyError, TypeError):
                self._answer(
                    None, "error", kind="input", message="a request is one JSON object a line with a 'command'"
                )
                continue
            if command == "cancel":
                self._cancelled.add(request.get("id"))
            elif command == "shutdown":
                break
            elif command == "kill":
                _end_at_once()
            else:
                self._waiting.put(request)
        else:
            if self._end_with_input:
                _end_at_once()
        self._waiting.put(None)

    def _serve(self, request: dict[str, Any]) -> None:
        request_id = request.get("id")
        try:
            command = self._commands.get(request["command"])
            if command is None:
                raise InputError(
                    f"the worker knows no command {request['command']!r}; it knows {', '.join(self._commands)}"
                )
            self._check_cancelled(request_id)
            result = command(request_id, dict(request.get("arguments") or {}))
        except Cancelled:
            self._answer(request_id, "cancelled")
        except InputError as error:
            self._answer(request_id, "error", kind="input", message=str(error))
        except MemoryError:
            self._answer(
                request_id, "error", kind="memory", message="the computer ran out of memory; close other programs"
            )
        except Exception as error:  # the worker outlives a bug, and says so
            logging.getLogger(__name__).exception("request failed")
            kind = "memory" if "out of memory" in str(error).lower() else "bug"
            self._answer(request_id, "error", kind=kind, message=f"{type(error).__name__}: {error}")
        else:
            self._answer(request_id, "done", result=result)
        self._cancelled.discard(request_id)

    def _check_cancelled(self, request_id: Any) -> None:
        if request_id in self._cancelled:
            raise Cancelled

    def _segment(self, request_id: Any, arguments: dict[str, Any]) -> dict[str, Any]:
        def progress(event: ProgressEvent) -> None:
            self._check_cancelled(request_id)
            self._answer(request_id, "progress", **asdict(event))

        return _summary(segment_case(_request(arguments), self._shelf, progress))

    def _measure(self, _: Any, arguments: dict[str, Any]) -> dict[str, Any]:
        out = Path(_needed(arguments, "out"))
        return _summary(measure_case(out, editor=arguments.get("editor", "reader"), lang=arguments.get("lang", "en")))

    def _bundle(self, _: Any, arguments: dict[str, Any]) -> dict[str, Any]:
        from .bundle import open_bundle

        return dict(open_bundle(Path(_needed(arguments, "bundle"))).description)

    def _load(self, _: Any, arguments: dict[str, Any]) -> dict[str, Any]:
        bundle = arguments.get("bundle")
        segmenter = self._shelf.get(Path(bundle) if bundle else None, arguments.get("device", "auto"))
        return {"bundle": segmenter.bundle.name, "device": str(segmenter.device)}

    def _answer(self, request_id: Any, event: str, **values: Any) -> None:
        with self._write_lock:
            self._answers.write(json.dumps({"id": request_id, "event": event, **values}, ensure_ascii=False) + "\n")
            self._answers.flush()


def _end_at_once() -> None:
    """End the process from any thread; a launcher that started it may not pass a kill on."""
    os._exit(1)


def _needed(arguments: dict[str, Any], name: str) -> Any:
    if not arguments.get(name):
        raise InputError(f"the request lacks its argument {name!r}")
    return arguments[name]


def _request(arguments: dict[str, Any]) -> SegmentRequest:
    known = {field.name for field in fields(SegmentRequest)}
    unknown = set(arguments) - known
    if unknown:
        raise InputError(f"segment knows no argument {sorted(unknown)[0]!r}; it knows {', '.join(sorted(known))}")
    for name in ("scans", "out"):
        _needed(arguments, name)
    arguments["scans"] = tuple(Path(path) for path in arguments["scans"])
    arguments["notes"] = tuple(arguments.get("notes", ()))
    for name in _PATHS:
        if arguments.get(name) is not None:
            arguments[name] = Path(arguments[name])
    return SegmentRequest(**arguments)


def _summary(case: Case) -> dict[str, Any]:
    return {
        "summary": summary_sentence(case),
        "lesion_count": case.burden.lesion_count,
        "hot_spot_count": len(case.hot_spots),
        "changes": [asdict(change) for change in case.changes],
        "warnings": list(case.scan.warnings),
    }
