"""Applications, centres, rooms, sittings and bookings."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, UniqueConstraint, Uuid, text
from sqlmodel import Field, SQLModel

from app.exams.rules.states import AccommodationState, ApplicationState, BookingState, Mode
from app.kernel.ids import new_id
from app.kernel.locales import LOCALES
from app.kernel.types import Json, UtcDateTime, word


class Application(SQLModel, table=True):
    """A person's application to be examined. Names are as in the identity document, typed by the person."""

    __tablename__ = "application"
    __table_args__ = (
        Index(
            "uq_application_live",
            "person_id",
            "exam_id",
            unique=True,
            sqlite_where=text("state IN ('submitted', 'accepted')"),
            postgresql_where=text("state IN ('submitted', 'accepted')"),
        ),
        CheckConstraint("adult OR guardian_name IS NOT NULL", name="adult_or_guardian"),
        CheckConstraint("extra_percent >= 0 AND extra_percent <= 200", name="extra_percent_bounds"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    person_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("person.id"), nullable=False, index=True))
    exam_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("exam.id"), nullable=False))
    state: ApplicationState = Field(sa_column=Column(word(ApplicationState), nullable=False))
    name_cyrillic: str | None = Field(default=None, max_length=200)
    name_latin: str = Field(max_length=200)
    adult: bool
    guardian_name: str | None = Field(default=None, max_length=200)
    guardian_contact: str | None = Field(default=None, max_length=254)
    conduct_version: str = Field(max_length=16)
    mark_version: str = Field(max_length=16)
    """The agreement on the use of the mark that was accepted."""
    notice_version: str = Field(max_length=16)
    """The notice on how the exam is supervised that was read before applying."""
    accepted_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    accommodation: AccommodationState = Field(sa_column=Column(word(AccommodationState), nullable=False))
    accommodation_request: str | None = Field(default=None, max_length=2000)
    extra_percent: int = Field(default=0)
    extra_minutes: int = Field(default=0)
    accommodation_by: UUID | None = Field(default=None, sa_column=Column(Uuid, ForeignKey("person.id")))
    accommodation_reason: str | None = Field(default=None, max_length=1000)
    accommodation_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    created_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class Centre(SQLModel, table=True):
    """A place where exams are sat."""

    __tablename__ = "centre"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    slug: str = Field(max_length=64, unique=True)
    name: dict[str, str] = Field(sa_column=Column(Json, nullable=False))
    address: dict[str, str] = Field(sa_column=Column(Json, nullable=False))
    region: str | None = Field(default=None, max_length=8)
    timezone: str = Field(max_length=64)


class Room(SQLModel, table=True):
    """A room of a centre."""

    __tablename__ = "room"
    __table_args__ = (
        UniqueConstraint("centre_id", "name"),
        CheckConstraint("capacity > 0", name="capacity_positive"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    centre_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("centre.id"), nullable=False))
    name: str = Field(max_length=64)
    capacity: int
    step_free: bool = Field(default=False)


class Sitting(SQLModel, table=True):
    """A scheduled session. An attempt is one candidate's; ``booked`` never passes ``capacity``."""

    __tablename__ = "sitting"
    __table_args__ = (
        CheckConstraint("capacity > 0", name="capacity_positive"),
        CheckConstraint("booked >= 0 AND booked <= capacity", name="booked_within_capacity"),
        CheckConstraint("closes_at > opens_at", name="window_forward"),
        Index("ix_sitting_exam_opens", "exam_id", "opens_at"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    exam_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("exam.id"), nullable=False))
    blueprint_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("blueprint.id"), nullable=False))
    room_id: UUID | None = Field(default=None, sa_column=Column(Uuid, ForeignKey("room.id")))
    mode: Mode = Field(sa_column=Column(word(Mode), nullable=False))
    opens_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    """The hour printed on the booking; check-in runs from 30 min before to 15 min after."""
    closes_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    """No attempt of this sitting runs past this instant, plus the candidate's extra time."""
    capacity: int
    booked: int = Field(default=0)
    languages: list[str] = Field(
        default_factory=lambda: [str(locale) for locale in LOCALES], sa_column=Column(Json, nullable=False)
    )
    """Always all three: every exam is given in each, and a candidate switches at any moment. Only the release
    before this one reads it."""
    form_ids: list[str] = Field(sa_column=Column(Json, nullable=False))
    """Forms this sitting may hand out; empty means any published form of the blueprint."""
    secure_browser: bool = Field(default=False)
    """Whether this sitting is taken in Safe Exam Browser with the settings we give."""
    room_closed_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    cancelled_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    cancelled_reason: str | None = Field(default=None, max_length=1000)
    """What everybody who had a place or waited is told."""


class SittingProctor(SQLModel, table=True):
    """A proctor is assigned to a sitting."""

    __tablename__ = "sitting_proctor"

    sitting_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("sitting.id"), primary_key=True))
    person_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("person.id"), primary_key=True))


class Booking(SQLModel, table=True):
    """A candidate's place in a sitting, or in its waiting list (first come, first served)."""

    __tablename__ = "booking"
    __table_args__ = (
        Index(
            "uq_booking_live",
            "person_id",
            "exam_id",
            unique=True,
            sqlite_where=text("state IN ('booked', 'waiting')"),
            postgresql_where=text("state IN ('booked', 'waiting')"),
        ),
        Index("ix_booking_sitting", "sitting_id", "state", "created_at"),
        Index(
            "uq_booking_seat",
            "sitting_id",
            "seat",
            unique=True,
            sqlite_where=text("state = 'booked'"),
            postgresql_where=text("state = 'booked'"),
        ),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    sitting_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("sitting.id"), nullable=False))
    exam_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("exam.id"), nullable=False))
    person_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("person.id"), nullable=False))
    application_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("application.id"), nullable=False))
    attempt_id: UUID | None = Field(default=None, sa_column=Column(Uuid, ForeignKey("attempt.id")))
    """Set when booked: the attempt in state ``scheduled`` this place is for."""
    seat: int | None = None
    """Set when booked: the number of the place in the room, from 1."""
    state: BookingState = Field(sa_column=Column(word(BookingState), nullable=False))
    created_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    ended_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
