"""``python -m model_training.realism``: the command ``realism`` by itself."""

from __future__ import annotations

import argparse
import sys

from BoneMetSegLib.errors import InputError

from .command import add_realism_arguments, run_realism


def main() -> int:
    """Run the command; 0 done, 2 input that cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m model_training.realism")
    add_realism_arguments(parser)
    try:
        run_realism(parser.parse_args())
    except InputError as error:
        sys.stderr.write(f"model_training: {error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
