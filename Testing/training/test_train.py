"""The training loop: the clock, what a run folder keeps, and what cannot be trained."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
import torch

from BoneMetSegLib.errors import InputError
from BoneMetSegLib.report import parse_report
from model_training import teach_reading
from model_training import train as module
from model_training.configuration import configuration_hash, read_configuration

TINY = """
text_encoder: {hidden_size: 32, num_hidden_layers: 1, num_attention_heads: 2, intermediate_size: 64, word_pieces: 300}
teach_reading: {steps: 2, reports_per_step: 1, scored_reports: 2}
train: {rows: 64, columns: 32, batch_size: 2, loader_workers: 0, max_steps: 3}
"""


@pytest.fixture
def tiny(tmp_path):
    file = tmp_path / "tiny.yaml"
    file.write_text(TINY)
    return read_configuration(file)


@pytest.fixture
def data(tmp_path, monkeypatch):
    """A data list of patients whose samples are small random tensors."""
    lists = {"training": [{"image": f"{n}.npz"} for n in range(4)], "validation": [{"image": "9.npz"}], "test": []}
    (tmp_path / "datalist.json").write_text(json.dumps(lists))

    class Samples(torch.utils.data.Dataset):
        def __init__(self, cases, _configuration, tokenizer, **_settings):
            self.cases, self.tokenizer, self.epoch = cases, tokenizer, 0

        def __len__(self):
            return len(self.cases)

        def __getitem__(self, index):
            torch.manual_seed(index)
            tokens = self.tokenizer(parse_report("左侧第7肋骨转移。右侧未见异常。"))
            return {
                "image": torch.rand(4, 64, 32),
                "classes": torch.randint(0, 4, (2, 64, 32)),
                "present": torch.tensor([True, True]),
                "skeleton": torch.rand(2, 29, 32, 16) > 0.5,
                "spine_level": torch.zeros(2, 32, 16),
                "rib_level": torch.zeros(2, 32, 16),
                "windows": tokens.ids,
                "readable": [[span is not None for span in spans] for spans in tokens.spans],
                "own_report": True,
            }

    monkeypatch.setattr(module, "PlanarSamples", Samples)
    return tmp_path


# ---- the clock ------------------------------------------------------------------------------------------------------


def test_training_stops_by_the_clock_or_by_steps_whichever_is_first(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    clock = module._Clock(100.0, 10)
    now[0] = 50.0
    assert clock.share == 0.5
    assert clock.seconds_left == pytest.approx(50)
    clock.steps = 8
    assert clock.share == 0.8
    assert not clock.done
    clock.steps = 10
    assert clock.done
    clock.steps = 0
    now[0] = 101.0
    assert clock.done


def test_the_rate_warms_up_then_falls_to_a_hundredth():
    rates = [module.schedule(share, 0.1) for share in np.linspace(0, 1, 101)]
    assert rates[0] == 0.01
    assert max(rates) == pytest.approx(1, abs=1e-3)
    assert rates.index(max(rates)) == 10
    assert rates[10:] == sorted(rates[10:], reverse=True)
    assert rates[-1] == pytest.approx(0.01)
    assert module.schedule(0.55, 0.1) == pytest.approx(0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi / 2)))


# ---- a run ----------------------------------------------------------------------------------------------------------


def test_a_run_keeps_the_last_weights_log_and_tokenizer(tiny, data, tmp_path):
    run = tmp_path / "run"
    trained = module.train(data, run, tiny, 0)
    assert trained.log["steps"] == 3
    assert trained.log["history"][-1]["step"] == 3
    assert {path.name for path in run.iterdir()} == {
        "network.safetensors",
        "text.safetensors",
        "tokenizer.json",
        "text_encoder.json",
        "reading.json",
        "log.json",
    }
    again = module.load_run(run, tiny, 0)
    for name, value in trained.network.state_dict().items():
        assert torch.equal(again.network.state_dict()[name], value), name
    for name, value in trained.text.state_dict().items():
        assert torch.equal(again.text.state_dict()[name], value), name
    assert again.log == json.loads(json.dumps(trained.log))
    assert again.tokenizer_json == trained.tokenizer_json


def test_a_finished_run_is_trained_further_from_its_weights_and_the_log_tells_both_stages(tiny, data, tmp_path):
    run = tmp_path / "run"
    first = module.train(data, run, tiny, 0)
    kept = {name: value.clone() for name, value in first.network.state_dict().items()}
    tiny["train"] |= {"learning_rate": 0.0, "max_steps": 2, "weight_decay": 0.0}
    second = module.train(data, run, tiny, 0, go_on=True)
    for name, value in second.network.state_dict().items():
        assert torch.equal(value, kept[name]), "with a rate of 0 the weights stay those of the first stage"
    assert [stage["steps"] for stage in second.log["stages"]] == [3, 2]
    assert [entry["step"] for entry in second.log["history"]] == [3, 5]
    assert second.log["steps"] == 5
    assert second.log["stages"][0]["learning_rate"] > second.log["stages"][1]["learning_rate"]


def test_training_changes_the_network_and_leaves_what_was_taught_alone(tiny, data, tmp_path):
    run = tmp_path / "run"
    before = module.read_text_path(run, tiny, 0)
    start = {name: value.clone() for name, value in before.network.state_dict().items()}
    after = module.train(data, run, tiny, 0)
    for name, value in before.text.state_dict().items():
        assert torch.equal(after.text.state_dict()[name], value), name
    changed = {name for name, value in after.network.state_dict().items() if not torch.equal(value, start[name])}
    assert not {name for name in changed if name.startswith(("reader.slots", "reader.statuses"))}
    assert "reader.values.weight" in changed
    assert {f"joins.{stride}.write.weight" for stride in (4, 8, 16)} <= changed
    assert "no_report" in changed


def test_the_tokenizer_of_a_run_is_the_one_it_was_taught_with(tiny, tmp_path, monkeypatch):
    """The simulator's wording may change between teaching and training: the token numbers must not."""
    run = tmp_path / "run"
    taught = module.read_text_path(run, tiny, 0)
    monkeypatch.setattr(teach_reading, "build_tokenizer", lambda *_: pytest.fail("made another tokenizer"))
    again = module.read_text_path(run, tiny, 0)
    report = parse_report("Uptake in the left scapula.")
    assert again.tokenizer(report).ids == taught.tokenizer(report).ids


def test_text_weights_without_their_tokenizer_are_refused(tiny, tmp_path):
    run = tmp_path / "run"
    module.read_text_path(run, tiny, 0)
    (run / "tokenizer.json").unlink()
    with pytest.raises(InputError, match=r"it lacks tokenizer\.json"):
        module.read_text_path(run, tiny, 0)


def test_the_run_folder_says_the_sizes_of_its_text_encoder(tiny, tmp_path):
    module.read_text_path(tmp_path / "run", tiny, 0)
    tiny["text_encoder"]["hidden_size"] = 64
    assert module.read_text_path(tmp_path / "run", tiny, 0).text.width == 32


def test_a_run_is_loaded_by_the_configuration_it_was_trained_with(tiny, data, tmp_path):
    module.train(data, tmp_path / "run", tiny, 0)
    assert module.load_run(tmp_path / "run", read_configuration(), 7).text.width == 32


@pytest.mark.parametrize("name", ["network.safetensors", "text.safetensors", "log.json"])
def test_a_run_that_lacks_a_file_is_refused_not_taught_again(tiny, data, tmp_path, name):
    run = tmp_path / "run"
    module.train(data, run, tiny, 0)
    (run / name).unlink()
    with pytest.raises(InputError, match=f"holds no trained network .it lacks {name}"):
        module.load_run(run, tiny, 0)


@pytest.mark.parametrize(("split", "count"), [("training", 1), ("validation", 0)])
def test_a_split_with_too_few_patients_is_refused_before_anything_is_taught(tiny, data, tmp_path, split, count):
    lists = json.loads((data / "datalist.json").read_text())
    lists[split] = lists[split][:count]
    (data / "datalist.json").write_text(json.dumps(lists))
    with pytest.raises(InputError, match=f"{count} patients in its {split} split, {count + 1} are needed"):
        module.train(data, tmp_path / "run", tiny, 0)
    assert not (tmp_path / "run").exists()


def test_reports_read_together_give_the_same_states_as_each_alone(tiny, data, tmp_path):
    trained = module.read_text_path(tmp_path / "run", tiny, 0)
    trained.text.eval()
    texts = ("左侧第7肋骨转移。", "Uptake in T8. No abnormal uptake in the pelvis.", "全身骨显像清晰。")
    tokens = [trained.tokenizer(parse_report(text)) for text in texts]
    windows = [one.ids for one in tokens]
    readable = [[[span is not None for span in spans] for spans in one.spans] for one in tokens]

    def read(which: slice) -> torch.Tensor:
        batch = {"windows": windows[which], "readable": readable[which]}
        return module.read_reports(trained.network, trained.text, trained.tokenizer, batch)

    together = read(slice(None))
    assert together.shape == (3, 78, 16)
    for index in range(3):
        assert torch.allclose(together[index], read(slice(index, index + 1))[0], atol=1e-5)


# ---- the configuration ----------------------------------------------------------------------------------------------


def test_what_a_configuration_leaves_out_comes_from_the_default(tiny):
    default = read_configuration()
    assert tiny["train"]["rows"] == 64
    assert tiny["train"]["learning_rate"] == default["train"]["learning_rate"]
    assert tiny["loss"] == default["loss"]
    assert configuration_hash(tiny) != configuration_hash(default)
    assert configuration_hash(read_configuration()) == configuration_hash(default)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("training: {}", "there is no setting 'training'"),
        ("train: {minuts: 3}", "section 'train' has no setting 'minuts'"),
        ("train: 5", "section 'train' is not a mapping of settings"),
        ("train: {learning_rate: 1e-3}", "learning_rate is '1e-3'; it should be like 0.0015"),
        ("train: {minutes: true}", "minutes is True; it should be like"),
        ("augmentation: {count_factor: 1.0}", "count_factor is 1.0; it should be like"),
        ("loss: {class_weights: [1, 2]}", "class_weights is .1, 2.; it should be like"),
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
