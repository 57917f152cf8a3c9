"""Classes out of PASCAL VOC annotation files."""

from __future__ import annotations

from pathlib import Path
from typing import Final
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from edam_gui.core.errors import InputFileError, OptionError
from edam_gui.core.label_set import BACKGROUND, LabelSet
from edam_gui.imaging.bounded_read import read_bounded

_LIMIT: Final = 16 << 20


def read_voc_classes(path: Path, label_set: LabelSet) -> frozenset[int]:
    """Read which classes a VOC annotation names; objects marked difficult or truncated count, parts do not.

    Returns
    -------
    frozenset of int
        Class indices 1..K, empty if the annotation names no object.

    Raises
    ------
    InputFileError
        The file is unreadable, no VOC annotation, uses entities or a DTD, or names a class outside the label set.
    """
    try:
        root = fromstring(read_bounded(path, _LIMIT), forbid_dtd=True)
    except DefusedXmlException as error:
        raise InputFileError(path, "defines XML entities or a document type; it was not opened") from error
    except (ParseError, ValueError, LookupError) as error:  # ValueError, LookupError: the encoding it states
        raise InputFileError(path, f"is not valid XML ({error})") from error
    if root.tag != "annotation":
        raise InputFileError(path, f"is no PASCAL VOC annotation: it begins with <{root.tag}>, not <annotation>")
    indices = set()
    for number, element in enumerate(root.iterfind("object"), start=1):
        name = (element.findtext("name") or "").strip()
        if not name:
            raise InputFileError(path, f"does not name the class of its object {number}")
        try:
            indices.add(label_set.index(name))
        except OptionError as error:
            raise InputFileError(path, f"object {number}: {error}") from error
    return frozenset(indices - {BACKGROUND})
