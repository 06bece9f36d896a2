"""OUT on disk: written whole or not at all, read back with the reader's edits, silent about identity when asked."""

from __future__ import annotations

import contextlib
import csv
import importlib.util
import io
import json
import zipfile
from dataclasses import asdict, replace

import numpy as np
import pytest

from BoneMetSegLib import case_folder
from BoneMetSegLib.case_folder import (
    CASE_FILES,
    check_destination,
    read_case,
    same_scan,
    whole_folder,
    write_case,
)
from BoneMetSegLib.errors import InputError
from BoneMetSegLib.hot_spot_csv import CSV_COLUMNS
from BoneMetSegLib.hot_spots import find_hot_spots
from BoneMetSegLib.scan import VIEWS
from BoneMetSegLib.seg_nrrd import Segment, read_segments, write_segments
from Testing.library.synthetic_case import (
    BLADDER,
    L3,
    LEFT_FEMUR,
    LEFT_RIB_7_BACK,
    REPORT_TEXT,
    Focus,
    a_case,
    a_report,
)

FOCI = (LEFT_FEMUR, LEFT_RIB_7_BACK, L3, BLADDER)  # H03, H01, H02, H04
needs_slicer = pytest.mark.skipif(importlib.util.find_spec("slicer") is None, reason="slicer-core is not installed")


def write(out, case, *, scene=False):
    with whole_folder(out) as folder:
        write_case(folder, case, scene=scene)


@pytest.fixture(autouse=True)
def _without_pictures(request, monkeypatch):
    """The picture is tested elsewhere and takes a second."""
    if "picture" not in request.fixturenames:
        monkeypatch.setattr("BoneMetSegLib.figures.draw_overlay", lambda *_, **__: None)


@pytest.fixture
def picture():
    """Ask for this to have overlay.png drawn."""


@pytest.fixture
def case():
    report, mentions = a_report()
    return a_case(FOCI, report=report, mentions=mentions)


@pytest.fixture
def out(tmp_path, case):
    write(tmp_path / "OUT", case)
    return tmp_path / "OUT"


def spot_of(case, spot_id):
    return next(spot for spot in case.hot_spots if spot.id == spot_id)


def edit_row(out, spot_id, **values):
    """Edit the table as a reader does."""
    path = out / "hot_spots.csv"
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    for row in rows:
        if row["id"] == spot_id:
            row.update({"class" if key == "class_" else key: value for key, value in values.items()})
    save_rows(path, rows)


def save_rows(path, rows, *, encoding="utf-8-sig", line_end="\n", columns=CSV_COLUMNS, separator=","):
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, columns, lineterminator=line_end, delimiter=separator)
    writer.writeheader()
    writer.writerows(rows)
    path.write_bytes(stream.getvalue().encode(encoding))


def rows_of(out):
    with (out / "hot_spots.csv").open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def contents(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def edit_segments(case, out, view, change):
    path = out / f"{view}.seg.nrrd"
    planar = case.scan.views[view]
    write_segments(path, planar, change(read_segments(path, planar)))


def drawn_segment(case, focus, view, segment_id="Segment_1", tags=None):
    return Segment(segment_id, "drawn", (0, 1, 0), focus.mask(case.scan.views[view]), tags or {})


# ---- where it may be written ----------------------------------------------------------------------------------------


def test_a_new_and_an_empty_folder_are_accepted(tmp_path):
    check_destination(tmp_path / "new")
    check_destination(tmp_path)


def test_a_folder_that_only_looks_empty_is_accepted(tmp_path):
    (tmp_path / ".DS_Store").touch()
    check_destination(tmp_path)


def test_a_folder_that_holds_something_is_refused(tmp_path):
    (tmp_path / "thesis.txt").touch()
    with pytest.raises(InputError, match="is not empty; give --overwrite"):
        check_destination(tmp_path)


def test_overwrite_replaces_only_a_case(tmp_path, out):
    check_destination(out, overwrite=True)
    (tmp_path / "thesis.txt").touch()
    with pytest.raises(InputError, match="holds files but no earlier case"):
        check_destination(tmp_path, overwrite=True)


@pytest.mark.parametrize("content", ["{}", "[1]", "no json", '{"software": {"name": "Another program"}}'])
def test_a_result_of_another_program_is_no_case(tmp_path, content):
    (tmp_path / "result.json").write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match="no earlier case"):
        check_destination(tmp_path, overwrite=True)


def test_update_needs_a_case(tmp_path, out):
    check_destination(out, update=True)
    with pytest.raises(InputError, match="holds no case to update"):
        check_destination(tmp_path / "new", update=True)


def test_a_file_and_a_folder_in_no_folder_are_refused(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="is a file"):
        check_destination(tmp_path / "file")
    with pytest.raises(InputError, match="folder above it does not exist"):
        check_destination(tmp_path / "no" / "such")


# ---- whole or not at all --------------------------------------------------------------------------------------------


def test_a_case_has_the_files_that_are_promised(tmp_path, case, picture):
    write(tmp_path / "OUT", case)
    assert set(contents(tmp_path / "OUT")) == set(CASE_FILES) - {"scene.mrb", "spect.seg.nrrd"}


@pytest.mark.parametrize("fault", [OSError(28, "No space left on device"), RuntimeError("a bug"), KeyboardInterrupt()])
def test_when_writing_fails_in_the_middle_the_earlier_case_stands(tmp_path, out, case, monkeypatch, fault):
    before = contents(out)

    def fail(*args):
        raise fault

    monkeypatch.setattr(case_folder, "write_maps", fail)
    expected = InputError if isinstance(fault, OSError) else type(fault)
    with pytest.raises(expected):
        write(out, case)
    assert contents(out) == before
    assert [path.name for path in tmp_path.iterdir()] == ["OUT"], "nothing temporary is left"


def test_when_writing_a_new_case_fails_there_is_no_folder(tmp_path, case, monkeypatch):
    def fail(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(case_folder, "write_maps", fail)
    with pytest.raises(InputError, match="OUT cannot be written: No space left on device"):
        write(tmp_path / "OUT", case)
    assert list(tmp_path.iterdir()) == []


def test_when_the_exchange_fails_the_earlier_case_comes_back(tmp_path, out, case, monkeypatch):
    (out / "notes of mine.txt").write_text("keep", encoding="utf-8")
    before = contents(out)
    rename = type(out).rename

    def refuse(self, target):
        if self.name.startswith(".bonemetseg-") and not self.name.endswith("earlier") and target.name == "OUT":
            raise PermissionError(13, "The file is open in another program")
        return rename(self, target)

    monkeypatch.setattr(type(out), "rename", refuse)
    with pytest.raises(InputError, match="open in another program"):
        write(out, case)
    assert contents(out) == before
    assert [path.name for path in tmp_path.iterdir()] == ["OUT"]


def test_the_readers_own_files_in_the_folder_are_kept(out, case):
    (out / "notes of mine.txt").write_text("keep", encoding="utf-8")
    (out / "figures").mkdir()
    (out / "figures" / "one.png").touch()
    write(out, case)
    assert (out / "notes of mine.txt").read_text(encoding="utf-8") == "keep"
    assert (out / "figures" / "one.png").exists()


def test_files_of_an_earlier_case_do_not_stay_beside_the_new_one(out, case):
    (out / "scene.mrb").touch()
    write(out, a_case([L3], views=("anterior",)))
    assert sorted(contents(out)) == ["anterior.seg.nrrd", "hot_spots.csv", "maps.npz", "result.json"]


def test_a_folder_that_cannot_be_made_is_said_in_a_sentence(tmp_path, case):
    with pytest.raises(InputError, match="cannot be written"):
        write(tmp_path / "no" / "such", case)


# ---- read back ------------------------------------------------------------------------------------------------------


def assert_same_hot_spots(one, other):
    for a, b in zip(one.hot_spots, other.hot_spots, strict=True):
        assert set(a.views) == set(b.views)
        for name in a.views:
            np.testing.assert_array_equal(a.views[name].mask, b.views[name].mask)
            numbers = [
                (v.area_mm2, v.max_counts, v.mean_counts, v.ratio_to_background) for v in (a.views[name], b.views[name])
            ]
            np.testing.assert_array_equal(*numbers)
        assert repr(replace(a, views={})) == repr(replace(b, views={}))


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


# ---- the table ------------------------------------------------------------------------------------------------------


def test_the_table_has_the_promised_columns_and_numbers(out):
    rows = rows_of(out)
    assert list(rows[0]) == [
        "id", "class", "accepted", "region", "side", "level", "views",
        "area_mm2_anterior", "area_mm2_posterior", "max_counts_anterior", "max_counts_posterior",
        "mean_counts_anterior", "mean_counts_posterior", "ratio_to_background",
        "probability", "probability_image_only", "report_effect", "phrase", "edited_by",
    ]  # fmt: skip
    assert rows[0] == {
        "id": "H01", "class": "metastasis", "accepted": "yes", "region": "ribs", "side": "left", "level": "7",
        "views": "posterior", "area_mm2_anterior": "", "area_mm2_posterior": "320.0", "max_counts_anterior": "",
        "max_counts_posterior": "60.0", "mean_counts_anterior": "", "mean_counts_posterior": "60.00",
        "ratio_to_background": "6.00", "probability": "0.900", "probability_image_only": "0.900",
        "report_effect": "unchanged", "phrase": "Intense uptake in the 7th rib on the left.", "edited_by": "",
    }  # fmt: skip
    bladder = rows[3]
    assert (bladder["region"], bladder["accepted"], bladder["ratio_to_background"]) == ("bladder", "no", "")


def test_not_a_number_never_stands_in_a_file(tmp_path):
    case = a_case([BLADDER])
    write(tmp_path / "OUT", case)
    for name in ("hot_spots.csv", "result.json"):
        text = (tmp_path / "OUT" / name).read_text(encoding="utf-8-sig")
        assert "nan" not in text.lower()


def test_rejecting_a_lesion_lowers_the_burden_and_names_the_editor(case, out):
    edit_row(out, "H03", accepted="no")
    back = read_case(out, "Dr. Li")
    assert not spot_of(back, "H03").accepted
    assert {spot.id: spot.edited_by for spot in back.hot_spots} == {"H01": "", "H02": "", "H03": "Dr. Li", "H04": ""}
    assert back.burden.lesion_count == 2
    assert back.burden.bsi_percent < case.burden.bsi_percent


def test_an_edit_stays_when_measured_again(out):
    edit_row(out, "H03", accepted="no")
    write(out, read_case(out, "Dr. Li"))
    back = read_case(out, "somebody else")
    assert (spot_of(back, "H03").accepted, spot_of(back, "H03").edited_by) == (False, "Dr. Li")
    assert rows_of(out)[2]["edited_by"] == "Dr. Li"


def test_class_and_place_can_be_edited_and_the_ratio_follows_the_place(out):
    edit_row(out, "H03", class_="benign", region="pelvis", side="right")
    spot = spot_of(read_case(out), "H03")
    assert (spot.hot_spot_class, spot.region, spot.side, spot.edited_by) == ("benign", "pelvis", "right", "reader")


def test_a_hot_spot_moved_to_another_place_takes_the_phrase_of_that_place(out):
    edit_row(out, "H01", region="lumbar_spine", side="midline", level="L3")
    assert spot_of(read_case(out), "H01").phrase == "Increased uptake of L3."


def test_capitals_and_spaces_typed_by_hand_do_no_harm(out):
    edit_row(out, "H02", accepted=" Yes ", level="l3", region="Lumbar_Spine")
    assert spot_of(read_case(out), "H02").edited_by == ""


def test_a_row_deleted_deletes_the_hot_spot(out):
    save_rows(out / "hot_spots.csv", [row for row in rows_of(out) if row["id"] != "H02"])
    assert [spot.id for spot in read_case(out).hot_spots] == ["H01", "H03", "H04"]


@pytest.mark.parametrize(
    "saved",
    [
        {"encoding": "utf-8-sig", "line_end": "\r\n"},
        {"encoding": "utf-8", "line_end": "\n"},
        {"encoding": "utf-8", "line_end": "\r"},
        {"encoding": "gbk", "line_end": "\r\n"},
        {"separator": ";"},
        {"separator": "\t"},
        {"columns": tuple(reversed(CSV_COLUMNS))},
        {"columns": (*CSV_COLUMNS, "remark")},
    ],
    ids=str,
)
def test_a_table_saved_again_by_a_spreadsheet_program_is_read(out, saved):
    rows = rows_of(out)
    rows[2]["accepted"] = "no"
    rows[0]["phrase"] = "左侧第7肋, “浓聚”; -"
    blank = dict.fromkeys(CSV_COLUMNS, "")
    save_rows(out / "hot_spots.csv", [*rows, blank], **saved)
    assert {spot.id: spot.accepted for spot in read_case(out).hot_spots} == {
        "H01": True,
        "H02": True,
        "H03": False,
        "H04": False,
    }


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ({"accepted": "maybe"}, "H03 has accepted 'maybe'; it is one of yes, no"),
        ({"accepted": ""}, "H03 has accepted ''"),
        ({"class_": "tumour"}, "H03 has class 'tumour'; it is one of metastasis, benign, physiological"),
        ({"region": "knee"}, "H03 has region 'knee'"),
        ({"side": "L"}, "H03 has side 'L'"),
        ({"side": "midline"}, "H03 has side 'midline'; femur has side left or right"),
        ({"region": "sternum"}, "H03 has side 'left'; sternum has side midline"),
        ({"level": "7"}, "H03 has level '7'; femur has no levels, leave it empty"),
        ({"region": "lumbar_spine", "side": "midline", "level": "T3"}, "lumbar_spine has levels L1 to L5"),
        ({"id": "H33"}, "'H33' is no hot spot of this case"),
        ({"id": "H02"}, "two rows of H02"),
    ],
)
def test_a_wrong_value_is_refused_in_one_sentence_that_names_its_row(out, values, fault):
    before = contents(out)
    edit_row(out, "H03", **values)
    edited = contents(out)
    with pytest.raises(InputError, match=fault) as caught:
        read_case(out)
    assert "hot_spots.csv" in str(caught.value)
    assert str(caught.value).count(". ") == 0
    assert contents(out) == edited != before


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "lacks its column 'id'"),
        (b"id,class\nH01,metastasis\n", "lacks its column 'accepted'"),
        ("id,class".encode("utf-16"), "save it as CSV in UTF-8"),
        (b"\x81\x00\xff", "save it as CSV in UTF-8"),
        (b"id,class,accepted,region,side,level\nH01\n", "H01 has class ''"),
    ],
)
def test_a_table_that_cannot_be_read_is_refused(out, content, fault):
    (out / "hot_spots.csv").write_bytes(content)
    with pytest.raises(InputError, match=fault):
        read_case(out)


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "＝"])
def test_no_phrase_is_a_formula_in_a_spreadsheet_and_reading_back_has_the_words_unchanged(tmp_path, first):
    case = a_case([LEFT_FEMUR])
    phrase = f'{first}HYPERLINK("http://x")'
    case = replace(case, hot_spots=[replace(spot, phrase=phrase, phrase_span=(0, 5)) for spot in case.hot_spots])
    write(tmp_path / "OUT", case)
    assert rows_of(tmp_path / "OUT")[0]["phrase"] == f"'{phrase}"
    assert read_case(tmp_path / "OUT").hot_spots[0].phrase == phrase


# ---- outlines -------------------------------------------------------------------------------------------------------


def test_an_outline_edited_is_measured_again_and_names_the_editor(case, out):
    larger = replace(LEFT_FEMUR, half_size_mm=(8, 20))

    def grow(segments):
        mask = larger.mask(case.scan.views["anterior"])
        return [replace(s, mask=mask) if s.id == "H03_anterior" else s for s in segments]

    edit_segments(case, out, "anterior", grow)
    spot = spot_of(read_case(out, "Dr. Li"), "H03")
    assert {name: view.area_mm2 for name, view in spot.views.items()} == {"anterior": 640, "posterior": 320}
    assert (spot.edited_by, spot.accepted) == ("Dr. Li", True)


def test_a_segment_deleted_in_one_view_leaves_the_other(case, out):
    edit_segments(case, out, "anterior", lambda segments: [s for s in segments if s.id != "H03_anterior"])
    spot = spot_of(read_case(out), "H03")
    assert (tuple(spot.views), spot.edited_by) == (("posterior",), "reader")


def test_a_segment_deleted_or_emptied_in_every_view_deletes_the_hot_spot(case, out):
    edit_segments(case, out, "anterior", lambda segments: [s for s in segments if s.id != "H03_anterior"])
    edit_segments(
        case,
        out,
        "posterior",
        lambda segments: [replace(s, mask=s.mask & False) if s.id == "H03_posterior" else s for s in segments],
    )
    back = read_case(out)
    assert [spot.id for spot in back.hot_spots] == ["H01", "H02", "H04"]
    assert back.burden.lesion_count == 2


@pytest.mark.parametrize("sign", [-1, 1], ids=["left", "right"])
def test_a_segment_drawn_by_hand_becomes_an_accepted_metastasis_with_a_new_id(case, out, sign):
    focus = Focus(sign * 80, 0)
    for view in VIEWS:
        edit_segments(case, out, view, lambda segments, view=view: [*segments, drawn_segment(case, focus, view)])
    back = read_case(out, "Dr. Li")
    drawn = spot_of(back, "H05")
    assert (drawn.region, drawn.side) == ("femur", "left" if sign < 0 else "right")
    assert (drawn.hot_spot_class, drawn.accepted, drawn.edited_by) == ("metastasis", True, "Dr. Li")
    assert tuple(drawn.views) == VIEWS
    assert back.burden.lesion_count == 4
    write(out, back)
    again = read_case(out)
    assert_same_hot_spots(again, back)
    ids = [segment.id for segment in read_segments(out / "anterior.seg.nrrd", case.scan.views["anterior"])]
    assert ids[-1] == "H05_anterior"


def test_two_drawn_segments_of_one_name_at_different_places_are_two_hot_spots(case, out):
    """Slicer calls the first segment drawn in each segmentation Segment_1."""
    for view, focus in (("anterior", Focus(-80, 0)), ("posterior", Focus(80, -600))):
        edit_segments(
            case, out, view, lambda segments, view=view, focus=focus: [*segments, drawn_segment(case, focus, view)]
        )
    back = read_case(out)
    new = {spot.id: (spot.region, spot.side, tuple(spot.views)) for spot in back.hot_spots[4:]}
    assert new == {"H05": ("femur", "left", ("anterior",)), "H06": ("leg", "right", ("posterior",))}


def test_a_copied_segment_is_a_new_hot_spot_and_the_original_keeps_its_outline(case, out):
    def copy(segments):
        original = next(s for s in segments if s.id == "H03_anterior")
        return [*segments, drawn_segment(case, Focus(80, -600), "anterior", "H03_anterior_1", dict(original.tags))]

    edit_segments(case, out, "anterior", copy)
    back = read_case(out)
    assert spot_of(back, "H03").edited_by == ""
    assert (spot_of(back, "H05").region, spot_of(back, "H05").side) == ("leg", "right")


def test_a_lesion_drawn_in_the_opposite_bone_is_no_background(tmp_path):
    overlooked = Focus(80, -100, {"metastasis": 0.3}, half_size_mm=(16, 150), counts=100)
    out = tmp_path / "OUT"
    case = a_case([LEFT_FEMUR, overlooked], views=("anterior",))
    write(out, case)
    assert read_case(out).hot_spots[0].ratio_to_background < 2
    edit_segments(case, out, "anterior", lambda segments: [*segments, drawn_segment(case, overlooked, "anterior")])
    assert read_case(out).hot_spots[0].ratio_to_background == pytest.approx(6)


@needs_slicer
def test_an_outline_edited_in_slicer_is_read(case, out):
    import slicer

    from BoneMetSegLib.scene_boot import mrml

    scene = mrml().scene
    node = scene.AddNewNodeByClass("vtkMRMLSegmentationNode", "edited")
    storage = scene.AddNewNodeByClass("vtkMRMLSegmentationStorageNode")
    try:
        storage.SetFileName(str(out / "posterior.seg.nrrd"))
        assert storage.ReadData(node) == 1
        segmentation = node.GetSegmentation()
        segmentation.RemoveSegment("H02_posterior")
        image = slicer.vtkOrientedImageData()
        node.GetBinaryLabelmapRepresentation("H01_posterior", image)
        copy = slicer.vtkSegment()
        copy.SetName("drawn in Slicer")
        copy.AddRepresentation("Binary labelmap", image)
        segmentation.AddSegment(copy, "Segment_1")
        segmentation.RemoveSegment("H01_posterior")
        assert storage.WriteData(node) == 1
    finally:
        scene.RemoveNode(storage)
        scene.RemoveNode(node)
    back = read_case(out, "Dr. Li")
    assert [spot.id for spot in back.hot_spots] == ["H02", "H03", "H04", "H05"]
    assert tuple(spot_of(back, "H02").views) == ("anterior",)
    drawn = spot_of(back, "H05")
    assert (drawn.region, drawn.side, drawn.level) == ("ribs", "left", "7")
    np.testing.assert_array_equal(drawn.views["posterior"].mask, spot_of(case, "H01").views["posterior"].mask)
    assert {spot.id for spot in back.hot_spots if spot.edited_by} == {"H02", "H05"}


# ---- damaged --------------------------------------------------------------------------------------------------------


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


# ---- identity -------------------------------------------------------------------------------------------------------

SECRETS = ("ID-4711", "Doe^Jane", "1.2.840.4711", "ACC-0815", "1.2.3.anterior", "7th rib on the left", "uptake of L3")


def bytes_of(folder):
    """Every byte of a folder, archives unpacked."""
    for path in folder.iterdir():
        yield path.name, path.read_bytes()
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                for name in archive.namelist():
                    yield f"{path.name}/{name}", name.encode() + archive.read(name)


def holding(folder, secret):
    forms = {secret.encode(encoding) for encoding in ("utf-8", "utf-16-le")}
    return [name for name, content in bytes_of(folder) if any(form in content for form in forms)]


@pytest.mark.parametrize("scene", [False, pytest.param(True, marks=needs_slicer)], ids=["without scene", "with scene"])
def test_a_deidentified_case_holds_no_identity_and_no_word_of_the_report(tmp_path, case, picture, scene):
    assert all(secret in REPORT_TEXT or secret in repr_of(case) for secret in SECRETS)
    write(tmp_path / "named", case, scene=scene)
    write(tmp_path / "OUT", replace(case, deidentified=True), scene=scene)
    for secret in SECRETS:
        assert holding(tmp_path / "named", secret), "the test would find it"
        assert holding(tmp_path / "OUT", secret) == []
    if scene:
        assert any(name.startswith("scene.mrb/") for name in holding(tmp_path / "named", "uptake of L3"))


def repr_of(case):
    uids = [view.sop_instance_uid for view in case.scan.views.values()]
    return str([*asdict(case.scan.identity).values(), *uids])


def test_a_deidentified_case_stays_so_when_measured_again(tmp_path, case):
    out = tmp_path / "OUT"
    write(out, replace(case, deidentified=True))
    first = json.loads((out / "result.json").read_text(encoding="utf-8"))
    back = read_case(out)
    assert back.deidentified
    write(out, back)
    second = json.loads((out / "result.json").read_text(encoding="utf-8"))
    assert second == first
    assert second["report"]["present"]
    assert second["concordance"]["linked"] == ["H01", "H02"]


def test_a_case_without_report_can_be_deidentified_and_measured(tmp_path):
    out = tmp_path / "OUT"
    write(out, a_case([LEFT_FEMUR], deidentified=True))
    assert read_case(out).deidentified
    assert holding(out, "ID-4711") == []
