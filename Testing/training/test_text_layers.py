"""Which layers of a text encoder are trained."""

from __future__ import annotations

import pytest

from BoneMetSegLib.errors import InputError
from model_training.reading.given_text_encoder import given_text_encoder
from model_training.reading.text_layers import text_parameter_groups
from Testing.training.bert_folders import write_bert


@pytest.fixture
def encoder(tmp_path):
    return given_text_encoder(write_bert(tmp_path))[0]


def test_all_parameters_are_in_the_groups_once_when_all_are_trained(encoder):
    layers = text_parameter_groups(encoder, None, 1e-3)
    named = [id(p) for group in layers.groups for p in group["params"]]
    assert sorted(named) == sorted(id(p) for p in encoder.parameters())
    assert layers.trained == ("embeddings", "layer 1", "layer 2")
    assert layers.frozen == ()


def test_a_frozen_encoder_has_no_groups_and_no_gradients(encoder):
    layers = text_parameter_groups(encoder, 0, 1e-3)
    assert layers.groups == ()
    assert not any(p.requires_grad for p in encoder.parameters())
    assert layers.frozen == ("embeddings", "layer 1", "layer 2")


def test_the_last_layers_alone_are_trained(encoder):
    layers = text_parameter_groups(encoder, 1, 1e-3)
    trained = {name for name, p in encoder.named_parameters() if p.requires_grad}
    assert trained
    assert all(name.startswith("bert.encoder.layer.1.") for name in trained)
    assert layers.trained == ("layer 2",)
    assert "1 of 3 parts trained" in layers.said
    assert "frozen: embeddings, layer 1" in layers.said


def test_layers_nearer_to_the_input_learn_slower_and_only_weights_decay(encoder):
    layers = text_parameter_groups(encoder, None, 1e-3, weight_decay=0.1, layer_decay=0.5)
    rates = {group["name"]: group["lr"] for group in layers.groups}
    assert rates == pytest.approx({"layer 2": 1e-3, "layer 1": 5e-4, "embeddings": 2.5e-4})
    assert all((group["weight_decay"] > 0) == (p.ndim > 1) for group in layers.groups for p in group["params"])


@pytest.mark.parametrize("count", [-1, 3])
def test_more_layers_than_there_are_is_refused(encoder, count):
    with pytest.raises(InputError, match=f"has 2 layers, {count} cannot be trained"):
        text_parameter_groups(encoder, count, 1e-3)
