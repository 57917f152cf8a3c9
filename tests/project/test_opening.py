"""What a user opens, what belongs to it, and the project that is made of it."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath

import numpy as np
import pytest
from PIL import Image

from edam_gui.core.errors import Cancelled, InputFileError
from edam_gui.core.label_set import PASCAL_VOC
from edam_gui.jobs import CancelToken
from edam_gui.project import opening as opening_module
from edam_gui.project.opening import (
    ORDER_SETTING,
    Opening,
    add_images,
    begin_project,
    create_project,
    fallback_file,
    fill_project,
    import_labels,
    look_at,
    open_project,
    project_of,
    set_role,
    unfinished,
)
from edam_gui.project.roles import check_sizes, match_role
from edam_gui.project.store import ProjectStore, Role, Ticks
from edam_gui.project.store.changes import SetSetting


def picture(path: Path, size: tuple[int, int] = (8, 6), orientation: int = 1) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.new("RGB" if path.suffix == ".jpg" else "L", size)
    exif = Image.Exif()
    exif[0x0112] = orientation
    image.save(path, exif=exif)
    return path


def listed(store: ProjectStore) -> list[str]:
    return [str(row.relative) for row in store.rows(store.ids())]


def roles(opening: Opening, base: Path) -> dict[Role, str]:
    return {role: path.relative_to(base).as_posix() for role, path in opening.roles.items()}


def test_a_folder_with_everything_inside(tmp_path: Path) -> None:
    for name in ("a.jpg", "b.jpg"):
        picture(tmp_path / "photos" / name)
        picture(tmp_path / "saliency" / name.replace("jpg", "png"))
    picture(tmp_path / "gt" / "a.png")
    picture(tmp_path / "label_maps" / "a.png")
    (tmp_path / "labels.csv").write_text("a,dog,cat\nb\nz,dog\n")
    assert project_of(tmp_path) is None
    opening = look_at(tmp_path)
    assert [str(e.relative) for e in opening.entries] == ["photos/a.jpg", "photos/b.jpg"]
    assert opening.project_file == tmp_path / "project.edam"
    assert (opening.exists, opening.notice, opening.ordered) == (False, None, False)
    assert roles(opening, tmp_path) == {
        Role.SALIENCY: "saliency",
        Role.GROUND_TRUTH: "gt",
        Role.LABELS: "labels.csv",
    }
    assert opening.candidates[Role.BASE_MAPS] == (tmp_path / "label_maps",)
    with create_project(opening, PASCAL_VOC) as store:
        assert listed(store) == ["photos/a.jpg", "photos/b.jpg"]
        a, b = store.rows(store.ids())
        assert a.ticks == Ticks(frozenset({PASCAL_VOC.index("dog"), PASCAL_VOC.index("cat")}))
        assert b.ticks == Ticks(frozenset())
        assert store.path_of(a) == tmp_path / "photos" / "a.jpg"
        assert store.path_of(store.roles()[Role.SALIENCY]) == tmp_path / "saliency"
        assert store.ungranted_roots() == ()
        assert store.setting(ORDER_SETTING) == "natural"
    assert look_at(tmp_path).exists
    assert project_of(tmp_path) == tmp_path / "project.edam"
    with open_project(tmp_path) as again:
        assert listed(again) == ["photos/a.jpg", "photos/b.jpg"]


def test_folders_beside_the_photos(tmp_path: Path) -> None:
    picture(tmp_path / "photos" / "a.jpg")
    picture(tmp_path / "Saliency-Maps" / "a.png")
    (tmp_path / "masks").mkdir()
    np.save(tmp_path / "masks" / "a.npy", np.zeros(3))
    opening = look_at(tmp_path / "photos")
    assert roles(opening, tmp_path) == {Role.SALIENCY: "Saliency-Maps", Role.MASKS: "masks"}
    with create_project(opening.with_role(Role.MASKS, None), PASCAL_VOC) as store:
        assert store.path.parent == tmp_path / "photos"
        assert set(store.roles()) == {Role.SALIENCY}
        assert store.path_of(store.roles()[Role.SALIENCY]) == tmp_path / "Saliency-Maps"
        assert tmp_path / "Saliency-Maps" in store.granted
        remembered = store.granted
    with open_project(tmp_path / "photos") as store:
        assert [root.folder for root in store.ungranted_roots()] == [tmp_path / "Saliency-Maps"]
        with pytest.raises(InputFileError, match="allow"):
            store.path_of(store.roles()[Role.SALIENCY])
    with open_project(tmp_path / "photos", granted=remembered) as store:
        assert store.ungranted_roots() == ()


def test_a_voc_root_its_list_and_its_annotations(tmp_path: Path) -> None:
    for name in ("2007_01", "2007_02", "2007_10"):
        picture(tmp_path / "JPEGImages" / f"{name}.jpg")
    picture(tmp_path / "SegmentationClassAug" / "2007_01.png")
    picture(tmp_path / "SegmentationClass" / "2007_01.png")
    xml = "<annotation><object><name>dog</name></object></annotation>"
    (tmp_path / "Annotations").mkdir()
    (tmp_path / "Annotations" / "2007_10.xml").write_text(xml)
    (tmp_path / "ImageSets" / "Segmentation").mkdir(parents=True)
    val = tmp_path / "ImageSets" / "Segmentation" / "val.txt"
    val.write_text("2007_10\n2007_02\n")
    assert len(look_at(tmp_path).entries) == 3
    assert project_of(val) is None
    opening = look_at(val)
    assert opening.ordered
    assert opening.project_file == tmp_path / "project.edam"
    assert roles(opening, tmp_path) == {Role.GROUND_TRUTH: "SegmentationClassAug", Role.LABELS: "Annotations"}
    with create_project(opening, PASCAL_VOC) as store:
        assert store.setting(ORDER_SETTING) == "position"
        assert [row.ticks for row in store.rows(store.ids())] == [None, Ticks(frozenset({PASCAL_VOC.index("dog")}))]
        assert add_images(store, tmp_path).new == 1
        assert listed(store) == ["2007_01.jpg", "2007_02.jpg", "2007_10.jpg"]
        assert store.row(store.ids()[2]).ticks is not None
    assert project_of(tmp_path) == project_of(tmp_path / "JPEGImages") == tmp_path / "project.edam"


def test_a_single_image(tmp_path: Path) -> None:
    picture(tmp_path / "a.jpg")
    picture(tmp_path / "b.jpg")
    opening = look_at(tmp_path / "a.jpg")
    with create_project(opening, PASCAL_VOC) as store:
        assert store.path == tmp_path / "project.edam"
        assert listed(store) == ["a.jpg"]
        assert add_images(store, tmp_path / "b.jpg").new == 1
        assert add_images(store, tmp_path).new == 0
        assert listed(store) == ["a.jpg", "b.jpg"]


def test_images_of_another_folder_are_added_later(tmp_path: Path) -> None:
    picture(tmp_path / "one" / "a.jpg")
    picture(tmp_path / "two" / "a.jpg")
    with create_project(look_at(tmp_path / "one"), PASCAL_VOC) as store:
        assert add_images(store, tmp_path / "two").new == 1
        assert listed(store) == ["a.jpg", "a.jpg"]
        assert {store.path_of(row).parent.name for row in store.rows(store.ids())} == {"one", "two"}


def test_a_folder_that_cannot_be_written_to_has_its_project_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture(tmp_path / "photos" / "a.jpg")
    with monkeypatch.context() as patch:
        patch.setattr(os, "access", lambda *args, **kwargs: False)
        opening = look_at(tmp_path / "photos")
    assert opening.project_file == fallback_file(tmp_path / "photos")
    assert opening.notice is not None
    assert "read-only" in opening.notice
    with create_project(opening, PASCAL_VOC) as store:
        assert store.path_of(store.row(1)) == tmp_path / "photos" / "a.jpg"
    assert look_at(tmp_path / "photos").exists  # it is found there again
    assert project_of(tmp_path / "photos") == opening.project_file


def test_what_matches_is_counted(tmp_path: Path) -> None:
    for name in ("x/a.jpg", "y/a.jpg", "b.jpg", "c.jpg"):
        picture(tmp_path / "photos" / name)
    for name in ("a.png", "b.png", "other.png"):
        picture(tmp_path / "saliency" / name)
    entries = look_at(tmp_path / "photos").entries
    match = match_role(Role.SALIENCY, tmp_path / "saliency", entries, PASCAL_VOC)
    assert (match.matched, match.missing, len(match.ambiguous)) == (1, 1, 2)
    assert "could belong to" in match.ambiguous[0]
    (tmp_path / "labels.csv").write_text("b,dog\nc,nonsense\n")
    match = match_role(Role.LABELS, tmp_path / "labels.csv", entries, PASCAL_VOC)
    assert (match.matched, match.missing) == (2, 2)
    assert "nonsense" in match.problems[0]


def test_sizes_are_compared_lazily(tmp_path: Path) -> None:
    picture(tmp_path / "photos" / "a.jpg", (8, 6))
    picture(tmp_path / "photos" / "b.jpg", (8, 6))
    picture(tmp_path / "photos" / "c.jpg", (8, 6), orientation=6)
    picture(tmp_path / "photos" / "d.jpg", (8, 6))
    for name, size in (("a", (8, 6)), ("b", (4, 3)), ("c", (8, 6))):
        picture(tmp_path / "saliency" / f"{name}.png", size)
    entries = look_at(tmp_path / "photos").entries
    token = CancelToken()
    checks = check_sizes(Role.SALIENCY, tmp_path / "saliency", entries, token)
    problems = {str(check.entry.relative): check.problem for check in checks}
    assert {name for name, problem in problems.items() if problem} == {"b.jpg"}
    assert "is 4 x 3, its photo 8 x 6" in (problems["b.jpg"] or "")
    checks = check_sizes(Role.SALIENCY, tmp_path / "saliency", entries, token)
    assert next(checks).total == 4
    token.cancel()
    with pytest.raises(Cancelled):
        next(checks)


def test_unusable_labels_are_told_and_a_stopped_job_leaves_a_project(tmp_path: Path) -> None:
    picture(tmp_path / "a.jpg")
    (tmp_path / "labels.csv").write_text("a,nonsense\n")
    with create_project(look_at(tmp_path), PASCAL_VOC) as store:
        assert "nonsense" in store.notices[0]
        assert store.row(1).ticks is None
    store.path.unlink()
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        create_project(look_at(tmp_path), PASCAL_VOC, token=token)
    with open_project(tmp_path) as store:  # with the images that came first
        assert listed(store) == ["a.jpg"]


def test_a_project_has_its_first_images_before_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edam_gui.project.opening._CHUNK", 2)
    for number in range(7):
        picture(tmp_path / f"img{number}.jpg")
    opening = look_at(tmp_path)
    counts: list[int] = []
    with begin_project(opening, PASCAL_VOC) as store:
        assert store.count() == 2
        assert fill_project(store, opening, progress=lambda count: counts.append(store.count())) == ()
        assert counts[-1] == 7
        assert listed(store) == [f"img{number}.jpg" for number in range(7)]


def test_labels_are_imported_later(tmp_path: Path) -> None:
    for name in ("one/a.jpg", "two/b.jpg", "two/c.jpg"):
        picture(tmp_path / name)
    (tmp_path / "later.csv").write_text("a,dog\nb\nd,cat\n")
    with create_project(look_at(tmp_path / "one"), PASCAL_VOC) as store:
        add_images(store, tmp_path / "two")
        assert import_labels(store, tmp_path / "later.csv") == ()
        ticks = [row.ticks for row in store.rows(store.ids())]
        assert ticks == [Ticks(frozenset({PASCAL_VOC.index("dog")})), Ticks(frozenset()), None]


def test_roles_are_changed_later(tmp_path: Path) -> None:
    picture(tmp_path / "photos" / "a.jpg")
    picture(tmp_path / "elsewhere" / "a.png")
    with create_project(look_at(tmp_path / "photos"), PASCAL_VOC) as store:
        set_role(store, Role.BASE_MAPS, tmp_path / "elsewhere")
        assert store.path_of(store.roles()[Role.BASE_MAPS]) == tmp_path / "elsewhere"
        set_role(store, Role.BASE_MAPS, None)
        assert store.roles() == {}


def test_entries_of_a_project_lead_to_files(tmp_path: Path) -> None:
    picture(tmp_path / "x" / "a.jpg")
    with create_project(look_at(tmp_path), PASCAL_VOC) as store:
        (entry,) = store.entries(store.rows(store.ids()))
        assert entry.path == tmp_path / "x" / "a.jpg"
        assert entry.relative == PurePosixPath("x/a.jpg")


def test_what_is_still_to_be_listed_is_looked_at_only_where_the_project_may_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside, outside = tmp_path / "one", tmp_path / "two"
    for folder in (inside, outside):
        picture(folder / "a.jpg")
    with begin_project(look_at(inside), PASCAL_VOC) as store:
        found = unfinished(store)
        assert found is not None
        assert found.source == inside
        store.submit(SetSetting("listing", [str(outside), None]))
        monkeypatch.setattr(opening_module, "look_at", lambda *_: pytest.fail("a folder of others was looked at"))
        assert unfinished(store) is None
        for nonsense in (7, [], [3], ["\0"], {"a": 1}):
            store.submit(SetSetting("listing", nonsense))
            assert unfinished(store) is None
    monkeypatch.undo()
    with open_project(inside) as store:
        store.submit(SetSetting("listing", [str(inside), None]))
        opening = unfinished(store)
        assert opening is not None
        fill_project(store, opening)
        assert unfinished(store) is None
