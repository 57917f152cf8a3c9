"""Steps without pixels come back exactly; anything else is refused in a sentence."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edam_gui.core.edits.errors import EditDataError
from edam_gui.core.edits.step_code import (
    Change,
    ThresholdOverrides,
    settings_from_bytes,
    settings_to_bytes,
    status_from_bytes,
    status_to_bytes,
    thresholds_from_bytes,
    thresholds_to_bytes,
    ticks_from_bytes,
    ticks_to_bytes,
)
from edam_gui.core.options import Thresholds

unit = st.floats(0, 1)
ticks = st.one_of(st.none(), st.frozensets(st.integers(1, 254)))
thresholds = st.builds(Thresholds, st.floats(allow_nan=False, allow_infinity=False), unit, unit, unit, st.booleans())
overrides = st.builds(
    ThresholdOverrides, st.one_of(st.none(), thresholds), st.dictionaries(st.integers(1, 254), thresholds, max_size=3)
)
scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(), st.floats(allow_nan=False, allow_infinity=False)
)
named = st.dictionaries(st.text(), scalars, max_size=4)


@given(before=ticks, after=ticks)
def test_ticks_come_back(before: frozenset[int] | None, after: frozenset[int] | None) -> None:
    assert ticks_from_bytes(ticks_to_bytes(Change(before, after))) == Change(before, after)


@given(before=overrides, after=overrides)
def test_thresholds_come_back_bit_for_bit(before: ThresholdOverrides, after: ThresholdOverrides) -> None:
    again = thresholds_from_bytes(thresholds_to_bytes(Change(before, after)))
    assert repr(again.before.thresholds) == repr(before.thresholds)
    assert dict(again.after.per_class) == dict(after.per_class)
    assert (again.before.thresholds, again.after.thresholds) == (before.thresholds, after.thresholds)


@given(before=named, after=named, status=st.text())
def test_settings_and_status_come_back(before: dict[str, object], after: dict[str, object], status: str) -> None:
    assert settings_from_bytes(settings_to_bytes(Change(before, after))) == Change(before, after)  # type: ignore[arg-type]
    assert status_from_bytes(status_to_bytes(Change(status, "accepted"))) == Change(status, "accepted")


def document(**parts: object) -> bytes:
    return json.dumps({"version": 1, "kind": "ticks", "before": None, "after": None, **parts}).encode()


GOOD = {"theta": 1, "alpha": 0, "beta": 1, "background": 0, "ignore_saliency": False}


def of_thresholds(own: object = None, per_class: object = None) -> bytes:
    after = {"thresholds": own, "per_class": {} if per_class is None else per_class}
    return document(kind="thresholds", before={"thresholds": None, "per_class": {}}, after=after)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff",
        b"[" * 100_000,
        b"NaN",
        b" " * (1 << 20) + b"1",
        b"[]",
        document(version=2),
        document(kind="status"),
        document(more=1),
        document(after=3),
        document(after=[0]),
        document(after=[255]),
        document(after=[True]),
        document(after=["1"]),
    ],
)
def test_unfit_ticks_are_refused(data: bytes) -> None:
    with pytest.raises(EditDataError, match=r"\.$"):
        ticks_from_bytes(data)


@pytest.mark.parametrize(
    "data",
    [
        document(kind="thresholds"),
        of_thresholds({**GOOD, "alpha": 2}),
        of_thresholds({**GOOD, "alpha": "0"}),
        of_thresholds({**GOOD, "alpha": True}),
        of_thresholds({**GOOD, "theta": 10**400}),
        of_thresholds({**GOOD, "gamma": 1}),
        of_thresholds({**GOOD, "ignore_saliency": 0}),
        of_thresholds({"theta": 1}),
        of_thresholds(per_class={"0": GOOD}),
        of_thresholds(per_class={"-1": GOOD}),
        of_thresholds(per_class={"²": GOOD}),
        of_thresholds(per_class=[]),
    ],
)
def test_unfit_thresholds_are_refused(data: bytes) -> None:
    assert thresholds_from_bytes(of_thresholds(GOOD, {"3": GOOD})).after.per_class[3].beta == 1.0
    with pytest.raises(EditDataError, match=r"\.$"):
        thresholds_from_bytes(data)


def test_unfit_status_and_settings_are_refused() -> None:
    for read, data in (
        (status_from_bytes, document(kind="status", after=3)),
        (settings_from_bytes, document(kind="settings")),
        (settings_from_bytes, document(kind="settings", before={}, after={"a": []})),
        (settings_from_bytes, document(kind="settings", before={}, after={"a": 0}).replace(b"0}", b"1e999}")),
    ):
        with pytest.raises(EditDataError, match=r"\.$"):
            read(data)
