"""Codes and colours of hot spots as Slicer's terminologies write them (floor 1).

The files under ``Resources/Terminology`` are generated from here: ``python -m BoneMetSegLib.terminology FOLDER``.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .anatomy import PHYSIOLOGICAL_SITES, REPORTING_REGIONS, SIDE_CODES, VERTEBRA_CODES, Code, reporting_region

TYPE_CONTEXT_NAME = "Segmentation category and type - BoneMetSeg bone scan"
REGION_CONTEXT_NAME = "Anatomic codes - BoneMetSeg skeleton"
TYPE_CONTEXT_FILE = "SegmentationCategoryTypeModifier-BoneMetSeg.term.json"
REGION_CONTEXT_FILE = "AnatomicRegionAndModifier-BoneMetSeg.term.json"

_SCHEMAS = "https://raw.githubusercontent.com/qiicr/dcmqi/master/doc/schemas/"


@dataclass(frozen=True)
class ClassAppearance:
    """How a class of hot spots is coded, called and coloured, everywhere.

    Attributes
    ----------
    category, type : Code
        Segmented property category and type (DICOM CID 7150, 7159).
    modifier : Code or None
        Type modifier.
    rgb : tuple of int
        0-255. The three differ in hue and in lightness, and stay apart with red-green and blue-yellow colour blindness
        (a test simulates both).
    term_en, term_zh : str
        Word for legends and lists.
    """

    category: Code
    type: Code
    modifier: Code | None
    rgb: tuple[int, int, int]
    term_en: str
    term_zh: str

    @property
    def rgb_fraction(self) -> tuple[float, float, float]:
        """The colour as VTK and matplotlib take it, 0 to 1."""
        red, green, blue = self.rgb
        return red / 255, green / 255, blue / 255


_ABNORMAL = Code("49755003", "SCT", "Morphologically Abnormal Structure")

CLASS_APPEARANCE: dict[str, ClassAppearance] = {
    "metastasis": ClassAppearance(
        _ABNORMAL, Code("14799000", "SCT", "Neoplasm, Secondary"), None, (214, 40, 24), "metastasis", "转移灶"
    ),
    "benign": ClassAppearance(
        _ABNORMAL,
        Code("52988006", "SCT", "Lesion"),
        Code("30807003", "SCT", "Benign"),
        (30, 60, 170),
        "benign",
        "良性病灶",
    ),
    # SNOMED CT has no morphology for expected uptake; DICOM's category "Function" fits what is seen.
    "physiological": ClassAppearance(
        Code("246464006", "SCT", "Function"),
        Code("physiological_uptake", "99BONEMETSEG", "Physiological uptake"),
        None,
        (130, 158, 132),
        "physiological",
        "生理性摄取",
    ),
}


def region_code(region: str, level: str = "") -> Code:
    """Return the code of a place.

    Vertebrae have codes of their own. Numbered ribs have none in SNOMED CT as DICOM uses it: they are coded as rib with
    their side, and the number stands in the segment's name and tag.

    Raises
    ------
    KeyError
        There is no such region or site.
    """
    if level in VERTEBRA_CODES:
        return VERTEBRA_CODES[level]
    for site in PHYSIOLOGICAL_SITES:
        if site.name == region:
            return site.code
    return reporting_region(region).code


def terminology_entry(hot_spot_class: str, region: str, side: str, level: str = "") -> str:
    """Return a hot spot's entry as Slicer's segment tag ``TerminologyEntry`` holds it.

    Seven parts joined by ``~``: type context, category, type, type modifier, region context, region, region modifier;
    each code is ``scheme^value^meaning`` (``vtkSlicerTerminologiesModuleLogic``).
    """
    appearance = CLASS_APPEARANCE[hot_spot_class]
    parts = (
        TYPE_CONTEXT_NAME,
        _serialized(appearance.category),
        _serialized(appearance.type),
        _serialized(appearance.modifier),
        REGION_CONTEXT_NAME,
        _serialized(region_code(region, level)),
        _serialized(SIDE_CODES.get(side)),
    )
    return "~".join(parts)


def _serialized(code: Code | None) -> str:
    return "^^" if code is None else f"{code.scheme}^{code.value}^{code.meaning}"


def type_context() -> dict[str, Any]:
    """Return the terminology context of hot-spot classes, as Slicer's segment terminology JSON has it."""
    categories: dict[Code, dict[str, Any]] = {}
    for name, appearance in CLASS_APPEARANCE.items():
        category = categories.setdefault(
            appearance.category, {**_json_code(appearance.category), "showAnatomy": True, "Type": []}
        )
        colour = {"recommendedDisplayRGBValue": list(appearance.rgb)}
        kind = {**_json_code(appearance.type), "3dSlicerLabel": name, **colour}
        if appearance.modifier:
            kind["Modifier"] = [{**_json_code(appearance.modifier), "3dSlicerLabel": name, **colour}]
        category["Type"].append(kind)
    return {
        "SegmentationCategoryTypeContextName": TYPE_CONTEXT_NAME,
        "@schema": _SCHEMAS + "segment-context-schema.json#",
        "SegmentationCodes": {"Category": list(categories.values())},
    }


def region_context() -> dict[str, Any]:
    """Return the anatomic context: reporting regions, vertebrae, sites of physiological uptake."""
    regions = [_json_region(region.code, region.sided) for region in REPORTING_REGIONS]
    regions += [_json_region(code, sided=False) for code in VERTEBRA_CODES.values()]
    regions += [_json_region(site.code, sided=site.name != "bladder") for site in PHYSIOLOGICAL_SITES]
    return {
        "AnatomicContextName": REGION_CONTEXT_NAME,
        "@schema": _SCHEMAS + "anatomic-context-schema.json#",
        "AnatomicCodes": {"AnatomicRegion": regions},
    }


def _json_code(code: Code) -> dict[str, Any]:
    return {"CodingSchemeDesignator": code.scheme, "CodeValue": code.value, "CodeMeaning": code.meaning}


def _json_region(code: Code, sided: bool) -> dict[str, Any]:
    entry = _json_code(code)
    if sided:
        laterality = {"cid": "244", "contextGroupName": "Laterality"}
        entry["Modifier"] = [{**_json_code(side), **laterality} for side in SIDE_CODES.values()]
    return entry


def terminology_files() -> dict[str, str]:
    """Return the name and the text of each file under ``Resources/Terminology``."""
    contexts = {TYPE_CONTEXT_FILE: type_context(), REGION_CONTEXT_FILE: region_context()}
    return {name: json.dumps(context, indent=2, ensure_ascii=False) + "\n" for name, context in contexts.items()}


def write_terminology(folder: Path) -> None:
    """Write the files of ``Resources/Terminology`` into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in terminology_files().items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write_terminology(Path(sys.argv[1]))
