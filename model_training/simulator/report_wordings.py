"""The wordings that reports are written in, by language and use."""

from __future__ import annotations

from .report_wording import Wording
from .wording_en import ENGLISH
from .wording_en_held_back import ENGLISH_HELD_BACK
from .wording_zh import CHINESE
from .wording_zh_held_back import CHINESE_HELD_BACK

LANGUAGES = ("zh", "en")
WORDINGS: dict[tuple[str, str], Wording] = {
    ("zh", "training"): CHINESE,
    ("en", "training"): ENGLISH,
    ("zh", "held_back"): CHINESE_HELD_BACK,
    ("en", "held_back"): ENGLISH_HELD_BACK,
}
