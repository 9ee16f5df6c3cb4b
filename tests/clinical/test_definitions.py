"""The shipped definitions, and how a wrong one is refused."""

import re

import pytest

from cases.clinical import definitions as shipped
from cases.clinical.definitions import (
    DefinitionError,
    DefinitionStatus,
    load_definitions,
    parse_definition,
)
from cases.clinical.matcher import order_by_unknowns

from .snapshots import answer_case, row_of, said, treated_with

DEFAULT = shipped.DEFAULT_INDICATION
EU = "eu-ema/cabozantinib-tablets/net"
LUTETIUM = "us-fda/lutetium-177-dotatate/gep-net"
EVEROLIMUS_PNET = "us-fda/everolimus/pnet"
EVEROLIMUS_GI_LUNG = "us-fda/everolimus/gi-lung-net"
SUNITINIB = "us-fda/sunitinib/pnet"
LANREOTIDE = "us-fda/lanreotide-depot/gep-net"
BELZUTIFAN_VHL = "us-fda/belzutifan/vhl-pnet"
BELZUTIFAN_PPGL = "us-fda/belzutifan/ppgl"
TEXT = (shipped.FOLDER / "us-fda-cabozantinib-tablets-net.yaml").read_text(encoding="utf-8")


def test_nine_indications_are_shipped_and_the_default_comes_first() -> None:
    names = list(load_definitions())
    assert names[0] == DEFAULT
    assert set(names[1:]) == {
        EU,
        LUTETIUM,
        EVEROLIMUS_PNET,
        EVEROLIMUS_GI_LUNG,
        SUNITINIB,
        LANREOTIDE,
        BELZUTIFAN_VHL,
        BELZUTIFAN_PPGL,
    }


def test_every_shipped_definition_is_in_review_and_read_by_nobody_yet() -> None:
    for definition in load_definitions().values():
        assert definition.status is DefinitionStatus.IN_REVIEW
        assert definition.label_reading == "Label not yet read by a named clinician"
        assert definition.approved_by is None


def test_the_seven_criteria_of_the_default_definition_have_their_names() -> None:
    assert list(load_definitions()[DEFAULT].criteria_by_id) == [
        "age_ge_12",
        "histology_net",
        "well_differentiated",
        "primary_site",
        "unresectable",
        "locally_advanced_or_metastatic",
        "previously_treated",
    ]


def test_no_definition_makes_a_promise() -> None:
    promise = re.compile(
        r"eligib|qualif|candidate|approved for|recommend|best option|guarantee|success rate"
        r"|will respond",
        re.IGNORECASE,
    )
    for path in shipped.FOLDER.glob("*.yaml"):
        assert promise.search(path.read_text(encoding="utf-8")) is None


def test_trial_context_is_shown_and_never_counted() -> None:
    definition = load_definitions()[DEFAULT]
    assert any(note.tag.value == "TRIAL" for note in definition.context)
    assert {criterion.tag.value for criterion in definition.criteria} == {"LABEL"}


# Each indication has its own exact criteria.


def test_the_eu_wording_settles_what_the_us_label_leaves_open() -> None:
    only_ssa = [treated_with("SSA")]
    assert said(row_of("previously_treated", DEFAULT, prior_treatments=only_ssa))[0] == "unknown"
    assert said(row_of("previously_treated", EU, prior_treatments=only_ssa))[0] == "not_met"
    assert answer_case(EU, progressive=True, resectable=None).overall == "match"
    assert answer_case(EU, progressive=None).overall == "insufficient_information"
    assert answer_case(EU, progressive=True, date_of_birth="2010").overall == "no_match"


def test_lutetium_asks_for_receptors_and_site_and_not_for_extent_or_treatment() -> None:
    facts = {"resectable": True, "metastatic": False, "differentiation": "poor"}
    facts |= {"prior_treatments": None, "date_of_birth": "2010"}
    assert answer_case(LUTETIUM, **facts, sstr_positive=True).overall == "match"
    assert answer_case(LUTETIUM, **facts, sstr_positive=False).overall == "no_match"
    lung = answer_case(LUTETIUM, sstr_positive=True, primary_site="bronchus_lung")
    assert lung.overall == "no_match"


def test_everolimus_takes_any_one_of_the_three_extents() -> None:
    nothing = {"resectable": True, "metastatic": False, "locally_advanced": False}
    for one in ({"resectable": False}, {"metastatic": True}, {"locally_advanced": True}):
        facts = {**nothing, **one, "progressive": True}
        assert answer_case(EVEROLIMUS_PNET, **facts).overall == "match"
    assert answer_case(EVEROLIMUS_PNET, **nothing, progressive=True).overall == "no_match"


def test_everolimus_asks_for_differentiation_and_function_only_outside_the_pancreas() -> None:
    facts = {"progressive": True, "differentiation": "poor", "functional_syndrome": True}
    assert answer_case(EVEROLIMUS_PNET, **facts).overall == "match"
    lung = {"progressive": True, "primary_site": "bronchus_lung"}
    assert answer_case(EVEROLIMUS_GI_LUNG, **lung, functional_syndrome=False).overall == "match"
    assert answer_case(EVEROLIMUS_GI_LUNG, **lung, functional_syndrome=True).overall == "no_match"
    pancreas = answer_case(EVEROLIMUS_GI_LUNG, progressive=True, functional_syndrome=False)
    assert pancreas.overall == "no_match"


def test_sunitinib_is_for_progressive_pancreatic_disease() -> None:
    assert answer_case(SUNITINIB, progressive=True).overall == "match"
    assert answer_case(SUNITINIB, progressive=True, primary_site="ileum").overall == "no_match"
    unsaid = answer_case(SUNITINIB, progressive=True, resectable=None)
    assert unsaid.overall == "insufficient_information"
    assert unsaid.other_readings["B"] == "match"


def test_lanreotide_takes_moderate_differentiation() -> None:
    assert answer_case(LANREOTIDE, differentiation="moderate").overall == "match"
    assert answer_case(LANREOTIDE, differentiation="poor").overall == "no_match"


def test_whether_therapy_is_required_is_always_left_to_a_physician() -> None:
    result = answer_case(BELZUTIFAN_VHL, germline_vhl=True, needs_immediate_surgery=False)
    assert result.overall == "insufficient_information"
    assert said(result.row("requires_therapy")) == ("unknown", "ambiguous")
    urgent = answer_case(BELZUTIFAN_VHL, germline_vhl=True, needs_immediate_surgery=True)
    assert urgent.overall == "no_match"


def test_belzutifan_for_paraganglioma_turns_the_histologies_round() -> None:
    assert answer_case(BELZUTIFAN_PPGL, histology="paraganglioma").overall == "match"
    assert answer_case(BELZUTIFAN_PPGL, histology="NET").overall == "no_match"
    assert answer_case(BELZUTIFAN_PPGL, histology="NEN_NOS").overall == "insufficient_information"


def test_indications_are_listed_by_the_unknowns_left_and_not_by_merit() -> None:
    results = [answer_case(name, grade=None) for name in load_definitions()]
    counts = [result.unknown_count for result in order_by_unknowns(reversed(results))]
    assert counts == sorted(counts)


# Wrong files


@pytest.mark.parametrize(("old", "new", "refusal"), [
    ("version: 1.0.0", "version: one", "net.yaml.version: 'one' has not the form"),
    ("version: 1.0.0\n", "", "net.yaml.version: is required"),
    ("version: 1.0.0", "version: 1.0.0\nvendor: x", "net.yaml.vendor: unknown key"),
    ("version: 1.0.0", "version: 1.0.0\nversion: 1.0.1", "'version' stands twice"),
    ("status: in_review", "status: fine", "net.yaml.status: 'fine' is not one of draft"),
    ("status: in_review", "status: approved", "an approved definition names who and when"),
    ("missing: [NEN_NOS]", "missing: []", "criteria[1].test: no place for NEN_NOS"),
    ("missing: [NEN_NOS]", "missing: [NEN]", "test.missing: 'NEN' is not a value of histology"),
    ("missing: [NEN_NOS]", "missing: [NEN_NOS, NET]", "test.missing: <Histology.NET: 'NET'> is"),
    ("age_at_least: 12", "age_at_most: 12", "test.age_at_most: unknown operator"),
    ("age_at_least: 12", "age_at_least: 0", "test.age_at_least: years are wanted"),
    ("fact: resectable", "fact: removable", "'removable' is not a fact of the disease"),
    ("same_as: unresectable", "same_as: nothing", "'nothing' is not a criterion above"),
    ("leaves_out: []", "leaves_out: [nothing]", "'nothing' is not a criterion of this"),
    ("leaves_out: []", "leaves_out: [age_ge_12]", "may only change criteria on listed facts"),
    ("says_nothing: [symptomatic]", "says_nothing: []", "no place for symptomatic"),
    ("criterion: primary_site", "criterion: site", "'site' is not a criterion of this"),
    ("  - id: histology_net", "  - id: age_ge_12", "criteria[1].id: age_ge_12 stands twice"),
    ("mg: 60", "mg: -60", "mg: a number above 0 is wanted"),
    ("id: us-fda/", "id: [us-fda/", "not YAML"),
])  # fmt: skip
def test_a_wrong_definition_is_refused_with_its_place(old: str, new: str, refusal: str) -> None:
    assert old in TEXT
    with pytest.raises(DefinitionError, match=re.escape(refusal)):
        parse_definition(TEXT.replace(old, new, 1), "net.yaml")


def test_the_digest_tells_contents_apart_and_not_who_reviewed_them() -> None:
    base = parse_definition(TEXT, "net.yaml")
    other = parse_definition(TEXT.replace("age_at_least: 12", "age_at_least: 13"), "net.yaml")
    draft = parse_definition(TEXT.replace("status: in_review", "status: draft"), "net.yaml")
    assert other.digest != base.digest
    assert draft.digest == base.digest
