"""The API's description (OpenAPI 3.1), made from the closed lists that its answers use, so that it cannot lag behind.

A test holds every answer against it.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from oficialia.runtime import Labels
from oficialia.services.register_words import REGISTER, Known
from oficialia.services.verdict_words import words_of
from signing.reason import Change, Colour, Integrity, Reason, Revocation

Schema = dict[str, Any]
VERSION = "1.0.0"
# Whatever can go wrong, by status; each is explained on the page of the API.
ERRORS = (400, 404, 405, 408, 413, 415, 422, 429, 500, 503)
_PROBLEM = "application/problem+json"
_TIME: Schema = {"type": "string", "format": "date-time"}
_DIGEST: Schema = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_TEXT: Schema = {"type": "string"}
_YES: Schema = {"type": "boolean"}
_COUNT: Schema = {"type": "integer", "minimum": 0}


def document(labels: Labels) -> dict[str, Any]:
    """The description of the API of the office with these labels."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"Verificación de documentos · {labels.office}, {labels.municipality}",
            "version": VERSION,
            "description": "Dice qué valen las firmas de un PDF y si salió de esta oficina. No guarda archivos.",
        },
        "servers": [{"url": labels.public_url}],
        "paths": {"/api/v1/verificaciones": {"post": _operation()}},
        "components": {"schemas": _schemas()},
    }


def _operation() -> dict[str, Any]:
    binary: Schema = {"type": "string", "contentMediaType": "application/pdf"}
    form = {"type": "object", "required": ["documento"], "properties": {"documento": binary}}
    failures = {str(status): _failure(status) for status in ERRORS if status not in {404, 405}}
    return {
        "operationId": "verificar",
        "summary": "Verifica un documento",
        "description": "El archivo se borra en cuanto se responde. Nada se sella ni se registra.",
        "requestBody": {
            "required": True,
            "content": {
                "multipart/form-data": {"schema": form},
                "application/pdf": {"schema": binary},
                "application/octet-stream": {"schema": binary},
            },
        },
        "responses": {
            "200": {
                "description": "El veredicto, también si el archivo no está firmado o no se puede leer.",
                "content": {"application/json": {"schema": _ref("Verification")}},
            },
            **failures,
        },
    }


def _failure(status: int) -> dict[str, Any]:
    waits = {"Retry-After": {"schema": {"type": "integer"}, "description": "Segundos que conviene esperar."}}
    return {
        "description": f"Vea /api#error-{status}",
        "content": {_PROBLEM: {"schema": _ref("Problem")}},
        **({"headers": waits} if status in {429, 503} else {}),
    }


def _schemas() -> dict[str, Schema]:
    lists = (Colour, Integrity, Revocation, Change, Reason)
    named = {each.__name__: _closed(each, {word: words_of(word).sentence for word in each}) for each in lists}
    return {
        **named,
        "Known": _closed(Known, {word: REGISTER[word].words.sentence for word in Known}),
        "Problem": _object(type=_TEXT, title=_TEXT, status=_COUNT, detail=_TEXT, request_id=_TEXT),
        "Words": _object(sentence=_TEXT, meaning=_TEXT, action=_TEXT),
        "Holder": _holder(),
        "Aspect": _object(title=_TEXT, statements=_several("Words")),
        "SignatureWords": _object(who=_TEXT, kind=_ref("Words"), aspects=_several("Aspect"), changes=_several("Words")),
        "Signature": _signature(),
        "Acuse": _object(
            cadena=_TEXT, folio=_TEXT, sello_fits=_YES, token_fits=_or_null(_YES), token_time=_or_null(_TIME), tsa=_TEXT
        ),
        "DocumentWords": _object(
            headline=_ref("Words"), reasons=_several("Words"), actions=_list(_TEXT), acuse=_several("Words")
        ),
        "Document": _document(),
        "Register": _register(),
        "Verification": _object(
            sha256=_DIGEST, examined_at=_TIME, register=_ref("Register"), verdict=_or_null(_ref("Document"))
        ),
    }


def _holder() -> Schema:
    kind = {"type": "string", "enum": ["efirma", "csd", "institucional", "otro"]}
    masked = {"type": "string", "description": "Con la mayor parte cubierta por asteriscos."}
    return _object(
        name=_TEXT, rfc=masked, curp=masked, organization=_TEXT, serial=_TEXT, issuer=_TEXT, kind=kind,
        representative_rfc=masked,
    )  # fmt: skip


def _signature() -> Schema:
    return _object(
        field_name=_TEXT,
        is_timestamp=_YES,
        holder=_ref("Holder"),
        certificate_sha256=_TEXT,
        ours=_YES,
        colour=_ref("Colour"),
        integrity=_ref("Integrity"),
        reasons=_several("Reason"),
        changes=_several("Change"),
        revision_end=_or_null(_COUNT),
        covers_whole_file=_YES,
        trusted=_YES,
        valid_from=_or_null(_TIME),
        valid_until=_or_null(_TIME),
        in_force=_or_null(_YES),
        revocation=_ref("Revocation"),
        revoked_at=_or_null(_TIME),
        revocation_from=_TEXT,
        revocation_at=_or_null(_TIME),
        claimed_time=_or_null(_TIME),
        proven_time=_or_null(_TIME),
        tsa=_TEXT,
        algorithms=_TEXT,
        docmdp=_or_null(_COUNT),
        indication=_TEXT,
        sub_indication=_TEXT,
        detail=_TEXT,
        words=_ref("SignatureWords"),
    )


def _document() -> Schema:
    return _object(
        sha256=_DIGEST,
        size=_COUNT,
        media_type=_TEXT,
        colour=_ref("Colour"),
        integrity=_or_null(_ref("Integrity")),
        reasons=_several("Reason"),
        signatures=_several("Signature"),
        embedded=_several("Document"),
        acuse=_or_null(_ref("Acuse")),
        words=_ref("DocumentWords"),
    )


def _register() -> Schema:
    return _object(
        known=_ref("Known"),
        colour=_ref("Colour"),
        words=_ref("Words"),
        folio=_or_null(_TEXT),
        issued_at=_or_null(_TIME),
        edition=_or_null(_COUNT),
        newest_edition=_or_null(_YES),
        annulled=_or_null(_YES),
        claimed_folios=_list(_TEXT),
    )


def _closed(words: Iterable[StrEnum], meanings: Mapping[StrEnum, str]) -> Schema:
    told = "\n".join(f"- `{word.value}`: {meanings[word]}" for word in words)
    return {"type": "string", "enum": [word.value for word in words], "description": told}


def _object(**properties: Schema) -> Schema:
    """Every property is always there, and there is no other."""
    required = list(properties)
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _list(of: Schema) -> Schema:
    return {"type": "array", "items": of}


def _several(name: str) -> Schema:
    return _list(_ref(name))


def _or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}
