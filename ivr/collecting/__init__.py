"""What a caller says or keys when a flow collects a value, and how a value is read back to them.

Every reader returns a value only where the words leave no doubt; else the line asks again. English
(``en``) and Spanish (``es``); of other languages only figures are understood, and no date or name.
"""

from ivr.collecting.dates import date_from_keys, date_in
from ivr.collecting.digits import dictated_in, digits_in
from ivr.collecting.names import name_in
from ivr.collecting.numbers import number_in
from ivr.collecting.phones import phone_from_keys, phone_in, zip_in
from ivr.collecting.speaking import (
    speak,
    speak_date,
    speak_digits,
    speak_money,
    speak_number,
    speak_phone,
    speak_spelled,
    speak_text,
    speak_yes_no,
)

__all__ = [
    "date_from_keys",
    "date_in",
    "dictated_in",
    "digits_in",
    "name_in",
    "number_in",
    "phone_from_keys",
    "phone_in",
    "speak",
    "speak_date",
    "speak_digits",
    "speak_money",
    "speak_number",
    "speak_phone",
    "speak_spelled",
    "speak_text",
    "speak_yes_no",
    "zip_in",
]
