"""OUT read back is what was written; what is damaged is refused in a sentence."""

from __future__ import annotations

import contextlib
import json
from dataclasses import asdict, replace

import numpy as np
import pytest

from BoneMetSegLib.case_folder import (
    read_case,
    same_scan,
)
from BoneMetSegLib.errors import InputError
from BoneMetSegLib.hot_spots import find_hot_spots
from Testing.library.case_folder.case_on_disk import assert_same_hot_spots, contents, write
from Testing.library.synthetic_case import (
    L3,
    LEFT_FEMUR,
    Focus,
    a_case,
)


def test_what_is_read_is_what_was_written(case, out):
    back = read_case(out)
    assert_same_hot_spots(back, case)
    assert back.report == case.report
    assert back.segmentation.mentions == case.segmentation.mentions
    assert (back.burden, back.concordance) == (case.burden, case.concordance)
    assert back.quality == case.quality
    assert asdict(back.scan.identity) == asdict(case.scan.identity)
    assert back.scan.acquisition_date == "20240501"
    assert tuple(back.notes) == tuple(case.notes)
    for name, view in case.scan.views.items():
        assert repr(back.scan.views[name]) == repr(view)
        assert back.scan.views[name].sop_instance_uid == view.sop_instance_uid


@pytest.mark.parametrize("options", [{"views": ("anterior",)}, {"views": ("posterior",)}, {"mirrored": True}], ids=str)
def test_one_view_and_a_mirrored_view_are_read_back(tmp_path, options):
    case = a_case([LEFT_FEMUR, Focus(50, rib_height())], **options)
    write(tmp_path / "OUT", case)
    back = read_case(tmp_path / "OUT")
    assert_same_hot_spots(back, case)
    assert {spot.region: spot.side for spot in back.hot_spots} == {"femur": "left", "ribs": "right"}


def rib_height():
    return 505.0


def test_measuring_twice_gives_the_same_bytes(out, rng):
    """With real probabilities, which maps.npz keeps in half precision."""
    noisy = a_case([LEFT_FEMUR, L3])
    for maps in noisy.segmentation.views.values():
        thighs = maps.image_only[:, 190:250]
        thighs[0] = np.clip(rng.normal(0.55, 0.05, thighs[0].shape), 0, 1)
        thighs[1] = 1 - thighs[0]
        thighs[2:] = 0
    for view in noisy.scan.views.values():
        view.counts[:] = rng.poisson(view.counts)
    noisy = replace(noisy, hot_spots=find_hot_spots(noisy.scan, noisy.segmentation))
    assert len(noisy.hot_spots) > 10
    write(out, noisy)
    assert_same_hot_spots(read_case(out), noisy)
    first = contents(out)
    write(out, read_case(out))
    second = contents(out)
    for name in ("anterior.seg.nrrd", "posterior.seg.nrrd", "hot_spots.csv", "maps.npz"):
        assert second[name] == first[name]


def test_nobody_is_named_as_editor_when_nothing_was_edited(out):
    assert {spot.edited_by for spot in read_case(out, "Dr. Li").hot_spots} == {""}


def test_a_scan_is_recognised_by_its_pixels_sides_and_pixel_size(case, out):
    back = read_case(out)
    assert same_scan(back, case.scan)
    other = dict(case.scan.views)
    for change in ({"counts": other["posterior"].counts + 1}, {"mirrored": True}, {"pixel_size_mm": (5.0, 5.0)}):
        other = {**case.scan.views, "posterior": replace(case.scan.views["posterior"], **change)}
        assert not same_scan(back, replace(case.scan, views=other))
    assert not same_scan(back, replace(case.scan, views={"anterior": case.scan.views["anterior"]}))


def test_a_folder_that_is_no_case_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"holds no result\.json"):
        read_case(tmp_path)


@pytest.mark.parametrize("name", ["hot_spots.csv", "maps.npz", "anterior.seg.nrrd"])
def test_a_missing_file_is_named(out, name):
    (out / name).unlink()
    with pytest.raises(InputError, match=name):
        read_case(out)


@pytest.mark.parametrize("key", ["scan", "report", "hot_spots", "model", "notes", "update"])
def test_a_result_damaged_by_hand_is_no_bug_of_ours(out, key):
    document = json.loads((out / "result.json").read_text(encoding="utf-8"))
    for value in (None, 3, {}, [{}]):
        (out / "result.json").write_text(json.dumps({**document, key: value}), encoding="utf-8")
        with contextlib.suppress(InputError):
            read_case(out)


@pytest.mark.parametrize("key", ["scan", "report", "hot_spots", "model", "deidentified"])
def test_a_result_that_lacks_a_part_is_refused(out, key):
    document = json.loads((out / "result.json").read_text(encoding="utf-8"))
    del document[key]
    (out / "result.json").write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(InputError, match=r"result\.json of .* is damaged"):
        read_case(out)


def test_a_result_cut_short_is_refused(out):
    text = (out / "result.json").read_text(encoding="utf-8")
    (out / "result.json").write_text(text[:-100], encoding="utf-8")
    with pytest.raises(InputError, match=r"result\.json of .* is damaged"):
        read_case(out)
