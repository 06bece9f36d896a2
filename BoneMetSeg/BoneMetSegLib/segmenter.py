"""A scan and its report to probability maps (floor 3)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from .anatomy import SKELETON_CHANNELS, TEXT_SLOTS
from .bone_sides import sides_by_position
from .bundle import Bundle, default_bundle, open_bundle
from .errors import InputError
from .network import ImageOutput
from .network_grid import GridFrame, body_frame, grid_to_view, scan_to_grid
from .report import Report
from .report_fusion import ReportStates
from .report_slots import lexicon_states
from .scan import VIEWS, PlanarScan, Scan, SpectScan
from .segmentation import STATUSES, Mention, Segmentation, ViewMaps
from .spect_grid import VolumeFrame, grid_to_volume, volume_frame, volume_to_grid
from .text_encoder import ReportTokens

Progress = Callable[[str, float], None]
"""Called with a stage's name and the share of the work done, 0 to 1."""

MENTION_PROBABILITY = 0.5


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
class EncodedScan:
    """A scan as the image path sees it: what any number of reports are held against.

    Attributes
    ----------
    scan : PlanarScan or SpectScan
    frame : GridFrame or VolumeFrame
        The part of the field the network looked at.
    features : list of torch.Tensor
        Of ``DualPathNetwork.encode``.
    image : ImageOutput
        What the image alone tells, on the network's grid.
    views : mapping from view to ViewMaps
        The same at the view's pixels, without a report.
    seconds : mapping
        Time per stage so far.
    """

    scan: Scan
    frame: GridFrame | VolumeFrame
    features: list[torch.Tensor]
    image: ImageOutput
    views: Mapping[str, ViewMaps]
    seconds: Mapping[str, float]


@dataclass(frozen=True)
class _Reading:
    """What the text path made of a report: states of all places, and the mentions a person can check."""

    states: ReportStates
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
        self._preprocessing = self.bundle.preprocessing

    def segment(self, scan: Scan, report: Report | None = None, progress: Progress | None = None) -> Segmentation:
        """Run the network without and, if there is a report, with it.

        Parameters
        ----------
        progress : callable, optional
            Called with stage and share done; may raise to cancel.
        """
        tell = progress or (lambda _stage, _done: None)
        tell("image", 0.0)
        encoded = self.encode_scan(scan)
        tell("report", 0.5)
        segmentation = self.with_report(encoded, report)
        tell("maps", 1.0)
        return segmentation

    @torch.inference_mode()
    def encode_scan(self, scan: Scan) -> EncodedScan:
        """Run the image path; ``with_report`` makes segmentations of it, each as ``segment`` would.

        Raises
        ------
        InputError
            The bundle is for another kind of scan.
        """
        self.bundle.check_kind(scan.kind)
        seconds: dict[str, float] = {}
        with _timed(seconds, "image"):
            frame: GridFrame | VolumeFrame
            if isinstance(scan, SpectScan):
                frame = volume_frame(scan, self._preprocessing)
                grid = volume_to_grid(scan, self._preprocessing, frame)
            else:
                frame = body_frame(scan, self._preprocessing)
                grid = scan_to_grid(scan, self._preprocessing, frame)
            features = self.network.encode(grid[None].to(self.device))
            image = self.network.image_path(features)
        with _timed(seconds, "maps"):
            views = {name: self._view_maps(scan, name, frame, image) for name in scan.views}
        return EncodedScan(scan, frame, features, image, views, seconds)

    @torch.inference_mode()
    def with_report(self, encoded: EncodedScan, report: Report | None) -> Segmentation:
        """Return the segmentation of an encoded scan with a report, or without one.

        Examples
        --------
        >>> encoded = segmenter.encode_scan(scan)
        >>> for report in (None, chinese, english, of_another_patient):
        ...     segmentation = segmenter.with_report(encoded, report)
        """
        views, seconds = dict(encoded.views), dict(encoded.seconds)
        mentions: tuple[Mention, ...] = ()
        fit = None
        if report is not None:
            with _timed(seconds, "report"):
                reading = self._read(report)
                told = self.network.report_path(encoded.features, encoded.image, reading.states)
                mentions = reading.mentions
                if self.network.fit is not None:
                    fit = float(told.fit[0].sigmoid())
            with _timed(seconds, "maps"):
                views = {
                    name: replace(maps, with_report=self._class_maps(encoded.scan, name, encoded.frame, told.classes))
                    for name, maps in views.items()
                }
        model = {
            "name": self.bundle.description["name"],
            "version": self.bundle.description["version"],
            "sha256": self.bundle.weights_sha256,
        }
        device = device_words(self.device)
        return Segmentation(
            views,
            mentions,
            model,
            self.bundle.thresholds,
            device,
            seconds,
            report_fit=fit,
            burden_calibration=self.bundle.burden_calibration,
        )

    @torch.inference_mode()
    def read(self, report: Report) -> tuple[Mention, ...]:
        """Return what the text path reads in a report, without a scan."""
        return self._read(report).mentions

    def _class_maps(self, scan: Scan, name: str, frame: GridFrame | VolumeFrame, logits: torch.Tensor) -> np.ndarray:
        # Probabilities, not logits, are interpolated: they stay between those of the neighbouring grid pixels.
        maps = self._at_pixels(logits[0, _view_index(name)].softmax(0), scan, name, frame)
        maps[0] += 1 - maps.sum(0)  # beyond the grid's edge all is background
        return maps

    def _view_maps(self, scan: Scan, name: str, frame: GridFrame | VolumeFrame, image: ImageOutput) -> ViewMaps:
        index = _view_index(name)
        levels = torch.stack([image.spine_level[0, index], image.rib_level[0, index]])
        if self.network.config.skeleton:
            bones = sides_by_position(image.skeleton.sigmoid())[0, index]
        else:  # one trained for a comparison: it knows no bone
            bones = levels.new_zeros(len(SKELETON_CHANNELS), *levels.shape[1:])
        places = self._at_pixels(torch.cat([bones, levels]), scan, name, frame, half=True)
        classes = self._class_maps(scan, name, frame, image.classes)
        return ViewMaps(classes, None, places[:-2], places[-2], places[-1])

    def _at_pixels(
        self, maps: torch.Tensor, scan: Scan, name: str, frame: GridFrame | VolumeFrame, *, half: bool = False
    ) -> np.ndarray:
        """Return maps of the grid, or of half of its resolution, at the pixels or voxels as acquired."""
        if isinstance(scan, PlanarScan) and isinstance(frame, GridFrame):
            pixel_mm = self._preprocessing.grid_pixel_mm * (2 if half else 1)
            return grid_to_view(maps, scan.views[name], pixel_mm, frame.centre_mm)
        if isinstance(scan, SpectScan) and isinstance(frame, VolumeFrame):
            return grid_to_volume(maps, scan, frame.halved() if half else frame)
        raise TypeError("a frame belongs to the scan it was made for")

    def _read(self, report: Report) -> _Reading:
        tokens = self.tokenizer(report)
        ids, attention = self.tokenizer.pad(tokens.ids)
        hidden = self.text(ids.to(self.device), attention.to(self.device))
        states = self.network.reader.report([(hidden, tokens.readable().to(self.device))])
        said = torch.from_numpy(lexicon_states(report))[None].to(self.device)
        states = states.with_lexicon(said)
        slots, statuses = self.network.reader.tags(hidden)
        return _Reading(
            states, tuple(_mentions(tokens, slots.sigmoid().cpu().numpy(), statuses.softmax(-1).cpu().numpy()))
        )


def _view_index(name: str) -> int:
    """Return a view's place among the network's: a volume is alone."""
    return VIEWS.index(name) if name in VIEWS else 0


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
    seconds[stage] = seconds.get(stage, 0.0) + time.perf_counter() - start
