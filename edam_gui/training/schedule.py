"""The learning rate of every step."""

from __future__ import annotations

from dataclasses import dataclass

from edam_gui.training.config import TrainConfig


@dataclass(frozen=True)
class Schedule:
    """Linear warm-up, then polynomial decay: a function of the step alone, so there is nothing to save.

    Parameters
    ----------
    max_steps, warmup_steps
        The decay ends at `max_steps`.
    warmup_start
        Factor at step 0.
    power
        Of the decay.
    """

    max_steps: int
    warmup_steps: int
    warmup_start: float
    power: float

    def factor(self, step: int) -> float:
        """Return what initial learning rates are multiplied by in `step`, which counts from 0.

        ``start + (1 - start) * step / warmup`` below `warmup_steps`, then
        ``(1 - (step - warmup) / (max_steps - warmup)) ** power``; 0 from `max_steps` on.
        """
        if step < self.warmup_steps:
            return self.warmup_start + (1 - self.warmup_start) * step / self.warmup_steps
        if step >= self.max_steps:
            return 0.0
        return float((1 - (step - self.warmup_steps) / (self.max_steps - self.warmup_steps)) ** self.power)


def make_schedule(config: TrainConfig, max_steps: int) -> Schedule:
    """Return the schedule of a run; a warm-up longer than half of it is cut to a tenth."""
    warmup = config.warmup_steps if config.warmup_steps <= max_steps // 2 else max_steps // 10
    return Schedule(max_steps, warmup, config.warmup_start, config.power)
