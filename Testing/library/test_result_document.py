"""result.json: valid against its schema, plain numbers, everything said that a reader must know."""

from __future__ import annotations

import json
from dataclasses import replace

import jsonschema
import pytest

from BoneMetSegLib.anatomy import SKELETON_CHANNEL_NAMES
from BoneMetSegLib.resources import resource_path
from BoneMetSegLib.result_document import RESEARCH_USE, mask_sha256, result_document, summary_sentence, without_identity
from BoneMetSegLib.review import Change
from Testing.library.synthetic_case import (
    BLADDER,
    L3,
    LEFT_FEMUR,
    LEFT_RIB_7_BACK,
    Focus,
    a_case,
    a_report,
)


def reported(foci=(LEFT_FEMUR, LEFT_RIB_7_BACK, BLADDER), **options):
    report, mentions = a_report()
    return a_case(list(foci), report=report, mentions=mentions, **options)


def drawn_by_hand():
    case = a_case([LEFT_FEMUR])
    nan = float("nan")
    spots = [replace(spot, probability=nan, probability_image_only=nan, edited_by="reader") for spot in case.hot_spots]
    return replace(case, hot_spots=spots, changes=(Change("H01", "new", "", "metastasis"),))


def without_bones():
    return replace(a_case([LEFT_FEMUR], without_bones=("femur",)))


CASES = {
    "without report": lambda: a_case([LEFT_FEMUR, BLADDER]),
    "with report": reported,
    "each report effect": lambda: reported(
        [
            Focus(-80, -100, {"metastasis": 0.2}, {"metastasis": 0.9}),
            Focus(80, -100, {"metastasis": 0.9}, {"metastasis": 0.1}),
            Focus(-80, -200, {"metastasis": 0.9}, {"benign": 0.9}),
        ]
    ),
    "anterior view only": lambda: a_case([LEFT_FEMUR], views=("anterior",)),
    "posterior view only, with report": lambda: reported(views=("posterior",)),
    "no lesions": lambda: a_case([]),
    "drawn by hand": drawn_by_hand,
    "bone not shown": without_bones,
    "de-identified": lambda: reported(deidentified=True),
}


@pytest.fixture(scope="module")
def schema():
    return json.loads(resource_path("Schema", "result.schema.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", CASES)
def test_the_document_is_valid_and_plain_json(schema, name):
    document = result_document(CASES[name]())
    text = json.dumps(document, allow_nan=False)
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(json.loads(text))
    assert "NaN" not in text
    assert document == json.loads(text), "nothing but plain values"


def test_a_wrong_document_is_not_valid(schema):
    document = result_document(a_case([LEFT_FEMUR]))
    document["hot_spots"][0]["class"] = "tumour"
    assert not jsonschema.Draft202012Validator(schema).is_valid(document)


def test_what_is_not_known_is_null():
    document = result_document(a_case([BLADDER]))
    (bladder,) = document["hot_spots"]
    assert bladder["ratio_to_background"] is None
    assert bladder["probability_with_report"] is None


def test_no_lesion_is_said_plainly():
    document = result_document(a_case([BLADDER]))
    assert document["summary"].startswith("No lesion found")
    assert document["burden"]["lesion_count"] == 0


def test_lesions_are_said_with_index_weights_and_rule():
    assert summary_sentence(a_case([LEFT_FEMUR])).startswith(
        "1 lesion accepted as metastasis; Bone Scan Index 0.16 % (Skeletal mass after Spiers 1968"
    )
    two = summary_sentence(a_case([LEFT_FEMUR, L3]))
    assert two.startswith("2 lesions")
    assert "view rule max" in two


def test_an_index_that_leaves_a_bone_out_says_so():
    case = without_bones()
    assert case.burden.unmeasured == ()  # it lies on no bone at all then
    partly = replace(case.burden, unmeasured=("femur_left",))
    assert "without femur left" in summary_sentence(replace(case, burden=partly))


def test_it_says_research_use_only_and_which_model_and_skeleton():
    document = result_document(a_case([]))
    assert document["research_use"] == RESEARCH_USE
    assert document["model"]["name"] == "painted"
    assert document["scan"]["skeleton_channels"] == list(SKELETON_CHANNEL_NAMES)
    assert "a convention" in document["scan"]["geometry_note"]


def test_the_left_side_is_left_with_its_plane_and_matrix():
    document = result_document(a_case([LEFT_FEMUR]))
    (spot,) = document["hot_spots"]
    assert (spot["side"], set(spot["views"])) == ("left", {"anterior", "posterior"})
    views = document["scan"]["views"]
    assert [views[name]["plane_a_mm"] for name in ("anterior", "posterior")] == [100, -100]
    assert [views[name]["ijk_to_ras"][0][0] for name in ("anterior", "posterior")] == [-4, 4]


def test_clauses_and_phrases_are_spans_of_the_text():
    report = result_document(reported())["report"]
    for clause in report["clauses"]:
        assert report["text"][clause["start"] : clause["end"]] == clause["text"]
    spans = [spot["phrase_span"] for spot in result_document(reported())["hot_spots"]]
    assert spans[0] is not None
    assert report["text"][slice(*spans[0])] == "Intense uptake in the 7th rib on the left."


def test_without_identity_nothing_of_patient_or_text_is_left():
    case = without_identity(reported())
    text = json.dumps(result_document(case))
    for secret in ("4711", "Doe", "ACC-0815", "1.2.3.", "Intense", "Clinical history"):
        assert secret in json.dumps(result_document(reported()))
        assert secret not in text
    assert result_document(case)["report"]["present"]
    assert result_document(case)["deidentified"]


def test_a_mask_has_a_fingerprint_that_any_pixel_changes():
    view = a_case([]).scan.views["anterior"]
    mask = LEFT_FEMUR.mask(view)
    before = mask_sha256(mask)
    assert mask_sha256(mask.copy()) == before
    mask[0, 0] = True
    assert mask_sha256(mask) != before


def test_intervals_are_written_with_few_digits_and_hold_their_figures():
    document = result_document(a_case([LEFT_FEMUR, Focus(-80, -250, {"metastasis": 0.7, "benign": 0.3})]))
    for figures in (document["burden"], *document["burden"]["regions"]):
        low, high = figures["intervals"]["bsi_percent"]
        assert low <= figures["bsi_percent"] <= high
        assert all(len(f"{end:g}".replace(".", "").strip("0")) <= 5 for end in (low, high))
        counts = figures["intervals"]["total_counts_anterior"]
        assert counts[0] <= figures["total_counts"]["anterior"] <= counts[1]
