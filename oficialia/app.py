"""The web process: settings and real parts in, a Flask application out.

``gunicorn 'oficialia.app:create_app()'`` reads the environment; tests hand in a runtime of their own.
"""

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from oficialia import logs, settings
from oficialia.runtime import Runtime, build, look_of
from oficialia.settings import WebSettings
from oficialia.web import (
    answering,
    api,
    catalog,
    certificates,
    closings,
    confirmation,
    context,
    desk_account,
    desk_acts,
    desk_audit,
    desk_auth,
    desk_filing,
    desk_inbox,
    desk_reports,
    draft_link,
    draft_sweep,
    efirma,
    errors,
    health,
    inbox,
    ledger,
    look,
    pages,
    programs,
    security,
    session,
    throttle,
    tracking,
    trust,
    tus,
    uploads,
    ventanilla,
    verification,
    wizard_papers,
    wizard_review,
    wizard_signature,
    wizard_start,
    wizard_tasks,
    wizard_who,
    wizard_writing,
)
from oficialia.web.context import WebOptions

_MEBIBYTE = 1 << 20
_WIZARD = (wizard_start, wizard_tasks, wizard_who, wizard_writing, wizard_papers, wizard_signature, wizard_review)
_BLUEPRINTS = (
    pages,
    programs,
    catalog,
    ventanilla,
    tus,
    draft_link,
    efirma,
    confirmation,
    tracking,
    answering,
    inbox,
    verification,
    certificates,
    trust,
    ledger,
    closings,
    api,
    health,
    look,
)
_DESK = (desk_auth, desk_account, desk_inbox, desk_filing, desk_acts, desk_reports, desk_audit)


def create_app(runtime: Runtime | None = None, options: WebOptions | None = None) -> Flask:
    """The application on ``runtime``; without arguments, everything comes from the environment.

    A fault of the environment ends the process, with every fault on stderr.
    """
    if runtime is None or options is None:
        read = settings.load_or_exit(WebSettings)
        logs.configure(read.log_level)
        runtime, options = runtime or build(read), options or options_of(read)
    app = Flask(__name__)
    context.install(app, runtime, options)
    look.install(app, options.look)
    programs.install(app)
    session.install(app, options)
    security.install(app, options)
    uploads.install(app)
    errors.install(app)
    health.install(app, runtime, options)
    draft_sweep.install(app, runtime)
    for module in (*_BLUEPRINTS, *_WIZARD, *_DESK):
        app.register_blueprint(module.blueprint)
    throttle.install(app, options)
    if options.proxies:
        hops = options.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    return app


def options_of(read: WebSettings) -> WebOptions:
    """What the pages need of the settings."""
    return WebOptions(
        session_secret=read.session_secret.get_secret_value(),
        redis_url=read.redis_url.get_secret_value(),
        throttle=read.throttle,
        min_free_bytes=read.min_free_mb * _MEBIBYTE,
        proxies=read.trusted_proxies,
        https=read.public_url.startswith("https://"),
        demo=read.env == "demo",
        look=look_of(read),
    )
