"""What the line says, and what its callers are likely to say, from the site's files."""

from __future__ import annotations

from collections.abc import Iterator

from calls.commands import Utterance
from config.site import Site
from ivr.flow import AGENT_ESCALATED
from ivr.prompts import placeholders
from ivr.steps import AskStep

_ANSWER_COUNT = 10
_KEYWORD_COUNT = 2
_NEGATIVE_COUNT = 2
"""How often a flow's words, what an intent is known by, and a negative example count beside a red
flag's example. An intent has many keywords and most are rarely said: counted as the flow's own
words are, they would drown what must be understood."""


def confirmations(site: Site) -> dict[str, Utterance]:
    """What an agent hears after dialling a feature code."""
    codes, language = site.features, site.rules.languages[0]
    texts = site.rules.prompts
    escalated = AGENT_ESCALATED if AGENT_ESCALATED in texts else "one-moment"
    return {
        code: Utterance(text=texts[prompt][language], language=language)
        for code, prompt in (
            (codes.ready, "agent-ready"),
            (codes.on_break, "agent-break"),
            (codes.out, "agent-out"),
            (codes.escalate, escalated),
        )
    }


def utterances(site: Site) -> Iterator[Utterance]:
    """Everything the site can say that is the same for every caller, the advice first.

    What has a caller's own words in it ("{born}") is rendered when it is said.
    """
    rules = site.rules
    order = [rules.advice_911, rules.nurse_wait, *rules.prompts]
    for prompt_id in dict.fromkeys(order):
        for language, text in rules.prompts[prompt_id].items():
            if not placeholders(text):
                yield Utterance(text=text, language=language)


def phrases(site: Site) -> list[str]:
    """What callers are likely to say, the likelier the more often.

    Most want what a flow offers. A protocol's examples of what is no red flag stand beside those of
    what is one, so that a recogniser can tell them apart.
    """
    answers: dict[str, None] = {}
    keywords: dict[str, None] = {}
    for flow in site.flows.values():
        for step in flow.steps.values():
            if isinstance(step, AskStep):
                for choice in step.choices:
                    answers.update(dict.fromkeys(choice.words.get("en", ())))
                    if choice.intent is not None:
                        intent = site.rules.intents[choice.intent]
                        keywords.update(dict.fromkeys(intent.keywords.get("en", ())))
    examples = [rule.examples for each in site.protocols.protocols for rule in each.rules]
    return [
        *list(answers) * _ANSWER_COUNT,
        *list(keywords) * _KEYWORD_COUNT,
        *(phrase for each in examples for phrase in each.positive),
        *(phrase for each in examples for phrase in each.negative * _NEGATIVE_COUNT),
    ]
