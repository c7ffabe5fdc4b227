"""How states and reasons are called on pages: a state has one shape, word and colour everywhere."""

from dataclasses import dataclass

from app.certificates.rules.states import EXPIRED, Kind, Reason, Status
from app.web.translations import N_


@dataclass(frozen=True, slots=True)
class Answer:
    """What an outsider is told first."""

    colour: str
    icon: str
    heading: str
    text: str


_VALID = Answer(
    "ok",
    "circle-check",
    N_("This certificate is valid"),
    N_("The certification body issued it, and it is in force today."),
)
_GENUINE = Answer(
    "info",
    "file-text",
    N_("This certificate of completion is genuine"),
    N_("It confirms training. It is not a certification: no supervised examination stands behind it."),
)
_OTHERS = {
    str(Status.SUSPENDED): Answer(
        "warn",
        "circle-pause",
        N_("This certificate is suspended"),
        N_("Do not rely on it at the moment. A review is open; it ends with reinstatement or revocation."),
    ),
    str(Status.REVOKED): Answer(
        "bad",
        "octagon-x",
        N_("This certificate was revoked"),
        N_("It is not valid and must not be used. It was genuine when it was issued."),
    ),
    EXPIRED: Answer(
        "warn",
        "hourglass",
        N_("This certificate has expired"),
        N_("It is genuine, but its term is over. The holder may be renewing it: ask for the new number."),
    ),
    str(Status.SUPERSEDED): Answer(
        "info",
        "history",
        N_("This certificate was replaced"),
        N_("A newer certificate stands in its place; this one must not be used. Ask for the new number."),
    ),
}
UNKNOWN = Answer(
    "bad",
    "circle-help",
    N_("We did not issue this certificate"),
    N_("The number is well formed but is not in our register. Do not rely on the paper it stands on."),
)
MISTYPED = Answer(
    "info",
    "pencil",
    N_("The number is mistyped"),
    N_("Its symbols do not fit together, so it cannot be ours. Compare it with the paper once more."),
)

SINCE = {
    str(Status.SUSPENDED): N_("Suspended on"),
    str(Status.REVOKED): N_("Revoked on"),
    EXPIRED: N_("Expired on"),
    str(Status.SUPERSEDED): N_("Replaced on"),
}
"""The label of the date from which a state other than active holds."""

SHORT = {
    str(Status.ACTIVE): ("ok", "circle-check", N_("In force")),
    str(Status.SUSPENDED): ("warn", "circle-pause", N_("Suspended")),
    str(Status.REVOKED): ("bad", "octagon-x", N_("Revoked")),
    EXPIRED: ("warn", "hourglass", N_("Expired")),
    str(Status.SUPERSEDED): ("info", "history", N_("Replaced by a newer one")),
}
"""A state in a list: colour, icon, word."""

REASON_SAYS = {
    str(Reason.COMPLAINT): N_("A complaint is being examined"),
    str(Reason.IDENTITY_DOUBT): N_("The identity of the candidate is being examined"),
    str(Reason.MARK_MISUSE): N_("The certificate or the mark was used against the rules"),
    str(Reason.HOLDER_REQUEST): N_("At the holder's own request"),
    str(Reason.CONDUCT): N_("Breach of the code of conduct"),
    str(Reason.RESULT_INVALIDATED): N_("The examination result was invalidated"),
    str(Reason.FRAUD): N_("It was obtained by deception"),
    str(Reason.ISSUED_IN_ERROR): N_("It was issued in error"),
    str(Reason.CLEARED): N_("The review found nothing against the holder"),
    str(Reason.CONDITIONS_MET): N_("The holder has met the conditions set"),
    str(Reason.RENEWED): N_("A newer certificate was issued: a renewal or a corrected name"),
}


def answer(status: str, kind: str) -> Answer:
    """The verdict on an issued certificate. ``status`` as ``queries.verify`` tells it.

    Raises:
        KeyError: no such state.
    """
    if status == Status.ACTIVE:
        return _VALID if kind == Kind.CERTIFICATION else _GENUINE
    return _OTHERS[status]
