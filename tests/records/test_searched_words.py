"""How words are searched: written one way or another, they are the same word."""

import pytest

from documents.records.errors import SearchTooLong, SearchWithoutWords
from documents.records.queries.snippets import make_snippet
from documents.records.search_query import LONGEST_SEARCH, read_query
from documents.records.searched_words import MOST_WORDS, join_terms, list_words
from tests.security.naughty import NAUGHTY

SAME = {
    "case": ("METASTASIS", "metastasis"),
    "accents": ("Metástasis hepática", "metastasis hepatica"),
    "decomposed": ("hepa\u0301tica", "hepática"),
    "sharp s": ("STRAẞE", "strasse"),
    "ligature": ("ﬁbrosis", "fibrosis"),
    "full width": ("Ｋｉ－６７", "ki-67"),
    "Russian yo": ("Опухоль лёгкого", "опухоль легкого"),
    "Arabic points": ("وَرَمٌ حَمِيدٌ", "ورم حميد"),
    "Arabic alef": ("أحمد إبراهيم آمال", "احمد ابراهيم امال"),
    "Arabic tatweel": ("ورـــم", "ورم"),
    "Arabic final letters": ("مستشفى جامعة", "مستشفي جامعه"),
    "Persian letters": ("کبد", "كبد"),
    "Arabic digits": ("١٢ سم", "12 سم"),
    "Devanagari dot": ("क़लम पढ़ना", "कलम पढना"),
    "Devanagari nasal": ("पाँच", "पांच"),
    "Devanagari joiner": ("क्\u200dष", "क्ष"),
    "Devanagari digits": ("१२", "12"),
    "Chinese spaced by a reader": ("胰 腺\n癌", "胰腺癌"),
    "soft hyphen": ("neuro\u00adendocrine", "neuroendocrine"),
}


@pytest.mark.parametrize(("written", "asked"), SAME.values(), ids=SAME)
def test_two_ways_of_writing_are_one_word(written: str, asked: str) -> None:
    assert read_query(asked).is_in(written)
    assert read_query(written).is_in(asked)


OTHER = {
    "another vowel of Hindi": ("हिन्दी", "हन्दी"),
    "not all of the words": ("liver and lung", "liver kidney"),
    "inside a word": ("hepatica", "patica"),
    "the middle of a phrase missing": ("grade of two", '"grade two"'),
    "hanging together elsewhere": ("Ki is 67", "Ki-67"),
    "Chinese signs apart": ("胰岛 腺体", "胰腺"),
    "a short beginning": ("liver", "li"),
    "a beginning in quotes": ("hepatic", '"hepa"'),
    "a beginning that is not the last": ("hepatic lesion", "hepa lesion"),
}


@pytest.mark.parametrize(("written", "asked"), OTHER.values(), ids=OTHER)
def test_two_things_stay_two(written: str, asked: str) -> None:
    assert not read_query(asked).is_in(written)


FOUND = {
    "the beginning of the last word": ("liver metastases", "liver metas"),
    "a phrase": ("The grade, two.", '"grade two"'),
    "a phrase of the Spanish press": ("grado dos", "«grado dos»"),
    "a quote that is left open": ("grade two", '"grade two'),
    "the end of a phrase in Chinese": ("患者为胰腺癌晚期", "胰腺癌"),
    "one Chinese sign": ("胰腺癌", "癌"),
    "the first Chinese sign": ("胰腺癌", "胰"),
    "Chinese beside Latin": ("Ki-67指数 8%", "Ki-67指数"),
    "a phrase over Chinese and a number": ("指数 12%", '"指数 12"'),
    "a word broken at the end of a line": ("neuroendo-\r\ncrine tumour", "neuroendocrine tumour"),
    "half of a broken word": ("well-\ndifferentiated", "differentiated"),
    "a number with a point": ("3.5 cm", "3.5"),
}


@pytest.mark.parametrize(("written", "asked"), FOUND.values(), ids=FOUND)
def test_what_is_asked_for_is_found(written: str, asked: str) -> None:
    assert read_query(asked).is_in(written)


def test_nothing_that_is_typed_is_an_operator() -> None:
    for words in ("liver OR bone", "liver NOT bone", "bone* liver", "liver | bone", "liver -bone"):
        assert not read_query(words).is_in("liver"), words


@pytest.mark.parametrize("asked", ["", "   ", '""', "%&*()", "\u200d", "\u0301", "🎈"])
def test_without_a_word_there_is_nothing_to_look_for(asked: str) -> None:
    with pytest.raises(SearchWithoutWords):
        read_query(asked)


def test_a_few_words_are_enough() -> None:
    assert len(read_query("a" * LONGEST_SEARCH).phrases) == 1
    with pytest.raises(SearchTooLong):
        read_query("a" * (LONGEST_SEARCH + 1))
    assert len(read_query(" ".join("abcdefghijkl")).phrases) == 12
    with pytest.raises(SearchTooLong):
        read_query(" ".join("abcdefghijklm"))


@pytest.mark.parametrize("text", NAUGHTY.values(), ids=NAUGHTY)
def test_terms_hold_nothing_that_a_database_reads_as_its_own(text: str) -> None:
    for term in join_terms(text).split(" "):
        assert not set(term) & set("'\"\\:*&|!<>()-+^{}, \x00\n"), term
        assert len(term) <= 64


def test_a_page_without_an_end_is_searched_as_far_as_a_page_goes() -> None:
    text = "word " * MOST_WORDS + "beyond"
    assert join_terms(text).count(" ") == MOST_WORDS - 1
    assert "beyond" not in join_terms(text)


def test_places_count_in_the_text_as_it_is() -> None:
    text = "Paciente: hepa\u0301tica, Ｋｉ－６７"
    assert [text[word.start : word.end] for word in list_words(text)][1] == "hepa\u0301tica"


# --- What is shown of a page -----------------------------------------------------------------


def show(text: str, asked: str) -> str:
    return "".join(
        f"[{piece.text}]" if piece.is_found else piece.text
        for piece in make_snippet(text, read_query(asked))
    )


def test_a_snippet_shows_the_words_in_their_sentence() -> None:
    assert show("The Ki-67\r\nindex   was 8%.", "index") == "The Ki-67 [index] was 8%."
    assert show("Ki-67 of 8%", "ki-67") == "[Ki-67] of 8%"


def test_a_snippet_of_a_long_page_is_cut_at_words_around_the_place() -> None:
    text = "before " * 100 + "needle " + "after " * 100
    shown = show(text, "needle")
    assert shown.startswith("… before ")
    assert shown.endswith("after …")
    assert "[needle]" in shown
    assert len(shown) < 260


def test_a_snippet_is_where_most_of_the_words_stand_together() -> None:
    text = "liver " + "and so on " * 60 + "lesion of the liver " + "and more " * 60
    assert "[lesion] of the [liver]" in show(text, "liver lesion")


def test_a_snippet_does_not_turn_the_direction_of_the_page() -> None:
    assert show("letter \u202efdp\x07 needle", "needle") == "letter fdp [needle]"


def test_a_snippet_of_overlapping_signs_marks_them_once() -> None:
    assert show("患者为胰腺癌晚期", "胰腺癌") == "患者为[胰腺癌]晚期"
