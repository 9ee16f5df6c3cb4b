"""The language of a paper by its letters, where no rules read it."""

import pytest

from documents.records.language import detect_by_letters


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("تقرير علم الأمراض. ورم عصبي صمّاوي جيد التمايز في الأمعاء الدقيقة، Ki-67: 9%", "ar"),
        ("Заключение гистологического исследования: нейроэндокринная опухоль, G2", "ru"),
        ("मरीज को पिछले दो महीनों से पेट में दर्द है और यकृत में गांठें पाई गईं", "hi"),
        (
            "患者为胰腺神经内分泌肿瘤，Ki-67指数约8%，伴有多发肝转移灶，建议进一步检查治疗",
            "zh-hans",
        ),
        ("Заключение, врач Әлиев Н. К.: нейроэндокринная опухоль поджелудочной железы" * 3, "ru"),
        ("Висновок гістологічного дослідження: нейроендокринна пухлина підшлункової", ""),
        ("بیمار از دو ماه پیش درد شکم دارد و تودهای در کبد گزارش شده است", ""),
        ("患者さんは膵神経内分泌腫瘍で、肝転移が認められました。精査をお願いします。", ""),
        ("Пухлина", ""),
        ("Pathology report. The tumour is well differentiated. Соколовский Андрей Викторович", ""),
        ("", ""),
    ],
)
def test_letters_tell_a_language_only_where_they_are_most_and_no_neighbours(
    text: str, language: str
) -> None:
    assert detect_by_letters([text]) == language
