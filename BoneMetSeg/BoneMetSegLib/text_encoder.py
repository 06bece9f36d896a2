"""The text path's encoder: any Hugging Face BERT folder, fed clause by clause and never truncated (floor 3).

A folder holds ``config.json`` and ``model.safetensors`` (``BertModel``), and ``tokenizer.json`` or ``vocab.txt``; that
is how MacBERT is distributed and how the bundled small encoder is saved.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import nn

from .errors import InputError
from .report import Report, normalise

if TYPE_CHECKING:
    from tokenizers import Tokenizer
    from transformers import BertModel

# The section a clause stands in changes what it means ("bone metastases" under history is not a finding), so it is
# said in front of the clause, in words that any Chinese or English BERT has in its vocabulary.
SECTION_WORDS = {
    "zh": {
        "impression": "诊断:",
        "findings": "所见:",
        "clinical": "病史:",
        "technique": "检查:",
        "comparison": "对比:",
        "": "",
    },
    "en": {
        "impression": "impression: ",
        "findings": "findings: ",
        "clinical": "history: ",
        "technique": "technique: ",
        "comparison": "prior: ",
        "": "",
    },
}
WINDOW_OVERLAP_TOKENS = 24
_LEAST_TOKENS = 64  # of a window: the section word, the overlap, and something new


@dataclass(frozen=True)
class ReportTokens:
    """A report as windows of token ids; one clause is one window, or several overlapping ones when it is long.

    Attributes
    ----------
    ids : numpy-like list of lists
        Token ids of each window, with [CLS] and [SEP].
    spans : list of lists
        For each token its character span in the report's text; None for [CLS], [SEP], section words and tokens that an
        earlier window has already read.
    clauses : list of int
        Index of each window's clause in ``Report.clauses``.
    """

    ids: list[list[int]]
    spans: list[list[tuple[int, int] | None]]
    clauses: list[int]

    def readable(self) -> torch.Tensor:
        """Return which tokens are to be read, those with a span: ``(windows, longest)`` bool, as ``pad`` lays them."""
        longest = max(map(len, self.spans), default=0)
        mask = torch.zeros(len(self.spans), longest, dtype=torch.bool)
        for row, spans in enumerate(self.spans):
            mask[row, : len(spans)] = torch.tensor([span is not None for span in spans])
        return mask


class ReportTokenizer:
    """Turns a report into windows of token ids with character spans."""

    def __init__(self, tokenizer: Tokenizer, max_tokens: int = 512) -> None:
        if max_tokens < _LEAST_TOKENS:
            raise InputError(f"a text encoder of {max_tokens} positions is too short; it needs {_LEAST_TOKENS} or more")
        self._tokenizer = tokenizer
        self._max_tokens = max_tokens
        found = {name: tokenizer.token_to_id(name) for name in ("[PAD]", "[CLS]", "[SEP]", "[UNK]")}
        missing = [name for name, value in found.items() if value is None]
        if missing:
            raise InputError(f"the tokenizer lacks the special tokens {', '.join(missing)}; a BERT tokenizer is needed")
        ids = {name: int(value) for name, value in found.items() if value is not None}
        self.pad_id, self.unknown_id = ids["[PAD]"], ids["[UNK]"]
        self.start_id, self.end_id = ids["[CLS]"], ids["[SEP]"]

    @property
    def word_count(self) -> int:
        """Number of token ids; an encoder needs an embedding for each."""
        return int(self._tokenizer.get_vocab_size())

    def encode(self, text: str) -> list[int]:
        """Return the token ids of a text, without [CLS] and [SEP]."""
        return self._encode(text)[0]

    def to_json(self) -> str:
        """Return the tokenizer as ``tokenizer.json`` holds it."""
        return str(self._tokenizer.to_str())

    @classmethod
    def from_folder(cls, folder: Path, max_tokens: int = 512) -> ReportTokenizer:
        """Load ``tokenizer.json`` or, as older BERT folders have it, ``vocab.txt``.

        Raises
        ------
        InputError
            The folder has neither, or the file cannot be read.
        """
        from tokenizers import BertWordPieceTokenizer, Tokenizer

        file = next((folder / name for name in ("tokenizer.json", "vocab.txt") if (folder / name).is_file()), None)
        if file is None:
            raise InputError(f"{folder.name} holds neither tokenizer.json nor vocab.txt; it is not a BERT folder")
        try:
            if file.name == "vocab.txt":
                # The implementation's own tokenizer, so that both ways give the same class of object.
                tokenizer = BertWordPieceTokenizer(str(file), lowercase=_lowercase(folder))._tokenizer
            else:
                tokenizer = Tokenizer.from_file(str(file))
        except Exception as error:  # the tokenizers library raises bare Exception
            raise InputError(f"{folder.name}/{file.name} is not a tokenizer that can be read ({error})") from error
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return cls(tokenizer, max_tokens)

    def __call__(self, report: Report) -> ReportTokens:
        """Tokenize every clause that may tell a finding, to its end; a report of headings alone gives no window."""
        words = SECTION_WORDS[report.language]
        prefixes = {section: self._encode(word)[0] for section, word in words.items()}
        result = ReportTokens([], [], [])
        for index, clause in enumerate(report.clauses):
            if not report.tells(clause):
                continue
            prefix = prefixes.get(clause.section, [])
            ids, offsets = self._encode(report.clause_text(clause))
            room = self._max_tokens - 2 - len(prefix)
            start = 0
            while start < max(len(ids), 1):
                window = slice(start, start + room)
                first_new = WINDOW_OVERLAP_TOKENS if start else 0
                spans = [
                    None if position < first_new else (clause.start + a, clause.start + b)
                    for position, (a, b) in enumerate(offsets[window])
                ]
                result.ids.append([self.start_id, *prefix, *ids[window], self.end_id])
                result.spans.append([None, *(None for _ in prefix), *spans, None])
                result.clauses.append(index)
                if start + room >= len(ids):
                    break
                start += room - WINDOW_OVERLAP_TOKENS
        return result

    def _encode(self, text: str) -> tuple[list[int], list[tuple[int, int]]]:
        encoding = self._tokenizer.encode(normalise(text), add_special_tokens=False)
        return encoding.ids, encoding.offsets

    def pad(self, windows: Sequence[Sequence[int]]) -> tuple[torch.Tensor, torch.Tensor]:
        """Return ids and attention mask, each ``(windows, longest)`` int64."""
        longest = max(map(len, windows), default=0)
        ids = torch.full((len(windows), longest), self.pad_id, dtype=torch.int64)
        mask = torch.zeros_like(ids)
        for row, window in enumerate(windows):
            ids[row, : len(window)] = torch.as_tensor(window)
            mask[row, : len(window)] = 1
        return ids, mask


def _lowercase(folder: Path) -> bool:
    """Whether a folder's words are lower case; older folders say it in ``tokenizer_config.json``, if at all."""
    try:
        settings = json.loads((folder / "tokenizer_config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return True
    return bool(settings.get("do_lower_case", True)) if isinstance(settings, dict) else True


class TextEncoder(nn.Module):
    """A BERT that gives each token of each window a vector.

    Parameters
    ----------
    bert : transformers.BertModel
    window_batch : int
        Windows encoded at once; bounds memory for a large encoder on a long report.
    """

    def __init__(self, bert: BertModel, window_batch: int = 32) -> None:
        super().__init__()
        self.bert = bert
        self.width: int = bert.config.hidden_size
        self.max_tokens: int = bert.config.max_position_embeddings
        self.word_count: int = bert.config.vocab_size
        self._window_batch = window_batch

    @classmethod
    def from_folder(cls, folder: Path, *, weights: bool = True) -> TextEncoder:
        """Load a Hugging Face BERT folder; with ``weights=False`` only its architecture.

        Raises
        ------
        InputError
            No ``config.json``, another architecture, or unreadable or pickled weights.
        """
        from safetensors import SafetensorError
        from transformers import BertConfig, BertModel

        config_file = folder / "config.json"
        try:
            config = json.loads(config_file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise InputError(f"{folder.name} holds no readable config.json; it is not a BERT folder") from error
        if config.get("model_type") != "bert":
            raise InputError(f"{folder.name} holds a {config.get('model_type')!r} model; a BERT folder is needed")
        if not weights:
            return cls(BertModel(BertConfig.from_dict(config), add_pooling_layer=False))
        if not any(folder.glob("*.safetensors")):
            raise InputError(f"{folder.name} holds no .safetensors weights; convert pickled weights first")
        try:
            bert, loaded = BertModel.from_pretrained(
                folder, add_pooling_layer=False, use_safetensors=True, local_files_only=True, output_loading_info=True
            )
        except (OSError, ValueError, RuntimeError, SafetensorError) as error:
            reason = str(error).splitlines()[0]
            raise InputError(f"the weights in {folder.name} cannot be loaded ({reason})") from error
        if missing := sorted(loaded["missing_keys"]):  # transformers would leave these at random
            raise InputError(
                f"the weights in {folder.name} lack {missing[0]} and {len(missing) - 1} more of its config"
            )
        return cls(bert.float())

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Return hidden states ``(windows, tokens, width)`` of ids and mask ``(windows, tokens)``.

        Clauses differ much in length, so windows of like length go together and little padding is computed.
        """
        lengths = mask.sum(1)
        hidden = torch.zeros(*ids.shape, self.width, device=ids.device)
        if not len(ids):
            return hidden
        for rows in lengths.argsort().split(self._window_batch):
            longest = int(lengths[rows].max())
            part = self.bert(input_ids=ids[rows, :longest], attention_mask=mask[rows, :longest]).last_hidden_state
            hidden[rows, :longest] = part
        return hidden
