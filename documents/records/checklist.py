"""How a line of the family's checklist stands once a person has decided about a paper."""

from datetime import datetime

from cases.accounts.models import User
from cases.casework.models import RequestState
from cases.casework.services import set_request_state
from documents.records.models import Document


def is_too_old(document: Document, now: datetime) -> bool:
    """Whether the line that the paper answers asks for a newer one."""
    limit = document.request.not_older_than_days if document.request else None
    return limit is not None and document.is_older_than(limit, now.date())


def answer_request(document: Document, state: RequestState, actor: User, now: datetime) -> None:
    """Say on the checklist how the line that this paper answers stands now.

    A line that another accepted paper fulfils stays fulfilled; what is withdrawn stays so. A paper
    that is older than was asked for leaves the line as it is: a newer one is still missing.
    """
    request = document.request
    if request is None or request.state in {RequestState.WITHDRAWN, RequestState.CANNOT_GET}:
        return
    if state == RequestState.FULFILLED and is_too_old(document, now):
        state = RequestState.OPEN
    others = request.documents.exclude(pk=document.pk)
    if state != RequestState.FULFILLED:
        if any(not is_too_old(other, now) for other in others.accepted()):
            return
        if state == RequestState.OPEN and others.waiting().exists():
            state = RequestState.RECEIVED
    set_request_state(request=request, state=state, actor=actor, now=now)
