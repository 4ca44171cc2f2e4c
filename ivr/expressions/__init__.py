"""The small language in which a flow asks about a call.

::

    language == "es" and calendar.office.open
    patient-age >= 65 or plan in ["gold", "silver"]
    balance is set and not (balance <= 0)
    call.date >= 2026-12-24

It compares and joins; it has no arithmetic, no functions and no loops, so each expression ends, and
soon. From the loosest to the tightest:

``or``, ``and``, ``not``
    join what is yes or no.
``==`` ``!=`` ``<`` ``<=`` ``>`` ``>=``
    compare two values of one kind, once: ``1 < x and x < 3``, never ``1 < x < 3``. Only numbers and
    dates have an order.
``in [...]``, ``not in [...]``
    look for a value in a list, which holds values and no names.
``NAME is set``, ``NAME is not set``
    ask whether there is a value at all.

A value is a text in ``"`` or ``'`` (no escapes; the other quote may stand inside), a number
(``12``, ``-3``, ``12.50``), a date (``2026-12-24``), ``yes`` or ``no``, also written ``true`` and
``false``. A name is of small letters, digits, ``_`` and ``-``, with dots between its parts; the
words of the language are in small letters too. Texts are compared without case.

A name that is not set yet: each comparison with it is no, but ``!=`` and ``not in`` are yes, also
between two that are not set. By itself it is no. Where a value turns out to be of another kind than
the one it is compared with, or than yes-no where that is wanted, the answer is no; ``!=`` and
``not in`` are no exceptions to this.
"""

from ivr.expressions.error import ExpressionError
from ivr.expressions.expression import Expression
from ivr.expressions.tokens import KEYWORDS

__all__ = ["KEYWORDS", "Expression", "ExpressionError"]
