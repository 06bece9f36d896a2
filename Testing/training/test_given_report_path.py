"""A bundle's report path over another image path: it weighs statuses as the bundle does, in volumes as in views."""

from __future__ import annotations

import shutil
from types import SimpleNamespace

import pytest
import torch

from BoneMetSegLib.bundle import default_bundle, open_bundle
from BoneMetSegLib.errors import InputError
from BoneMetSegLib.network import DualPathNetwork, NetworkConfig
from model_training.given_report_path import with_report_path_of
from model_training.training.run_folder import Trained

VOLUMES = NetworkConfig(dimensions=3, views=1, widths=(8, 12), report_widths=(4,), fusion=())


def a_run(config: NetworkConfig = VOLUMES) -> Trained:
    return Trained(DualPathNetwork(config, 128), SimpleNamespace(), SimpleNamespace(), "", {"seed": 7})


def test_the_planar_report_path_reads_and_weighs_over_a_run_of_volumes():
    run = a_run()
    theirs = open_bundle(default_bundle()).load()[0]
    taken = with_report_path_of(run, default_bundle())
    assert taken.network.config.dimensions == 3
    assert taken.network.config.fusion == ("statuses",)
    for part, source in (("worth", theirs), ("reader", theirs), ("fit", run.network)):
        ours, own = getattr(taken.network, part).state_dict(), getattr(source, part).state_dict()
        assert all(torch.equal(ours[name], own[name]) for name in own), part
    before = run.network.image.state_dict()
    assert all(torch.equal(before[name], value) for name, value in taken.network.image.state_dict().items())
    assert taken.log["report_path_of"].startswith("planar ")
    assert taken.log["seed"] == 7


def test_a_network_without_bones_cannot_be_told_of_places():
    with pytest.raises(InputError, match="trained without bones"):
        with_report_path_of(a_run(NetworkConfig(dimensions=2, fusion=(), skeleton=False)), default_bundle())


def test_a_bundle_that_joins_its_reports_otherwise_keeps_its_path(tmp_path, monkeypatch):
    folder = tmp_path / "other"
    shutil.copytree(default_bundle(), folder)
    bundle = open_bundle(folder)
    network, text, tokenizer = bundle.load()
    other = SimpleNamespace(config=SimpleNamespace(fusion=("regions",)))
    monkeypatch.setattr(type(bundle), "load", lambda _self: (other, text, tokenizer))
    with pytest.raises(InputError, match="bundle other does not join its reports by statuses alone"):
        with_report_path_of(a_run(), folder)
    assert network.config.fusion == ("statuses",)
