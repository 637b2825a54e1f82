"""The stages of a filing as the pages tell them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from oficialia.services.tracking import FilingView

# A page without JavaScript stops reloading itself after this; then a person presses a link.
_PATIENCE = timedelta(minutes=10)


@dataclass(frozen=True)
class Step:
    """One stage: its word, what it means, and whether it was reached."""

    name: str
    meaning: str
    done: bool


def steps(view: FilingView) -> tuple[Step, ...]:
    """The three stages that the machine goes through."""
    return (
        Step("Recibido", "Guardamos su escrito y le dimos folio.", True),
        Step("Sellado", "Pusimos el sello electrónico en su documento.", view.sealed is not None),
        Step("Acuse listo", "Ya puede descargar su comprobante.", view.acuse is not None),
    )


def finished(view: FilingView) -> bool:
    """Whether nothing more will change by itself."""
    return view.acuse is not None


def waits_long(view: FilingView, now: datetime) -> bool:
    """Whether the page should stop asking by itself."""
    return view.held or now - view.registered_at > _PATIENCE


def sentence(view: FilingView) -> str:
    """Where it stands, in one or two sentences."""
    if view.acuse is not None:
        return "Su acuse de recibo está listo. Descárguelo y guárdelo."
    if view.awaits_seal:
        rest = "su acuse saldrá" if view.sealed is not None else "su documento sellado y su acuse saldrán"
        return (
            "Ahora no podemos usar el sello electrónico del municipio. Su folio y su fecha son seguros y no cambian; "
            f"{rest} sin que haga nada. Vuelva más tarde."
        )
    if view.held and view.sealed is not None:
        return "Su documento ya tiene sello. Una persona revisa un detalle antes de emitir su acuse; vuelva más tarde."
    if view.held:
        return "Una persona revisa su documento antes de sellarlo. Su folio ya es seguro; vuelva más tarde."
    if view.sealed is not None:
        return "Su documento ya tiene sello. Preparamos su acuse de recibo."
    return "Recibimos su escrito. Ahora lo sellamos; suele tardar menos de un minuto."
