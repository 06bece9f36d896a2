"""What would spoil training is found before it starts, and the exit code says whether it may."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from BoneMetSegLib.report import Report
from BoneMetSegLib.scan import PlanarScan
from BoneMetSegLib.segmentation import Mention
from model_training.__main__ import main
from model_training.hospital.case_files import HospitalCase, write_hospital_case
from model_training.hospital.check_findings import Finding, check_set, drawn_sides
from model_training.training_case import load_training_case
from Testing.training.hospital_files import PIXEL_MM, REPORT_EN, REPORT_ZH, body, focus_mask, write_annotated_patient

VIEWS = ("anterior", "posterior")


def a_case(patient: str, seed: int, **changes: object) -> HospitalCase:
    """A body with its focus on the patient's left, and a report that says so; ten times the counts."""
    masks = {view: focus_mask(view).astype(np.uint8) for view in VIEWS}
    counts = {view: image.astype(np.int64) * 10 for view, image in body(seed).items()}
    facts = {"class_map": masks, "focus_map": masks, "reports": {"zh": REPORT_ZH}} | changes
    return HospitalCase(patient, PIXEL_MM, counts=facts.pop("counts", counts), **facts)  # type: ignore[arg-type]


def write_set(folder: Path, *cases: HospitalCase, lists: Sequence[str] = ()) -> Path:
    folder.mkdir(exist_ok=True)
    datalist: dict[str, list[dict[str, str]]] = {"training": [], "validation": [], "test": []}
    for number, case in enumerate(cases):
        name = f"case_{number:06d}"
        write_hospital_case(folder / f"{name}.npz", case)
        entry = {"image": f"{name}.npz", "meta": f"{name}.json", "patient": case.patient, "modality": "planar"}
        datalist[lists[number] if lists else "training"].append(entry)
    (folder / "datalist.json").write_text(json.dumps(datalist), encoding="utf-8")
    return folder


def says(side: str) -> object:
    """A reader of reports that finds a metastasis of the seventh rib of a side, whatever is written."""

    def mentions_of(_scan: PlanarScan, _report: Report) -> list[Mention]:
        return [Mention(0, 2, 1, (f"rib_7_{side}",), "metastatic")]

    return mentions_of


def found(findings: Sequence[Finding], kind: str) -> list[Finding]:
    return [one for one in findings if one.kind == kind]


def test_a_sound_set_has_no_errors(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write_set(
        tmp_path / "set", *(a_case(f"p{n}", n) for n in range(3)), lists=("training", "validation", "test")
    )
    assert main(["check-data", str(folder), "--no-sides"]) == 0
    written = json.loads((folder / "check" / "check.json").read_text(encoding="utf-8"))
    assert not [one for one in written["findings"] if one["severity"] == "error"]
    assert written["summary"]["cases"] == written["summary"]["with_report"] == 3
    assert "3 cases of 3 patients" in capsys.readouterr().out


def test_a_patient_in_two_lists_or_folds_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write_set(tmp_path / "set", a_case("p", 1), a_case("p", 2), lists=("training", "test"))
    assert main(["check-data", str(folder), "--no-sides"]) == 2
    assert "errors would spoil training" in capsys.readouterr().err
    assert "p is in test and in training" in (folder / "check" / "check.md").read_text(encoding="utf-8")
    datalist = json.loads((folder / "datalist.json").read_text(encoding="utf-8"))
    datalist["training"] += datalist.pop("test")
    datalist["test"] = []
    for fold, entry in enumerate(datalist["training"]):
        entry["fold"] = fold
    (folder / "datalist.json").write_text(json.dumps(datalist), encoding="utf-8")
    assert found(check_set(folder, None)[0], "patient")[0].severity == "error"


def test_the_same_pixels_under_two_patients_are_an_error_even_mirrored(tmp_path: Path) -> None:
    mirrored = {view: image[:, ::-1].astype(np.int64) * 10 for view, image in body(1).items()}
    folder = write_set(tmp_path / "set", a_case("p", 1), a_case("q", 1, counts=mirrored), a_case("r", 2))
    (duplicate,) = found(check_set(folder, None)[0], "duplicate")
    assert (duplicate.severity, duplicate.case) == ("error", "case_000000.npz")
    assert "two patients" in duplicate.sentence


def test_sides_that_contradict_the_report_are_found(tmp_path: Path) -> None:
    folder = write_set(tmp_path / "set", *(a_case(f"p{n}", n) for n in range(4)))
    assert drawn_sides(load_training_case(folder / "case_000000.npz")) == {"left"}, "in both views"
    findings, summary = check_set(folder, says("left"))  # type: ignore[arg-type]
    assert not found(findings, "side")
    assert summary.sides_compared == 4
    findings, summary = check_set(folder, says("right"))  # type: ignore[arg-type]
    assert summary.sides_contradicting == 4
    assert "drawn on the left only, and its report has them on the right only" in found(findings, "side")[1].sentence
    assert "--flip-posterior" in found(findings, "side")[0].sentence
    assert found(findings, "side")[0].severity == "error", "where most contradict, all are mirrored"


def test_the_bundled_model_reads_the_side_of_a_report(tmp_path: Path) -> None:
    wrong = REPORT_ZH.replace("左", "右")
    folder = write_set(tmp_path / "set", a_case("p", 1), a_case("q", 2, reports={"zh": wrong}))
    assert main(["check-data", str(folder)]) == 0, "a single contradiction is a warning"
    written = json.loads((folder / "check" / "check.json").read_text(encoding="utf-8"))
    assert [one["case"] for one in written["findings"] if one["kind"] == "side"] == ["case_000001.npz"]


def test_masks_reports_and_counts_that_look_wrong_are_named(tmp_path: Path) -> None:
    nothing = {view: np.zeros_like(focus_mask(view), np.uint8) for view in VIEWS}
    outside = {view: mask.copy() for view, mask in nothing.items()}
    for mask in outside.values():
        mask[280:284, :4] = 1
    few = {view: image.astype(np.int64) for view, image in body(3).items()}
    folder = write_set(
        tmp_path / "set",
        a_case("a", 1, class_map=nothing, focus_map=nothing, reports={}),
        a_case("b", 2, class_map=outside, focus_map=outside, reports={"zh": REPORT_EN}),
        a_case("c", 3, counts=few, reports={"zh": REPORT_ZH + "\ufffd\ufffd"}),
    )
    (folder / "case_000009.npz").write_bytes(b"")
    findings, _ = check_set(folder, None)
    kinds = {(one.case[-5:-4], one.kind, one.severity) for one in findings}
    assert {
        ("0", "empty mask", "warning"), ("0", "no report", "warning"), ("1", "outside", "error"),
        ("1", "language", "warning"), ("2", "encoding", "error"), ("2", "counts", "warning"),
        ("9", "unlisted", "warning"),
    } <= kinds  # fmt: skip
    assert not [one for one in findings if one.kind == "counts" and one.case != "case_000002.npz"]


def test_missing_and_damaged_cases_are_errors_and_no_reason_to_stop(tmp_path: Path) -> None:
    folder = write_set(tmp_path / "set", a_case("a", 1), a_case("b", 2), a_case("c", 3))
    (folder / "case_000000.npz").unlink()
    (folder / "case_000001.json").write_text("{", encoding="utf-8")
    findings, _ = check_set(folder, None)
    assert {one.case for one in found(findings, "unreadable")} == {"case_000000.npz", "case_000001.npz"}
    (folder / "datalist.json").write_text('{"training": 3}', encoding="utf-8")
    assert main(["check-data", str(folder)]) == 2
    assert main(["check-data", str(tmp_path)]) == 2


def test_an_imported_set_is_checked_with_pictures(tmp_path: Path) -> None:
    for number in range(3):
        write_annotated_patient(tmp_path / "hospital", f"p{number}", f"P{number}", number)
    assert main(["import-labelme", str(tmp_path / "hospital"), "-o", str(tmp_path / "set")]) == 0
    out = tmp_path / "checked"
    assert main(["check-data", str(tmp_path / "set"), "--no-sides", "--pictures", "-o", str(out)]) == 0
    drawn = sorted(path.name for path in (out / "pictures").iterdir())
    assert drawn == [f"case_{number:06d}.png" for number in range(3)], "each has too few counts"
    assert "![case_000000.npz](pictures/case_000000.png)" in (out / "check.md").read_text(encoding="utf-8")


def test_missing_pairs_and_unknown_labels_are_named_before_the_import(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "hospital"
    for number in range(2):
        write_annotated_patient(folder, f"p{number}", f"P{number}", number)
    (folder / "p0.txt").unlink()
    for short in ("ant", "post"):
        (folder / f"p1_{short}.json").unlink()
    text = (folder / "p0_ant.json").read_text(encoding="utf-8").replace("转移灶", "Typ A")
    (folder / "p0_ant.json").write_text(text, encoding="utf-8")
    (folder / "p2_mask.nrrd").write_bytes(b"NRRD")
    out = str(tmp_path / "checked")
    assert main(["check-data", str(folder), "-o", out]) == 2
    written = json.loads((tmp_path / "checked" / "check.json").read_text(encoding="utf-8"))
    kinds = {(one["severity"], one["kind"], one["case"]) for one in written["findings"]}
    assert kinds == {
        ("warning", "no report", "p0"), ("warning", "no annotation", "p1"), ("error", "no image", "p2"),
        ("error", "label", ""),
    }  # fmt: skip
    assert "3 examinations to be imported" in capsys.readouterr().out
