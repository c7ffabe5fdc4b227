"""What kinds of facts, incidents, steps and purposes are called."""

from typing import Any

from app.proctoring.rules.incidents import IncidentKind
from app.proctoring.rules.pictures import Look
from app.proctoring.rules.reviewing import Purpose
from app.proctoring.rules.timeline import FactKind
from app.web.translations import N_

_F, _I = FactKind, IncidentKind
FACTS = {
    _F.CHECKED_IN: N_("Checked in"),
    _F.IDENTITY_COMPARED: N_("A person compared the document with the face"),
    _F.ADMITTED: N_("Admitted"),
    _F.STARTED: N_("Started"),
    _F.LANGUAGE_CHANGED: N_("Changed the language of the exam"),
    _F.TAKEN_OVER: N_("Went on in another window"),
    _F.CONNECTION_LOST: N_("No sign from the exam page for a minute"),
    _F.CAME_BACK: N_("The exam page was there again"),
    _F.LET_IN: N_("A proctor let the candidate go on"),
    _F.PAUSED: N_("A proctor paused the exam"),
    _F.RESUMED: N_("The exam went on after a pause"),
    _F.TIME_GIVEN: N_("Extra time was given"),
    _F.REOPENED: N_("Opened again with extra time"),
    _F.ANSWER_STALE: N_("An answer was not taken: a newer one was stored"),
    _F.ANSWER_LATE: N_("An answer came after the end of the time"),
    _F.ANSWER_CLOSED: N_("An answer came while none were taken"),
    _F.ANSWER_OTHER_WINDOW: N_("An answer came from a window that was not the live one"),
    _F.EARLY_TIMEUP: N_("The page said too early that the time was over"),
    _F.UNSENT_LOADED: N_("Staff loaded a file with answers that could not be sent"),
    _F.BROWSER_OTHER_SETTINGS: N_("Stopped: Safe Exam Browser had other settings"),
    _F.BROWSER_NO_PROOF: N_("Stopped: an answer did not come from Safe Exam Browser"),
    _F.BROWSER_OUTSIDE: N_("Opened outside Safe Exam Browser; nothing was shown"),
    _F.BROWSER_RESTARTED: N_("Stopped: Safe Exam Browser was started anew"),
    _F.BROWSER_RELEASED: N_("A proctor let the exam go on after it was stopped"),
    _F.BROWSER_EXEMPTED: N_("Staff let the exam go on without Safe Exam Browser"),
    _F.IDENTITY_AGAIN: N_("A proctor asked for other pictures"),
    _F.MONITORING_OFF: N_("Monitoring of the sitting was switched off"),
    _F.MONITORING_ON: N_("Monitoring of the sitting was switched on"),
    _F.PAGE_HIDDEN: N_("The exam page was not in view"),
    _F.PAGE_SHOWN: N_("The exam page was in view again"),
    _F.PAGE_BLURRED: N_("The exam page lost the focus"),
    _F.PAGE_FOCUSED: N_("The exam page had the focus again"),
    _F.FULLSCREEN_ENTERED: N_("Full screen began"),
    _F.FULLSCREEN_LEFT: N_("Full screen ended"),
    _F.COPIED: N_("Text was copied; its length in characters"),
    _F.CUT: N_("Text was cut; its length in characters"),
    _F.PASTED: N_("Text was pasted; its length in characters"),
    _F.MENU_OPENED: N_("The context menu was opened"),
    _F.PAGE_RESIZED: N_("The window changed its size"),
    _F.SCREENS: N_("Whether there is more than one screen, as the browser says"),
    _F.PAGE_OFFLINE: N_("The browser was without a network"),
    _F.PAGE_ONLINE: N_("The browser had a network again"),
    _F.CAMERA_ON: N_("The camera was on"),
    _F.CAMERA_ENDED: N_("The camera ended"),
    _F.CAMERA_MUTED: N_("The camera gave no picture"),
    _F.CAMERA_UNMUTED: N_("The camera gave a picture again"),
    _F.CAMERA_FAILED: N_("The camera could not be used"),
    _F.DEVICES_CHANGED: N_("A camera or microphone was plugged in or out"),
    _F.OTHER_TAB: N_("The exam was open in a second tab"),
    _F.SIGNALS_MISSING: N_("Signals of the page are missing; how many"),
    _F.SIGNALS_UNFIT: N_("A signal does not fit the one before; its number"),
    _F.SIGNALS_WINDOW: N_("Signals came from a further window of the exam page"),
    _F.SIGNALS_FULL: N_("As many signals were kept as an exam may have; later ones are not here"),
    _F.INCIDENT: N_("Incident"),
    _F.HANDED_IN: N_("Handed in"),
    _F.TIME_OVER: N_("Closed at the end of the time"),
    _F.TERMINATED: N_("Terminated by two people"),
    _F.NOT_ADMITTED: N_("Not admitted"),
    _F.DID_NOT_COME: N_("Did not come"),
    _F.GIVEN_BACK: N_("The place was given back"),
    _F.VOIDED: N_("Void, does not count"),
}
INCIDENTS = {
    _I.ANOTHER_PERSON: N_("Another person was beside the candidate"),
    _I.LEFT_VIEW: N_("The candidate left the seat or the view"),
    _I.TALKING: N_("The candidate spoke, or somebody spoke to them"),
    _I.PHONE: N_("A telephone was in the hand or on the desk"),
    _I.NOTES: N_("Notes or a book were on the desk"),
    _I.OTHER_DEVICE: N_("Another device was switched on"),
    _I.OTHER_PROGRAM: N_("Another program was on the screen"),
    _I.DOCUMENT: N_("Something about the identity document"),
    _I.DISTURBANCE: N_("Noise or a disturbance that was not the candidate’s"),
    _I.TECHNICAL: N_("A technical failure"),
    _I.OTHER: N_("Something else that was seen or heard"),
}
PURPOSES = {
    Purpose.FIRST_REVIEW: N_("the first review"),
    Purpose.SECOND_REVIEW: N_("the second review"),
    Purpose.DECISION: N_("an officer’s decision about the result"),
    Purpose.APPEAL: N_("the appeal"),
}
LOOKS = {
    Look.IDENTITY: N_("comparing identity"),
    Look.SUPERVISION: N_("supervision"),
    Look.FIRST_REVIEW: PURPOSES[Purpose.FIRST_REVIEW],
    Look.SECOND_REVIEW: PURPOSES[Purpose.SECOND_REVIEW],
    Look.DECISION: PURPOSES[Purpose.DECISION],
    Look.APPEAL: PURPOSES[Purpose.APPEAL],
}
NAMES: dict[str, Any] = {
    "fact_names": FACTS,
    "incident_names": INCIDENTS,
    "purpose_names": PURPOSES,
    "look_names": LOOKS,
}
"""What every page with a record needs."""
