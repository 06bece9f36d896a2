"""OUT on disk: where it may be written, and whole or not at all."""

from __future__ import annotations

import pytest

from BoneMetSegLib import case_folder
from BoneMetSegLib.case_folder import (
    CASE_FILES,
    check_destination,
)
from BoneMetSegLib.errors import InputError
from Testing.library.case_folder.case_on_disk import (
    contents,
    write,
)
from Testing.library.synthetic_case import (
    L3,
    a_case,
)


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
