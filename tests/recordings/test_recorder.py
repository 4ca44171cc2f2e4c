from __future__ import annotations

import typing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calls.machine import IllegalFact
from recordings.recorder import (
    TABLE,
    Pause,
    RecorderState,
    Request,
    Resume,
    Start,
    Stop,
    step,
)

REQUESTS = st.lists(st.sampled_from([Start(), Pause(), Resume(), Stop()]), max_size=12)


def after(*requests: Request) -> RecorderState:
    state = RecorderState.IDLE
    for request in requests:
        state = step(state, request)
    return state


def test_a_pause_keeps_the_time_and_not_the_audio() -> None:
    assert after(Start()).keeps_audio
    assert not after(Start(), Pause()).keeps_audio
    assert after(Start(), Pause()).keeps_time
    assert after(Start(), Pause(), Resume()).keeps_audio


def test_a_pause_before_the_start_holds() -> None:
    assert after(Pause(), Start()) is RecorderState.PAUSED
    assert after(Pause(), Resume(), Start()) is RecorderState.RECORDING


def test_a_second_start_does_not_end_a_pause() -> None:
    assert after(Start(), Pause(), Start()) is RecorderState.PAUSED


def test_nothing_starts_after_the_stop() -> None:
    with pytest.raises(IllegalFact, match="recorder: Start is illegal in state STOPPED"):
        after(Start(), Stop(), Start())


def test_every_state_answers_every_request_but_a_late_start() -> None:
    for state in RecorderState:
        missing = set(typing.get_args(Request)) - set(TABLE[state])
        assert missing == ({Start} if state is RecorderState.STOPPED else set())


@given(REQUESTS)
def test_being_told_twice_changes_nothing(requests: list[Request]) -> None:
    state = RecorderState.IDLE
    for request in requests:
        if state is RecorderState.STOPPED and isinstance(request, Start):
            continue
        state = step(state, request)
        assert step(state, request) is state


@given(REQUESTS)
def test_audio_is_kept_only_after_a_start_and_outside_a_pause(requests: list[Request]) -> None:
    state, started, paused, stopped = RecorderState.IDLE, False, False, False
    for request in requests:
        if stopped and isinstance(request, Start):
            continue
        state = step(state, request)
        started = started or isinstance(request, Start)
        stopped = stopped or isinstance(request, Stop)
        if isinstance(request, Pause | Resume):
            paused = isinstance(request, Pause)
        assert state.keeps_audio == (started and not paused and not stopped)
        assert state.keeps_time == (started and not stopped)
