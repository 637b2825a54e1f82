"""The tables of the register; no rules."""

from oficialia.models.base import Base
from oficialia.models.catalog import Area, Cedula, DocumentKind, Tramite
from oficialia.models.document import Acuse, Document, StoredObject
from oficialia.models.filing import Deadline, Event, Filing, FollowUp, Party, PartyWord
from oficialia.models.ledger import FolioSeries, LedgerHead, LedgerLeaf, SealCertificate, SealState
from oficialia.models.mail import AskedLetter, EmailConfirmation, InboxEntry
from oficialia.models.outbox import Job
from oficialia.models.policy import CalendarDay, CalendarSpan, Policy, PolicyRule
from oficialia.models.publication import LedgerCheckpoint, LedgerPublisher
from oficialia.models.review import Review
from oficialia.models.staff import SignInFailure, StaffAccount, StaffEvent, StaffSession

__all__ = [
    "Acuse",
    "Area",
    "AskedLetter",
    "Base",
    "CalendarDay",
    "CalendarSpan",
    "Cedula",
    "Deadline",
    "Document",
    "DocumentKind",
    "EmailConfirmation",
    "Event",
    "Filing",
    "FolioSeries",
    "FollowUp",
    "InboxEntry",
    "Job",
    "LedgerCheckpoint",
    "LedgerHead",
    "LedgerLeaf",
    "LedgerPublisher",
    "Party",
    "PartyWord",
    "Policy",
    "PolicyRule",
    "Review",
    "SealCertificate",
    "SealState",
    "SignInFailure",
    "StaffAccount",
    "StaffEvent",
    "StaffSession",
    "StoredObject",
    "Tramite",
]
