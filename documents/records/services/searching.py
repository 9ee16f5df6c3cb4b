"""Looking for words in the papers of all cases that a person sees, or of one."""

from datetime import datetime

from django.db import transaction

from cases.accounts.audit import record_looks
from cases.accounts.models import User
from cases.casework.models import Case
from documents.records.queries.searching import SearchResults, find_everything
from documents.records.search_query import read_query


@transaction.atomic
def search_papers(
    *, asked: str, actor: User, now: datetime, case: Case | None = None, after: int | None = None
) -> SearchResults:
    """What is found, recorded as a look at each case of which something is shown.

    The words are kept nowhere. Raises `SearchWithoutWords` or `SearchTooLong`.
    """
    found = find_everything(read_query(asked), asked, user=actor, case=case, after=after)
    record_looks(actor=actor, now=now, case_ids=found.case_ids, detail={"part": "search"})
    return found
