"""The model over all images of the list, in the background: the images are there at once when they are shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from edam_gui.core.errors import EdamError
from edam_gui.jobs import JobContext
from edam_gui.session.context import Context
from edam_gui.session.image_labeller import ImageLabeller
from edam_gui.session.messages import Level
from edam_gui.session.navigator import Navigator

RUN_ALL: Final = "run-all"


@dataclass
class RunReport:
    """What a run did.

    Parameters
    ----------
    done
        Number of images that have masks now.
    failed
        What went wrong, a sentence per image.
    """

    done: int = 0
    failed: list[str] = field(default_factory=list)


class RunAll:
    """Infers every image of the list; the image on the desk always goes first.

    Parameters
    ----------
    context, navigator
        The session's state, and the list.
    """

    def __init__(self, context: Context, navigator: Navigator) -> None:
        self._context = context
        self._navigator = navigator
        self.report = RunReport()

    @property
    def is_running(self) -> bool:
        """Whether a run is under way."""
        return self._context.jobs.is_busy(RUN_ALL)

    def start(self, only: Sequence[int] | None = None) -> None:
        """Infer all images of the list in turn, or only some; those whose masks are cached cost nothing."""
        project, model = self._context.project, self._context.model
        if project is None or not model.is_ready:
            self._context.complain("There is no model to run; choose one with Model ▸ Choose model.", RUN_ALL)
            return
        images = list(self._navigator.ids if only is None else only)
        labeller = ImageLabeller(project, model)

        def work(context: JobContext) -> RunReport:
            report = RunReport()
            context.progress(0, len(images))
            for number, image in enumerate(images, start=1):
                context.token.check()
                try:
                    labeller.infer(image, context)
                    report.done += 1
                except EdamError as error:
                    report.failed.append(str(error))
                context.progress(number, len(images))
            return report

        self._context.jobs.start(
            RUN_ALL,
            work,
            done=self._finished,
            stopped=lambda: self._context.say(Level.INFO, "The run was stopped; what is done is kept.", RUN_ALL),
            title=f"Running the model on {len(images)} images",
            lane="batch",
        )

    def cancel(self) -> None:
        """Stop after the image that is being inferred."""
        self._context.jobs.stop(RUN_ALL)

    def forget(self) -> None:
        """Stop without a word: the project is being closed."""
        self._context.jobs.cancel(RUN_ALL)

    def _finished(self, report: RunReport) -> None:
        self.report = report
        if not report.failed:
            self._context.say(Level.INFO, f"The model has run on all {report.done} images.", RUN_ALL)
            return
        more = f" And {len(report.failed) - 2} more." if len(report.failed) > 2 else ""
        text = f"{len(report.failed)} of {report.done + len(report.failed)} images failed: "
        self._context.complain(text + " ".join(report.failed[:2]) + more, RUN_ALL)
