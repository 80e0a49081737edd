"""Opens BPMN files safely: nothing outside the file is read, and nothing in it expands."""

from __future__ import annotations

from typing import cast

from lxml import etree

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
OURS = "https://atrio.dev/bpmn"
LARGEST_FILE = 2_000_000  # bytes; the largest reference model of the standard has 140 kB
_OTHER_ENGINES = ("camunda", "zeebe", "flowable", "activiti", "spiffworkflow")


class Unreadable(Exception):
    """The file is not BPMN, or not safe to read; the message says why."""

    def __init__(self, reason: str, *, line: int = 0) -> None:
        super().__init__(reason)
        self.line = line


def parse(content: bytes) -> etree._Element:
    """Return the root of a BPMN file; nothing outside the file is ever read. Raises Unreadable."""
    if len(content) > LARGEST_FILE:
        raise Unreadable(f"the file is larger than {LARGEST_FILE} bytes")
    # Refused before parsing, so that no entity is ever expanded, and after, for encodings
    # in which these bytes look different.
    doctype = "a document type (DOCTYPE) is not allowed"
    if b"<!DOCTYPE" in content:
        raise Unreadable(doctype)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        reason, _, _ = str(error.msg).partition(", line")
        raise Unreadable(f"this is not XML: {reason}", line=error.lineno or 0) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise Unreadable(doctype)
    if root.tag != tag("definitions"):
        raise Unreadable("this is not BPMN 2.0: the root must be bpmn:definitions")
    return root


def tag(name: str) -> str:
    """Return the full name of a BPMN element."""
    return f"{{{BPMN}}}{name}"


def local(element: etree._Element) -> str:
    """Return an element's name, with its namespace where that is not BPMN's."""
    name = etree.QName(element)
    return name.localname if name.namespace == BPMN else f"{name.namespace}:{name.localname}"


def is_of_another_engine(name: str) -> bool:
    """Say whether a name's namespace is that of another engine.

    What drawing tools add is about looks and does no harm; what another engine reads is about
    running, and would be passed over here.
    """
    namespace, _, _ = name.rpartition("}")
    return any(engine in namespace for engine in _OTHER_ENGINES)


def line_of(element: etree._Element) -> int:
    """Return the line in which an element starts, 0 if that is not known."""
    return cast("int | None", element.sourceline) or 0


def our_attributes(element: etree._Element) -> dict[str, str]:
    """Return an element's atrio: attributes by their bare names."""
    prefix = f"{{{OURS}}}"
    return {
        str(name).removeprefix(prefix): str(value)
        for name, value in element.attrib.items()
        if str(name).startswith(prefix)
    }
