"""Trying a running line without a phone: the chest-pain call, with a nurse at a software phone."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec

from adapters.speech import PromptStore, VoiceSynthesiser
from adapters.telephony.media import Clip, MediaEngine
from adapters.telephony.sip.phone import AgentPhone, PhoneProblem, greeting_with_pause
from calls.ids import AgentId, QueueId
from calls.ports import SpeechError
from careline.caller import place, read_script
from careline.demo.show import CALLS
from careline.state import StateFolder
from config.secrets import agent_secret, read_secrets
from config.site import Site

_FIRST_MEDIA_PORT, _LAST_MEDIA_PORT = 35000, 35999


async def chest_pain_call(
    site: Site, state: StateFolder, address: str, tell: Callable[[str], None]
) -> None:
    """Place the call against the running line; the line's own live view shows it arrive.

    A nurse's phone is put up for the length of the call, so that somebody answers.

    Args:
        site: the loaded site.
        state: the running line's state folder.
        address: ``host:port`` of the line.
        tell: takes a line of output.
    """
    by_voice = bool(find_spec("moonshine_voice") or find_spec("pocketsphinx"))
    script = read_script(CALLS / ("chest-pain.yaml" if by_voice else "chest-pain-by-digit.yaml"))
    engine = MediaEngine("127.0.0.1", _FIRST_MEDIA_PORT, _LAST_MEDIA_PORT)
    voice = VoiceSynthesiser()
    nurse = _a_nurse(site)
    store = PromptStore(state.prompts, voice)
    try:
        words = f"This is {site.agents[nurse].name.split(',')[0]}. How can I help you?"
        phone = AgentPhone(
            engine,
            nurse,
            read_secrets(state.secrets).secret(agent_secret(nurse)),
            address,
            greeting_with_pause(Clip.from_pcm(await store.get(words, "en"))),
        )
        await phone.start()
        try:
            await phone.dial_code(site.features.ready)
            tell(f"({nurse} is at a phone; the caller dials now)")
            result = await place(
                script,
                f"sip:clinic@{address}",
                voice,
                engine,
                state.control_socket,
                lambda line: tell(f"          caller: {line}"),
            )
            for failure in result.failures:
                tell(f"not as expected: {failure}")
            if not result.failures:
                tell(f"({result.answered_by[0]} answered after {result.answered_after_s:.1f} s)")
            await phone.dial_code(site.features.out)
        finally:
            await phone.stop()
    except (PhoneProblem, SpeechError) as error:
        tell(f"the call could not be placed: {error}")
    finally:
        await store.close()
        engine.close()


def _a_nurse(site: Site) -> AgentId:
    nurse_skills = {need.skill for need in site.queues[QueueId(site.rules.nurse_queue)].skills}
    return next(
        agent for agent, settings in site.agents.items() if nurse_skills <= settings.skills.keys()
    )
