"""``bonemetseg bundle`` on the models that ship."""

from __future__ import annotations

import json
import shutil

import pytest

from BoneMetSegLib.bundle import default_bundle
from BoneMetSegLib.cli import main

KINDS = ("planar", "spect")


@pytest.mark.parametrize("kind", KINDS)
def test_the_shipped_bundle_is_complete_and_described(kind, capsys):
    assert main(["bundle", str(default_bundle(kind))]) == 0
    printed = capsys.readouterr().out
    description = json.loads(printed[: printed.rindex("}") + 1])
    assert description["name"] == kind
    assert "simulated" in description["training"]["data"]
    assert "research" in description["intended_use"].lower()


@pytest.mark.parametrize("kind", KINDS)
def test_the_shipped_bundle_is_under_12_megabytes(kind):
    assert sum(path.stat().st_size for path in default_bundle(kind).rglob("*") if path.is_file()) < 12e6


def test_a_changed_weight_is_noticed(tmp_path, capsys):
    copy = shutil.copytree(default_bundle("planar"), tmp_path / "planar")
    content = bytearray((copy / "weights.safetensors").read_bytes())
    content[-1] ^= 1
    (copy / "weights.safetensors").write_bytes(bytes(content))
    assert main(["bundle", str(copy)]) == 2
    assert "weights.safetensors" in capsys.readouterr().err


@pytest.mark.parametrize("kind", KINDS)
def test_the_model_card_says_simulated_and_how_good(kind):
    card = (default_bundle(kind) / "README.md").read_text(encoding="utf-8")
    assert "imulated" in card
    assert "DSC" in card
    assert "Not for diagnosis" in card
