"""What the caller says.

Triage's verdict is heeded first, whatever the call is doing; the words are looked at only where a
question waits for them.

Words heard too badly to be trusted are asked for once more at a question, and the second time go to
a nurse. A yes to triage's question counts however badly it was heard. A caller who waits is asked
once in the whole call and no more: hold music and a television sound like unclear words for an
hour; sending each such caller to a nurse would leave no nurse for the others, and the emergency key
and clear words still work. Elsewhere they mean nothing by themselves: before a question it follows
anyway, and a message is listened to by a person. Where nothing at all was understood it counts as
an answer that does not fit.

Clear words said before the first question are kept for it and the two after it.
"""

from __future__ import annotations

from calls.facts import WordsAssessed
from calls.verdict import Action, Disposition, Verdict
from ivr import (
    answers,
    asking,
    ending,
    holding,
    keypad,
    nurse,
    opening,
    place,
    question,
    queueing,
    wishes,
)
from ivr.course import Course
from ivr.emergency import BY_KEY, confirmed
from ivr.everywhere import LANGUAGES, Wish, wish_in
from ivr.states import State
from ivr.steps import SayStep
from ivr.turn import SPEECH_MAX_S
from ivr.yes_no import yes_or_no

_CRY = Verdict(
    action=Action.ASK, disposition=Disposition.NURSE_NOW, question="triage-danger", reason="help"
)
"""For "help me" and nothing else."""

_BY_RULES = "rules"
"""The reason of a verdict on words that were understood."""

_WISHES_IN = (State.PLAYING, State.ANSWERING, State.LOOKING_UP, State.WAITING)
"""Where a wish is listened for; elsewhere the words belong to something else."""

_PERSON_IN = (
    *_WISHES_IN,
    State.GREETING,
    State.CONSENT,
    State.QUESTION,
    State.TRANSFERRING,
    State.LEAVING,
)
"""Where who asks for a person in words is as good as who presses the key."""

_FOR_PERSON = (Wish.PERSON, Wish.HELP)

_LONGEST = 2_000
"""Characters of an utterance that answer a question: nobody says as many in six seconds. Triage has
heard the others too."""


class Hearing:
    """One caller's speech, from the moment it begins until it is assessed.

    Args:
        course: the call.
    """

    __slots__ = ("_course", "_repeat_asked_in_queue", "_until")

    def __init__(self, course: Course) -> None:
        self._course = course
        self._until: float | None = None
        self._repeat_asked_in_queue = False

    def copied(self, course: Course) -> Hearing:
        """The same, for a copy of the call."""
        twin = Hearing(course)
        twin._until = self._until
        twin._repeat_asked_in_queue = self._repeat_asked_in_queue
        return twin

    def stance(self, now: float) -> tuple[object, ...]:
        """All of it that makes a difference to what follows."""
        return (self.speaking_until(now) is None, self._repeat_asked_in_queue)

    def speaking_until(self, now: float) -> float | None:
        """Until when to wait for words that have begun; ``None`` when none are due."""
        return self._until if self._until is not None and now < self._until else None

    def forget(self) -> None:
        """Nothing more is to come of what was begun."""
        self._until = None

    def started(self, now: float) -> None:
        """The caller begins to speak."""
        if self.speaking_until(now) is None:
            self._until = now + SPEECH_MAX_S
            if self._course.state in (State.CONSENT, State.ANSWERING, State.QUESTION):
                self._course.turn.speech_started(self._until)

    def assessed(self, fact: WordsAssessed, now: float) -> None:
        """An utterance and triage's verdict on it."""
        self.forget()
        course = self._course
        verdict = self.verdict_on(fact)
        # What triage's own forbids stays forbidden.
        course.lane.heed(fact.verdict)
        course.lane.heed(verdict)
        if verdict.action.is_red_flag and verdict.reason == _BY_RULES:
            course.voice.language_known = True
        words, unclear = fact.words.reveal()[:_LONGEST], self._is_unclear(fact)
        if course.state is State.CONNECTED:
            self._with_agent(verdict)
        elif verdict.action.is_red_flag:
            nurse.to_nurse(course, verdict, now)
        elif course.state is State.QUESTION and not unclear and wish_in(words) in _FOR_PERSON:
            keypad.person(course, now)
        elif course.state is State.QUESTION:
            answer = yes_or_no(words)
            self._to_triage(verdict, None if unclear and answer is False else answer, now)
        elif verdict.action is Action.ASK and course.state is not State.EMERGENCY:
            question.ask(course, verdict, now)
        elif not unclear and self._cries_for_help(words):
            question.ask(course, _CRY, now)
        elif not unclear and self._granted(words, now):
            pass
        elif self._is_ahead and not unclear:
            answers.ahead(course, words, verdict)
        elif course.state is State.CONSENT:
            answers.to_consent(course, "" if unclear else words, verdict, now)
        elif course.state is State.ANSWERING and unclear and course.collection.typed:
            pass  # Somebody else in the room.
        elif course.state is State.ANSWERING and unclear:
            answers.unclear(course, now)
        elif course.state is State.ANSWERING:
            answers.in_words(course, words, verdict, now)
        elif course.state is State.WAITING and unclear and not self._repeat_asked_in_queue:
            self._repeat_asked_in_queue = True
            holding.say(course, now, course.rules.repeat_please)
        elif course.state is State.LEAVING and not course.voice.playing:
            ending.hang_up(course, now)
        elif course.keeps_place is not None and not course.voice.playing:
            # A promise was said to its end while they spoke, and it was nothing that hinders it.
            queueing.leave_place(course, now)

    @property
    def _is_ahead(self) -> bool:
        """Whether what is said now comes before the question that it answers."""
        course = self._course
        is_said = course.state is State.PLAYING and isinstance(course.step, SayStep)
        return is_said or course.state is State.GREETING

    def verdict_on(self, fact: WordsAssessed) -> Verdict:
        """Triage's verdict; that of the emergency key where nothing but an emergency was named.

        It counts everywhere, as the key does, except where a question has an answer of that name.
        """
        course, words = self._course, fact.words.reveal()[:_LONGEST]
        if fact.verdict.action.is_red_flag or self._is_unclear(fact):
            return fact.verdict
        if wish_in(words) is not Wish.EMERGENCY:
            return fact.verdict
        is_answer = course.state is State.ANSWERING and answers.has_answer(course, words)
        return fact.verdict if is_answer else BY_KEY

    def _is_unclear(self, fact: WordsAssessed) -> bool:
        """Whether something was said that was heard too badly to be trusted."""
        said = bool(fact.words.reveal().strip())
        return said and fact.confidence < self._course.rules.low_confidence

    def _granted(self, words: str, now: float) -> bool:
        """Carry out what may be wished for anywhere; whether the words were such a wish.

        An answer of the question that is put goes before it.
        """
        course = self._course
        wish = wish_in(words)
        if course.state not in (_PERSON_IN if wish in _FOR_PERSON else _WISHES_IN):
            return False
        if course.state is State.ANSWERING and answers.has_answer(course, words):
            return False
        language = None if wish is None else LANGUAGES.get(wish)
        if language is not None and language not in course.rules.languages:
            return False
        match wish:
            case None | Wish.EMERGENCY:
                return False
            case Wish.PERSON | Wish.HELP:
                keypad.person(course, now)
            case Wish.REPEAT | Wish.LOUDER if not self._may_hear_again():
                # They cannot hear the line, whatever it says.
                answers.no_match(course, now)
            case Wish.REPEAT:
                place.say_again(course, now)
            case Wish.SLOWER:
                wishes.slower(course, now)
            case Wish.LOUDER:
                wishes.louder(course, now)
            case Wish.CALL_BACK if course.wait.call_back_offered:
                wishes.call_back(course, now)
            case Wish.CALL_BACK:
                return False
            case _:
                assert language is not None
                wishes.in_language(course, language, now)
        return True

    def _cries_for_help(self, words: str) -> bool:
        """Whether "help" is all that is said, for the first time: a matter of the office or not?

        A question's own answers go before it.
        """
        course = self._course
        asks = course.state is State.ANSWERING and answers.has_answer(course, words)
        may_ask = course.questions_put == 0 and course.voice.has(_CRY.question)
        is_cry = course.state in _PERSON_IN and wish_in(words) is Wish.HELP
        return is_cry and may_ask and not asks

    def _may_hear_again(self) -> bool:
        """Whether a question is said again for the asking: not for ever, who hears nothing is lost.

        The repeat key is not counted: whoever presses it hears the line.
        """
        course = self._course
        if course.state is not State.ANSWERING:
            return True
        return course.ladder.hear_again()

    def _with_agent(self, verdict: Verdict) -> None:
        """Said on hold, or before the agent answered and assessed after.

        With a nurse it changes nothing. On hold no question can be put: where triage would ask, it
        is a nurse's.
        """
        course = self._course
        if course.lane.entered:
            return
        if verdict.action is Action.ASK and course.held_by:
            course.lane.heed(confirmed(verdict, "unclear"))
            nurse.ask_for_nurse(course)
        elif verdict.action.is_red_flag:
            nurse.ask_for_nurse(course)

    def unavailable(self, now: float) -> None:
        """Speech cannot be used: say once that keys can.

        After that a caller who speaks all the same has given an answer that fits nothing, so that
        they come to a person by the question's ladder.
        """
        spoke = self.speaking_until(now) is not None
        self.forget()
        course = self._course
        course.voice.speech_failed = True
        match course.state:
            case State.ANSWERING | State.QUESTION | State.WAITING:
                notice = course.voice.digits_only()
            case _:
                notice = None
        match course.state:
            case State.CONSENT if spoke:
                opening.consent_over(course, None, now)
            case State.ANSWERING if notice is not None:
                asking.put(course, now, notice)
            case State.ANSWERING if spoke:
                answers.no_match(course, now)
            case State.QUESTION if notice is not None:
                question.put(course, now, notice)
            case State.QUESTION if spoke:
                answers.to_triage(course, None, now)
            case State.WAITING if notice is not None:
                holding.say(course, now, notice)
            case State.LEAVING if not course.voice.playing:
                ending.hang_up(course, now)
            case State.WAITING if course.keeps_place is not None and not course.voice.playing:
                queueing.leave_place(course, now)

    def _to_triage(self, verdict: Verdict, answer: bool | None, now: float) -> None:
        """An answer to triage's question that is itself worth a question.

        Another question is put; for the same one it is no answer, unless it is a yes.
        """
        course = self._course
        assert course.question is not None
        if verdict.action is Action.ASK and answer is not True:
            if verdict.question != course.question.verdict.question:
                question.ask(course, verdict, now)
                return
            answer = None
        answers.to_triage(course, answer, now)
