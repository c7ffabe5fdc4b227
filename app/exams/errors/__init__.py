"""Refusals of the exams slice."""

from http import HTTPStatus

from app.kernel.errors import DomainError, Forbidden

# Forms and booking


class NoFormLeft(DomainError):
    """The candidate has seen every form there is; a retake never gets one of them."""

    code = "no-form-left"


class BankTooSmall(DomainError):
    """The bank does not give the forms the blueprint asks for."""

    code = "bank-too-small"


class ItemsNotScored(DomainError):
    """The form holds items that no machine scores, or that the exam page does not show yet."""

    code = "items-not-scored"


class ItemsChanged(DomainError):
    """Items of the form were retired, have a newer version or rest on a rule that ended.

    ``items``: how many.
    """

    code = "items-changed"


class ApplicationNeeded(DomainError):
    """An exam that leads to certification is booked with an accepted application only."""

    code = "application-needed"


class TrainsOthers(DomainError):
    """Whoever trains others now sees no live item, so they sit no exam that leads to certification."""

    code = "trains-others"


class AlreadyApplied(DomainError):
    """There is a live application of this person for this exam."""

    code = "already-applied"


class AccommodationDecided(DomainError):
    """The request was decided before, or none was made."""

    code = "accommodation-decided"


class OwnRequest(DomainError):
    """Nobody decides on their own request."""

    code = "own-request"


class ApplicationUsed(DomainError):
    """The candidate has checked in, or started an attempt, with this application."""

    code = "application-used"


class PlaceHeld(DomainError):
    """A place, or a turn in a waiting list, rests on the application."""

    code = "place-held"


class BookingClosed(DomainError):
    """Places of this sitting are no longer given: its hour has come, or it was cancelled."""

    code = "booking-closed"


class AlreadyBooked(DomainError):
    """The person holds a place, or stands in a waiting list, for this exam."""

    code = "already-booked"


class OpenAttempt(DomainError):
    """One open attempt per person and exam."""

    code = "open-attempt"


class NoAttemptsLeft(DomainError):
    """The attempts that the blueprint allows are used up."""

    code = "no-attempts-left"


class TooSoonAfterAttempt(DomainError):
    """The waiting time after the last attempt is not over at the hour of this sitting."""

    code = "too-soon-after-attempt"


class SittingFull(DomainError):
    """A place is moved only to where one is free."""

    code = "sitting-full"


class TooLateToMove(DomainError):
    """Less than 48 hours are left before the hour."""

    code = "too-late-to-move"


class TooLateToCancel(DomainError):
    """Check-in has opened."""

    code = "too-late-to-cancel"


class CheckInNotOpen(DomainError):
    """Check-in has not opened yet."""

    code = "check-in-not-open"


class CheckInClosed(DomainError):
    """Check-in is over, or the room is closed."""

    code = "check-in-closed"


class NoticeMissing(DomainError):
    """The notice and the rules in force were not acknowledged."""

    code = "notice-missing"
    status = HTTPStatus.UNPROCESSABLE_ENTITY


class CapacityBeyondRoom(DomainError):
    """A sitting has no more places than its room."""

    code = "capacity-beyond-room"
    status = HTTPStatus.UNPROCESSABLE_ENTITY


class RoomTaken(DomainError):
    """Another sitting uses the room at this time."""

    code = "room-taken"


class SittingBegun(DomainError):
    """An attempt of this sitting was started, or its window is over."""

    code = "sitting-begun"


class SittingCancelled(DomainError):
    """The sitting was cancelled before."""

    code = "sitting-cancelled"


class WindowTooShort(DomainError):
    """The window of a sitting is at least as long as the exam's time."""

    code = "window-too-short"
    status = HTTPStatus.UNPROCESSABLE_ENTITY


class FormCountedBefore(DomainError):
    """The same form was counted before with something else in it; what it says now was not done."""

    code = "form-counted-before"


class OwnTrainee(DomainError):
    """A trainer takes no part in examining their own trainee."""

    code = "own-trainee"


class NotYetMissing(DomainError):
    """Check-in is still open: somebody who is not there yet may come."""

    code = "not-yet-missing"


class RoomClosed(DomainError):
    """The room was closed."""

    code = "room-closed"


class NameTaken(DomainError):
    """A centre, or a room in this centre, has this name already."""

    code = "name-taken"


# Delivery


class MoveNotAllowed(DomainError):
    """The attempt stands where this change does not lead from, or was changed by somebody else meanwhile."""

    code = "move-not-allowed"


class WrongRole(Forbidden):
    """The table gives this change to another role than those in which the person acts here."""

    code = "wrong-role"


class ReasonMissing(DomainError):
    """This change needs a reason, in the words of the person who makes it."""

    code = "reason-missing"
    status = HTTPStatus.UNPROCESSABLE_ENTITY


class BookingNeeded(DomainError):
    """This exam is sat in a booked sitting, not whenever one likes."""

    code = "booking-needed"


class AttemptNotReady(DomainError):
    """Check-in is not finished: nobody has let the candidate in yet."""

    code = "attempt-not-ready"


class SittingNotOpen(DomainError):
    """The sitting starts at its hour and not before."""

    code = "sitting-not-open"


class SittingOver(DomainError):
    """The window of the sitting has closed."""

    code = "sitting-over"


class AttemptClosed(DomainError):
    """The attempt is closed for good; nothing of it changes any more."""

    code = "attempt-closed"
    status = HTTPStatus.GONE


class TimeOver(DomainError):
    """The time and the grace after it are over; what comes now is kept as evidence and not scored."""

    code = "time-over"
    status = HTTPStatus.GONE


class AttemptPaused(DomainError):
    """A proctor has paused the attempt; the time is kept."""

    code = "attempt-paused"


class ReleaseNeeded(DomainError):
    """The attempt was interrupted for long; a proctor lets the candidate back in."""

    code = "release-needed"


class WindowTaken(DomainError):
    """The attempt is open in another window, which is the live one now."""

    code = "window-taken"


class VersionMissing(DomainError):
    """An answer does not say which version it is based on."""

    code = "version-missing"
    status = HTTPStatus.UNPROCESSABLE_ENTITY


class AnswerUnknown(DomainError):
    """An answer names a place or a choice that this attempt does not have."""

    code = "answer-unknown"
    status = HTTPStatus.UNPROCESSABLE_ENTITY


class NoTimeGiven(DomainError):
    """Extra time is a number of minutes or a share of the limit, more than nothing."""

    code = "no-time-given"
    status = HTTPStatus.UNPROCESSABLE_ENTITY


class ResultStands(DomainError):
    """A passed result was released, or the result was invalidated: the attempt is not opened again."""

    code = "result-stands"


class RecordReviewed(DomainError):
    """Reviewers look at the record of the attempt or have judged it: it is not opened again."""

    code = "record-reviewed"


class SamePerson(DomainError):
    """One person proposes to end an attempt, and another confirms."""

    code = "same-person"


class NothingProposed(DomainError):
    """Nobody has proposed to end this attempt."""

    code = "nothing-proposed"


class TerminationStands(DomainError):
    """Two people ended the attempt; it is not opened again."""

    code = "termination-stands"


class ReviewOpen(DomainError):
    """Somebody is looking at the record of the exam; its result is released afterwards."""

    code = "review-open"


class OwnSitting(DomainError):
    """Whoever supervised an attempt does not review its record."""

    code = "own-sitting"


class SecondReviewerNeeded(DomainError):
    """A person who had no part in the first review ends the second one; and neither of them the result."""

    code = "second-reviewer-needed"


class NothingFound(DomainError):
    """A result is invalidated only after two reviewers found an irregularity."""

    code = "nothing-found"


# Secure browser


class SecureBrowserNeeded(DomainError):
    """This sitting is taken in Safe Exam Browser with the settings of this attempt."""

    code = "secure-browser-needed"


class SecureBrowserHeld(DomainError):
    """The settings of the browser were not proven; a supervising person decides how it goes on."""

    code = "secure-browser-held"


class BrowserNotAsked(DomainError):
    """Nothing is to be decided here: the attempt waits for no release and needs no secure browser."""

    code = "browser-not-asked"


# Answers that a page could not send


class UnsentChanged(DomainError):
    """Since the file was shown, something else was stored, or the attempt has ended: look again."""

    code = "unsent-changed"


# Messages to candidates


class MessageEmpty(DomainError):
    """A message is a ready sentence or an own text: one of the two."""

    code = "message-empty"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
