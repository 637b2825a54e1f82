"""CURP and RFC as a person types them: what stops a form, and what only deserves a second look.

About 1.5 % of real RFCs fail their own check digit, so a failed digit warns and never stops. Only
what cannot be such a key at all (length, letters where digits go) is a fault.
"""

import re

from stdnum.exceptions import ValidationError
from stdnum.mx import curp, rfc

# Looser than RENAPO's and SAT's own rules on purpose: a key that a real person holds must never be a fault.
_CURP = re.compile(r"[A-ZÑ]{4}\d{6}[HMX][A-Z]{2}[A-ZÑ]{3}[0-9A-Z]\d", re.ASCII)
_RFC = re.compile(r"[A-ZÑ&]{3,4}\d{6}[0-9A-Z]{3}", re.ASCII)


def normalise(value: str) -> str:
    """Capitals, without blanks nor hyphens."""
    return re.sub(r"[\s\-.]", "", value).upper()


def is_curp(value: str) -> bool:
    """Whether ``value`` has the shape of a CURP."""
    return bool(_CURP.fullmatch(value))


def is_rfc(value: str) -> bool:
    """Whether ``value`` has the shape of an RFC, of a person (13) or of a company (12)."""
    return bool(_RFC.fullmatch(value))


def doubtful_curp(value: str) -> bool:
    """Whether a CURP of good shape fails its check digit or names an impossible date or state."""
    try:
        curp.validate(value)
    except ValidationError:
        return True
    return False


def doubtful_rfc(value: str) -> bool:
    """Whether an RFC of good shape fails its check digit or names an impossible date."""
    try:
        rfc.validate(value, validate_check_digits=True)
    except ValidationError:
        return True
    return False
