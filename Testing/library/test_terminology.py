"""Codes and colours of hot spots: the files on disk, what they say, and whether the colours can be told apart."""

from __future__ import annotations

import itertools
import json

import numpy as np
import pytest

from BoneMetSegLib.anatomy import PHYSIOLOGICAL_SITES, REPORTING_REGIONS, VERTEBRA_LEVELS
from BoneMetSegLib.resources import resource_path
from BoneMetSegLib.segmentation import HOT_SPOT_CLASSES
from BoneMetSegLib.terminology import (
    CLASS_APPEARANCE,
    region_code,
    region_context,
    terminology_entry,
    terminology_files,
    type_context,
    write_terminology,
)


@pytest.mark.parametrize("name", terminology_files())
def test_the_file_on_disk_is_what_the_anatomy_table_makes(name, tmp_path):
    """Made again by: python -m BoneMetSegLib.terminology BoneMetSeg/Resources/Terminology"""
    assert resource_path("Terminology", name).read_text(encoding="utf-8") == terminology_files()[name]
    write_terminology(tmp_path / "new")
    assert json.loads((tmp_path / "new" / name).read_text(encoding="utf-8"))


def test_a_rib_metastasis_is_coded_with_its_side():
    assert terminology_entry("metastasis", "ribs", "left", "7") == (
        "Segmentation category and type - BoneMetSeg bone scan"
        "~SCT^49755003^Morphologically Abnormal Structure~SCT^14799000^Neoplasm, Secondary~^^"
        "~Anatomic codes - BoneMetSeg skeleton~SCT^113197003^Rib~SCT^7771000^Left"
    )


def test_a_vertebra_has_its_own_code_and_no_side():
    assert region_code("lumbar_spine", "L3").value == "36470004"
    assert terminology_entry("benign", "lumbar_spine", "midline", "L3").endswith("~SCT^36470004^L3 vertebra~^^")


def test_every_entry_that_a_hot_spot_can_have_is_in_the_files():
    types = {
        (category["CodeValue"], kind["CodeValue"], modifier)
        for category in type_context()["SegmentationCodes"]["Category"]
        for kind in category["Type"]
        for modifier in ["", *(entry["CodeValue"] for entry in kind.get("Modifier", []))]
    }
    regions = {
        (region["CodeValue"], side)
        for region in region_context()["AnatomicCodes"]["AnatomicRegion"]
        for side in ["", *(entry["CodeValue"] for entry in region.get("Modifier", []))]
    }
    places = [
        (r.name, side, "") for r in REPORTING_REGIONS for side in (("left", "right") if r.sided else ("midline",))
    ]
    places += [(r.name, "midline", level) for r in REPORTING_REGIONS for level in r.levels if level in VERTEBRA_LEVELS]
    places += [(site.name, "midline", "") for site in PHYSIOLOGICAL_SITES] + [("kidney", "left", "")]
    for hot_spot_class, place in itertools.product(HOT_SPOT_CLASSES, places):
        parts = terminology_entry(hot_spot_class, *place).split("~")
        category, kind, modifier, region, side = (parts[index].split("^")[1] for index in (1, 2, 3, 5, 6))
        assert (category, kind, modifier) in types
        assert (region, side) in regions


def test_codes_are_those_of_dicom():
    from pydicom.sr.codedict import codes

    assert CLASS_APPEARANCE["metastasis"].type.value == codes.SCT.NeoplasmSecondary.value
    assert CLASS_APPEARANCE["benign"].type.value == codes.SCT.Lesion.value
    assert CLASS_APPEARANCE["benign"].modifier.value == codes.SCT.Benign.value
    assert CLASS_APPEARANCE["physiological"].category.value == codes.SCT.Function.value


# Full dichromacy in linear RGB: Machado, Oliveira, Fernandes, IEEE TVCG 2009;15:1291, severity 1.0.
_DICHROMACY = {
    "normal": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}


def _lab(linear_rgb):
    """CIE L*a*b*, D65 (IEC 61966-2-1, CIE 15)."""
    to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    x, y, z = np.cbrt(np.clip(to_xyz @ np.clip(linear_rgb, 0, 1) / [0.9505, 1.0, 1.089], 1e-6, None))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("vision", _DICHROMACY)
def test_classes_can_be_told_apart_with_every_colour_vision(vision):
    labs = {}
    for name, appearance in CLASS_APPEARANCE.items():
        srgb = np.array(appearance.rgb_fraction)
        linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
        labs[name] = _lab(np.asarray(_DICHROMACY[vision]) @ linear)
    for one, other in itertools.combinations(labs, 2):
        # 2.3 is just noticeable between large patches; lines are thin.
        assert np.linalg.norm(labs[one] - labs[other]) > 30, (one, other)
