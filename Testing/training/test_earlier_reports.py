"""The reports of earlier batches, against which an image's own is told."""

import torch

from BoneMetSegLib.report_fusion import ReportStates
from model_training.training.earlier_reports import KEPT, EarlierReports


def _batch(*patients: int, silent: tuple[int, ...] = ()) -> tuple[ReportStates, dict[str, torch.Tensor]]:
    states = torch.stack([torch.full((78, 16), float(patient)) for patient in patients])
    tokens = torch.zeros(len(patients), 1, 8)
    has = torch.tensor([patient not in silent for patient in patients])
    return ReportStates(states, tokens, has[:, None]), {"patient": torch.tensor(patients), "has_report": has}


def test_the_first_batch_has_only_its_own_reports():
    report, patients, known = EarlierReports().joined(*_batch(1, 2))
    assert patients.tolist() == [1, 2]
    assert known.tolist() == [True, True]
    assert report.states[:, 0, 0].tolist() == [1, 2]


def test_later_batches_are_held_against_earlier_reports_but_not_against_silent_patients():
    earlier = EarlierReports()
    earlier.joined(*_batch(1, 2, silent=(2,)))
    report, patients, known = earlier.joined(*_batch(3, 4, silent=(4,)))
    assert patients.tolist() == [3, 4, 1]
    assert known.tolist() == [True, False, True]
    assert report.states[:, 0, 0].tolist() == [3, 4, 1]
    assert earlier.joined(*_batch(5))[1].tolist() == [5, 3, 1]


def test_no_more_than_the_latest_are_kept():
    earlier = EarlierReports()
    for patient in range(KEPT + 7):
        patients = earlier.joined(*_batch(patient))[1]
    assert patients.tolist() == list(range(KEPT + 6, 5, -1))


def test_a_run_taken_up_again_is_held_against_the_same_reports():
    first, second = EarlierReports(), EarlierReports()
    first.joined(*_batch(1, 2))
    second.load_state_dict(first.state_dict())
    assert torch.equal(first.joined(*_batch(3))[0].states, second.joined(*_batch(3))[0].states)
