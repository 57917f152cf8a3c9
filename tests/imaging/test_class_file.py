"""The JSON class file."""

from __future__ import annotations

from pathlib import Path

import pytest

from edam_gui.core.errors import InputFileError
from edam_gui.core.label_set import LabelSet
from edam_gui.imaging.class_file import read_class_file


def test_a_class_file_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    path = tmp_path / "classes.json"
    path.write_text('["cat", "Löwe"]', encoding="utf-8-sig")
    assert read_class_file(path) == LabelSet.from_names(["cat", "Löwe"])


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        (b"", "empty"),
        (b"{", "not valid JSON"),
        (b'{"a": 1}', "list of names"),
        (b'["cat", "cat"]', "occurs twice"),
        (b'["c\xe4t"]', "UTF-8"),
        (b'["c\0t"]', "UTF-8"),
        (b"[" * 100_000, "not valid JSON"),
        (b'["' + b"a" * (2 << 20) + b'"]', "too large"),
    ],
)
def test_a_bad_class_file_is_named_with_its_cause(tmp_path: Path, content: bytes, cause: str) -> None:
    path = tmp_path / "classes.json"
    path.write_bytes(content)
    with pytest.raises(InputFileError, match=rf"classes\.json: .*{cause}"):
        read_class_file(path)


def test_a_missing_class_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match=r"none\.json: does not exist"):
        read_class_file(tmp_path / "none.json")
