"""How a step of the history that is a change of state is stored."""

from __future__ import annotations

import json
from typing import Any


def state_payload(before: Any, after: Any) -> bytes:
    """Return the payload of a step: the state before and the state after, both JSON values."""
    return json.dumps({"before": before, "after": after}).encode()
