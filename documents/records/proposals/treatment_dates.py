"""When a treatment began and ended: which of a report's dates belong to which agent."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from documents.records.proposals.dates import FoundDate, find_dates
from documents.records.proposals.rules import Agent, Rules
from documents.records.proposals.sections import Sentence

DIRECTLY: Final = re.compile(r" ?\(?(?:in|on|from|since|en|el|desde|dated)? ?")
HISTORY_SECTIONS: Final = frozenset({"oncologic_history", "treatments"})
CLOSE: Final = 60
SINCE: Final = re.compile(r"\b(?:since|from|desde|a partir de) ?$")
PARTED: Final = re.compile(r"[,;:]")
PROGRESSED: Final = "PD"
FEW_SESSIONS: Final = 2
LISTED: Final = re.compile(r" ?(?:,|;|&|and|y|e) ?(?:and |y )?")
ROW_START: Final = 4
ROW_GAP: Final = 60
ROW_LINES: Final = 4


@dataclass(slots=True)
class Mention:
    """One place where an agent is named, and what its surroundings make of it."""

    agent: Agent
    sentence: Sentence
    start: int
    end: int
    status: str = ""
    start_date: FoundDate | None = None
    end_date: FoundDate | None = None
    reach: tuple[int, int] = (0, 0)
    dates_from: Sentence | None = None
    is_ending: bool = False
    is_lent: bool = False

    @property
    def weight(self) -> int:
        """How much this mention tells, to choose the one that is quoted."""
        return (
            2 * bool(self.start_date) + 2 * bool(self.end_date) + (self.status not in {"", "named"})
        )


def take_opening_date(mention: Mention, opening: Sentence, rules: Rules) -> None:
    """Take the date at the head of a line: "09/2019: Progression. Everolimus added" began then."""
    if opening is mention.sentence or mention.start_date or mention.end_date:
        return
    dates = find_dates(opening.text, rules)
    if dates and dates[0].start <= ROW_START and not rules.any_agent.search(opening.text):
        if mention.is_ending:
            mention.end_date, mention.dates_from = dates[0], opening
            return
        begun = mention.status == "started" or (
            mention.agent.once and mention.status in {"given", "named"}
        )
        mention.start_date = dates[0] if begun else None
        mention.dates_from = opening


def attach_dates(
    mention: Mention, named: list[Mention], dates: list[FoundDate], rules: Rules
) -> None:
    """Give the mention the dates that stand with it.

    In a sentence that begins with a date each date belongs to the agent that follows it, otherwise
    to the agent before it. An end ("until", "stopped in") always belongs to the agent before it.
    """
    text = mention.sentence.text
    enclosed = [one for one in dates if mention.end <= one.start < mention.reach[1]]
    if len(enclosed) > 1 and _is_enclosed_range(text, mention, enclosed, rules):
        mention.start_date, mention.end_date = enclosed[0], enclosed[1]
    elif len(enclosed) > FEW_SESSIONS and _is_enclosed_list(text, mention, enclosed):
        mention.start_date, mention.end_date = enclosed[0], enclosed[-1]
    elif (
        dates
        and mention is named[0]
        and dates[0].start <= ROW_START
        and mention.start - dates[0].end < ROW_GAP
        and not _has_own_dates(text, mention, enclosed, rules)
    ):
        _read_row(mention, dates, text, rules)
    else:
        _read_sentence_dates(mention, named, dates, rules)
        if mention.is_ending and mention.end_date is None:
            mention.start_date, mention.end_date = None, mention.start_date


def _read_sentence_dates(
    mention: Mention, named: list[Mention], dates: list[FoundDate], rules: Rules
) -> None:
    """The dates that stand before or behind an agent in a sentence."""
    text = mention.sentence.text
    before, behind = mention.reach
    dates_first = (
        bool(dates) and dates[0].end <= named[0].start and not _all_born(text, dates, rules)
    )
    behind_dates = [one for one in dates if mention.end <= one.start < behind]
    cycles = [one for one in behind_dates if rules.words["cycle"].search(text[: one.start])]
    if len(cycles) > 1:
        mention.start_date, mention.end_date = cycles[0], cycles[-1]
        return
    before_dates = [one for one in dates if before <= one.start and one.end <= mention.start]
    ending = [one for one in behind_dates if _is_end(text, one, rules)]
    starting = [one for one in behind_dates if one not in ending]
    if _has_own_dates(text, mention, starting, rules) or (
        starting and DIRECTLY.fullmatch(text[mention.end : starting[0].start])
    ):
        dates_first = False
    if dates_first:
        taken = [one for one in before_dates if not (before and _is_end(text, one, rules))]
        own = taken or ([] if named.index(mention) + 1 < len(named) else starting)
        if len(taken) > 1 and _is_range(text, taken[-2], taken[-1], rules):
            mention.start_date, mention.end_date = taken[-2], taken[-1]
            return
        mention.start_date = own[-1] if taken else (own[0] if own else None)
    elif starting:
        mention.start_date = starting[0]
        if len(starting) > 1 and (
            rules.words["between"].search(text[: starting[0].start])
            or not text[starting[0].end : starting[1].start].strip(" |")
        ):
            mention.end_date = starting[1]
    if mention.end_date is None and ending:
        mention.end_date = ending[-1]


def _has_own_dates(text: str, mention: Mention, dates: list[FoundDate], rules: Rules) -> bool:
    """Whether the dates behind it are its own whatever stands before it.

    "was started (05/2019)", "which she took between May 2019 and April 2021".
    """
    if not dates:
        return False
    between = text[mention.end : dates[0].start]
    if len(between) < CLOSE and rules.words["between"].search(text[: dates[0].start]):
        return True
    if len(between) < CLOSE and SINCE.search(between) and not PARTED.search(between):
        return True
    begun = rules.cues["behind"]["started"].search(between)
    return begun is not None and DIRECTLY.fullmatch(between[begun.end() :]) is not None


def _is_enclosed_range(text: str, mention: Mention, dates: list[FoundDate], rules: Rules) -> bool:
    """Whether the dates behind are a range in brackets: "in 2023 (February to August 2023)"."""
    if mention.agent.once:
        return False
    between = text[mention.end : dates[0].start]
    return between.rstrip().endswith("(") and _is_range(text, dates[0], dates[1], rules)


def _is_enclosed_list(text: str, mention: Mention, dates: list[FoundDate]) -> bool:
    """Whether all dates behind are those of sessions: "PRRT 02/2022, 05/2022 and 08/2022"."""
    before = text[mention.end : dates[0].start]
    if mention.agent.once or not (before.endswith("(") or DIRECTLY.fullmatch(before)):
        return False
    return all(LISTED.fullmatch(text[one.end : other.start]) for one, other in pairwise(dates))


def _read_row(mention: Mention, dates: list[FoundDate], text: str, rules: Rules) -> None:
    """A row of a table that begins with its dates: "2021-04 to date", "2021 - 2022"."""
    ended = mention.is_ending or rules.words["ended"].match(text, mention.end)
    if ended and len(dates) == 1:
        mention.end_date = dates[0]
        return
    mention.start_date = dates[0]
    if rules.words["row_end"].match(text, dates[0].end):
        mention.status = "ongoing"
        return
    later = [one for one in dates[1:] if one.start < mention.reach[1]]
    if later and (_is_range(text, dates[0], later[0], rules) or _is_end(text, later[0], rules)):
        mention.end_date = later[0]


def _is_range(text: str, first: FoundDate, second: FoundDate, rules: Rules) -> bool:
    between = text[first.end : second.start]
    return not between.strip(" |") or rules.words["range"].fullmatch(between) is not None


def _all_born(text: str, dates: list[FoundDate], rules: Rules) -> bool:
    """Whether the sentence's first date is only of a birth, a diagnosis or a visit."""
    return bool(rules.words["other_date"].search(text[: dates[0].start]))


def _is_end(text: str, date: FoundDate, rules: Rules) -> bool:
    return rules.words["end_cue"].search(text[: date.start]) is not None


def continue_last(sentence: Sentence, earlier: list[Mention], rules: Rules) -> None:
    """What the next lines say of the agent named before: its dates, "It was stopped in June"."""
    if not earlier or earlier[-1].status in {"planned", "declined"}:
        return
    last = earlier[-1]
    distance = sentence.order - last.sentence.order
    if distance > ROW_LINES:
        return
    dates = find_dates(sentence.text, rules)
    is_apart = sentence.opening != last.sentence.opening
    is_open = last.start_date is None or last.end_date is None
    if distance == 1 and is_open and dates and dates[0].start == 0:
        _read_next_row(last, sentence, dates, rules)
    match = rules.words["it_ended"].match(sentence.text)
    if match is None or last.agent.once:
        return
    if match[0] == PROGRESSED and (last.agent.treatment_class == "PRRT" or is_apart):
        return
    behind = [one for one in dates if match.end() <= one.start < match.end() + CLOSE]
    if last.end_date is None and behind:
        last.end_date = behind[0]
        last.dates_from = sentence
    last.status = "stopped"


def _read_next_row(last: Mention, sentence: Sentence, dates: list[FoundDate], rules: Rules) -> None:
    """The line under an agent begins with its dates."""
    in_table = sentence.section in HISTORY_SECTIONS and last.sentence.section == sentence.section
    pair = len(dates) > 1 and _is_range(sentence.text, dates[0], dates[1], rules)
    if pair or (in_table and last.start_date is None):
        last.start_date = dates[0]
        last.end_date = dates[1] if pair else last.end_date
        last.dates_from = sentence
    if rules.words["row_end"].match(sentence.text, dates[0].end):
        last.status = "ongoing"
    elif pair and rules.cues["behind"]["stopped"].search(sentence.text):
        last.status = "stopped"
