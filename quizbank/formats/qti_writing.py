"""Questions as a QTI 3.0 package: a manifest, and a file an item."""

from __future__ import annotations

import io
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import Element, SubElement, indent, tostring
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from quizbank.formats.credit import NONE, credits_of
from quizbank.formats.seal import SEAL, Row, seal
from quizbank.formats.xml_text import LINE, read_xml, xml_safe
from quizbank.rendering import render_markdown

ITEMS = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
PACKAGE = "http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1"
PROCESSING = "https://purl.imsglobal.org/spec/qti/v3p0/rptemplates"
RESPONSE = "RESPONSE"
# The identifier of the feedback that everybody gets.
EXPLANATION = "explanation"
# Of every file in the package: the same questions give the same bytes.
EPOCH = (1980, 1, 1, 0, 0, 0)


def write(rows: list[Row]) -> bytes:
    file = io.BytesIO()
    names = [f"items/{number}-{row['id']}.xml" for number, row in enumerate(rows, 1)]
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        archive.writestr(entry("imsmanifest.xml"), manifest(names))
        for name, row in zip(names, rows, strict=True):
            archive.writestr(entry(name), item_xml(row))
    return file.getvalue()


def entry(name: str) -> ZipInfo:
    info = ZipInfo(name, EPOCH)
    info.compress_type = ZIP_DEFLATED
    return info


def manifest(names: list[str]) -> bytes:
    root = Element("manifest", {"xmlns": PACKAGE, "identifier": "steward"})
    metadata = SubElement(root, "metadata")
    SubElement(metadata, "schema").text = "QTI Package"
    SubElement(metadata, "schemaversion").text = "3.0.0"
    SubElement(root, "organizations")
    resources = SubElement(root, "resources")
    for number, name in enumerate(names, 1):
        values = {"identifier": f"item-{number}", "type": "imsqti_item_xmlv3p0", "href": name}
        SubElement(SubElement(resources, "resource", values), "file", href=name)
    return document(root)


def document(root: Element) -> bytes:
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True))


def item_xml(row: Row) -> bytes:
    """One item; texts show what their Markdown renders."""
    title = " ".join(xml_safe(row["stem"]).split())[:60]
    root = Element(
        "qti-assessment-item",
        {"xmlns": ITEMS, "identifier": f"steward-{row['id']}", "title": title, "adaptive": "false",
         "time-dependent": "false", SEAL: seal(row)},
    )  # fmt: skip
    entry_type = {"short_answer": "string", "numeric": "float"}.get(row["kind"])
    root.append(response(row, entry_type))
    for name, kind in (("SCORE", "float"), ("FEEDBACK", "identifier")):
        SubElement(
            root,
            "qti-outcome-declaration",
            {"identifier": name, "cardinality": "single", "base-type": kind},
        )
    body = SubElement(root, "qti-item-body")
    if entry_type:
        body.append(shows("div", row["stem"]))
        ask = SubElement(SubElement(body, "p"), "qti-text-entry-interaction")
    else:
        ask = SubElement(body, "qti-choice-interaction", {"max-choices": most(row)})
        ask.append(shows("qti-prompt", row["stem"]))
        ask.extend(choices(row))
    ask.set("response-identifier", RESPONSE)
    root.append(processing(row))
    if row["explanation"]:
        values = {"outcome-identifier": "FEEDBACK", "identifier": EXPLANATION, "show-hide": "show"}
        root.append(shows("qti-modal-feedback", row["explanation"], values))
    return document(root)


def most(row: Row) -> str:
    """0: as many as there are."""
    return "0" if row["kind"] == "multiple" else "1"


def keys(row: Row) -> list[str]:
    """Of a choice its place; of an accepted answer itself."""
    if row["kind"] in ("short_answer", "numeric"):
        return [xml_safe(choice["text"]) for choice in row["choices"]]
    return [f"choice-{number}" for number, _ in enumerate(row["choices"], 1)]


def response(row: Row, entry_type: str | None) -> Element:
    cardinality = "multiple" if row["kind"] == "multiple" else "single"
    node = Element(
        "qti-response-declaration",
        {
            "identifier": RESPONSE,
            "cardinality": cardinality,
            "base-type": entry_type or "identifier",
        },
    )
    credits_ = credits_of(row)
    if needs_mapping(row):
        mapping = SubElement(node, "qti-mapping", {"default-value": "0"})
        for key, credit in zip(keys(row), credits_, strict=True):
            values = {"map-key": key, "mapped-value": format(credit, "f")}
            SubElement(mapping, "qti-map-entry", values)
        return node
    correct = SubElement(node, "qti-correct-response")
    for key, choice in zip(keys(row), row["choices"], strict=True):
        if choice["is_correct"]:
            SubElement(correct, "qti-value").text = key
    return node


def needs_mapping(row: Row) -> bool:
    """Beyond right and wrong: partial credit, or several spellings."""
    partial = any(choice.get("fraction") is not None for choice in row["choices"])
    return partial or (row["kind"] in ("short_answer", "numeric") and len(row["choices"]) > 1)


def choices(row: Row) -> Iterator[Element]:
    for key, choice in zip(keys(row), row["choices"], strict=True):
        node = shows("qti-simple-choice", choice["text"], {"identifier": key})
        if choice.get("feedback"):
            values = {"outcome-identifier": "FEEDBACK", "identifier": key, "show-hide": "show"}
            node.append(shows("qti-feedback-inline", choice["feedback"], values))
        yield node


def shows(tag: str, text: str, values: dict[str, str] | None = None) -> Element:
    """The rendered text."""
    html = str(render_markdown(xml_safe(text)))
    for written, xml in (("<br>", "<br/>"), ("<hr>", "<hr/>"), ("&nbsp;", "\xa0")):
        html = html.replace(written, xml)
    node = read_xml(f"<div>{html}</div>")
    shown = Element(tag, values or {})
    shown.text = node.text
    shown.extend(node)
    for each in shown.iter():
        each.attrib.pop(LINE, None)
    return shown


def processing(row: Row) -> Element:
    template = "map_response" if needs_mapping(row) else "match_correct"
    tolerances: set[Any] = {choice.get("tolerance") for choice in row["choices"]}
    if row["kind"] != "numeric" or len(row["choices"]) > 1 or not any(tolerances):
        return Element("qti-response-processing", {"template": f"{PROCESSING}/{template}.xml"})
    root = Element("qti-response-processing")
    condition = SubElement(SubElement(root, "qti-response-condition"), "qti-response-if")
    off = format(Decimal(row["choices"][0].get("tolerance") or NONE), "f")
    equal = SubElement(
        condition, "qti-equal", {"tolerance-mode": "absolute", "tolerance": f"{off} {off}"}
    )
    SubElement(equal, "qti-variable", identifier=RESPONSE)
    SubElement(equal, "qti-correct", identifier=RESPONSE)
    score = SubElement(condition, "qti-set-outcome-value", identifier="SCORE")
    SubElement(score, "qti-base-value", {"base-type": "float"}).text = "1"
    indent(root)
    return root
