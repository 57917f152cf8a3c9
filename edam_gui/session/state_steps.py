"""Ticks, thresholds, choices, status and notes as steps of the current image's history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from edam_gui.project.choices import Choices
from edam_gui.project.store import Status, Ticks
from edam_gui.project.thresholds import PartialThresholds
from edam_gui.session.model_host import model_choice
from edam_gui.session.rule_names import rule_step_name
from edam_gui.session.tick_states import ticks_from_state, ticks_to_state

if TYPE_CHECKING:
    from edam_gui.session.session import Session


class StateSteps:
    """Records what the parts of a session change, and brings it back.

    Parameters
    ----------
    session
        Whose parts; they and its history are there already.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._rereads = False
        history = session.history
        history.register("ticks", lambda state: session.ticks.put(ticks_from_state(state)))
        history.register("thresholds", self._put_thresholds)
        history.register("choices", self._put_choices)
        history.register("status", lambda state: session.navigator.put_status(Status(state)))
        history.register("crf", session.labelling.put_crf)
        history.register("note", session.notes.put)
        session.ticks.on_step = self._ticked
        session.rules.on_commit = self._ruled
        session.rules.on_project_change = session.accepted.thresholds_changed
        session.rules.on_choices = session.accepted.method_changed
        session.navigator.on_status = self._status_set
        session.labelling.on_crf = lambda before, after: history.record_state("crf", "Dense CRF", before, after)
        session.notes.on_step = lambda before, after: history.record_state("note", "Note", before, after)
        session.editing.on_first_edit = self._started

    def moved(self, moved: bool) -> bool:
        """Read the image again after steps that changed where its saliency map comes from; return `moved`."""
        if self._rereads:
            # Not while a step is being taken back: the image that comes then must hold it as taken back.
            self._rereads = False
            self._session.folders.read_again()
        return moved

    def _ticked(self, name: str, before: Ticks | None, after: Ticks | None) -> None:
        self._session.history.record_state("ticks", name, ticks_to_state(before), ticks_to_state(after))
        self._started()

    def _ruled(self, before: dict[str, Any], after: dict[str, Any]) -> None:
        kind = "choices" if "choices" in before else "thresholds"
        name = rule_step_name(before, after, self._session.label_set.names)
        self._session.history.record_state(kind, name, before, after)

    def _status_set(self, before: Status, after: Status) -> None:
        name = f"Status: {after.value.replace('_', ' ')}"
        self._session.history.record_state("status", name, before.value, after.value)

    def _put_thresholds(self, state: dict[str, Any]) -> None:
        current = self._session.current
        image = current.id if state["image"] and current is not None else None
        self._session.rules.put(PartialThresholds(**state["fields"]), image=image, class_index=state["class"])

    def _put_choices(self, state: dict[str, Any]) -> None:
        rules = self._session.rules
        before = rules.choices
        rules.put_choices(Choices.from_data(state["choices"]))
        if model_choice(before) != model_choice(rules.choices):
            self._session.load_model()
        self._rereads |= before.saliency_method != rules.choices.saliency_method

    def _started(self) -> None:
        current = self._session.current
        if current is not None and current.status is Status.NEW:
            self._session.navigator.put_status(Status.IN_PROGRESS)
