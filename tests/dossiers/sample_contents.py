"""Invented dossiers that show every part full, thin, doubtful, foreign and too long."""

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from documents.dossiers.contents import (
    Change,
    Confirmation,
    DossierContents,
    Letter,
    Patient,
    Question,
    Recipient,
    SignOff,
    Source,
    TravelItem,
    VersionNote,
)
from documents.dossiers.findings import (
    Answer,
    AttentionItem,
    Biomarker,
    ContextNote,
    CriterionRow,
    DoseNote,
    Flag,
    HistoryGroup,
    ImagingStudy,
    LineKind,
    LineStatus,
    MissingItem,
    OtherIndication,
    Overall,
    Point,
    ReadingAnswer,
    Series,
    TreatmentLine,
    UnknownKind,
)
from documents.dossiers.printed import Absence, Cite, Fact, Side

REFERENCE = date(2026, 3, 15)
MADE = datetime(2026, 3, 16, 9, 40, tzinfo=UTC)
COORDINATOR = "Marta Ilves"


def digest(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()


def cite(source: str, page: int, quote: str = "") -> tuple[Cite, ...]:
    return (Cite(source=source, page=page, quote=quote),)


PATIENT = Patient(
    name="Elena Petrova-Lindqvist",
    birth_date="1968-05-20",
    age_years=57,
    sex="female",
    country="Bulgaria",
    language="Bulgarian, English",
    consent="Full identity, under the consent of 3 Feb 2026 that names this hospital",
)

ROWS = (
    CriterionRow(
        id="age_ge_12",
        phrase="12 years of age and older",
        answer=Answer.MET,
        fact="57 years on 15 Mar 2026",
        reason="Born on 20 May 1968.",
        cites=cite("S1", 1, "Date of birth: 20.05.1968"),
        confirmed_by=COORDINATOR,
        confirmed_on=date(2026, 3, 2),
    ),
    CriterionRow(
        id="histology_net",
        phrase="neuroendocrine tumour",
        answer=Answer.MET,
        fact="Neuroendocrine tumour (NET)",
        cites=cite("S1", 2, "Diagnosis: neuroendocrine tumour of the pancreatic tail, NET G2"),
        confirmed_by=COORDINATOR,
        confirmed_on=date(2026, 3, 2),
    ),
    CriterionRow(
        id="well_differentiated",
        phrase="well-differentiated",
        answer=Answer.MET,
        fact="Well differentiated",
        cites=cite("S1", 2, "well differentiated, Ki-67 8 %, 4 mitoses per 2 mm2"),
        confirmed_by=COORDINATOR,
        confirmed_on=date(2026, 3, 2),
    ),
    CriterionRow(
        id="primary_site",
        phrase="pancreatic or extra-pancreatic",
        answer=Answer.MET,
        fact="Pancreas, tail",
        cites=cite("S1", 2, "of the pancreatic tail"),
        confirmed_by=COORDINATOR,
        confirmed_on=date(2026, 3, 2),
    ),
    CriterionRow(
        id="unresectable",
        phrase="unresectable",
        answer=Answer.MET,
        fact="Not resectable",
        cites=cite("S4", 1, "The tumour board of 19 Feb 2026 considers the disease unresectable."),
        confirmed_by="Dr. Jonas Weber",
        confirmed_on=date(2026, 3, 4),
        other_readings=(
            ReadingAnswer(reading="B", answer=Answer.MET),
            ReadingAnswer(reading="C", answer=Answer.MET),
        ),
    ),
    CriterionRow(
        id="locally_advanced_or_metastatic",
        phrase="locally advanced or metastatic",
        answer=Answer.MET,
        fact="Metastatic: liver, both lobes",
        cites=cite("S3", 1, "Multiple bilobar hepatic metastases, progressive in number and size"),
        confirmed_by=COORDINATOR,
        confirmed_on=date(2026, 3, 2),
    ),
    CriterionRow(
        id="previously_treated",
        phrase="previously treated",
        answer=Answer.MET,
        fact="Everolimus, Feb 2024 to Jun 2025; PRRT, Sep 2022 to Mar 2023",
        reason="A systemic class other than a somatostatin analogue stands in the history.",
        cites=cite("S4", 2, "Everolimus 10 mg daily from 02/2024, stopped 06/2025 for progression"),
        confirmed_by="Dr. Jonas Weber",
        confirmed_on=date(2026, 3, 4),
        other_readings=(ReadingAnswer(reading="SSA counts", answer=Answer.MET),),
    ),
)

FLAG = Flag(
    definition_id="us-fda/cabozantinib-tablets/net",
    definition_version="1.0.0",
    definition_status="in review, not yet approved by a clinician",
    published_as="section 1.4 of the US label of cabozantinib tablets (neuroendocrine tumours)",
    wording=(
        "adult and pediatric patients 12 years of age and older with previously treated, "
        "unresectable, locally advanced or metastatic, well-differentiated pancreatic "
        "neuroendocrine tumors (pNET)"
    ),
    label_read_on=date(2026, 1, 12),
    label_read_by="Dr. Jonas Weber",
    reading="Reading A: unresectable, and in addition locally advanced or metastatic.",
    overall=Overall.MATCH,
    cohort="pNET",
    rows=ROWS,
    other_readings=(
        ReadingAnswer(
            reading="B",
            wording="unresectable locally advanced, or metastatic",
            answer=Overall.MATCH,
        ),
        ReadingAnswer(reading="C", wording="unresectable or metastatic", answer=Overall.MATCH),
    ),
    context=(
        ContextNote(
            text="ECOG 0 to 2 was required in the trial; recorded here: 1.", cites=cite("S4", 1)
        ),
        ContextNote(
            text=(
                "RECIST 1.1 progression within 12 months was required in the trial; "
                "recorded here: progression on 4 Feb 2026, not measured by RECIST."
            ),
            cites=cite("S3", 1),
        ),
    ),
    dose=DoseNote(
        quote="60 mg orally once daily until disease progression or unacceptable toxicity",
        source="Label section 2, body weight 40 kg or more; recorded weight 70 kg on 2 Mar 2026",
    ),
)

OTHER_INDICATIONS = (
    OtherIndication(
        definition_id="eu-ema/cabozantinib-tablets/net",
        definition_version="1.0.0",
        definition_status="in review",
        title="Cabozantinib tablets, neuroendocrine tumours, European Union",
        overall=Overall.MATCH,
        unknowns=0,
    ),
    OtherIndication(
        definition_id="us-fda/everolimus/pnet",
        definition_version="1.0.0",
        definition_status="in review",
        title="Everolimus, progressive pancreatic NET, United States",
        overall=Overall.MATCH,
        unknowns=0,
        note="Already given: Feb 2024 to Jun 2025.",
    ),
    OtherIndication(
        definition_id="us-fda/sunitinib/pnet",
        definition_version="1.0.0",
        definition_status="in review",
        title="Sunitinib, progressive well-differentiated pNET, United States",
        overall=Overall.MATCH,
        unknowns=0,
    ),
    OtherIndication(
        definition_id="us-fda/belzutifan/vhl-pnet",
        definition_version="1.0.0",
        definition_status="in review",
        title="Belzutifan, pNET with von Hippel-Lindau disease, United States",
        overall=Overall.INSUFFICIENT,
        unknowns=2,
        note="Germline VHL and the need of immediate surgery are not recorded.",
    ),
)

TREATMENTS = (
    TreatmentLine(
        agent="Distal pancreatectomy, splenectomy",
        kind=LineKind.LOCAL,
        class_name="surgery",
        intent="curative",
        start="2019-11-14",
        end="2019-11-14",
        status=LineStatus.GIVEN,
        best_response="R0, pT3 pN1",
        cites=cite("S4", 1),
    ),
    TreatmentLine(
        number=1,
        agent="Lanreotide 120 mg",
        kind=LineKind.SSA,
        class_name="somatostatin analogue",
        intent="palliative",
        start="2021-04",
        end="2022-08",
        status=LineStatus.GIVEN,
        best_response="Stable disease",
        stop_reason="progression in the liver",
        cites=cite("S4", 1),
    ),
    TreatmentLine(
        number=2,
        agent="177Lu-DOTATATE, 4 cycles",
        kind=LineKind.SYSTEMIC,
        class_name="PRRT",
        intent="palliative",
        start="2022-09-12",
        end="2023-03-20",
        status=LineStatus.GIVEN,
        best_response="Partial response",
        stop_reason="completed as planned",
        cites=cite("S4", 2),
    ),
    TreatmentLine(
        number=3,
        agent="Everolimus 10 mg",
        kind=LineKind.SYSTEMIC,
        class_name="mTOR inhibitor",
        intent="palliative",
        start="2024-02-01",
        end="2025-06-30",
        status=LineStatus.GIVEN,
        best_response="Stable disease",
        stop_reason="progression in liver and lymph nodes",
        cites=cite("S4", 2),
    ),
    TreatmentLine(
        number=4,
        agent="Capecitabine, temozolomide",
        kind=LineKind.SYSTEMIC,
        class_name="chemotherapy",
        intent="palliative",
        start="2025-08-11",
        status=LineStatus.ONGOING,
        best_response="Progressive disease",
        cites=cite("S4", 2),
    ),
)

MARKERS = (
    Fact(label="Ki-67", text="8 %", on=date(2025, 9, 18), cites=cite("S1", 2)),
    Fact(
        label="Somatostatin receptor PET",
        text="positive, Krenning 3",
        on=date(2025, 11, 3),
        cites=cite("S5", 1),
    ),
    Fact(label="Chromogranin A", text="412 ng/mL", on=date(2026, 2, 20), cites=cite("S6", 1)),
    Fact(label="ECOG", text="1", on=date(2026, 2, 19), cites=cite("S4", 1)),
    Fact(label="Weight", text="70 kg", on=date(2026, 3, 2), cites=cite("S6", 1)),
)

SERIES = (
    Series(
        name="Ki-67",
        unit="%",
        points=(
            Point(
                on=date(2019, 11, 20), text="< 3", note="Resection specimen", cites=cite("S2", 1)
            ),
            Point(
                on=date(2022, 8, 30),
                text="5",
                value=5,
                note="Liver biopsy, segment IV",
                cites=cite("S2", 2),
            ),
            Point(
                on=date(2025, 9, 18),
                text="8",
                value=8,
                note="Liver biopsy, segment VI",
                cites=cite("S1", 2),
            ),
        ),
    ),
    Series(
        name="Chromogranin A",
        unit="ng/mL",
        points=(
            Point(on=date(2024, 1, 22), text="188", value=188, cites=cite("S6", 2)),
            Point(on=date(2024, 9, 3), text="154", value=154, cites=cite("S6", 2)),
            Point(on=date(2025, 5, 27), text="240", value=240, cites=cite("S6", 2)),
            Point(on=date(2025, 11, 10), text="336", value=336, cites=cite("S6", 1)),
            Point(
                on=date(2026, 2, 20),
                text="412",
                value=412,
                note="On a proton-pump inhibitor",
                cites=cite("S6", 1),
            ),
        ),
    ),
    Series(
        name="Weight",
        unit="kg",
        points=(
            Point(on=date(2024, 1, 22), text="74", value=74, cites=cite("S6", 2)),
            Point(on=date(2025, 5, 27), text="72", value=72, cites=cite("S6", 2)),
            Point(on=date(2026, 3, 2), text="70", value=70, cites=cite("S6", 1)),
        ),
    ),
)

BIOMARKERS = (
    Biomarker(
        name="MEN1",
        result="c.784-9G>A, likely pathogenic, somatic",
        assay="NGS panel, 161 genes",
        specimen="liver biopsy 18 Sep 2025",
        on=date(2025, 10, 6),
        cites=cite("S7", 2),
    ),
    Biomarker(
        name="DAXX",
        result="loss of nuclear expression",
        assay="immunohistochemistry",
        specimen="liver biopsy 18 Sep 2025",
        on=date(2025, 9, 18),
        cites=cite("S1", 3),
    ),
    Biomarker(
        name="Microsatellite status",
        result="stable",
        assay="NGS panel, 161 genes",
        specimen="liver biopsy 18 Sep 2025",
        on=date(2025, 10, 6),
        cites=cite("S7", 2),
    ),
)


def study(what: str, on: date, **more: object) -> ImagingStudy:
    return ImagingStudy(what=what, on=on, age_days=(REFERENCE - on).days, **more)  # type: ignore[arg-type]  # keywords differ by test


IMAGING = (
    study(
        "CT chest, abdomen, pelvis",
        date(2026, 2, 4),
        limit_days=60,
        finding=(
            "Multiple bilobar hepatic metastases, progressive in number and size; "
            "largest 41 mm in segment VI."
        ),
        images="DICOM, 4 series, 812 images",
        cites=cite("S3", 1),
    ),
    study(
        "68Ga-DOTATATE PET/CT",
        date(2025, 11, 3),
        limit_days=90,
        finding="Intense uptake in all hepatic lesions and in two coeliac nodes.",
        images="DICOM, 2 series, 1,204 images",
        cites=cite("S5", 1),
    ),
    study(
        "MRI liver",
        date(2025, 6, 17),
        finding="New lesions in segments II and VI.",
        images="report only",
        cites=cite("S4", 2),
    ),
)

MISSING = (
    MissingItem(
        what="Newer somatostatin receptor PET",
        why="The hospital asks for one at most 90 days old; the recorded one is 132 days old",
        asked_of="the family",
        asked_on=date(2026, 3, 9),
        state="appointment on 27 Mar 2026",
    ),
    MissingItem(
        what="Blood pressure readings of the last month",
        why="The label warns of hypertension",
        asked_of="the family doctor",
        asked_on=date(2026, 3, 9),
        state="no answer yet",
    ),
    MissingItem(what="Urine protein", why="The label warns of proteinuria"),
)

SOURCES = tuple(
    Source(
        key=key,
        title=title,
        kind=kind,
        is_pathology=kind == "pathology",
        dated=dated,
        received_on=date(2026, 2, 24),
        pages=pages,
        language=language,
        translation=translation,
        sha256=digest(key),
    )
    for key, title, kind, dated, pages, language, translation in (
        (
            "S1",
            "Pathology report, liver biopsy segment VI",
            "pathology",
            date(2025, 9, 18),
            3,
            "English",
            "",
        ),
        (
            "S2",
            "Pathology reports 2019 and 2022",
            "pathology",
            date(2022, 8, 30),
            2,
            "Bulgarian",
            "English translation, checked 1 Mar 2026",
        ),
        (
            "S3",
            "CT report, chest, abdomen and pelvis",
            "imaging",
            date(2026, 2, 4),
            2,
            "English",
            "",
        ),
        (
            "S4",
            "Letter of the treating oncologist",
            "oncology letter",
            date(2026, 2, 19),
            2,
            "English",
            "",
        ),
        ("S5", "68Ga-DOTATATE PET/CT report", "imaging", date(2025, 11, 3), 2, "English", ""),
        (
            "S6",
            "Laboratory results 2024 to 2026",
            "laboratory",
            date(2026, 3, 2),
            4,
            "Bulgarian",
            "English translation, checked 3 Mar 2026",
        ),
        (
            "S7",
            "Molecular pathology, panel of 161 genes",
            "biomarker",
            date(2025, 10, 6),
            5,
            "English",
            "",
        ),
    )
)

FULL = DossierContents(
    case_reference="NV-2026-0042",
    version=2,
    reference_date=REFERENCE,
    made_at=MADE,
    organisation="Navigator patient navigation",
    coordinator=COORDINATOR,
    recipient=Recipient(
        hospital="University Hospital Aareblick",
        unit="Endocrine Oncology",
        place="Bern, Switzerland",
        contact="Prof. A. Sutter",
    ),
    question=Question(
        text=(
            "Could you see this patient for an opinion on further systemic treatment of a "
            "progressive pancreatic neuroendocrine tumour, and tell us which examinations you "
            "would want first?"
        ),
        answer_to="Marta Ilves, +372 5550 0142, on this dossier’s page or by answering the mail",
    ),
    patient=PATIENT,
    diagnosis=Fact(
        text=(
            "Well-differentiated neuroendocrine tumour of the pancreatic tail, NET G2, "
            "metastatic to the liver"
        ),
        cites=cite("S1", 2),
    ),
    stage=Fact(text="IV (pT3 pN1 M1, AJCC 8)", cites=cite("S4", 1)),
    diagnosis_details=(
        Fact(
            label="Histology",
            text="Neuroendocrine tumour",
            cites=cite("S1", 2),
            on=date(2025, 9, 18),
        ),
        Fact(label="Grade", text="G2 (WHO 2022)", cites=cite("S1", 2), on=date(2025, 9, 18)),
        Fact(
            label="Differentiation",
            text="well differentiated",
            cites=cite("S1", 2),
            on=date(2025, 9, 18),
        ),
        Fact(label="Mitoses", text="4 per 2 mm²", cites=cite("S1", 2), on=date(2025, 9, 18)),
        Fact(label="Disease status", text="progressive", cites=cite("S3", 1), on=date(2026, 2, 4)),
        Fact(
            label="Hormonal syndrome",
            text="none recorded (non-functional)",
            cites=cite("S4", 1),
            on=date(2026, 2, 19),
        ),
    ),
    metastases=(
        Fact(text="Liver, both lobes, largest 41 mm", cites=cite("S3", 1), on=date(2026, 2, 4)),
        Fact(text="Coeliac lymph nodes", cites=cite("S5", 1), on=date(2025, 11, 3)),
    ),
    markers=MARKERS,
    flag=FLAG,
    other_indications=OTHER_INDICATIONS,
    treatments=TREATMENTS,
    biomarkers=BIOMARKERS,
    series=SERIES,
    imaging=IMAGING,
    history=(
        HistoryGroup(
            name="Performance status",
            facts=(Fact(text="ECOG 1", cites=cite("S4", 1), on=date(2026, 2, 19)),),
        ),
        HistoryGroup(
            name="Other conditions",
            facts=(
                Fact(text="Arterial hypertension, treated", cites=cite("S4", 1)),
                Fact(text="Diabetes mellitus after pancreatectomy", cites=cite("S4", 1)),
            ),
        ),
        HistoryGroup(
            name="Allergies", facts=Absence("asked on 9 Mar 2026, the family has not answered yet")
        ),
        HistoryGroup(
            name="Current medicines",
            facts=(
                Fact(text="Ramipril 5 mg once daily", cites=cite("S4", 2)),
                Fact(text="Insulin glargine 14 units at night", cites=cite("S4", 2)),
                Fact(text="Pantoprazole 40 mg once daily", cites=cite("S6", 1)),
            ),
        ),
    ),
    attention=(
        AttentionItem(
            topic="Hypertension",
            fact="Arterial hypertension, treated with ramipril",
            label_says="Control blood pressure before treatment begins; monitor regularly.",
            cites=cite("S4", 1),
        ),
        AttentionItem(
            topic="Planned dental work",
            fact="Extraction of tooth 36 planned for April 2026",
            label_says="Stop at least 3 weeks before scheduled surgery, including dental surgery.",
            on=date(2026, 2, 19),
            cites=cite("S4", 2),
        ),
    ),
    missing=MISSING,
    correspondence=(
        Letter(
            on=date(2026, 3, 5),
            way="to",
            party="University Hospital Aareblick",
            about="Dossier version 1",
            state="opened 6 Mar 2026",
        ),
        Letter(
            on=date(2026, 3, 7),
            way="from",
            party="University Hospital Aareblick",
            about="Asks for the newest CT and for weight",
            state="answered with this version",
        ),
    ),
    travel=(
        TravelItem(what="Passport", when="until 11 Aug 2031", state="seen"),
        TravelItem(what="Visa", state="not needed", note="Short stay within the Schengen area"),
        TravelItem(what="First appointment", state="waits for the hospital’s answer"),
    ),
    sources=SOURCES,
    sign_offs=(
        SignOff(
            role="Coordinator",
            name=COORDINATOR,
            meaning="The facts are complete as far as records were received",
            at=datetime(2026, 3, 15, 15, 2, tzinfo=UTC),
            state="valid",
        ),
        SignOff(
            role="Clinician reviewer",
            name="Dr. Jonas Weber",
            meaning="The readings and the ambiguous rows are settled",
            at=datetime(2026, 3, 16, 8, 30, tzinfo=UTC),
            state="valid",
        ),
    ),
    confirmations=(
        Confirmation(name=COORDINATOR, role="coordinator", facts=31, last_on=date(2026, 3, 9)),
        Confirmation(
            name="Dr. Jonas Weber", role="clinician reviewer", facts=6, last_on=date(2026, 3, 4)
        ),
    ),
    versions=(
        VersionNote(
            version=1,
            made_on=date(2026, 3, 5),
            contents_sha256=digest("version 1"),
            state="superseded",
        ),
        VersionNote(
            version=2,
            made_on=date(2026, 3, 16),
            contents_sha256=digest("version 2"),
            state="this document",
        ),
    ),
    changes=(
        Change(
            what="CT chest, abdomen, pelvis",
            before="17 Jun 2025 (MRI only)",
            after="4 Feb 2026, progressive",
            cites=cite("S3", 1),
        ),
        Change(what="Weight", after="70 kg on 2 Mar 2026", cites=cite("S6", 1)),
    ),
)


def unknowns() -> DossierContents:
    """A case in which three rows cannot be answered yet, each for another reason."""
    rows = list(ROWS)
    rows[2] = replace(
        rows[2],
        answer=Answer.UNKNOWN,
        unknown_kind=UnknownKind.MISSING,
        fact="",
        cites=(),
        confirmed_by="",
        confirmed_on=None,
        ask=(
            "Does the pathology report state the differentiation? "
            "If not, can the laboratory add it?"
        ),
    )
    rows[4] = replace(
        rows[4],
        answer=Answer.UNKNOWN,
        unknown_kind=UnknownKind.AMBIGUOUS,
        fact="Medically inoperable",
        cites=cite("S4", 1, "In view of the cardiac risk she is medically inoperable."),
        reason="“Medically inoperable” speaks of the patient, not of the tumour.",
        ask="Did a surgeon judge the tumour itself unresectable?",
        other_readings=(
            ReadingAnswer(reading="B", answer=Answer.MET),
            ReadingAnswer(reading="C", answer=Answer.MET),
        ),
    )
    rows[6] = replace(
        rows[6],
        answer=Answer.UNKNOWN,
        unknown_kind=UnknownKind.AMBIGUOUS,
        fact="Somatostatin analogue only",
        cites=cite("S4", 1, "Lanreotide 120 mg every four weeks from 04/2021 to 08/2022"),
        reason="The wording does not say whether a somatostatin analogue alone counts.",
        ask="Was any other systemic treatment given?",
    )
    flag = replace(
        FLAG,
        overall=Overall.INSUFFICIENT,
        rows=tuple(rows),
        dose=Absence("shown only where the facts correspond to the wording"),
        other_readings=(
            ReadingAnswer(
                reading="B",
                wording="unresectable locally advanced, or metastatic",
                answer=Overall.INSUFFICIENT,
            ),
        ),
        next_change_on=date(2026, 9, 30),
        next_change_why="The label version in force changes.",
    )
    return replace(
        FULL,
        case_reference="NV-2026-0051",
        version=1,
        flag=flag,
        treatments=TREATMENTS[1:2],
        biomarkers=Absence(
            "no molecular report has been received; asked of the family on 9 Mar 2026"
        ),
        series=Absence("no value was recorded more than once"),
        other_indications=Absence("not compared for this question"),
        attention=Absence("no confirmed fact touches a warning of the label"),
        versions=Absence("this is the first version"),
        changes=Absence("this is the first version"),
        sign_offs=Absence("not signed off yet"),
    )


def conflict() -> DossierContents:
    """Two confirmed reports disagree on the histology."""
    sides = (
        Side(
            text="NET G3",
            cites=cite("S1", 2, "well differentiated neuroendocrine tumour, G3, Ki-67 38 %"),
        ),
        Side(
            text="NEC, small cell",
            cites=cite("S2", 1, "poorly differentiated neuroendocrine carcinoma, small cell"),
        ),
    )
    rows = list(ROWS)
    rows[1] = replace(
        rows[1],
        answer=Answer.UNKNOWN,
        unknown_kind=UnknownKind.CONFLICT,
        fact="",
        sides=sides,
        cites=(),
        reason="The answer hangs on which of the two reports is right.",
        ask="Can a reference pathologist review both specimens?",
    )
    rows[6] = replace(
        rows[6],
        answer=Answer.NOT_MET,
        fact="No treatment for this tumour; the history is confirmed complete",
        reason="Nothing in the complete history counts.",
        cites=cite("S4", 1, "has had no systemic treatment so far"),
    )
    return replace(
        FULL,
        case_reference="NV-2026-0063",
        diagnosis=Fact(text="sources disagree", sides=sides),
        flag=replace(
            FLAG,
            overall=Overall.NO_MATCH,
            rows=tuple(rows),
            cohort="",
            dose=Absence("shown only where the facts correspond to the wording"),
            other_readings=(),
        ),
        treatments=(),
    )


def almost_empty() -> DossierContents:
    """A case on its first day: nearly everything is absent, with its reason."""
    waits = Absence("no record has been received yet")
    return DossierContents(
        case_reference="NV-2026-0070",
        reference_date=REFERENCE,
        made_at=MADE,
        recipient=Absence("no hospital has been chosen yet"),
        question=Absence("the question has not been agreed with the family yet"),
        patient=Patient(
            name=Absence("not released by the consent"),
            birth_date=Absence("not released by the consent"),
            sex=Absence("not recorded"),
            country="Kenya",
            language=Absence("not recorded"),
        ),
        diagnosis=waits,
        stage=waits,
        diagnosis_details=waits,
        metastases=waits,
        markers=waits,
        flag=Absence("no comparison was made: no fact has been confirmed"),
        other_indications=waits,
        treatments=Absence("never collected"),
        biomarkers=waits,
        series=waits,
        imaging=waits,
        history=(
            HistoryGroup(name="Other conditions", facts=waits),
            HistoryGroup(name="Allergies", facts=waits),
            HistoryGroup(name="Current medicines", facts=waits),
        ),
        attention=waits,
        missing=Absence("the list of papers has not been agreed yet"),
        correspondence=Absence("nobody has been written to yet"),
        travel=Absence("no trip is planned"),
        sources=waits,
        sign_offs=Absence("not signed off yet"),
        confirmations=Absence("no fact has been confirmed"),
    )


NAMES = {
    "arabic": "فاطمة الزهراء بنت يوسف",
    "devanagari": "श्रेया क्षत्रिय शर्मा",
    "chinese": "欧阳晓明",
    "cyrillic": "Анастасия Щербакова",
}


def multilingual() -> DossierContents:
    """Names and quotations in four scripts, where they stand in real cases."""
    return replace(
        FULL,
        case_reference="NV-2026-0088",
        patient=replace(PATIENT, name=NAMES["arabic"], country="مصر", language="العربية"),
        recipient=Recipient(
            hospital="北京协和示范医院", unit="Endocrine Oncology", contact=NAMES["chinese"]
        ),
        coordinator=NAMES["cyrillic"],
        diagnosis=Fact(
            text="Well-differentiated NET of the pancreas, G2 (ورم عصبي صماوي)", cites=cite("S1", 2)
        ),
        flag=replace(
            FLAG,
            rows=(
                replace(
                    ROWS[0],
                    cites=cite("S1", 1, "تاريخ الميلاد: 20/05/1968، العمر 57 سنة"),
                    confirmed_by=NAMES["cyrillic"],
                ),
                replace(
                    ROWS[1],
                    cites=cite("S2", 1, "अग्न्याशय का न्यूरोएंडोक्राइन ट्यूमर, ग्रेड 2"),
                    confirmed_by=NAMES["devanagari"],
                ),
                replace(
                    ROWS[2],
                    cites=cite(
                        "S2", 2, "Высокодифференцированная нейроэндокринная опухоль, Ki-67 8 %"
                    ),
                ),
                replace(ROWS[3], cites=cite("S2", 2, "胰腺神经内分泌肿瘤,高分化,G2级")),
                *ROWS[4:],
            ),
        ),
        confirmations=tuple(
            Confirmation(name=name, role=script, facts=3, last_on=REFERENCE)
            for script, name in NAMES.items()
        ),
    )


def long_values() -> DossierContents:
    """Values as long as hostile or careless typing makes them, and many rows."""
    word = "Pancreaticoduodenectomyandlymphadenectomy" * 6
    prose = "A long and winding remark that somebody pasted from a letter. " * 160
    return replace(
        FULL,
        case_reference="NV-2026-0099",
        patient=replace(PATIENT, name="Maximiliane-Theodora " * 20, language=word),
        question=Question(text=prose, answer_to=word),
        diagnosis=Fact(text=prose, cites=cite("S1", 2)),
        stage=Fact(text=word, cites=cite("S1", 2)),
        treatments=tuple(
            replace(
                TREATMENTS[index % 5],
                number=index + 1,
                agent=word if index == 3 else TREATMENTS[index % 5].agent,
                stop_reason=prose if index == 5 else TREATMENTS[index % 5].stop_reason,
            )
            for index in range(24)
        ),
        imaging=tuple(
            study(
                "CT abdomen " + "and pelvis " * (index % 9),
                REFERENCE - timedelta(days=70 * index),
                finding=prose[: 90 * (index % 5)],
            )
            for index in range(20)
        ),
        missing=tuple(
            MissingItem(what=prose if index == 1 else "Report of line " + str(index))
            for index in range(30)
        ),
        markers=tuple(Fact(label=word, text=word, cites=cite("S1", 1)) for _index in range(9)),
    )


SAMPLES = {
    "full": lambda: FULL,
    "unknowns": unknowns,
    "conflict": conflict,
    "almost_empty": almost_empty,
    "multilingual": multilingual,
    "long_values": long_values,
}
