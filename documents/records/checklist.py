"""How a line of the family's checklist stands once a person has decided about a paper."""

from datetime import datetime

from cases.accounts.models import User
from cases.casework.models import RequestState
from cases.casework.services import set_request_state
from documents.records.models import Document


def answer_request(document: Document, state: RequestState, actor: User, now: datetime) -> None:
    """Say on the checklist how the line that this paper answers stands now.

    A line that another accepted paper fulfils stays fulfilled; what is withdrawn stays so.
    """
    request = document.request
    if request is None or request.state in {RequestState.WITHDRAWN, RequestState.CANNOT_GET}:
        return
    others = request.documents.exclude(pk=document.pk)
    if state != RequestState.FULFILLED:
        if others.accepted().exists():
            return
        if state == RequestState.OPEN and others.waiting().exists():
            state = RequestState.RECEIVED
    set_request_state(request=request, state=state, actor=actor, now=now)
