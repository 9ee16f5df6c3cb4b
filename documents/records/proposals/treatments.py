"""Treatments that a report says were given, run, are planned or were declined.

A name alone is no treatment: an agent counts by the nearest cue around it. What was discussed,
considered, recommended or referred for is not proposed, nor is what was not given.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice, pairwise
from typing import Any, Final

from documents.records.proposals.contexts import ContextReader
from documents.records.proposals.courses import (
    RUNNING,
    end_what_was_switched,
    lend_dates,
    part_courses,
    take_dates_of_parts,
)
from documents.records.proposals.dates import FoundDate, find_dates
from documents.records.proposals.finding import Finding
from documents.records.proposals.others import find_adrenals
from documents.records.proposals.rules import Agent, Rules
from documents.records.proposals.sections import Sentence
from documents.records.proposals.treatment_dates import (
    CLOSE,
    HISTORY_SECTIONS,
    ROW_GAP,
    ROW_START,
    Mention,
    attach_dates,
    continue_last,
    take_opening_date,
)

SILENT: Final = frozenset({"request", "family", "definition", "allergy"})
UNSAID: Final = frozenset({"negated", "hypothetical"})
DATE_BEHIND: Final = 9
THIS_TUMOUR: Final = "NET"
MAX_MENTIONS: Final = 400
REACH: Final = 130
BRACKETED: Final = re.compile(r"\([^()]*\)")
LINE_HEAD: Final = 4
AT_ONCE: Final = 12
MEDICINES: Final = {"medications": "ongoing", "stopped_medications": "stopped"}
OURS_ALONE: Final = frozenset({"SSA", "PRRT"})
REACH_BEFORE: Final = 250
MENTIONS_A_SENTENCE: Final = 40


def find_treatments(sentences: Sequence[Sentence], contexts: ContextReader) -> list[Finding]:
    """One finding for each agent of the report."""
    mentions: list[Mention] = []
    others = find_adrenals(sentences, contexts.rules)
    for sentence in sentences:
        if len(mentions) > MAX_MENTIONS:
            break
        if sentence.order in others:
            continue
        found = _read_sentence(sentence, mentions, contexts)
        for mention in found:
            take_opening_date(mention, sentences[sentence.opening], contexts.rules)
        mentions += found
    groups: dict[str, list[Mention]] = {}
    for mention in mentions:
        groups.setdefault(mention.agent.name, []).append(mention)
    parts = {part for one in mentions for part in one.agent.parts}
    named = {one.agent.treatment_class for one in mentions if not one.agent.generic}
    end_what_was_switched(mentions, contexts.rules)
    lend_dates(groups)
    take_dates_of_parts(groups)
    return [
        _build_finding(course, contexts.rules)
        for name, group in groups.items()
        if name not in parts
        and not (group[0].agent.generic and group[0].agent.treatment_class in named)
        for course in part_courses(group)
    ]


def _read_sentence(
    sentence: Sentence, earlier: list[Mention], reader: ContextReader
) -> list[Mention]:
    """The mentions of one sentence that say something."""
    text, rules = sentence.text, reader.rules
    named = list(_find_mentions(sentence, rules))
    if not named or named[0].start > ROW_GAP:
        continue_last(sentence, earlier, rules)
    if not named:
        return []
    contexts = reader.read_sentence(sentence)
    if contexts & SILENT:
        return []
    if not _is_for_this_tumour(sentence, reader):
        named = [one for one in named if _is_ours_alone(one, sentence, reader)]
    dates = [one for one in find_dates(text, rules) if not _has_label(text, one, rules)]
    kept = []
    for at, mention in enumerate(named):
        behind = named[at + 1].start if at + 1 < len(named) else len(text)
        behind = _end_of_item(mention, behind, rules)
        before = named[at - 1].end if at else 0
        mention.reach = (before, behind)
        mention.status = _judge(mention, named, rules)
        if mention.status:
            attach_dates(mention, named, dates, rules)
            if mention.status == "planned" and mention.start_date and mention.end_date:
                mention.status = "given"  # the plan is of something else: "a planned break"
            kept.append(mention)
    _share_dates(kept, rules)
    return [one for one in kept if not _is_aside(one)]


def _end_of_item(mention: Mention, behind: int, rules: Rules) -> int:
    """Where the words on this medicine end: in a list of medicines, where the next one stands."""
    if mention.sentence.section not in MEDICINES:
        return behind
    other = rules.words["own_item"].search(mention.sentence.text, mention.end, behind)
    return other.start() if other else behind


def _has_label(text: str, date: FoundDate, rules: Rules) -> bool:
    """Whether a date of a form stands behind its own label: "Reported: 12/03/2025"."""
    return rules.words["date_label"].search(text[: date.start]) is not None


def _share_dates(mentions: list[Mention], rules: Rules) -> None:
    """The dates of "everolimus and lanreotide since March" are those of both."""
    for one, other in reversed(list(pairwise(mentions))):
        between = one.sentence.text[one.end : other.start]
        if (
            one.start_date is None
            and one.end_date is None
            and rules.words["joint"].fullmatch(between)
        ):
            one.start_date, one.end_date = other.start_date, other.end_date
            one.is_lent = True


def _is_aside(mention: Mention) -> bool:
    """What a picture shows of an operation that nobody dates: "status post appendicectomy"."""
    dated = mention.start_date or mention.end_date
    return mention.agent.once and mention.sentence.section == "findings" and not dated


def _find_mentions(sentence: Sentence, rules: Rules) -> Iterator[Mention]:
    """Agents in order; two names of one treatment beside one another count once."""
    last: Mention | None = None
    for match in islice(rules.any_agent.finditer(sentence.text), MENTIONS_A_SENTENCE):
        agent = next(
            one
            for one in rules.agents
            if one.pattern.fullmatch(sentence.text, match.start(), match.end())
        )
        mention = Mention(agent, sentence, match.start(), match.end())
        whole = _whole_of(last, mention, rules) if last else None
        if last is not None and whole is not None:
            last.agent, last.end = whole, mention.end
            continue
        if last is not None and _is_same(last, mention, rules):
            if last.agent.generic and not agent.generic:
                last.agent = agent
            last.end = mention.end
            continue
        if last is not None:
            yield last
        last = mention
    if last is not None:
        yield last


def _whole_of(first: Mention, second: Mention, rules: Rules) -> Agent | None:
    """The combination that two agents are: "capecitabine 1 g and temozolomide 200 mg"."""
    between = first.sentence.text[first.end : second.start]
    if not rules.words["combined"].fullmatch(between):
        return None
    both = {first.agent.name, second.agent.name}
    return next((one for one in rules.agents if one.parts == both), None)


def _is_same(first: Mention, second: Mention, rules: Rules) -> bool:
    """Whether two names beside one another are two names of one treatment."""
    between = first.sentence.text[first.end : second.start]
    if not rules.words["apposition"].fullmatch(between):
        return False
    if first.agent.name == second.agent.name:
        return True
    same_class = first.agent.treatment_class == second.agent.treatment_class
    return same_class and (first.agent.generic or second.agent.generic)


def _is_for_this_tumour(sentence: Sentence, reader: ContextReader) -> bool:
    """Whether nothing says that it was, or may have been, for another illness so treated."""
    if reader.rules.contexts["tumour"].search(sentence.text):
        return True
    other = sentence.order in reader.others or sentence.section == "past_history"
    return not other and reader.rules.words["condition"].search(sentence.text) is None


def _is_ours_alone(mention: Mention, sentence: Sentence, reader: ContextReader) -> bool:
    """Whether a treatment among other illnesses is one that hardly any of them is given."""
    told_of_another = reader.rules.words["condition"].search(sentence.text) is not None
    return (
        mention.agent.treatment_class in OURS_ALONE
        and not told_of_another
        and (sentence.section == "past_history" or sentence.order in reader.others)
    )


def _judge(mention: Mention, named: list[Mention], rules: Rules) -> str:
    """given, ongoing, stopped, planned, declined, or nothing."""
    text = mention.sentence.text
    at = named.index(mention)
    before = _clause_before(text, mention.start, rules)
    offset = mention.start - len(before)
    before = BRACKETED.sub(lambda match: "#" * len(match[0]), before)
    behind, glued = _region_behind(mention, named, at, rules)
    pre = _nearest_before(before, rules)
    post = _first_behind(behind, rules)
    completing = rules.words["completing"].search(before) is not None
    mention.is_ending = pre == "stopped" or completing
    glued_post = _first_behind(glued, rules) if glued and not pre else ""
    if rules.contexts["conditional"].search(text[:offset] + before) and pre != "ongoing":
        return ""
    uncut = text[mention.end : mention.reach[1]][:REACH]
    if rules.cues["behind"]["declined"].search(uncut[:CLOSE]):
        post = "declined"
    said = post if post in UNSAID | {"declined", "planned"} else ""
    said = said or _said_at_once(behind, rules)
    verdict = said or pre or post or glued_post or _judge_by_section(mention, behind, rules)
    if _is_unsaid(mention, verdict, post, behind, rules):
        return ""
    return _judge_course(verdict, uncut, rules)


def _is_unsaid(mention: Mention, verdict: str, post: str, behind: str, rules: Rules) -> bool:
    """Whether nothing was given or firmly planned: a plan with an "if", a list under "Plan"."""
    if verdict in UNSAID:
        return True
    if verdict == "planned":
        return rules.contexts["conditional"].search(behind) is not None
    if mention.sentence.section != "plan" or verdict not in {"given", "named"}:
        return False
    return post != "stopped" and rules.words["past_verb"].search(mention.sentence.text) is None


def _judge_course(verdict: str, behind: str, rules: Rules) -> str:
    """Whether a treatment that was given was stopped or still runs."""
    if verdict in RUNNING:
        for later in ("stopped", "ongoing"):
            if rules.cues["behind"][later].search(behind):
                return later
    return verdict


def _judge_by_section(mention: Mention, behind: str, rules: Rules) -> str:
    if mention.sentence.section in MEDICINES:
        return MEDICINES[mention.sentence.section]
    if mention.sentence.section in HISTORY_SECTIONS or _stands_with_date(mention, rules):
        return "named"
    dose = rules.words["dose"].match(behind)
    return "named" if dose and mention.sentence.section != "plan" else ""


def _stands_with_date(mention: Mention, rules: Rules) -> bool:
    """Whether it stands in a row that begins with a date, or right before a date."""
    text = mention.sentence.text
    if rules.words["specimen"].match(text, mention.end):
        return False
    before = find_dates(text[: mention.start], rules)
    if before and before[0].start <= ROW_START and mention.start - before[-1].end < CLOSE // 2:
        return True
    behind = find_dates(text[mention.end :][:CLOSE], rules)
    near = DATE_BEHIND if mention.start > LINE_HEAD else CLOSE
    return bool(behind) and behind[0].start <= near


def _clause_before(text: str, start: int, rules: Rules) -> str:
    last = max(0, start - REACH_BEFORE)
    for barrier in rules.contexts["barrier"].finditer(text, last, start):
        last = barrier.end()
    return text[last:start]


def _region_behind(
    mention: Mention, named: list[Mention], at: int, rules: Rules
) -> tuple[str, str]:
    """The words up to the next agent, and those behind a list of agents that this one stands in."""
    text = mention.sentence.text
    stop = named[at + 1].start if at + 1 < len(named) else len(text)
    direct = _until_barrier(text[mention.end : stop][:120], rules)
    last = at
    while last + 1 < len(named) and rules.words["glue"].fullmatch(
        text[named[last].end : named[last + 1].start]
    ):
        last += 1
    if last == at:
        return direct, ""
    stop = named[last + 1].start if last + 1 < len(named) else len(text)
    return direct, _until_barrier(text[named[last].end : stop][:120], rules)


def _until_barrier(words: str, rules: Rules) -> str:
    barrier = rules.contexts["barrier"].search(words)
    return words[: barrier.start()] if barrier else words


def _nearest_before(words: str, rules: Rules) -> str:
    """The kind of the cue that ends last before the agent; the longer one of two.

    A word that only puts things in order ("after", "then") says no more than the cue before it:
    what "could be considered after embolisation" was not given.
    """
    found = sorted(
        (match.end(), match.end() - match.start(), name, match[0])
        for name, pattern in rules.cues["before"].items()
        for match in pattern.finditer(words)
    )
    while found:
        _end, _length, kind, cue = found.pop()
        earlier = found[-1][2] if found else ""
        if earlier not in UNSAID | {"planned"} or not rules.words["sequence"].fullmatch(cue):
            return kind
    return ""


def _said_at_once(behind: str, rules: Rules) -> str:
    """What the very next word says outweighs all before: "stopped (octreotide continues)"."""
    kind = _first_behind(behind[:AT_ONCE], rules)
    return kind if kind in {"ongoing", "stopped"} else ""


def _first_behind(words: str, rules: Rules) -> str:
    """The kind of the cue that begins first behind the agent; the longer one of two."""
    best, kind = (CLOSE, 0), ""
    for name, pattern in rules.cues["behind"].items():
        match = pattern.search(words)
        if match is None:
            continue
        place = (match.start(), -len(match[0]))
        if place < best:
            best, kind = place, name
    return kind


def _build_finding(group: list[Mention], rules: Rules) -> Finding:
    """One entry of all mentions of an agent; what was given outweighs what was once planned."""
    real = [one for one in group if one.status not in {"planned", "declined"}]
    mentions = real or group[-1:]
    best = max(mentions, key=lambda one: one.weight)
    start = best.start_date or next((one.start_date for one in mentions if one.start_date), None)
    end = best.end_date or next((one.end_date for one in mentions if one.end_date), None)
    if start and end and end.value[:4] < start.value[:4]:
        end = None
    status = _final_status(mentions, has_end=end is not None)
    if status == "declined":
        start = end = None
    if status == "ongoing":
        end = None
    text = best.sentence.text
    notes = [f"ambiguous date: {one.words}" for one in (start, end) if one and one.is_ambiguous]
    value: dict[str, Any] = {
        "agent": best.agent.name,
        "class": best.agent.treatment_class,
        "start_date": start.value if start else None,
        "end_date": end.value if end else None,
        "status": status,
        "for_condition": THIS_TUMOUR,
    }
    last = best.end
    first = best.start
    for one in (best.start_date, best.end_date):
        if one is not None and best.dates_from is None:
            first, last = min(first, one.start), max(last, one.end)
    if ")" in text[first : best.start] and "(" not in text[first : best.start]:
        first = best.start
    if re.search(r"[()]", text[last : last + 1]) and "(" in text[first:last]:
        last += 1
    return Finding(
        "prior_treatments", value, best.sentence, first, last, f"{rules.language}/treatment", 0,
        "; ".join(notes) or None,
    )  # fmt: skip


def _final_status(mentions: list[Mention], *, has_end: bool) -> str:
    said = {one.status for one in mentions}
    if said <= {"planned", "declined"}:
        return mentions[-1].status
    last = [one for one in mentions if one.status in {"stopped", "ongoing"}][-1:]
    goes_on = bool(last) and last[0].status == "ongoing"
    if "stopped" in said and not goes_on:
        return "completed" if mentions[0].agent.once else "stopped"
    if goes_on and last[0].end_date is None and len(mentions) > 1:
        return "ongoing"
    if has_end or mentions[0].agent.once:
        return "completed"
    return "ongoing" if said & {"ongoing", "started"} else "completed"
