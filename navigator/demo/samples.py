"""What the sample files say, in the product's own words."""

from datetime import UTC, date, datetime, time

from cases.casework.models import Relation
from cases.travel.models import TripItemKind
from documents.records.models import RecordKind
from tests.samples import shapes

COUNTRIES = {
    "DE": "Germany",
    "IN": "India",
    "KE": "Kenya",
    "KZ": "Kazakhstan",
    "MY": "Malaysia",
    "OM": "Oman",
    "PE": "Peru",
    "TT": "Trinidad and Tobago",
    "US": "United States",
}
LANGUAGES = {"zh": "zh-hans"}
RELATIONS = {
    "mother": Relation.PARENT,
    "father": Relation.PARENT,
    "daughter": Relation.CHILD,
    "son": Relation.CHILD,
    "wife": Relation.PARTNER,
    "husband": Relation.PARTNER,
}
KINDS = {"travel_paper": RecordKind.TRAVEL}
ITEM_KINDS = {"lodging": TripItemKind.STAY, "insurance": TripItemKind.OTHER}


def at_noon(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)


def language_of(code: str) -> str:
    return LANGUAGES.get(code, code)


def kind_of(sample: shapes.SampleFile) -> RecordKind:
    return KINDS.get(sample.kind) or RecordKind(sample.kind)
