"""One case in its forms and in six languages: one page alone, mirrored pages, marked languages."""

import io
import pickle
import re
from dataclasses import replace
from datetime import date
from functools import cache
from html import unescape

import pikepdf
import pypdfium2
import pytest
from django.utils import translation

from documents.dossiers.chart import can_be_drawn, draw_course
from documents.dossiers.contents import DossierContents, Question, Variant
from documents.dossiers.days import Days, say_date
from documents.dossiers.errors import SummaryTooLong
from documents.dossiers.freezing import freeze_contents, hash_contents
from documents.dossiers.printed import Absence
from documents.dossiers.render import render_dossier, write_pages
from documents.dossiers.room import clip_text
from documents.dossiers.said import Said, as_said, join_said, say, say_many
from documents.dossiers.templatetags.dossier_text import day, named, opening, spoken, within
from tests.dossiers.sample_contents import FULL, SAMPLES

LANGUAGES = ["en", "es", "ar", "hi", "zh-hans", "ru"]


def in_form(name: str, variant: Variant, language: str = "en") -> DossierContents:
    return replace(SAMPLES[name](), variant=variant, language=language)


@cache
def html_of(name: str, language: str) -> str:
    return write_pages(in_form(name, Variant.FULL, language))[0]


def texts(pdf: bytes) -> list[str]:
    with pypdfium2.PdfDocument(pdf) as opened:
        return [" ".join(page.get_textpage().get_text_range().split()) for page in opened]


@pytest.mark.parametrize("name", SAMPLES)
def test_a_summary_is_one_page_whatever_the_case_holds(name: str) -> None:
    pages = texts(render_dossier(in_form(name, Variant.SUMMARY)))
    assert len(pages) == 1
    assert "Case summary" in pages[0]
    assert "Page 1 of 1" in pages[0]
    assert "does not guarantee access, eligibility or outcome" in pages[0]


@pytest.mark.parametrize("language", ["ar", "hi"])
def test_a_long_case_is_one_page_in_other_scripts_too(language: str) -> None:
    pages = texts(render_dossier(in_form("long_values", Variant.SUMMARY, language)))
    assert len(pages) == 1


def test_a_summary_keeps_every_row_of_the_comparison_and_says_what_it_shortened() -> None:
    page = texts(render_dossier(in_form("long_values", Variant.SUMMARY)))[0]
    assert page.count("✓") == 7
    assert "of 30" in page
    assert "of 24" in page
    assert "S1" in page


def test_a_summary_that_cannot_fit_is_refused_and_never_two_pages() -> None:
    assert not isinstance(FULL.flag, Absence)
    flag = replace(FULL.flag, rows=FULL.flag.rows * 12)
    too_long = replace(in_form("full", Variant.SUMMARY), flag=flag)
    with pytest.raises(SummaryTooLong):
        render_dossier(too_long)


def test_what_is_cut_ends_at_a_word_and_says_so() -> None:
    assert clip_text("a short text", 20) == "a short text"
    assert clip_text("somewhat longer words", 15) == "somewhat longer…"
    assert clip_text("somewhat longer words", 11) == "somewhat…"
    assert clip_text("Unbreakable" * 9, 10) == "Unbreakabl…"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_frame_has_its_language_and_direction(language: str) -> None:
    head = html_of("full", language)[:200]
    direction = "rtl" if language == "ar" else "ltr"
    assert f'<html lang="{language}" dir="{direction}">' in head


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_values_as_recorded_are_marked_as_english(language: str) -> None:
    html = html_of("full", language)
    assert '<bdi lang="en" dir="ltr">Pancreas, tail</bdi>' in html
    assert '<bdi lang="en" dir="ltr">“of the pancreatic tail”</bdi>' in html


def test_in_english_nothing_is_marked_that_needs_no_mark() -> None:
    assert '<bdi lang="en"' not in html_of("full", "en")


def test_numbers_stand_from_left_to_right_in_arabic() -> None:
    html = html_of("full", "ar")
    assert '<bdi dir="ltr">8 %</bdi>' in html
    assert '<bdi lang="en" dir="ltr">412 ng/mL</bdi>' in html
    assert '<bdi dir="ltr">NV-2026-0042</bdi>' in html
    assert '<bdi dir="ltr">52 %</bdi>' in html
    assert '<bdi dir="ltr">eu-ema/cabozantinib-tablets/net 1.0.0</bdi>' in html


def test_a_source_mark_is_read_in_the_direction_of_the_frame() -> None:
    assert '<a class="cite" dir="rtl" href="#S1">S1 ص2</a>' in html_of("full", "ar")
    assert '<a class="cite" dir="ltr" href="#S1">S1 с. 2</a>' in html_of("full", "ru")


def test_a_file_says_its_language() -> None:
    pdf = render_dossier(in_form("almost_empty", Variant.FULL, "ar"))
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert str(opened.Root.Lang) == "ar"


def test_every_word_of_a_hindi_frame_can_be_found_in_the_file() -> None:
    html = html_of("full", "hi").partition("<main>")[2]
    written = set(re.findall("[\u0900-\u097f]+", unescape(re.sub("<[^>]+>", " ", html))))
    found = set(
        re.findall(
            "[\u0900-\u097f]+", " ".join(texts(render_dossier(in_form("full", Variant.FULL, "hi"))))
        )
    )
    assert len(written) > 200
    assert written - found == set()


@pytest.mark.parametrize(
    ("language", "day", "month"),
    [
        ("en", "5 Mar 2014", "Mar 2014"),
        ("es", "5 mar 2014", "mar 2014"),
        ("ar", "5 مارس 2014", "مارس 2014"),
        ("hi", "5 मार्च 2014", "मार्च 2014"),
        ("ru", "05.03.2014", "03.2014"),
        ("zh-hans", "2014年3月5日", "2014年3月"),
    ],
)
def test_dates_are_written_as_the_language_writes_them(language: str, day: str, month: str) -> None:
    with translation.override(language):
        assert say_date(date(2014, 3, 5)) == day
        assert say_date("2014-03") == month


def test_a_month_has_its_usual_name_where_the_framework_has_another() -> None:
    with translation.override("hi"):
        assert say_date(date(2026, 11, 5)) == "5 नवंबर 2026"
    with translation.override("es"):
        assert say_date(date(2026, 1, 5)) == "5 ene 2026"
    with translation.override("ar"):
        assert say_date(date(2026, 4, 5)) == "5 أبريل 2026"


def test_a_date_stands_on_one_line_and_a_span_may_be_parted() -> None:
    with translation.override("ar"):
        assert day(date(2026, 4, 5)) == "5\u00a0أبريل\u00a02026"
    with translation.override("zh-hans"):
        assert day("2026-04-05") == '<span class="when">2026年4月5日</span>'
        assert day("2026") == '<span class="when">2026年</span>'
    with translation.override("es"):
        shown = spoken(Said("%(days)s", {"days": Days(date(2026, 4, 5), date(2026, 5, 6))}))
        assert shown == "5\u00a0abr\u00a02026 –\u00a06\u00a0may\u00a02026"


def test_a_date_that_a_person_typed_stays_text() -> None:
    assert day("<b>5 May") == "&lt;b&gt;5\u00a0May"


def test_a_language_has_a_small_letter_inside_a_line_where_it_is_written_so() -> None:
    for language, shown in (("es", "español"), ("ru", "испанский"), ("en", "Spanish")):
        with translation.override(language):
            assert within(as_said("Spanish")) == shown
            assert "Klingon" in within("Klingon")


def test_a_span_of_days_says_what_is_the_same_once_in_english_only() -> None:
    days = Days(date(2027, 1, 11), date(2027, 1, 21))
    with translation.override("en"):
        assert str(days) == "11 – 21 Jan 2027"
    with translation.override("ru"):
        assert str(days) == "11.01.2027 – 21.01.2027"


def test_our_sentences_are_english_where_kept_and_translated_where_shown() -> None:
    sentence = as_said("Travel")
    with translation.override("ar"):
        assert str(sentence) == "Travel"
        assert spoken(sentence) == "السفر"
        assert opening(sentence) == "السفر"


def test_a_sentence_without_a_translation_is_marked_as_english() -> None:
    with translation.override("ar"):
        said = say("a sentence that nobody translated on %(day)s", day=date(2026, 3, 5))
        assert spoken(said).startswith('<bdi lang="en" dir="ltr">a sentence')


def test_the_parts_of_a_sentence_are_escaped_and_marked() -> None:
    said = Said("%(what)s: %(note)s", {"what": as_said("Travel"), "note": "<b>Lyon</b>"})
    with translation.override("ar"):
        assert spoken(said) == 'السفر: <bdi lang="en" dir="ltr">&lt;b&gt;Lyon&lt;/b&gt;</bdi>'
    with translation.override("en"):
        assert spoken(said) == "Travel: &lt;b&gt;Lyon&lt;/b&gt;"


def test_commas_between_values_are_those_of_the_language() -> None:
    said = join_said("A", "", "B", by=", ")
    assert str(said) == "A, B"
    with translation.override("ar"):
        assert "،" in spoken(said)
    assert str(join_said("", "")) == ""


def test_a_number_chooses_its_form() -> None:
    assert [str(say_many("%(count)d day", "%(count)d days", n)) for n in (1, 2)] == [
        "1 day",
        "2 days",
    ]


def test_names_are_of_no_language_but_of_a_direction() -> None:
    with translation.override("ar"):
        assert named("Elena Petrova") == '<bdi dir="ltr">Elena Petrova</bdi>'
        assert named("فاطمة") == '<bdi lang="ar" dir="rtl">فاطمة</bdi>'
    with translation.override("es"):
        assert named("Elena Petrova") == '<bdi dir="ltr">Elena Petrova</bdi>'


def test_the_same_facts_in_another_language_say_the_same_when_frozen() -> None:
    here, there = freeze_contents(FULL), freeze_contents(replace(FULL, language="ar"))
    assert {key for key in here if here[key] != there[key]} == {"language"}
    assert hash_contents(FULL) != hash_contents(replace(FULL, language="ar"))


def test_no_letters_that_join_are_set_one_by_one_in_a_drawing() -> None:
    contents = SAMPLES["multilingual"]()
    lines = () if isinstance(contents.treatments, Absence) else contents.treatments
    contents = replace(contents, treatments=(replace(lines[1], agent="لانريوتيد"), *lines[2:]))
    for language in ("ar", "hi", "en"):
        with translation.override(language):
            drawing = draw_course(contents)
            assert drawing is not None
            drawn = re.findall(r"<text[^>]*>([^<]*)</text>", drawing.svg.decode())
            assert drawn
            assert all(can_be_drawn(text) for text in drawn)
            assert "لانريوتيد" in drawing.alt


def test_names_of_treatments_stand_where_lines_begin() -> None:
    with translation.override("ar"):
        drawing = draw_course(FULL)
    assert drawing is not None
    found = re.search(r'<text x="488"[^>]*text-anchor="end"[^>]*>Everolimus', drawing.svg.decode())
    assert found is not None


def test_the_label_figures_are_a_box_of_their_own_behind_and_nowhere_else() -> None:
    html = html_of("full", "en")
    assert html.count("0.22 (0.12–0.41)") == 1
    assert html.index("0.22 (0.12–0.41)") > html.index('id="provenance"')
    assert "say nothing about this person" in html
    assert "0.23" not in html
    assert "0.22 (0.12–0.41)" not in html_of("almost_empty", "en")
    summary, _drawings = write_pages(in_form("full", Variant.SUMMARY))
    assert "0.22 (0.12–0.41)" not in summary


def test_a_question_of_any_length_stays_on_the_first_page() -> None:
    question = Question(text="Could you tell us whether surgery is possible? " * 32)
    pages = texts(render_dossier(replace(FULL, question=question)))
    assert "Comparison with a published wording" in pages[0]
    assert "Criteria in full" in pages[1]


def test_contents_go_to_another_process_and_back_with_their_sentences() -> None:
    sent = replace(FULL, stage=Absence(say("since %(day)s", day=date(2026, 3, 5))))
    back = pickle.loads(pickle.dumps(sent))  # noqa: S301  # our own bytes
    assert back == sent
    assert back.stage.reason.parts == {"day": date(2026, 3, 5)}
