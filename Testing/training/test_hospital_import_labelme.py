"""Annotations of LabelMe become training cases with every outline on its side, and every refusal is a sentence."""

from __future__ import annotations

import base64
import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from BoneMetSegLib.scan import PlanarScan
from BoneMetSegLib.scan_files import read_scan
from model_training.__main__ import main
from model_training.training_case import IGNORE, TrainingCase, load_training_case
from Testing.training.hospital_files import (
    COLUMNS,
    FOCUS,
    PIXEL_MM,
    REPORT_EN,
    REPORT_ZH,
    ROWS,
    body,
    corners,
    eight_bits,
    focus_mask,
    labelme_text,
    png,
    shape,
    write_annotated_patient,
    write_dicom,
)

ANT, POST = "anterior", "posterior"


def run(folder: Path, *more: str) -> int:
    return main(["import-labelme", str(folder), "-o", str(folder.parent / "out"), *more])


def case_of(folder: Path, number: int = 0) -> TrainingCase:
    return load_training_case(folder.parent / "out" / f"case_{number:06d}.npz")


def check_side(case: TrainingCase) -> None:
    """The focus is on the patient's left: at high columns from the front, at low ones from behind."""
    for view in case.views:
        np.testing.assert_array_equal(case.class_map[view] == 1, focus_mask(view))
        row, column = np.argwhere(case.class_map[view] == 1).mean(0)
        assert (column > COLUMNS / 2) == (view == ANT)
        assert case.counts[view][case.class_map[view] == 1].mean() > 140
        assert 90 <= row < 96


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "hospital"
    made.mkdir()
    return made


def pictures(
    folder: Path, counts: dict[str, np.ndarray], shapes: dict[str, list[dict[str, Any]]] | None = None
) -> None:
    """PNG and JSON of both views, nothing else."""
    for view, short in ((ANT, "ant"), (POST, "post")):
        (folder / f"p1_{short}.png").write_bytes(png(counts[view]))
        drawn = [shape("metastasis", corners(focus_mask(view)))] if shapes is None else shapes.get(view, [])
        (folder / f"p1_{short}.json").write_text(labelme_text(drawn, f"p1_{short}.png"), encoding="utf-8")


def test_outlines_on_dicom_land_on_the_patients_left_in_both_views(folder: Path) -> None:
    write_annotated_patient(folder, "p1", "0012345")
    assert run(folder) == 0
    case = case_of(folder)
    check_side(case)
    assert case.views == (ANT, POST)
    assert case.pixel_size_mm == PIXEL_MM
    assert not case.counts_up_to_a_factor
    for view in case.views:
        np.testing.assert_array_equal(case.counts[view], body()[view])
    assert set(np.unique(case.focus_map[ANT])) == set(np.unique(case.focus_map[POST])) == {0, 1}, "group_id joins them"
    assert case.reports["zh"].endswith("左侧第7肋骨转移。")
    # The same place as the reader's, in RAS: the patient's left has negative R.
    scan = read_scan([folder / "p1.dcm"])
    assert isinstance(scan, PlanarScan)
    for view in case.views:
        row, column = np.argwhere(case.class_map[view]).mean(0)
        assert (scan.views[view].ijk_to_ras @ [column, row, 0, 1])[0] < 0


def test_nothing_written_says_who_the_patient_is(folder: Path) -> None:
    write_annotated_patient(folder, "p1", "0012345")
    assert run(folder) == 0
    for path in (folder.parent / "out").iterdir():
        content = path.read_bytes()
        for secret in ("0012345", "ZHANG", "张三"):
            assert secret.encode() not in content, path.name
    assert case_of(folder).reports["zh"].startswith("姓名:**\n")
    assert len(case_of(folder).reports["zh"]) == len(REPORT_ZH)


def test_a_mirrored_export_is_turned_into_the_order_of_acquisition(folder: Path) -> None:
    counts = body()
    write_dicom(folder / "p1.dcm", counts, mirrored_posterior=True)
    for view, short in ((ANT, "ant"), (POST, "post")):
        stored = counts[view] if view == ANT else counts[view][:, ::-1]
        mask = focus_mask(view) if view == ANT else focus_mask(view)[:, ::-1]
        (folder / f"p1_{short}.png").write_bytes(png(eight_bits(stored)))
        text = labelme_text([shape("转移", corners(mask))], f"p1_{short}.png")
        (folder / f"p1_{short}.json").write_text(text, encoding="utf-8")
    assert run(folder, "--flip-posterior") == 0
    check_side(case_of(folder))
    np.testing.assert_array_equal(case_of(folder).counts[POST], counts[POST])


def test_outlines_on_a_picture_that_was_mirrored_against_its_dicom_are_mirrored_back(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    counts = body()
    write_dicom(folder / "p1.dcm", counts)
    (folder / "p1_post.png").write_bytes(png(eight_bits(counts[POST][:, ::-1])))
    mask = focus_mask(POST)[:, ::-1]
    (folder / "p1_post.json").write_text(labelme_text([shape("转移", corners(mask))], "p1_post.png"), encoding="utf-8")
    assert run(folder) == 0
    case = case_of(folder)
    assert case.views == (POST,), "a view that nobody annotated is no view without foci"
    check_side(case)
    assert "mirrored back" in capsys.readouterr().err


@pytest.mark.parametrize("flipped", [False, True])
def test_pictures_alone_are_taken_as_acquired_unless_said_otherwise(folder: Path, *, flipped: bool) -> None:
    counts = body()
    stored = {ANT: counts[ANT], POST: counts[POST][:, ::-1] if flipped else counts[POST]}
    masks = {ANT: focus_mask(ANT), POST: focus_mask(POST)[:, ::-1] if flipped else focus_mask(POST)}
    pictures(folder, stored, {view: [shape("病灶1", corners(mask))] for view, mask in masks.items()})
    assert run(folder, "--pixel-size-mm", "6", *(["--flip-posterior"] if flipped else [])) == 0
    case = case_of(folder)
    check_side(case)
    np.testing.assert_array_equal(case.counts[POST], counts[POST])
    assert not case.counts_up_to_a_factor, "16 bits hold counts"


def test_eight_bits_are_counts_up_to_a_factor_and_white_paper_is_turned_dark(folder: Path) -> None:
    counts = {view: 255 - eight_bits(image) for view, image in body().items()}
    pictures(folder, counts)
    assert run(folder, "--pixel-size-mm", "6") == 0
    case = case_of(folder)
    assert case.counts_up_to_a_factor
    assert case.counts[ANT][FOCUS].mean() > 200 > case.counts[ANT][0].mean()
    np.testing.assert_array_equal(case.class_map[POST] == 1, focus_mask(POST))


@pytest.mark.parametrize("order", ["anterior-posterior", "posterior-anterior"])
@pytest.mark.parametrize("with_dicom", [False, True])
def test_one_picture_with_both_views_is_parted(folder: Path, order: str, *, with_dicom: bool) -> None:
    counts, views = body(), order.split("-")
    both = np.concatenate([counts[view] for view in views], axis=1)
    shapes = []
    for index, view in enumerate(views):
        points = [[x + index * COLUMNS, y] for x, y in corners(focus_mask(view))]
        shapes.append(shape("met", points, group_id=7))
    text = labelme_text(shapes, "C:\\Users\\me\\bone scans\\p1.png", (ROWS, 2 * COLUMNS), png(both))
    (folder / "p1.json").write_text(text, encoding="utf-8")
    if with_dicom:
        write_dicom(folder / "p1.dcm", counts)
    assert run(folder, "--side-by-side", order, "--pixel-size-mm", "6") == 0
    case = case_of(folder)
    check_side(case)
    assert case.focus_map[ANT].max() == case.focus_map[POST].max() == 1


def test_a_picture_twice_as_large_as_the_scan_is_scaled_back(folder: Path) -> None:
    counts = body()
    write_dicom(folder / "p1.dcm", counts)
    for view, short in ((ANT, "ant"), (POST, "post")):
        large = eight_bits(counts[view]).repeat(2, 0).repeat(2, 1)
        points = [[2 * x, 2 * y] for x, y in corners(focus_mask(view))]
        text = labelme_text([shape("met", points)], "x.png", large.shape, png(large))
        (folder / f"p1_{short}.json").write_text(text, encoding="utf-8")
    assert run(folder) == 0
    check_side(case_of(folder))


def test_every_kind_of_shape_covers_the_pixels_that_it_should(folder: Path) -> None:
    counts = body()
    box = np.zeros((5, 4), np.uint8)
    box[1:4, 1:3] = 255
    around = corners(focus_mask(ANT))
    shapes = [
        shape("met", [[10, 20], [13, 24]], "rectangle"),
        shape("degenerative", [[30.5, 20.5], [30.5, 22.6]], "circle"),
        shape("bladder", [[20, 150], [23, 154]], "mask", mask=base64.b64encode(png(box)).decode("ascii")),
        shape("met", [[64, 93]], "point"),
        shape("ignore", [[40, 200], [50, 200], [50, 210], [40, 210], [40, 200]], "linestrip"),
        shape("skeleton", around),
        shape("met", [[70.2, 250.2], [70.4, 250.2], [70.3, 250.4]]),
    ]
    pictures(folder, counts, {ANT: shapes})
    assert run(folder, "--pixel-size-mm", "6") == 0
    case = case_of(folder)
    classes = case.class_map[ANT]
    assert (classes[20:24, 10:13] == 1).all()
    assert (classes == 2).sum() == 13, "the pixels within 2.1 pixels of the middle one"
    assert (classes == 3).sum() == 6
    assert (classes[151:154, 21:23] == 3).all()
    assert (classes[200:210, 40:50] == IGNORE).all()
    assert (case.focus_map[ANT][classes == IGNORE] == 0).all()
    assert classes[250, 70] == 1, "an outline smaller than a pixel is not lost"
    grown = case.focus_map[ANT] == case.focus_map[ANT][93, 64]
    assert focus_mask(ANT)[grown].mean() > 0.6
    assert grown[FOCUS].mean() > 0.8, "a point is grown to the focus's edge"
    assert not case.class_map[POST].any(), "no shape in a view: it was looked at and is normal"


def test_a_patients_scans_stay_together_and_the_same_seed_divides_alike(tmp_path: Path) -> None:
    folder = tmp_path / "hospital"
    for number in range(12):
        write_annotated_patient(folder / "first", f"a{number}", f"ID{number}", number)
    write_annotated_patient(folder / "second", "b", "id3 ", 20)  # the same number as archives write it
    lists = []
    for out, salt in (("one", "s1"), ("two", "s1"), ("three", "s2")):
        arguments = ["import-labelme", str(folder), "-o", str(tmp_path / out), "--salt", str(tmp_path / salt)]
        assert main([*arguments, "--seed", "4"]) == 0
        lists.append(json.loads((tmp_path / out / "datalist.json").read_text(encoding="utf-8")))
    assert lists[0] == lists[1]
    patients = {name: {entry["patient"] for entry in lists[0][name]} for name in ("training", "validation", "test")}
    assert [len(patients[name]) for name in patients] == [10, 1, 1]
    assert sum(len(lists[0][name]) for name in patients) == 13
    assert not set.intersection(*patients.values())
    for name, own in patients.items():
        assert [entry["image"] for entry in lists[0][name]] == [entry["image"] for entry in lists[2][name]]
        assert not own & {entry["patient"] for entry in lists[2][name]}, "another secret, other names"
    assert main(["import-labelme", str(folder), "-o", str(tmp_path / "four"), "--folds", "3"]) == 0
    folded = json.loads((tmp_path / "four" / "datalist.json").read_text(encoding="utf-8"))
    assert not folded["validation"]
    assert {entry["fold"] for entry in folded["training"]} == {0, 1, 2}
    of = {(entry["patient"], entry["fold"]) for entry in folded["training"]}
    assert len(of) == len({patient for patient, _ in of})


def test_patients_can_be_told_apart_by_the_names_of_files(folder: Path) -> None:
    for number, patient in enumerate(("A", "A", "B")):
        write_annotated_patient(folder / f"{patient}_{number}", "scan", f"wrong {number}")
    assert run(folder, "--patient-pattern", r"^([A-Z])_\d/") == 0
    assert case_of(folder, 0).patient == case_of(folder, 1).patient != case_of(folder, 2).patient
    assert main(["import-labelme", str(folder), "-o", str(folder.parent / "x"), "--patient-pattern", "("]) == 2


def test_reports_come_from_a_table_by_file_accession_or_patient(folder: Path) -> None:
    for name in ("p1", "p2"):
        write_annotated_patient(folder, name, name.upper())
        (folder / f"{name}.txt").unlink()
    table = folder / "reports.csv"
    with table.open("w", encoding="gb18030", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["文件", "内容"])
        rows.writerows([["p1_ant.png", REPORT_ZH], ["p1", REPORT_EN], ["P2", REPORT_ZH], ["other", REPORT_EN]])
    assert run(folder, "--reports", str(table), "--id-column", "文件", "--report-column", "内容") == 0
    assert set(case_of(folder, 0).reports) == {"zh", "en"}
    assert set(case_of(folder, 1).reports) == {"zh"}
    table.write_text('检查号,检查所见,诊断意见\nP1,"左侧肋骨浓聚。",骨转移\n', encoding="utf-8")
    again = ["import-labelme", str(folder), "-o", str(folder.parent / "x"), "--reports", str(table)]
    assert main(again) == 0
    assert "骨转移" in load_training_case(folder.parent / "x" / "case_000000.npz").reports["zh"]
    assert main([*again[:3], str(folder.parent / "y"), *again[4:], "--id-column", "文件"]) == 2


def test_a_table_says_what_own_labels_mean(folder: Path) -> None:
    pictures(folder, body(), {ANT: [shape("Type A", corners(focus_mask(ANT)))]})
    assert run(folder, "--pixel-size-mm", "6") == 2
    (folder / "labels.json").write_text('{"type a": "benign"}', encoding="utf-8")
    assert run(folder, "--pixel-size-mm", "6", "--labels", str(folder / "labels.json")) == 0
    assert (case_of(folder).class_map[ANT] == 2).sum() == focus_mask(ANT).sum()
    (folder / "labels.json").write_text('{"type a": "cancer"}', encoding="utf-8")
    assert main(["import-labelme", str(folder), "-o", str(folder.parent / "x"), "--labels",
                 str(folder / "labels.json")]) == 2  # fmt: skip


def _damaged(**changes: Any) -> str:
    document = json.loads(labelme_text([shape("met", corners(focus_mask(ANT)))], "p1_ant.png"))
    return json.dumps(document | changes)


_BOX = base64.b64encode(png(np.ones((3, 3), np.uint8))).decode("ascii")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('{"images": [], "annotations": []}', "not a file of LabelMe"),
        ("[1, 2]", "not a file of LabelMe"),
        ("{", "no JSON"),
        (_damaged(shapes=[shape("转移x", [[1, 1], [2, 1], [2, 2]]), shape("foo", [[1, 1], [2, 1], [2, 2]])]),
         "2 labels are unknown: 'foo', '转移x'"),
        (_damaged(shapes=[shape("met", [[500, 500], [520, 500], [510, 520]])]), "outside of the picture"),
        (_damaged(shapes=[shape("met", [[1, 1], [2, 2]])]), "a polygon of 2 points"),
        (_damaged(shapes=[shape("met", [["a", 1], [2, 2], [3, 3]])]), "no pairs of numbers"),
        (_damaged(shapes=[shape("met", [[float("nan"), 1], [2, 2], [3, 3]])]), "which is no polygon"),
        (_damaged(shapes=[shape("met", [[1, 1], [2, 2]], "star")]), "which is not read"),
        (_damaged(shapes=[{"points": []}]), "has no label"),
        (_damaged(shapes=[shape("met", [[5, 5], [9, 9]], "mask", mask=_BOX)]), "3 x 3 pixels in a box of 5 x 5"),
        (_damaged(shapes=[shape("met", [[5, 5], [7, 7]], "mask", mask="!!")]), "no base64"),
        (_damaged(imagePath="..\\gone.png"), "gone.png is missing"),
        (_damaged(imagePath="gone.png", imageData="%%%"), "its imageData is no base64"),
        (_damaged(imagePath="gone.png", imageData="AAAA"), "damaged or no picture"),
        (_damaged(imageHeight=900), "belongs to another one"),
        (_damaged(imageHeight="tall"), "its imageHeight is tall"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_in_one_sentence_and_nothing_is_written(
    folder: Path, capsys: pytest.CaptureFixture[str], text: str, sentence: str
) -> None:
    pictures(folder, body())
    (folder / "p1_post.json").unlink()
    (folder / "p1_ant.json").write_text(text, encoding="utf-8")
    assert run(folder, "--pixel-size-mm", "6") == 2
    said = capsys.readouterr().err
    assert sentence in said
    assert "Traceback" not in said
    assert not (folder.parent / "out").exists()
    assert not list(folder.parent.glob(".*part*"))


def test_faulty_scans_are_listed_together_or_left_out(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("a", "b", "c"):
        write_annotated_patient(folder / name, "scan", name)
    for name in ("a", "c"):
        (folder / name / "scan_ant.json").write_text("{", encoding="utf-8")
    assert run(folder) == 2
    assert "2 examinations cannot be used" in capsys.readouterr().err
    assert run(folder, "--skip-faulty") == 0
    assert capsys.readouterr().err.count("left out:") == 2
    datalist = json.loads((folder.parent / "out" / "datalist.json").read_text(encoding="utf-8"))
    assert (datalist["num_cases"], datalist["left_out"]) == (1, 2)
    assert run(folder, "--skip-faulty") == 2, "the folder is not empty"


def test_a_picture_of_another_scan_or_view_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    counts = body()
    write_dicom(folder / "p1.dcm", counts)
    noise = np.random.default_rng(1).integers(0, 255, (ROWS, COLUMNS)).astype(np.uint8)
    for pixels, sentence in (
        (noise, "does not show the anterior view"),
        (eight_bits(counts[POST]), "it shows the posterior one"),
    ):
        text = labelme_text([shape("met", corners(focus_mask(ANT)))], "p1_ant.png", image_data=png(pixels))
        (folder / "p1_ant.json").write_text(text, encoding="utf-8")
        assert run(folder) == 2
        assert sentence in capsys.readouterr().err


def test_pictures_without_pixel_size_or_in_colour_are_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pictures(folder, body())
    assert run(folder) == 2
    assert "--pixel-size-mm" in capsys.readouterr().err
    colour = np.random.default_rng(1).integers(0, 255, (ROWS, COLUMNS, 3)).astype(np.uint8)
    (folder / "p1_ant.png").write_bytes(png(colour))
    assert run(folder, "--pixel-size-mm", "6") == 2
    assert "is in colour" in capsys.readouterr().err
