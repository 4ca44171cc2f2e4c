"""All call-backs of the line in which nobody has pressed the key yet."""

from __future__ import annotations

from collections.abc import Callable

from adapters.telephony.sip.announcer import Sounds
from adapters.telephony.sip.background import Background
from adapters.telephony.sip.call_back import CallBackCall
from adapters.telephony.sip.called_person import CalledPerson
from adapters.telephony.sip.outside import Dialler
from adapters.telephony.sip.ringer import Ringer
from calls.commands import CallBack, Command, HangUp, OfferCall, RecallOffer, ReleaseAgent
from calls.facts import Fact
from calls.ids import CallId
from calls.ports import LiveCall

OnConfirmed = Callable[[CallBackCall, CalledPerson[CallBack]], None]


class CallBacks:
    """Call-backs by their call. They count as callers once the person is there.

    Args:
        site: the site's id.
        ringer: rings agents.
        dialler: dials the person.
        sounds: makes the words for them.
        background: looks after their making.
        report: takes each fact.
        clock: seconds since the epoch.
        on_confirmed: a person is there; the call is the listener's from now on.
        on_over: a call-back is over, one way or the other.
    """

    def __init__(
        self,
        site: str,
        ringer: Ringer,
        dialler: Dialler,
        sounds: Sounds,
        background: Background,
        report: Callable[[Fact], None],
        clock: Callable[[], float],
        *,
        on_confirmed: OnConfirmed,
        on_over: Callable[[], None],
    ) -> None:
        self._site = site
        self._ringer = ringer
        self._dialler = dialler
        self._sounds = sounds
        self._background = background
        self._report = report
        self._clock = clock
        self._on_confirmed = on_confirmed
        self._on_over = on_over
        self._calls: dict[CallId, CallBackCall] = {}

    def __len__(self) -> int:
        return len(self._calls)

    def carry_out(self, command: Command) -> None:
        """Do a command, if it is for a call-back."""
        call = self._calls.get(command.call_id)
        match command:
            case OfferCall() if call is not None or command.call_back:
                call = call or self._begin(command.call_id)
                self._ringer.ring(command, call)
                if not call.offers:
                    self.over(call)
            case CallBack() if call is not None:
                call.dial(command, self._dialler)
            case RecallOffer(offer_id=offer_id) | ReleaseAgent(offer_id=offer_id) if (
                call is not None
            ):
                call.release(offer_id)
            case HangUp() if call is not None:
                call.end()

    def give_up(self) -> None:
        """Nobody drives the line any more: end and report them all."""
        for call in list(self._calls.values()):
            call.give_up()

    def pictures(self) -> tuple[LiveCall, ...]:
        """The calls as the brain wants to see them."""
        return tuple(call.picture() for call in self._calls.values())

    # --- CallBackOwner --------------------------------------------------------------------------

    def report(self, fact: Fact) -> None:
        """See :class:`~adapters.telephony.sip.call_back.CallBackOwner`."""
        self._report(fact)

    def confirmed(self, call: CallBackCall, person: CalledPerson[CallBack]) -> None:
        """See :class:`~adapters.telephony.sip.call_back.CallBackOwner`."""
        self._calls.pop(call.call_id, None)
        self._on_confirmed(call, person)

    def over(self, call: CallBackCall) -> None:
        """See :class:`~adapters.telephony.sip.call_back.CallBackOwner`."""
        if self._calls.get(call.call_id) is call:
            del self._calls[call.call_id]
            self._on_over()

    def _begin(self, call_id: CallId) -> CallBackCall:
        call = CallBackCall(
            call_id, self._site, self._clock(), self, self._sounds, self._background
        )
        self._calls[call_id] = call
        return call
