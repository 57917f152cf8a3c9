"""Choosing other classes: what photos carry keeps its number, and no class gets the masks of another."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from edam_gui.core.edits.stroke import BrushPoint
from edam_gui.core.errors import OptionError
from edam_gui.core.label_set import PASCAL_VOC, LabelSet
from edam_gui.jobs import JobContext
from edam_gui.project.store import ProjectStore, Role, Ticks
from edam_gui.project.store.changes import SetTicks
from edam_gui.session.class_draft import ClassDraft
from edam_gui.session.class_match import SAME_CLASSES, match_classes
from edam_gui.session.class_use import ClassUse
from edam_gui.session.image_labeller import ImageLabeller
from edam_gui.session.model_host import ModelState
from edam_gui.session.paint import Paint
from edam_gui.session.session import Session
from tests.session.conftest import Driven
from tests.session.projects import CAT, DOG, settle

OWN = LabelSet.from_names(["crack", "rust"])


def begin(driven: Driven) -> ClassDraft:
    session, queue = driven
    drafts: list[ClassDraft] = []
    session.classes.begin(drafts.append)
    assert queue.run_until(lambda: bool(drafts), 20.0)
    return drafts[0]


def fresh(use: ClassUse | None = None) -> ClassDraft:
    return ClassDraft(PASCAL_VOC, None, use or ClassUse())


def reopened_names(session: Session) -> tuple[str, ...]:
    assert session.project is not None
    session.project.store.flush()
    return session.project.store.label_set.names[1:]


def test_renaming_recolouring_and_adding_keep_all_that_photos_carry(driven: Driven) -> None:
    session, queue = driven
    current = session.current
    assert current is not None
    assert current.labels is not None
    before = current.labels.copy()
    draft = begin(driven)
    draft.rename(CAT - 1, "  kitten ")
    draft.recolor(CAT - 1, (1, 2, 3))
    assert draft.add("crack") == len(PASCAL_VOC)
    session.classes.choose(draft)
    settle(session, queue)
    assert session.label_set.names[CAT] == "kitten"
    assert session.label_set.classes[CAT - 1].color == (1, 2, 3)
    assert reopened_names(session)[-1] == "crack"
    assert session.current is not None
    assert session.current.labels is not None
    assert session.current.ticks == Ticks(frozenset({CAT, DOG}))
    np.testing.assert_array_equal(session.current.labels, before)


def test_a_class_that_photos_are_ticked_with_is_not_removed_and_not_moved(driven: Driven) -> None:
    draft = begin(driven)
    draft.use = ClassUse(draft.use.ticked)  # without the folder of masks, which holds numbers too
    with pytest.raises(OptionError, match="2 photos are ticked with cat"):
        draft.remove(CAT - 1)
    with pytest.raises(OptionError, match="2 photos are ticked with cat"):
        draft.remove(0)  # cat would get number 7
    with pytest.raises(OptionError, match="ticked with dog"):
        draft.move(DOG - 1, 1)
    draft.remove(len(draft.entries) - 1)
    assert draft.label_set().names == PASCAL_VOC.names[:-1]


def test_folders_whose_files_hold_numbers_keep_the_order(driven: Driven) -> None:
    with pytest.raises(OptionError, match="activation masks of this project hold class numbers"):
        begin(driven).remove(19)


def test_a_class_that_was_only_painted_is_not_removed_even_after_undo(driven: Driven) -> None:
    session, queue = driven
    bird = 3
    session.editing.set_paint(Paint(label=bird))
    assert session.editing.begin_stroke(BrushPoint(20.0, 20.0))
    session.editing.finish_stroke()
    session.undo()
    settle(session, queue)
    assert bird in begin(driven).use.in_history


def test_what_was_ticked_meanwhile_is_looked_at_before_numbers_change(driven: Driven) -> None:
    session, queue = driven
    session.folders.set(Role.MASKS, None)
    draft = begin(driven)
    draft.remove(19)
    session.bulk_ticks.set_class([1], 20, on=True)
    said: list[str] = []
    session.events.message.connect(lambda message: said.append(message.text))
    session.classes.choose(draft)
    assert queue.run_until(lambda: any("ticked with tvmonitor" in text for text in said), 20.0)
    assert len(session.label_set) == 20


def test_an_unused_class_goes_and_takes_suggestions_with_it(driven: Driven) -> None:
    session, queue = driven
    session.folders.set(Role.MASKS, None)
    project = session.project
    assert project is not None
    project.submit(SetTicks(2, Ticks(frozenset({20}), frozenset({20}))))
    draft = begin(driven)
    draft.remove(19)
    session.classes.choose(draft)
    assert queue.run_until(lambda: len(session.label_set) == 19, 20.0)
    assert project.store.row(2).ticks is None
    assert project.store.row(1).ticks == Ticks(frozenset({CAT, DOG}))


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("", "needs a name"),
        (" \t ", "needs a name"),
        ("Background", "always the background"),
        ("IGNORE", "255 is ignore"),
        ("c-a t", "There is a class"),
        ("x" * 101, "one line"),
    ],
)
def test_names_that_cannot_be_are_refused(name: str, why: str) -> None:
    draft = fresh()
    with pytest.raises(OptionError, match=why):
        draft.rename(0, name)
    with pytest.raises(OptionError, match=why):
        draft.add(name) if name else draft.rename(1, name)
    assert draft.label_set() == PASCAL_VOC
    assert not draft.changed


def test_there_are_254_classes_at_most_and_one_at_least() -> None:
    draft = fresh()
    while len(draft.entries) < 254:
        draft.add()
    with pytest.raises(OptionError, match="254"):
        draft.add()
    assert len({one.color for one in draft.entries}) == 254
    assert len(draft.label_set()) == 254
    while len(draft.entries) > 1:
        draft.remove(0)
    with pytest.raises(OptionError, match="at least one"):
        draft.remove(0)


def test_a_class_file_may_not_rename_what_photos_carry() -> None:
    draft = fresh(ClassUse(ticked={2: 5}))
    with pytest.raises(OptionError, match="The file calls class 2 rust. 5 photos are ticked with bicycle"):
        draft.load(OWN)
    with pytest.raises(OptionError, match="fewer classes"):
        draft.load(LabelSet.from_names(["crack"]))
    draft.load(LabelSet.from_names(["crack", "Bicycle"]))
    assert draft.label_set().names == ("background", "crack", "Bicycle")
    assert draft.known_as() == ("crack", "bicycle")


def test_a_class_file_goes_out_and_comes_in_again(driven: Driven, tmp_path: Path) -> None:
    session, _ = driven
    session.classes.write(tmp_path / "own.json", OWN)
    assert session.classes.read(tmp_path / "own.json") == OWN


# The model ---------------------------------------------------------------------------------------------------------


def test_the_models_classes_are_found_by_name_and_never_by_number() -> None:
    assert match_classes(PASCAL_VOC, None, PASCAL_VOC) is SAME_CLASSES
    mine = LabelSet.from_names(["crack", "dog", "Tv"])
    match = match_classes(mine, None, PASCAL_VOC)
    assert match.channels == {2: DOG, 3: 20}
    assert "crack" in match.remark
    assert not match.objection
    nothing = match_classes(OWN, None, PASCAL_VOC)
    assert "label by hand" in nothing.objection
    assert "train" in nothing.objection


def test_only_the_user_can_say_that_a_renamed_class_is_still_the_models() -> None:
    for same_thing in (True, False):
        draft = fresh()
        draft.rename(CAT - 1, "kitten")
        draft.rename(DOG - 1, "DOG")  # spelling only
        assert [one.name for _, one in draft.renamed] == ["kitten"]
        draft.settle_names(same_thing=same_thing)
        match = match_classes(draft.label_set(), draft.known_as(), PASCAL_VOC)
        assert (match is SAME_CLASSES) is same_thing
        assert draft.changes_meaning is not same_thing
        if not same_thing:
            assert match.channels is not None
            assert CAT not in match.channels


def test_a_new_cat_beside_a_kitten_is_the_models_cat() -> None:
    names = [*PASCAL_VOC.names[1:], "cat"]
    names[CAT - 1] = "kitten"
    known = [*PASCAL_VOC.names[1:], "cat"]
    match = match_classes(LabelSet.from_names(names), known, PASCAL_VOC)
    assert match.channels is not None
    assert match.channels[21] == CAT
    assert CAT not in match.channels


def test_without_a_model_for_the_classes_what_was_painted_is_exported(driven: Driven) -> None:
    session, queue = driven
    session.folders.set(Role.MASKS, None)
    session.model.state = ModelState.UNFIT
    queue.run_until(lambda: session.current is not None and session.current.labels is not None, 20.0)
    project = session.project
    assert project is not None
    labeller = ImageLabeller(project, session.model)
    contexts: list[JobContext] = []
    session.jobs.start("context", contexts.append)
    queue.run_until(lambda: bool(contexts), 20.0)
    session.editing.set_paint(Paint(label=CAT))
    assert session.editing.begin_stroke(BrushPoint(20.0, 20.0))
    session.editing.finish_stroke()
    project.store.flush()
    current = session.current
    assert current is not None
    assert current.labels is not None
    made = labeller.label(current.id, contexts[0])
    np.testing.assert_array_equal(made.labels, current.labels)
    assert (made.labels == CAT).any()


def test_the_classes_are_those_of_the_project_file(driven: Driven) -> None:
    session, queue = driven
    draft = begin(driven)
    draft.rename(0, "crack")
    draft.settle_names(same_thing=False)
    session.classes.choose(draft)
    settle(session, queue)
    assert session.project is not None
    path = session.project.store.path
    session.close()
    with ProjectStore.open(path) as store:
        assert store.label_set.names[1] == "crack"
        known = store.known_as
    assert known is not None
    assert known[0] == "crack"
    assert known[1] == "bicycle"
