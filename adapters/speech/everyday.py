"""How callers to a clinic speak: the part of the language model that no site has to write.

Written for this purpose, not collected from calls. A site's own symptoms, names and requests are
added by whoever builds the model.
"""

from __future__ import annotations

_REQUESTS = """
i need to make an appointment
i would like to make an appointment please
i want to schedule an appointment with the doctor
can i get an appointment for tomorrow
can i come in today
i need to see a doctor
i need to see doctor
i want to see a doctor today
i need to cancel my appointment
i have to cancel my appointment for tomorrow
i need to change my appointment
i need to move my appointment to next week
i want to reschedule my appointment
i have an appointment on monday
i have an appointment on tuesday morning
when is my next appointment
what time is my appointment on thursday
i am running late for my appointment
i missed my appointment on friday
i need a physical
i need a checkup for my son
i need a checkup for my daughter
i need a flu shot
i need a vaccine
i want to get my blood drawn
i need to refill my medicine
i need a refill
i need a refill on my prescription
i need a refill of my blood pressure medicine
my prescription has run out
i ran out of my pills
i am out of my medication
i am calling about my medication
the pharmacy says you have to approve it
the pharmacy does not have my prescription
can you send it to the pharmacy
can you send my prescription to another pharmacy
i have a question about my medicine
i have a question about a bill
i have a question about my bill
i got a bill in the mail
i do not understand this bill
i want to pay my bill
how much do i owe
i think i was charged twice
i need to talk to billing
i have a question about my insurance
do you take my insurance
i have new insurance
my insurance did not pay
i need a referral
i need a referral to a specialist
i need a referral to see a heart doctor
i am looking for a doctor
i am looking for a new doctor
i need to find a provider
are you taking new patients
i am a new patient
i would like to become a patient
i want to register as a new patient
i need my test results
i am calling for my lab results
are my results back
did my blood test come back
i need a copy of my records
can you send my records to another doctor
i need a note for work
i need a form filled out
i need a letter for school
i want to make a complaint
i want to file a complaint
i am not happy with how i was treated
i waited for two hours
i want to talk to a manager
what are your hours
when do you open
are you open on saturday
where are you located
what is your address
what is your fax number
i want to leave a message
i want to leave a message for the nurse
can somebody call me back
please call me back
i am returning your call
somebody called me from this number
i want to talk to a person
let me talk to a person
i want to speak to somebody
can i speak to someone
operator
representative
agent
nurse
doctor
i need to talk to a nurse
i want to talk to a nurse
i want to speak with a nurse
can i talk to the nurse please
i am calling about my mother
i am calling for my husband
i am calling for my wife
i am calling about my baby
it is for my child
it is for me
spanish please
in spanish
yes
yes please
yeah
yes i do
yes i am
no
no thanks
no thank you
no i do not
no i don't
i don't know
i am not sure
what did you say
can you repeat that
say that again
please repeat
hello
hi
hi i am calling about my appointment
good morning
good afternoon
thank you
thanks
okay
goodbye
wait a minute
hold on
appointments
scheduling
billing
refills
pharmacy
referrals
new patient
complaint
something else
main menu
go back
help
one two three
four five six
seven eight nine
zero
"""

_SYMPTOMS = """
i do not feel well
i feel sick
i feel dizzy
i feel weak
i have a fever
i have a high fever
my baby has a fever
my son has a fever
my daughter has a cough
i have a cough
i have a cold
i have a sore throat
i have a headache
i have the worst headache of my life
i have a rash
i have a rash on my arm
i have been throwing up
i can't stop throwing up
i am throwing up blood
i am coughing up blood
there is blood in my stool
there is blood in my urine
i am bleeding
i am bleeding a lot
it will not stop bleeding
the bleeding won't stop
i can't breathe
i can not breathe
i can't catch my breath
i am short of breath
i have trouble breathing
i am having trouble breathing
he is having trouble breathing
she can't breathe
she is not breathing
he is not breathing
my chest hurts
my chest feels tight
i have chest pain
i have pain in my chest
there is a pressure on my chest
i have a sharp pain in my arm
the pain goes down my left arm
i think i am having a heart attack
i think he is having a heart attack
i think my husband is having a stroke
i think my mother is having a stroke
her face is drooping
his speech is slurred
my face is numb
my arm is numb
i can not move my arm
i can't feel my legs
one side of my body is weak
he can't speak
he passed out
she passed out
i passed out
i fainted
he fell down
my mother fell
i fell and hit my head
he hit his head
he is not waking up
she won't wake up
he is unconscious
he is having a seizure
she had a seizure
he is choking
my baby is choking
he swallowed something
she took too many pills
i took too many pills
i took an overdose
he drank poison
i want to kill myself
i am going to kill myself
i want to die
i want to end my life
i want to hurt myself
i am thinking about suicide
i do not want to live any more
he wants to kill himself
i am having an allergic reaction
my throat is closing
my throat is closing up
my tongue is swelling
my lips are swelling
my face is swollen
i was stung by a bee
i have a spider bite
something bit me
the bite is getting red
it is getting worse
it is getting redder and more swollen
it is swelling up
it hurts a lot
it started this morning
it started last night
it started two days ago
for about three days
i am pregnant
i am pregnant and bleeding
my water broke
i am having contractions
the baby is not moving
my baby is not eating
my sugar is very high
my sugar is too low
my blood pressure is very high
i cut my hand
i cut myself
i burned my hand
i think it is broken
i think my leg is broken
it is infected
i have an infection
i am in a lot of pain
i am in so much pain
i do not have any pain
i don't have chest pain
i have no fever
i am not short of breath
call nine one one
this is an emergency
it's an emergency
please help me
i need help now
"""

_WORDS = """
a about after again all already also always am an and another any anybody anything are around as
ask at away back bad be became because been before being better between big bit both bring but by
call called calling came can change check close come coming could couple day days did didn't do
does doesn't doing don't done down each early either else end enough even evening ever every
everything family far feel feeling feels felt few find fine first five for four friend from full
gave get gets getting give given go goes going gone good got great had half happened hard has
hasn't have haven't having he hear heard her here hers him his hospital hour hours how i if
in inside into is isn't it its just keep keeps kind know last late later least left less let like
little long look looking lot made make makes many may maybe me mean might minute minutes month
months more morning most mother much must my name need needs never new next night no nobody not
nothing now number of off office often old on once one only open or other our out outside over own
part people place please possible pretty put quite ready real really right said same saw say
says second see seems seen send sent she should since sister six so some somebody someone something
sometimes soon start started stay still stop stopped such sure take taken taking talk tell ten than
that the their them then there these they thing things think this those though three through time
times to today told tomorrow tonight too took tried try trying turn two under until up us used
usually very visit wait waiting walk want wanted wants was wasn't way we week weekend weeks well
went were what when where which while who whole why will with without won't wondering work working
worried worse worst would wouldn't wrong year years yes yesterday yet you your
monday tuesday wednesday thursday friday saturday sunday january february march april may june july
august september october november december zero one two three four five six seven eight nine ten
eleven twelve twenty thirty forty fifty
mother mother's father father's husband husband's wife wife's son son's daughter daughter's baby
baby's child child's kid kids brother brother's sister's grandmother grandfather boyfriend
girlfriend mom mom's dad dad's
ache aches allergic allergy ambulance anxious asthma attack awake bandage bite bitten bleeding
blister blood bloody blue blurry breath breathe breathing broke broken bruise bruised burn burned
burning cancer chills chest chewing choke choking cold collapsed confused contractions convulsions
cough coughing cramp cramps crushing cut dead deep dehydrated depressed diabetes diabetic diarrhea
die died dizziness dizzy drank dropped drooling drooping drunk ear emergency faint fainted fainting
fall fallen fell fever fluid fracture gasping hard headache heart heavy high hit hives hurt hurting
hurts infected infection injured injury insulin itching itchy kidney kill labor lightheaded low lump
lungs medication medications medicine migraine miscarriage nausea nauseous numb numbness overdose
pain painful pains pale palpitations paralyzed passed pill pills poison poisoned pregnancy pregnant
pressure puke pulse pus racing rash red redder reaction seizure severe shaking sharp shivering shock
short shortness sick sleepy slurred slurring smoke sore spinning stabbing sting stomach stroke
stung suicidal suicide sugar swallow swallowed sweating sweaty swell swelling swollen tight
tightness tingling tired tongue trouble twitching ulcer unconscious urine vision vomit vomited
vomiting weak weakness wheezing wound wounded
account address appointment appointments approve balance benefits bill billing bills card cardiology
charge charged checkup clinic complain complaint copay copy correct cost coverage dentist department
dermatologist doctor doctor's doctors dose fax form forms front desk health insurance lab letter
mail manager medical message nurse operator owe paid paper patient patients pay payment pharmacy
phone physical prescription prescriptions provider receptionist record records referral refill
refills register reschedule result results schedule shot specialist statement surgeon surgery
symptoms test tests therapist therapy transfer treatment ultrasound vaccine x ray
"""

_BODY = """
arm left arm right arm hand finger wrist elbow shoulder neck back lower back chest stomach belly
side hip leg left leg right leg knee ankle foot toe head face eye ear nose throat tooth jaw breast
heart skin
"""

_PAIN = (
    "my {} hurts",
    "i have pain in my {}",
    "there is pain in my {}",
    "my {} is swollen",
)


_CONTRACTIONS = (
    ("i am", "i'm"),
    ("i have", "i've"),
    ("i would", "i'd"),
    ("it is", "it's"),
    ("he is", "he's"),
    ("she is", "she's"),
    ("there is", "there's"),
    ("do not", "don't"),
    ("does not", "doesn't"),
    ("did not", "didn't"),
    ("is not", "isn't"),
    ("will not", "won't"),
    ("can not", "can't"),
)


def contracted(phrase: str) -> str:
    """The phrase as it is mostly said: "i am" as "i'm"."""
    said = f" {phrase} "
    for full, short in _CONTRACTIONS:
        said = said.replace(f" {full} ", f" {short} ")
    return said.strip()


def _body_parts() -> list[str]:
    parts: list[str] = []
    for word in _BODY.split():
        # "left arm" is one part although it is two words.
        if parts and parts[-1] in {"left", "right", "lower"}:
            parts[-1] = f"{parts[-1]} {word}"
        else:
            parts.append(word)
    return parts


EVERYDAY_PHRASES: tuple[str, ...] = (
    *_REQUESTS.strip().splitlines(),
    *_SYMPTOMS.strip().splitlines(),
    *(form.format(part) for part in _body_parts() for form in _PAIN),
)
"""Plain phrases, lower case, apostrophes only."""

SHORT_ANSWERS: tuple[str, ...] = ("yes", "no", "yeah", "nope", "yes please", "no thank you")
"""What a caller says to a question, and little else; too short to be known by their sound alone."""

EVERYDAY_WORDS: tuple[str, ...] = tuple(dict.fromkeys(_WORDS.split()))
"""Words that may stand anywhere, once each."""
