"""No page of the desk carries a script or a style of its own, and the policy forbids both."""

import re

from django.test import Client
from django.urls import reverse

from documents.dossiers.models import DossierVersion
from tests.desk.office import PARTS, Office, page

INLINE = re.compile(r"<style\b|\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|javascript:", re.IGNORECASE)
FORBIDDEN = re.compile(
    r"\b(qualif(?:y|ies|ied)|candidates?|approved for|recommended|best option|success rate"
    r"|will respond|contraindicated)\b",
    re.IGNORECASE,
)


def list_pages(office: Office, version: DossierVersion) -> list[str]:
    return [
        reverse("admin:index"),
        reverse("admin:case_new"),
        reverse("admin:search"),
        *(page(office.case, part) for part in PARTS),
        page(office.case, "facts") + "?enter=prior_treatments",
        page(office.case, "facts") + "?enter=histology",
        reverse("admin:review", args=[office.document.pk]),
        reverse("admin:review", args=[office.document.pk]) + "?page=2",
        reverse("admin:version", args=[version.pk]),
        reverse("admin:casework_case_changelist"),
        reverse("admin:records_document_changelist"),
    ]


def test_no_page_carries_inline_script_or_style(
    office: Office, version: DossierVersion, desk: Client
) -> None:
    for address in list_pages(office, version):
        html = desk.get(address).content.decode()
        assert not INLINE.search(html), address
        for tag in re.findall(r"<script\b[^>]*>", html):
            assert "src=" in tag, (address, tag)


def test_every_page_is_sent_with_a_strict_policy_and_is_kept_by_nobody(
    office: Office, version: DossierVersion, desk: Client
) -> None:
    for address in list_pages(office, version):
        response = desk.get(address)
        policy = response["Content-Security-Policy"]
        assert "unsafe" not in policy, address
        assert "frame-ancestors 'none'" in policy
        assert "no-store" in response["Cache-Control"], address


def test_ids_on_a_page_are_unique_so_that_labels_point_to_their_own_field(
    office: Office, version: DossierVersion, desk: Client
) -> None:
    for address in list_pages(office, version):
        html = desk.get(address).content.decode()
        ids = re.findall(r'\sid="([^"]+)"', html)
        twice = sorted({one for one in ids if ids.count(one) > 1})
        assert twice == [], (address, twice)


def test_words_that_may_not_be_said_of_a_patient_stand_nowhere(
    office: Office, version: DossierVersion, desk: Client
) -> None:
    for address in list_pages(office, version):
        html = desk.get(address).content.decode()
        assert not FORBIDDEN.search(html), (address, FORBIDDEN.search(html))
        for word in re.finditer(r"eligib\w*|guarantee\w*", html, re.IGNORECASE):
            around = html[max(word.start() - 60, 0) : word.end() + 40]
            assert "guarantee access, eligibility or outcome" in around, (address, around)


def test_the_window_of_every_page_has_a_title_without_a_gap(
    office: Office, version: DossierVersion, desk: Client
) -> None:
    for address in list_pages(office, version):
        found = re.search(r"<title>(.*?)</title>", desk.get(address).content.decode(), re.DOTALL)
        assert found, address
        assert all(part.strip() for part in found.group(1).split("·")), (address, found.group(1))
