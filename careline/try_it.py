"""Trying a running line without a phone: the chest-pain call, with a nurse at a software phone."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from adapters.speech import PromptStore, VoiceSynthesiser
from adapters.telephony.media import Clip, MediaEngine, MediaError
from adapters.telephony.sip.phone import AgentPhone, PhoneProblem, greeting_with_pause
from calls.ids import AgentId
from calls.ports import SpeechError
from careline.agent_requests import nurses_of
from careline.caller import Expectation, Script, ScriptStep, place, read_script
from careline.control import NotRunning, request
from careline.demo.show import CALLS
from careline.state import StateFolder
from config.errors import SecretsError
from config.secrets import agent_secret, read_secrets
from config.site import Site

_FIRST_MEDIA_PORT, _LAST_MEDIA_PORT = 35000, 35999
_ANY_ADDRESS = ("0.0.0.0", "[::]")  # noqa: S104 - recognised, not bound to
_STAY_S = 60.0


async def chest_pain_call(
    site: Site,
    state: StateFolder,
    address: str,
    tell: Callable[[str], None],
    *,
    by_voice: bool,
) -> None:
    """Place the call against the running line; the line's own live view shows it arrive.

    A nurse who is at no phone is put at one for the length of the call, so that somebody answers.
    While a nurse is at work the call is not placed: it would ring them as an emergency.

    Args:
        site: the loaded site.
        state: the running line's state folder.
        address: ``host:port`` of the line.
        tell: takes a line of output.
        by_voice: whether the line understands speech now; otherwise the caller presses a key.
    """
    engine = MediaEngine("127.0.0.1", _FIRST_MEDIA_PORT, _LAST_MEDIA_PORT)
    voice = VoiceSynthesiser()
    store = PromptStore(state.prompts, voice)
    try:
        nurses = nurses_of(site)
        status = await request(state.control_socket, op="status")
        at_work = [each for each in status["agents"] if each["agent"] in nurses and _rings(each)]
        if at_work:
            names = " and ".join(each["agent"] for each in at_work)
            tell(f"({names} would be rung by an emergency that is none: nothing is placed)")
            return
        nurse = _stand_in(nurses, status["agents"])
        if nurse is None:
            tell("(every nurse has a phone here and none is ready: nobody would answer)")
            return
        phone = AgentPhone(
            engine,
            nurse,
            read_secrets(state.secrets).secret(agent_secret(nurse)),
            reachable_address(address),
            greeting_with_pause(Clip.from_pcm(await store.get(_greeting(site, nurse), "en"))),
        )
        await phone.start()
        try:
            await phone.dial_code(site.features.ready)
            tell(f"({nurse} is at a phone now; the caller dials)")
            result = await place(
                chest_pain_script(site, nurse, by_voice=by_voice),
                f"sip:clinic@{reachable_address(address)}",
                voice,
                engine,
                state.control_socket,
                lambda line: tell(f"          caller   {line}"),
            )
            for failure in result.failures:
                tell(f"not as expected: {failure}")
            if not result.failures and result.answered_after_s is not None:
                tell(f"({nurse} answered after {result.answered_after_s:.1f} s)")
        finally:
            await phone.stop()
            await _as_before(state, nurse, status["agents"])
    except (PhoneProblem, SpeechError, MediaError, SecretsError, NotRunning) as error:
        tell(f"the call could not be placed: {error}")
    finally:
        await store.close()
        engine.close()


def chest_pain_script(site: Site, nurse: AgentId, *, by_voice: bool) -> Script:
    """What the caller does: says it, or presses the emergency key where nothing would hear it."""
    script = read_script(CALLS / "chest-pain.yaml")
    expect = Expectation(answered_by=(nurse,), hears_s=0.5, told=("EMERGENCY",))
    if by_voice:
        return replace(script, expect=expect)
    return Script(
        title="The emergency key reaches a nurse",
        caller=script.caller,
        steps=(
            ScriptStep(wait=3.0),
            ScriptStep(press=site.rules.keys.emergency),
            ScriptStep(stay=_STAY_S),
        ),
        expect=expect,
    )


def reachable_address(address: str) -> str:
    """Where a phone on this machine finds a line that listens at ``address``."""
    host, _colon, port = address.rpartition(":")
    return f"127.0.0.1:{port}" if host in _ANY_ADDRESS else address


def presence_before(agent: dict[str, Any]) -> str:
    """What a stand-in goes back to afterwards.

    Whoever is at no phone and yet busy wraps up after the last try, and has gone home since.
    """
    return str(agent["presence"]) if agent["work"] == "idle" else "out"


def _rings(agent: dict[str, Any]) -> bool:
    return bool(agent["reachable"]) and agent["presence"] == "ready"


def _stand_in(nurses: tuple[AgentId, ...], agents: list[dict[str, Any]]) -> AgentId | None:
    """A nurse who is at no phone, so that nobody's own phone loses its place."""
    at_phones = {each["agent"] for each in agents if each["reachable"]}
    return next((nurse for nurse in nurses if nurse not in at_phones), None)


async def _as_before(state: StateFolder, nurse: AgentId, agents: list[dict[str, Any]]) -> None:
    before = presence_before(next(each for each in agents if each["agent"] == nurse))
    with contextlib.suppress(NotRunning):
        await request(state.control_socket, op="agent", agent=nurse, presence=before)


def _greeting(site: Site, nurse: AgentId) -> str:
    return f"This is {site.agents[nurse].name.split(',')[0]}. How can I help you?"
