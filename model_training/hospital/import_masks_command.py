"""``python -m model_training import-masks``: masks beside images become training cases."""

from __future__ import annotations

import argparse
from typing import Any

from BoneMetSegLib.scan import VIEWS

from .examination_files import find_examinations
from .import_labelme_command import add_import_arguments, import_options, import_tables, tell
from .import_masks import read_masks_examination
from .import_set import import_set
from .label_volume import with_numbers
from .planar_source import PictureOptions


def add_import_masks_command(commands: Any) -> None:
    """Add ``import-masks`` to the parser's commands."""
    command = commands.add_parser(
        "import-masks",
        help="make training cases of masks (NIfTI, NRRD, MHA, PNG, .seg.nrrd) beside scans and reports",
        description="Make training cases of masks beside planar scans or SPECT volumes (docs/your_own_data.md). A mask "
        "is a file whose name, or whose folder's name, says mask, label or seg. Its values are 1 metastasis, 2 benign, "
        "3 physiological, 255 ignore, unless --labels says otherwise. Check the cases with check-data before training.",
    )
    add_import_arguments(command)
    command.add_argument(
        "--side-by-side", nargs="?", const="anterior-posterior", choices=("anterior-posterior", "posterior-anterior"),
        help="each picture and its mask show both views, from left to right (default order: anterior-posterior)",
    )  # fmt: skip
    command.add_argument("--view", choices=VIEWS, help="of files that do not say which view they show")


def run_import_masks(options: argparse.Namespace) -> None:
    """Run the command with parsed options."""
    labels, salt, table = import_tables(options)
    without = [path for path in (options.out, options.labels, options.salt, options.reports) if path is not None]
    examinations = find_examinations(options.folder, without=without)
    masked = [one for one in examinations if one.masks]
    meanings = with_numbers(labels)
    pictures = PictureOptions(options.pixel_size_mm, options.flip_posterior, options.side_by_side, options.view)
    done = import_set(
        options.folder,
        masked,
        lambda files: read_masks_examination(files, meanings, pictures, table),
        options.out,
        import_options(options, salt),
        "import-masks",
    )
    scans = sum(bool(one.scans or one.pictures) and not one.masks for one in examinations)
    tell(done, table, f"{scans} scans have no mask and were left out." if scans else "")
