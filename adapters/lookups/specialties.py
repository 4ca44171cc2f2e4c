"""What callers call the specialties, in English and Spanish."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

_NAMES: Mapping[str, tuple[str, ...]] = {
    "primary care": (
        "family medicine",
        "family practice",
        "family doctor",
        "general practice",
        "internal medicine",
        "pcp",
        "medicina familiar",
        "médico de familia",
        "atención primaria",
    ),
    "pediatrics": (
        "pediatrician",
        "children's doctor",
        "child doctor",
        "pediatría",
        "pediatra",
    ),
    "obstetrics and gynecology": (
        "ob-gyn",
        "ob gyn",
        "obgyn",
        "obstetrics",
        "gynecology",
        "gynecologist",
        "women's health",
        "ginecología",
        "ginecólogo",
        "ginecóloga",
        "obstetricia",
    ),
    "cardiology": ("cardiologist", "heart doctor", "heart", "cardiología", "cardiólogo"),
    "dermatology": ("dermatologist", "skin doctor", "skin", "dermatología", "dermatólogo"),
    "orthopedics": ("orthopedist", "bone doctor", "bones", "ortopedia", "ortopedista"),
    "neurology": ("neurologist", "neurología", "neurólogo"),
    "endocrinology": ("endocrinologist", "diabetes doctor", "endocrinología", "endocrinólogo"),
    "gastroenterology": (
        "gastroenterologist",
        "stomach doctor",
        "gi",
        "gastroenterología",
        "gastroenterólogo",
    ),
    "mental health": (
        "psychiatry",
        "psychiatrist",
        "psychology",
        "psychologist",
        "therapist",
        "counselor",
        "behavioral health",
        "salud mental",
        "psiquiatría",
        "psicólogo",
        "psicóloga",
    ),
    "eye care": ("ophthalmology", "ophthalmologist", "eye doctor", "optometry", "oftalmología"),
    "ear, nose and throat": ("ent", "otolaryngology", "otorrinolaringología"),
    "urology": ("urologist", "urología", "urólogo"),
    "pulmonology": ("pulmonologist", "lung doctor", "neumología", "neumólogo"),
    "physical therapy": ("physical therapist", "pt", "fisioterapia", "fisioterapeuta"),
    "podiatry": ("podiatrist", "foot doctor", "podología", "podólogo"),
    "dentistry": ("dentist", "dental", "odontología", "dentista"),
}


def specialty_of(name: str) -> str:
    """The one name of a specialty; what is not listed is its own, whatever its case and accents."""
    folded = _folded(name)
    return _KNOWN.get(folded, folded)


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).casefold()
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).split())


_KNOWN = {
    _folded(each): _folded(name) for name, others in _NAMES.items() for each in (name, *others)
}
