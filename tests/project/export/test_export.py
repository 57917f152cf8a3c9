"""Exports: what common readers of VOC expect, nothing of the user's touched, stopped and gone on with."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path, PurePosixPath

import numpy as np
import pytest
from PIL import Image

from edam_gui.core.arrays import UInt8Array
from edam_gui.core.errors import InputFileError, OptionError
from edam_gui.core.label_set import PASCAL_VOC, LabelSet
from edam_gui.core.palette import voc_palette
from edam_gui.imaging.image_labels import read_image_labels
from edam_gui.imaging.photo import probe_photo_size, read_photo
from edam_gui.jobs import CancelToken
from edam_gui.project.export import (
    ExportFormat,
    ExportImage,
    ExportReport,
    ExportRequest,
    Labelled,
    PhotoLink,
    Split,
    export_images,
    select_images,
)
from edam_gui.project.images import ImageEntry, list_images
from edam_gui.project.opening import create_project, look_at
from edam_gui.project.store import Query, Status, Ticks
from edam_gui.project.store.changes import SetStatus

SIZE = (20, 12)
EVERYTHING = frozenset(ExportFormat)


def photo(root: Path, relative: str, *, orientation: int = 1, status: Status = Status.NEW) -> ExportImage:
    path = root / relative
    path.parent.mkdir(parents=True, exist_ok=True)
    exif = Image.Exif()
    exif[0x0112] = orientation
    pixels = np.random.default_rng(len(relative)).integers(0, 255, (SIZE[1], SIZE[0], 3), np.uint8)
    Image.fromarray(pixels).save(path, exif=exif)
    return ExportImage(ImageEntry(path, PurePosixPath(relative)), status)


def some_labels(image: ExportImage) -> UInt8Array:
    width, height = probe_photo_size(image.entry.path)
    labels = np.zeros((height, width), np.uint8)
    labels[2:6, 3:9] = 1 + len(image.entry.relative.name) % 20
    labels[8:, 0] = 255
    return labels


class Labeller:
    """Makes label maps, and remembers of which images."""

    def __init__(self, labels: Callable[[ExportImage], UInt8Array] = some_labels) -> None:
        self.asked: list[str] = []
        self._labels = labels

    def __call__(self, image: ExportImage) -> Labelled:
        self.asked.append(str(image.entry.relative))
        return Labelled(self._labels(image), {"model": "abc", "corrected": 0.25, "thresholds": {"theta": 20.0}})


def export(
    request: ExportRequest, images: Iterable[ExportImage], labeller: Labeller | None = None, **options: CancelToken
) -> ExportReport:
    return export_images(request, list(images), lambda image: image, labeller or Labeller(), **options)


def request(out: Path, *formats: ExportFormat, **options: object) -> ExportRequest:
    return ExportRequest(out, PASCAL_VOC, frozenset(formats), **options)  # type: ignore[arg-type]


def snapshot(root: Path) -> dict[str, tuple[bytes, int]]:
    return {str(p): (p.read_bytes(), p.stat().st_mtime_ns) for p in sorted(root.rglob("*")) if p.is_file()}


def files(root: Path) -> list[str]:
    return sorted(p.relative_to(root).as_posix() for p in root.rglob("*") if p.is_file() and p.name[0] != ".")


def test_label_maps_mirror_the_names_of_the_photos(tmp_path: Path) -> None:
    images = [photo(tmp_path / "photos", name) for name in ("a.jpg", "x/a.jpg", "x/b.jpg", "x/b.png")]
    before = snapshot(tmp_path / "photos")
    report = export(request(tmp_path / "out", ExportFormat.PNG, labels=False), images)
    assert [str(p) for p in report.written] == ["a.jpg", "x/a.jpg", "x/b.jpg", "x/b.png"]
    assert (report.failed, report.problems, report.cancelled) == ([], [], False)
    maps = ["a.png", "x/a.png", "x/b.jpg.png", "x/b.png.png"]
    assert files(tmp_path / "out") == sorted([*maps, "classes.json", "provenance.json"])
    for image, name in zip(images, maps, strict=True):
        with Image.open(tmp_path / "out" / name) as stored:
            assert stored.mode == "P"
            assert stored.getpalette() == voc_palette().reshape(-1).tolist()
            assert np.array_equal(np.array(stored), some_labels(image))
    assert snapshot(tmp_path / "photos") == before
    assert LabelSet.from_json((tmp_path / "out" / "classes.json").read_text()) == PASCAL_VOC


class PlainVOC:
    """What torchvision's, mmsegmentation's and the DeepLab repositories' readers do, in a few lines."""

    def __init__(self, root: Path, image_set: str) -> None:
        text = (root / "ImageSets" / "Segmentation" / f"{image_set}.txt").read_text()
        self.names = [line.strip() for line in text.split("\n") if line.strip()]
        assert all(name.split() == [name] for name in self.names)
        self._root = root

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        name = self.names[index]
        with Image.open(self._root / "JPEGImages" / f"{name}.jpg") as picture:
            assert picture.format == "JPEG"
            pixels = np.array(picture.convert("RGB"))  # such readers do not look at EXIF
        with Image.open(self._root / "SegmentationClass" / f"{name}.png") as picture:
            assert picture.mode == "P"
            labels = np.array(picture)
        assert labels.dtype == np.uint8
        return pixels, labels


@pytest.mark.parametrize("link", list(PhotoLink))
def test_a_voc_tree_is_one_to_common_readers(tmp_path: Path, link: PhotoLink) -> None:
    root = tmp_path / "photos"
    images = [
        photo(root, "2007_000032.jpg", status=Status.ACCEPTED),
        photo(root, "dir/deep/a.jpg", status=Status.ACCEPTED),
        photo(root, "dir/turned.jpg", orientation=6, status=Status.NEEDS_WORK),
        photo(root, "a b.png", status=Status.ACCEPTED),
        photo(root, "dir__deep__a.bmp"),
        photo(root, "DIR/turned.JPG"),
    ]
    before = snapshot(root)
    out = tmp_path / "voc"
    report = export(request(out, ExportFormat.VOC, photos=link, split=Split(0.5, seed=3)), images)
    assert report.failed == []
    assert report.problems == []
    assert snapshot(root) == before
    whole = PlainVOC(out, "trainval")
    ids = ["2007_000032", "dir__deep__a", "dir__turned", "a_b", "dir__deep__a~2", "DIR__turned~2"]
    assert whole.names == ids
    for number, image in enumerate(images):
        pixels, labels = whole[number]
        assert np.array_equal(labels, some_labels(image))
        shown = read_photo(image.entry.path).pixels
        assert pixels.shape == shown.shape
        assert np.abs(pixels.astype(int) - shown).mean() < 12
    train, val = PlainVOC(out, "train").names, PlainVOC(out, "val").names
    assert sorted(train + val) == sorted(ids)
    assert len(val) == 3
    assert PlainVOC(out, "accepted").names == ["2007_000032", "dir__deep__a", "a_b"]
    assert PlainVOC(out, "needs_work").names == ["dir__turned"]
    target = out / "JPEGImages" / "2007_000032.jpg"
    assert target.is_symlink() is (link is PhotoLink.SYMLINK)
    assert target.samefile(images[0].entry.path) is (link is not PhotoLink.COPY)
    assert not (out / "JPEGImages" / "dir__turned.jpg").samefile(images[2].entry.path)
    assert [
        entry.relative.stem for entry in list_images(out / "ImageSets" / "Segmentation" / "train.txt").entries
    ] == train
    # Once more over its own result: links are replaced by links, and still nobody's photo is touched.
    assert export(request(out, ExportFormat.VOC, photos=link, split=Split(0.5, seed=3)), images).failed == []
    assert snapshot(root) == before


def test_the_draw_of_validation_images_hardly_moves_when_images_are_added(tmp_path: Path) -> None:
    images = [photo(tmp_path / "photos", f"{n}.png") for n in range(12)]
    vals = []
    for name, some in (("one", images[:10]), ("two", images)):
        export(request(tmp_path / name, ExportFormat.VOC, split=Split(0.3, seed=1)), some)
        vals.append(set(PlainVOC(tmp_path / name, "val").names))
    assert [len(val) for val in vals] == [3, 4]
    assert len(vals[0] - vals[1]) <= 1
    export(request(tmp_path / "three", ExportFormat.VOC, split=Split(0.3, seed=2)), images[:10])
    assert set(PlainVOC(tmp_path / "three", "val").names) != vals[0]


def test_every_format_at_once(tmp_path: Path) -> None:
    images = [photo(tmp_path / "photos", f"{n}.png") for n in range(10)]
    report = export(request(tmp_path / "out", *EVERYTHING), images)
    assert (report.failed, report.problems) == ([], [])
    found = files(tmp_path / "out")
    assert "label_maps/3.png" in found
    assert "overlays/3.jpg" in found
    assert [name for name in found if name.startswith("sheets/")] == ["sheets/sheet-0001.jpg", "sheets/sheet-0002.jpg"]
    assert probe_photo_size(tmp_path / "out" / "overlays" / "3.jpg") == SIZE
    wide, high = probe_photo_size(tmp_path / "out" / "sheets" / "sheet-0001.jpg")
    assert wide > 900
    assert high > 8 * 180


def test_provenance_says_what_each_label_map_was_made_with(tmp_path: Path) -> None:
    images = [photo(tmp_path / "photos", "x/a.png", status=Status.ACCEPTED)]
    export(request(tmp_path / "out", ExportFormat.VOC, about={"name": "cats"}), images)
    content = json.loads((tmp_path / "out" / "provenance.json").read_text())
    assert content["program"].startswith("edam-gui ")
    assert content["state"] == "done"
    assert content["project"] == {"name": "cats"}
    assert content["images"]["x/a"] == {
        "status": "accepted",
        "image": "x/a.png",
        "files": ["SegmentationClass/x__a.png", "JPEGImages/x__a.jpg"],
        "model": "abc",
        "corrected": 0.25,
        "thresholds": {"theta": 20.0},
        "voc_id": "x__a",
        "split": "train",
    }


def test_image_level_labels_can_be_read_back(tmp_path: Path) -> None:
    ticks = [
        Ticks(frozenset({3, 20})),
        Ticks(frozenset()),
        None,
        Ticks(frozenset({5, 6}), suggested=frozenset({6})),
        Ticks(frozenset({7}), suggested=frozenset({7})),
    ]
    images = [
        ExportImage(photo(tmp_path / "photos", f"x/image{n}.png").entry, ticks=ticks[n]) for n in range(len(ticks))
    ]
    for formats, suggested in ((ExportFormat.PNG, False), (ExportFormat.VOC, False), (ExportFormat.PNG, True)):
        out = tmp_path / f"{formats}-{suggested}"
        export(request(out, formats, suggested=suggested), images)
        expected = [{3, 20}, set(), None, {5, 6} if suggested else None, {7} if suggested else None]
        for name in ("cls_labels.npy", "cls_labels.csv"):
            labels = read_image_labels(out / name, PASCAL_VOC)
            assert labels.problems == ()
            for n, wanted in enumerate(expected):
                relative = f"x__image{n}.jpg" if formats is ExportFormat.VOC else f"x/image{n}.png"
                assert labels.lookup(PurePosixPath(relative)) == wanted
    stored = np.load(tmp_path / "png-False" / "cls_labels.npy", allow_pickle=True).item()
    assert stored["x/image0"].dtype == np.float32
    assert np.flatnonzero(stored["x/image0"]).tolist() == [2, 19]


def test_one_failure_does_not_stop_the_others(tmp_path: Path) -> None:
    images = [photo(tmp_path / "photos", f"{n}.png") for n in range(4)]
    (tmp_path / "photos" / "1.png").write_bytes(b"damaged")

    def labels(image: ExportImage) -> UInt8Array:
        if image.entry.relative.name == "2.png":
            raise InputFileError(image.entry.path, "has no masks")
        return np.zeros((3, 3), np.uint8) if image.entry.relative.name == "3.png" else np.zeros((12, 20), np.uint8)

    told = []
    report = export_images(
        request(tmp_path / "out", ExportFormat.VOC), images, lambda image: image, Labeller(labels), progress=told.append
    )
    assert [str(p) for p in report.written] == ["0.png"]
    assert [str(p) for p, _ in report.failed] == ["1.png", "2.png", "3.png"]
    sentences = [sentence for _, sentence in report.failed]
    assert "not a JPEG" in sentences[0]
    assert "has no masks" in sentences[1]
    assert "is 20 x 12, but its label map 3 x 3" in sentences[2]
    assert [(p.done, p.total, p.failure is None) for p in told] == [
        (1, 4, True),
        (2, 4, False),
        (3, 4, False),
        (4, 4, False),
    ]
    assert PlainVOC(tmp_path / "out", "trainval").names == ["0"]
    assert json.loads((tmp_path / "out" / "provenance.json").read_text())["failed"].keys() == {
        "1.png",
        "2.png",
        "3.png",
    }


@pytest.mark.parametrize("formats", [(ExportFormat.PNG,), tuple(ExportFormat)])
def test_a_stopped_export_goes_on_where_it_was(tmp_path: Path, formats: tuple[ExportFormat, ...]) -> None:
    images = [photo(tmp_path / "photos", f"{n:02}.png") for n in range(20)]
    token = CancelToken()
    labeller = Labeller()

    def label(image: ExportImage) -> Labelled:
        if len(labeller.asked) == 11:
            token.cancel()
        return labeller(image)

    first = export_images(request(tmp_path / "out", *formats), images, lambda image: image, label, token=token)
    assert first.cancelled
    assert 8 <= len(first.written) < 20
    assert json.loads((tmp_path / "out" / "provenance.json").read_text())["state"] == "cancelled"
    labeller = Labeller()
    second = export(request(tmp_path / "out", *formats, resume=True), images, labeller)
    assert not second.cancelled
    whole_pages = 8 if ExportFormat.SHEET in formats else len(first.written)
    assert len(second.kept) == whole_pages
    assert labeller.asked == [f"{n:02}.png" for n in range(whole_pages, 20)]
    content = json.loads((tmp_path / "out" / "provenance.json").read_text())
    assert len(content["images"]) == 20
    assert content["state"] == "done"
    third = export(request(tmp_path / "out", *formats, resume=True), images)
    assert len(third.kept) == 20


def test_a_resumed_export_makes_again_what_changed_or_is_damaged(tmp_path: Path) -> None:
    images = [photo(tmp_path / "photos", f"{n}.png") for n in range(5)]
    out = tmp_path / "out"
    export(request(out, ExportFormat.PNG), images)
    (out / "0.png").write_bytes(b"damaged")
    (out / "1.png").unlink()
    photo(tmp_path / "photos", "2.png")
    (tmp_path / "photos" / "2.png").touch()
    images[3] = ExportImage(images[3].entry, key="another stroke")
    journal = out / ".edam-export.jsonl"
    journal.write_text(journal.read_text() + '{"image": "cut sh')
    labeller = Labeller()
    report = export(request(out, ExportFormat.PNG, resume=True), images, labeller)
    assert labeller.asked == ["0.png", "1.png", "2.png", "3.png"]
    assert [str(p) for p in report.kept] == ["4.png"]


def test_other_options_and_other_peoples_files_need_a_word(tmp_path: Path) -> None:
    images = [photo(tmp_path / "photos", "a.png")]
    out = tmp_path / "out"
    export(request(out, ExportFormat.PNG), images)
    with pytest.raises(OptionError, match="made with other options"):
        export(request(out, ExportFormat.VOC, resume=True), images)
    labeller = Labeller()
    export(request(out, ExportFormat.VOC, resume=True, overwrite=True), images, labeller)
    assert labeller.asked == ["a.png"]
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "a.png").write_bytes(b"precious")
    with pytest.raises(OptionError, match="no export of this program"):
        export(request(tmp_path / "mine", ExportFormat.PNG), images)
    assert (tmp_path / "mine" / "a.png").read_bytes() == b"precious"


@pytest.mark.parametrize(
    ("out", "formats"),
    [
        ("data/JPEGImages", ExportFormat.PNG),
        ("data/JPEGImages/export", ExportFormat.PNG),
        ("data", ExportFormat.VOC),
        ("link", ExportFormat.PNG),
    ],
)
def test_nothing_is_written_among_the_photos(tmp_path: Path, out: str, formats: ExportFormat) -> None:
    images = [photo(tmp_path / "data" / "JPEGImages", "a.jpg")]
    (tmp_path / "link").symlink_to(tmp_path / "data" / "JPEGImages")
    before = snapshot(tmp_path)
    with pytest.raises(OptionError, match="lies among the photos"):
        export(request(tmp_path / out, formats), images)
    assert snapshot(tmp_path) == before


def test_an_export_inside_a_project_is_nobodys_photos(tmp_path: Path) -> None:
    photo(tmp_path / "photos", "a.jpg")
    photo(tmp_path / "photos", "b.jpg")
    with create_project(look_at(tmp_path), PASCAL_VOC) as store:
        store.submit(SetStatus(store.ids()[1], Status.ACCEPTED))
        store.flush()
        images, ids, problems = select_images(store, Query(statuses=frozenset({Status.ACCEPTED})))
        assert problems == ()
        assert [ids[image] for image in images] == [store.ids()[1]]
        export(request(tmp_path / "for training", ExportFormat.VOC), images)
    assert (tmp_path / "for training" / "JPEGImages" / "photos__b.jpg").exists()
    assert [str(entry.relative) for entry in look_at(tmp_path).entries] == ["photos/a.jpg", "photos/b.jpg"]
