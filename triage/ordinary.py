"""Ordinary words that lie close to words known by sound.

Written by scripts/ordinary_words.py.
"""

from __future__ import annotations

ORDINARY: frozenset[str] = frozenset(
    """
    acetaminophen alacran alergica alergico allergic anaphylaxis anticoagulante antifreeze
    appendicitis appendix appendixes asthma balding belding belting berating birthing blading
    bleaching bleedin bleeding bleeping blending bloating blotting bolding boulding braiding
    breaching breading breasting breathin breathing breeching breeding breitling broaching
    brushing bruting building caressing carousing catalyzed cater caterer cather catheter
    catheters chemotherapy comden comedian compulsion concession concessions conclusion
    concussion concussions confession confusing confusion connexion conscious constrictions
    constructions consulting contracting contraction contractions contractors contradictions
    contraption contraptions contusion conversing conversion convulsant convulsing convulsion
    convulsiones convulsions convulsive cooperated copperhead copperheads copperweld costillas
    cotter coumadin coursing crashing crossing crouching cruising crushing cursing cushing
    cutter dalesio dalessi dalis debates defibrillator defibrillators dehydrate dehydrated
    deramo derham derrame diabetes diabetic diabetica diabetico diabetics dialisis dials
    dialysis diarrea diarrhea diarrheas diarrhoea digoxin dioxin dwelling eappen ectopic eiben
    electrocute electrocuted eliquis embarazada embraced epinefrina epinephrine epipen epipens
    esperando fentanyl hallucinating hallucination hallucinations hemorragia hemorrhage
    hemorrhaged hemorrhagic hemorrhaging herbin herein herin heroic heroin heroine heron herrin
    hinchada hinchadito hinchado hinchados hinchando hunched hypothermia ibuprofen ibuprofeno
    ibuprofens infarto inhale inhaled inhaler inhalers insulin insulina klonopin lethargic
    lisinopril lithium meningitis methadone methane methazine methotrexate metoprolol mingling
    monoxide monoxido naloxone nauseous nebulizer nonresponsive numbness overdoes overdone
    overdose overdosed overdoses overjoyed oxycodone paralyze paralyzed paralyzes pasillas
    pastels pastilla pastillas pesticide pesticides picture preaching preeclampsia pregnant
    pregunta pregunto rattlesnake rattlesnakes rehydrate respira respirando respirar respiro
    responsive ringling rushing sailing saling salling sangrado sangrando scarpino scarpone
    schelling schilling scorpio scorpion scorpions sealing seeling seizure seizures sellen
    selling sepsis seres serres sheathing shelling shilling shires sieling singling sires
    sizzling sling smelling snelling sobredosis spelling squashing squeaking squealing squeezing
    stabbing stabbings stelling stepping stollen stooping stopping subconscious suboxone
    suicidal suicide suicides suicidio suicido sullen sungard sures swallowing swelling swerling
    swilling swollen tabbing tangling tentacles testicle testicles testiculo testifies tingling
    tinkling twinkling tylenol unconscious unconsciously unresponsive veneno venenos vomitado
    vomitando vomiting warfarin warfarina welling wollen xanax xarelto yingling
    """.split()  # noqa: SIM905 - a list would be as many lines as words
)
"""Folded."""
