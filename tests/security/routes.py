"""Every route of the project as a template, and as an address with the ids of given rows."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib.admindocs.views import simplify_regex
from django.contrib.contenttypes.models import ContentType
from django.db.models import AutoField, BigAutoField, Model
from django.urls import URLResolver, get_resolver
from django.urls.resolvers import RoutePattern

from cases.casework.models import Case
from documents.dossiers.links import make_token
from documents.dossiers.models import Grant, SealKey
from navigator.desk.actions.registry import ACTIONS
from navigator.desk.parts import PARTS

NAME = re.compile(r"<(\w+)>")
ADMIN_ROW = re.compile(r"admin/(\w+)/(\w+)/")
API_ROWS = {
    "cases": "case",
    "records": "document",
    "facts": "proposal",
    "evaluations": "evaluation",
    "definitions": "definition",
    "dossiers": "dossier",
}
MISSING_UUID = "00000000-0000-4000-8000-00000000dead"
MISSING_NUMBER = "987654321"
# What stands in an address beside the ids of rows.
WORDS = {
    "purpose": "keep_records",
    "number": "1",
    "version": "1",
    "app_label": "casework",
    "url": "nothing",
    "key": "nothing",
    "uidb36": "1",
    "part": "overview",
    "name": "add_note",
}


@dataclass(frozen=True)
class Route:
    template: str
    names: tuple[str, ...]


def list_routes() -> list[Route]:
    found = dict.fromkeys(walk(get_resolver()))
    return [Route(template, tuple(NAME.findall(template))) for template in found]


def walk(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    for entry in resolver.url_patterns:
        template = prefix + simplify(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from walk(entry, template)
        else:
            yield template


def simplify(pattern: object) -> str:
    if isinstance(pattern, RoutePattern):
        return re.sub(r"<(?:\w+:)?(\w+)>", r"<\1>", str(pattern))
    plain: str = simplify_regex(str(pattern))
    return plain.removeprefix("/")


def row_named(route: Route, name: str, rows: dict[str, Model]) -> Model | None:
    """The row whose id stands for `name` in this route; None where a word does."""
    if name in {"object_id", "pk"}:
        if place := ADMIN_ROW.match(route.template):
            label = ".".join(place.groups())
            same = [row for row in rows.values() if row._meta.label_lower == label]
            return same[0] if same else None
        if route.template.startswith("api/v1/"):
            return rows[API_ROWS[route.template.split("/")[2]]]
        return rows["case"]
    return rows.get(name.removesuffix("_id"))


def fill(route: Route, rows: dict[str, Model], *, missing: bool = False) -> list[str]:
    """Its addresses with these rows' ids, or with ids of the same kind that stand for none."""
    values: dict[str, list[str]] = {}
    for name in route.names:
        row = row_named(route, name, rows)
        if name == "content_type_id":
            values[name] = [str(ContentType.objects.get_for_model(Case).pk)]
        elif name == "token":
            grant = rows["grant"]
            assert isinstance(grant, Grant)
            values[name] = [make_token(grant.pk)]
        elif name == "fingerprint":
            values[name] = [SealKey.objects.get(is_current=True).fingerprint]
        elif row is None:
            values[name] = words_for(name)
        else:
            values[name] = [id_of(row, missing=missing)]
    paths = ["/" + route.template.replace(r"[\s\S]", "nothing/here")]
    for name, choices in values.items():
        paths = [path.replace(f"<{name}>", value) for path in paths for value in choices]
    return paths


def words_for(name: str) -> list[str]:
    if name == "part":
        return list(PARTS)
    if name == "name":
        return list(ACTIONS)
    return [WORDS.get(name, MISSING_NUMBER)]


def id_of(row: Model, *, missing: bool) -> str:
    if not missing:
        return str(row.pk)
    is_number = isinstance(row._meta.pk, AutoField | BigAutoField)
    return MISSING_NUMBER if is_number else MISSING_UUID


def has_ids(route: Route, rows: dict[str, Model]) -> bool:
    return any(row_named(route, name, rows) is not None for name in route.names)
