"""What the label of cabozantinib tablets speaks of, by topic, in our own short words.

Shown beside a confirmed fact for the prescriber to look up; it changes no answer and advises
nothing. Order and topics as in the warnings of the US label; to be read against the label in
force before a clinic relies on them.
"""

from typing import Final

LABEL_SAYS: Final[dict[str, str]] = {
    "bleeding": "Warns of haemorrhage, and speaks of recent bleeding.",
    "anticoagulant": "Warns of haemorrhage.",
    "varices": "Warns of haemorrhage.",
    "perforation": "Warns of perforation and fistula.",
    "thrombosis": "Warns of thrombotic events.",
    "hypertension": "Warns of hypertension: blood pressure is controlled before, and watched.",
    "planned_surgery": (
        "Speaks of stopping 3 weeks before planned surgery, and of not giving it within 2 weeks "
        "after major surgery."
    ),
    "dental_work": "Speaks of stopping 3 weeks before planned surgery, dental surgery included.",
    "wound": "Warns of impaired wound healing.",
    "osteonecrosis": "Warns of osteonecrosis of the jaw.",
    "cyp3a4_strong_inhibitor": "Another dose is stated with strong CYP3A4 inhibitors.",
    "cyp3a4_inducer": "Another dose is stated with strong CYP3A4 inducers.",
    "liver_function": "A lower dose is stated for Child-Pugh B; for Child-Pugh C: avoid.",
    "proteinuria": "Warns of proteinuria.",
    "thyroid": "Warns of thyroid dysfunction.",
    "hypocalcaemia": "Warns of hypocalcaemia.",
    "pregnancy": (
        "Warns of harm to an unborn child; speaks of contraception and of no breast-feeding until "
        "4 months after the last dose."
    ),
}
