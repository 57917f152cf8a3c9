"""What the session tells the user."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How much attention a message asks for."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True)
class Message:
    """A sentence for the message bar.

    Parameters
    ----------
    level
        How much attention it asks for.
    text
        What happened and what to do.
    topic
        What it is about: a newer message of a topic replaces the older one, an empty text withdraws it.
    """

    level: Level
    text: str
    topic: str = ""
