"""Image-level labels that are imported neither overwrite work nor are overwritten by guesses, and can be undone."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from edam_gui.jobs.delivery import DeliveryQueue
from edam_gui.project.opening import import_labels
from edam_gui.project.store import Ticks
from edam_gui.project.store.changes import ImportTicks
from edam_gui.session.pass_cache import PassCache
from edam_gui.session.session import Session
from tests.session.conftest import Driven
from tests.session.projects import CAT, DOG, PATIENCE_S, settle


def test_an_import_can_be_undone_image_by_image(driven: Driven, tmp_path: Path) -> None:
    session, queue = driven
    (tmp_path / "other.csv").write_text("p0,dog\np1,cat,dog\n")
    session.folders.import_labels(tmp_path / "other.csv")
    assert queue.run_until(lambda: session.current is not None and session.current.present == {DOG}, PATIENCE_S)
    settle(session, queue)
    assert session.current is not None
    assert session.current.history.names == ("Import classes",)
    assert session.undo()
    assert session.current.present == {CAT, DOG}
    assert session.redo()
    assert session.current.present == {DOG}
    session.navigator.next()
    settle(session, queue)
    assert session.current.history.names == (), "its classes are what they were"


def test_what_was_ticked_while_the_folder_was_listed_stays(driven: Driven, folder: Path) -> None:
    session, queue = driven
    session.ticks.untick(CAT)
    assert session.project is not None
    store = session.project.store
    assert import_labels(store, folder / "labels.csv", untouched=True) == ()
    assert [row.ticks for row in store.rows(store.ids())] == [Ticks(frozenset({DOG})), Ticks(frozenset({CAT, DOG}))]
    settle(session, queue)


def test_a_guess_that_comes_late_does_not_overwrite_what_was_imported(folder: Path, tmp_path: Path) -> None:
    (folder / "labels.csv").unlink()
    (folder / "masks" / "p0.npz").unlink()
    queue = DeliveryQueue()
    session = Session(queue, PassCache(tmp_path / "cache"))
    try:
        session.open(folder)
        assert queue.run_until(lambda: session.current is not None and session.current.labels is not None, PATIENCE_S)
        assert session.project is not None
        assert session.current is not None
        assert session.current.ticks is None
        store = session.project.store
        store.submit(ImportTicks(1, ((PurePosixPath("photos/p0.png"), Ticks(frozenset({CAT}))),)))
        session.ticks.suggest(frozenset({DOG}))
        assert store.flush(10.0)
        assert store.row(session.current.id).ticks == Ticks(frozenset({CAT}))
    finally:
        session.close()
