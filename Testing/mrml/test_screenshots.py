"""The command that draws the reading layouts into pictures."""

from __future__ import annotations

import numpy as np
import pytest

from Testing.mrml.test_display import offscreen  # noqa: F401 (a fixture)

pytest.importorskip("slicer", reason="slicer-core is not installed")


def test_every_picture_is_written_and_shows_something(offscreen, tmp_path):  # noqa: F811
    from matplotlib.image import imread

    from Testing.screenshots.views import main

    pictures = main(tmp_path)
    assert [path.name for path in pictures] == [
        "views_planar.png",
        "views_planar_saturated.png",
        "views_planar_hot_spot.png",
        "views_spect.png",
        "views_spect_saturated.png",
    ]
    assert all(np.ptp(imread(path)[..., :3]) == 1 for path in pictures)
    assert len({path.read_bytes() for path in pictures}) == len(pictures)
