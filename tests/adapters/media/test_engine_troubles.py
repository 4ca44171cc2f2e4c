"""What must not stop the wheel: bugs of others, garbage, closed legs, no ports."""

import asyncio
import errno
import logging
import select
import threading

import pytest

from adapters.telephony.media import (
    PortsExhausted,
    request_realtime_priority,
)
from tests.adapters.media.far_phone import HOST, LOUD, until


async def test_callbacks_that_raise_are_counted_and_harm_nobody(engine, phone, caplog):
    def fail(*_):
        raise RuntimeError("123 Elm Street")

    bad, good = engine.open(), engine.open()
    caller, other = phone(bad), phone(good)
    for arm in (bad.listen, bad.record, bad.on_digit):
        arm(fail)
    bad.on_media_timeout(0.02, fail)
    bad.play([], fail)
    caller.press("1")
    with caplog.at_level(logging.ERROR):
        await until(good, lambda: bad.counters.failures > 12)
    await caller.hear()
    await other.hear()
    assert good.counters.failures == 0
    assert engine.failures == bad.counters.failures
    assert len(caplog.records) == 1
    assert "Elm" not in caplog.text
    bad.close()


async def test_a_network_that_refuses_packets_is_counted_and_the_wheel_goes_on(engine, phone):
    leg, good = engine.open(), engine.open()
    phone(good)
    # The broadcast address is a valid literal that the kernel does not let a plain socket send to.
    leg.start("255.255.255.255", 9, payload=0, dtmf_payload=101)
    await until(good, lambda: leg.counters.send_errors >= 5)
    assert leg.counters.sent == 0
    assert leg.counters.failures == 0


async def test_garbage_on_the_socket_is_counted_and_the_call_goes_on(engine, phone):
    leg = engine.open()
    caller = phone(leg)
    for size in (0, 1, 11, 12, 172, 1501, 9000):
        caller.socket.sendto(b"\xff" * size, caller.to)
    await until(leg, lambda: leg.counters.malformed >= 7)
    talking = asyncio.create_task(caller.keep_talking())
    await until(leg, lambda: leg.counters.received > 5)
    talking.cancel()
    assert leg.counters.failures == 0


async def test_a_leg_may_be_closed_from_any_callback(engine, phone):
    legs = [engine.open() for _ in range(4)]
    callers = [phone(leg) for leg in legs]
    legs[0].listen(lambda pcm: legs[0].close())
    legs[1].record(lambda left, right: legs[1].close())
    legs[2].on_digit(lambda key: legs[2].close())
    callers[2].press("1")
    await until(legs[3], lambda: engine.open_legs == 1)
    assert engine.failures == 0


async def test_closing_reports_what_was_cut_short_and_ends_the_bridge(engine, phone):
    one, two = engine.open(), engine.open()
    one.connect(two)
    done = asyncio.Queue()
    one.play([LOUD], done.put_nowait)
    one.send_digits("1", done.put_nowait)
    one.close()
    one.close()
    assert [await done.get(), await done.get()] == [True, True]
    assert two.peer is None


async def test_a_closed_leg_does_nothing(engine, phone):
    leg = engine.open()
    other = engine.open()
    leg.close()
    leg.start(HOST, 4000, payload=0, dtmf_payload=None)
    leg.play([LOUD])
    leg.play_music(LOUD)
    leg.send_digits("1")
    leg.connect(other)
    other.connect(leg)
    leg.record(lambda left, right: None)
    leg.stop_playing()
    assert (leg.playing, leg.peer, other.peer) == (False, None, None)


async def test_ports_run_out_with_a_declared_error_and_come_back(engine):
    legs = []
    try:
        while True:
            legs.append(engine.open())
    except PortsExhausted:
        pass
    assert len({leg.local_port for leg in legs}) == len(legs) > 0
    freed = legs[0].local_port
    legs[0].close()
    assert engine.open().local_port == freed


async def test_an_engine_that_cannot_begin_gives_its_port_back_and_can_begin_later(
    engine, phone, monkeypatch
):
    def refuse():
        raise OSError(errno.EMFILE, "too many open files")

    with monkeypatch.context() as broken:
        broken.setattr(select, "epoll", refuse)
        for _ in range(300):
            with pytest.raises(OSError, match="too many"):
                engine.open()
        assert engine.open_legs == 0
    caller = phone(engine.open())
    await caller.hear()


async def test_without_legs_nothing_is_left_running_and_the_engine_can_begin_again(engine, phone):
    for _ in range(3):
        leg = engine.open()
        caller = phone(leg)
        await caller.hear()
        leg.close()
        assert engine.open_legs == 0
    assert engine.pacing().count >= 3


def test_real_time_priority_is_asked_for_and_the_answer_can_be_shown():
    answers = []
    # Of a thread of its own, which takes the priority with it when it ends.
    thread = threading.Thread(target=lambda: answers.append(request_realtime_priority(1)))
    thread.start()
    thread.join()
    assert answers[0].granted == answers[0].detail.startswith("real-time priority")
    assert "\n" not in answers[0].detail
