"""Every certificate with which this office ever sealed, for whoever checks a document years later."""

from flask import Blueprint, Response, make_response, render_template

from oficialia.errors import NotFound
from oficialia.services import certificates
from oficialia.web.context import runtime
from signing.certificate import to_der

blueprint = Blueprint("certificates", __name__, url_prefix="/certificados")
# The address has the digest of what it gives.
FOR_EVER = "public, max-age=31536000, immutable"


@blueprint.get("")
def index() -> str:
    """All of them, the newest first."""
    return render_template("certificados.html", certificates=certificates.published(runtime().database))


@blueprint.get("/<sha256>.pem")
def pem(sha256: str) -> Response:
    """One of them in PEM, at its permanent address."""
    return file_response(_found(sha256).encode(), f"sello-{sha256[:16]}.pem", "application/x-pem-file")


@blueprint.get("/<sha256>.cer")
def der(sha256: str) -> Response:
    """One of them in DER, whose SHA-256 is its address."""
    return file_response(to_der(_found(sha256)), f"sello-{sha256[:16]}.cer", "application/pkix-cert")


def _found(sha256: str) -> str:
    found = certificates.pem_of(runtime().database, sha256)
    if found is None:
        raise NotFound("No hay ningún certificado de esta oficina con esa huella.")
    return found


def file_response(content: bytes, name: str, media_type: str) -> Response:
    """A certificate to be downloaded, from an address that has its digest."""
    response = make_response(content)
    response.mimetype = media_type
    response.headers.set("Content-Disposition", "attachment", filename=name)
    response.headers["Cache-Control"] = FOR_EVER
    return response
