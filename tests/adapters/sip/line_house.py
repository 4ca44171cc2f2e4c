"""A line on loopback with telephones at it; the test takes the brain's place.

Real SIP, real audio, a scripted recogniser and voices of tones. What a test waits for are facts and
sounds, never a time.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import numpy as np

from adapters.speech import PromptStore, ScriptedRecogniser, SimulatedSynthesiser
from adapters.speech.tone_speech import encode
from adapters.stores.age_vault import AgeVault
from adapters.stores.identities import create_identities
from adapters.stores.recording_file import Recording, open_recording
from adapters.telephony.media import Clip, MediaEngine
from adapters.telephony.sip import EndpointSettings, SipEndpoint
from adapters.telephony.sip.call_state import CallState
from adapters.telephony.sip.line import SipLine
from adapters.telephony.sip.line_settings import LineSettings
from adapters.telephony.sip.outbound import OutboundPlan
from adapters.telephony.sip.phone import AgentBehaviour, AgentPhone, CallerPhone, Pickup
from adapters.telephony.sounds import PromptSounds
from calls.commands import (
    Bridge,
    Command,
    Listen,
    OfferCall,
    PlayMusic,
    Say,
    Utterance,
)
from calls.facts import CallArrived, Fact, OfferAccepted
from calls.ids import AgentId, CallId, OfferId
from calls.ports import LiveCall
from calls.private import Private

PATIENCE_S = 20.0
SITE = "clinic"
ADVICE = Utterance(text="call nine one one", language="en")
TAKEN = Utterance(text="you are ready", language="en")
AGENTS = tuple(AgentId(name) for name in ("ana", "ben"))
SECRET = Private("secret")


def tone(hz: float, seconds: float = 1.0, amplitude: int = 6000) -> Clip:
    time = np.arange(int(seconds * 8000)) / 8000
    return Clip.from_pcm((amplitude * np.sin(2 * np.pi * hz * time)).astype("<i2").tobytes())


def words(text: str) -> Clip:
    """Speech that the scripted recogniser understands, with the silence that ends it."""
    return Clip.from_pcm(encode(text) + bytes(16000))


def loudness(pcm: bytes) -> float:
    samples = np.frombuffer(pcm, dtype="<i2").astype(np.float64)
    return float(np.sqrt(np.mean(samples**2))) if samples.size else 0.0


def strength(pcm: bytes, hz: float) -> float:
    """How much of a tone is in the sound, as its amplitude."""
    samples = np.frombuffer(pcm, dtype="<i2").astype(np.float64)
    if samples.size < 800:
        return 0.0
    time = np.arange(samples.size) / 8000
    return float(2 * np.abs(np.mean(samples * np.exp(-2j * np.pi * hz * time))))


class House:
    """The line, its phones and everything that was reported."""

    def __init__(self, folder: Path, **settings) -> None:
        self.facts: list[Fact] = []
        self._news = asyncio.Event()
        self._read = 0
        self.media = MediaEngine("127.0.0.1", 20000, 23999)
        self.phones_media = MediaEngine("127.0.0.1", 24000, 27999)
        self.identities = folder / "identities"
        self.vault = AgeVault(folder / "vault", create_identities(self.identities))
        self.store = PromptStore(folder / "prompts", SimulatedSynthesiser())
        self.sounds = PromptSounds(self.store)
        self.recogniser = settings.pop("recogniser", ScriptedRecogniser())
        wanted = {
            "site": SITE,
            "capacity": 40,
            "reserved": 2,
            "advice": (ADVICE,),
            "fallback": None,
            "outbound": OutboundPlan(settings.pop("outbound", ())),
            "feature_codes": {"*11": TAKEN, "*9": TAKEN},
        }
        self.line = SipLine(
            LineSettings(**{**wanted, **settings}),
            self.media,
            self.sounds,
            self.recogniser,
            self.vault,
            self._report,
            lambda: 5.0,
        )
        self.endpoint = SipEndpoint(
            EndpointSettings(
                listen="127.0.0.1:0",
                agents=dict.fromkeys(AGENTS, SECRET),
                feature_codes=frozenset({"*11", "*9"}),
            ),
            self.line,
        )
        self.line.use(self.endpoint)
        self.callers: list[CallerPhone] = []
        self._speaking: list[asyncio.Task[None]] = []
        self.agents: dict[AgentId, AgentPhone] = {}

    async def open(self) -> None:
        for utterance in (ADVICE, TAKEN):
            await self.sounds.load(utterance)
        self.address = await self.endpoint.start()
        self.line.driven()

    async def close(self) -> None:
        await asyncio.gather(*(phone.hang_up() for phone in self.callers))
        await asyncio.gather(*self._speaking)
        await asyncio.gather(*(phone.stop() for phone in self.agents.values()))
        await self.line.stop()
        await self.endpoint.stop()
        left = self.media.open_legs, self.phones_media.open_legs
        self.media.close()
        self.phones_media.close()
        await self.store.close()
        await asyncio.to_thread(self.vault.close)
        assert left == (0, 0)
        assert self.media.failures == 0
        assert self.line.faults == 0
        assert self.endpoint.counters().get("bugs", 0) == 0

    # --- the brain's place ----------------------------------------------------------------------

    def _report(self, fact: Fact) -> None:
        self.facts.append(fact)
        self._news.set()

    def do(self, *commands: Command) -> None:
        for command in commands:
            self.line.carry_out(command)

    async def fact(self, kind, where: Callable = lambda _fact: True):
        """The next fact of this kind that was not waited for yet."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                while self._read < len(self.facts):
                    fact = self.facts[self._read]
                    self._read += 1
                    if isinstance(fact, kind) and where(fact):
                        return fact
                self._news.clear()
                await self._news.wait()

    def of(self, kind) -> list:
        return [fact for fact in self.facts if isinstance(fact, kind)]

    def say(self, call_id: CallId, text: str, prompt_id: int = 1, *, barge_in: bool = True) -> Say:
        command = Say(
            call_id=call_id,
            prompt_id=prompt_id,
            utterances=(Utterance(text=text, language="en"),),
            barge_in=barge_in,
        )
        self.do(command)
        return command

    def listen(self, call_id: CallId, language: str = "en", hints: tuple[str, ...] = ()) -> None:
        self.do(Listen(call_id=call_id, language=language, hints=hints))

    def music(self, call_id: CallId) -> None:
        self.do(PlayMusic(call_id=call_id))

    def offer(
        self,
        call_id: CallId,
        agent: AgentId,
        offer: str = "o1",
        *,
        ring_s: float = 15.0,
        call_back: bool = False,
    ) -> OfferId:
        self.do(
            OfferCall(
                call_id=call_id,
                offer_id=OfferId(offer),
                agent_id=agent,
                ring_timeout_s=ring_s,
                emergency=False,
                queue="general",
                rule="longest-ready",
                call_back=call_back,
            )
        )
        return OfferId(offer)

    def picture(self, call_id: CallId) -> LiveCall:
        """How the line shows a call."""
        (found,) = (call for call in self.line.live_calls() if call.call_id == call_id)
        return found

    def bridge(self, call_id: CallId, agent: AgentId, offer: str = "o1") -> None:
        self.do(Bridge(call_id=call_id, offer_id=OfferId(offer), agent_id=agent))

    # --- telephones -----------------------------------------------------------------------------

    async def call(self, number: str = "5551234") -> tuple[CallerPhone, CallId]:
        phone = self.phone(number)
        await phone.dial(f"sip:clinic@{self.address}")
        arrived = await self.fact(CallArrived, lambda fact: fact.caller.reveal() == number)
        return phone, arrived.call_id

    def speaks(self, caller: CallerPhone, clip: Clip) -> None:
        """The caller begins to speak; the test goes on meanwhile."""
        self._speaking.append(asyncio.create_task(caller.speak(clip)))

    def phone(self, number: str = "5551234") -> CallerPhone:
        phone = CallerPhone(self.phones_media, number)
        self.callers.append(phone)
        return phone

    async def seat(
        self, agent: AgentId, pickup: Pickup = Pickup.ANSWERS, greeting: Clip | None = None
    ) -> AgentPhone:
        phone = AgentPhone(
            self.phones_media,
            agent,
            SECRET,
            str(self.address),
            greeting or tone(500),
            AgentBehaviour(pickup=pickup, after_s=0.05),
        )
        self.agents[agent] = phone
        await phone.start()
        return phone

    async def connected(self) -> tuple[CallerPhone, AgentPhone, CallId]:
        """A caller who talks with Ana."""
        agent = await self.seat(AGENTS[0])
        caller, call_id = await self.call()
        offer_id = self.offer(call_id, AGENTS[0])
        await self.fact(OfferAccepted)
        self.bridge(call_id, AGENTS[0], offer_id)
        await up(agent)
        return caller, agent, call_id

    def opened(self, recording_id: str) -> Recording:
        identity = (self.identities / "records.identity").read_text()
        secret = next(line for line in identity.splitlines() if line.startswith("AGE-SECRET"))
        return open_recording(self.vault.path_of(recording_id), secret)


async def eventually(condition: Callable[[], object]) -> None:
    """Until it is so."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            if condition():
                return
            await asyncio.sleep(0.02)


async def up(agent: AgentPhone) -> None:
    """Until the line has acknowledged the agent's answer: only then a phone can hold."""
    await eventually(lambda: [call._state for call, _leg in agent._live.values()] == [CallState.UP])


async def hears(phone: CallerPhone | AgentPhone, test: Callable[[bytes], bool]) -> None:
    """Until the last third of a second that the phone heard passes the test."""
    mark = len(phone.heard)
    await eventually(lambda: len(phone.heard) - mark > 4000 and test(phone.heard[-5000:]))


@contextlib.asynccontextmanager
async def house(folder: Path, **settings) -> AsyncIterator[House]:
    built = House(folder, **settings)
    await built.open()
    try:
        yield built
    finally:
        await built.close()
