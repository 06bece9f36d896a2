"""maps.npz: all that measuring needs, in an ordinary small file."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from BoneMetSegLib.errors import InputError
from BoneMetSegLib.maps_file import read_maps, write_maps
from BoneMetSegLib.scan import PlanarScan, PlanarView
from BoneMetSegLib.segmentation import BONE_PROBABILITY, Segmentation, ViewMaps
from Testing.library.synthetic_case import L3, LEFT_FEMUR, painted


@pytest.fixture
def file(tmp_path):
    scan, segmentation = painted([LEFT_FEMUR, L3], with_report=True, mirrored=True)
    write_maps(tmp_path / "maps.npz", scan, segmentation)
    return tmp_path / "maps.npz", scan, segmentation


def test_numpy_alone_opens_it(file):
    path, scan, _ = file
    with np.load(path, allow_pickle=False) as arrays:
        kinds = {name: (arrays[name].dtype.name, arrays[name].shape) for name in arrays}
        np.testing.assert_array_equal(arrays["posterior_counts"], scan.views["posterior"].counts)
    of_view = {name.removeprefix("anterior_"): kind for name, kind in kinds.items() if name.startswith("anterior")}
    assert of_view == {
        "counts": ("float32", (400, 120)),
        "pixel_size_mm": ("float64", (2,)),
        "mirrored": ("bool", ()),
        "image_only": ("float16", (4, 400, 120)),
        "with_report": ("float16", (4, 400, 120)),
        "skeleton": ("uint8", (29, 400, 15)),
        "spine_level": ("float16", (400, 120)),
        "rib_level": ("float16", (400, 120)),
    }
    assert len(kinds) == 16


def test_what_is_read_is_what_was_written(file):
    path, scan, segmentation = file
    back_scan, back = read_maps(path)
    for name, view in scan.views.items():
        np.testing.assert_array_equal(back_scan.views[name].counts, view.counts)
        assert back_scan.views[name].pixel_size_mm == view.pixel_size_mm
        assert back_scan.views[name].mirrored == view.mirrored
        before, after = segmentation.views[name], back.views[name]
        np.testing.assert_allclose(after.image_only, before.image_only, atol=1e-3)
        np.testing.assert_allclose(after.with_report, before.with_report, atol=1e-3)
        np.testing.assert_array_equal(after.skeleton, before.skeleton > BONE_PROBABILITY)
        spine = before.skeleton[2] > BONE_PROBABILITY
        np.testing.assert_allclose(after.spine_level[spine], before.spine_level[spine], atol=0.01)


def test_writing_again_what_was_read_gives_the_same_bytes(file, tmp_path):
    path, _, _ = file
    write_maps(tmp_path / "again.npz", *read_maps(path))
    assert (tmp_path / "again.npz").read_bytes() == path.read_bytes()


def test_one_view_and_no_report_are_read_back(tmp_path):
    write_maps(tmp_path / "maps.npz", *painted([LEFT_FEMUR], views=("posterior",)))
    scan, segmentation = read_maps(tmp_path / "maps.npz")
    assert list(scan.views) == ["posterior"]
    assert segmentation.views["posterior"].with_report is None


def test_a_whole_body_case_with_report_stays_below_6_mb(tmp_path, rng):
    """1024 x 256 pixels in two views, with maps as noisy as a network's."""
    shape = (1024, 256)

    def smooth(channels, spread):
        noise = rng.normal(size=(channels, *shape)).astype(np.float32)
        return spread * 8 * ndimage.gaussian_filter(noise, (0, 4, 4))

    def classes():
        logits = smooth(4, 1.5)
        logits[0] += 6
        return (np.exp(logits) / np.exp(logits).sum(0)).astype(np.float32)

    views, maps = {}, {}
    for name in ("anterior", "posterior"):
        counts = rng.poisson(5 * np.exp(smooth(1, 0.3)[0])).astype(np.float32)
        views[name] = PlanarView(name, counts, (2.2, 2.2))
        skeleton = (smooth(29, 1) > 1).astype(np.float32)
        levels = np.linspace(0, 24, shape[0], dtype=np.float32)[:, None] + smooth(1, 0.05)[0]
        maps[name] = ViewMaps(classes(), classes(), skeleton, levels, levels / 2)
    write_maps(tmp_path / "maps.npz", PlanarScan(views), Segmentation(maps))
    assert (tmp_path / "maps.npz").stat().st_size < 6e6


@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: path.unlink(),
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(b"PK\x03\x04 no archive"),
        lambda path: path.write_bytes(path.read_bytes()[:-50]),
        lambda path: path.write_bytes(path.read_bytes()[:300] + b"\xff" * 400 + path.read_bytes()[700:]),
        lambda path: np.savez(path, anterior_counts=np.zeros((3, 3))),
        lambda path: np.savez(path, anterior_counts=np.zeros(3), anterior_pixel_size_mm=np.ones(1)),
        lambda path: np.savez(path, something=np.zeros(3)),
        lambda path: np.savez(path, anterior_counts=np.array([{}], dtype=object)),
        lambda path: np.save(path.open("wb"), np.zeros(3)),
    ],
    ids=["missing", "empty", "no archive", "cut", "overwritten", "incomplete", "odd", "foreign", "pickled", "npy"],
)
def test_a_file_that_cannot_be_used_is_refused(file, spoil):
    path, _, _ = file
    spoil(path)
    with pytest.raises(InputError, match=r"maps\.npz (is missing or damaged|holds no view); segment the scan again"):
        read_maps(path)
