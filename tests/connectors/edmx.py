"""The metadata that SAP publishes of a service, as what is sent and answered is held to it."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from xml.etree import ElementTree as ET

_SAP = "{http://www.sap.com/Protocols/SAPData}"


class Metadata:
    """The entity sets of one service: fields, types, lengths, and the ways between them."""

    def __init__(self, file):
        root = ET.parse(file).getroot()
        self._of_type = {one.get("Name"): one for one in _all(root, "EntityType")}
        self._ends = {
            association.get("Name"): {
                end.get("Role"): (end.get("Type").rpartition(".")[2], end.get("Multiplicity"))
                for end in _all(association, "End")
            }
            for association in _all(root, "Association")
        }
        self.sets = {one.get("Name"): one for one in _all(root, "EntitySet")}
        self._set_of = {
            one.get("EntityType").rpartition(".")[2]: name for name, one in self.sets.items()
        }

    def keys(self, name):
        return [ref.get("Name") for ref in _all(self._type(name), "PropertyRef")]

    def properties(self, name):
        return {one.get("Name"): one for one in self._type(name).findall("{*}Property")}

    def navigations(self, name):
        """Where one gets to from a set: navigation → set, and whether to many."""
        return {
            one.get("Name"): self._end(one)
            for one in self._type(name).findall("{*}NavigationProperty")
        }

    def allows(self, element, what):
        return element.get(f"{_SAP}{what}") != "false"

    def is_upper(self, element):
        return element.get(f"{_SAP}display-format") == "UpperCase"

    def wrong_in(self, name, row, *, is_sent):
        """Say what in a row is not as the metadata has it, below it as well."""
        properties, navigations = self.properties(name), self.navigations(name)
        for field, value in row.items():
            if field == "__metadata":
                continue
            if field in navigations:
                target, is_many = navigations[field]
                for below in _rows_in(value, is_many=is_many):
                    yield from self.wrong_in(target, below, is_sent=is_sent)
            elif field not in properties:
                yield f"{name} has no {field}"
            elif not _is_of_type(properties[field], value):
                yield f"{name}.{field} takes no {value!r}"
            elif is_sent and not self.allows(properties[field], "creatable"):
                yield f"{name}.{field} is not to be written"

    def wrong_in_paths(self, name, paths):
        """Say which paths of `$select` and `$expand` lead nowhere."""
        for path in paths:
            holder, *way = [name], *path.split("/")
            for step in way:
                if step in self.navigations(holder[0]):
                    holder = [self.navigations(holder[0])[step][0]]
                elif step not in self.properties(holder[0]):
                    yield f"{holder[0]} has no {step}"

    def _type(self, name):
        return self._of_type[self.sets[name].get("EntityType").rpartition(".")[2]]

    def _end(self, navigation):
        ends = self._ends[navigation.get("Relationship").rpartition(".")[2]]
        target, multiplicity = ends[navigation.get("ToRole")]
        return self._set_of[target], multiplicity == "*"


def _all(element, name):
    return (
        element.iter() if not name else [e for e in element.iter() if e.tag.endswith(f"}}{name}")]
    )


def _rows_in(value, *, is_many):
    if value is None or "__deferred" in value:
        return []
    return value["results"] if is_many else [value]


def _is_of_type(element, value):
    kind, length = element.get("Type"), element.get("MaxLength")
    if value is None:
        return element.get("Nullable") != "false"
    match kind:
        case "Edm.String":
            fits = not length or len(value.encode("utf-16-le")) // 2 <= int(length)
            return isinstance(value, str) and fits
        case "Edm.Boolean":
            return isinstance(value, bool)
        case "Edm.DateTime":
            return bool(re.fullmatch(r"/Date\(-?\d+\)/", value))
        case "Edm.DateTimeOffset":
            return bool(re.fullmatch(r"/Date\(-?\d+(?:[+-]\d{4})?\)/", value))
        case "Edm.Decimal":
            return isinstance(value, str) and _is_decimal(value)
    raise AssertionError(kind)


def _is_decimal(text):
    try:
        return Decimal(text).is_finite()
    except InvalidOperation:
        return False
