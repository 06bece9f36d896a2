"""overlay.png: what a reader would see in it."""

from __future__ import annotations

import importlib.util
import itertools
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from matplotlib import font_manager
from matplotlib.colors import to_rgb
from matplotlib.image import imread
from PIL import Image

from BoneMetSegLib import figure_style
from BoneMetSegLib.count_window import upper_counts
from BoneMetSegLib.figure_labels import spread
from BoneMetSegLib.figure_outlines import OutlineTracer
from BoneMetSegLib.figures import compose_overlay, draw_overlay
from BoneMetSegLib.hot_spots import HotSpot, HotSpotInView
from BoneMetSegLib.scan import PlanarScan, PlanarView
from BoneMetSegLib.terminology import CLASS_APPEARANCE

RED = CLASS_APPEARANCE["metastasis"].rgb_fraction


def texts_of(axes):
    return {text.get_text(): text for text in axes.texts}


def all_words(figure):
    artists = [*figure.texts, *(text for axes in figure.axes for text in axes.texts)]
    artists += [text for legend in figure.legends for text in legend.get_texts()]
    return [artist.get_text() for artist in artists]


def curves(axes, colour, least_points=20):
    """Return the outlines of a colour in an axes: leaders have three points only."""
    lines = [line for line in axes.lines if np.allclose(to_rgb(line.get_color()), colour)]
    return [line for line in lines if len(line.get_xdata()) >= least_points]


def outlines(mask):
    return OutlineTracer().outlines(mask)


def area(polygon):
    x, y = polygon.T
    return abs(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1))) / 2


# ---- outlines ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(1, 1), (1, 4), (2, 2), (5, 3), (12, 20)], ids=str)
def test_an_outline_encloses_the_area_of_its_pixels(shape):
    mask = np.zeros((40, 40), bool)
    mask[7 : 7 + shape[0], 9 : 9 + shape[1]] = True
    (polygon,) = outlines(mask)
    assert area(polygon) == pytest.approx(mask.sum(), rel=0.06, abs=0.1)
    np.testing.assert_allclose(
        (polygon.min(axis=0) + polygon.max(axis=0)) / 2, [9 + (shape[1] - 1) / 2, 7 + (shape[0] - 1) / 2], atol=0.1
    )


def test_parts_apart_and_at_the_images_edge_are_outlined_each():
    mask = np.zeros((20, 20), bool)
    mask[0:3, 0:3] = mask[15:20, 16:20] = True
    first, second = sorted(outlines(mask), key=lambda polygon: polygon[:, 0].mean())
    assert first.mean(axis=0) == pytest.approx([1, 1], abs=0.3)
    assert second.mean(axis=0) == pytest.approx([17.5, 17], abs=0.3)
    assert outlines(np.zeros((5, 5), bool)) == []


# ---- labels --------------------------------------------------------------------------------------------------------


def test_labels_keep_their_distance_and_their_order():
    places = spread([10, 10.5, 11, 50], 4, 0, 100)
    np.testing.assert_allclose(places, [6.5, 10.5, 14.5, 50])
    assert np.diff(spread([99, 99, 99], 4, 0, 100)).min() == pytest.approx(4)
    assert spread([99, 99, 99], 4, 0, 100).max() <= 100
    assert np.ptp(spread(np.linspace(0, 10, 60), 4, 0, 100)) == pytest.approx(100), "too many: evenly in what there is"
    assert spread([], 4, 0, 100).size == 0


@pytest.fixture
def many_hot_spots(a_scan, rng):
    found = []
    for number in range(1, 31):
        row, column = rng.integers(20, 100), rng.integers(17, 42)
        views = {}
        for view in a_scan.views:
            mask = np.zeros(a_scan.views[view].counts.shape, bool)
            mask[row : row + 3, column : column + 3] = True
            views[view] = HotSpotInView(mask, 45.0, 9.0, 8.0, 2.0)
        kind = ("metastasis", "benign", "physiological")[number % 3]
        region = ("ribs", "left", "7") if kind != "physiological" else ("soft_tissue", "midline", "")
        found.append(HotSpot(f"H{number:02d}", kind, number % 4 > 0, *region, views, 0.9, 0.9))
    return found


def test_labels_cover_neither_each_other_nor_the_picture_nor_leave_the_page(a_scan, many_hot_spots):
    figure = compose_overlay(a_scan, many_hot_spots, model="planar 0.1.0")
    renderer = figure.canvas.get_renderer()
    for axes in figure.axes:
        boxes = {text: artist.get_window_extent(renderer) for text, artist in texts_of(axes).items()}
        for one, other in itertools.combinations(boxes, 2):
            assert not boxes[one].overlaps(boxes[other]), (one, other)
        body = [c for kind in CLASS_APPEARANCE.values() for c in curves(axes, kind.rgb_fraction)]
        spans = [axes.transData.transform(np.column_stack(line.get_data())) for line in body]
        assert len(spans) == 30
        for box, span in itertools.product(boxes.values(), spans):
            inside = (span > (box.x0, box.y0)).all(axis=1) & (span < (box.x1, box.y1)).all(axis=1)
            assert not inside.any()
        assert all(box.x0 > 0 and box.x1 < figure.bbox.width for box in boxes.values())


def test_long_names_between_the_views_do_not_run_into_each_other(a_scan):
    mask = np.zeros(a_scan.views["anterior"].counts.shape, bool)
    mask[50:53, 38:41] = True  # on the left, at the same height from behind
    seen = {
        "anterior": HotSpotInView(mask, 45.0, 9.0, 8.0, 2.0),
        "posterior": HotSpotInView(mask[:, ::-1].copy(), 45.0, 9.0, 8.0, 2.0),
    }
    spot = HotSpot("H01", "physiological", True, "soft_tissue", "left", "", seen, 0.9, 0.9)
    figure = compose_overlay(a_scan, [spot])
    anterior, posterior = figure.axes
    box = texts_of(anterior)["1  left soft tissue or urine"].get_window_extent()
    other = texts_of(posterior)["left soft tissue or urine  1"].get_window_extent()
    assert box.x1 < other.x0


def test_hot_spots_are_numbered_and_named(a_scan, some_hot_spots):
    figure = compose_overlay(a_scan, some_hot_spots)
    anterior, posterior = figure.axes
    assert {"1  left rib 7", "2  T9", "right femur  3"} <= set(texts_of(anterior))
    assert "left rib 7  1" in texts_of(posterior), "from behind the left is at the left"
    assert not [text for text in texts_of(posterior) if "femur" in text], "not seen there"


# ---- sides, scale, tone --------------------------------------------------------------------------------------------


def test_left_and_right_are_marked_where_they_are(a_scan, some_hot_spots):
    mirrored = replace(a_scan.views["posterior"], mirrored=True)
    for scan, view, right_first in (
        (a_scan, 0, True),
        (a_scan, 1, False),
        (PlanarScan({"posterior": mirrored}), 0, True),
    ):
        marks = texts_of(compose_overlay(scan, []).axes[view])
        assert (marks["R"].get_position()[0] < marks["L"].get_position()[0]) == right_first


def test_a_left_rib_is_drawn_beside_the_letter_l_in_both_views(a_scan, some_hot_spots):
    figure = compose_overlay(a_scan, some_hot_spots[:1])
    for axes in figure.axes:
        marks = texts_of(axes)
        (outline,) = curves(axes, RED)
        x = np.mean(outline.get_xdata())
        assert abs(x - marks["L"].get_position()[0]) < abs(x - marks["R"].get_position()[0])


def test_the_written_picture_shows_the_rib_on_that_side(a_scan, some_hot_spots, tmp_path):
    draw_overlay(a_scan, some_hot_spots[:1], tmp_path / "overlay.png", caption="1 lesion")
    picture = imread(tmp_path / "overlay.png")[..., :3]
    assert picture.shape[0] >= 2200
    red = (np.abs(picture - RED) < 0.05).all(axis=-1)
    columns = np.nonzero(red[: int(red.shape[0] * 0.9)])[1]  # without the legend
    middle = red.shape[1] / 2
    assert len(columns) > 200
    anterior, posterior = columns[columns < middle], columns[columns >= middle]
    assert (anterior > middle / 2).all()
    assert (posterior < middle * 1.5).all()


def test_millimetres_are_the_same_across_and_down(a_scan):
    mask = np.zeros((120, 60), bool)
    mask[40:60, 20:45] = True  # 20 x 2.5 mm by 25 x 2 mm: a square of 50 mm
    seen = {"anterior": HotSpotInView(mask, 2500.0, 9.0, 8.0, 2.0)}
    figure = compose_overlay(a_scan, [HotSpot("H01", "metastasis", True, "sternum", "midline", "", seen, 0.9, 0.9)])
    axes = figure.axes[0]
    (outline,) = curves(axes, RED)
    pixels = axes.transData.transform(np.column_stack(outline.get_data()))
    across, down = np.ptp(pixels, axis=0)
    assert across / down == pytest.approx(1, abs=0.01)
    (bar,) = [line for line in axes.lines if len(line.get_xdata()) == 2]
    length = np.ptp(axes.transData.transform(np.column_stack(bar.get_data()))[:, 0])
    label = next(text for text in texts_of(axes) if text.endswith((" cm", " mm")))
    mm = float(label.split()[0]) * (10 if label.endswith("cm") else 1)
    assert length / mm == pytest.approx(across / 50, rel=0.01)


def test_a_full_bladder_does_not_make_the_bones_pale(a_scan, some_hot_spots):
    bladder = some_hot_spots[3]
    view = a_scan.views["anterior"]
    before = upper_counts(view, [])
    hot = replace(view, counts=np.where(bladder.views["anterior"].mask, 5000, view.counts).astype(np.float32))
    assert upper_counts(hot, [bladder]) == pytest.approx(before, rel=0.1)
    assert upper_counts(hot, []) > 100, "it is the hot spot that tells the bladder from bone"


def test_an_empty_view_can_be_drawn(tmp_path):
    empty = PlanarScan({"anterior": PlanarView("anterior", np.zeros((64, 32), np.float32), (4.0, 4.0))})
    draw_overlay(empty, [], tmp_path / "empty.png")
    assert (tmp_path / "empty.png").stat().st_size > 5000


# ---- words ---------------------------------------------------------------------------------------------------------


def test_the_legend_counts_each_class(a_scan, some_hot_spots):
    words = all_words(compose_overlay(a_scan, some_hot_spots))
    assert {"metastasis (1)", "metastasis, not accepted (1)", "benign (1)", "physiological (1)"} <= set(words)
    assert "metastasis (0)" in all_words(compose_overlay(a_scan, []))


def test_accepted_metastases_stand_out_and_rejected_ones_are_dashed(a_scan, some_hot_spots):
    axes = compose_overlay(a_scan, some_hot_spots).axes[0]
    rejected, accepted = sorted(curves(axes, RED), key=lambda line: line.get_linewidth())
    assert accepted.get_linestyle() == "-"
    assert rejected.get_linestyle() == "--"
    (physiological,) = curves(axes, CLASS_APPEARANCE["physiological"].rgb_fraction)
    assert physiological.get_linewidth() < accepted.get_linewidth()


def test_caption_model_and_purpose_are_there_the_patient_is_not(a_scan, some_hot_spots, tmp_path):
    path = tmp_path / "overlay.png"
    draw_overlay(a_scan, some_hot_spots, path, caption="1 lesion", model="planar 0.1.0")
    words = " ".join(all_words(compose_overlay(a_scan, some_hot_spots, caption="1 lesion", model="planar 0.1.0")))
    assert "1 lesion" in words
    assert "Research use only · planar 0.1.0" in words
    assert not [secret for secret in ("ID-42", "Invented", "A77", "1.2.3.4") if secret in words]
    assert set(Image.open(path).info) == {"dpi"}, "no texts beside the pixels"


def test_a_long_caption_is_made_to_fit(a_scan):
    figure = compose_overlay(a_scan, [], caption="a burden " * 60)
    renderer = figure.canvas.get_renderer()
    assert all(text.get_window_extent(renderer).x1 <= figure.bbox.width for text in figure.texts)


@pytest.fixture
def a_chinese_font(monkeypatch):
    package = importlib.util.find_spec("pylopdf_fonts_zh_cn")
    if package is None or package.origin is None:
        pytest.skip("no Chinese font to test with (pylopdf-fonts-zh-cn)")
    monkeypatch.setattr(font_manager.fontManager, "ttflist", list(font_manager.fontManager.ttflist))
    font_manager.fontManager.addfont(Path(package.origin).parent / "NotoSansSC-Regular.otf")


def test_chinese_is_written_with_a_font_that_has_it(a_chinese_font, a_scan, some_hot_spots, tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # a missing glyph is a warning of matplotlib's
        draw_overlay(a_scan, some_hot_spots, tmp_path / "zh.png", lang="zh", caption="1 处病灶")
    words = all_words(compose_overlay(a_scan, some_hot_spots, lang="zh", caption="1 处病灶"))
    assert {"骨显像", "1 处病灶", "前位", "后位", "左", "右", "1  左侧第7肋"} <= set(words)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_without_a_chinese_font_there_are_english_words_and_no_boxes(
    monkeypatch, a_scan, some_hot_spots, tmp_path, lang
):
    monkeypatch.setattr(figure_style, "_CHINESE_FAMILIES", ())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        draw_overlay(a_scan, some_hot_spots, tmp_path / "en.png", lang=lang, title="骨显像", caption="1 处病灶")
    words = all_words(compose_overlay(a_scan, some_hot_spots, lang=lang, title="骨显像", caption="1 处病灶"))
    assert {"Bone scan", "Anterior", "L", "R", "1  left rib 7"} <= set(words)
    assert not [word for word in words if any(ord(letter) > 0x2E80 for letter in word)]


# ---- the real scan -------------------------------------------------------------------------------------------------


def test_the_real_whole_body_scan(tmp_path):
    import SimpleITK
    from pydicom.data import get_testdata_file

    image = SimpleITK.ReadImage(get_testdata_file("JPGExtended.dcm"))
    counts = SimpleITK.GetArrayFromImage(image)[0].astype(np.float32)
    view = PlanarView("anterior", counts, (2.26, 2.26))
    bladder = np.zeros(counts.shape, bool)
    bladder[405:451, 120:165] = counts[405:451, 120:165] > 100
    seen = {"anterior": HotSpotInView(bladder, 1.0, 264.0, 150.0, 9.0)}
    hot_spots = [HotSpot("H01", "physiological", True, "bladder", "midline", "", seen, 0.9, 0.9)]
    assert 60 < upper_counts(view, hot_spots) < 264 / 2, "bones dark, the bladder (264 counts) saturated"
    draw_overlay(PlanarScan({"anterior": view}), hot_spots, tmp_path / "overlay.png")
    picture = imread(tmp_path / "overlay.png")[..., :3]
    assert picture.shape[0] >= 2200
    assert picture.shape[0] > 1.5 * picture.shape[1]
    assert (picture[300:-400] > 0.98).mean() > 0.5, "air is white, though this file's air is not zero"
