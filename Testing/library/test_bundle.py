"""A model bundle: what is written is what is loaded, and each kind of damage is said in one sentence."""

from __future__ import annotations

import hashlib
import json
import pickle
import shutil
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from tokenizers import BertWordPieceTokenizer
from transformers import BertConfig, BertModel

from BoneMetSegLib.bundle import Bundle, open_bundle, regions_description, write_bundle
from BoneMetSegLib.errors import InputError
from BoneMetSegLib.network import DualPathNetwork, NetworkConfig
from BoneMetSegLib.preprocessing import Preprocessing
from BoneMetSegLib.report import parse_report
from BoneMetSegLib.text_encoder import TextEncoder

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"左右第肋骨转移未见异常诊断意:0123456789", "rib"]
LIMIT_BYTES = 12_000_000
DESCRIPTION = {
    "name": "tiny",
    "version": "0.1",
    "thresholds": {"foreground": 0.5, "accept": 0.4, "min_area_mm2": 60},
    "training": {},
    "evaluation": {},
    "intended_use": "A test.",
    "licence": "Apache-2.0",
}
PREPROCESSING = Preprocessing(4.0, (448, 160), 32)


def small_parts() -> tuple[DualPathNetwork, TextEncoder, str]:
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(WORDS), hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=64
    )
    text = TextEncoder(BertModel(config, add_pooling_layer=False)).eval()
    network = DualPathNetwork(NetworkConfig(), text.width).eval()
    torch.nn.init.normal_(network.report.head[-1].weight, std=0.05)  # as after training: the report matters
    words = {word: index for index, word in enumerate(WORDS)}
    return network, text, BertWordPieceTokenizer(words, lowercase=True)._tokenizer.to_str()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Bundle, DualPathNetwork, TextEncoder]:
    network, text, tokenizer_json = small_parts()
    bundle = write_bundle(
        tmp_path_factory.mktemp("b") / "tiny", network, text, tokenizer_json, "# Tiny\n", DESCRIPTION, PREPROCESSING
    )
    return bundle, network, text


@pytest.fixture
def folder(made, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made[0].folder, tmp_path / "tiny"))


def change(folder: Path, **values: Any) -> None:
    file = folder / "bundle.json"
    file.write_text(json.dumps(json.loads(file.read_text(encoding="utf-8")) | values), encoding="utf-8")


def replace_file(folder: Path, name: str, content: bytes) -> None:
    """Replace a file and its hash, as somebody who means it would."""
    (folder / name).write_bytes(content)
    files = json.loads((folder / "bundle.json").read_text(encoding="utf-8"))["files"]
    change(folder, files=files | {name: hashlib.sha256(content).hexdigest()})


def one_sentence(call: Callable[[], object]) -> str:
    with pytest.raises(InputError) as caught:
        call()
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert len(sentence) < 300
    return sentence


# ---- whole ----------------------------------------------------------------------------------------------------------


def test_what_was_written_is_loaded_within_half_precision(made):
    bundle, network, text = made
    again, text_again, tokenizer = bundle.load()
    torch.manual_seed(1)
    image = torch.rand(1, 4, 64, 64)
    ids, mask = tokenizer.pad(tokenizer(parse_report("诊断意见：左第7肋骨转移")).ids)

    def run(net: DualPathNetwork, encoder: TextEncoder) -> tuple[torch.Tensor, ...]:
        with torch.inference_mode():
            features = net.encode(image)
            seen = net.image_path(features)
            report = net.reader.report([(encoder(ids, mask), mask.bool())])
            told = net.report_path(features, seen, report)
            return seen.classes.softmax(2), seen.skeleton.sigmoid(), told.classes.softmax(2), told.fit

    for before, after in zip(run(network, text), run(again, text_again), strict=True):
        assert torch.allclose(before, after, atol=0.02)
    assert {value.dtype for value in again.state_dict().values()} == {torch.float32}
    assert not any(module.training for module in (again, text_again))


def test_loading_twice_gives_the_same_weights(made):
    one, other = (made[0].load()[0].state_dict() for _ in range(2))
    assert all(torch.equal(one[key], other[key]) for key in one)


def test_writing_twice_gives_the_same_bytes(made, tmp_path):
    network, text, tokenizer_json = small_parts()
    again = write_bundle(tmp_path / "tiny", network, text, tokenizer_json, "# Tiny\n", DESCRIPTION, PREPROCESSING)
    assert again.weights_sha256 == made[0].weights_sha256
    assert (again.folder / "bundle.json").read_bytes() == (made[0].folder / "bundle.json").read_bytes()


def test_a_bundle_is_its_description_weights_tokenizer_and_card_and_nothing_else(made):
    folder = made[0].folder
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert names == {"bundle.json", "weights.safetensors", "tokenizer/tokenizer.json", "README.md"}
    assert set(made[0].description["files"]) == names - {"bundle.json"}
    assert made[0].description["regions"] == regions_description()
    assert made[0].name == "tiny 0.1"
    assert made[0].thresholds == {"foreground": 0.5, "accept": 0.4, "min_area_mm2": 60.0}


def test_a_bundle_with_the_shipped_sizes_stays_under_12_mb(tmp_path):
    from model_training.configuration import read_configuration

    sizes = read_configuration()["text_encoder"]
    network, _, tokenizer_json = small_parts()
    vocabulary = sizes.pop("word_pieces") + 8500  # the characters of GB2312 and the letters
    text = TextEncoder(BertModel(BertConfig(vocab_size=vocabulary, **sizes), add_pooling_layer=False))
    network = DualPathNetwork(NetworkConfig(), text.width)
    folder = write_bundle(
        tmp_path / "full", network, text, tokenizer_json, "# Full\n", DESCRIPTION, PREPROCESSING
    ).folder
    assert sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) < LIMIT_BYTES


def test_who_may_read_the_card_may_read_the_weights(made):
    files = [path for path in made[0].folder.rglob("*") if path.is_file()]
    assert len({stat.S_IMODE(path.stat().st_mode) for path in files}) == 1


def test_a_changed_model_card_is_noticed(folder):
    (folder / "README.md").write_text("Approved for clinical use.")
    assert "README.md of bundle tiny is not the file it was made with" in one_sentence(lambda: open_bundle(folder))


# ---- damaged --------------------------------------------------------------------------------------------------------


def test_no_folder(tmp_path):
    assert "there is no bundle folder" in one_sentence(lambda: open_bundle(tmp_path / "nothing"))


@pytest.mark.parametrize("content", [None, b"", b"{", b"\xff\xfe\x00", b"not json"])
def test_no_description_that_can_be_read(folder, content):
    (folder / "bundle.json").unlink()
    if content is not None:
        (folder / "bundle.json").write_bytes(content)
    assert "holds no readable bundle.json" in one_sentence(lambda: open_bundle(folder))


@pytest.mark.parametrize("content", ["[]", "3", '"bundle"', "null"])
def test_a_description_that_is_no_object(folder, content):
    (folder / "bundle.json").write_text(content)
    assert "bundle.json of tiny is not a JSON object" in one_sentence(lambda: open_bundle(folder))


@pytest.mark.parametrize("name", ["weights.safetensors", "tokenizer/tokenizer.json", "README.md"])
def test_a_missing_file_is_named(folder, name):
    (folder / name).unlink()
    assert f"bundle tiny lacks its file {name}" in one_sentence(lambda: open_bundle(folder))


@pytest.mark.parametrize("name", ["weights.safetensors", "tokenizer/tokenizer.json"])
def test_a_flipped_bit_is_noticed(folder, name):
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(content)
    assert f"{name} of bundle tiny is not the file it was made with" in one_sentence(lambda: open_bundle(folder))


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ({"schema_version": 99}, "has schema version 99, for another network; this BoneMetSeg reads 2"),
        ({"schema_version": 1}, "train and export it again with this version"),
        ({"schema_version": "1"}, "lacks 'schema_version', or it is not of type int"),
        ({"kind": "pet"}, "is for 'pet' images; this version segments planar, spect"),
        ({"kind": "spect"}, "lacks the threshold 'min_volume_ml'"),
        (
            {"preprocessing": {"grid_pixel_mm": 2.0}},
            "a preprocessing that cannot be used (it should name grid_pixel_mm",
        ),
        ({"regions": {}}, "was made for another table of regions"),
        ({"name": None}, "lacks 'name', or it is not of type str"),
        ({"intended_use": 3}, "lacks 'intended_use', or it is not of type str"),
        ({"thresholds": {"foreground": 0.5, "accept": 0.5}}, "lacks the threshold 'min_area_mm2'"),
        ({"thresholds": {"foreground": "half", "accept": 0.5, "min_area_mm2": 1}}, "lacks the threshold 'foreground'"),
        ({"files": {}}, "names no weights.safetensors among its files"),
        ({"files": {"weights.safetensors": "0"}}, "names no tokenizer/tokenizer.json among its files"),
    ],
)
def test_a_description_of_something_else(folder, values, fault):
    change(folder, **values)
    assert fault in one_sentence(lambda: open_bundle(folder))


def test_regions_in_another_order_are_another_table(folder):
    regions = regions_description()
    regions["skeleton"][0], regions["skeleton"][1] = regions["skeleton"][1], regions["skeleton"][0]
    change(folder, regions=regions)
    assert "another table of regions" in one_sentence(lambda: open_bundle(folder))


@pytest.mark.parametrize("name", ["../secret", "tokenizer/../../secret", "/etc/hosts", "C:\\secret", "..\\secret"])
def test_files_outside_of_the_folder_are_not_touched(folder, name):
    (folder.parent / "secret").write_text("x")
    files = json.loads((folder / "bundle.json").read_text(encoding="utf-8"))["files"]
    change(folder, files=files | {name: hashlib.sha256(b"x").hexdigest()})
    assert "names files outside of its folder" in one_sentence(lambda: open_bundle(folder))


def test_the_preprocessing_comes_back_as_the_values_it_was_written_with(made):
    assert made[0].preprocessing == PREPROCESSING
    assert made[0].kind == "planar"


def test_the_architecture_comes_back_as_it_was_written(made):
    assert made[0].load()[0].config == NetworkConfig() == made[1].config


def test_a_volume_network_makes_a_spect_bundle(tmp_path):
    _, text, tokenizer_json = small_parts()
    config = NetworkConfig(dimensions=3, views=1, widths=(8, 16, 24), report_widths=(8, 16))
    thresholds = {"foreground": 0.5, "accept": 0.4, "min_volume_ml": 0.5}
    bundle = write_bundle(
        tmp_path / "volume",
        DualPathNetwork(config, text.width),
        text,
        tokenizer_json,
        "# Volume\n",
        DESCRIPTION | {"thresholds": thresholds},
        Preprocessing(4.8, (80, 96, 96), 8),
    )
    assert bundle.kind == "spect"
    assert bundle.load()[0].config == config


@pytest.mark.parametrize(
    ("preprocessing", "fault"),
    [
        (Preprocessing(4.0, (448, 160), 16), "grid_multiple of this architecture is 32"),
        (Preprocessing(4.8, (96, 96, 96), 32), "have 2 dimensions"),
    ],
)
def test_a_grid_that_is_not_the_networks_is_not_written(tmp_path, preprocessing, fault):
    network, text, tokenizer_json = small_parts()
    with pytest.raises(ValueError, match=fault):
        write_bundle(tmp_path / "b", network, text, tokenizer_json, "# B\n", DESCRIPTION, preprocessing)
    assert not (tmp_path / "b").exists()


def test_a_grid_changed_by_hand_to_one_that_is_not_the_networks_is_refused(folder):
    change(folder, preprocessing=Preprocessing(4.0, (448, 160), 16).as_json())
    assert "grid_multiple of this architecture is 32" in one_sentence(open_bundle(folder).load)


# ---- weights --------------------------------------------------------------------------------------------------------


class _Trap:
    """Unpickling it would leave a mark."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Callable[[Path], None], tuple[Path]]:
        return Path.touch, (self.mark,)


def test_a_pickle_under_the_weights_name_is_refused_and_never_loaded(folder, tmp_path):
    mark = tmp_path / "unpickled"
    replace_file(folder, "weights.safetensors", pickle.dumps(_Trap(mark)))
    assert "the weights of bundle tiny do not fit its description" in one_sentence(open_bundle(folder).load)
    torch.save({"trap": _Trap(mark)}, folder / "w.pt")
    replace_file(folder, "weights.safetensors", (folder / "w.pt").read_bytes())
    one_sentence(open_bundle(folder).load)
    assert not mark.exists()


def test_the_library_unpickles_nothing():
    library = Path(__file__).parents[2] / "BoneMetSeg" / "BoneMetSegLib"
    for file in library.glob("*.py"):
        code = file.read_text(encoding="utf-8")
        for call in ("torch.load(", "import pickle", "allow_pickle=True", "import joblib", "import dill"):
            assert call not in code, (file.name, call)


def test_weights_of_another_architecture_name_what_does_not_fit(folder):
    change(folder, architecture=NetworkConfig(widths=(16, 32, 48, 64, 80)).as_json())
    sentence = one_sentence(open_bundle(folder).load)
    assert "do not fit its description" in sentence
    assert "size mismatch" in sentence


@pytest.mark.parametrize(
    "architecture", [{"depth": [3]}, {"widths": 3}, {"widths": []}, {"widths": [0, 0]}, {"widths": ["a", "b"]}]
)
def test_an_architecture_that_is_none(folder, architecture):
    whole = NetworkConfig().as_json()
    change(folder, architecture=architecture if "depth" in architecture else whole | architecture)
    assert "do not fit its description" in one_sentence(open_bundle(folder).load)


def test_a_missing_tensor_is_named(folder):
    weights = load_file(folder / "weights.safetensors")
    del weights["network.reader.slots.bias"]
    save_file(weights, folder / "w")
    replace_file(folder, "weights.safetensors", (folder / "w").read_bytes())
    assert "slots.bias" in one_sentence(open_bundle(folder).load)


def test_a_tokenizer_with_more_words_than_the_encoder_is_refused(folder):
    words = {word: index for index, word in enumerate([*WORDS, "scapula"])}
    json_text = BertWordPieceTokenizer(words, lowercase=True)._tokenizer.to_str()
    replace_file(folder, "tokenizer/tokenizer.json", json_text.encode())
    sentence = one_sentence(open_bundle(folder).load)
    assert f"knows {len(WORDS) + 1} words, its text encoder {len(WORDS)}" in sentence


def test_a_tokenizer_that_is_none(folder):
    replace_file(folder, "tokenizer/tokenizer.json", b"{}")
    assert "tokenizer/tokenizer.json is not a tokenizer" in one_sentence(open_bundle(folder).load)
