"""Generated pairs of printed and kept names, with the truth: one person's or two persons'."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

from documents.records.person_names import NameMatch, compare_names

# Each: the name as kept, the name in its own script, other spellings of the same name.
PEOPLE: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("Mohammed Al-Haddad", "محمد الحداد", ("Muhammad Haddad", "Mohamed El Hadad", "محمد حداد")),
    ("Fatima Zahra Benali", "فاطمة الزهراء بن علي", ("Fatma Zohra Benali", "FATIMA-ZAHRA BEN ALI")),
    ("Yousef Khalil Mansour", "يوسف خليل منصور", ("Youssef Khaleel Mansur", "Yusuf Mansour")),
    ("Abdulrahman Qasim", "عبد الرحمن قاسم", ("Abdul Rahman Kassem", "Abd El Rahman Qassim")),
    ("Andrei Viktorovich Sokolovsky", "Соколовский Андрей Викторович",
     ("Sokolovskiy Andrey", "Andrey Sokolovski", "SOKOLOVSKY A. V.")),
    ("Yulia Alekseevna Shcherbakova", "Щербакова Юлия Алексеевна",
     ("Iuliia Shcherbakova", "Julia Scherbakova", "Yuliya Shcherbakova")),
    ("Evgeny Tsvetkov", "Цветков Евгений", ("Yevgeniy Tsvetkov", "Evgeni Zvetkov")),
    ("Khadija Zhumabekova", "Жумабекова Хадижа", ("Khadizha Zhumabekova", "Kadija Jumabekova")),
    ("Wang Xiaoming", "王小明", ("Xiaoming Wang", "Wang Xiao-Ming", "王小明", "WANG XIAO MING")),
    ("Zhang Lihua", "张丽华", ("Lihua ZHANG", "张丽华")),
    ("Rajesh Kumar Sharma", "राजेश कुमार शर्मा", ("R. K. Sharma", "Rajesh Sharma", "राजेश शर्मा")),
    ("Sunita Devi Chaudhary", "सुनीता देवी चौधरी", ("Sunita Choudhary", "Suneeta Devi Chowdhury")),
    ("Venkatesan Raghunathan", "", ("Venkatesan R.", "Mr. Venkatesan Raghunathan")),
    ("Ana García López", "", ("GARCIA LOPEZ, ANA", "Ana Garcia", "García López Ana María")),
    ("José María Núñez Ferrer", "", ("Nunez Ferrer, Jose Maria", "J. M. Núñez Ferrer")),
    ("Lucía Fernández de la Cruz", "", ("FERNANDEZ DE LA CRUZ LUCIA", "Lucia Fernandez")),
    ("Ruth Achieng Odhiambo", "", ("ODHIAMBO, Ruth", "Ruth A. Odhiambo", "OTHIAMBO RUTH")),
    ("Brunhilde Müller-Eschenbach", "", ("Mueller-Eschenbach, Brunhilde", "Frau Brunhilde Müller")),
    ("Jürgen Weiß", "", ("WEISS, Juergen", "Herr Jürgen Weiss")),
    ("Maria João da Silva Pereira", "", ("PEREIRA, Maria Joao", "Maria João Pereira")),
    ("Søren Kjærgaard", "", ("Soren Kjaergaard", "KJÆRGAARD, SØREN")),
    ("Winifred Appleyard", "", ("Mrs W. Appleyard", "APPLEYARD, Winifred Mary")),
    ("Nguyen Thi Minh Hanh", "", ("NGUYEN THI MINH HANH", "Hanh Nguyen", "Nguyễn Thị Minh Hạnh")),
    ("Kwabena Amoah", "", ("AMOAH^KWABENA", "Kwabena Am0ah", "Amoah K.")),
)  # fmt: skip
RELATIVES: tuple[tuple[str, str], ...] = (
    ("Ana García López", "Lucía García López"),
    ("Mohammed Al-Haddad", "Layla Haddad"),
    ("Andrei Viktorovich Sokolovsky", "Irina Sokolovskaya"),
    ("Rajesh Kumar Sharma", "Anita Sharma"),
    ("Ruth Achieng Odhiambo", "Grace Odhiambo"),
    ("Winifred Appleyard", "Harold Appleyard"),
    ("Wang Xiaoming", "Wang Lei"),
    ("Kwabena Amoah", "Ama Amoah"),
)


@dataclass(frozen=True, slots=True)
class Kept:
    name: str
    native_name: str = ""


@dataclass(frozen=True, slots=True)
class Pair:
    printed: str
    kept: Kept
    is_same: bool


@dataclass(frozen=True, slots=True)
class Rates:
    """Shares of pairs: one person's that would be held, two persons' that would pass as one."""

    same: int
    held: int
    different: int
    passed: int

    def __str__(self) -> str:
        return (
            f"{self.held} of {self.same} names of the patient held ({self.held / self.same:.1%}), "
            f"{self.passed} of {self.different} of others passed"
            f" ({self.passed / self.different:.1%})"
        )


def make_pairs() -> Iterator[Pair]:
    dice = random.Random(7)  # noqa: S311  (invented names)
    for name, native, others in PEOPLE:
        kept = Kept(name, native)
        for written in sorted({name, native, *others} - {""}):
            yield Pair(written, kept, is_same=True)
            yield Pair(written.upper(), kept, is_same=True)
            yield Pair(_misread(written, dice), kept, is_same=True)
            yield Pair(" ".join(reversed(written.replace(",", "").split())), kept, is_same=True)
        for stranger, script, spellings in PEOPLE:
            if stranger != name:
                for written in (stranger, script, *spellings):
                    if written:
                        yield Pair(written, kept, is_same=False)
    for one, other in RELATIVES:
        yield Pair(other, Kept(one), is_same=False)
        yield Pair(one, Kept(other), is_same=False)


def _misread(written: str, dice: random.Random) -> str:
    """One letter of the longest part read wrongly, as scans do."""
    longest = max(written.replace(",", " ").split(), key=len)
    at = dice.randrange(1, len(longest))
    wrong = dice.choice([one for one in "lincoermht" if one != longest[at].lower()])
    return (
        written.replace(longest, longest[:at] + wrong + longest[at + 1 :])
        if longest.isascii()
        else written
    )


def measure_names() -> tuple[Rates, list[str]]:
    """The rates, and each pair that was judged wrongly."""
    holding = {NameMatch.OTHER, NameMatch.PARTLY}
    counts = {True: 0, False: 0}
    wrong: dict[bool, list[str]] = {True: [], False: []}
    for pair in make_pairs():
        counts[pair.is_same] += 1
        answer = compare_names(pair.printed, pair.kept)
        mistaken = answer in holding if pair.is_same else answer is NameMatch.SAME
        if mistaken:
            wrong[pair.is_same].append(f"{pair.printed} / {pair.kept.name}: {answer}")
    rates = Rates(counts[True], len(wrong[True]), counts[False], len(wrong[False]))
    return rates, [*wrong[True], *wrong[False]]
