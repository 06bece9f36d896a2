"""The bundled tokenizer: every character of GB2312, Latin letters and digits, and English word pieces."""

from __future__ import annotations

from collections.abc import Iterable

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

_SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]


def _gb2312_characters() -> list[str]:
    """Every character of GB2312: rows 1-9 symbols, 16-87 hanzi (GB 2312-80)."""
    characters = []
    for high in range(0xA1, 0xF8):
        for low in range(0xA1, 0xFF):
            try:
                characters.append(bytes((high, low)).decode("gb2312"))
            except UnicodeDecodeError:
                continue
    return characters


def build_tokenizer(english_texts: Iterable[str], word_pieces: int) -> Tokenizer:
    """Return a BERT word-piece tokenizer.

    Digits stand alone, so that "T12" and "第11肋" are read digit by digit, and any unknown English word falls into
    letters instead of [UNK].

    Parameters
    ----------
    english_texts : iterable of str
        Where English word pieces are learned.
    word_pieces : int
        How many of them, letters included.
    """
    ascii_characters = [chr(code) for code in range(33, 127) if not chr(code).isupper()]
    learner = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    learner.normalizer = normalizers.BertNormalizer(lowercase=True)
    learner.pre_tokenizer = _pre_tokenizer()
    letters = [f"##{character}" for character in ascii_characters if character.isalpha()]
    # The learner breaks ties by its inner numbers, and gives those of "##a" in the random order of a hash table unless
    # they are named beforehand; then the same texts give the same word pieces in every process.
    texts = list(english_texts)
    named = [f"##{character}" for character in sorted({c for text in texts for c in text.lower() if not c.isspace()})]
    trainer = trainers.WordPieceTrainer(
        vocab_size=word_pieces, initial_alphabet=ascii_characters, special_tokens=named, show_progress=False
    )
    learner.train_from_iterator(texts, trainer)
    learned = sorted(piece for piece in learner.get_vocab() if piece.isascii() and piece not in named)
    pieces = dict.fromkeys([*_SPECIAL, *ascii_characters, *letters, *learned, *_gb2312_characters()])
    tokenizer = Tokenizer(models.WordPiece({piece: index for index, piece in enumerate(pieces)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = _pre_tokenizer()
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.add_special_tokens(_SPECIAL)
    return tokenizer


def _pre_tokenizer() -> pre_tokenizers.PreTokenizer:
    return pre_tokenizers.Sequence([pre_tokenizers.BertPreTokenizer(), pre_tokenizers.Digits(individual_digits=True)])
