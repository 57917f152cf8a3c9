"""Steps that change no pixels - ticks, thresholds, status, settings - as bytes, and back.

JSON with a version; what is read is checked, because a project file may come from anyone.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields
from types import MappingProxyType
from typing import Any, Final, Generic, NoReturn, TypeVar

from edam_gui.core.edits.errors import EditDataError
from edam_gui.core.errors import EdamError
from edam_gui.core.options import Thresholds

T = TypeVar("T")
Ticks = frozenset[int] | None
"""Classes 1..254 ticked for an image; `None`: unknown."""
Setting = str | int | float | bool | None

_VERSION: Final = 1
_MAX_BYTES: Final = 1 << 20
_DAMAGED: Final = "A stored step of the history is damaged and cannot be read"


@dataclass(frozen=True)
class Change(Generic[T]):
    """A value before and after a step."""

    before: T
    after: T


@dataclass(frozen=True)
class ThresholdOverrides:
    """Thresholds set at one place (an image or the project), `None` or absent where they are inherited.

    Parameters
    ----------
    thresholds
        For every class not in `per_class`.
    per_class
        Class index 1..254 -> its own thresholds.
    """

    thresholds: Thresholds | None = None
    per_class: Mapping[int, Thresholds] = field(default_factory=lambda: MappingProxyType({}))


def ticks_to_bytes(change: Change[Ticks]) -> bytes:
    """Return a change of the image-level labels as bytes."""
    return _write("ticks", change, lambda ticks: None if ticks is None else sorted(ticks))


def ticks_from_bytes(data: bytes) -> Change[Ticks]:
    """Return what `ticks_to_bytes` wrote; raise `EditDataError` for anything else."""
    return _read(data, "ticks", _ticks)


def thresholds_to_bytes(change: Change[ThresholdOverrides]) -> bytes:
    """Return a change of thresholds as bytes; every float comes back bit for bit."""

    def plain(overrides: ThresholdOverrides) -> dict[str, Any]:
        own = overrides.thresholds
        per_class = {str(index): asdict(value) for index, value in sorted(overrides.per_class.items())}
        return {"thresholds": None if own is None else asdict(own), "per_class": per_class}

    return _write("thresholds", change, plain)


def thresholds_from_bytes(data: bytes) -> Change[ThresholdOverrides]:
    """Return what `thresholds_to_bytes` wrote; raise `EditDataError` for anything else."""
    return _read(data, "thresholds", _overrides)


def status_to_bytes(change: Change[str]) -> bytes:
    """Return a change of an image's status as bytes."""
    return _write("status", change, str)


def status_from_bytes(data: bytes) -> Change[str]:
    """Return what `status_to_bytes` wrote; raise `EditDataError` for anything else."""
    return _read(data, "status", _text)


def settings_to_bytes(change: Change[Mapping[str, Setting]]) -> bytes:
    """Return a change of named settings (dialect, rule, note, ...) as bytes."""
    return _write("settings", change, dict)


def settings_from_bytes(data: bytes) -> Change[dict[str, Setting]]:
    """Return what `settings_to_bytes` wrote; raise `EditDataError` for anything else."""
    return _read(data, "settings", _settings)


def _write(kind: str, change: Change[T], plain: Callable[[T], object]) -> bytes:
    document = {"version": _VERSION, "kind": kind, "before": plain(change.before), "after": plain(change.after)}
    return json.dumps(document, allow_nan=False, separators=(",", ":")).encode()


def _read(data: bytes, kind: str, parse: Callable[[Any], T]) -> Change[T]:
    if len(data) > _MAX_BYTES:
        raise EditDataError(f"{_DAMAGED}: it is too long.")
    try:
        document = json.loads(data.decode(), parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise EditDataError(f"{_DAMAGED}: it is not valid JSON.") from None
    _check(isinstance(document, dict) and document.get("kind") == kind)
    if document.get("version") != _VERSION:
        raise EditDataError("A stored step of the history has an unknown format; update EDAM GUI to read it.")
    _check(set(document) == {"version", "kind", "before", "after"})
    try:
        return Change(parse(document["before"]), parse(document["after"]))
    except EditDataError:
        raise
    except EdamError as error:
        raise EditDataError(f"{_DAMAGED}: {error}") from None
    except OverflowError:
        raise EditDataError(f"{_DAMAGED}: a number in it is too large.") from None


def _refuse(name: str) -> NoReturn:
    raise ValueError(name)


def _check(holds: bool) -> None:
    if not holds:
        raise EditDataError(f"{_DAMAGED}: it does not hold what its kind should.")


def _is_class(index: object) -> bool:
    return type(index) is int and 1 <= index <= 254


def _ticks(value: object) -> Ticks:
    if value is None:
        return None
    if not isinstance(value, list) or not all(_is_class(index) for index in value):
        raise EditDataError(f"{_DAMAGED}: it ticks something that is no class.")
    return frozenset(value)


def _text(value: object) -> str:
    _check(isinstance(value, str))
    return str(value)


def _settings(value: object) -> dict[str, Setting]:
    if not isinstance(value, dict) or not all(_is_setting(v) for v in value.values()):
        raise EditDataError(f"{_DAMAGED}: it holds a setting of an unknown form.")
    return value


def _is_setting(value: object) -> bool:
    return value is None or isinstance(value, str | int) or (isinstance(value, float) and math.isfinite(value))


def _overrides(value: object) -> ThresholdOverrides:
    if not isinstance(value, dict) or set(value) != {"thresholds", "per_class"}:
        raise EditDataError(f"{_DAMAGED}: it holds no thresholds.")
    own, per_class = value["thresholds"], value["per_class"]
    _check(isinstance(per_class, dict))
    classes = {_class_key(key): _thresholds(item) for key, item in per_class.items()}
    return ThresholdOverrides(None if own is None else _thresholds(own), MappingProxyType(classes))


def _class_key(key: str) -> int:
    _check(key.isascii() and key.isdigit() and len(key) <= 3 and _is_class(int(key)))
    return int(key)


def _thresholds(value: object) -> Thresholds:
    names = {f.name for f in fields(Thresholds)}
    if not isinstance(value, dict) or set(value) != names:
        raise EditDataError(f"{_DAMAGED}: a threshold is missing or unknown.")
    flag = value["ignore_saliency"]
    numbers = {name: number for name, number in value.items() if name != "ignore_saliency"}
    _check(isinstance(flag, bool) and all(type(number) in (int, float) for number in numbers.values()))
    return Thresholds(**{name: float(number) for name, number in numbers.items()}, ignore_saliency=flag)
