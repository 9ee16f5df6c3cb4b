"""Facts proposed from report text by plain rules, for a person to confirm."""

from documents.records.proposals.engine import propose
from documents.records.proposals.finding import Proposal

__all__ = ["Proposal", "propose"]
