"""What the mentions of agents in a report say of one another: whose dates, and where one ended."""

from __future__ import annotations

from typing import Final

from documents.records.proposals.rules import Rules
from documents.records.proposals.treatment_dates import Mention

AGAIN: Final = frozenset({"started", "ongoing"})
RUNNING: Final = frozenset({"given", "started", "ongoing", "named"})


def lend_dates(groups: dict[str, list[Mention]]) -> None:
    """The dates of "SSA since 2020 (lanreotide)" are those of the only agent of its class."""
    for group in groups.values():
        agent = group[0].agent
        dated = next((one for one in group if one.start_date), None)
        own = [
            other[0]
            for other in groups.values()
            if other[0].agent.treatment_class == agent.treatment_class
            and not other[0].agent.generic
        ]
        if not agent.generic or dated is None or len(own) != 1 or own[0].start_date:
            continue
        only = own[0]
        if only.sentence is dated.sentence:
            only.start_date, only.end_date = dated.start_date, only.end_date or dated.end_date


def take_dates_of_parts(groups: dict[str, list[Mention]]) -> None:
    """The dates of "CAPTEM: capecitabine and temozolomide from May" are those of the whole."""
    for whole in [group[0] for group in groups.values() if group[0].agent.parts]:
        for part in (one for name in whole.agent.parts for one in groups.get(name, [])):
            if whole.start_date is None and whole.end_date is None and not _apart(whole, part):
                whole.start_date, whole.end_date = part.start_date, part.end_date


def _apart(one: Mention, other: Mention) -> bool:
    return abs(one.sentence.order - other.sentence.order) > 1


def end_what_was_switched(mentions: list[Mention], rules: Rules) -> None:
    """What ran before "she was switched to lanreotide" ended then, if it is of the same class."""
    for at, mention in enumerate(mentions):
        if not rules.words["switched"].search(mention.sentence.text[: mention.start]):
            continue
        same = [
            one
            for one in mentions[:at]
            if one.agent.treatment_class == mention.agent.treatment_class
            and one.agent.name != mention.agent.name
            and one.status in RUNNING
        ]
        if same and same[-1].end_date is None:
            same[-1].end_date, same[-1].status = mention.start_date, "stopped"


def part_courses(group: list[Mention]) -> list[list[Mention]]:
    """A course that ended, and the same agent given again: "2018 to 2021; since 2024 again"."""
    closed = (one for one in group if one.start_date and one.end_date and not one.is_lent)
    ended = next(closed, None)
    if ended is None or ended.agent.once:
        return [group]
    later = group[group.index(ended) + 1 :]
    again = [one for one in later if one.status in AGAIN and one.end_date is None]
    return [[one for one in group if one not in again], again] if again else [group]
