"""The image path of a bundle can be taken over by a training: a hospital's report path over the bundled image path."""

from __future__ import annotations

import json
import shutil

import pytest
import torch

from BoneMetSegLib.bundle import default_bundle, open_bundle
from BoneMetSegLib.errors import InputError
from model_training.configuration import read_configuration
from model_training.training.dual_path_module import DualPathModule
from model_training.training.given_image_path import given_image_path
from Testing.training.training_fixtures import tiny_configuration


def test_the_bundled_image_path_is_taken_over_weight_for_weight_and_says_how_it_was_made():
    given = given_image_path(default_bundle())
    configuration = read_configuration()
    given.check_shape(configuration)
    network, text, _ = open_bundle(default_bundle()).load()
    module = DualPathModule(configuration, text.width, seed=0)
    module.fix_image(given.weights)
    bundled = network.image.state_dict()
    taken = module.paths.image.image.state_dict()
    assert bundled.keys() == taken.keys()
    assert all(torch.equal(bundled[name], taken[name]) for name in bundled)
    assert not module.paths.learns_image
    assert given.origin["steps"] > 0
    assert given.origin["bundle"].startswith("planar ")


def test_a_bundle_of_another_shape_is_refused():
    with pytest.raises(InputError, match="the configuration has"):
        given_image_path(default_bundle()).check_shape(tiny_configuration(max_steps=1))


def test_a_bundle_that_does_not_tell_how_it_was_trained_is_refused_by_name(tmp_path):
    folder = tmp_path / "silent"
    shutil.copytree(default_bundle(), folder)
    description = json.loads((folder / "bundle.json").read_text(encoding="utf-8"))
    description["training"] = {}
    (folder / "bundle.json").write_text(json.dumps(description), encoding="utf-8")
    with pytest.raises(InputError, match="bundle silent does not say how its image path was trained"):
        given_image_path(folder)
