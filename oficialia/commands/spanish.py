"""Click in Spanish: its own words, and the faults that commands meet, worded for whoever runs them.

Click asks gettext for each of its sentences; gettext knows only compiled catalogues in system folders. A table is
enough, so this puts one in gettext's place, in click's modules only.
"""

import errno
import importlib
from typing import Any

import click
from click import core, decorators, exceptions, formatting, parser, termui, types

from oficialia.embedded.process import ServiceFailed
from oficialia.settings import SettingsError

WORDS = {
    "Usage:": "Uso:",
    "Usage: ": "Uso: ",
    "Options": "Opciones",
    "Positional arguments": "Argumentos",
    "Commands": "Órdenes",
    "Aborted!": "Interrumpido.",
    "Error: {message}": "Error: {message}",
    "Show this message and exit.": "Muestra esta ayuda y termina.",
    "Show the version and exit.": "Muestra la versión y termina.",
    "Try '{command} {option}' for help.": "Escriba «{command} {option}» para ver la ayuda.",
    "Missing command.": "Falta la orden.",
    "Missing argument": "Falta el argumento",
    "Missing option": "Falta la opción",
    "Missing parameter": "Falta el parámetro",
    "Missing {param_type}": "Falta {param_type}",
    "Missing parameter: {param_name}": "Falta el parámetro: {param_name}",
    "No such option {name!r}.": "No existe la opción {name!r}.",
    "No such command {name!r}.": "No existe la orden {name!r}.",
    "Did you mean {possibility}?": "¿Quiso decir {possibility}?",
    "(Possible options: {possibilities})": "(Opciones parecidas: {possibilities})",
    "(Did you mean one of: {possibilities}?)": "(¿Quiso decir alguna de estas: {possibilities}?)",
    "Invalid value: {message}": "Valor no admitido: {message}",
    "Invalid value for {param_hint}: {message}": "Valor no admitido en {param_hint}: {message}",
    "Choose from:\n\t{choices}": "Elija entre:\n\t{choices}",
    "{value!r} is not {choice}.": "{value!r} no es {choice}.",
    "{value!r} is not one of {choices}.": "{value!r} no es ninguno de {choices}.",
    "{value!r} is not a valid {number_type}.": "{value!r} no es un número admitido.",
    "{value} is not in the range {range}.": "{value} no está {range}.",
    "Got unexpected extra argument ({args})": "Sobra el argumento ({args})",
    "Got unexpected extra arguments ({args})": "Sobran los argumentos ({args})",
    "Option {name!r} requires an argument.": "A la opción {name!r} le falta su valor.",
    "Option {name!r} does not take a value.": "La opción {name!r} no lleva valor.",
    "Error: The two entered values do not match.": "No son iguales. Escríbala otra vez.",
    "env var: {var}": "variable: {var}",
    "default: {default}": "por omisión: {default}",
    "required": "obligatoria",
    "file": "archivo",
    "directory": "carpeta",
    "path": "ruta",
    "{name} {filename!r} does not exist.": "{name} {filename!r} no existe.",
    "{name} {filename!r} is a file.": "{name} {filename!r} es un archivo.",
    "{name} {filename!r} is a directory.": "{name} {filename!r} es una carpeta.",
    "{name} {filename!r} is not readable.": "{name} {filename!r} no se puede leer.",
    "{name} {filename!r} is not writable.": "{name} {filename!r} no se puede escribir.",
}


def word(text: str) -> str:
    """A sentence of click's in Spanish; one that the table lacks stays as it is."""
    return WORDS.get(text, text)


def plural(singular: str, several: str, count: int) -> str:
    """The same for a sentence with a plural."""
    return word(singular if count == 1 else several)


def _speak_spanish() -> None:
    for module in (core, decorators, exceptions, formatting, parser, termui, types):
        for name, function in (("_", word), ("ngettext", plural)):
            if hasattr(module, name):
                setattr(module, name, function)


# At once: click words some things when an option is declared.
_speak_spanish()


class Command(click.Command):
    """A command whose usage line is in Spanish."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("options_metavar", "[OPCIONES]")
        super().__init__(*args, **kwargs)


class Group(click.Group):
    """A group of commands; a fault of the installation is told in Spanish and ends with status 1, without a trace."""

    command_class = Command
    group_class = type

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("options_metavar", "[OPCIONES]")
        kwargs.setdefault("subcommand_metavar", "ORDEN [ARGUMENTOS]...")
        self._modules: dict[str, str] = kwargs.pop("modules", {})
        super().__init__(*args, **kwargs)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of its commands."""
        return sorted({*super().list_commands(ctx), *self._modules})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """A command; one of `modules` is imported only now, so that each command starts with what it needs."""
        if module := self._modules.get(cmd_name):
            command: click.Command = getattr(importlib.import_module(module), cmd_name)
            return command
        return super().get_command(ctx, cmd_name)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except (SettingsError, ServiceFailed) as fault:
            raise click.ClickException(str(fault)) from fault
        except BrokenPipeError:
            raise  # whoever read our output left: click ends quietly
        except OSError as fault:
            raise click.ClickException(explained(fault)) from fault


class IntRange(click.IntRange):
    """Whole numbers between two, both allowed, described in words."""

    def _describe_range(self) -> str:
        return f"entre {self.min} y {self.max}"


_CAUSES = {
    errno.ENOENT: "no existe o no se puede crear",
    errno.EACCES: "no tiene permiso",
    errno.EPERM: "no tiene permiso",
    errno.EROFS: "es de solo lectura",
    errno.ENOTDIR: "una parte de la ruta no es una carpeta",
    errno.ENOSPC: "no queda espacio",
    errno.EDQUOT: "no queda espacio en su cuota",
    errno.EISDIR: "es una carpeta",
    errno.EEXIST: "ya existe",
    errno.ENAMETOOLONG: "el nombre es demasiado largo",
    errno.EIO: "el disco no se puede leer o escribir",
}


def cause_of(fault: OSError) -> str:
    """What the system refused, in words; of what has none, its own as a detail."""
    unknown = f"el sistema no lo permitió (detalle: {fault.strerror or type(fault).__name__})"
    return _CAUSES.get(fault.errno or 0, unknown)


def explained(fault: OSError) -> str:
    """What the system refused, where, and what to do."""
    place = f" «{fault.filename}»" if fault.filename else ""
    return (
        f"No se pudo usar{place}: {cause_of(fault)}. Revise la ruta, sus permisos y el espacio, o elija otra carpeta."
    )
