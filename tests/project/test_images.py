"""Which images a folder, a VOC root or a list holds, and in which order."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

import pytest

from edam_gui.core.errors import InputFileError
from edam_gui.project.images import ImageCollection, list_images


def make(root: Path, *names: str) -> Path:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return root


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
    return path


def names(collection: ImageCollection) -> list[str]:
    assert all(entry.path == collection.root / entry.relative for entry in collection.entries)
    return [entry.relative.as_posix() for entry in collection.entries]


def voc(root: Path) -> Path:
    make(root, "JPEGImages/2007_000032.jpg", "JPEGImages/2007_000039.jpg", "JPEGImages/2010_000001.jpg")
    make(root, "SegmentationClass/2007_000032.png", "Annotations/2007_000032.xml")
    return root


def test_a_folder_is_taken_with_its_sub_folders_in_natural_order(tmp_path: Path) -> None:
    make(tmp_path, "a10.jpg", "a2.JPG", "B1.png", "sub/x10.tif", "sub/x9.webp", "notes.txt", "a.npy")
    collection = list_images(tmp_path)
    assert names(collection) == ["a2.JPG", "a10.jpg", "B1.png", "sub/x9.webp", "sub/x10.tif"]
    assert collection.problems == ()
    assert collection.voc_root is None


def test_hidden_files_are_no_photos(tmp_path: Path) -> None:
    make(tmp_path, "a.jpg", "._a.jpg", ".b.png", ".DS_Store", ".cache/c.jpg")
    collection = list_images(tmp_path)
    assert names(collection) == ["a.jpg"]
    assert collection.problems == ()


def test_an_unreadable_sub_folder_is_reported_and_the_rest_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(tmp_path, "a.jpg", "locked/b.jpg", "open/c.jpg")
    scandir = os.scandir

    def refuse(path: str) -> object:
        if "locked" in str(path):
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)  # the tests may run as root, whom no mode stops
    collection = list_images(tmp_path)
    assert names(collection) == ["a.jpg", "open/c.jpg"]
    (problem,) = collection.problems
    assert "locked" in problem
    assert "permission denied" in problem


def test_links_in_a_circle_end(tmp_path: Path) -> None:
    make(tmp_path, "sub/a.jpg")
    (tmp_path / "sub" / "up").symlink_to(tmp_path)
    (tmp_path / "b.jpg").symlink_to(tmp_path / "sub" / "a.jpg")
    (tmp_path / "gone.jpg").symlink_to(tmp_path / "nowhere.jpg")
    assert names(list_images(tmp_path)) == ["b.jpg", "sub/a.jpg"]


def test_no_image_is_opened_and_no_file_asked_for_its_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path, *(f"{i}.jpg" for i in range(50)))
    asked: list[str] = []
    stat = os.stat
    monkeypatch.setattr(os, "stat", lambda path, **options: asked.append(str(path)) or stat(path, **options))
    assert len(list_images(tmp_path).entries) == 50
    assert not [path for path in asked if path.endswith(".jpg")]


def test_the_images_of_a_voc_root_are_in_jpegimages(tmp_path: Path) -> None:
    for source in (voc(tmp_path), tmp_path / "JPEGImages"):
        collection = list_images(source)
        assert names(collection) == ["2007_000032.jpg", "2007_000039.jpg", "2010_000001.jpg"]
        assert collection.root == tmp_path / "JPEGImages"
        assert collection.voc_root == tmp_path


def test_one_image_is_a_collection_of_one(tmp_path: Path) -> None:
    collection = list_images(make(tmp_path, "a.jpg", "b.jpg") / "a.jpg")
    assert names(collection) == ["a.jpg"]
    assert collection.root == tmp_path


@pytest.mark.parametrize("name", ["none", "none.jpg", "none.txt"])
def test_a_missing_source_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputFileError, match=f"{name}: does not exist"):
        list_images(tmp_path / name)


def test_a_source_without_images_is_named(tmp_path: Path) -> None:
    make(tmp_path, "a.pdf")
    with pytest.raises(InputFileError, match="holds no images"):
        list_images(tmp_path)
    with pytest.raises(InputFileError, match=r"a\.pdf: is neither a folder, a list"):
        list_images(tmp_path / "a.pdf")


# --- lists -----------------------------------------------------------------------------------------------------------


def test_a_list_in_imagesets_is_relative_to_the_voc_root(tmp_path: Path) -> None:
    voc(tmp_path)
    path = write(tmp_path / "ImageSets/Segmentation/val.txt", "2010_000001\n2007_000032\n")
    collection = list_images(path)
    assert names(collection) == ["2010_000001.jpg", "2007_000032.jpg"]
    assert collection.voc_root == tmp_path


def test_a_list_elsewhere_is_relative_to_its_folder(tmp_path: Path) -> None:
    make(
        tmp_path, "data/images/a.jpg", "data/images/b.png", "data/saliency/a.png", "data/c.d.jpg", "data/images/x y.jpg"
    )
    path = write(tmp_path / "data/list.txt", "images/b\r\nimages/a.jpg\r\n./c.d\r\nimages\\x y.jpg\r\n")
    collection = list_images(path)
    assert names(collection) == ["images/b.png", "images/a.jpg", "c.d.jpg", "images/x y.jpg"]
    assert collection.problems == ()
    assert collection.root == tmp_path / "data"


def test_a_list_chooses_and_orders_the_images_of_a_folder(tmp_path: Path) -> None:
    folder = make(tmp_path / "photos", "a.jpg", "b.jpg", "sub/c.jpg", "sub/d.jpg")
    path = write(tmp_path / "list.txt", "\ufeff# mine\n\nc\nsub/d.jpg\n a.jpg \n")
    collection = list_images(folder, path)
    assert names(collection) == ["sub/c.jpg", "sub/d.jpg", "a.jpg"]
    assert collection.problems == ()


def test_the_authors_lines_name_the_image_first(tmp_path: Path) -> None:
    text = (
        "/JPEGImages/2007_000039.jpg /SegmentationClassAug/2007_000039.png\n"
        "/JPEGImages/2007_000032.jpg\t/SegmentationClassAug/2007_000032.png\n/JPEGImages/2010_000001.jpg\n"
    )
    wanted = ["2007_000039.jpg", "2007_000032.jpg", "2010_000001.jpg"]
    voc(tmp_path / "VOC")
    path = write(tmp_path / "lists/train_aug.txt", text)
    for source in (tmp_path / "VOC", tmp_path / "VOC" / "JPEGImages"):
        assert names(list_images(source, path)) == wanted
    assert names(list_images(write(tmp_path / "VOC/ImageSets/train_aug.txt", text))) == wanted
    assert names(list_images(write(tmp_path / "VOC/train_aug.txt", text))) == wanted


def test_unusable_lines_are_reported_one_by_one(tmp_path: Path) -> None:
    folder = make(tmp_path / "photos", "a.jpg", "b.jpg", "b.png")
    make(tmp_path, "secret.jpg")
    lines = ["a", "nobody", "../secret.jpg", "/../secret.jpg", "x/../../secret", "b", "a.jpg", "b.png"]
    inside = write(folder / "list.txt", "\n".join(lines))
    outside = write(tmp_path / "list.txt", "\n".join(lines))
    for collection in (list_images(inside), list_images(folder, outside)):
        assert names(collection) == ["a.jpg", "b.png"]
        problems = "\n".join(collection.problems)
        assert len(collection.problems) == 6
        assert "line 2 (nobody) matches no image" in problems
        assert problems.count("'..'") == 3
        assert "line 6 (b) matches both b.jpg and b.png" in problems
        assert "line 7 (a.jpg) names the image of line 1 again" in problems


def test_an_absolute_path_in_a_list_does_not_leave_the_folder(tmp_path: Path) -> None:
    make(tmp_path, "elsewhere/a.jpg", "photos/b.jpg")
    path = write(tmp_path / "photos/list.txt", f"{tmp_path}/elsewhere/a.jpg\nb\n")
    collection = list_images(path)
    assert names(collection) == ["b.jpg"]
    assert len(collection.problems) == 1


def test_names_in_lists_compare_composed(tmp_path: Path) -> None:
    stored, listed = unicodedata.normalize("NFD", "Bär/é.jpg"), unicodedata.normalize("NFC", "Bär/é")
    make(tmp_path, stored)
    path = write(tmp_path / "list.txt", listed)
    assert names(list_images(path)) == [stored]
    assert names(list_images(tmp_path, path)) == [stored]


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("", "empty"),
        ("\n# nothing\n", "names no image"),
        ("nobody\n", r"names no image in .*line 1 \(nobody\)"),
        ("a\0b", "UTF-8"),
    ],
)
def test_a_list_without_any_image_is_named(tmp_path: Path, text: str, cause: str) -> None:
    folder = make(tmp_path / "photos", "a.jpg")
    for path in (write(folder / "list.txt", text), write(tmp_path / "list.txt", text)):
        with pytest.raises(InputFileError, match=rf"list\.txt: .*{cause}"):
            list_images(folder, path)
        with pytest.raises(InputFileError, match=rf"list\.txt: .*{cause}"):
            list_images(path)


def test_control_characters_of_a_list_do_not_reach_the_terminal(tmp_path: Path) -> None:
    make(tmp_path, "a.jpg")
    path = write(tmp_path / "list.txt", "a\n\x1b[31mred\n")
    (problem,) = list_images(path).problems
    assert problem.isprintable()


@pytest.mark.parametrize(
    "marks",
    [
        {"config.json": "{}", "manifest.json": "{}", "events.jsonl": ""},
        {".edam-export.jsonl": ""},
        {"provenance.json": '{\n "format_version": 1,\n "program": "edam-gui 1.0",\n'},
        {"run.json": '{\n "format_version": 1,\n "program": "edam-gui 1.0",\n'},
    ],
    ids=["training run", "export", "export without its journal", "output of label or saliency"],
)
def test_what_the_program_wrote_is_no_photo(tmp_path: Path, marks: dict[str, str]) -> None:
    make(tmp_path, "a.jpg", "other/b.jpg", "deep/made/samples/epoch_0001/00.jpg", "deep/made/c.png")
    for name, content in marks.items():
        write(tmp_path / "deep" / "made" / name, content)
    assert names(list_images(tmp_path)) == ["a.jpg", "other/b.jpg"]
    (tmp_path / "list.txt").write_text("00\nb\n")
    chosen = list_images(tmp_path, tmp_path / "list.txt")
    assert names(chosen) == ["other/b.jpg"]
    assert len(chosen.problems) == 1
    # Who names such a folder, or one with nothing else in it, means it.
    assert names(list_images(tmp_path / "deep" / "made")) == ["c.png", "samples/epoch_0001/00.jpg"]
    assert len(list_images(tmp_path / "deep").entries) == 2


def test_data_sets_of_others_may_hold_files_of_such_names(tmp_path: Path) -> None:
    make(tmp_path, "cats/a.jpg", "dogs/b.jpg")
    write(tmp_path / "cats" / "manifest.json", "{}")
    write(tmp_path / "cats" / "config.json", "{}")
    write(tmp_path / "dogs" / "run.json", '{"program": "something else"}')
    assert names(list_images(tmp_path)) == ["cats/a.jpg", "dogs/b.jpg"]
