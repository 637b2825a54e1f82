"""The table of every setting, made from the settings themselves, as docs/settings.md shows it."""

from typing import get_args

from pydantic.fields import FieldInfo

from oficialia.settings import PROCESSES, is_secret, variable


def table() -> str:
    """A Markdown table: each variable, who reads it, its default, and what it is, in Spanish."""
    fields = {name: field for process in PROCESSES for name, field in process.model_fields.items()}
    rows = ["| Variable | La leen | Si falta | Qué es |", "|---|---|---|---|"]
    return "\n".join([*rows, *(_row(name, field) for name, field in fields.items())])


def _row(name: str, field: FieldInfo) -> str:
    readers = ", ".join(process.process for process in PROCESSES if name in process.model_fields)
    file = " (o `…_FILE`)" if is_secret(field) else ""
    return f"| `{variable(name)}`{file} | {readers} | {_default(field)} | {field.description}{_choices(field)} |"


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "**no arranca**"
    return f"`{field.default}`" if field.default not in {None, ""} else "vacía"


def _choices(field: FieldInfo) -> str:
    words = [word for word in get_args(field.annotation) if isinstance(word, str)]
    return f" Uno de: {', '.join(f'`{word}`' for word in words)}." if words else ""
