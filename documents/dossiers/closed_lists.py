"""Words that may stand in a dossier without identity: all others are text that somebody typed."""

import re
from typing import Final

from cases.clinical.vocabulary import FactKind

CODED: Final = frozenset(
    {
        FactKind.WORD,
        FactKind.YES_NO,
        FactKind.RESECTABLE,
        FactKind.NUMBER,
        FactKind.COUNT,
        FactKind.MEASURE,
        FactKind.STAGE,
    }
)
"""Kinds of value that are checked against a list or are numbers."""

TNM: Final = re.compile(
    r"(?:[cpyra]{0,3}T(?:is|[0-4Xx][a-d]?))?\s?(?:[cp]?N[0-3Xx][a-c]?)?\s?(?:[cp]?M[01Xx][a-c]?)?"
)

_GENES: Final = """
    MEN1 DAXX ATRX TSC1 TSC2 PTEN VHL TP53 RB1 KRAS NRAS BRAF PIK3CA CDKN1B CDKN2A SETD2 MUTYH
    CHEK2 BRCA1 BRCA2 SDHA SDHB SDHC SDHD NF1 RET ARID1A ATM APC SMAD4 EGFR ALK MET AKT1 MTOR
    ERBB2 NTRK1 NTRK2 NTRK3 FGFR1 FGFR2 FGFR3 MGMT MLH1 MSH2 MSH6 PMS2 MSI TMB PD-L1
"""
_RESULTS: Final = """
    positive negative present absent stable high low mutated lost retained amplified methylated
    unmethylated mss msi-h
"""
_MARKERS: Final = """
    chromogranin a, cga, nse, 5-hiaa, serotonin, pancreastatin, gastrin, insulin, glucagon, cea,
    ca 19-9, ldh, afp, calcitonin
"""
_UNITS: Final = """
    ng/ml, µg/l, ug/l, u/l, iu/l, u/ml, ku/l, nmol/l, pmol/l, pg/ml, mg/24 h, mg/24h, mg/d,
    µmol/24 h, umol/24h, µmol/d
"""
GENES: Final = frozenset(_GENES.split())
RESULTS: Final = frozenset(_RESULTS.split())
MARKERS: Final = frozenset(" ".join(each.split()) for each in _MARKERS.split(","))
UNITS: Final = frozenset({"", *(" ".join(each.split()) for each in _UNITS.split(","))})
