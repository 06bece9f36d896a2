"""The report path of a bundle, put over the image path of a run: what was learned of reports from many patients.

The fusion by statuses, and the fit of a report, see probabilities of classes and places, never an image: learned from
planar views they serve tomographies too, of which there are too few to learn them from (docs/evaluation/runs).
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import cast

from BoneMetSegLib.bundle import open_bundle
from BoneMetSegLib.errors import InputError
from BoneMetSegLib.network import DualPathNetwork

from .training.run_folder import Trained

FUSION = ("statuses",)


def with_report_path_of(trained: Trained, folder: Path) -> Trained:
    """Return what a run left, with the text path, the fusion by statuses and the fit of a bundle.

    Parameters
    ----------
    trained : Trained
        Its image path is kept; what it learned of reports is not.
    folder : Path
        Of a bundle whose only fusion is by statuses.

    Raises
    ------
    InputError
        The bundle joins its reports otherwise, or the run's network knows no bones.
    """
    bundle = open_bundle(folder)
    theirs, text, tokenizer = bundle.load()
    if theirs.config.fusion != FUSION:
        raise InputError(
            f"bundle {folder.name} does not join its reports by statuses alone; its report path stays with it"
        )
    if not trained.network.config.skeleton:
        raise InputError("the run's network was trained without bones, and a report speaks of bones")
    network = DualPathNetwork(replace(trained.network.config, fusion=FUSION), text.width)
    network.image.load_state_dict(trained.network.image.state_dict())
    for ours, own in (
        (network.reader, theirs.reader), (network.worth, theirs.worth), (network.fit, theirs.fit),
    ):  # fmt: skip
        cast(DualPathNetwork, ours).load_state_dict(cast(DualPathNetwork, own).state_dict())
    training = bundle.description["training"]
    log = {**trained.log, "reading": training["reading"], "report_path_of": bundle.name}
    return Trained(network.eval(), text, tokenizer, tokenizer.to_json(), log)
