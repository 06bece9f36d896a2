"""Where the shipped data files are: beside the library in Slicer and a checkout, inside it in a wheel (floor 1)."""

from __future__ import annotations

from pathlib import Path

_LIBRARY = Path(__file__).resolve().parent


def resource_path(*parts: str) -> Path:
    """Return the path of a shipped resource.

    Parameters
    ----------
    *parts : str
        Path below ``Resources``, for example ``"Models", "planar"``.

    Raises
    ------
    FileNotFoundError
        The installation lacks the resource.
    """
    for root in (_LIBRARY.parent / "Resources", _LIBRARY / "Resources"):
        candidate = root.joinpath(*parts)
        if candidate.exists():
            return candidate
    raise FileNotFoundError(f"the installation of BoneMetSeg lacks its resource {'/'.join(parts)}")
