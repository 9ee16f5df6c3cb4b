"""Single sentences: what is read from them, and what must not be."""

from typing import Any

import pytest

from documents.records.proposals import propose

CONFLICT = "conflict"


def values(text: str, fact: str, language: str = "en") -> list[Any]:
    return [one.value for one in propose([text], language) if one.fact == fact]


def treatments(text: str, language: str = "en") -> dict[str, str]:
    found = values(text, "prior_treatments", language)
    return {value["agent"]: value["status"] for value in found}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Ki-67: 14%", 14),
        ("Ki67 12 %", 12),
        ("MIB-1 labelling index 5-8%", "5-8"),
        ("Ki-67 <3%", "<3"),
        ("Ki-67 index 6,5 %", 6.5),
        ("The Ki-67 proliferation index is approximately 4 per cent.", 4),
        ("Approximately 8% of tumor cells are positive for Ki-67.", 8),
        ("Proliferation index (Ki-67) 11%.", 11),
        ("Ki\u201167 (MIB\u20111):\u00a09\u202f%", 9),
    ],
)
def test_ki67_is_read_in_all_its_forms(text: str, value: Any) -> None:
    assert values(text, "ki67_percent") == [value]


@pytest.mark.parametrize(
    "text",
    [
        "Tumours with a Ki-67 of more than 20% are graded G3.",
        "Chromogranin positive in 95% of cells. Synaptophysin 90%.",
        "G1: Ki-67 <3%; G2: Ki-67 3-20%; G3: Ki-67 >20%",
        "Clinical information: Ki-67 25% on outside biopsy?",
        "Ki-67 not performed. Steatosis 10%.",
        "Ki-67 and p53: p53 in 60%",
    ],
)
def test_other_percentages_are_not_ki67(text: str) -> None:
    assert values(text, "ki67_percent") == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Mitotic count: 5 per 2 mm2", 5),
        ("There are 25 mitoses in 10 mm\u00b2.", 5),
        ("Mitotic rate <2 mitoses/2 mm2", "<2"),
    ],
)
def test_mitoses_keep_their_area(text: str, value: Any) -> None:
    assert values(text, "mitoses_per_2mm2") == [value]


def test_fields_of_vision_are_not_converted() -> None:
    assert values("Mitoses: 4 per 10 HPF", "mitoses_per_2mm2") == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Diagnosis: Well differentiated neuroendocrine carcinoma of the ileum.", "NET"),
        ("Diagnosis: Goblet cell carcinoid of the appendix.", "goblet_cell_adenocarcinoma"),
        ("Diagnosis: Large cell neuroendocrine carcinoma.", "LCNEC"),
        ("Diagnosis: MiNEN with a neuroendocrine carcinoma component.", "MiNEN_NEC_component"),
        ("Diagnosis: Typical carcinoid of the left lung.", "typical_carcinoid"),
        ("Diagnosis: Pituitary neuroendocrine tumour (PitNET).", "pitNET"),
        ("Diagnosis: Neuroendocrine neoplasm, too little tissue to classify.", "NEN_NOS"),
        ("Diagnosis: Medullary carcinoma of the thyroid.", "medullary_thyroid_carcinoma"),
    ],
)  # fmt: skip
def test_histology_follows_today_s_names(text: str, value: str) -> None:
    assert values(text, "histology") == [value]


@pytest.mark.parametrize(
    "text",
    [
        "Clinical details: ? NET of the pancreas",
        "Neuroendocrine carcinoma was considered.",
        "The differential diagnosis includes paraganglioma.",
        "The case was presented at the neuroendocrine tumour board.",
        "Her mother had a neuroendocrine tumour.",
        "There is no evidence of transformation to neuroendocrine carcinoma.",
        "Suspicious for a neuroendocrine tumour.",
    ],
)
def test_what_is_asked_doubted_or_another_s_is_no_histology(text: str) -> None:
    assert values(text, "histology") == []


@pytest.mark.parametrize(
    "text",
    [
        "No evidence of hepatic metastases.",
        "Liver metastases cannot be excluded.",
        "Metastatic deposits in 3 of 12 lymph nodes.",
        "The liver lesions were not sampled.",
        "Possible bone metastases.",
    ],
)
def test_extent_is_not_proposed_from_denial_or_doubt(text: str) -> None:
    assert values(text, "metastatic") == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The tumour was judged unresectable by the surgical team.", [False]),
        ("The lesion is not amenable to curative resection.", [False]),
        ("Resectability to be determined at the board.", []),
        ("Surgery would be difficult and carries a high risk.", []),
        ("It may be unresectable.", []),
        ("He is medically inoperable.", ["medically_inoperable"]),
    ],
)
def test_resectability_is_only_what_is_said_outright(text: str, found: list[Any]) -> None:
    assert values(text, "resectable") == found


def test_a_list_of_what_was_not_given_gives_nothing() -> None:
    text = "The patient with a NET has not received everolimus, sunitinib, PRRT or CAPTEM."
    assert treatments(text) == {}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("He was started on lanreotide in May 2021.", {"lanreotide": "ongoing"}),
        ("She received Lutathera, 4 cycles, in 2020.", {"lutetium-177 dotatate": "completed"}),
        ("Everolimus was stopped because of pneumonitis.", {"everolimus": "stopped"}),
        ("PRRT was discussed at the meeting.", {}),
        ("We recommend sunitinib.", {}),
        ("Referred for SIRT.", {}),
        ("She declined TACE.", {"TACE": "declined"}),
        ("She will start cabozantinib next week.", {"cabozantinib": "planned"}),
        ("Treated with sunitinib for renal cell carcinoma in 2015.", {}),
        ("His brother received everolimus.", {}),
        ("68Ga-DOTATATE PET and octreotide scan were performed.", {}),
        ("He progressed on everolimus and we discussed PRRT.", {"everolimus": "stopped"}),
    ],
)
def test_treatments_are_what_was_given(text: str, found: dict[str, str]) -> None:
    assert treatments(text) == found


def test_treatment_dates_are_as_exact_as_their_words() -> None:
    found = values(
        "She received lanreotide from March 2023 to January 2024 and FOLFOX from 03/04/2024.",
        "prior_treatments",
    )
    dates = {value["agent"]: (value["start_date"], value["end_date"]) for value in found}
    assert dates == {"lanreotide": ("2023-03", "2024-01"), "FOLFOX": ("2024", None)}


def test_an_ambiguous_birth_date_is_proposed_as_a_conflict() -> None:
    proposal = next(one for one in propose(["DOB: 03/04/2020"], "en"))
    assert [side["value"] for side in proposal.value[CONFLICT]] == ["2020-04-03", "2020-03-04"]
    assert proposal.note is not None
    assert "ambiguous" in proposal.note


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Date of birth: 20 May 1968", "1968-05-20"),
        ("DOB 25/12/1970", "1970-12-25"),
        ("born on March 4, 1971", "1971-03-04"),
        ("D.O.B.: 1968-05-20", "1968-05-20"),
        ("born 05/05/1960", "1960-05-05"),
    ],
)
def test_birth_dates_are_read_where_they_are_certain(text: str, value: str) -> None:
    assert values(text, "date_of_birth") == [value]


def test_a_word_broken_at_the_end_of_a_line_is_one_word() -> None:
    text = "Diagnosis: Well-differ-\nentiated neuro\u00ad\nendocrine tumour"
    assert values(text, "histology") == ["NET"]
    assert values(text, "differentiation") == ["well"]


def test_a_spanish_report_is_read_by_spanish_rules() -> None:
    text = "El paciente no ha recibido everolimus. Recibió lanreotida desde mayo de 2020."
    assert treatments(text, "es") == {"lanreotide": "ongoing"}


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(ValueError, match="not one of"):
        propose(["x"], "tlh")
