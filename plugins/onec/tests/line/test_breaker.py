"""The breaker on a clock of its own."""

from __future__ import annotations

import pytest

from b2bkit_onec.line.breaker import FIRST_PAUSE, LONGEST_PAUSE, Breaker, State
from b2bkit_onec.line.errors import LineOpen


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def opened(clock: Clock, told: list[tuple[State, str]] | None = None) -> Breaker:
    breaker = Breaker(clock=clock, told=(lambda state, words: told.append((state, words))) if told is not None else None)
    for _number in range(3):
        breaker.enter()
        breaker.bad("no answer")
    return breaker


def test_two_silent_calls_do_not_open_it_and_an_answer_forgets_them(clock: Clock) -> None:
    breaker = Breaker(clock=clock)
    for outcome in (breaker.bad, breaker.bad, lambda _words: breaker.good(), breaker.bad, breaker.bad):
        breaker.enter()
        outcome("no answer")
    breaker.enter()
    assert breaker.seen().state == "closed"


def test_three_silent_calls_open_it_until_the_pause_is_over(clock: Clock) -> None:
    breaker = opened(clock)
    clock.now += FIRST_PAUSE - 1
    with pytest.raises(LineOpen, match="in 1 s"):
        breaker.enter()
    clock.now += 1
    breaker.enter()
    assert breaker.seen().state == "half_open"


def test_half_open_lets_one_call_through_which_decides(clock: Clock) -> None:
    breaker = opened(clock)
    clock.now += FIRST_PAUSE
    breaker.enter()
    with pytest.raises(LineOpen):
        breaker.enter()
    breaker.good()
    breaker.enter()
    breaker.enter()


def test_each_trial_that_fails_doubles_the_pause_up_to_five_minutes(clock: Clock) -> None:
    breaker = opened(clock)
    pause = FIRST_PAUSE
    for _number in range(8):
        clock.now += pause
        breaker.enter()
        breaker.bad("no answer")
        pause = min(pause * 2, LONGEST_PAUSE)
        clock.now += pause - 1
        with pytest.raises(LineOpen):
            breaker.enter()
        clock.now += 1 - pause
        clock.now += 0
    assert pause == LONGEST_PAUSE


def test_a_trial_that_says_nothing_leaves_the_next_one_its_chance(clock: Clock) -> None:
    breaker = opened(clock)
    clock.now += FIRST_PAUSE
    breaker.enter()
    breaker.left()
    breaker.enter()
    assert breaker.seen().state == "half_open"


def test_the_ping_is_let_through_at_any_time(clock: Clock) -> None:
    breaker = opened(clock)
    breaker.enter(probe=True)
    breaker.good()
    assert breaker.seen().state == "closed"


def test_every_change_is_told_once_with_the_last_words(clock: Clock) -> None:
    told: list[tuple[State, str]] = []
    breaker = opened(clock, told)
    clock.now += FIRST_PAUSE
    breaker.enter()
    breaker.good()
    breaker.good()
    assert told == [("open", "no answer"), ("half_open", "no answer"), ("closed", "")]
