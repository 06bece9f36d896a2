"""A scan and its report to probability maps (floor 3)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from .anatomy import TEXT_SLOTS
from .bundle import Bundle, open_bundle
from .errors import InputError
from .network import ImageOutput, sides_by_position
from .network_grid import GRID_PIXEL_MM, GridFrame, body_frame, grid_to_view, scan_to_grid
from .report import Report
from .resources import resource_path
from .scan import VIEWS, PlanarScan
from .segmentation import STATUSES, Mention, Segmentation, ViewMaps
from .text_encoder import ReportTokens

Progress = Callable[[str, float], None]
"""Called with a stage's name and the share of the work done, 0 to 1."""

MENTION_PROBABILITY = 0.5


def default_bundle() -> Path:
    """Return the folder of the bundled planar model."""
    return resource_path("Models", "planar")


def choose_device(wanted: str) -> torch.device:
    """Return the device for "auto", "cpu" or "cuda".

    Raises
    ------
    InputError
        "cuda" was asked for and there is none: never silently another.
    """
    if wanted not in ("auto", "cpu", "cuda"):
        raise InputError(f"device {wanted!r} is not one of auto, cpu, cuda")
    if wanted == "cuda" and not torch.cuda.is_available():
        raise InputError("--device cuda: this installation of PyTorch sees no CUDA GPU; use --device cpu")
    return torch.device("cuda" if wanted != "cpu" and torch.cuda.is_available() else "cpu")


def device_words(device: torch.device) -> str:
    """Name a device for the result: "cpu", or the GPU's name."""
    return f"{device} {torch.cuda.get_device_name(device)}" if device.type == "cuda" else "cpu"


@dataclass(frozen=True)
class _Reading:
    """What the text path made of a report: states of all places, and the mentions a person can check."""

    states: torch.Tensor
    mentions: tuple[Mention, ...]


class Segmenter:
    """A loaded model, to be used for many scans.

    Parameters
    ----------
    bundle : Bundle or pathlib.Path, optional
        The bundled planar model when left out.
    device : {"auto", "cpu", "cuda"}

    Examples
    --------
    >>> segmenter = Segmenter()
    >>> segmentation = segmenter.segment(read_scan([path]), report_from_text("T8 metastasis."))
    """

    def __init__(self, bundle: Bundle | Path | None = None, device: str = "auto") -> None:
        self.bundle = bundle if isinstance(bundle, Bundle) else open_bundle(bundle or default_bundle())
        self.device = choose_device(device)
        network, text, self.tokenizer = self.bundle.load()
        self.network, self.text = network.to(self.device), text.to(self.device)

    def segment(self, scan: PlanarScan, report: Report | None = None, progress: Progress | None = None) -> Segmentation:
        """Run the network without and, if there is a report, with it.

        Parameters
        ----------
        progress : callable, optional
            Called with stage and share done; may raise to cancel.
        """
        tell = progress or (lambda _stage, _done: None)
        seconds: dict[str, float] = {}
        with torch.inference_mode():
            tell("image", 0.0)
            with _timed(seconds, "image"):
                frame = body_frame(scan)
                features = self.network.encode(scan_to_grid(scan, frame)[None].to(self.device))
                image = self.network.image_path(features)
            tell("report", 0.4)
            reading, classes = None, None
            if report is not None:
                with _timed(seconds, "report"):
                    reading = self._read(report)
                    classes = self.network.report_path(features, image, reading.states[None])
            tell("maps", 0.7)
            with _timed(seconds, "maps"):
                views = {name: self._view_maps(scan, name, frame, image, classes) for name in scan.views}
        tell("maps", 1.0)
        model = {
            "name": self.bundle.description["name"],
            "version": self.bundle.description["version"],
            "sha256": self.bundle.weights_sha256,
        }
        mentions = reading.mentions if reading else ()
        return Segmentation(views, mentions, model, self.bundle.thresholds, device_words(self.device), seconds)

    def _view_maps(
        self, scan: PlanarScan, name: str, frame: GridFrame, image: ImageOutput, classes: torch.Tensor | None
    ) -> ViewMaps:
        index, view = VIEWS.index(name), scan.views[name]

        def probabilities(logits: torch.Tensor) -> np.ndarray:
            # Probabilities, not logits, are interpolated: they stay between those of the neighbouring grid pixels.
            maps = grid_to_view(logits[0, index].softmax(0), view, GRID_PIXEL_MM, frame.centre_mm)
            maps[0] += 1 - maps.sum(0)  # beyond the grid's edge all is background
            return maps

        coarse = torch.cat(
            [
                sides_by_position(image.skeleton.sigmoid())[0, index],
                image.spine_level[0, index, None],
                image.rib_level[0, index, None],
            ]
        )
        places = grid_to_view(coarse, view, 2 * GRID_PIXEL_MM, frame.centre_mm)
        return ViewMaps(
            probabilities(image.classes),
            None if classes is None else probabilities(classes),
            places[:-2],
            places[-2],
            places[-1],
        )

    def _read(self, report: Report) -> _Reading:
        tokens = self.tokenizer(report)
        ids, attention = self.tokenizer.pad(tokens.ids)
        hidden = self.text(ids.to(self.device), attention.to(self.device))
        readable = torch.zeros_like(attention, dtype=torch.bool)
        for row, spans in enumerate(tokens.spans):
            readable[row, : len(spans)] = torch.tensor([span is not None for span in spans])
        states = self.network.reader(hidden, readable.to(self.device))
        slots, statuses = self.network.reader.tags(hidden)
        return _Reading(
            states, tuple(_mentions(tokens, slots.sigmoid().cpu().numpy(), statuses.softmax(-1).cpu().numpy()))
        )


def _mentions(tokens: ReportTokens, slots: np.ndarray, statuses: np.ndarray) -> Iterator[Mention]:
    """Join neighbouring tokens that name the same places."""
    for row, (spans, clause) in enumerate(zip(tokens.spans, tokens.clauses, strict=True)):
        run: list[int] = []
        named: tuple[int, ...] = ()
        for position in range(len(spans) + 1):
            here: tuple[int, ...] = ()
            if position < len(spans) and spans[position] is not None:
                here = tuple(np.flatnonzero(slots[row, position] > MENTION_PROBABILITY))
            if run and here != named:
                start, end = spans[run[0]], spans[run[-1]]
                if start is not None and end is not None:
                    status = STATUSES[int(statuses[row, run].mean(0).argmax())]
                    yield Mention(start[0], end[1], clause, tuple(TEXT_SLOTS[s] for s in named), status)
                run = []
            named = here
            if here:
                run.append(position)


@contextmanager
def _timed(seconds: dict[str, float], stage: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    seconds[stage] = time.perf_counter() - start
