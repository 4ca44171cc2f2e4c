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
    they me him them us myself is am are was were be been being have has had having do does did
    will would really very so just kind sort of like pretty quite bit little lot real super
    extremely totally completely actually basically literally also too even still again always
    all over in on at to from with for by into through around under near inside up down left
    right upper lower middle center side both there now then here keep keeps kept keeping
    getting gets get got feel feels feeling felt feelin seem seems bad badly more most much when
    while as whole entire seriously definitely probably maybe suddenly sudden today tonight um
    well el la los las un una unos unas mi mis su sus te se le lo les de en con por para que muy
    mucho mucha mas esta estoy estan es son ha tiene tengo y tan todo toda ya hoy ahora siento
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
    ninguna sin niega nadie
    """
)
"""Words besides ``no`` and ``not`` that deny what follows."""

AFTER_ANSWER_NO = _words(
    """
    i he she it we they you my his her our the this that there wait please thanks thank sorry
    actually not but and because okay ok well im really just yes yeah idea way matter doubt
    wonder use one only mi yo el la gracias espere pero
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
    a an the this that these any of my your his her our their been being have has had having get
    got gets getting feel feels feeling felt seem seems to be really actually currently right
    now today anymore much kind sort type sign signs symptom symptoms history in at all with
    real experiencing experienced experience noticed notice noticing report reporting reports
    reported complain complaining showing seen see running or nor other new more longer further
    obvious visible serious severe major recent active also even ever going because from there
    for it is he she tengo tiene tenemos ha tenido un una el la los las de ni o me le duele
    siento siente tener haber hay ningun ninguna se mucho mucha mas single thinking thought
    thoughts about ideas en ganas pensado pensando pense pienso piensa pensamientos soy
    es son esta estan estoy era eran fue hemos han dio dieron da dado habido
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
    because that if when and while as where what how why said says say think thought feel feels
    felt like do does did is are was were can could should would will may might than whether or
    to since before after until who which hope wish know knows afraid scared worried sure guess
    believe mean told tell swear porque que si cuando como creo
    """
)
"""After these a new subject begins no clause of its own."""

PREDICATES = _words(
    """
    am is are was were have has had do does did can could will would need needs want wants hurts
    hurt feels feel felt got get started keeps took fell call calling think tengo tiene estoy
    esta duele siento puedo necesito quiero
    """
)
"""A clause that has one of these is complete enough to end."""

PREPOSITIONS = _words(
    """
    on in of for to with from at by under around about over like behind near into through inside
    between off down up against en de con por para a sobre
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
    tests awareness prevention training program group unit ward plan form kit insurance survivor
    survivors research study poster lecture course assessment referral risk factors drill prep
    protocol disorder hotline action education consult patch dressing visit bill charge claim
    records center centre centers rider policy department road street lane avenue hollow walk
    foundation committee seminar workshop fundraiser talk brochure pamphlet questionnaire alarm
    detector hospital building clinics centro clinica unidad curso clase taller platica prueba
    examen tablets bracelet card history letter
    """
)
"""``stroke rehab``, ``seizure medication``: a thing named after the condition."""

NAMED_AFTER = _words(
    """
    and of the for or recovery addiction treatment monitoring disorder disorders loss support
    group prevention awareness response care control risk emergency rehab free safety training
    survivors health brain thinner de del para la
    """
)
"""Before a topic noun they name a thing: ``overdose and addiction recovery program``."""

NAME_GIVERS = _words(
    """
    eye eyes ear ears nose nasal mouth tongue lip throat neck shoulder arm elbow wrist hand finger
    thumb chest heart lung back spine belly stomach abdominal hip leg knee ankle foot feet toe bone
    skin breast vision hearing tooth nail cough hernia rib
    """
)
"""``foot doctor``, ``cough syrup``: parts and complaints that things are named after."""

NAMED_THINGS = _words(
    """
    specialist surgeon clinic place appointment appointments visit checkup exam scan xray mri
    ultrasound test tests lab labs results insurance card drops spray syrup medicine medication
    cream ointment brace braces splint sleeve monitor machine supplies mask guard glasses
    replacement infection
    """
)
"""What stands behind such a word, in one name with it."""

BLOOD_THINGS = _words(
    """
    pressure sugar sugars thinner thinners test tests work draw draws type bank meter count drive
    glucose lab labs
    """
)
"""``blood sugar``: nobody bleeds."""

BEFORE_BLOOD_THINGS = _words("my your his her our the a an high low for with this that")
"""Before such a name, and hardly ever between "coughing up" and "blood"."""

PERSONS = _words(
    """
    baby son daughter kid kids child children toddler infant boy girl mom mother dad father
    husband wife partner grandma grandmother grandpa grandfather brother sister neighbor man
    woman someone somebody people aunt uncle boyfriend girlfriend grandson granddaughter nephew
    niece hijo hija nino nina mama papa esposo esposa abuelo abuela hermano hermana bebe alguien
    vecino vecina
    """
)
"""Whom a caller names."""

PEOPLE = (
    (SUBJECT_PRONOUNS - {"it"})
    | PERSONS
    | _words(
        """
    me my us our him her his friend yo mi mis nos nuestro amigo amiga
    """
    )
)
"""Who a call can be for."""

SOMEBODY = PEOPLE | _words("myself himself herself this that these those")
"""Who can have it, or what they point at."""

ANYBODY = _words("they them people person someone somebody")
"""In a question they are nobody that the caller knows: "how would a person know"."""

NOT_OF = PREPOSITIONS | _words("hot corn like as como")
"""Before an animal: it is not what the words are about."""

BITES = _words(
    """
    bit bite bites bitten biting attacked attack mauled scratched scratch kicked knocked
    trampled nipped butted gored stepped bumped tripped mordio mordida mordedura muerde ataco
    aranazo aruno rasguno pateo patada tiro tumbo lamio
    """
)
"""What animals do to people."""

HAVING = _words(
    """
    have has having had got get gets getting think thinks thought is it this be been suffered
    suffering took taking take survived gave give going might may did just started starting
    another with of from about attempted attempt considering committing commit threatening
    threatened need dio dando da daba dieron esta tiene tuvo tengo tener tomo tome puede creo
    fue es hizo quiere pensando piensa penso intento
    """
)
"""Before the name of a condition: somebody has it."""

DATED = _words("was were eso fue hace esto")
"""With a word for long ago they say when something was."""

PRESENT_VERBS = _words("is am are has keeps will esta estoy estan sigue")
"""What is said to be so now."""

QUESTION_WORDS = _words(
    """
    do does can could is are what how which when where why will would should que cual cuales
    como cuando donde cuanto cuantos es puede pueden
    """
)
"""They begin a question."""

OPENERS = _words(
    """
    so um hi hello hey okay ok well also anyway just oh please yes yeah no pues bueno hola oiga
    disculpe perdon
    """
)
"""They come before anything that is said."""

PERSONAL_CUES = _words(
    """
    having hurts hurting feels feeling bleeding started
    """
)
"""Someone has it, even before a topic noun."""
