"""Finds what a few typed letters mean."""

from __future__ import annotations

from functools import lru_cache

_EARLIER = 0.01
"""What each letter before the place found costs."""


@lru_cache(maxsize=4096)
def fuzzy_score(typed: str, text: str) -> float | None:
    """Return how well the typed letters fit a text, higher is better; None if they do not.

    All words typed must be found, in any order: as the beginning of a word (best), within one, or, as letters in their
    order, spread over the text.

    Parameters
    ----------
    typed
        What the user typed; upper and lower case are the same.
    text
        What it may mean.
    """
    lower = text.lower()
    scores = [_word_score(word, lower) for word in typed.lower().split()]
    if any(score is None for score in scores):
        return None
    # Between equals the shorter text is what was meant.
    return sum(score for score in scores if score is not None) - len(text) / 1000


def _word_score(word: str, text: str) -> float | None:
    at = text.find(word)
    starts = [i for i in range(len(text)) if text.startswith(word, i) and (i == 0 or not text[i - 1].isalnum())]
    if starts:
        return 3.0 - _EARLIER * starts[0]
    if at >= 0:
        return 2.0 - _EARLIER * at
    spread = _spread(word, text)
    return None if spread is None else spread


def _spread(word: str, text: str) -> float | None:
    """Return 0..1: the share of letters that begin a word or follow the one before."""
    good, last, at = 0, -2, -1
    for letter in word:
        at = _next(letter, text, last, at)
        if at < 0:
            return None
        good += at == last + 1 or at == 0 or not text[at - 1].isalnum()
        last = at
    return good / len(word)


def _next(letter: str, text: str, last: int, at: int) -> int:
    """Return where the letter comes next: right behind, else at the beginning of a word, else anywhere."""
    if last >= 0 and text.startswith(letter, last + 1):
        return last + 1
    begins = (i for i in range(at + 1, len(text)) if text[i] == letter and (i == 0 or not text[i - 1].isalnum()))
    return next(begins, text.find(letter, at + 1))
