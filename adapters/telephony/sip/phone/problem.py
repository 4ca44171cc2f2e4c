"""What a softphone cannot do for its owner."""

from __future__ import annotations


class PhoneProblem(Exception):
    """Theirs: the far end refused or did not answer. The message says which."""
