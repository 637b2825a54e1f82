"""Who gives a command, and why: kept with what the command changed."""

import os
import pwd

import click


def who() -> str:
    """The system's name of the person at the terminal, also behind sudo."""
    try:
        return os.getlogin()
    except OSError:
        return pwd.getpwuid(os.getuid()).pw_name


def motive(_context: click.Context, _parameter: click.Parameter, text: str) -> str:
    """A reason on one line, which must say something."""
    if not (said := " ".join(text.split())):
        raise click.BadParameter("diga por qué; queda anotado con su nombre.")
    return said
