"""What an acuse de notificación says, worded from the register."""

from datetime import date, datetime

from oficialia.domain.wording import instant, long_date
from oficialia.runtime import Labels
from oficialia.services.buzon import Medio
from oficialia.services.notificaciones import NoticeWork
from signing.notice_pdf import NoticeContent

WHAT = {
    "prevencion": "Prevención: se le pidió completar su escrito",
    "respuesta": "Respuesta de la autoridad a su escrito",
}
MEDIO_WORDS = {
    Medio.SESION: "en el navegador con que presentó su escrito",
    Medio.CLAVE: "con el folio y la clave de seguimiento",
    Medio.CORREO: "con un código enviado al correo que confirmó",
    Medio.EFIRMA: "con su e.firma",
}


def content(labels: Labels, work: NoticeWork, at: datetime) -> NoticeContent:
    """The acuse of ``work``, issued ``at``."""
    return NoticeContent(
        municipality=labels.municipality,
        office=labels.office,
        folio=work.folio,
        asunto=work.asunto,
        who=work.who,
        area=labels.office if work.due else work.area,  # the oficialía prevents, the area answers
        what=WHAT[work.what],
        asked=work.asked,
        reason=tuple(line for line in work.reason.splitlines() if line.strip()) if work.asked or work.due else (),
        due=long_date(date.fromisoformat(work.due)) if work.due else "",
        answer_sha256=work.answer_sha256,
        published_at=instant(work.published_at),
        opened_at=instant(work.opened_at),
        medio=f"Quien la abrió entró {MEDIO_WORDS[work.medio]}.",
        leaf=work.leaf,
        leaf_hash=work.leaf_hash,
        code=work.code,
        url=f"{labels.public_url}/v/{work.code}",
        issued_at=at,
    )
