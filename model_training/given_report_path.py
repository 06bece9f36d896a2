"""The report path of a bundle, put over the image path of a run: what was learned of reports from many patients.

The fusion by statuses sees probabilities of classes and places, never an image: learned from planar views it serves
tomographies too, of which there are too few to learn it from (docs/evaluation/runs). Whether a report fits an image is
not taken over: a tomography shows a part of the skeleton, of which the fit of whole-body scans knows nothing.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from BoneMetSegLib.bundle import open_bundle
from BoneMetSegLib.errors import InputError
from BoneMetSegLib.network import DualPathNetwork

from .training.run_folder import Trained

FUSION = ("statuses",)


def with_report_path_of(trained: Trained, folder: Path) -> Trained:
    """Return what a run left, with the text path and the fusion by statuses of a bundle.

    Parameters
    ----------
    trained : Trained
        Its image path and its fit of reports are kept; how it joins a report is not.
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
    for part, source in (("image", trained.network), ("fit", trained.network), ("reader", theirs), ("worth", theirs)):
        getattr(network, part).load_state_dict(getattr(source, part).state_dict())
    training = bundle.description["training"]
    log = {**trained.log, "reading": training["reading"], "report_path_of": bundle.name}
    return Trained(network.eval(), text, tokenizer, tokenizer.to_json(), log)
