"""``python -m model_training.peers.nnunet export | import``."""

from __future__ import annotations

import argparse
import json
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from BoneMetSegLib.errors import InputError
from model_training.configuration import read_configuration

_STEPS = """\
In an environment of its own (Python 3.11; pip install torch torchvision nnunetv2), with RAW, PRE and RES folders:

  python -m model_training.peers.nnunet export --data DATA --out RAW/Dataset501_BoneScan
  export nnUNet_raw=RAW nnUNet_preprocessed=PRE nnUNet_results=RES nnUNet_extTrainer=model_training/peers/nnunet/trainer
  nnUNetv2_plan_and_preprocess -d 501 -c 2d --verify_dataset_integrity
  cp RAW/Dataset501_BoneScan/splits_final.json PRE/Dataset501_BoneScan/
  nnUNetv2_train 501 2d 0                                      its own recipe: 1000 epochs of 250 iterations, or
  BONEMETSEG_EPOCHS=30 BONEMETSEG_ITERATIONS=50 nnUNetv2_train 501 2d 0 -tr nnUNetTrainerCounted   (-device cpu)
  nnUNetv2_predict -d 501 -c 2d -f 0 -i RAW/Dataset501_BoneScan/imagesTs -o PREDICTED [-tr nnUNetTrainerCounted]
  python -m model_training.peers.nnunet import --data DATA --predictions PREDICTED --out SCORES.json

On a CPU also: nnUNet_compile=f nnUNet_n_proc_DA=1 nnUNet_def_n_proc=2. The validation curve is progress.png and the log
beside the weights; a shortened run beats nobody and is beaten by nobody.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; 0 done, 2 input that cannot be used."""
    parser = argparse.ArgumentParser(
        prog="python -m model_training.peers.nnunet", description="nnU-Net v2 as a peer.", epilog=_STEPS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    export = commands.add_parser("export", help="write our cases as an nnU-Net data set")
    export.add_argument("--out", type=Path, required=True, metavar="DIR", help="nnUNet_raw/DatasetNNN_Name")
    scores = commands.add_parser("import", help="score nnU-Net's predictions on our cases")
    scores.add_argument("--predictions", type=Path, required=True, metavar="DIR", help="what nnUNetv2_predict wrote")
    scores.add_argument("--split", choices=("validation", "test"), default="test", help="default: test")
    scores.add_argument("--out", type=Path, required=True, metavar="JSON")
    for command in (export, scores):
        command.add_argument("--data", type=Path, required=True, metavar="DIR", help="cases made by simulate")
        command.add_argument("--config", type=Path, metavar="YAML", help="for its grid; as for train")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    try:
        configuration = read_configuration(options.config)
        if options.command == "export":
            from .dataset_export import export_dataset

            counts = export_dataset(options.data, options.out, configuration)
            print(f"{options.out}: {counts['training']} cases to train on, {counts['test']} to predict (one a view)")
        else:
            from .prediction_import import score_predictions

            found = score_predictions(options.data, options.predictions, options.split, configuration)
            options.out.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
            print(json.dumps({key: value for key, value in found.items() if key != "per_patient"}, indent=2))
    except InputError as error:
        print(f"nnunet: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("nnunet: stopped", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
