"""What tells a mention's context: when, whether, who; in the phrase language of protocols."""

from __future__ import annotations

from collections.abc import Mapping


def _phrases(text: str) -> tuple[str, ...]:
    return tuple(" ".join(phrase.split()) for phrase in text.split("/"))


CUES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    # It is going on, whatever else is said about its past.
    "present": {
        "en": _phrases(
            """
            now! / right_now / today! / tonight! / currently / at_the_moment / again! / still! /
            this_morning / this_afternoon / this_evening / just! now! / i am having / is having
            / are having / have|has been having / getting_worse / is|are getting / keep getting
            / keep having / comes and goes / came_back / coming_back / minute ago / hour ago /
            minutes / a_minute / since! / ongoing / has|have started / started / starting /
            all_of_a_sudden / suddenly / am! in / just!
            had|got|took|fell|ate|started|swallowed|collapsed|passed|hit|fainted / i think /
            help! / emergency / ambulance / going on
            """
        ),
        "es": _phrases(
            """
            ahora / ahorita / hoy / ahora_mismo / todavia / otra_vez / de_nuevo / esta_manana /
            esta_noche / acaba_de / acabo_de / desde / ayuda / emergencia / de_repente / empezo
            """
        ),
    },
    # Not long ago.
    "recent": {
        "en": _phrases(
            """
            yesterday / last_night / day ago / the_other_day / earlier / last_week / few|couple
            of? day|week / week ago / over_the_weekend / last_weekend / the_other_night /
            diagnosed with
            """
        ),
        "es": _phrases(
            """
            ayer / anoche / hace <number>? dia|semana / semana_pasada
            """
        ),
    },
    # Long ago.
    "past": {
        "en": _phrases(
            """
            year ago / month ago / years_back / decade ago / last_year / last_month /
            last_summer|last_winter|last_spring|last_fall / a_while_ago / a_while_back /
            long_ago / a_long_time_ago / when i|he|she was_<number> / when
            was_little|was_small|was_young|was_younger|was_born|was_growing_up / when
            was_a_kid|was_a_child|was_a_baby|was_a_teenager|was_a_teen|was_a_little|was_a_young
            / when
            was_in_college|was_in_high|was_in_the_service|was_in_the_army|was_pregnant_with /
            as_a_child|as_a_kid|as_a_baby|as_a_teenager / used_to have|get|suffer|be|take /
            in_the_past / back_in_<number>|back_in_college|back_in_high|back_in_the_day /
            in_college / growing_up / years_before / previous|previously / prior / formerly /
            history_of / childhood / before covid / survivor / survived / died of|from / die
            of|from / passed_away / passed of|from / lost to a? /
            in_high_school|in_college|in_grade_school|in_middle_school / in
            first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth grade /
            in_the_spring|in_the_summer|in_the_winter / last_season / last_semester /
            last_school_year / in_<year> / from_<year> / recovering_from / recovered_from /
            previous visit
            """
        ),
        "es": _phrases(
            """
            hace <number>? ano|mes / en_<year> / hace_anos / hace_mucho / ano_pasado /
            mes_pasado / cuando era / antes tenia / historial de / antecedente
            """
        ),
    },
    # It runs in the family.
    "family": {
        "en": _phrases(
            """
            family history / run in my|the|our family / runs_in_the_family / genetic /
            hereditary / on my mother|father|mom|dad side / both my parents had
            """
        ),
        "es": _phrases(
            """
            historial familiar / antecedente familiar / de_familia
            """
        ),
    },
    # Someone else.
    "relative": {
        "en": _phrases(
            """
            dad|father|mom|mother|grandfather|grandmother|grandpa|grandma|uncle|aunt|brother|sister|cousin|husband|wife|son|daughter|parent|friend|neighbor|boss|coworker
            """
        ),
        "es": _phrases(
            """
            padre|madre|papa|mama|abuelo|abuela|tio|tia|hermano|hermana|hijo|hija|esposo
            """
        ),
    },
    # Asked about in general, wished for, read about: no one has it.
    "hypothetical": {
        "en": _phrases(
            """
            what are|is the? sign|symptom|cause / sign|symptom of? what / in_case_of / in_case
            i|he|she|we|they|something / if i ever / should i ever / if ever / how to prevent /
            prevent / prevention / risk of|for / vaccine for|against / screening for / screened
            for / test|tested for / checked for / class on|about|for / training on|for /
            information about|on / info about|on / brochure / pamphlet / question about? my?
            bill / do you treat|see|offer|handle|have / does my? insurance cover / specialize in
            / difference between / write|writing|essay|paper|report|project|homework about|on /
            article|movie|show|book|news|podcast|game|song|video / just curious / curious about
            / for a school / what would happen / hypothetically / how_long does|do|will|should /
            learn about|more / support group / how common / can you catch / medication for /
            medicine for / refill of|for / prescription for / dose for
            """
        ),
        "es": _phrases(
            """
            cuales son los? sintoma|senal / en_caso_de / como prevenir / prevenir / vacuna
            contra / informacion sobre / por_si_acaso
            """
        ),
    },
    # It may be so: worth a question.
    "doubt": {
        "en": _phrases(
            """
            if! i|he|she|you|someone|we|they|it|there / what_if / do not think / do not believe
            / doubt / can ~ cause / could ~ cause / does ~ cause / side effect / afraid_of /
            scared_of / do not want / i read / i heard / googled / follow_up / followup / almost
            / worried about getting|having
            """
        ),
        "es": _phrases(
            """
            que_pasa_si / no creo / efecto secundario / no quiero
            """
        ),
    },
    # The call is about paperwork, so a bare "had" is history.
    "errand": {
        "en": _phrases(
            """
            record|records / appointment / refill / bill / billing / insurance / paperwork /
            fmla / follow_up / form / test_result / results / referral / prescription / schedule
            / reschedule / cancel / copay / checkup / physical / discharge / portal / claim /
            disability / letter / visit / cardiologist / rehab
            """
        ),
        "es": _phrases(
            """
            cita / receta / factura / expediente / seguro / documento / resultado
            """
        ),
    },
    # It is over.
    "resolved": {
        "en": _phrases(
            """
            is|are gone / went_away / has|have gone_away / gone_away / has|have stopped /
            it|that|bleeding|pain stopped / resolved / is|are|feel better! now / all_better /
            is|are better now / feel fine now / am|is|are fine now / is|am|are okay|ok now /
            all_good_now / back_to_normal / cleared_up / got_better / cured / no_more / is over
            now / healed / is|are much better / better today / subsided / it passed
            """
        ),
        "es": _phrases(
            """
            ya paso / se me? quito / ya no / ya estoy bien / ya esta bien / se fue
            """
        ),
    },
    # It is over and not over.
    "returning": {
        "en": _phrases(
            """
            came_back / coming_back / come_back / is_back / back again / comes_and_goes / not
            gone / not stopped / not resolved / returned / keeps
            """
        ),
        "es": _phrases(
            """
            volvio / regreso / va y viene
            """
        ),
    },
    # "never had pain like this": not a denial.
    "unusual": {
        "en": _phrases(
            """
            like_this / like_that / this_bad / that_bad / so_bad / as_bad / before! now / in my
            life / this much / this way / this_severe / until! / before / this intense / this
            strong
            """
        ),
        "es": _phrases(
            """
            como este|esta|esto / asi / tan fuerte / hasta
            """
        ),
    },
    # What was just said is taken back.
    "correction": {
        "en": _phrases(
            """
            no_wait / wait_no / i_mean / i_meant / scratch_that / correction / actually_no /
            no_actually / let_me_correct / sorry_no / i_misspoke / no_sorry
            """
        ),
        "es": _phrases(
            """
            perdon_no / quiero_decir / no_espere / digo / mejor_dicho
            """
        ),
    },
    # After a denial or something past: it is so after all.
    "reinstated": {
        "en": _phrases(
            """
            actually i do / well i do / wait i do / wait yes / actually yes / i do! now / i do
            have / yes i do / now_i_do / but_i_do / it! hurt|hurts|hurting|aches / it is|does
            bad|worse|terrible|back|hurting|killing|awful|severe / it! came_back / it! started /
            it! is_back / they are back / well maybe / well a little / well kind of / well
            sometimes / now it does / today it does / she does now / he does now / there is now
            / now there is / today there is / happening again
            """
        ),
        "es": _phrases(
            """
            ahora si / hoy si / bueno si / me duele ahora / volvio / hoy me duele
            """
        ),
    },
}
"""By kind and language."""
