"""A stack machine for the data half of the pickle format; nothing is ever imported or called by name.

Python's own unpickler is not used at all. Opcodes come from an allow-list, and a global name is looked up in a
table of builders that the caller hands in, never in a module. What is not in the two lists ends the reading.
"""

from __future__ import annotations

import io
import pickletools
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

MAX_OPCODES: Final = 6_000_000  # COCO's 123,000 image-level label rows take half of it
_LARGEST_KEY: Final = 2**32

MORE_THAN_DATA: Final = "holds more than numbers and names; it was not opened"
DAMAGED: Final = "is damaged: its pickled part cannot be followed"


class PickleRefused(ValueError):
    """The payload is damaged or holds something that is not on the lists; the text ends "FILE: ..."."""


class Draft(ABC):
    """An object whose state arrives later, by the opcode BUILD."""

    @abstractmethod
    def build(self, state: object) -> None:
        """Take the state; raise `PickleRefused` if it does not fit."""


class Builder(Protocol):
    """Makes a value from the arguments of the opcode REDUCE."""

    def __call__(self, *args: Any) -> object:
        """Return the value; raise `PickleRefused` for unsuitable arguments."""


@dataclass(frozen=True)
class Global:
    """A name on the list. `builder` is `None` for names that only stand for a type."""

    name: str
    builder: Builder | None = None


class _Mark:
    """Where a group of values begins on the stack."""


_MARK: Final = _Mark()


class PickleMachine:
    """Runs one pickle.

    Parameters
    ----------
    stream
        Positioned at the pickle; afterwards just behind its STOP. In memory, so that a lying length takes none.
    names
        (module, name) -> what stands for it.
    storage
        Resolves persistent ids (torch's storages); `None` refuses them.
    """

    def __init__(
        self,
        stream: io.BytesIO,
        names: Mapping[tuple[str, str], Global],
        storage: Callable[[object], object] | None = None,
    ) -> None:
        self._stream = stream
        self._names = names
        self._storage = storage
        self._stack: list[Any] = []
        self._memo: dict[int, object] = {}

    def run(self) -> object:
        """Return the pickled value.

        Raises
        ------
        PickleRefused
            An opcode or a name is not on the lists, the stream is damaged, or it is too long.
        """
        read, steps = self._stream.read, _STEPS
        for _ in range(MAX_OPCODES):
            code = read(1)
            if code == b".":
                return self._pop()
            step = steps.get(code)
            if step is None:
                raise PickleRefused(MORE_THAN_DATA if code in _KNOWN else DAMAGED)
            reader, action = step
            try:
                argument = reader(self._stream) if reader is not None else None
            except ValueError:
                raise PickleRefused(DAMAGED) from None
            action(self, argument)
        raise PickleRefused(MORE_THAN_DATA)

    def _push(self, value: object) -> None:
        self._stack.append(value)

    def _pop(self) -> Any:
        if not self._stack or self._stack[-1] is _MARK:
            raise PickleRefused(DAMAGED)
        return self._stack.pop()

    def _top(self, kind: type) -> Any:
        if not self._stack or not isinstance(self._stack[-1], kind):
            raise PickleRefused(DAMAGED)
        return self._stack[-1]

    def _pop_group(self) -> list[Any]:
        stack = self._stack
        for at in range(len(stack) - 1, -1, -1):
            if stack[at] is _MARK:
                group = stack[at + 1 :]
                del stack[at:]
                return group
        raise PickleRefused(DAMAGED)

    def _ignore(self, _argument: object) -> None:
        """PROTO and FRAME say nothing about the value."""

    def _none(self, _argument: object) -> None:
        self._push(None)

    def _true(self, _argument: object) -> None:
        self._push(True)

    def _false(self, _argument: object) -> None:
        self._push(False)

    def _mark(self, _argument: object) -> None:
        self._push(_MARK)

    def _old_string(self, argument: str) -> None:
        # Python 2 strings are bytes; pickletools shows them as latin-1.
        self._push(argument.encode("latin-1"))

    def _bytearray(self, argument: bytearray) -> None:
        self._push(bytes(argument))

    def _empty_tuple(self, _argument: object) -> None:
        self._push(())

    def _empty_list(self, _argument: object) -> None:
        self._push([])

    def _empty_dict(self, _argument: object) -> None:
        self._push({})

    def _tuple1(self, _argument: object) -> None:
        self._push((self._pop(),))

    def _tuple2(self, _argument: object) -> None:
        second = self._pop()
        self._push((self._pop(), second))

    def _tuple3(self, _argument: object) -> None:
        third, second = self._pop(), self._pop()
        self._push((self._pop(), second, third))

    def _tuple(self, _argument: object) -> None:
        self._push(tuple(self._pop_group()))

    def _list(self, _argument: object) -> None:
        self._push(self._pop_group())

    def _dict(self, _argument: object) -> None:
        group = self._pop_group()
        self._push({})
        self._set_items(group)

    def _append(self, _argument: object) -> None:
        value = self._pop()
        self._top(list).append(value)

    def _appends(self, _argument: object) -> None:
        values = self._pop_group()
        self._top(list).extend(values)

    def _set_item(self, _argument: object) -> None:
        value = self._pop()
        key = self._pop()
        self._set_items([key, value])

    def _set_group(self, _argument: object) -> None:
        self._set_items(self._pop_group())

    def _set_items(self, flat: list[Any]) -> None:
        target = self._top(dict)
        if len(flat) % 2:
            raise PickleRefused(DAMAGED)
        for key, value in zip(flat[::2], flat[1::2], strict=True):
            # Only keys whose hash is cheap and cannot be made to collide at will.
            if type(key) is int:
                if abs(key) >= _LARGEST_KEY:
                    raise PickleRefused(MORE_THAN_DATA)
            elif type(key) is not str and type(key) is not bytes:
                raise PickleRefused(MORE_THAN_DATA)
            target[key] = value

    def _memoize(self, _argument: object) -> None:
        self._memo[len(self._memo)] = self._top(object)

    def _put(self, index: int) -> None:
        if not 0 <= index < _LARGEST_KEY:
            raise PickleRefused(DAMAGED)
        self._memo[index] = self._top(object)

    def _get(self, index: int) -> None:
        if index not in self._memo:
            raise PickleRefused(DAMAGED)
        self._push(self._memo[index])

    def _global(self, argument: tuple[str, str]) -> None:
        self._push(self._find(*argument))

    def _stack_global(self, _argument: object) -> None:
        name, module = self._pop(), self._pop()
        self._push(self._find(module, name))

    def _find(self, module: object, name: object) -> Global:
        found = self._names.get((module, name)) if isinstance(module, str) and isinstance(name, str) else None
        if found is None:
            raise PickleRefused(MORE_THAN_DATA)
        return found

    def _reduce(self, _argument: object) -> None:
        arguments, target = self._pop(), self._pop()
        if not isinstance(target, Global) or target.builder is None or not isinstance(arguments, tuple):
            raise PickleRefused(MORE_THAN_DATA)
        try:
            self._push(target.builder(*arguments))
        except TypeError:  # a wrong number of arguments
            raise PickleRefused(DAMAGED) from None

    def _build(self, _argument: object) -> None:
        state = self._pop()
        draft = self._top(object)
        if not isinstance(draft, Draft):
            raise PickleRefused(MORE_THAN_DATA)
        draft.build(state)

    def _persistent(self, _argument: object) -> None:
        if self._storage is None:
            raise PickleRefused(MORE_THAN_DATA)
        self._push(self._storage(self._pop()))


def _read_two_lines(stream: io.BytesIO) -> tuple[str, str]:
    """Read GLOBAL's module and name; pickletools would look for escapes in them, and warn."""
    module, name = stream.readline(), stream.readline()
    return module.decode("ascii").removesuffix("\n"), name.decode("ascii").removesuffix("\n")


_Action = Callable[[PickleMachine, Any], None]

_ACTIONS: Final[Mapping[str, _Action]] = {
    "PROTO": PickleMachine._ignore,
    "FRAME": PickleMachine._ignore,
    "NONE": PickleMachine._none,
    "NEWTRUE": PickleMachine._true,
    "NEWFALSE": PickleMachine._false,
    **dict.fromkeys(("INT", "LONG", "BININT", "BININT1", "BININT2", "LONG1", "LONG4"), PickleMachine._push),
    **dict.fromkeys(("FLOAT", "BINFLOAT"), PickleMachine._push),
    **dict.fromkeys(("UNICODE", "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8"), PickleMachine._push),
    **dict.fromkeys(("SHORT_BINBYTES", "BINBYTES", "BINBYTES8"), PickleMachine._push),
    **dict.fromkeys(("SHORT_BINSTRING", "BINSTRING"), PickleMachine._old_string),
    "BYTEARRAY8": PickleMachine._bytearray,
    "MARK": PickleMachine._mark,
    "EMPTY_TUPLE": PickleMachine._empty_tuple,
    "TUPLE1": PickleMachine._tuple1,
    "TUPLE2": PickleMachine._tuple2,
    "TUPLE3": PickleMachine._tuple3,
    "TUPLE": PickleMachine._tuple,
    "EMPTY_LIST": PickleMachine._empty_list,
    "LIST": PickleMachine._list,
    "APPEND": PickleMachine._append,
    "APPENDS": PickleMachine._appends,
    "EMPTY_DICT": PickleMachine._empty_dict,
    "DICT": PickleMachine._dict,
    "SETITEM": PickleMachine._set_item,
    "SETITEMS": PickleMachine._set_group,
    "MEMOIZE": PickleMachine._memoize,
    **dict.fromkeys(("PUT", "BINPUT", "LONG_BINPUT"), PickleMachine._put),
    **dict.fromkeys(("GET", "BINGET", "LONG_BINGET"), PickleMachine._get),
    "GLOBAL": PickleMachine._global,
    "STACK_GLOBAL": PickleMachine._stack_global,
    "REDUCE": PickleMachine._reduce,
    "BUILD": PickleMachine._build,
    "BINPERSID": PickleMachine._persistent,
}

_KNOWN: Final = frozenset(opcode.code.encode("latin-1") for opcode in pickletools.opcodes)
_READERS: Final[Mapping[str, Callable[[io.BytesIO], Any] | None]] = {
    **{opcode.name: opcode.arg.reader if opcode.arg is not None else None for opcode in pickletools.opcodes},
    "GLOBAL": _read_two_lines,
}
_STEPS: Final[Mapping[bytes, tuple[Callable[[io.BytesIO], Any] | None, _Action]]] = {
    opcode.code.encode("latin-1"): (_READERS[opcode.name], _ACTIONS[opcode.name])
    for opcode in pickletools.opcodes
    if opcode.name in _ACTIONS
}
