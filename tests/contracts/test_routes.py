"""Every address of the site is public by this list, or behind the sign-in of the staff."""

import json
import re

import pytest
from flask import Flask

from oficialia.web import desk
from tests.support.nginx import EXAMPLES as NGINX
from tests.support.window import idle_app

# What anybody may ask for. What belongs to one filing opens with its session or its clave, and tells of itself.
PUBLIC = {
    "static",
    *("pages.home", "pages.left", "pages.privacy_notice", "pages.privacy_text"),
    *("catalog.index", "catalog.show", "certificates.index", "certificates.pem", "certificates.der"),
    *("health.alive", "health.ready"),
    *("ledger.index", "ledger.checker", "ledger.policy", "ledger.checkpoint", "ledger.tile"),
    *("closings.index", "closings.day", "closings.file"),
    *("ventanilla.show_form", "ventanilla.submit", "wizard_start.start", "wizard_start.begin"),
    *("wizard_tasks.tasks", "wizard_tasks.mail_link", "wizard_tasks.what", "wizard_tasks.change_what"),
    *("wizard_who.who", "wizard_who.say_who", "wizard_who.more", "wizard_who.say_more"),
    *("wizard_who.notices", "wizard_who.say_notices"),
    *("wizard_writing.writing", "wizard_writing.say_writing", "wizard_writing.content", "wizard_writing.say_content"),
    *("wizard_papers.checklist", "wizard_papers.hand_in", "wizard_papers.described", "wizard_papers.describe"),
    *("wizard_signature.signature", "wizard_signature.say_how", "wizard_signature.here", "wizard_signature.signed"),
    *("wizard_review.show", "wizard_review.file"),
    # Of a draft: with the session that opened it by its code.
    *("draft_link.show_form", "draft_link.open_draft"),
    *("tus.capabilities", "tus.create", "tus.tell", "tus.append", "tus.remove", "tus.other_method"),
    *("confirmation.show", "confirmation.state", "confirmation.download"),
    *("confirmation.confirm_email", "confirmation.resend_email"),
    *("tracking.show_form", "tracking.open_filing", "tracking.show", "tracking.download", "tracking.leave"),
    *("tracking.open_message", "inbox.show", "inbox.ask", "inbox.show_code", "inbox.enter"),
    *("inbox.open_filing", "inbox.leave", "answering.answer", "answering.add"),
    *("verification.show_form", "verification.show_code", "verification.examine", "verification.find_code"),
    *("verification.revision", "api.manual", "api.description", "api.verify"),
    *("look.colours", "look.emblem"),
    *("trust.index", "trust.pem", "trust.der"),
    "programs.index",
    *("efirma.prepare", "efirma.document", "efirma.finish", "inbox.enter_with_efirma"),
    *("desk_auth.show_form", "desk_auth.enter"),
}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The application; nothing of it is opened."""
    return idle_app(tmp_path_factory.mktemp("rutas"))


def guarded(app: Flask) -> set[str]:
    """The blueprints whose every request passes the guard."""
    return {name for name, functions in app.before_request_funcs.items() if desk.guard in functions and name}


def test_every_route_is_public_by_name_or_behind_the_sign_in(app: Flask) -> None:
    behind = guarded(app)
    routes = {str(rule.endpoint) for rule in app.url_map.iter_rules()}
    stray = {name for name in routes - PUBLIC if name.split(".")[0] not in behind}
    assert not stray, "name them in PUBLIC, or make their blueprint with desk.guarded"
    assert routes >= PUBLIC, "these are gone"
    assert not {name for name in PUBLIC if name.split(".")[0] in behind}


def test_all_that_is_behind_the_sign_in_is_under_one_roof(app: Flask) -> None:
    behind = guarded(app)
    for rule in app.url_map.iter_rules():
        endpoint = str(rule.endpoint)
        inside = endpoint.split(".", maxsplit=1)[0] in behind or endpoint.startswith("desk_auth.")
        assert rule.rule.startswith(desk.PREFIX) == inside, rule.rule


def test_the_log_of_nginx_knows_every_page(app: Flask) -> None:
    """Without it whoever looks for what fails reads "?"."""
    known = re.search(r"<primera>/\(\?:\|([\w|-]+)\)", (NGINX / "oficialia.conf").read_text("utf-8"))
    assert known
    assert {rule.rule.split("/")[1] for rule in app.url_map.iter_rules()} - {""} == set(known[1].split("|"))


def test_no_public_page_leads_to_the_desk(app: Flask) -> None:
    page = app.test_client().get("/").text
    assert desk.PREFIX not in json.dumps(page)
