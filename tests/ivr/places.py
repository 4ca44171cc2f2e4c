"""Bring a call to a place in the flow: wherever the caller is, a red flag must count."""

from __future__ import annotations

from calls.facts import SpeechStarted
from calls.verdict import Action, Disposition, Verdict


def greeting(call):
    call.arrive()


def menu(call):
    call.to_menu()


def said(call):
    call.at("3")


def queue(call):
    call.at("1")


def comfort(call):
    call.at("2")
    call.finish()
    call.wait(30)


def transfer(call):
    call.at("4")
    call.finish()


def message(call):
    call.at("5")
    call.finish()


def farewell(call):
    call.at("8")


def question(call):
    call.to_menu()
    call.fact(SpeechStarted)
    dizzy = Verdict(action=Action.ASK, disposition=Disposition.SAME_DAY, question="breathing?")
    call.speak("I feel dizzy", dizzy)


EVERYWHERE = [greeting, menu, said, queue, comfort, transfer, message, farewell, question]
