"""What the line says, and what its callers are likely to say, from the site's files."""

from __future__ import annotations

from collections.abc import Iterator

from calls.commands import Utterance
from config.site import Site
from ivr.steps import AskStep


def confirmations(site: Site) -> dict[str, Utterance]:
    """What an agent hears after dialling a feature code."""
    codes, language = site.features, site.rules.languages[0]
    texts = site.rules.prompts
    return {
        code: Utterance(text=texts[prompt][language], language=language)
        for code, prompt in (
            (codes.ready, "agent-ready"),
            (codes.on_break, "agent-break"),
            (codes.out, "agent-out"),
        )
    }


def utterances(site: Site) -> Iterator[Utterance]:
    """Everything the site can say, the advice first."""
    rules = site.rules
    order = [rules.advice_911, rules.nurse_wait, *rules.prompts]
    for prompt_id in dict.fromkeys(order):
        for language, text in rules.prompts[prompt_id].items():
            yield Utterance(text=text, language=language)


def phrases(site: Site) -> list[str]:
    """What callers are likely to say: the flows' words and the protocols' examples."""
    wanted: dict[str, None] = {}
    for flow in site.flows.values():
        for step in flow.steps.values():
            if isinstance(step, AskStep):
                for choice in step.choices:
                    wanted.update(dict.fromkeys(choice.words.get("en", ())))
    for protocol in site.protocols.protocols:
        for rule in protocol.rules:
            wanted.update(dict.fromkeys(rule.examples.positive))
    return list(wanted)
