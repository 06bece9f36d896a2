"""``teach-reading``, ``score-reading`` and ``pretrain-text`` on the command line.

What they need is imported when they run.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from .pretraining_settings import PretrainingSettings


def add_teach_reading_command(commands: Any) -> None:
    """Add ``teach-reading`` to the parser's commands."""
    command = commands.add_parser(
        "teach-reading",
        help="teach the text encoder which places a report names, with what status",
        description="Teach the text encoder to read: from simulated reports, or from a hospital's own labelled ones as "
        "well (docs/reading.md). Writes text.safetensors, tokenizer.json, text_encoder.json and reading.json; Ctrl-C "
        "keeps the last checkpoint, --resume goes on from it.",
    )
    command.add_argument("--run", type=Path, required=True, metavar="DIR", help="folder for the taught encoder")
    command.add_argument("--config", type=Path, metavar="FILE", help="settings that differ from configs/planar.yaml")
    command.add_argument("--seed", type=int, default=0, metavar="N", help="of weights and reports (default: 0)")
    command.add_argument("--reports", type=Path, metavar="DIR|FILE", help="a hospital's labelled reports (JSON)")
    command.add_argument(
        "--text-encoder",
        type=Path,
        metavar="DIR",
        help="BERT folder or bundle to begin with (default: a fresh small one)",
    )
    command.add_argument(
        "--trained-layers", type=int, metavar="N", help="train the last N layers of the encoder alone, 0: none of it"
        " (default: all)",
    )  # fmt: skip
    command.add_argument("--resume", action="store_true", help="go on from the folder's checkpoint")


def add_pretrain_text_command(commands: Any) -> None:
    """Add ``pretrain-text`` to the parser's commands."""
    command = commands.add_parser(
        "pretrain-text",
        help="pretrain the text encoder on a hospital's own reports",
        description="Pretrain the text encoder on reports without labels, by MacBERT's objective (docs/reading.md). "
        "Writes a Hugging Face BERT folder that --text-encoder accepts; Ctrl-C keeps the last checkpoint.",
    )
    command.add_argument(
        "--reports", type=Path, required=True, metavar="DIR|FILE", help="folder of .txt files, a .txt file with one "
        "report per line, or a JSON list",
    )  # fmt: skip
    command.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for the pretrained encoder")
    command.add_argument(
        "--text-encoder", metavar="DIR", help="BERT folder or bundle to begin with, or 'fresh' for a small one from "
        "nothing (default: the bundled encoder)",
    )  # fmt: skip
    command.add_argument("--config", type=Path, metavar="FILE", help="sizes of a fresh encoder (text_encoder)")
    defaults = PretrainingSettings()
    command.add_argument("--steps", type=int, default=defaults.steps, metavar="N", help=f"default: {defaults.steps}")
    command.add_argument(
        "--windows", type=int, default=defaults.windows_per_step, metavar="N",
        help=f"clauses or pairs of clauses in a step (default: {defaults.windows_per_step})",
    )  # fmt: skip
    command.add_argument(
        "--learning-rate", type=float, default=defaults.learning_rate, metavar="X",
        help=f"default: {defaults.learning_rate} for the small encoder; 5e-5 suits one of MacBERT's size",
    )  # fmt: skip
    command.add_argument("--seed", type=int, default=0, metavar="N", help="default: 0")
    command.add_argument("--resume", action="store_true", help="go on from the folder's checkpoint")


def add_score_reading_command(commands: Any) -> None:
    """Add ``score-reading`` to the parser's commands."""
    command = commands.add_parser(
        "score-reading",
        help="score how a taught text encoder reads reports written by hand, or a hospital's own labelled ones",
        description="Score how a taught text encoder reads marked reports: which places each report names, with what "
        "status (docs/reading.md). By default on the project's reports written by hand, of invented patients.",
    )
    command.add_argument(
        "--text-from", type=Path, required=True, metavar="DIR", help="folder of 'teach-reading', run or bundle"
    )
    command.add_argument(
        "--reports", type=Path, metavar="DIR|FILE", help="labelled reports (JSON) or marked ones (text) instead"
    )
    command.add_argument("--json", type=Path, metavar="FILE", help="write the scores, also of each report, here")
    command.add_argument(
        "--misread", type=Path, metavar="FILE", help="write what is misread here (JSON); it holds text of the reports"
    )


def run_teach_reading(options: argparse.Namespace) -> None:
    """Run ``teach-reading``."""
    from .teach_reading import teach_reading_command

    teach_reading_command(options)


def run_pretrain_text(options: argparse.Namespace) -> None:
    """Run ``pretrain-text``."""
    from .pretrain_text import pretrain_text_command

    pretrain_text_command(options)


def run_score_reading(options: argparse.Namespace) -> None:
    """Run ``score-reading``."""
    from .score_reading import score_reading_command

    sys.stdout.write(score_reading_command(options) + "\n")
