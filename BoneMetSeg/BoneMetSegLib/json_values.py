"""Values as JSON can hold them (floor 1)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np


def without_nan(value: Any) -> Any:
    """Return JSON-ready values: NaN and infinity become None, tuples lists, numpy numbers plain ones."""
    if isinstance(value, Mapping):
        return {str(key): without_nan(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [without_nan(entry) for entry in value]
    if isinstance(value, np.generic):
        return without_nan(value.item())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
