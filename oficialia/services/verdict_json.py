"""A verdict with its words as JSON: what the API answers, and what `oficialia verificar --json` writes."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from oficialia.services.verdict_view import DocumentView, SignatureView, view
from oficialia.services.words import Words
from signing.verdict import DocumentVerdict


def described(verdict: DocumentVerdict, proofs: tuple[Words, ...] = ()) -> dict[str, Any]:
    """The verdict as it is kept, with `words` for the document and for each signature."""
    return _document(verdict, view(verdict, proofs))


def _document(verdict: DocumentVerdict, seen: DocumentView) -> dict[str, Any]:
    pairs = zip(verdict.signatures, seen.signatures, strict=True)
    inner = zip(verdict.embedded, seen.embedded, strict=True)
    return verdict.to_json() | {
        "signatures": [signature.to_json() | {"words": _signature(words)} for signature, words in pairs],
        "embedded": [_document(each, words) for each, words in inner],
        "words": {
            "headline": asdict(seen.headline),
            "reasons": _all(seen.reasons),
            "actions": list(seen.actions),
            "acuse": _all(seen.acuse),
        },
    }


def _signature(seen: SignatureView) -> dict[str, Any]:
    return {
        "who": seen.who,
        "kind": asdict(seen.kind),
        "aspects": [{"title": each.title, "statements": _all(each.statements)} for each in seen.aspects],
        "changes": _all(seen.changes),
    }


def _all(several: Iterable[Words]) -> list[dict[str, str]]:
    return [asdict(each) for each in several]
