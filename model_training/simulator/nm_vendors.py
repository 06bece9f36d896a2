"""How cameras and archives of several makers write a planar whole-body scan.

The layouts are DICOM's: one object of two frames, or one object per detector, with or without codes of the view. Which
maker prefers which, and their words, are typical and not verified in detail: they are here so that a reader meets all.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .clinic import Clinic
from .nm_dicom import DrugDetail, Manner, Orientation, ViewNaming


@dataclass(frozen=True)
class _Vendor:
    manufacturers: tuple[str, ...]
    models: tuple[str, ...]
    namings: tuple[ViewNaming, ...]
    descriptions: tuple[str, ...]
    single_descriptions: tuple[str, ...]
    window_names: tuple[str, ...]
    orientations: tuple[Orientation, ...] = ("",)
    drugs: tuple[DrugDetail, ...] = ("name",)
    states_sweep: bool = True
    secondary_capture: bool = False


_VENDORS: dict[str, _Vendor] = {
    "GE": _Vendor(
        manufacturers=("GE MEDICAL SYSTEMS", "GEMS"),
        models=("INFINIA", "MILLENNIUM VG", "DISCOVERY NM/CT 670", "TANDEM_Discovery_630"),
        namings=("meaning", "legacy code", "code"),
        descriptions=("WB BONE [Recon A - WB]", "WholeBody Bone", "BONE WB MDP", "全身骨扫描"),
        single_descriptions=("WB BONE {view}",),
        window_names=("Tc99m", "140 keV 20%", "EM Tc99m"),
        drugs=("name", "code"),
    ),
    "Siemens": _Vendor(
        manufacturers=("SIEMENS NM", "SIEMENS"),
        models=("ENCORE2", "E.CAM", "SYMBIA T2", "Intevo"),
        namings=("code", "legacy code"),
        descriptions=("WHOLEBODY", "WB_AP", "Bone WholeBody", "全身骨显像"),
        single_descriptions=("WHOLEBODY_{view}", "WB {view}", "Bone {view}"),
        window_names=("Tc-99m NMG", "Tc99m Photopeak"),
        orientations=("", "image"),
        drugs=("name", "dose"),
    ),
    "Philips": _Vendor(
        manufacturers=("Philips Medical Systems", "ADAC Laboratories"),
        models=("BrightView XCT", "BrightView", "Forte", "Precedence 16P"),
        namings=("code", "legacy code", "meaning"),
        descriptions=("Whole Body Planar", "WB", "TOTAL BODY BONE"),
        single_descriptions=("TOTAL BODY {view}",),
        window_names=("Tc-99m 140", "Primary"),
        drugs=("name", "code", "dose"),
    ),
    "Mediso": _Vendor(
        manufacturers=("Mediso", "Mediso Medical Imaging Systems"),
        models=("AnyScan S", "Nucline TH", "AnyScan SC"),
        namings=("code", "meaning"),
        descriptions=("Bone whole body", "WB bone scan"),
        single_descriptions=("Whole body {view}",),
        window_names=("Tc-99m",),
        orientations=("", "image", "patient"),
        drugs=("code", "dose"),
    ),
    "archive": _Vendor(
        manufacturers=("", "ADAC", "Sopha Medical", "GE MEDICAL SYSTEMS"),
        models=("", "DST-XLi", "GENESYS"),
        namings=("series description",),
        descriptions=("WB BONE",),
        single_descriptions=("WB BONE {view}", "BONE WHOLE BODY {view}", "全身 {view}"),
        window_names=("photopeak",),
        orientations=("", "patient"),
        states_sweep=False,
        secondary_capture=True,
    ),
}


def draw_manner(rng: np.random.Generator, clinic: Clinic) -> Manner:
    """Draw how a scan is written; every such object says its views, and only some say pixel size or orientation.

    Parameters
    ----------
    rng : numpy.random.Generator
    clinic : Clinic
        Its section "acquisition" has the shares.
    """
    name = clinic.choose("acquisition.vendor", rng)
    vendor = _VENDORS[name]
    one_view_each = clinic.chance(f"acquisition.{name}_one_view_each", rng)
    naming = _one_of(vendor.namings, rng)
    if one_view_each and clinic.chance("acquisition.without_view_code", rng):
        naming = "series description"
    syntax = clinic.choose("acquisition.transfer_syntax", rng)
    return Manner(
        view_naming=naming,
        series_description=_one_of(vendor.single_descriptions if one_view_each else vendor.descriptions, rng),
        secondary_capture=vendor.secondary_capture and clinic.chance("acquisition.archive_secondary_capture", rng),
        implicit_vr=syntax == "implicit",
        vendor=name,
        manufacturer=_one_of(vendor.manufacturers, rng),
        model_name=_one_of(vendor.models, rng),
        big_endian=syntax == "big endian",
        one_view_each=one_view_each,
        states_pixel_spacing=not clinic.chance("acquisition.without_pixel_spacing", rng),
        orientation=_one_of(vendor.orientations, rng),
        mirrored_posterior=clinic.chance("acquisition.mirrored_posterior", rng),
        states_sweep=vendor.states_sweep,
        drug=_one_of(vendor.drugs, rng),
        counts_accumulated=not clinic.chance("acquisition.without_counts_accumulated", rng),
        energy_window_name=_one_of(vendor.window_names, rng),
        eight_bits=name == "archive",
    )


def _one_of(choices, rng: np.random.Generator):
    return choices[int(rng.integers(len(choices)))]
