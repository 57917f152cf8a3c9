"""Long work: the one job primitive, cancelling, and overlapped runs over many items. No Qt."""

from __future__ import annotations

from edam_gui.jobs.runner import Deliver, JobContext, JobInfo, JobRunner
from edam_gui.jobs.street import Failure, Street
from edam_gui.jobs.token import CancelToken

__all__ = ["CancelToken", "Deliver", "Failure", "JobContext", "JobInfo", "JobRunner", "Street"]
