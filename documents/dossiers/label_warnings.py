"""What the label of cabozantinib tablets speaks of, by topic, in our own short words.

Shown beside a confirmed fact for the prescriber to look up; it changes no answer and advises
nothing. Order and topics as in the warnings of the US label; to be read against the label in
force before a clinic relies on them.
"""

from typing import Final

from documents.dossiers.said import gettext_noop as _

LABEL_SAYS: Final[dict[str, str]] = {
    "bleeding": _("Warns of haemorrhage, and speaks of recent bleeding."),
    "anticoagulant": _("Warns of haemorrhage."),
    "varices": _("Warns of haemorrhage."),
    "perforation": _("Warns of perforation and fistula."),
    "thrombosis": _("Warns of thrombotic events."),
    "hypertension": _("Warns of hypertension: blood pressure is controlled before, and watched."),
    "planned_surgery": _(
        "Speaks of stopping 3 weeks before planned surgery, and of not giving it within 2 weeks "
        "after major surgery."
    ),
    "dental_work": _("Speaks of stopping 3 weeks before planned surgery, dental surgery included."),
    "wound": _("Warns of impaired wound healing."),
    "osteonecrosis": _("Warns of osteonecrosis of the jaw."),
    "cyp3a4_strong_inhibitor": _("Another dose is stated with strong CYP3A4 inhibitors."),
    "cyp3a4_inducer": _("Another dose is stated with strong CYP3A4 inducers."),
    "liver_function": _("A lower dose is stated for Child-Pugh B; for Child-Pugh C: avoid."),
    "proteinuria": _("Warns of proteinuria."),
    "thyroid": _("Warns of thyroid dysfunction."),
    "hypocalcaemia": _("Warns of hypocalcaemia."),
    "pregnancy": _(
        "Warns of harm to an unborn child; speaks of contraception and of no breast-feeding until "
        "4 months after the last dose."
    ),
}
