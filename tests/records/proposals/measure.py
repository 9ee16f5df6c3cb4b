"""Compare what is proposed from the reports in `reports/` with what they say.

Each report has a JSON file beside it: `facts` are all facts that a careful reader would write down,
`traps` what a careless one might, `allowed` what two careful readers might judge differently: it
counts neither way. A proposal that is in neither list counts as wrong.
"""

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from documents.records.proposals import Proposal, propose

REPORTS = Path(__file__).with_name("reports")
HELD_OUT = Path(__file__).with_name("held_out")


@dataclass
class Score:
    """Counts per fact, and each difference in words."""

    right: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        return self.right.total() / max(1, self.right.total() + self.wrong.total())

    @property
    def recall(self) -> float:
        return self.right.total() / max(1, self.right.total() + self.missed.total())

    def of_fact(self, fact: str) -> dict[str, float]:
        """Precision and recall of one fact."""
        right, wrong, missed = self.right[fact], self.wrong[fact], self.missed[fact]
        return {
            "precision": round(right / max(1, right + wrong), 3),
            "recall": round(right / max(1, right + missed), 3),
        }

    def add(self, other: "Score") -> None:
        self.right += other.right
        self.wrong += other.wrong
        self.missed += other.missed
        self.differences += other.differences

    def table(self) -> str:
        """One row a fact, as text."""
        facts = sorted(set(self.right) | set(self.wrong) | set(self.missed))
        rows = [f"{'fact':<32}{'right':>6}{'wrong':>6}{'missed':>7}"]
        rows += [
            f"{fact:<32}{self.right[fact]:>6}{self.wrong[fact]:>6}{self.missed[fact]:>7}"
            for fact in facts
        ]
        rows.append(f"precision {self.precision:.3f}  recall {self.recall:.3f}")
        return "\n".join(rows)


def report_names(folder: Path = REPORTS) -> list[str]:
    return sorted(path.stem for path in folder.glob("*.txt"))


def read_report(name: str, folder: Path = REPORTS) -> list[str]:
    return (folder / f"{name}.txt").read_text(encoding="utf-8").split("\f")


def propose_from(name: str, folder: Path = REPORTS) -> list[Proposal]:
    return propose(read_report(name, folder))


def read_expected(name: str, folder: Path = REPORTS) -> dict[str, Any]:
    expected: dict[str, Any] = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    return expected


def score_folder(folder: Path) -> Score:
    score = Score()
    for name in report_names(folder):
        score.add(score_report(name, folder))
    return score


def score_report(name: str, folder: Path = REPORTS) -> Score:
    score = Score()
    expected = read_expected(name, folder)
    wanted = [(fact, value) for fact, value in expected["facts"]]
    allowed = [(fact, value) for fact, value in expected.get("allowed", [])]
    for proposal in propose_from(name, folder):
        pair = (proposal.fact, proposal.value)
        kind = proposal.fact.partition(":")[0]
        hit = next((one for one in wanted if agrees(one, pair)), None)
        if hit is not None:
            wanted.remove(hit)
            score.right[kind] += 1
        elif not any(agrees(one, pair) for one in allowed):
            score.wrong[kind] += 1
            score.differences.append(
                f"{name}: wrong  {pair[0]} = {_canonical(pair[1])} from {proposal.quote!r}"
            )
    for fact, value in wanted:
        score.missed[fact.partition(":")[0]] += 1
        score.differences.append(f"{name}: missed {fact} = {_canonical(value)}")
    return score


def agrees(wanted: tuple[str, Any], found: tuple[str, Any]) -> bool:
    """The same fact and value; a warning by its topic, an alteration by its shorter spelling."""
    if wanted[0] != found[0]:
        return False
    if wanted[0].startswith("attention:"):
        return True
    if wanted[0].startswith("biomarker:"):
        one, other = str(wanted[1]).lower(), str(found[1]).lower()
        return one in other or other in one
    return _canonical(wanted[1]) == _canonical(found[1])


def springs_trap(trap: str, proposal: Proposal) -> bool:
    """Traps: `fact`, `fact=value`, `prior_treatments:agent`, `prior_treatments:agent:condition`."""
    if trap.startswith("prior_treatments:"):
        _fact, agent, condition = [*trap.split(":"), ""][:3]
        value = proposal.value if isinstance(proposal.value, dict) else {}
        return (
            proposal.fact == "prior_treatments"
            and value.get("agent") == agent
            and (not condition or value.get("for_condition") == condition)
        )
    fact, _equals, word = trap.partition("=")
    return proposal.fact == fact and (not word or str(proposal.value).lower() == word.lower())


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)
