"""XML, guarded, with the line of each element."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element, TreeBuilder
from xml.sax.handler import ContentHandler, feature_namespaces
from xml.sax.saxutils import escape
from xml.sax.xmlreader import AttributesNSImpl, Locator

from defusedxml.common import DefusedXmlException
from defusedxml.sax import make_parser

from quizbank.formats.base import FormatError
from quizbank.formats.seal import SEAL

# An attribute that no XML can have.
LINE = ":line"
DEEPEST = 100
# All but those of https://www.w3.org/TR/xml/#charsets
FORBIDDEN = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class TooDeep(Exception):
    """Nested beyond what a question is."""


class Builder(ContentHandler):
    """Elements and attributes by their local names, whatever their namespaces."""

    def __init__(self) -> None:
        super().__init__()
        self.builder, self.depth = TreeBuilder(), 0
        self.locator: Locator | None = None

    def setDocumentLocator(self, locator: Locator) -> None:
        self.locator = locator

    def startElementNS(
        self, name: tuple[str | None, str], qname: str | None, attrs: AttributesNSImpl
    ) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            raise TooDeep
        values = {local: value for (_, local), value in attrs.items()}
        line = self.locator.getLineNumber() if self.locator else None
        self.builder.start(name[1], values | {LINE: str(line or 0)})

    def endElementNS(self, name: tuple[str | None, str], qname: str | None) -> None:
        self.depth -= 1
        self.builder.end(name[1])

    def characters(self, content: str) -> None:
        self.builder.data(content)


def read_xml(data: bytes | str, name: str = "") -> Element:
    """The root. Raises FormatError with the line; `name` is the file's, within a package."""
    where = f"{name}: " if name else ""
    handler = Builder()
    parser: Any = make_parser()
    parser.setFeature(feature_namespaces, True)
    parser.setContentHandler(handler)
    source = io.BytesIO(data) if isinstance(data, bytes) else io.StringIO(data)
    try:
        parser.parse(source)
        return handler.builder.close()
    except DefusedXmlException:
        raise FormatError(
            f"{where}The XML declares entities or reads other files: that is refused."
        ) from None
    except TooDeep:
        raise FormatError(f"{where}The XML is nested more than {DEEPEST} deep.") from None
    except Exception as error:  # SAX lets through what expat and its codecs stumble over
        raise FormatError(f"{where}This is no sound XML: {error}.") from error


def line_of(node: Element) -> int:
    return int(node.get(LINE, "0"))


def text_of(node: Element | None) -> str:
    """Of the element and all within it."""
    return "".join(node.itertext()) if node is not None else ""


def inner(node: Element) -> str:
    """What the element holds, as XHTML."""
    return "".join(pieces(node))


def pieces(node: Element) -> Iterator[str]:
    yield escape(node.text or "")
    for child in node:
        attributes = "".join(
            f' {name}="{escape(value, {chr(34): "&quot;"})}"'
            for name, value in child.attrib.items()
            if name != LINE
        )
        yield f"<{child.tag}{attributes}>"
        yield from pieces(child)
        yield f"</{child.tag}>{escape(child.tail or '')}"


def xml_safe(text: str) -> str:
    """Without the characters that no XML can hold; lines end as XML ends them."""
    return FORBIDDEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def same(left: Element, right: Element) -> bool:
    """Whether they say the same; indentation, line numbers and the seal are no difference."""
    return shape(left) == shape(right)


def shape(node: Element) -> tuple[object, ...]:
    aside = (LINE, SEAL)
    attributes = sorted((name, value) for name, value in node.items() if name not in aside)
    texts = [(node.text or "").strip(), *((child.tail or "").strip() for child in node)]
    return node.tag, attributes, texts, [shape(child) for child in node]
