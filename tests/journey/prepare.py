"""Make the people of the journey in an installation of its own; prints what a browser needs."""

import json
import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "navigator.settings")

import django

django.setup()

from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret  # noqa: E402  # after setup
from django.utils import timezone  # noqa: E402

from cases.casework.consents import give_consent  # noqa: E402
from cases.casework.models import ConsentPurpose, Stage  # noqa: E402
from cases.casework.services import ask_for_record  # noqa: E402
from cases.hospitals.services import open_referral  # noqa: E402
from tests import make  # noqa: E402


def main() -> None:
    now = timezone.now()
    team = make.team("Journey")
    coordinator = make.user(email="coordinator@office.example", team=team)
    secret = generate_totp_secret()
    TOTP.activate(coordinator, secret)
    patient = make.patient(name="Ruth Achieng Odhiambo", birth_date="1968-05-14")
    case = make.case(owner=coordinator, team=team, patient=patient, stage=Stage.RECORDS)
    parent = make.relative(case=case, name="Grace Odhiambo", email="grace@family.example")
    contact = make.contact(email="board@hospital.example")
    for purpose, hospital in (
        (ConsentPurpose.KEEP_RECORDS, None),
        (ConsentPurpose.SHARE, contact.hospital),
    ):
        give_consent(
            case=case,
            purpose=purpose,
            actor=parent,
            now=now,
            language="en",
            recipient_id=hospital.pk if hospital else None,
            recipient_name=hospital.name if hospital else "",
        )
    ask_for_record(
        case=case,
        kind="pathology",
        title="Pathology report",
        reason="The hospital reads the wording of the diagnosis itself.",
        actor=coordinator,
        now=now,
    )
    open_referral(
        case=case,
        contact=contact,
        question="Would your board review this case?",
        actor=coordinator,
        now=now,
    )
    told = {
        "case": str(case.pk),
        "staff": coordinator.email,
        "password": make.PASSWORD,
        "secret": secret,
        "family": parent.email,
        "contact": contact.email,
    }
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
