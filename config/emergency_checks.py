"""What can be wrong with the rules for red flags: a ladder with a rung that holds nobody."""

from __future__ import annotations

from calls.rung import Rung
from config.document import Path, shown
from config.draft import SITE, Draft
from config.report import Report
from config.staff_checks import NURSE
from config.step_checks import skill_names

AFTER_911_S = 600.0
"""Somebody who was told to call 911 may be speaking with them for so long."""

_MISSING = {
    Rung.RING_ALL: "nurses are rung one after the other and never all at once",
    Rung.ADVISE: "a red flag that nobody answers is not told of 911 again, and leaves no task",
}


def check_emergency(draft: Draft, report: Report) -> None:
    """Report what is wrong under ``emergency`` in ``site.yaml``."""
    document = draft.documents[SITE]
    if not document.readable:
        return
    _check_ladder(draft, report)
    rules, written = draft.site.emergency, document.value(("emergency", "keep_ready"))
    nurses = sum(NURSE in agent.skills for agent in draft.agents.values())
    if written is not None and skill_names(draft) is not None and rules.keep_ready >= nurses > 0:
        kept = "of one nurse none" if nurses == 1 else f"of {nurses} nurses at most {nurses - 1}"
        message = (
            f"found {rules.keep_ready}, but {kept} can be kept free while one more is on duty: "
            "this never takes effect"
        )
        report.warning(document, ("emergency", "keep_ready"), message)
    if rules.call_back_after_911_s < AFTER_911_S:
        message = (
            f"found {rules.call_back_after_911_s:g}, less than {AFTER_911_S:g}: "
            "the call could come while they speak with 911"
        )
        report.warning(document, ("emergency", "call_back_after_911_s"), message)


def _check_ladder(draft: Draft, report: Report) -> None:
    site, document = draft.site, draft.documents[SITE]
    before_s, seen = 0.0, set[Rung]()
    for index, step in enumerate(site.emergency.ladder):
        path: Path = ("emergency", "ladder", index)
        if step.after_s < before_s:
            wanted = f"wanted at least {before_s:g}: a higher rung comes later"
            report.problem(document, (*path, "after_s"), f"found {step.after_s:g}, {wanted}")
        if step.do in seen:
            report.problem(document, (*path, "do"), f"{shown(step.do.value)} is a rung already")
        before_s = max(before_s, step.after_s)
        seen.add(step.do)
        if step.do is Rung.ON_CALL and site.on_call is None and rung_is_written(draft):
            message = "there is no 'on_call' to ring: name one of 'outside'"
            report.warning(document, (*path, "do"), message)
    for rung, so in _MISSING.items():
        if rung not in seen:
            message = f"no rung is {shown(rung.value)}: {so}"
            report.warning(document, ("emergency", "ladder"), message, key=True)
    if Rung.ON_CALL not in seen and site.on_call is not None:
        message = "no rung of emergency.ladder is 'on-call': this is never rung"
        report.warning(document, ("on_call",), message)


def rung_is_written(draft: Draft) -> bool:
    """Whether the file itself, and not what holds without it, asks for the number on call."""
    ladder = draft.site.emergency.ladder
    written = draft.documents[SITE].value(("emergency", "ladder")) is not None
    return written and any(step.do is Rung.ON_CALL for step in ladder)
