"""The published clinic is frozen: cards and scores name its hash, so a change makes a clinic_v2."""

from model_training.simulator.clinic import default_clinic


def test_clinic_v1_holds_the_numbers_it_was_frozen_with() -> None:
    clinic = default_clinic()
    assert clinic.name == "clinic_v1"
    assert clinic.sha256 == "ba2c8e8277056e44c644e0bdbc632c9afe917d390b10b0ce88d650f5339b4813"
