"""Load the demonstration through the running worker, step by step, and say how far it is."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from cases.accounts.models import User
from cases.casework.models import Case
from cases.hospitals.models import Hospital, ReferralState
from cases.hospitals.services import move_referral
from cases.jobs.models import Job
from documents.dossiers.models import DossierVersion, VersionState
from documents.dossiers.services import request_dossier, seal_version
from documents.dossiers.serving import read_checked
from navigator.demo.accounts import StaffAccount, make_staff
from navigator.demo.correspondence import ask_for_papers, keep_hospitals, refer_and_write
from navigator.demo.families import (
    give_sample_consents,
    move_to_stage,
    open_sample_case,
    send_papers,
)
from navigator.demo.reviewing import review_papers, state_facts
from tests.samples.load import load_cases
from tests.samples.shapes import SampleCase

Say = Callable[[str], None]
LONGEST_WAIT = timedelta(minutes=15)


@dataclass(frozen=True)
class Loaded:
    """What the demonstration says when it is there: lines about accounts, paths of dossiers."""

    accounts: list[str]
    dossiers: list[Path]


class WorkStuck(RuntimeError):
    """The worker did not finish in time; its log says why."""


def load(*, say: Say) -> Loaded:
    """Bring the demonstration to where it should be, whatever was there before."""
    accounts = make_staff()
    staff = {account.role: User.objects.get(email=account.email) for account in accounts}
    samples = load_cases()
    hospitals = keep_hospitals()
    coordinator = staff["coordinator"]
    cases = {sample.slug: open_sample_case(sample, coordinator) for sample in samples}
    if not all_sealed(cases):
        say("Families send their papers.")
        for sample in samples:
            give_sample_consents(sample, cases[sample.slug], hospitals)
            ask_for_papers(sample, cases[sample.slug], hospitals, coordinator)
            if not has_sealed(cases[sample.slug]):
                send_papers(sample, cases[sample.slug])
        wait_for("records.", say, "Records are checked and read")
        say("The coordinator reviews, confirms and refers.")
        for sample in samples:
            work_on_case(sample, cases[sample.slug], staff, hospitals)
        wait_for("clinical.", say, "Facts are compared with the published wordings")
        build_dossiers(cases, coordinator, say)
        for sample in samples:
            move_to_stage(sample, cases[sample.slug], coordinator, timezone.now())
    return Loaded(
        [*map(describe_account, accounts), *describe_families(cases)],
        [keep_copy(version) for version in find_sealed(cases)],
    )


def work_on_case(
    sample: SampleCase, case: Case, staff: dict[str, User], hospitals: dict[str, Hospital]
) -> None:
    now = timezone.now()
    review_papers(sample, case, staff["coordinator"], now)
    state_facts(sample, case, staff, now)
    refer_and_write(sample, case, hospitals, staff["coordinator"])


def build_dossiers(cases: dict[str, Case], coordinator: User, say: Say) -> None:
    """A dossier for the first referral of each case, or for the case as such; sealed when made."""
    for case in cases.values():
        if has_sealed(case) or case_versions(case).filter(state=VersionState.TO_CHECK).exists():
            continue
        request_dossier(
            case=case, referral=case.referrals.first(), actor=coordinator, now=timezone.now()
        )
    wait_for("dossiers.", say, "Dossiers are laid out")
    for case in cases.values():
        for version in case_versions(case).filter(state=VersionState.TO_CHECK):
            seal_version(version=version, actor=coordinator, now=timezone.now())
        for referral in case.referrals.filter(state=ReferralState.DRAFT):
            move_referral(
                referral=referral, to=ReferralState.READY, actor=coordinator, now=timezone.now()
            )


def case_versions(case: Case) -> QuerySet[DossierVersion]:
    return DossierVersion.objects.filter(dossier__case=case)


def has_sealed(case: Case) -> bool:
    return case_versions(case).filter(sealed_at__isnull=False).exists()


def all_sealed(cases: dict[str, Case]) -> bool:
    return all(has_sealed(case) for case in cases.values())


def find_sealed(cases: dict[str, Case]) -> list[DossierVersion]:
    return list(
        DossierVersion.objects.filter(
            dossier__case__in=cases.values(), state__in=[VersionState.SEALED, VersionState.SENT]
        )
        .select_related("dossier__case")
        .order_by("dossier__case__reference")
    )


def wait_for(kind: str, say: Say, words: str) -> None:
    """Wait until no work of a kind is left; the worker does it, this only looks."""
    until = time.monotonic() + LONGEST_WAIT.total_seconds()
    said = -1
    while True:
        left = Job.objects.unfinished().filter(kind__startswith=kind).count()
        if left == 0:
            return
        if left != said:
            say(f"{words}: {left} to go.")
            said = left
        if time.monotonic() > until:
            raise WorkStuck(
                f"{words}: {left} pieces of work did not end. See {settings.DATA_DIR / 'logs'}."
            )
        time.sleep(1)


def describe_account(account: StaffAccount) -> str:
    return (
        f"{account.email}  password {account.password}  "
        f"code now {account.code_now()}  (authenticator key {account.secret})"
    )


def describe_families(cases: dict[str, Case]) -> list[str]:
    """Families sign in by a code that is mailed; here the mail lies in a folder."""
    people = User.objects.filter(parties__case__in=cases.values()).order_by("email")
    lines = [f"{person.email}  signs in at /portal/ with a mailed code" for person in people]
    return [*lines, f"Mail lies in {settings.MAIL_DIR}", "A new code: python3 manage.py demo_code"]


def keep_copy(version: DossierVersion) -> Path:
    """A plain copy of the sealed bytes for whoever tries the product, written once."""
    folder = settings.DATA_DIR / "demo" / "dossiers"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path: Path = folder / f"{version.dossier.case.reference}-v{version.number}.pdf"
    if not path.is_file():
        draft = path.with_suffix(".draft")
        draft.write_bytes(read_checked(version))
        draft.replace(path)
    return path
