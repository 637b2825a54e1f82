"""Whom this office believes: the authorities whose certificates it recognises, for everybody to see and compare."""

from flask import Blueprint, Response, render_template

from oficialia.errors import NotFound
from oficialia.services import trust
from oficialia.web.certificates import file_response
from oficialia.web.context import runtime
from signing.certificate import to_der

blueprint = Blueprint("trust", __name__, url_prefix="/confianza")


@blueprint.get("")
def index() -> str:
    """All of them."""
    office = runtime()
    return render_template("confianza.html", anchors=trust.published(office.anchors), now=office.clock())


@blueprint.get("/<sha256>.pem")
def pem(sha256: str) -> Response:
    """One of them in PEM."""
    return file_response(_found(sha256).encode(), f"ancla-{sha256[:16]}.pem", "application/x-pem-file")


@blueprint.get("/<sha256>.cer")
def der(sha256: str) -> Response:
    """One of them in DER, whose SHA-256 is its address."""
    return file_response(to_der(_found(sha256)), f"ancla-{sha256[:16]}.cer", "application/pkix-cert")


def _found(sha256: str) -> str:
    found = trust.pem_of(runtime().anchors, sha256)
    if found is None:
        raise NotFound("No confiamos en ningún certificado con esa huella.")
    return found
