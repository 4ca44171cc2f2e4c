"""The small words of English and Spanish: what may stand between, what divides, what denies.

Language data for the caller grammar; what is medical stands in the protocols. All forms are folded
and contractions are opened (see :mod:`triage.tokens`).
"""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


SUBJECT_PRONOUNS = _words(
    """
    i you he she we they yo ella ellos
    """
)
"""Who does something."""

POSSESSIVES = _words(
    """
    my his her our their your mi mis su sus nuestro nuestra
    """
)
"""Whose it is."""

LITTLE_WORDS = _words(
    """
    a an the this that these those some any my your his her our their its i you he she it we
    they me him them us myself is am are was were be been being have has had having do does
    did will would really very so just kind sort of like pretty quite bit little lot real
    super extremely totally completely actually basically literally also too even still again
    always all over in on at to from with for by into through around under near inside up down
    left right upper lower middle center side both there now then here keep keeps kept keeping
    getting gets get got feel feels feeling felt feelin seem seems bad badly more most much
    when while as whole entire seriously definitely probably maybe suddenly sudden today
    tonight um well el la los las un una unos unas mi mis su sus te se le lo les de en con por
    para que muy mucho mucha mas esta estoy estan es son ha tiene tengo y tan todo toda ya hoy
    ahora siento
    """
)
"""Words that may stand between the parts of a phrase without cost."""

CONNECTIVES = _words(
    """
    and or nor plus y o e u
    """
)
"""They cost a phrase more than a little word: what they join is often two things."""

BARRIERS = _words(
    """
    not no without never but however although pero sin nunca
    """
)
"""Words that no phrase reaches across."""

COMPLAINT_VERBS = _words(
    """
    can could will would may might wo
    """
)
"""``can not``, ``will not``: what is wrong, never a denial."""

DENIALS = _words(
    """
    without never denies denied deny denying neither nor nobody none nunca tampoco ni ningun
    ninguna sin niega
    """
)
"""Words besides ``no`` and ``not`` that deny what follows."""

AFTER_ANSWER_NO = _words(
    """
    i he she it we they you my his her our the this that there wait please thanks thank sorry
    actually not but and because okay ok well im really just yes yeah idea way matter doubt
    wonder use one only mi yo el la es esta estoy gracias espere pero
    """
)
"""After these, ``no`` is an answer, not a denial of what follows."""

NOT_ONLY = _words(
    """
    only just even sure until solo
    """
)
"""After these, ``not`` denies nothing: ``not only``, ``not sure``."""

DENIAL_REACHES_ACROSS = _words(
    """
    a an the this that these any of my your his her our their been being have has had having
    get got gets getting feel feels feeling felt seem seems to be really actually currently
    right now today anymore much kind sort type sign signs symptom symptoms history in at all
    with real experiencing experienced experience noticed notice noticing report reporting
    reports reported complain complaining showing seen see running or nor other new more
    longer further obvious visible serious severe major recent active also even ever going
    because from there for it is he she tengo tiene tenemos ha tenido un una el la los las de
    ni o me le duele siento siente tener haber hay ningun ninguna se mucho mucha mas
    """
)
"""A denial reaches its mention across these words only."""

CONTRAST = _words(
    """
    but however although though except yet pero aunque
    """
)
"""They end a clause and what was denied in it."""

SUBORDINATORS = _words(
    """
    because that if when and while as where what how why said says say think thought feel
    feels felt like do does did is are was were can could should would will may might than
    whether or to since before after until who which hope wish know knows afraid scared
    worried sure guess believe mean told tell swear porque que si cuando como creo
    """
)
"""After these a new subject begins no clause of its own."""

PREDICATES = _words(
    """
    am is are was were have has had do does did can could will would need needs want wants
    hurts hurt feels feel felt got get started keeps took fell call calling think tengo tiene
    estoy esta duele siento puedo necesito quiero
    """
)
"""A clause that has one of these is complete enough to end."""

PREPOSITIONS = _words(
    """
    on in of for to with from at by under around about over like behind near into through
    inside between off down up against en de con por para a sobre
    """
)
"""What follows is part of something, not a new subject."""

NO_NEW_SUBJECT = PREPOSITIONS | SUBORDINATORS | _words("and or not no have has had take took y o")
"""After these ``my arm is ...`` goes on with what was begun."""

STATES = _words(
    """
    is are hurts hurt hurting feels keeps started stopped went got looks aches burns duele esta
    """
)
"""A verb soon after ``my`` and a noun makes them a subject."""

QUESTION_VERBS = _words("can could do does did is are will would should may")
"""Before a subject they begin a question."""

NO_NEW_QUESTION = (
    SUBJECT_PRONOUNS
    | POSSESSIVES
    | _words("what how when where why who which that and or so it there not long much many often")
)
"""After these they do not."""

TIME_ENDS = _words(
    """
    year years ago week weeks month months today yesterday now before morning night afternoon
    ano anos ayer hoy ahora
    """
)
"""A time that was just given; a new subject after it begins a clause."""

NEW_CLAUSE_AFTER_AND = _words(
    """
    now today tonight suddenly then this my his her our their i he she we they it there the
    currently right is are am has keeps ahora hoy mi su yo me le esta tiene
    """
)
""""and" before one of these begins a clause."""

TOPIC_NOUNS = _words(
    """
    medicine medication medications meds specialist clinic rehab therapy class screening test
    tests awareness prevention training program group unit ward plan form kit insurance
    survivor survivors research study poster lecture course assessment referral risk factors
    drill prep protocol disorder hotline action education consult patch dressing visit bill
    charge claim records
    """
)
"""``stroke rehab``, ``seizure medication``: a thing named after the condition."""

PERSONAL_CUES = _words(
    """
    having am hurts hurting feels feeling bleeding started
    """
)
"""Someone has it, even before a topic noun."""
