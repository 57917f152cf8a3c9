"""Image-level labels of any kind answer the same questions."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path, PurePosixPath

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edam_gui.core.errors import InputFileError
from edam_gui.core.label_set import PASCAL_VOC, LabelSet
from edam_gui.imaging.image_labels import ImageLabels, read_image_labels
from edam_gui.imaging.label_map_file import write_label_map

CAT, DOG, PERSON = (PASCAL_VOC.index(name) for name in ("cat", "dog", "person"))


def labels(folder: Path, name: str, content: str | bytes, label_set: LabelSet = PASCAL_VOC) -> ImageLabels:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_image_labels(path, label_set)


def of(read: ImageLabels, name: str) -> frozenset[int] | None:
    return read.lookup(PurePosixPath(name))


def annotation(*objects: str) -> str:
    return "<annotation><filename>x</filename>" + "".join(objects) + "</annotation>"


def voc_object(name: str, difficult: int = 0) -> str:
    part = "<part><name>head</name></part>"
    return f"<object><name>{name}</name><difficult>{difficult}</difficult>{part}</object>"


# --- tables ----------------------------------------------------------------------------------------------------------


def test_csv_rows_name_images_with_or_without_extension(tmp_path: Path) -> None:
    read = labels(tmp_path, "l.csv", '\ufeffa.jpg,cat,dog\r\nb,person\r\n\r\nsub/c.png,\r\nd\r\n"e, f.jpg","cat"\r\n')
    assert read.problems == ()
    assert read.names() == ("a.jpg", "b", "sub/c.png", "d", "e, f.jpg")
    assert of(read, "a.jpg") == {CAT, DOG}
    assert of(read, "b.jpeg") == {PERSON}
    assert of(read, "sub/c.png") == frozenset()
    assert of(read, "d.bmp") == frozenset()
    assert of(read, "e, f.jpg") == {CAT}
    assert of(read, "unknown.jpg") is None


def test_names_of_classes_are_read_as_people_write_them(tmp_path: Path) -> None:
    read = labels(tmp_path, "l.csv", "a, Cat , TV/monitor, potted plant,couch,background\n")
    assert of(read, "a.jpg") == {PASCAL_VOC.index(n) for n in ("cat", "tvmonitor", "pottedplant", "sofa")}


def test_a_row_with_an_unknown_class_fails_its_image_only(tmp_path: Path) -> None:
    read = labels(tmp_path, "l.csv", "a,cat\nb,cat,gto\nc,dog\n")
    assert of(read, "a.jpg") == {CAT}
    assert of(read, "c.jpg") == {DOG}
    (problem,) = read.problems
    for part in ("l.csv", "row 2 (b)", "'gto'", "aeroplane"):
        assert part in problem
    with pytest.raises(InputFileError, match=r"l\.csv: row 2 \(b\): 'gto' is not one of the 20 classes"):
        of(read, "b.jpg")


def test_two_rows_that_contradict_each_other_are_both_named(tmp_path: Path) -> None:
    for second in ("a", "a.jpg"):
        read = labels(tmp_path, "l.csv", f"a.jpg,cat\n{second},dog\nb,cat\n")
        with pytest.raises(InputFileError, match=rf"row 1 \(a\.jpg\) and row 2 \({second}\) say different things"):
            of(read, "a.jpg")
        assert of(read, "b.jpg") == {CAT}
    assert of(labels(tmp_path, "l.csv", "a.jpg,cat,dog\na,dog,cat\n"), "a.jpg") == {CAT, DOG}


def test_rows_of_two_images_with_one_stem_are_told_apart(tmp_path: Path) -> None:
    read = labels(tmp_path, "l.csv", "a.jpg,cat\na.png,dog\nx/b.jpg,cat\ny/b.jpg,dog\n")
    assert of(read, "a.jpg") == {CAT}
    assert of(read, "a.png") == {DOG}
    assert of(read, "y/b.jpg") == {DOG}
    with pytest.raises(InputFileError, match="different things"):
        of(read, "z/b.jpg")


def test_a_row_without_folder_is_not_used_for_two_images(tmp_path: Path) -> None:
    (tmp_path / "l.csv").write_text("b,cat\nc,dog\n")
    images = [PurePosixPath(name) for name in ("x/b.jpg", "y/b.jpg", "x/c.jpg")]
    read = read_image_labels(tmp_path / "l.csv", PASCAL_VOC, images=images)
    assert read.lookup(images[2]) == {DOG}
    with pytest.raises(InputFileError, match=r"row 1 \(b\) could mean x/b\.jpg or y/b\.jpg"):
        read.lookup(images[0])


def test_names_compare_composed(tmp_path: Path) -> None:
    read = labels(tmp_path, "l.csv", unicodedata.normalize("NFD", "Ä/é.jpg,cat\n"))
    assert of(read, unicodedata.normalize("NFC", "Ä/é.jpg")) == {CAT}


@given(
    st.dictionaries(
        st.text("abc.é_ 1", min_size=1, max_size=6).map(str.strip).filter(bool), st.sets(st.integers(1, 20))
    )
)
def test_every_table_says_the_same(tmp_path_factory: pytest.TempPathFactory, rows: dict[str, set[int]]) -> None:
    rows = {f"{name}.jpg": classes for name, classes in rows.items()}
    folder = tmp_path_factory.mktemp("tables")
    named = {name: [PASCAL_VOC.names[index] for index in classes] for name, classes in rows.items()}
    numbers = {name: np.isin(np.arange(1, 21), list(classes)).astype(np.float32) for name, classes in rows.items()}
    (folder / "l.csv").write_text("".join(",".join((f'"{n}"', *c)) + "\n" for n, c in named.items()) or "\n", "utf-8")
    (folder / "l.json").write_text(json.dumps(named), "utf-8")
    np.save(folder / "l.npy", numbers)
    for table in ("l.csv", "l.json", "l.npy"):
        read = read_image_labels(folder / table, PASCAL_VOC)
        assert read.problems == ()
        assert all(of(read, name) == classes for name, classes in rows.items())


def test_a_json_row_that_is_no_list_fails_its_image_only(tmp_path: Path) -> None:
    read = labels(tmp_path, "l.json", '{"a": "cat", "b": ["dog"], "c": {"voc": ["cat"]}, "d": [1]}')
    assert len(read.problems) == 3
    assert of(read, "b.jpg") == {DOG}
    for name in ("a", "c", "d"):
        with pytest.raises(InputFileError, match="a list of class names is needed"):
            of(read, name + ".jpg")


def test_a_name_twice_in_json_is_no_silent_choice(tmp_path: Path) -> None:
    read = labels(tmp_path, "l.json", '{"a": ["cat"], "a": ["dog"]}')
    with pytest.raises(InputFileError, match="different things"):
        of(read, "a.jpg")


def test_irn_and_coco_number_their_images(tmp_path: Path) -> None:
    row = np.zeros(20, np.float32)
    row[CAT - 1] = 1
    np.save(tmp_path / "cls_labels.npy", {2007000032: row, np.int32(42): row})
    read = read_image_labels(tmp_path / "cls_labels.npy", PASCAL_VOC)
    assert of(read, "2007_000032.jpg") == {CAT}
    assert of(read, "000000000042.jpg") == {CAT}
    assert of(read, "42.png") == {CAT}


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        ({"a": np.zeros(80)}, "80 numbers per image .* but there are 20 classes"),
        ({"a": np.zeros((20, 1))}, "one number per class for a"),
        ({"a": "cat"}, "one number per class for a"),
        (np.zeros((3, 20)), "holds an array"),
    ],
)
def test_a_label_array_for_other_classes_is_refused(tmp_path: Path, content: object, cause: str) -> None:
    np.save(tmp_path / "l.npy", content)
    with pytest.raises(InputFileError, match=cause):
        read_image_labels(tmp_path / "l.npy", PASCAL_VOC)


def test_label_numbers_must_be_finite(tmp_path: Path) -> None:
    np.save(tmp_path / "l.npy", {"a": np.full(20, np.nan), "b": np.ones(20)})
    read = read_image_labels(tmp_path / "l.npy", PASCAL_VOC)
    assert len(of(read, "b.jpg")) == 20
    with pytest.raises(InputFileError, match="not finite"):
        of(read, "a.jpg")


@pytest.mark.parametrize(
    ("name", "content", "cause"),
    [
        ("l.csv", b"a,c\xe4t\n", "UTF-8"),
        ("l.csv", b"a\0,cat\n", "UTF-8"),
        ("l.csv", b",cat\n", "no image"),
        ("l.csv", b'a,"' + b"x" * 200_000 + b'"\n', "not valid CSV"),
        ("l.csv", b"", "empty"),
        ("l.json", b"[1, 2]", "image-level labels"),
        ("l.json", b"{", "not valid JSON"),
        ("l.json", b'{"a":' * 50_000, "not valid JSON"),
        ("l.txt", b"a", "no file of image-level labels"),
    ],
)
def test_an_unusable_table_is_named_with_its_cause(tmp_path: Path, name: str, content: bytes, cause: str) -> None:
    with pytest.raises(InputFileError, match=rf"{name}: .*{cause}"):
        labels(tmp_path, name, content)


def test_a_missing_source_is_named(tmp_path: Path) -> None:
    for name in ("none.csv", "none"):
        with pytest.raises(InputFileError, match=f"{name}: does not exist"):
            read_image_labels(tmp_path / name, PASCAL_VOC)


# --- folders ---------------------------------------------------------------------------------------------------------


def test_voc_annotations_count_difficult_objects_but_no_parts(tmp_path: Path) -> None:
    for name, text in {
        "a": annotation(voc_object("cat"), voc_object("dog", difficult=1), voc_object("cat")),
        "sub/b": annotation(),
    }.items():
        path = tmp_path / "Annotations" / f"{name}.xml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    for source in (tmp_path, tmp_path / "Annotations"):
        read = read_image_labels(source, PASCAL_VOC)
        assert of(read, "a.jpg") == {CAT, DOG}
        assert of(read, "sub/b.jpg") == frozenset()
        assert of(read, "c.jpg") is None


def test_annotations_are_read_when_they_are_asked_for(tmp_path: Path) -> None:
    (tmp_path / "good.xml").write_text(annotation(voc_object("cat")))
    (tmp_path / "bad.xml").write_text("<annotation>")
    read = read_image_labels(tmp_path, PASCAL_VOC)
    assert of(read, "good.jpg") == {CAT}
    with pytest.raises(InputFileError, match=r"bad\.xml: is not valid XML"):
        of(read, "bad.jpg")


BOMB = '<!DOCTYPE a [<!ENTITY x "aaaaaaaaaa"><!ENTITY y "&x;&x;&x;&x;">]><annotation>&y;</annotation>'
OUTSIDE = (
    '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><annotation><object><name>&x;</name></object></annotation>'
)


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        (BOMB, "entities or a document type"),
        (OUTSIDE, "entities or a document type"),
        ('<!DOCTYPE a SYSTEM "http://localhost/a.dtd"><annotation/>', "entities or a document type"),
        ("<html/>", "begins with <html>"),
        ("", "empty"),
        ("cat", "not valid XML"),
        ('<?xml version="1.0" encoding="nonsense"?><annotation/>', "not valid XML"),
        (annotation("<object/>"), "class of its object 1"),
        (annotation(voc_object("cat"), voc_object("unicorn")), "object 2: 'unicorn' is not one of the 20 classes"),
    ],
)
def test_a_bad_annotation_fails_its_image_with_a_sentence(tmp_path: Path, content: str, cause: str) -> None:
    (tmp_path / "a.xml").write_text(content)
    read = read_image_labels(tmp_path, PASCAL_VOC)
    with pytest.raises(InputFileError, match=rf"a\.xml: .*{cause}"):
        of(read, "a.jpg")


def test_two_annotations_for_one_image_are_both_named(tmp_path: Path) -> None:
    for folder in ("x", "y"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.xml").write_text(annotation())
    read = read_image_labels(tmp_path, PASCAL_VOC)
    assert of(read, "x/a.jpg") == frozenset()
    with pytest.raises(InputFileError, match=r"x.a\.xml: matches a\.jpg by name, and so does .*y.a\.xml"):
        of(read, "a.jpg")


def test_label_maps_say_which_classes_are_there(tmp_path: Path) -> None:
    labels_of_a = np.zeros((4, 5), np.uint8)
    labels_of_a[0, 0], labels_of_a[1], labels_of_a[2, 2] = 255, CAT, PERSON
    write_label_map(tmp_path / "a.png", labels_of_a)
    write_label_map(tmp_path / "b.png", np.zeros((4, 5), np.uint8))
    read = read_image_labels(tmp_path, PASCAL_VOC)
    assert of(read, "a.jpg") == {CAT, PERSON}
    assert of(read, "b.jpg") == frozenset()
    assert read.names() == ("a.png", "b.png")


def test_a_folder_without_labels_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match="neither VOC annotations"):
        read_image_labels(tmp_path, PASCAL_VOC)


def test_a_spreadsheets_semicolons_and_header_are_understood(tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    path.write_text("Image;Class;Class\na;cat\nb.jpg;dog;person\n")
    labels = read_image_labels(path, PASCAL_VOC)
    assert labels.problems == ()
    assert labels.lookup(PurePosixPath("b.jpg")) == {PASCAL_VOC.index("dog"), PASCAL_VOC.index("person")}
    assert labels.knows(PurePosixPath("a.jpg"))
    assert not labels.knows(PurePosixPath("Image.jpg"))


def test_an_image_that_is_called_name_is_no_header(tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    path.write_text("name,cat\n")
    assert read_image_labels(path, PASCAL_VOC).lookup(PurePosixPath("name.jpg")) == {PASCAL_VOC.index("cat")}


def test_a_misspelt_class_comes_with_a_suggestion(tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    path.write_text("a,dgo\n")
    (problem,) = read_image_labels(path, PASCAL_VOC).problems
    assert "'dgo' is not one of the 20 classes; did you mean 'dog'?" in problem
