"""Two processes on one machine train one network, as torchrun starts them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
import torch.distributed

ROOT = Path(__file__).parents[2]
TWO = """
import sys
from pathlib import Path
from Testing.training.training_fixtures import tiny_configuration, tiny_reader, tiny_samples
from model_training.training.fit import fit
from model_training.training.processes import joined
configuration = tiny_configuration(batch_size=2, max_steps=4)
with joined("cpu"):
    fit(Path(sys.argv[1]), configuration, tiny_samples(configuration, range(6)),
        tiny_samples(configuration, range(6, 10), augmented=False), tiny_reader())
"""


@pytest.mark.slow
@pytest.mark.skipif(not torch.distributed.is_gloo_available(), reason="this build of PyTorch has no gloo")
def test_two_processes_see_different_samples_and_end_with_one_network(tmp_path):
    (tmp_path / "two.py").write_text(TWO)
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join([str(ROOT / "BoneMetSeg"), str(ROOT)]),
        "OMP_NUM_THREADS": "1",
    }
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    done = subprocess.run(
        [*command, str(tmp_path / "two.py"), str(tmp_path / "run")],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    entries = [json.loads(line) for line in (tmp_path / "run" / "log.jsonl").read_text().splitlines()]
    assert [entry["step"] for entry in entries] == [2, 3, 4, 4]  # one process writes
    assert "dice/image/metastasis" in entries[-1]["scores"]
    kept = torch.load(tmp_path / "run" / "last.ckpt", map_location="cpu", weights_only=False)
    assert kept["global_step"] == 4
    assert (tmp_path / "run" / "network.safetensors").is_file()
