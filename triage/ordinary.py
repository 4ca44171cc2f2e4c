"""Ordinary words that lie close to words known by sound.

Written by scripts/ordinary_words.py.
"""

from __future__ import annotations

ORDINARY: frozenset[str] = frozenset(
    """
    acetaminophen alacran albarazada alcoran alecrin alergica alergico allergic anafilaxia
    anafilaxis anaphylactic anaphylaxis anticoagulante antifrasis antifreeze apendicitis
    appendicitis appendix appendixes asthma balding belding belting berating birthing blading
    bleaching bleedin bleeding bleeping blending bloating blotting bolding boulding braiding
    breaching breading breasting breathin breathing breeching breeding breitling broaching
    brushing bruting building caressing carousing catalyzed catatar catear cater caterer cateter
    cather catheter catheters catitear chemotherapy cohetera cohetero comden comedian comedion
    comedon comodin comodon compulsion concesion concession concessions concision conclusion
    concusion concussion concussions conexion confession conflacion confusing confusion
    connexion conscious constrictions constructions consulting contraccion contracciones
    contracting contraction contractions contractors contradictions contraption contraptions
    contusion conversing conversion convulsant convulsing convulsion convulsiona convulsionando
    convulsionante convulsionar convulsionario convulsiones convulsiono convulsions convulsiva
    convulsive convulsivo cooperated copperhead copperheads copperweld costillas cotter coumadin
    coursing crashing crossing crouching cruising crushing cursing cushing cutter dabitis
    dalesio dalessi dalis debates defibrillator defibrillators dehydrate dehydrated deramo
    derham derrama derrame derramo diabetes diabetic diabetica diabetico diabetics dialisis
    dials dialysis diaria diarrea diarrhea diarrheas diarrhoea diarria digoxin digoxina dioxin
    dwelling eappen ectopia ectopic eiben electrocutar electrocute electrocuted electrocuto
    eliquis embarazada embarazado embarazador embarazadora embarazar embarazosa embargada
    embarrada embraced embrochada emparejada emparejado epinefrina epinephrine epipen epipens
    escorpion esperando espirar fentanyl finchado fontanal fontanela hallucinating hallucination
    hallucinations hemorragia hemorrhage hemorrhaged hemorrhagic hemorrhaging hemorroisa
    hinchada hinchadita hinchadito hinchado hinchados hinchando hipotermia hunched hypothermia
    ibuprofen ibuprofeno ibuprofens incaler infarto infurta infurto inhalar inhale inhaled
    inhaler inhalers insulana insulano insulin insulina klonopin letargica letargico lethargic
    lisinopril meningitis menorragia metadona methadone methane methazine methotrexate
    metoprolol metotrexato mingling monoxide monoxido naloxone nausea nauseas nauseosa nauseoso
    nauseous nauss nebulizer nonresponsive numbness overdoes overdone overdose overdosed
    overdoses overjoyed oxycodone pagadera pagadora pagaduria paralyze paralyzed paralyzes
    pasillas pastels pastilla pastillas pecador pecadora pegadura pesticide pesticides picadero
    picador picadura picotera picture pisadura postillosa postilloso preaching preeclampsia
    pregnant pregunta pregunto prognata prognato quebradura quemadera quemadero quemador
    quemadora quemadura raspar raspear rastillar rattlesnake rattlesnakes rehydrate resabiar
    resobrar respigar respira respirador respirando respirante respirar respiro responsive
    ringling rushing sagrado sailing saling salling sangrado sangrador sangrando sangredo
    sangriento saucedal scarpino scarpone schelling schilling scorpio scorpion scorpions sealing
    seeling seizure seizures sellen selling sepsis seres serres sheathing shelling shilling
    shires sieling singling sires sitial sizzling sling smelling snelling sobredicha sobredicho
    sobredosis solen spelling squashing squeaking squealing squeezing stabbing stabbings
    stelling stepping stollen stooping stopping subconscious suboxone sucedido suicida suicidal
    suicidarse suicide suicides suicidio suicido suido sullen sungard sures susidio swallowing
    swelling swerling swilling swollen tabbing tangling tentacles testicle testicles testiculo
    testifies tingling tinkling twinkling tylenol unconscious unconsciously unresponsive veneno
    venenos venero veneto veney venina venino venne vienen vistillas vomitado vomitador
    vomitando vomiting warfarin warfarina welling wollen xanax xarelto yingling
    """.split()  # noqa: SIM905 - a list would be as many lines as words
)
"""Folded."""
