"""Token states of reports from a frozen text encoder, kept on disk where a run is given a cache.

One safetensors file a report, named by the SHA-256 of the encoder's weights, the tokenizer and the text; so another
encoder, or a report changed by a letter, finds nothing and is read anew. A file that is damaged is made again.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save

from BoneMetSegLib.report import parse_report
from BoneMetSegLib.text_encoder import ReportTokenizer, TextEncoder

_FORMAT = b"token states 2"  # another number here forgets all that is kept


def token_states(text: str, encoder: TextEncoder, tokenizer: ReportTokenizer) -> torch.Tensor:
    """Return the hidden states of a report's readable tokens, ``(tokens, width)`` float16, in the order of the text.

    No [CLS], [SEP], section words, nor what an overlapping window reads twice. ``ReportReader`` takes them as
    ``hidden = states[None].float()`` with a mask that is all true. A report without a clause has no token. Each report
    is read by itself, as rounding would differ with the reports beside it.
    """
    tokens = tokenizer(parse_report(text))
    ids, attention = tokenizer.pad(tokens.ids)
    device = next(encoder.parameters()).device
    was_training = encoder.training
    encoder.eval()
    with torch.inference_mode():
        hidden = encoder(ids.to(device), attention.to(device)).half().cpu()
    encoder.train(was_training)
    return hidden[tokens.readable()].clone()


class ReportStatesCache:
    """Gives the states of a report's readable tokens, from disk where they are known.

    Parameters
    ----------
    folder : Path
        Made when the first report is kept; may be shared by processes and by encoders.
    encoder : TextEncoder
        Frozen: its weights must not change while the cache lives.
    tokenizer : ReportTokenizer

    Attributes
    ----------
    made : int
        Reports that were encoded, not found.
    """

    def __init__(self, folder: Path, encoder: TextEncoder, tokenizer: ReportTokenizer) -> None:
        self._folder, self._encoder, self._tokenizer = folder, encoder, tokenizer
        self._of_encoder = encoder_sha256(encoder, tokenizer)
        self.made = 0

    def states_of(self, texts: Sequence[str]) -> list[torch.Tensor]:
        """Return, for each text, its token states ``(tokens, width)`` float16 in the order of the text.

        They are those of ``token_states``.
        """
        found: dict[Path, torch.Tensor] = {}
        result = []
        for text in texts:
            file = self._file(text)
            if file not in found:
                kept = self._read(file)
                found[file] = self._made(text, file) if kept is None else kept
            result.append(found[file])
        return result

    def _made(self, text: str, file: Path) -> torch.Tensor:
        """Read one report and keep its states."""
        states = token_states(text, self._encoder, self._tokenizer)
        self.made += 1
        self._write(file, states)
        return states

    def _file(self, text: str) -> Path:
        name = hashlib.sha256(_FORMAT + self._of_encoder.encode() + text.encode("utf-8", "surrogatepass")).hexdigest()
        return self._folder / name[:2] / f"{name[2:]}.safetensors"

    def _read(self, file: Path) -> torch.Tensor | None:
        try:
            states = load(file.read_bytes())["states"]
        except (OSError, SafetensorError, KeyError):
            return None
        right = states.dtype == torch.float16 and states.ndim == 2 and states.shape[1] == self._encoder.width
        return states if right and bool(states.isfinite().all()) else None

    def _write(self, file: Path, states: torch.Tensor) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        # Two processes may make one report at once: each writes a file of its own and the later one stays.
        beside = file.with_name(f"{file.name}.{os.getpid()}.tmp")
        beside.write_bytes(save({"states": states.contiguous()}))
        beside.replace(file)


def encoder_sha256(encoder: TextEncoder, tokenizer: ReportTokenizer) -> str:
    """Return the SHA-256 of an encoder's configuration and weights and of its tokenizer, in hexadecimal."""
    digest = hashlib.sha256(tokenizer.to_json().encode())
    digest.update(str((encoder.width, encoder.max_tokens, encoder.bert.config.num_attention_heads)).encode())
    for name, value in sorted(encoder.state_dict().items()):
        digest.update(name.encode())
        digest.update(str((value.dtype, tuple(value.shape))).encode())
        digest.update(value.detach().cpu().contiguous().flatten().view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()
