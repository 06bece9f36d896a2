"""What bundles of planar views and of tomographies do not share: where thresholds start, and what their cards say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from BoneMetSegLib.bundle import KINDS
from BoneMetSegLib.network import NetworkConfig

from .configuration import DEFAULT_CONFIGURATION, read_configuration
from .training_spect.train_spect import SPECT_CONFIGURATION, read_spect_configuration


@dataclass(frozen=True)
class BundleKind:
    """A kind of bundle.

    Attributes
    ----------
    name : {"planar", "spect"}
        As in ``bundle.json`` and in data lists.
    configuration_file : Path
        Its defaults.
    start_thresholds : mapping
        Before the choice on validation patients, which keeps the least size of a hot spot.
    intended_use, data : str
        For ``bundle.json``.
    what_it_is, scoring, limits, commands : str
        For the card.
    """

    name: Literal["planar", "spect"]
    configuration_file: Path
    start_thresholds: Mapping[str, float]
    intended_use: str
    data: str
    what_it_is: str
    scoring: str
    limits: str
    commands: str

    def read_configuration(self, path: Path | None) -> dict[str, Any]:
        """Read a configuration; what it leaves out comes from the kind's own.

        Raises
        ------
        InputError
            It cannot be used.
        """
        return read_spect_configuration(path) if self.name == "spect" else read_configuration(path)


PLANAR = BundleKind(
    name="planar",
    configuration_file=DEFAULT_CONFIGURATION,
    start_thresholds={"foreground": 0.5, "accept": 0.5, "min_area_mm2": 90.0},
    intended_use="Research on planar whole-body bone scans with their reports. Not for diagnosis or treatment. Trained on "
    "simulated scans and reports only; how it does on patients is not known.",
    data="simulated planar whole-body scans and simulated reports (model_training simulate); no patient data",
    what_it_is="""A residual U-Net over the anterior and the mirrored posterior view together, a small BERT that reads the report
clause by clause (Chinese or English) beside a lexicon, and what the report says of each place laid out where the image shows that
bone and weighed against the uptake there. It runs twice over one image encoding: without the report and with it.""",
    scoring="""DSC is the mean over patients with a visible metastasis, both views together; the interval
is a bootstrap over patients. A lesion is found by an accepted hot spot of IoU of at least 0.1, one to one, in either view; an
accepted hot spot that hits none is a false positive.""",
    limits="Simulated data only. Superscan, prostheses and children were not simulated on purpose. Levels may be off by one.",
    commands="`python -m model_training simulate`, `train`, `export`",
)

# Nothing smaller than the image resolves is a focus: a point blurred with 8.5 mm FWHM, as the sharpest of the clinic's
# reconstructions are (7 to 19 mm), exceeds 40 % of its maximum within 4/3 pi (0.575 x 8.5 mm)^3 = 0.5 ml. That is five
# voxels of 4.8 mm; the smallest of 216 visible metastases of 51 simulated patients has 0.9 ml.
_LEAST_FOCUS_ML = 0.5

SPECT = BundleKind(
    name="spect",
    configuration_file=SPECT_CONFIGURATION,
    start_thresholds={"foreground": 0.5, "accept": 0.5, "min_volume_ml": _LEAST_FOCUS_ML},
    intended_use="Research on SPECT of the skeleton with its report. Not for diagnosis or treatment. Trained on simulated "
    "tomographies and reports only; how it does on patients is not known.",
    data="simulated tomographies (SPECT) of one field of the trunk and simulated reports (model_training simulate --kind "
    "spect); no patient data",
    what_it_is="""A residual U-Net in three dimensions over the whole field of a reconstructed tomography (activity, SUV or
counts: only ratios matter), a small BERT that reads the report clause by clause (Chinese or English) beside a lexicon, and what the
report says of each place laid out where the volume shows that bone and weighed against the uptake there. It runs twice over one
image encoding: without the report and with it.""",
    scoring="""A voxel is truly of a focus where the focus's own noiseless activity, blurred
with the resolution of the reconstruction, exceeds 40 % of its maximum. DSC is the mean over patients with a visible metastasis,
over all voxels of the field; the interval is a bootstrap over patients. A lesion is found by an accepted hot spot of IoU of at
least 0.1 in three dimensions, one to one; an accepted hot spot that hits none is a false positive.""",
    limits="""Simulated data only: one camera model, OSEM with and without corrections, no CT. Fields of the trunk, one bed of
about 40 cm or the whole trunk; never the skull or the limbs alone. Levels may be off by one, more where the field shows neither end
of the spine or of the ribs. Hot spots below `min_volume_ml` are left out: they are smaller than the image resolves.""",
    commands="`python -m model_training simulate --kind spect`, `train-spect`, `export`",
)
_KINDS: dict[str, BundleKind] = {kind.name: kind for kind in (PLANAR, SPECT)}


def bundle_kind(config: NetworkConfig) -> BundleKind:
    """Return the kind of bundle that a network makes."""
    return _KINDS[next(name for name, dimensions in KINDS.items() if dimensions == config.dimensions)]


def kind_named(name: str) -> BundleKind:
    """Return a kind by the name that ``bundle.json`` gives it."""
    return _KINDS[name]
