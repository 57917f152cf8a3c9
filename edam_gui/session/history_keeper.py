"""The current image's history: every step undoable, kept in the project, brought back with the image."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from edam_gui.core.edits.errors import EditDataError
from edam_gui.core.edits.history import History, Step
from edam_gui.core.edits.layer import EditLayer
from edam_gui.core.edits.layer_code import layer_to_bytes
from edam_gui.core.edits.patch import EditPatch
from edam_gui.core.edits.patch_code import patch_from_bytes, patch_to_bytes
from edam_gui.core.edits.rect import Rect
from edam_gui.core.errors import EdamError
from edam_gui.project.store.changes import AppendStep, Change, DropSteps, MoveHistory, PutSnapshot, SetCorrected
from edam_gui.session.context import Context
from edam_gui.session.current import CurrentImage
from edam_gui.session.layer_restore import LABEL, LAYERS, SALIENCY, restore_layers
from edam_gui.session.messages import Level
from edam_gui.session.recent_patches import RecentPatches
from edam_gui.session.state_payload import state_payload

_BUDGET: Final = 64 << 20
_SNAPSHOT_EVERY: Final = 25


@dataclass(frozen=True)
class StateKind:
    """A kind of step whose payload is JSON: the state before, and the state after.

    Parameters
    ----------
    put
        Brings a state back; called on the owner's thread.
    """

    put: Callable[[Any], None]


class HistoryKeeper:
    """Records, undoes and redoes the steps of the current image.

    Parameters
    ----------
    context
        The session's state.
    recompose
        Called with the layer's kind and the rectangles that an undone or redone stroke has changed.
    """

    def __init__(self, context: Context, recompose: Callable[[str, tuple[Rect, ...]], None]) -> None:
        self._context = context
        self._recompose = recompose
        self._states: dict[str, StateKind] = {}
        self._patches = RecentPatches()

    def register(self, kind: str, put: Callable[[Any], None]) -> None:
        """Make a kind of state known."""
        self._states[kind] = StateKind(put)

    # Recording -------------------------------------------------------------------------------------------------------

    def record_patch(self, layer: str, name: str, patch: EditPatch | None) -> None:
        """Record what a tool did to a layer; nothing if it changed nothing."""
        current = self._context.current
        if patch is None or current is None:
            return
        changes: list[Change] = []
        if layer == LABEL and current.edits is not None:
            changes.append(SetCorrected(current.id, current.edits.share))
        step = Step(layer, name, patch_to_bytes(patch))
        self._patches.keep(step, patch)
        self._push(current, step, changes)
        current.since_snapshot += 1
        if current.since_snapshot >= _SNAPSHOT_EVERY:
            self._snapshot(current)

    def record_state(self, kind: str, name: str, before: Any, after: Any) -> None:
        """Record a change of state, both JSON values."""
        current = self._context.current
        if current is not None and before != after:
            payload = state_payload(before, after)
            self._push(current, Step(kind, name, payload), [])

    def _push(self, current: CurrentImage, step: Step, changes: list[Change]) -> None:
        pushed = current.history.push(step)
        seq = current.first_step - 1 + current.history.position + pushed.oldest
        append: Change = AppendStep(current.id, seq, step.kind, step.name, step.payload)
        self._submit(append, *changes)
        if pushed.oldest:
            current.first_step += pushed.oldest
            if current.edits is not None:  # without the layers, the project's steps are all there is of the edits
                self._submit(*self._snapshots(current), DropSteps(current.id, current.first_step - 1))
        self._context.events.history_changed.emit()

    # Undo and redo ---------------------------------------------------------------------------------------------------

    def undo(self) -> bool:
        """Take the last step back; `False` if there is none."""
        current = self._context.current
        if current is None or not self._can_move(current, current.history.next_undo):
            return False
        step = current.history.undo()
        if step is not None:
            self._move(current, step, backwards=True)
        return step is not None

    def redo(self) -> bool:
        """Do the next step again; `False` if there is none."""
        current = self._context.current
        if current is None or not self._can_move(current, current.history.next_redo):
            return False
        step = current.history.redo()
        if step is not None:
            self._move(current, step, backwards=False)
        return step is not None

    def go_to(self, position: int) -> bool:
        """Undo or redo until `position` steps are done; return whether they are."""
        current = self._context.current
        if current is None:
            return False
        while current.history.position > position and self.undo():
            pass
        while current.history.position < position and self.redo():
            pass
        return current.history.position == position

    def _can_move(self, current: CurrentImage, step: Step | None) -> bool:
        """Return whether a step can be undone or redone now: strokes need the photo's size."""
        if step is None or not self._context.may_change():
            return False
        if step.kind in LAYERS and current.edits is None:
            self._context.say(Level.INFO, f"'{step.name}' can be undone or redone once the photo is there.", "history")
            return False
        return True

    def _move(self, current: CurrentImage, step: Step, *, backwards: bool) -> None:
        try:
            if step.kind in LAYERS:
                self._replay(current, step, backwards=backwards)
            else:
                self._put_state(step, backwards=backwards)
        except EdamError as error:
            self._context.complain(f"'{step.name}' could not be undone or redone: {error}", "history")
        changes: list[Change] = [MoveHistory(current.id, self.seq(current))]
        if step.kind == LABEL and current.edits is not None:
            changes.append(SetCorrected(current.id, current.edits.share))
        self._submit(*changes)
        self._context.events.history_changed.emit()

    def _put_state(self, step: Step, *, backwards: bool) -> None:
        kind = self._states.get(step.kind)
        if kind is None:
            raise EditDataError(f"steps of the kind '{step.kind}' are not known to this version of the program")
        try:
            payload = json.loads(step.payload)
            kind.put(payload["before" if backwards else "after"])
        except (ValueError, KeyError, TypeError, RecursionError):
            raise EditDataError("the stored step is damaged") from None

    def _replay(self, current: CurrentImage, step: Step, *, backwards: bool) -> None:
        layer = self.layer(current, step.kind)
        if layer is None:
            return
        patch = self._patches.get(step)
        if patch is None:
            patch = patch_from_bytes(step.payload, layer.size)
            self._patches.keep(step, patch)
        self._recompose(step.kind, patch.revert(layer) if backwards else patch.apply(layer))

    @staticmethod
    def layer(current: CurrentImage, kind: str) -> EditLayer | None:
        """Return the layer that steps of a kind change; made when it is first needed."""
        if current.size is None:
            return None
        if kind == LABEL:
            current.edits = current.edits or EditLayer(current.size)
            return current.edits
        current.saliency_edits = current.saliency_edits or EditLayer(current.size)
        return current.saliency_edits

    @staticmethod
    def seq(current: CurrentImage) -> int:
        """Return the number of the last step that holds."""
        return current.first_step - 1 + current.history.position

    # Keeping and bringing back ---------------------------------------------------------------------------------------

    @staticmethod
    def begin(current: CurrentImage) -> None:
        """Bring the history of an image back as it comes to the desk: what needs no photo can be done at once."""
        record = current.record
        steps = sorted(record.steps, key=lambda step: step.seq)
        current.first_step = steps[0].seq if steps else record.row.history + 1
        done = sum(step.seq <= record.row.history for step in steps)
        current.history = History(_BUDGET, [Step(s.kind, s.name, s.payload) for s in steps], done)

    def restore(self, current: CurrentImage) -> None:
        """Bring the layers of an image back once its size is known; what is damaged is said and left out.

        No stroke was done or undone since `begin`, so the layers are those of the record.
        """
        current.edits = current.saliency_edits = None
        if current.size is None:
            return
        self._context.say(Level.INFO, "", "history")
        try:
            layers = restore_layers(current.record, current.size)
            current.edits, current.saliency_edits = layers.label, layers.saliency
        except EdamError as error:
            self._context.complain(f"Some edits of this image cannot be shown: {error}", "history")
        current.edits = current.edits or EditLayer(current.size)

    def leave(self) -> None:
        """Keep a snapshot before the image leaves the desk, so that it comes back quickly."""
        self._patches.forget()
        current = self._context.current
        if current is not None and current.since_snapshot:
            self._snapshot(current)

    def _snapshot(self, current: CurrentImage) -> None:
        current.since_snapshot = 0
        self._submit(*self._snapshots(current))

    def _snapshots(self, current: CurrentImage) -> list[Change]:
        layers = {LABEL: current.edits, SALIENCY: current.saliency_edits}
        seq = self.seq(current)
        return [
            PutSnapshot(current.id, kind, seq, layer_to_bytes(layer), only=True)
            for kind, layer in layers.items()
            if layer is not None
        ]

    def _submit(self, *changes: Change) -> None:
        if self._context.project is not None and changes:
            self._context.project.submit(*changes)
