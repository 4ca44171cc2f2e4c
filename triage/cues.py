"""What tells a mention's context: when, whether, who; in the phrase language of protocols.

The module is long because it is a list: each kind of cue, in both languages, in one place. What a
kind does to a mention stands in :mod:`triage.context`.
"""

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
            help_me / need|send|call|get an? ambulance / this_is_an_emergency|it_is_an_emergency
            / going on
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
            diagnosed with / a_while_ago|some_time_ago
            """
        ),
        "es": _phrases(
            """
            ayer / anoche / hace <number>? dia|semana / semana_pasada
            """
        ),
    },
    # It is going on, however long ago something else was.
    "ongoing": {
        "en": _phrases(
            """
            i am having / is having / are having / have|has been having / right_now /
            at_the_moment / today! / tonight! / again! / this_morning / this_afternoon /
            this_evening / having another / getting_worse / keep|keeps|kept getting|having|doing
            / comes_and_goes / came_back / coming_back / will not stop|quit / minute|hour ago /
            all_of_a_sudden / suddenly / help_me / need|send|call|get an? ambulance /
            this_is_an_emergency|it_is_an_emergency / flaring_up|acting_up / still!
            hurt|hurts|bleeding|have|has|having|weak|numb
            """
        ),
        "es": _phrases(
            """
            ahorita / ahora_mismo / hoy / otra_vez / de_nuevo / esta_manana / esta_noche /
            acaba_de / acabo_de / ayuda / emergencia / de_repente / no se? quita|para / sigue
            """
        ),
    },
    # Long ago, or over and looked after.
    "past": {
        "en": _phrases(
            """
            sunday|sundays|monday|mondays|tuesday|wednesday|thursday|friday|saturday|saturdays
            ago / as_a_little|as_an_infant /
            year|years|month|months|decade|decades|summer|summers|winter|winters ago|back /
            springs|falls ago|back / ages_ago|way_back / ages_and_ages / years_back /
            last_year|last_month|last_summer|last_winter|last_spring /
            last_fall|last_autumn|last_christmas|last_easter / last_thanksgiving /
            last_season|last_semester|last_january|last_february /
            last_march|last_april|last_june|last_july|last_august /
            last_september|last_october|last_november|last_december /
            back_in_january|back_in_february|back_in_march /
            back_in_april|back_in_may|back_in_june|back_in_july /
            back_in_august|back_in_september|back_in_october / back_in_november|back_in_december
            / back_then|at_the_time / long_ago / a_long_time_ago|a_long_time_back / when
            was_little|was_small|was_young|was_younger|was_born|was_growing_up / when
            was_a_kid|was_a_child|was_a_baby|was_a_boy|was_a_girl|was_a_teenager|was_a_teen|was_a_little|was_a_young|was_a_toddler
            / when i|he|she was_<number> / when_we_were / when
            was_in_college|was_in_high|was_in_the_service|was_in_the_army|was_in_the_navy|was_pregnant_with
            / as_a_child|as_a_kid|as_a_baby|as_a_boy|as_a_girl / as_a_teenager|as_a_teen /
            used_to have|get|suffer|be|take|do / in_the_past /
            back_in_<number>|back_in_college|back_in_high / back_in_the_day|back_when /
            in_college|in_the_service|in_the_navy|in_the_army / in_the_military / growing_up /
            years_before / previous|previously / prior / formerly / history_of / childhood /
            before covid / survivor / survived / died of|from / die of|from / passed_away /
            passed of|from / lost to a? / in_high_school|in_grade_school|in_middle_school /
            in_elementary / in_the_spring|in_the_summer|in_the_winter / back_in_the_fall /
            last_school_year / in_<year>|from_<year>|since_<year>|of_<year> / in_oh_<number> /
            in_the_fifties|in_the_sixties|in_the_seventies / in_the_eighties|in_the_nineties /
            in_my|his|her twenties|thirties|forties|fifties|teens / recovering_from /
            recovered_from / previous visit / on_my_honeymoon / before i|he|she was_born /
            <number> years clean|sober / in_remission / years_old_when /
            was|were|had|got|fell|broke|passed|collapsed|fainted|came ~
            in_january|in_february|in_march|in_april|in_may|in_june|in_july|in_august|in_september|in_october|in_november|in_december
            / been seizure_free / in_my_last_delivery|in_my_last_pregnancy / before we
            met|married / as_a_young /
            burst|ruptured|swallowed|choked|happened|stung|cut|broke|hit ~
            in_january|in_february|in_march|in_april|in_may|in_june|in_july|in_august|in_september|in_october|in_november|in_december
            / in_vietnam|in_iraq|in_afghanistan|in_fallujah|in_the_war /
            in_preschool|in_kindergarten / as_a_toddler / on_our_honeymoon / until_<year> /
            used_to bleed|faint|pass_out|seize|drink|throw_up|cut|hit / with my first i had /
            early with my first|last|son|daughter / a_while_back|some_time_back /
            when|was|were|back|had ~ in
            first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth grade
            """
        ),
        "es": _phrases(
            """
            desde_que_era / el_ano_antepasado|ano_antepasado|antepasado /
            cuando_tenia|cuando_tuve / hace <number>? ano|anos|mes|meses / hace como|mas_de
            <number> ano|anos|mes|meses / en_<year> / en_los_<number> / en_el_<number> /
            hace_anos / hace_mucho / hace_tiempo / ano_pasado /
            verano_pasado|invierno_pasado|navidad_pasada / mes_pasado / cuando
            era|estaba_chico|estaba_chica / antes_tenia / antes_tomaba|antes_fumaba /
            historial_de / antecedente|antecedentes /
            de_chiquito|de_chiquita|de_chico|de_chica|de_nino|de_nina /
            de_joven|de_chamaco|de_chamaca|de_bebe|de_pequeno / de_pequena /
            en_aquel_tiempo|de_aquel_tiempo|en_ese_entonces /
            se_murio_de|murio_de|fallecio_de|fallecio /
            en_enero|en_febrero|en_marzo|en_abril|en_mayo|en_junio /
            en_julio|en_agosto|en_septiembre|en_octubre|en_noviembre / en_diciembre / <number>
            anos sobrio|sobria|limpio|limpia / cuando viviamos|vivia en
            """
        ),
    },
    # It runs in the family.
    "family": {
        "en": _phrases(
            """
            family history / run in my|the|our family / runs_in_the_family / genetic /
            hereditary / on ~ mother|father|mom|dad|mama|daddy|husband|wife|father|family side /
            on|from both sides / both my parents had / runs_on|run_on / runs_in|run_in ~ family
            / gene / killed my|our|his|her
            dad|father|mom|mother|granddad|grandfather|grandpa|grandma|grandmother|uncle|aunt|brother|sister|cousin
            / runs|run|history|ran|common|strong in_families / history|runs|run|everywhere ~ in
            my|our|the|his|her family / aunts|uncles|grandpas|grandmas|grandfathers|grandmothers
            had|died / every man|woman in my|the|our? family
            """
        ),
        "es": _phrases(
            """
            historial familiar / antecedente familiar / de_familia / hay|ha|historia|corre ~
            en_mi|nuestra|la|su familia / viene_de_familia|es_de_familia / del? lado de mi|su?
            mama|papa|madre|padre / hereditario
            """
        ),
    },
    # Someone else.
    "relative": {
        "en": _phrases(
            """
            dad|father|mom|mother|grandfather|grandmother|grandpa /
            grandma|uncle|aunt|brother|sister|cousin|husband|wife|son /
            daughter|parent|friend|neighbor|boss|coworker
            """
        ),
        "es": _phrases(
            """
            padre|madre|papa|mama|abuelo|abuela|tio|tia|hermano|hermana / hijo|hija|esposo
            """
        ),
    },
    # A pet or farm animal has it. "my dog" of a bite is another matter (triage.context).
    "animal": {
        "en": _phrases(
            """
            dog|cat|puppy|kitten|pup|kitty|horse|goat|pony /
            parakeet|parrot|hamster|bunny|ferret|goldfish /
            rooster|lizard|turtle|iguana|gerbil|donkey / mare|beagle|poodle|labrador|chihuahua /
            guinea pig / vet!|vets!|veterinarian|veterinary
            """
        ),
        "es": _phrases(
            """
            perro|perra|perrito|perrita|gato|gata|gatito|gatita|mascota /
            veterinario|caballo|yegua|perico / cachorro
            """
        ),
    },
    # A machine or a paper "has a seizure", "chokes", "dies".
    "thing": {
        "en": _phrases(
            """
            printer|copier|phone|computer|laptop|tablet|screen|tv /
            television|website|app|portal /
            wifi|router|radio|furnace|fridge|washer|dryer|mower|tractor / truck|car|engine /
            credit|debit card / paperwork|bill|bills|schedule|insurance|economy|cuff /
            dishwasher|faucet|toilet|pipe|freezer|ac|compressor|cpap /
            oven|stove|lawnmower|mower|generator
            """
        ),
        "es": _phrases(
            """
            impresora|telefono|computadora|pantalla|tele|carro / camioneta|troca|motor|tarjeta /
            lavadora|refrigerador|estufa
            """
        ),
    },
    # Asked about in general, wished for, read about: no one has it.
    "hypothetical": {
        "en": _phrases(
            """
            what are|is the? sign|symptom|cause / sign|symptom of? what / in_case_of / in_case
            i|he|she|we|they|something / if i ever / should i ever / if_ever / if my|our ~ ever
            / how to prevent / prevent / prevention / risk of|for / vaccine for|against /
            screening for / screened for|me / screen for|people / test|tested for / checked for
            / class on|about|for / training on|for / information about|on / info about|on /
            brochure / pamphlet / flyer|flier|handout|poster about|on|for / question about? my?
            bill / do you
            treat|see|offer|handle|have|teach|rent|host|carry|cover|test / does my? insurance
            cover / specialize in / difference between /
            write|writing|essay|paper|report|project|homework about|on / documentary / curious
            about / for a school / what would happen / hypothetically / quiz|survey about|on /
            have_you_ever|have_you_felt|have_you_thought / how_long does|do|will|should / learn
            about|more / support group / how common / can you catch / medication for / medicine
            for / refill of|for / prescription for / dose for / reading_up|read_up /
            teach|teaching|taught us|me|you|people|how /
            first_aid_class|cpr_class|first_aid_course / is_it_true / true_that / your
            clinic|office teach / form|survey|questionnaire|sheet|paperwork|application
            asks|asked|says|said|has|have / movie|show|film where / news said /
            on_the_news|in_the_news|in_a_movie|in_the_movie / book_club
            """
        ),
        "es": _phrases(
            """
            cuales son los? sintoma|senal / como prevenir / prevenir|prevencion / vacuna contra
            / informacion sobre / si_algun_dia|algun_dia / dan ~
            clase|clases|curso|cursos|platica /
            clase|clases|curso|cursos|platica|taller|capacitacion ~ de|para|sobre / como_se_sabe
            / es_verdad_que|es_cierto_que / cuestionario|encuesta|formulario|forma ~
            pregunta|pregunto|dice|de / que_pasaria / curso_de_primeros_auxilios
            """
        ),
    },
    # It may be so: worth a question.
    "doubt": {
        "en": _phrases(
            """
            if! i|he|she|you|someone|we|they|it|there / if ~ ever / what_if / whether / tell me
            if / does|do|can ~ ever / article|movie|book|news|podcast|novel / do not think / do
            not believe / doubt / can ~ cause / could ~ cause / does ~ cause / side effect /
            afraid_of / scared_of / do not want / i read / i heard / googled / follow_up /
            followup / almost / worried about getting|having / if ~
            person|somebody|someone|anybody|anyone / what do you do / suppose / imagine /
            someday / talk|question|questions|lecture|workshop about|on / asked|asks
            if_i|about|whether / watched|watching|saw ~
            show|movie|film|program|video|documentary / video_game / on
            tv|television|the_radio|netflix / if|when somebody|someone|anyone|people / were_i /
            in_case someone|somebody|anyone|anybody|a / say a|the|my|our
            person|somebody|someone|kid|student|employee / say somebody|someone|one_of / just
            curious / say i_was|i_were|i_took|he_was|she_was|he_were|she_were / a
            fella|guy|person|body were / were_to / what_would_i_do|what_should_one_do /
            mystery_novel|writing_a_novel|writing_a_story / if! a|an|one_of
            """
        ),
        "es": _phrases(
            """
            pelicula|novela|noticia|noticias|serie / que_pasa_si / si uno / no creo / efecto
            secundario / no quiero / que_hago|que_haria|que_hariamos|que_se_hace si / y_si
            me|le|se|nos|les / si! a? alguien / si! a un|una / cuando_es_que / por_si_acaso
            / en_caso_de /
            en_la_radio|en_la_novela|en_la_pelicula|en_las_noticias / en_la_serie
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
            already treated|fixed|healed|looked_at|taken_care / treated|fixed|took_care|cleared
            ~ hospital|surgeon|doctor|emergency_room / healed_up|healed up? / all
            healed|mended|fixed / been fine|good|okay|well|great for|since / fine for
            weeks|months / am|is|are|doing good|great|fine|okay|ok|well now! / now! i|he|she
            is|am good|great|fine|okay|ok|well|better|healthy / is|are gone / went_away /
            has|have gone_away / gone_away / has|have stopped / it|that|bleeding|pain stopped /
            resolved / is|are|feel better! now / all_better / is|are better now / feel fine now
            / am|is|are fine now / is|am|are okay|ok now / all_good_now / back_to_normal /
            cleared_up / got_better / cured / no_more / is over now / healed / is|are much
            better / better today / subsided / it passed / was|were just|only
            acid|gas|reflux|heartburn|muscle|stress|anxiety|indigestion / healed_up now! / fine
            now! / is gone according|now / fine ever_since / never_again / closed_up
            nice|clean|good / came_out clean|fine / has_not|have_not been_back|come_back|happened
            / quit|stopped in|after <number>|a_few|a_couple minute / ancient_history / feel
            normal now / levels were zero / saw it come_out / out_of
            the|a|his|her|my cast|boot|brace|sling now
            """
        ),
        "es": _phrases(
            """
            ya paso / quedo perfecto|perfecta|bien / se arreglo / desde_entonces estoy|ando bien
            / estoy muy bien hoy|ya / no se_ha_repetido / se lo|la sacaron|quitaron / ya ando
            bien|parejito|normal / se me? quito / ya no
            duele|dolio|sangra|tengo|tiene|hay|me|vomita|arde /
            ya estoy bien / ya esta bien / se fue
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
            like_this / like_that / this_bad / that_bad / so_bad / as_bad / before! now / this
            much / this way / this_severe / until! / before / this intense / this strong
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
            no_wait / wait_no / actually_i_mean|rather_i_mean / i_meant / scratch_that /
            correction / actually_no / no_actually / let_me_correct / sorry_no / i_misspoke /
            no_sorry / turns_out / i_misread|misread / read it wrong|upside_down|backwards /
            slip_of_the_tongue / wrong_word / wrong_button / false_alarm / never_mind /
            i_take_it_back / said it wrong / wait|no|sorry|oh|oops|lord ~ i_mean / counted again
            ~ is_only|did_not|not
            """
        ),
        "es": _phrases(
            """
            perdon_no / no_perdon / quiero_decir / quise_decir / no_espere / perdon|no|bueno
            digo / mejor_dicho / sino / me_equivoque / lei_mal / me_confundi /
            no_senora|no_senorita|no_senor
            """
        ),
    },
    # Not meant, only cited: "i never said overdose", "am i suicidal, it asks".
    "cited": {
        "en": _phrases(
            """
            i never|not say|said|mean|meant / you|machine|computer|recorder|recording|phone|it
            wrote|typed|heard|misheard / speech ~ wrote|typed|heard|put
            """
        ),
        "es": _phrases(
            """
            no_dije|no_dijo|nunca_dije|no_es_que
            """
        ),
    },
    # Told to the clinic before, or written down by somebody else ...
    "reported": {
        "en": _phrases(
            """
            told your|the|y_all|you_all ~ nurse|girl|lady|secretary|recorder|machine|man / told
            y_all|you_all|you_guys|you_people / message|voicemail|note i_left|said|saying /
            called|calling ~ saying / has|had|have|got me|him|her|us down /
            typed|put|wrote|wrote_down / autocorrect / came out /
            it|that|portal|chart|form|letter|intake|transcript says|said / i_said|i_guess_i_said
            / told the girl|lady / told you|them earlier / i
            thought|swore|panicked|figured|reported / thought there was|were / called in_a_panic
            / text|screen|app|message says|said
            """
        ),
        "es": _phrases(
            """
            dije|dijo que / recado|mensaje / le puso|puse que / salio|aparece|dice que /
            pense|crei|creia que / en_la_pantalla / les hable que / mando la alerta
            """
        ),
    },
    # ... and not so.
    "reversed": {
        "en": _phrases(
            """
            not me / is|are not me|mine / wrong person|name|chart|word|box|patient / same name /
            was|is just|only / wasn't|isn't really / i was being dramatic / turns_out / it
            was|is actually / where it actually / correct|fix|change|erase|delete|remove
            it|that|the? / take that|it|out / but i|he|she|it is|was|have|has|did|had
            fine|ok|okay|good|not|got|only / supposed to say / well not / not even / has been
            found / i asked / i have got the / then i remembered|realized / it was
            a|an|the|just|only|braxton / but it was / never_mind / batteries were / sent us home
            / already at the|saint|st / cancel her|his|my|that|the
            """
        ),
        "es": _phrases(
            """
            no es cierto / pero lo que / quise poner|decir / borrele|borreme|quiteme|cambien /
            no soy yo / es de|son de mi / sino / o_sea que / pero ya paso|esta_bien|conte / pero
            fue / no fue / fue un|una|mi|el|la / es la tele
            """
        ),
    },
    # "I mean", "sorry": a correction only where a word that sounds alike follows.
    "rephrased": {
        "en": _phrases(
            """
            i_mean / sorry / i_said / i_meant / supposed to say / from! / it is
            """
        ),
        "es": _phrases(
            """
            digo / perdon / quise_decir
            """
        ),
    },
    # Why somebody asks in general: what might be is then nobody's illness.
    "in-general": {
        "en": _phrases(
            """
            want to be ready|prepared / has|have not happened / never has|have! before? /
            nobody|no_one is hurt|sick / just? planning|preparing / reading|thinking ahead / am
            a worrier / making|make|updating|putting a|our|up? list|poster|directory|plan /
            writing|doing a report|paper|book|novel|plan|mystery / teach|teaching us|people /
            for|teach|teaching|take|taking|give|giving a|my|our|the?
            class|course|workshop|seminar|training / health class / class
            wants|asked|was_arguing|is_doing / safety talk|committee|team|meeting /
            school|birth|emergency|care|safety plan / birth_plan / on_the_fridge|for_the_fridge
            / child proofing|proof / brochure|brochures|pamphlet /
            our_next|upcoming|planning_a|going_on_a cruise|hike|trip|vacation / next
            summer|month|year / will thing / living will / book_club / not started yet /
            bulletin / sunday school / before summer|winter|camp|season / reading the|a
            sheet|pamphlet|leaflet / five_oh_four plan / handbook / babysitter|sitter
            course|class|list|guide
            """
        ),
        "es": _phrases(
            """
            para|pa mi|un|el|la|una curso|clase|taller|trabajo|botiquin|refrigerador / dan ~
            clase|clases|curso|platica / simulacro / por_si_acaso|por_si_las_dudas / nomas|solo
            por curiosidad / nunca le ha pasado / mama nueva / estoy leyendo
            """
        ),
    },
    # The call is about papers of what is over: even what lasts is asked about.
    "paperwork": {
        "en": _phrases(
            """
            insurance|ambulance|hospital denied|deny|bill|billed|charged|claim / claim / appeal
            / lawyer|attorney / return_to_work|work_letter|work_note / records / deductible /
            billed|charged me|us|for / bill for|from
            """
        ),
        "es": _phrases(
            """
            abogado|abogada / aseguranza ~ pagar|paga|cubre / expediente /
            factura|cobro!|cobraron!|cobran!
            """
        ),
    },
    # Said with a laugh. Some laugh when they mean it: worth a question.
    "joking": {
        "en": _phrases(
            """
            haha|hahaha|lol|lmao / just_kidding|kidding|joking|i_kid / as_a_joke /
            laughed_so_hard|laughing_so_hard|laughs_so_hard
            """
        ),
        "es": _phrases(
            """
            jaja|jajaja|jeje / es_broma|de_broma|bromeando|en_broma
            """
        ),
    },
    # The answer to a question that the caller asked themselves: "am i suicidal? no i am not".
    "answered-no": {
        "en": _phrases(
            """
            no_i_am_not|no_i_do_not|no_he_is_not|no_she_is_not /
            no_he_does_not|no_she_does_not|no_not_at_all / no_i_have_not /
            the_answer_is_no|answer_no / which i have_never had / none of that|those|them|it
            applies? / i have_never had any|that|those|it / there is none of it|that|those / no
            to every|all|each / it is all no|nos / i put|said|circled|marked|answered
            never|no|zero / it is always been no / the answer is no
            """
        ),
        "es": _phrases(
            """
            y_no_para_nada / le? puse que no / no tengo nada|ninguno|ninguna de eso|esos|esas /
            que no a todo / y_no_no_tengo
            """
        ),
    },
    # After a denial or something past: it is so after all.
    "reinstated": {
        "en": _phrases(
            """
            wait yes / actually yes / i do! now / now_i_do / but_i_do / it!
            hurt|hurts|hurting|aches / it is|does
            bad|worse|terrible|back|hurting|killing|awful|severe / it! came_back / it! started /
            it! is_back / they are back / well maybe / well a little / well kind of / well
            sometimes / now it does / today it does / she does now / he does now / there is now
            / now there is / today there is / happening again / and yes / because mine
            is|does|did / mine is / the_answer_is_yes / i put|said|circled|marked yes / lie|lied
            / not_true|is_not_true / yes i am / i have had it / have had it /
            and_she_has_it|and_he_has_it|and_i_have_it|and_he_does / and_she_does|and_mine_is /
            i_do_have / yes_i_do / actually_i_do / well_i_do / wait_i_do
            """
        ),
        "es": _phrases(
            """
            ahora si / hoy si / bueno si / me duele ahora / volvio / hoy me duele / es mentira /
            no es verdad|cierto / la respuesta es si / y si
            """
        ),
    },
}
"""By kind and language."""
