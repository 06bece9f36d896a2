"""A training run: what trains what, what a run folder keeps, and that a stopped run goes on as if it had not been."""

from __future__ import annotations

import json
import math
import signal

import numpy as np
import pytest
import torch
import yaml
from safetensors.torch import load_file

from BoneMetSegLib.errors import InputError
from BoneMetSegLib.segmentation import STATUSES
from model_training.configuration import configuration_hash, read_configuration
from model_training.training.batches import collate
from model_training.training.dual_path_module import DualPathModule
from model_training.training.fit import fit, steps_done
from model_training.training.folds import fold_of, split_cases
from model_training.training.pictures import planar_picture
from model_training.training.progress_line import time_left
from model_training.training.report_paths import ReportPaths, path_name
from model_training.training.report_reading import choose_reports, read_states, strike_out
from model_training.training.run_folder import alone_in, log_entries
from model_training.training.run_log import cut_log
from model_training.training.run_stops import Patience
from model_training.training.schedule import schedule
from model_training.training.scores import Scores
from model_training.training.weight_average import WeightAverage

from .training_fixtures import TEXT_WIDTH, tiny_configuration, tiny_reader, tiny_samples

PATIENTS, OTHERS = range(6), range(6, 9)


def run_once(run, configuration, *, go_on=False, image_from=None):
    torch.use_deterministic_algorithms(False)
    samples = tiny_samples(configuration, PATIENTS)
    checks = tiny_samples(configuration, OTHERS, augmented=False)
    fit(run, configuration, samples, checks, tiny_reader(), go_on=go_on, image_from=image_from)


def state_of(run):
    return torch.load(run / "last.ckpt", map_location="cpu", weights_only=False)


def differences(one, other, path="") -> list[str]:
    """Names of what is not the same to the last bit."""
    if isinstance(one, torch.Tensor):
        return [] if torch.equal(one, other) else [path]
    if isinstance(one, dict):
        if one.keys() != other.keys():
            return [f"{path}: {sorted(map(str, one.keys() ^ other.keys()))}"]
        return [name for key in one for name in differences(one[key], other[key], f"{path}/{key}")]
    if isinstance(one, (list, tuple)):
        return [
            name for n, pair in enumerate(zip(one, other, strict=True)) for name in differences(*pair, f"{path}/{n}")
        ]
    return [] if one == other else [path]


# ---- the image path knows of no report -------------------------------------------------------------------------------


def image_weights(run):
    weights = state_of(run)["state_dict"]
    return {name: value for name, value in weights.items() if name.startswith("paths.image.image.")}


def test_the_image_path_is_bit_for_bit_the_same_with_any_report_path_and_with_none(tmp_path):
    fusions = {"none": [], "control": [[]], "one": [["regions"]], "several": [["tokens"], ["film", "regions"], []]}
    for name, which in fusions.items():
        configuration = tiny_configuration(max_steps=3)
        configuration["network"]["fusions"] = which
        run_once(tmp_path / name, configuration)
    baseline = image_weights(tmp_path / "none")
    assert len(baseline) > 20
    for name in fusions:
        assert differences(baseline, image_weights(tmp_path / name)) == [], name
    fresh = ReportPaths(DualPathModule(tiny_configuration(), TEXT_WIDTH, 0).paths.image.config, [], TEXT_WIDTH, 0)
    first = {f"paths.{name}": value for name, value in fresh.state_dict().items() if name.startswith("image.image.")}
    assert differences(first, baseline)  # it did learn


def test_a_report_path_learns_the_same_alone_as_beside_others(tmp_path):
    for name, which in (("alone", [["regions"]]), ("beside", [["regions"], ["tokens"]])):
        configuration = tiny_configuration(max_steps=3)
        configuration["network"]["fusions"] = which
        run_once(tmp_path / name, configuration)
    alone, beside = (state_of(tmp_path / name)["state_dict"] for name in ("alone", "beside"))
    own = [name for name in alone if name.startswith(("paths.networks.regions.", "paths.image.fit"))]
    assert len(own) > 20
    assert differences({name: alone[name] for name in own}, {name: beside[name] for name in own}) == []


def test_no_gradient_of_a_report_reaches_the_image_path_and_what_was_taught_stays():
    configuration = tiny_configuration()
    module = DualPathModule(configuration, TEXT_WIDTH, 0, tiny_reader())
    samples = tiny_samples(configuration, PATIENTS)
    batch = collate([samples[n] for n in range(4)])
    for network in module.paths.networks.values():  # zero at first, and then nothing before it would learn
        torch.nn.init.normal_(network.report.head[-1].weight)
    losses = module.losses(batch)
    (losses["report regions"] + losses["fit"]).backward()
    assert all(value.grad is None for value in module.paths.image.image.parameters())
    network = module.paths.networks["regions"]
    assert all(value.grad is not None and value.grad.any() for value in network.reader.values.parameters())
    assert any(value.grad is not None and value.grad.any() for value in module.paths.image.fit.parameters())
    taught = tiny_reader()
    assert torch.equal(network.reader.slots.weight, taught.slots.weight)
    assert not network.reader.slots.weight.requires_grad
    assert not network.reader.statuses.weight.requires_grad


def test_each_report_path_has_values_of_its_own_and_shares_the_rest():
    paths = DualPathModule(
        tiny_configuration() | {"network": tiny_configuration()["network"] | {"fusions": [["regions"], ["tokens"]]}},
        TEXT_WIDTH,
        0,
    ).paths
    one, other = paths.networks["regions"], paths.networks["tokens"]
    assert one.image is other.image
    assert one.fit is other.fit
    assert one.reader.slots is other.reader.slots
    assert one.reader.values is not other.reader.values
    assert torch.equal(one.reader.values.weight, other.reader.values.weight)
    counted = [id(value) for part in paths.parts().values() for value in part]
    assert len(counted) == len(set(counted))
    assert set(counted) == {id(value) for value in paths.parameters() if value.requires_grad}
    assert path_name([]) == "none"


# ---- stopping and going on -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("accumulate", [1, 2])
def test_a_run_taken_up_again_ends_bit_for_bit_like_an_unbroken_one(tmp_path, monkeypatch, accumulate):
    configuration = tiny_configuration(accumulate=accumulate)
    run_once(tmp_path / "whole", configuration)

    class CutOffError(Exception):
        pass

    samples = tiny_samples(configuration, PATIENTS)
    broken = type(samples).__getitem__

    def until(self, number):
        if number >= 4 * 2 * accumulate:  # in the fifth step; the checkpoint is of the third
            raise CutOffError
        return broken(self, number)

    with monkeypatch.context() as patch:
        patch.setattr(
            type(samples), "__getitem__", lambda self, n: until(self, n) if self._augmentation else broken(self, n)
        )
        with pytest.raises(CutOffError):
            run_once(tmp_path / "cut", configuration)
    assert steps_done(tmp_path / "cut") == 3
    run_once(tmp_path / "cut", yaml.safe_load((tmp_path / "cut" / "config.yaml").read_text()), go_on=True)
    whole, cut = state_of(tmp_path / "whole"), state_of(tmp_path / "cut")
    for part in ("state_dict", "optimizer_states", "lr_schedulers", "average", "global_step"):
        assert differences(whole[part], cut[part], part) == []
    for name in ("network.safetensors", "network.json", "config.yaml"):
        assert (tmp_path / "whole" / name).read_bytes() == (tmp_path / "cut" / name).read_bytes(), name

    def without_time(run):
        return [{key: value for key, value in entry.items() if key != "minutes"} for entry in log_entries(run)]

    assert without_time(tmp_path / "whole") == without_time(tmp_path / "cut")
    assert [entry["step"] for entry in log_entries(tmp_path / "whole")] == [2, 3, 4, 6, 6]


def test_ctrl_c_ends_after_a_whole_step_keeps_it_and_says_how_to_go_on(tmp_path, monkeypatch):
    configuration = tiny_configuration()
    step = DualPathModule.training_step

    def interrupted(self, batch, index):
        if index == 1:
            signal.raise_signal(signal.SIGINT)
        return step(self, batch, index)

    before = signal.getsignal(signal.SIGINT)
    with monkeypatch.context() as patch:
        patch.setattr(DualPathModule, "training_step", interrupted)
        with pytest.raises(KeyboardInterrupt, match="stopped after step 2; go on with --continue"):
            run_once(tmp_path / "run", configuration)
    assert signal.getsignal(signal.SIGINT) is before
    assert steps_done(tmp_path / "run") == 2
    run_once(tmp_path / "run", configuration, go_on=True)
    run_once(tmp_path / "whole", configuration)
    assert differences(state_of(tmp_path / "whole")["state_dict"], state_of(tmp_path / "run")["state_dict"]) == []


def test_report_paths_over_a_finished_image_path_go_on_as_if_unbroken_and_say_where_it_is_from(tmp_path, monkeypatch):
    image_configuration = tiny_configuration(max_steps=2)
    image_configuration["network"]["fusions"] = []
    run_once(tmp_path / "image", image_configuration)
    (tmp_path / "image" / "config.yaml").write_text(yaml.safe_dump(image_configuration))
    finished = load_file(tmp_path / "image" / "network.safetensors")
    configuration = tiny_configuration(max_steps=3)
    run_once(tmp_path / "whole", configuration, image_from=tmp_path / "image")
    step = DualPathModule.training_step

    def interrupted(self, batch, index):
        if index == 1:
            signal.raise_signal(signal.SIGINT)
        return step(self, batch, index)

    with monkeypatch.context() as patch:
        patch.setattr(DualPathModule, "training_step", interrupted)
        with pytest.raises(KeyboardInterrupt):
            run_once(tmp_path / "run", configuration, image_from=tmp_path / "image")
    run_once(tmp_path / "run", configuration, go_on=True)
    whole, run = (state_of(tmp_path / name) for name in ("whole", "run"))
    assert differences(whole["state_dict"], run["state_dict"]) == []
    assert differences(whole["average"], run["average"]) == []
    stored = load_file(tmp_path / "run" / "network.safetensors")
    kept = [name for name in stored if name.startswith("image.")]
    assert len(kept) > 20
    assert differences({name: finished[name] for name in kept}, {name: stored[name] for name in kept}) == []
    origin = json.loads((tmp_path / "run" / "image_path.json").read_text())
    assert origin["steps"] == 2
    assert origin["configuration"]["network"]["fusions"] == []


def test_an_image_path_of_no_run_or_another_shape_is_refused_and_leaves_nothing_behind(tmp_path):
    image_configuration = tiny_configuration(max_steps=1)
    image_configuration["network"]["fusions"] = []
    run_once(tmp_path / "image", image_configuration)
    (tmp_path / "image" / "config.yaml").write_text(yaml.safe_dump(image_configuration))
    wider = tiny_configuration(max_steps=1)
    wider["network"]["widths"] = [8, 16]
    with pytest.raises(InputError, match=r"was trained with widths \[8, 12\], the configuration has \[8, 16\]"):
        run_once(tmp_path / "run", wider, image_from=tmp_path / "image")
    (tmp_path / "image" / "log.jsonl").unlink()
    with pytest.raises(InputError, match=r"lacks config\.yaml or log\.jsonl"):
        run_once(tmp_path / "run", tiny_configuration(max_steps=1), image_from=tmp_path / "image")
    with pytest.raises(InputError, match="holds no trained network to take the image path of"):
        run_once(tmp_path / "run", tiny_configuration(max_steps=1), image_from=tmp_path)
    assert not (tmp_path / "run").exists()


def test_two_trainings_do_not_share_a_folder(tmp_path):
    with alone_in(tmp_path / "run"):
        with pytest.raises(InputError, match="another training works in"):
            run_once(tmp_path / "run", tiny_configuration(max_steps=1))
        assert not (tmp_path / "run" / "config.yaml").exists()
    run_once(tmp_path / "run", tiny_configuration(max_steps=1))
    assert (tmp_path / "run" / "network.safetensors").is_file()


def test_a_run_is_not_written_over_and_nothing_cannot_be_gone_on_from(tmp_path):
    configuration = tiny_configuration(max_steps=1)
    with pytest.raises(InputError, match=r"holds no last\.ckpt to go on from; leave out --continue"):
        run_once(tmp_path / "run", configuration, go_on=True)
    run_once(tmp_path / "run", configuration)
    kept = (tmp_path / "run" / "network.safetensors").read_bytes()
    with pytest.raises(InputError, match="holds a training already; give --continue to go on, or another folder"):
        run_once(tmp_path / "run", configuration)
    run_once(tmp_path / "run", configuration, go_on=True)  # all steps are made
    assert (tmp_path / "run" / "network.safetensors").read_bytes() == kept
    (tmp_path / "run" / "last.ckpt").write_bytes(b"damaged")
    with pytest.raises(InputError, match=r"last\.ckpt cannot be read"):
        run_once(tmp_path / "run", configuration, go_on=True)


def test_a_run_ends_by_the_clock_with_its_weights_scored_and_kept(tmp_path):
    run_once(tmp_path / "run", tiny_configuration(max_steps=500, minutes=1e-6))
    assert steps_done(tmp_path / "run") == 1
    assert "scores" in log_entries(tmp_path / "run")[-1]
    assert (tmp_path / "run" / "network.safetensors").is_file()


def test_a_loss_that_is_no_number_ends_the_run_in_one_sentence(tmp_path, monkeypatch):
    losses = DualPathModule.losses
    monkeypatch.setattr(DualPathModule, "losses", lambda self, b: {n: v * math.nan for n, v in losses(self, b).items()})
    with pytest.raises(InputError, match="the loss 'image' is no number at step 2; train with a lower learning rate"):
        run_once(tmp_path / "run", tiny_configuration())


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"device": "gpu"}, "device is 'gpu'; known are auto, cpu, cuda"),
        ({"precision": "half"}, "precision is 'half'; known are 32-true"),
        ({"max_steps": 0}, "max_steps is 0; it should be 1 or more"),
    ],
)
def test_settings_that_cannot_be_used_are_refused(tmp_path, change, fault):
    with pytest.raises(InputError, match=fault):
        run_once(tmp_path / "run", tiny_configuration(**change))
    assert not (tmp_path / "run").exists()


def test_a_log_is_cut_at_the_checkpoint_and_at_a_half_written_line(tmp_path):
    lines = [json.dumps({"step": step}) for step in (2, 4, 6)]
    (tmp_path / "log.jsonl").write_text("\n".join(lines) + '\n{"st')
    cut_log(tmp_path / "log.jsonl", 4)
    assert [entry["step"] for entry in log_entries(tmp_path)] == [2, 4]


# ---- what a report path is shown -------------------------------------------------------------------------------------


def test_another_patients_report_is_shown_in_its_share_and_never_that_of_the_same_patient():
    batch = {"patient": torch.tensor([1, 1, 2, 3]), "has_report": torch.tensor([True, True, True, False])}
    rng, swapped = np.random.default_rng(0), np.zeros(4)
    for _ in range(800):
        order = choose_reports(batch, 0.25, rng)
        for index, which in enumerate(order):
            if which != index:
                swapped[index] += 1
                assert batch["patient"][which] != batch["patient"][index]
                assert batch["has_report"][which]
    assert swapped[:3] / 800 == pytest.approx([0.25] * 3, abs=0.05)
    assert swapped[3] == 0  # nothing is read there


def test_half_of_the_named_places_are_struck_out_with_the_tokens_that_name_only_them():
    reader = tiny_reader()
    samples = tiny_samples(tiny_configuration(), PATIENTS)
    report = read_states(reader, collate([samples[n] for n in range(6)]))
    slots = (reader.tags(report.tokens)[0].sigmoid() > 0.5) & report.token_mask[..., None]
    by_lexicon = report.states[..., : len(STATUSES)].amax(-1) >= 0.5
    assert by_lexicon.any()
    struck = strike_out(report, reader, 1.0, np.random.default_rng(0))
    for index in range(6):
        named = slots[index].any(0) | by_lexicon[index]
        gone = named & (struck.states[index] == 0).all(-1)
        assert int(gone.sum()) == (int(named.sum()) + 1) // 2
        assert torch.equal(struck.states[index][~gone], report.states[index][~gone])
        for token in range(slots.shape[1]):
            names = slots[index, token]
            if bool(report.token_mask[index, token]) and bool(names.any()):
                assert bool(struck.token_mask[index, token]) == bool((names & ~gone).any())
    untouched = strike_out(report, reader, 0.0, np.random.default_rng(0))
    assert torch.equal(untouched.states, report.states)


# ---- small parts -----------------------------------------------------------------------------------------------------


def test_the_rate_warms_up_then_falls_to_a_hundredth():
    rates = [schedule(share, 0.1) for share in np.linspace(0, 1, 101)]
    assert rates[0] == 0.01
    assert max(rates) == pytest.approx(1, abs=1e-3)
    assert rates.index(max(rates)) == 10
    assert rates[10:] == sorted(rates[10:], reverse=True)
    assert rates[-1] == pytest.approx(0.01)
    assert schedule(0.55, 0.1) == pytest.approx(0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi / 2)))


def test_the_average_of_weights_by_hand():
    layer = torch.nn.Linear(1, 1, bias=False)
    average = WeightAverage(layer, 0.5)
    kept = wanted = float(layer.weight.detach())
    for step, value in enumerate((3.0, -1.0, 4.0)):
        layer.weight.data.fill_(value)
        average.update()
        decay = min(0.5, (1 + step) / (10 + step))
        wanted = decay * wanted + (1 - decay) * value
    with average.applied():
        assert float(layer.weight.detach()) == pytest.approx(wanted)
    assert float(layer.weight.detach()) == 4.0
    assert wanted != kept


def test_patience_is_spent_when_a_score_has_not_risen_so_often():
    patience = Patience(2)
    assert [patience.spent(score) for score in (0.1, 0.3, 0.2, 0.35, 0.35, 0.3)] == [False] * 5 + [True]
    again = Patience(2)
    again.load_state_dict(patience.state_dict())
    assert again.spent(0.1)
    assert not any(Patience(0).spent(0.0) for _ in range(9))


def test_pooled_dice_and_fit_are_counted_by_hand():
    scores = Scores(["image"])
    batch = {
        "classes": torch.tensor([[[[1, 1, 0, 255]]]]),
        "present": torch.ones(1, 1, dtype=torch.bool),
        "patient": torch.tensor([0]),
        "has_report": torch.ones(1, dtype=torch.bool),
    }
    logits = torch.nn.functional.one_hot(torch.tensor([[[[1, 0, 1, 1]]]]), 4).movedim(-1, 2).float()
    scores.add_classes("image", logits, batch)
    assert (
        scores.as_json()["dice/image/metastasis"] == 0.5
    )  # one hit, one missed, one too many; the unknown not counted
    pairs = {"patient": torch.tensor([0, 1, 1]), "has_report": torch.ones(3, dtype=torch.bool)}
    scores.add_fits(torch.tensor([[1.0, -1.0, 1.0], [-1.0, 1.0, 1.0], [-1.0, -1.0, 1.0]]), pairs)
    found = scores.as_json()
    assert found["fit/own"] == pytest.approx(4 / 5, abs=1e-4)  # the second patient's two reports fit both scans
    assert found["fit/other"] == pytest.approx(3 / 4, abs=1e-4)
    twice = Scores(["image"])
    twice.sums = 2 * scores.sums
    assert twice.as_json() == found


def test_folds_hold_out_each_patient_once_with_all_examinations(tmp_path):
    names = [f"patient {n}" for n in range(40)]
    entries = [{"image": f"{name}_{visit}.npz", "patient": name} for name in names for visit in range(2)]
    lists = {"training": entries[:60], "validation": entries[60:], "test": [{"image": "t.npz", "patient": "t"}]}
    (tmp_path / "datalist.json").write_text(json.dumps(lists))
    held = []
    for fold in range(4):
        cases = split_cases(tmp_path, fold, 4)
        assert len(cases["training"]) + len(cases["validation"]) == 80
        out = {path.name.rsplit("_", 1)[0] for path in cases["validation"]}
        assert not out & {path.name.rsplit("_", 1)[0] for path in cases["training"]}
        held += out
    assert sorted(held) == sorted(names)
    assert [fold_of("simulated_779_3", 5), fold_of("simulated_779_4", 5)] == [3, 2]  # on every machine
    assert len(split_cases(tmp_path, None, 4)["training"]) == 60
    with pytest.raises(InputError, match="there is no fold 4 of 4"):
        split_cases(tmp_path, 4, 4)


def test_times_are_told_in_words():
    assert time_left(7.4) == "0 min 07 s"
    assert time_left(3723) == "1 h 02 min"


def test_the_picture_shows_each_view_from_its_own_side():
    """The patient's left hot spot is on the right of the anterior picture and on the left of the posterior one."""
    image, classes = torch.zeros(4, 64, 32), torch.zeros(2, 64, 32, dtype=torch.int64)
    image[:2, 10:20, 24:30] = 2.0  # anterior order: high columns are the patient's left
    image[2:] = 1.0
    classes[:, 10:20, 24:30] = 1
    figure = planar_picture(image, classes, {"no report": classes}, "simulated")
    middles, letters = [], []
    for axis in figure.axes:
        shown = axis.images[0].get_array()
        middles.append(float(np.nonzero(shown)[1].mean()))
        letters.append("".join(text.get_text() for text in axis.texts))
    assert [middle > 16 for middle in middles] == [True, False, True, False]
    assert letters == ["RL", "LR", "RL", "LR"]


def test_curves_and_pictures_can_be_looked_at_in_tensorboard(tmp_path):
    events = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    run_once(tmp_path / "run", tiny_configuration(max_steps=3, pictures=1))
    board = events.EventAccumulator(str(tmp_path / "run" / "tensorboard")).Reload()
    assert {"loss/image", "loss/report regions", "rate", "dice/image/metastasis"} <= set(board.Tags()["scalars"])
    assert [entry.step for entry in board.Scalars("loss/image")] == [2, 3]
    assert board.Tags()["images"] == ["scan 0"]
    assert board.Images("scan 0")[0].height > 300


# ---- the configuration -----------------------------------------------------------------------------------------------


def test_what_a_configuration_leaves_out_comes_from_the_default(tmp_path):
    (tmp_path / "some.yaml").write_text(
        "train: {batch_size: 2}\nnetwork: {fusions: [[regions, film], []], widths: [8, 8]}"
    )
    some, default = read_configuration(tmp_path / "some.yaml"), read_configuration()
    assert some["train"]["batch_size"] == 2
    assert some["network"]["fusions"] == [["regions", "film"], []]
    assert some["train"]["learning_rate"] == default["train"]["learning_rate"]
    assert some["loss"] == default["loss"]
    assert configuration_hash(some) != configuration_hash(default)
    assert configuration_hash(read_configuration()) == configuration_hash(default)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("training: {}", "there is no setting 'training'"),
        ("train: {minuts: 3}", "section 'train' has no setting 'minuts'"),
        ("train: 5", "section 'train' is not a mapping of settings"),
        ("train: {learning_rate: 1e-3}", "learning_rate is '1e-3'; it should be like 0.002"),
        ("train: {minutes: true}", "minutes is True; it should be like"),
        ("train: {deterministic: 1}", "deterministic is 1; it should be like False"),
        ("augmentation: {count_factor: 1.0}", "count_factor is 1.0; it should be like"),
        ("loss: {class_weights: [1, 2]}", "class_weights is .1, 2.; it should be like"),
        ("network: {fusions: [regions]}", "fusions is .'regions'.; it should be like"),
        ("network: {widths: [8, wide]}", "widths is .8, 'wide'.; it should be like"),
        ("- a list", "is not a mapping of sections"),
        ("a: [", "is not a configuration that can be read"),
    ],
)
def test_a_configuration_that_cannot_be_used_is_refused(tmp_path, text, fault):
    (tmp_path / "bad.yaml").write_text(text)
    with pytest.raises(InputError, match=f"bad.yaml.*{fault}"):
        read_configuration(tmp_path / "bad.yaml")


def test_a_configuration_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"none\.yaml is not a configuration that can be read"):
        read_configuration(tmp_path / "none.yaml")
