"""OUT is silent about identity when asked."""

from __future__ import annotations

import json
import zipfile
from dataclasses import asdict, replace

import pytest

from BoneMetSegLib.case_folder import (
    read_case,
)
from Testing.library.case_folder.case_on_disk import (
    needs_slicer,
    write,
)
from Testing.library.synthetic_case import (
    LEFT_FEMUR,
    REPORT_TEXT,
    a_case,
)

SECRETS = ("ID-4711", "Doe^Jane", "1.2.840.4711", "ACC-0815", "1.2.3.anterior", "7th rib on the left", "uptake of L3")


def bytes_of(folder):
    """Every byte of a folder, archives unpacked."""
    for path in folder.iterdir():
        yield path.name, path.read_bytes()
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                for name in archive.namelist():
                    yield f"{path.name}/{name}", name.encode() + archive.read(name)


def holding(folder, secret):
    forms = {secret.encode(encoding) for encoding in ("utf-8", "utf-16-le")}
    return [name for name, content in bytes_of(folder) if any(form in content for form in forms)]


@pytest.mark.parametrize("scene", [False, pytest.param(True, marks=needs_slicer)], ids=["without scene", "with scene"])
def test_a_deidentified_case_holds_no_identity_and_no_word_of_the_report(tmp_path, case, picture, scene):
    assert all(secret in REPORT_TEXT or secret in repr_of(case) for secret in SECRETS)
    write(tmp_path / "named", case, scene=scene)
    write(tmp_path / "OUT", replace(case, deidentified=True), scene=scene)
    for secret in SECRETS:
        assert holding(tmp_path / "named", secret), "the test would find it"
        assert holding(tmp_path / "OUT", secret) == []
    if scene:
        assert any(name.startswith("scene.mrb/") for name in holding(tmp_path / "named", "uptake of L3"))


def repr_of(case):
    uids = [view.sop_instance_uid for view in case.scan.views.values()]
    return str([*asdict(case.scan.identity).values(), *uids])


def test_a_deidentified_case_stays_so_when_measured_again(tmp_path, case):
    out = tmp_path / "OUT"
    write(out, replace(case, deidentified=True))
    first = json.loads((out / "result.json").read_text(encoding="utf-8"))
    back = read_case(out)
    assert back.deidentified
    write(out, back)
    second = json.loads((out / "result.json").read_text(encoding="utf-8"))
    assert second == first
    assert second["report"]["present"]
    assert second["concordance"]["linked"] == ["H01", "H02"]


def test_a_case_without_report_can_be_deidentified_and_measured(tmp_path):
    out = tmp_path / "OUT"
    write(out, a_case([LEFT_FEMUR], deidentified=True))
    assert read_case(out).deidentified
    assert holding(out, "ID-4711") == []
