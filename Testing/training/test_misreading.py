"""Reports misread on purpose: only in a share, only what is drawn, and what the lexicon says beside it stays."""

from __future__ import annotations

import numpy as np
import torch

from BoneMetSegLib.anatomy import TEXT_SLOTS
from BoneMetSegLib.network import STATE_WIDTH
from BoneMetSegLib.report_fusion import ReportStates
from BoneMetSegLib.segmentation import STATUSES
from model_training.training.misreading import misread

NAMED = range(0, len(TEXT_SLOTS), 3)


def some_reports(count: int = 200) -> tuple[ReportStates, torch.Tensor]:
    """Reports that call every third place metastatic, as text path and lexicon read them."""
    states = torch.zeros(count, len(TEXT_SLOTS), STATE_WIDTH)
    states[:, NAMED, STATUSES.index("metastatic")] = 0.9
    states[:, NAMED, len(STATUSES) :] = 0.3
    lexicon = torch.zeros(count, len(TEXT_SLOTS), len(STATUSES))
    lexicon[:, NAMED, STATUSES.index("metastatic")] = 1.0
    tokens = torch.randn(count, 4, 8)
    return ReportStates(states, tokens, torch.ones(count, 4, dtype=torch.bool)), lexicon


def test_without_a_share_nothing_changes():
    report, lexicon = some_reports()
    same, same_lexicon = misread(report, lexicon, 0.0, np.random.default_rng(0))
    assert same is report
    assert same_lexicon is lexicon


def test_a_share_of_the_reports_is_misread_and_the_others_are_untouched():
    report, lexicon = some_reports()
    read, read_lexicon = misread(report, lexicon, 0.5, np.random.default_rng(0))
    text_path_misread = (read.states != report.states).flatten(1).any(1)
    lexicon_misread = (read_lexicon != lexicon).flatten(1).any(1)
    for misread_ones in (text_path_misread, lexicon_misread):
        assert 0.35 < float(misread_ones.float().mean()) < 0.6
    assert 0.35 < float((text_path_misread | lexicon_misread).float().mean()) < 0.6  # the same reports
    assert torch.equal(read.tokens, report.tokens)


def test_places_are_missed_taken_for_uptake_or_another_status_and_invented_as_often_as_said():
    report, lexicon = some_reports(2000)
    read, _ = misread(report, lexicon, 1.0, np.random.default_rng(1))
    statuses = read.states[..., : len(STATUSES)]
    named = statuses[:, NAMED]
    wrong = (named != report.states[:, NAMED, : len(STATUSES)]).any(-1)
    again = (read.states[:, NAMED, len(STATUSES) :] == 0).all(-1) & ~wrong  # drawn, and by chance the same status
    drawn = wrong | again
    assert 0.27 < float(drawn.float().mean()) < 0.33  # rates from 0 to 0.6
    missed = drawn & (named.amax(-1) == 0)
    uptake = drawn & (named[..., STATUSES.index("uptake")] > 0)
    assert 0.27 < float(missed.sum() / drawn.sum()) < 0.33
    assert 0.35 < float(uptake.sum() / drawn.sum()) < 0.41  # 0.3 and a fifth of the rest
    others = [slot for slot in range(len(TEXT_SLOTS)) if slot not in NAMED]
    invented = (statuses[:, others].amax(-1) > 0).sum(1).float().mean()
    assert 0.6 < float(invented) < 1.0  # 4 times 0.3, of which two thirds are not named already


def test_what_is_misread_keeps_no_value_of_what_was_said():
    report, lexicon = some_reports(300)
    read, _ = misread(report, lexicon, 1.0, np.random.default_rng(2))
    wrong = (read.states[..., : len(STATUSES)] != report.states[..., : len(STATUSES)]).any(-1)
    assert wrong.any()
    assert (read.states[wrong][:, len(STATUSES) :] == 0).all()


def test_one_report_is_misread_alike_whatever_stands_beside_it():
    report, lexicon = some_reports(8)
    read, _ = misread(report, lexicon, 1.0, np.random.default_rng(3))
    first = ReportStates(report.states[:4], report.tokens[:4], report.token_mask[:4])
    alone, _ = misread(first, lexicon[:4], 1.0, np.random.default_rng(3))
    assert torch.equal(alone.states, read.states[:4])


def test_the_readers_values_are_still_learned():
    report, lexicon = some_reports(4)
    report.states.requires_grad_(True)
    read, _ = misread(report, lexicon, 1.0, np.random.default_rng(4))
    read.states.sum().backward()
    assert report.states.grad is not None
    assert (report.states.grad != 0).any()
