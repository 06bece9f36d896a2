"""The taught text path that a run reads its reports with: its own, another run's, or that of a bundle."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from model_training.reading.taught_text_path import taught_text_path
from model_training.reading.teach_reading import WEIGHTS_FILE, TextPath, load_text_path, save_text_path, teach_run


def text_path_of(run: Path, configuration: dict[str, Any], seed: int, given: Path | None = None) -> TextPath:
    """Return the text path of a run folder; where there is none, the given one, or one taught anew, is kept there.

    Parameters
    ----------
    given : Path, optional
        A folder of ``teach-reading`` or of a training, or a bundle.

    Raises
    ------
    InputError
        The files do not belong together, or what was given holds no taught text path.
    """
    if (run / WEIGHTS_FILE).is_file():
        path = load_text_path(run)
    elif given is None:
        path = teach_run(run, configuration, seed)
    else:
        path = taught_text_path(given)
        save_text_path(path, run)
    path.encoder.eval().requires_grad_(False)
    return path
