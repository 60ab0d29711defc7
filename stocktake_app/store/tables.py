"""Every table of a workspace, as SQLModel classes; the only place where they are declared.

A ``StoreTable`` lives in ``store.db``, a ``DraftTable`` in ``drafts.db``. The full-text tables
(FTS5) have no class; the first migration makes them. Released shapes change by migration only.
Ids are hexadecimal text, hashes SHA-256 in hexadecimal, times RFC 3339 text; truth values are 0/1.
"""

from sqlalchemy import CheckConstraint, Column, Index, LargeBinary, MetaData, Text, UniqueConstraint
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from stocktake_app.store.migrations.columns import NAMES


class StoreTable(SQLModel, registry=registry(metadata=MetaData(naming_convention=NAMES))):
    """Base of the tables in ``store.db``."""


class DraftTable(SQLModel, registry=registry(metadata=MetaData(naming_convention=NAMES))):
    """Base of the tables in ``drafts.db``."""


class Setting(StoreTable, table=True):
    """What the workspace knows of itself: device id, profile, Lamport clock, as JSON by name."""

    name: str = Field(primary_key=True)
    value: str


class Device(StoreTable, table=True):
    """A laptop's incarnation that made changes; changes name it by ``key``."""

    key: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)


class Author(StoreTable, table=True):
    """A signer as a certificate names it; renewals and renamed offices make another row."""

    __table_args__ = (
        UniqueConstraint("identity", "role", "bureau", "name", "office", "fingerprint"),
    )
    key: int | None = Field(default=None, primary_key=True)
    identity: str
    role: str
    bureau: str
    name: str
    office: str
    fingerprint: str


class Form(StoreTable, table=True):
    """A questionnaire named by entries; ``form_id`` is "" until its bytes are here."""

    key: int | None = Field(default=None, primary_key=True)
    sha256: str = Field(unique=True)
    form_id: str = ""
    version: str = ""
    title: str = ""
    languages: str = ""
    added: str = ""


class Object(StoreTable, table=True):
    """Immutable bytes by their hash."""

    sha256: str = Field(primary_key=True)
    kind: str
    data: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class Entry(StoreTable, table=True):
    """One entry as its counted changes make it.

    An entry of a single change shows that change's answers (``sole``), so they are not copied;
    otherwise ``answers`` is JSON of the shown ones. ``present`` is 0 while no change counts,
    ``stale`` 1 while the projections are behind.
    """

    __table_args__ = (
        Index("ix_entry_updated", "updated"),
        Index("ix_entry_form", "form"),
        Index("ix_entry_stale", "stale", sqlite_where=Column("stale") == 1),
        Index("ix_entry_conflicts", "conflicts", sqlite_where=Column("conflicts") > 0),
    )
    key: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    form: int | None = Field(default=None, foreign_key="form.key")
    creator: int | None = Field(default=None, foreign_key="author.key")
    sole: int | None = None
    answers: str | None = Field(default=None, sa_column=Column(Text))
    title: str = ""
    state: str = ""
    event: str = ""
    bureau: str = ""
    countries: str = ""
    language: str = ""
    updated: str = ""
    changes: int = 0
    conflicts: int = 0
    deleted: int = 0
    present: int = 1
    stale: int = 1


class Seal(StoreTable, table=True):
    """A seal; its bytes are in ``seal_data``. ``live`` is 0 while every import of it is undone."""

    key: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    author: int = Field(foreign_key="author.key")
    device: str
    number: int
    previous: str
    created: str
    verdict: str
    reason: str
    received: str
    own: int
    live: int
    changes: int


class SealData(StoreTable, table=True):
    """The bytes of a seal file, apart so that lists of seals stay small."""

    __tablename__ = "seal_data"
    seal: int = Field(primary_key=True, foreign_key="seal.key")
    data: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class Change(StoreTable, table=True):
    """One frozen change, as the members of its canonical line; the line is re-derived from them.

    ``answers`` and ``replaces`` are the line's own JSON text. ``seal`` is None while a change of
    our own is unsealed. ``counted`` is 0 when it is set aside.
    """

    __table_args__ = (
        UniqueConstraint("device", "number", "id"),
        Index("ix_change_entry", "entry"),
        Index("ix_change_seal", "seal"),
    )
    key: int | None = Field(default=None, primary_key=True)
    id: str
    device: int = Field(foreign_key="device.key")
    number: int
    entry: int = Field(foreign_key="entry.key")
    lamport: int
    time: str
    answers: str = Field(sa_column=Column(Text, nullable=False))
    replaces: str = Field(sa_column=Column(Text, nullable=False))
    seal: int | None = Field(default=None, foreign_key="seal.key")
    counted: int = 1


class ExtraSeal(StoreTable, table=True):
    """A further seal that holds a change beside the one that the change names."""

    __tablename__ = "extra_seal"
    change: int = Field(primary_key=True, foreign_key="change.key")
    seal: int = Field(primary_key=True, foreign_key="seal.key")


class SetAside(StoreTable, table=True):
    """Why a change does not count now."""

    __tablename__ = "set_aside"
    change: int = Field(primary_key=True, foreign_key="change.key")
    reason: str


class BadLine(StoreTable, table=True):
    """A line of a seal that is no change; the line itself stays in the seal."""

    __tablename__ = "bad_line"
    seal: int = Field(primary_key=True, foreign_key="seal.key")
    line: int = Field(primary_key=True)
    reason: str


class Conflict(StoreTable, table=True):
    """One live value of an answer that has differing versions (``value`` None: blank)."""

    entry: int = Field(primary_key=True, foreign_key="entry.key")
    path: str = Field(primary_key=True)
    change: str = Field(primary_key=True)
    value: str | None = None


class Disclosure(StoreTable, table=True):
    """A confidential answer by the digest that changes of its entry name.

    Kept for each entry on its own, so that whoever names another's digest learns nothing by it.
    """

    entry: int = Field(primary_key=True, foreign_key="entry.key")
    digest: str = Field(primary_key=True)
    salt: str
    value: str = Field(sa_column=Column(Text, nullable=False))


class Attachment(StoreTable, table=True):
    """A file by the digest that changes of its entry name; ``size`` is of ``data``, in bytes."""

    entry: int = Field(primary_key=True, foreign_key="entry.key")
    digest: str = Field(primary_key=True)
    salt: str
    name: str
    media_type: str
    size: int
    data: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class Erasure(StoreTable, table=True):
    """A digest of an entry whose content is erased for good, by a change that counts."""

    entry: int = Field(primary_key=True, foreign_key="entry.key")
    digest: str = Field(primary_key=True)


class PackageImport(StoreTable, table=True):
    """One taking in of one file; ``undone`` is the time of its undoing or ""."""

    __tablename__ = "package_import"
    key: int | None = Field(default=None, primary_key=True)
    sha256: str
    name: str
    kind: str
    size: int
    verdict: str
    signer_name: str
    imported: str
    undone: str = ""
    new: int = 0
    newer: int = 0
    conflicting: int = 0
    same: int = 0
    refused: int = 0


class ImportSeal(StoreTable, table=True):
    """Which seals an import brought."""

    __tablename__ = "import_seal"
    __table_args__ = (Index("ix_import_seal_seal", "seal"),)
    package_import: int = Field(primary_key=True, foreign_key="package_import.key")
    seal: int = Field(primary_key=True, foreign_key="seal.key")


class CarriedSeal(StoreTable, table=True):
    """Which seals a package of ours carries: those that its closing seal names."""

    __tablename__ = "carried_seal"
    closing: int = Field(primary_key=True, foreign_key="seal.key")
    seal: str = Field(primary_key=True)


class FrozenDraft(StoreTable, table=True):
    """Which change a draft became at which step, so that a freeze cut short is not done twice."""

    __tablename__ = "frozen_draft"
    draft: str = Field(primary_key=True)
    change: str
    step: int


class Outbox(StoreTable, table=True):
    """A package of ours on its way."""

    key: int | None = Field(default=None, primary_key=True)
    sha256: str = Field(unique=True)
    file: str
    kind: str
    size: int
    target: str
    state: str
    created: str
    offset: int = 0
    attempts: int = 0
    next_try: str = ""
    problem: str = ""
    receipt: str = ""
    seal: int = Field(foreign_key="seal.key")


class TrustObject(StoreTable, table=True):
    """A certificate or revocation list (DER), by what it is to us: anchor, own, revocation."""

    __tablename__ = "trust_object"
    __table_args__ = (UniqueConstraint("kind", "sha256"),)
    key: int | None = Field(default=None, primary_key=True)
    kind: str
    sha256: str
    position: int = 0
    der: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    added: str


class Finding(StoreTable, table=True):
    """Projection: one finding with what it inherits; lists of codes are parted by blanks."""

    __table_args__ = (Index("ix_finding_entry", "entry"),)
    key: int | None = Field(default=None, primary_key=True)
    entry: int = Field(foreign_key="entry.key")
    row: str
    position: int
    kind: str
    text: str = Field(sa_column=Column(Text, nullable=False))
    countries: str
    subjects: str
    objectives: str
    indicators: str
    themes: str
    stakeholders: str
    pledges: str
    initiatives: str
    answers: str = Field(sa_column=Column(Text, nullable=False))


class Intervention(StoreTable, table=True):
    """Projection: one intervention of a consultation."""

    __table_args__ = (Index("ix_intervention_entry", "entry"),)
    key: int | None = Field(default=None, primary_key=True)
    entry: int = Field(foreign_key="entry.key")
    row: str
    position: int
    speaker_type: str
    delegation: str
    points: str = Field(sa_column=Column(Text, nullable=False))
    answers: str = Field(sa_column=Column(Text, nullable=False))


class PledgeUpdate(StoreTable, table=True):
    """Projection: what an entry says of one pledge."""

    __tablename__ = "pledge_update"
    __table_args__ = (Index("ix_pledge_update_entry", "entry"),)
    key: int | None = Field(default=None, primary_key=True)
    entry: int = Field(foreign_key="entry.key")
    pledge: str
    stage: str
    date: str
    text: str = Field(sa_column=Column(Text, nullable=False))
    answers: str = Field(sa_column=Column(Text, nullable=False))


class IndicatorReading(StoreTable, table=True):
    """Projection: one value of an indicator."""

    __tablename__ = "indicator_reading"
    __table_args__ = (Index("ix_indicator_reading_entry", "entry"),)
    key: int | None = Field(default=None, primary_key=True)
    entry: int = Field(foreign_key="entry.key")
    indicator: str
    country: str
    date: str
    value: str
    answers: str = Field(sa_column=Column(Text, nullable=False))


class Draft(DraftTable, table=True):
    """An entry being typed: what it began from. ``base`` and ``heads`` are JSON."""

    key: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    entry: str
    form: str
    base: str = Field(sa_column=Column(Text, nullable=False))
    heads: str = Field(sa_column=Column(Text, nullable=False))
    is_new: int
    started: str
    discarded: int = 0


class DraftStep(DraftTable, table=True):
    """One step of a draft's journal: ``save`` with its answers as JSON, ``undo`` or ``redo``."""

    __tablename__ = "draft_step"
    __table_args__ = (
        CheckConstraint("kind IN ('save', 'undo', 'redo')", name="kind"),
        {"sqlite_with_rowid": False},  # one journal's rows lie together: a save touches one page
    )
    draft: int = Field(primary_key=True, foreign_key="draft.key", ondelete="CASCADE")
    number: int = Field(primary_key=True)
    at: str
    kind: str
    answers: str = Field(sa_column=Column(Text, nullable=False))


class DraftAttachment(DraftTable, table=True):
    """A file that was attached to a draft: its disclosure, which freezing takes to the store."""

    __tablename__ = "draft_attachment"
    draft: int = Field(primary_key=True, foreign_key="draft.key", ondelete="CASCADE")
    digest: str = Field(primary_key=True)
    data: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
