"""Shows the session's jobs in the status bar's indicator."""

from __future__ import annotations

from edam_gui.gui.shell.job_indicator import JobIndicator
from edam_gui.jobs import JobInfo
from edam_gui.session.session import Session


class JobHop:
    """Connects a session's jobs with an indicator; jobs without a title are not shown.

    Parameters
    ----------
    session, indicator
        What it connects.
    """

    def __init__(self, session: Session, indicator: JobIndicator) -> None:
        self._session = session
        self._indicator = indicator
        jobs = session.jobs
        jobs.started.connect(self._started)
        jobs.progressed.connect(self._progressed)
        jobs.finished.connect(self._finished)
        indicator.cancel_asked.connect(jobs.stop)

    def _started(self, info: JobInfo) -> None:
        if info.title:
            self._indicator.start(info.key, info.title)

    def _progressed(self, info: JobInfo) -> None:
        self._indicator.progress(info.key, info.done, info.total)

    def _finished(self, info: JobInfo) -> None:
        self._indicator.finish(info.key)
