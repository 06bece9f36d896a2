"""``bonemetseg bundle`` on the model that ships."""

from __future__ import annotations

import json
import shutil

from BoneMetSegLib.cli import main
from BoneMetSegLib.resources import resource_path

SHIPPED = resource_path("Models") / "planar"


def test_the_shipped_bundle_is_complete_and_described(capsys):
    assert main(["bundle", str(SHIPPED)]) == 0
    printed = capsys.readouterr().out
    description = json.loads(printed[: printed.rindex("}") + 1])
    assert description["name"] == "planar"
    assert "simulated" in description["training"]["data"]
    assert "research" in description["intended_use"].lower()


def test_the_shipped_bundle_is_under_12_megabytes():
    assert sum(path.stat().st_size for path in SHIPPED.rglob("*") if path.is_file()) < 12e6


def test_a_changed_weight_is_noticed(tmp_path, capsys):
    copy = shutil.copytree(SHIPPED, tmp_path / "planar")
    content = bytearray((copy / "weights.safetensors").read_bytes())
    content[-1] ^= 1
    (copy / "weights.safetensors").write_bytes(bytes(content))
    assert main(["bundle", str(copy)]) == 2
    assert "weights.safetensors" in capsys.readouterr().err


def test_the_model_card_says_simulated_and_how_good(capsys):
    card = (SHIPPED / "README.md").read_text(encoding="utf-8")
    assert "imulated" in card
    assert "DSC" in card
    assert "Not for diagnosis" in card
