from __future__ import annotations

import io
from decimal import Decimal
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from quizbank.formats import FormatError, Parsed, parse

DATA = Path(__file__).resolve().parents[4] / "shared" / "data" / "qti3"
needs_data = pytest.mark.skipif(not DATA.exists(), reason="the real files are not beside the repo")


def qti(data: str | bytes, name: str = "a.xml") -> Parsed:
    return parse(data if isinstance(data, bytes) else data.encode(), file_name=name, name=None)


def package(files: dict[str, str | bytes]) -> bytes:
    file = io.BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return file.getvalue()


def declared(correct: str = "", *, cardinality: str = "single", kind: str = "identifier") -> str:
    return (
        f'<responseDeclaration identifier="R" cardinality="{cardinality}" baseType="{kind}">'
        f"{correct}</responseDeclaration>"
    )


def right(*values: str) -> str:
    return f"<correctResponse>{''.join(f'<value>{v}</value>' for v in values)}</correctResponse>"


def mapping(**values: str) -> str:
    entries = "".join(f'<mapEntry mapKey="{k}" mappedValue="{v}"/>' for k, v in values.items())
    return f'<mapping defaultValue="0">{entries}</mapping>'


CHOICES = """<choiceInteraction responseIdentifier="R" maxChoices="1"><prompt>Which?</prompt>
<simpleChoice identifier="A">One<feedbackInline identifier="A" outcomeIdentifier="F">yes
</feedbackInline></simpleChoice><simpleChoice identifier="B">Two</simpleChoice>
<simpleChoice identifier="C">Three</simpleChoice></choiceInteraction>"""
ENTRY = '<p>Two and two is <textEntryInteraction responseIdentifier="R"/>, no?</p>'


def item(response: str, body: str = CHOICES, more: str = "") -> str:
    return (
        '<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1" identifier="i">'
        f"{response}<itemBody>{body}</itemBody>{more}</assessmentItem>"
    )


def only(data: str) -> dict[str, Any]:
    parsed = qti(data)
    assert parsed.errors == []
    return parsed.questions[0].content


def marks(content: dict[str, Any]) -> list[tuple[str, bool, Decimal | None]]:
    return [(row["text"], row["is_correct"], row["fraction"]) for row in content["choices"]]


# --- the real ones -------------------------------------------------------------------------------
@needs_data
def test_real_single_choice() -> None:
    (found,) = qti((DATA / "simple-choice-processing.xml").read_bytes()).questions

    assert found.content["stem"] == "Is dit een meerkeuze vraag?"
    assert found.content["kind"] == "single"
    assert marks(found.content) == [("Ja", True, None), ("Nee", False, None)]


@needs_data
def test_real_multiple_choice_without_a_stem_says_so() -> None:
    parsed = qti((DATA / "simple-multiple-choice-processing1.xml").read_bytes())

    (error,) = parsed.errors
    assert error.reason == (
        "The question has no stem: no prompt, and no text beside the choices. Its title,"
        " “Meer opties”, is not one."
    )


@needs_data
def test_real_item_that_is_broken_is_named() -> None:
    parsed = qti((DATA / "empty-correct-response-value.xml").read_bytes())

    assert parsed.questions == []
    assert "“match-interaction” are not known" in parsed.errors[0].reason


# --- where the key may sit ------------------------------------------------------------------------
def test_key_in_the_correct_response() -> None:
    content = only(item(declared(right("B"))))

    assert content["stem"] == "Which?"
    assert marks(content) == [("One", False, None), ("Two", True, None), ("Three", False, None)]
    assert content["choices"][0]["feedback"] == "yes"


def test_key_in_a_mapping() -> None:
    content = only(item(declared(mapping(A="2", B="1"))))

    assert marks(content) == [("One", True, None), ("Two", False, Decimal("0.5")),
                              ("Three", False, None)]  # fmt: skip


def test_cardinality_makes_multiple() -> None:
    assert only(item(declared(right("A", "C"), cardinality="multiple")))["kind"] == "multiple"
    content = only(item(declared(mapping(A="3", B="1", C="-1"), cardinality="multiple")))
    assert [row[2] for row in marks(content)] == [
        Decimal("0.75"),
        Decimal("0.25"),
        Decimal("-0.25"),
    ]


def test_entry_of_text_and_of_numbers() -> None:
    short = only(item(declared(mapping(four="1", **{"4": "1"}), kind="string"), ENTRY))
    assert (short["kind"], short["stem"]) == ("short_answer", "Two and two is _____, no?")
    processing = """<responseProcessing><responseCondition><responseIf>
        <equal toleranceMode="absolute" tolerance="0.5 0.5"/></responseIf></responseCondition>
        </responseProcessing>"""
    numeric = only(item(declared(right("4"), kind="float"), ENTRY, processing))
    assert numeric["kind"] == "numeric"
    assert numeric["choices"][0]["tolerance"] == Decimal("0.5")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (item(""), "response of the item is not declared"),
        (item(declared()), "Neither a correct response nor a mapping"),
        (item(declared(right(""))), "A correct response is empty"),
        (item(declared(right("Z"))), "“Z” is no choice"),
        (item(declared(mapping(A="0"))), "No answer earns anything"),
        (item(declared(mapping(A="x"))), "A mapped value is no number"),
        (item(declared(right("A")), "<p>Nothing</p>"), "asks nothing"),
        (item(declared(right("A")), "<orderInteraction/>"), "“order-interaction” are not known"),
        (item(declared(right("A")), CHOICES + CHOICES), "2 things at once"),
        (item(declared(right("x"), kind="float"), ENTRY), "A correct response is no number"),
    ],
)
def test_what_cannot_be_taken_says_so(data: str, reason: str) -> None:
    parsed = qti(data)

    assert parsed.questions == []
    assert reason in parsed.errors[0].reason


# --- packages ------------------------------------------------------------------------------------
def test_package_gives_each_item_with_its_file() -> None:
    good = item(declared(right("A")))
    parsed = qti(
        package(
            {
                "imsmanifest.xml": "<manifest/>",
                "items/a.xml": good,
                "items/b.xml": good.replace("<value>A</value>", "<value/>"),
                "items/c.xml": "<broken",
                "test.xml": "<assessmentTest/>",
                "picture.png": b"\x89PNG",
            }
        ),
        "a.zip",
    )

    assert len(parsed.questions) == 1
    reasons = [error.reason for error in parsed.errors]
    assert reasons[0] == "items/b.xml: A correct response is empty."
    assert reasons[1].startswith("items/c.xml: This is no sound XML")


def test_names_that_leave_the_package_are_refused() -> None:
    good = item(declared(right("A")))
    parsed = qti(
        package({"../a.xml": good, "/b.xml": good, "..\\c.xml": good, "d.xml": good}), "a.zip"
    )

    assert len(parsed.questions) == 1
    assert all("leaves the package" in error.reason for error in parsed.errors)
    assert len(parsed.errors) == 3


def test_zip_bomb_is_refused(settings: Any) -> None:
    settings.STEWARD_IMPORT_MAX_MB = 1
    data = package({f"{number}.xml": b" " * 1_000_000 for number in range(20)})

    with pytest.raises(FormatError, match="Unpacked, this package has more than 2 MB"):
        qti(data, "a.zip")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"PK\x03\x04nonsense", "cannot be read"),
        (package({"a.txt": "x"}), "no QTI item"),
        (b"no archive", "no sound XML"),
    ],
)
def test_file_that_is_no_package_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(FormatError, match=reason):
        qti(data, "a.zip")


def test_encrypted_package_is_refused() -> None:
    data = bytearray(package({"a.xml": "<a/>"}))
    for mark in (b"PK\x03\x04", b"PK\x01\x02"):
        place = data.index(mark) + (6 if mark[2] == 3 else 8)
        data[place] |= 1

    with pytest.raises(FormatError, match="cannot be read"):
        qti(bytes(data), "a.zip")
