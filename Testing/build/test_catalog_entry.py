"""The entry for the Extensions Index, and what its reviewers and its check script compare with it."""

from __future__ import annotations

import json
import re
import runpy
import struct
from urllib.parse import urlsplit

import numpy as np
import pytest

from Testing.build.module_files import CHECKOUT

ENTRY = CHECKOUT / "Resources" / "BoneMetSeg.json"
SCHEMA = (
    "https://raw.githubusercontent.com/Slicer/Slicer/main/Schemas/slicer-extension-catalog-entry-schema-v1.0.2.json#"
)
# The fields of schema v1.0.2 and their types; no others are allowed.
FIELDS = {
    "$schema": str, "category": str, "scm_url": str, "scm_revision": str, "scm_type": str, "build_dependencies": list,
    "dicom_support_rule": str, "build_subdirectory": str, "enabled": bool, "tier": int,
}  # fmt: skip
PREFIXES = ("Slicer", "Slicer-", "Slicer_", "SlicerExtension-", "SlicerExtension_")


@pytest.fixture
def an_entry() -> dict:
    return json.loads(ENTRY.read_text(encoding="utf-8"))


@pytest.fixture
def top_level() -> str:
    return (CHECKOUT / "CMakeLists.txt").read_text(encoding="utf-8")


PATENTS = ("8,855,387", "RE47609", "11,534,125", "11,488,303")  # EXINI's, on automated bone scan analysis and BSI


def meta_information(top_level: str, name: str) -> str:
    found = re.search(rf'set\s*\(EXTENSION_{name}\s*"([^"]+)"\s*\)', top_level)
    assert found, f"EXTENSION_{name} is not set to one string"
    return found[1]


def test_the_entry_has_the_fields_of_the_published_schema(an_entry):
    assert an_entry["$schema"] == SCHEMA
    for name, value in an_entry.items():
        assert isinstance(value, FIELDS[name]), name
    assert {"$schema", "category", "scm_url"} <= set(an_entry)
    assert an_entry["scm_type"] in ("git", "local")
    assert an_entry["tier"] == 1


def test_the_entry_is_written_as_the_index_asks(an_entry):
    data = ENTRY.read_bytes()
    assert b"\r" not in data
    assert data.decode("utf-8") == json.dumps(an_entry, indent=2) + "\n"


def test_the_entry_stands_in_nuclear_medicine_and_announces_nm_objects(an_entry):
    assert an_entry["category"] == "Nuclear Medicine"
    assert an_entry["dicom_support_rule"] == "Modality == 'NM'"


def test_the_repositorys_name_is_one_that_the_index_accepts(an_entry):
    url = urlsplit(an_entry["scm_url"])
    assert url.scheme in ("git", "https")
    assert url.path.rsplit("/", 1)[1].removesuffix(".git").startswith(PREFIXES)


def test_the_projects_name_is_the_entrys(top_level):
    assert re.search(r"project\((\w+)\)", top_level)[1] == ENTRY.stem
    assert not ENTRY.stem.startswith("Slicer")


def test_dependencies_are_the_same_in_both(an_entry, top_level):
    assert meta_information(top_level, "DEPENDS").split(";") == an_entry["build_dependencies"]


def test_the_description_is_short_and_speaks_of_patents_and_of_research_use(top_level):
    words = meta_information(top_level, "DESCRIPTION")
    assert all(number in words for number in PATENTS)
    assert "Research use only" in words
    assert len(words) < 300


def test_icon_and_screenshots_are_files_of_this_repository(an_entry, top_level):
    repository = urlsplit(an_entry["scm_url"]).path.strip("/")
    base = f"https://raw.githubusercontent.com/{repository}/{an_entry['scm_revision']}/"
    urls = [meta_information(top_level, "ICONURL"), *meta_information(top_level, "SCREENSHOTURLS").split()]
    for url in urls:
        assert url.startswith(base)
        assert (CHECKOUT / url.removeprefix(base)).read_bytes().startswith(b"\x89PNG")
    assert meta_information(top_level, "HOMEPAGE") == an_entry["scm_url"]


def test_the_icon_is_128_pixels_wide_and_high_with_a_transparent_ground():
    data = (CHECKOUT / "BoneMetSeg/Resources/Icons/BoneMetSeg.png").read_bytes()
    width, height, _, colour_type = struct.unpack(">IIBB", data[16:26])
    assert (width, height) == (128, 128)
    assert colour_type == 6, "RGBA"


def test_the_icon_is_what_its_script_draws():
    """Apart from how a version of Pillow rounds."""
    from PIL import Image

    script = runpy.run_path(str(CHECKOUT / "Resources" / "Icons" / "draw_icon.py"))
    with Image.open(script["ICON"]) as committed:
        difference = np.abs(np.asarray(script["icon"](), int) - np.asarray(committed, int))
    assert difference.max() <= 4


def test_the_licence_stands_in_the_root_and_is_named_on_the_homepage():
    assert "Apache License" in (CHECKOUT / "LICENSE.txt").read_text(encoding="utf-8")
    assert "Apache-2.0" in (CHECKOUT / "README.md").read_text(encoding="utf-8")


def test_what_the_homepage_says_of_patents_agrees_with_the_description():
    readme = (CHECKOUT / "README.md").read_text(encoding="utf-8")
    assert all(number in readme for number in PATENTS)
