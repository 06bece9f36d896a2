"""Training samples: simulated cases with fresh Poisson noise, augmentation and a report, on the network's grid."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch.utils.data import Dataset

from BoneMetSegLib.errors import InputError
from BoneMetSegLib.network_grid import GRID_PIXEL_MM, network_input, normalise_counts, resample
from BoneMetSegLib.report import parse_report
from BoneMetSegLib.scan import VIEWS
from BoneMetSegLib.text_encoder import ReportTokenizer

from .simulator.case_files import load_case, load_meta


def cases_of(folder: Path, split: str) -> list[Path]:
    """Return the planar case files of a split ("training", "validation", "test") as the datalist names them."""
    path = folder / "datalist.json"
    try:
        datalist = json.loads(path.read_text(encoding="utf-8"))
        return [folder / entry["image"] for entry in datalist[split] if entry.get("modality", "planar") == "planar"]
    except FileNotFoundError as error:
        raise InputError(
            f"{folder} holds no datalist.json; make cases with 'python -m model_training simulate'"
        ) from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{path} is not a data list with a {split} split; simulate the cases again") from error


def clinic_of(folder: Path) -> dict[str, Any]:
    """Return name, SHA-256 and simulator version of the clinic that a folder's patients come from; empty if unknown."""
    try:
        settings = json.loads((folder / "simulation.json").read_text(encoding="utf-8"))
        return {
            "name": settings["clinic"],
            "sha256": settings["clinic_sha256"],
            "simulator_version": settings["simulator_version"],
        }
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def reports_of(case: Path) -> dict[str, str]:
    """Return a case's report texts by language."""
    return {language: report["text"] for language, report in load_meta(case)["reports"].items()}


class PlanarSamples(Dataset):  # type: ignore[type-arg]
    """Simulated cases as the network sees them.

    Each item is a dict of tensors: ``image (4, rows, columns)``, ``classes (2, rows, columns)`` int64, ``present
    (2,)``, ``skeleton (2, 29, rows/2, columns/2)``, ``spine_level`` and ``rib_level (2, rows/2, columns/2)`` (0 where
    none), all in anterior order; and ``windows``, ``readable`` (token windows of a report), ``own_report`` bool.

    Parameters
    ----------
    augment : bool
        Without it: the stored Poisson draw, both views, no transform, the patient's own report.
    """

    def __init__(
        self,
        cases: Sequence[Path],
        configuration: dict[str, Any],
        tokenizer: ReportTokenizer,
        *,
        augment: bool,
        seed: int,
    ) -> None:
        self._cases = list(cases)
        self._texts = [reports_of(case) for case in self._cases]
        self._configuration = configuration
        self._tokenizer = tokenizer
        self._augment = augment
        self._seed = seed
        self.epoch = 0

    def __len__(self) -> int:
        return len(self._cases)

    def __getitem__(self, index: int) -> dict[str, Any]:
        rng = np.random.default_rng((self._seed, self.epoch, index))
        case = load_case(self._cases[index])
        settings = self._configuration["augmentation"]
        shape = (self._configuration["train"]["rows"], self._configuration["train"]["columns"])
        kept = _kept_views(rng, settings) if self._augment else VIEWS
        factor = _log_uniform(rng, *settings["count_factor"]) if self._augment else 1.0
        transform = self._transform(case, rng, shape)
        images, classes, skeletons, spines, ribs = {}, [], [], [], []
        half = (shape[0] // 2, shape[1] // 2)
        size, half_size = case.pixel_size_mm, 2 * case.pixel_size_mm
        for view in VIEWS:

            def place(array: np.ndarray, pixel: float, to: tuple[int, int], mode: str, v: str = view) -> torch.Tensor:
                array = array[..., ::-1] if v == "posterior" else array  # into anterior order
                tensor = torch.from_numpy(np.ascontiguousarray(array, dtype=np.float32))
                tensor = tensor if tensor.ndim == 3 else tensor[None]
                out = GRID_PIXEL_MM if to == shape else 2 * GRID_PIXEL_MM
                return resample(tensor, (pixel, pixel), to, (out, out), transform, mode)

            if view in kept:
                counts = rng.poisson(case.expected[view] * factor) if self._augment else case.counts[view]
                image = place(counts, size, shape, "bilinear")[0]
                if self._augment and rng.random() < settings["smoothing_share"]:
                    image = _smooth(image, rng.uniform(*settings["smoothing_sigma_px"]))
                images[view] = normalise_counts(image)
            classes.append(place(case.class_map[view], size, shape, "nearest")[0].long())
            skeletons.append(place(case.skeleton[view], half_size, half, "bilinear") > 0.5)
            spines.append(place(case.spine_level[view], half_size, half, "nearest")[0] / 10)
            ribs.append(place(case.rib_level[view], half_size, half, "nearest")[0] / 10)
        windows, readable, own = self._report(index, rng)
        return {
            "image": network_input(images, shape),
            "classes": torch.stack(classes),
            "present": torch.tensor([view in kept for view in VIEWS]),
            "skeleton": torch.stack(skeletons),
            "spine_level": torch.stack(spines),
            "rib_level": torch.stack(ribs),
            "windows": windows,
            "readable": readable,
            "own_report": own,
        }

    def _transform(self, case: Any, rng: np.random.Generator, shape: tuple[int, int]) -> list[list[float]]:
        """Rotation, scale and shift that keep most of the body inside the crop."""
        body_y_mm, body_x_mm = body_centre_mm(case)
        settings = self._configuration["augmentation"]
        if not self._augment:
            return [[1.0, 0.0, body_x_mm], [0.0, 1.0, body_y_mm]]
        angle = math.radians(rng.uniform(-1, 1) * settings["rotation_deg"])
        scale_x, scale_y = 1 + rng.uniform(-1, 1, 2) * settings["scale"]
        shift_x, shift_y = rng.uniform(-1, 1, 2) * settings["shift_mm"]
        # Taller than the crop: sometimes the head end is seen, sometimes the feet.
        slack_mm = max(0.0, case.pixel_size_mm * case.expected[VIEWS[0]].shape[0] - shape[0] * GRID_PIXEL_MM) / 2
        shift_y += rng.uniform(-0.3, 0.3) * min(slack_mm, 400.0)
        return [
            [scale_x * math.cos(angle), -scale_x * math.sin(angle), body_x_mm + shift_x],
            [scale_y * math.sin(angle), scale_y * math.cos(angle), body_y_mm + shift_y],
        ]

    def _report(self, index: int, rng: np.random.Generator) -> tuple[list[list[int]], list[list[bool]], bool]:
        share, patients = self._configuration["report_in_training"]["another_patients_share"], len(self._texts)
        other = self._augment and patients > 1 and rng.random() < share
        texts = self._texts[(index + 1 + int(rng.integers(patients - 1))) % patients if other else index]
        language = sorted(texts)[int(rng.integers(len(texts)))]
        tokens = self._tokenizer(parse_report(texts[language]))
        return tokens.ids, [[span is not None for span in spans] for spans in tokens.spans], not other


def collate(items: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Stack tensors; reports stay lists, one per image."""
    batch: dict[str, Any] = {
        key: torch.stack([item[key] for item in items]) for key in items[0] if isinstance(items[0][key], torch.Tensor)
    }
    for key in ("windows", "readable", "own_report"):
        batch[key] = [item[key] for item in items]
    return batch


def _kept_views(rng: np.random.Generator, settings: dict[str, Any]) -> tuple[str, ...]:
    chance = rng.random()
    if chance < settings["only_anterior_share"]:
        return ("anterior",)
    if chance < settings["only_anterior_share"] + settings["only_posterior_share"]:
        return ("posterior",)
    return VIEWS


def _log_uniform(rng: np.random.Generator, low: float, high: float) -> float:
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def body_centre_mm(case: Any) -> tuple[float, float]:
    """Return the middle of the counts' 1-99 % range from the image's centre, (down, right in anterior order)."""
    counts = case.expected["anterior"]
    centre = []
    for axis in (1, 0):
        share = np.cumsum(counts.sum(axis, dtype=np.float64))
        low, high = np.searchsorted(share, (0.01 * share[-1], 0.99 * share[-1]))
        centre.append(float((low + high) / 2 - (len(share) - 1) / 2) * case.pixel_size_mm)
    return centre[0], centre[1]


def _smooth(image: torch.Tensor, sigma_px: float) -> torch.Tensor:
    offsets = torch.arange(-3, 4, dtype=torch.float32)
    kernel = torch.exp(-0.5 * (offsets / sigma_px) ** 2)
    kernel = kernel / kernel.sum()
    rows = F.conv2d(image[None, None], kernel[None, None, :, None], padding=(3, 0))
    return F.conv2d(rows, kernel[None, None, None, :], padding=(0, 3))[0, 0]
