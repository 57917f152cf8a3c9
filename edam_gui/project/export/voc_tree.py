"""A PASCAL VOC tree: JPEGImages, SegmentationClass, ImageSets/Segmentation."""

from __future__ import annotations

import hashlib
import io
import os
import secrets
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from PIL import Image

from edam_gui.core.errors import InputFileError, OutputError
from edam_gui.imaging.atomic import make_folder, remove_quietly, write_bytes, write_cause
from edam_gui.imaging.photo import Photo, read_photo
from edam_gui.imaging.picture_file import read_cause, read_header
from edam_gui.project.export.request import PhotoLink, Split
from edam_gui.project.images import ImageEntry
from edam_gui.project.names import voc_id
from edam_gui.project.store.values import Status

PHOTOS: Final = "JPEGImages"
LABELS: Final = "SegmentationClass"
LISTS: Final = Path("ImageSets", "Segmentation")
_QUALITY: Final = 95
_JPEG: Final = b"\xff\xd8\xff"
_MAX_EDGE: Final = 65535


def voc_ids(entries: Sequence[ImageEntry]) -> dict[ImageEntry, str]:
    """Return an id for each image that no other has, on any file system, and that readers of lists can split off.

    The id is the stem with its folders in front (`dir__stem`), blanks replaced by `_`; where that leaves two the same,
    the later ones get a number.
    """
    taken: set[str] = set()
    ids: dict[ImageEntry, str] = {}
    for entry in entries:
        name = "_".join(voc_id(entry).split()) or "image"
        name = "_" + name[1:] if name.startswith("#") else name
        unique, number = name, 2
        while unique.casefold() in taken:
            unique, number = f"{name}~{number}", number + 1
        taken.add(unique.casefold())
        ids[entry] = unique
    return ids


def write_photo(source: Path, target: Path, link: PhotoLink, photo: Photo | None = None) -> None:
    """Bring a photo into `JPEGImages`: linked or copied if it is an upright JPEG, else written upright as JPEG.

    Parameters
    ----------
    source
        The user's file; never written to.
    target
        The JPEG file; an existing one is replaced.
    link
        How.
    photo
        The decoded photo, if it is in memory.

    Raises
    ------
    InputFileError
        The photo cannot be read.
    OutputError
        The file cannot be written, or does not have the photo's size when it is read back.
    """
    header = read_header(source)
    if header.orientation == 1 and _is_jpeg(source):
        _bring(source.resolve(), target, link)
    else:
        photo = photo or read_photo(source)
        if max(photo.size) > _MAX_EDGE:
            raise OutputError(target, f"cannot be a JPEG file: {photo.width} x {photo.height} is too large for one")
        buffer = io.BytesIO()
        Image.fromarray(photo.pixels).save(buffer, "JPEG", quality=_QUALITY, subsampling="4:4:4")
        write_bytes(target, buffer.getvalue())
    if read_header(target).size != header.size:
        remove_quietly(target)
        raise OutputError(target, "did not hold the photo when it was read back; it was removed")


def validation_ids(ids: Sequence[str], split: Split) -> frozenset[str]:
    """Draw the ids of the validation images.

    Every id gets a number from its name and the seed; those with the lowest are drawn, so that adding images moves
    few others.
    """
    drawn = sorted(ids, key=lambda name: hashlib.sha256(f"{split.seed}:{name}".encode("utf-8", "replace")).digest())
    return frozenset(drawn[: round(split.val_share * len(ids))])


def write_lists(out: Path, ids: Mapping[str, Status], split: Split) -> dict[str, str]:
    """Write `train.txt`, `val.txt`, `trainval.txt`, and a list for each status.

    Parameters
    ----------
    out
        The VOC root.
    ids
        Id -> status, in order.
    split
        How train and val divide them.

    Returns
    -------
    dict
        Id -> `train` or `val`.

    Raises
    ------
    OutputError
        A list cannot be written.
    """
    val = validation_ids(list(ids), split)
    lists = {
        "train": [name for name in ids if name not in val],
        "val": [name for name in ids if name in val],
        "trainval": list(ids),
        **{status.value: [name for name, own in ids.items() if own is status] for status in Status},
    }
    for name, members in lists.items():
        text = "".join(member + "\n" for member in members)
        write_bytes(out / LISTS / f"{name}.txt", text.encode("utf-8", "surrogateescape"))
    return {name: "val" if name in val else "train" for name in ids}


def _is_jpeg(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(3) == _JPEG
    except OSError as error:
        raise InputFileError(path, read_cause(error)) from error


def _bring(source: Path, target: Path, link: PhotoLink) -> None:
    make_folder(target.parent)
    temporary = target.parent / f".edam-{secrets.token_hex(8)}.tmp"
    try:
        if target.exists() and link is PhotoLink.AUTO and target.samefile(source):
            return  # renaming one link of a file to another does nothing
        _link(source, temporary, link)
        temporary.replace(target)
    except OSError as error:
        raise OutputError(target, write_cause(error)) from error
    finally:
        remove_quietly(temporary)


def _link(source: Path, target: Path, link: PhotoLink) -> None:
    if link is PhotoLink.SYMLINK:
        target.symlink_to(source)
        return
    if link is PhotoLink.AUTO:
        try:
            os.link(source, target)
        except OSError:
            pass  # another disk, or a file system without links: copied below
        else:
            return
    shutil.copyfile(source, target)
    with target.open("rb+") as file:
        os.fsync(file.fileno())
