"""Patients that are simulated beside the training: a pool of any size is filled and gives samples."""

from __future__ import annotations

from model_training.configuration import read_configuration
from model_training.reading.teach_reading import TextPath, new_text_path
from model_training.simulator.clinic import default_clinic
from model_training.training.patient_pool import PatientPool
from model_training.training.placed_case import Grid

SIZES = read_configuration()["text_encoder"] | {"hidden_size": 32, "num_hidden_layers": 1, "intermediate_size": 64}


def test_a_pool_that_holds_fewer_than_are_waited_for_is_filled_and_gives_samples():
    text, grid = TextPath(*new_text_path(SIZES, 0), {}), Grid(8.0, 240, 80)
    pool = PatientPool(default_clinic(), grid, text, read_configuration(), 0, capacity=1, workers=1, anatomy="analytic")
    try:
        pool.fill(8)
        assert len(pool) == 1
        sample = pool[3]
        assert sample["image"].shape == (4, 240, 80)
        assert sample["tokens"].shape[1] == 32
        assert sample["has_report"]
    finally:
        pool.close()
