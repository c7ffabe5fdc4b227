"""Safe Exam Browser: the Config Key of its settings, and whether a request proves that they are in force.

It is evidence of a configuration and no attestation: whoever holds the settings can compute the key.

Source: specification of exams, section 6; https://safeexambrowser.org/developer/seb-config-key.html
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from urllib.parse import urldefrag

from app.exams.rules.states import Lifecycle, Mode

IGNORED = "originatorVersion"
"""Says which program wrote the file, and is no part of the key."""
AT_A_DISTANCE = frozenset({Mode.LIVE, Mode.RECORD_AND_REVIEW})
COMPARED = frozenset(Lifecycle) - {
    Lifecycle.SCHEDULED,
    Lifecycle.NO_SHOW,
    Lifecycle.WITHDRAWN,
    Lifecycle.REFUSED,
    Lifecycle.VOID,
}
"""Where face and document are compared: from check-in on, also after the exam."""
"""Ways of supervising that use the camera, and in which nobody sees a browser start anew."""


class BrowserCheck(StrEnum):
    """How an attempt stands to the secure browser."""

    NONE = "none"
    """Not asked for."""
    REQUIRED = "required"
    """Every request of the exam proves its settings."""
    HELD = "held"
    """A request did not; a supervising person decides how it goes on."""
    EXEMPT = "exempt"
    """A named person gave a reason why this attempt goes without."""


class BrowserEvent(StrEnum):
    """What an entry of the history says."""

    OTHER_SETTINGS = "other_settings"
    NO_PROOF = "no_proof"
    OUTSIDE = "outside"
    RESTARTED = "restarted"
    RELEASED = "released"
    EXEMPTED = "exempted"


class Verdict(StrEnum):
    """What a request proves."""

    PROVEN = "proven"
    MISSING = "missing"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Proof:
    """What came with a request. ``url`` is built from the public base, never from what the request claims.

    ``header``: what the browser added itself. ``page`` and ``page_hash``: the address a script stands at and
    what the browser told it; ``page`` is one of the attempt's own. ``passed``: a pass of ours, made from such
    an earlier word and still in force.
    """

    url: str = ""
    header: str | None = None
    page: str | None = None
    page_hash: str | None = None
    passed: bool = False


NO_PROOF = Proof()


def seb_json(settings: Mapping[str, Any]) -> str:
    """The settings as "SEB-JSON": sorted whatever the case, no whitespace, nothing escaped.

    Values are those of a property list: str, bool, int, float, bytes, datetime in UTC, list, dict.
    Dictionaries that are empty, or become so, are left out with their keys; empty lists stay.
    """
    return _dict(settings)


def _filled(value: Any) -> bool:
    if not isinstance(value, Mapping):
        return True
    return any(key != IGNORED and _filled(one) for key, one in value.items())


def _dict(settings: Mapping[str, Any]) -> str:
    # of two names that differ in case only, the one with small letters comes first
    names = sorted(settings, key=lambda name: (name.casefold(), name.swapcase()))
    kept = (name for name in names if name != IGNORED and _filled(settings[name]))
    return "{" + ",".join(f'"{name}":{_value(settings[name])}' for name in kept) + "}"


def _value(value: Any) -> str:
    match value:
        case Mapping():
            return _dict(value)
        case list() | tuple():
            return "[" + ",".join(_value(one) for one in value) + "]"
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            return f"{value:.15g}"
        case bytes():
            return f'"{base64.b64encode(value).decode()}"'
        case datetime():
            return f'"{value:%Y-%m-%dT%H:%M:%SZ}"'
        case _:
            return f'"{value}"'


def config_key(settings: Mapping[str, Any]) -> str:
    """The Config Key: SHA-256 of the SEB-JSON, 64 lower case hex digits."""
    return hashlib.sha256(seb_json(settings).encode()).hexdigest()


def request_hash(url: str, key: str) -> str:
    """What the browser sends for an address: SHA-256 of the URL without its fragment, then the key."""
    return hashlib.sha256((urldefrag(url).url + key).encode()).hexdigest()


def judge(proof: Proof, key: str) -> Verdict:
    """Whether a request proves the settings of the Config Key ``key``.

    One word that fits is enough, since clients differ in which they send; a pass counts only without any.
    """
    words = ((proof.url, proof.header), (proof.page, proof.page_hash))
    told = [(place, word) for place, word in words if word is not None]
    if not told:
        return Verdict.PROVEN if proof.passed else Verdict.MISSING
    fits = [
        place is not None and hmac.compare_digest(request_hash(place, key).encode(), word.lower().encode())
        for place, word in told
    ]
    return Verdict.PROVEN if any(fits) else Verdict.WRONG


END = "/kk/exams/secure-browser/end"
"""The address that closes the secure browser: one for all languages, as it is compared letter by letter."""


def is_restarted(*, mode: Mode, had_window: bool, knows_window: bool) -> bool:
    """Whether a running attempt comes back from a browser that started anew, which a proctor looks at first.

    The secure browser forgets everything when it starts; another window of the same one knows the token.
    """
    return mode in AT_A_DISTANCE and had_window and not knows_window


def event_of(verdict: Verdict) -> BrowserEvent:
    """What is written down about a request that does not prove the settings."""
    return BrowserEvent.OTHER_SETTINGS if verdict is Verdict.WRONG else BrowserEvent.NO_PROOF


def may_have_file(lifecycle: Lifecycle) -> bool:
    """Whether the settings are given out: while the attempt can still be entered."""
    return lifecycle in {
        Lifecycle.SCHEDULED,
        Lifecycle.CHECKIN,
        Lifecycle.READY,
        Lifecycle.IN_PROGRESS,
        Lifecycle.INTERRUPTED,
        Lifecycle.PAUSED,
    }


def exam_settings(*, start: str, end: str, base: str, camera: bool) -> dict[str, Any]:
    """The settings of one attempt, each with the reason it is so; what is not named keeps the safe default.

    ``start`` holds a nonce of the attempt, which makes its Config Key its own: the hash of a request could be
    replayed by another attempt otherwise. ``end`` is the address at which the browser closes itself. No
    setting is a real number, a quotation mark or a control character: clients write these differently.
    """
    return {
        # an exam, not the set-up of a device
        "sebConfigPurpose": 0,
        "startURL": start,
        # handing in leads to a receipt with a link to this address; leaving is asked for once more
        "quitURL": end,
        "quitURLConfirm": True,
        # nobody is locked in: leaving by the button is possible at any moment, and shows as silence
        "allowQuit": True,
        "ignoreExitKeys": True,
        # the proof: by header where the browser can, else by its JavaScript interface in its modern engine
        "sendBrowserExamKey": True,
        "browserWindowWebView": 3,
        "enableJavaScript": True,
        # our pages only; the filter of contents would force the old engine on macOS and iOS
        "URLFilterEnable": True,
        "URLFilterEnableContentFilter": False,
        "URLFilterRules": [{"action": 1, "active": True, "expression": f"{base}/*", "regex": False}],
        # links in new windows are not opened: there are none in an exam
        "newBrowserWindowByLinkPolicy": 0,
        "newBrowserWindowByScriptPolicy": 0,
        "newBrowserWindowByLinkBlockForeign": True,
        "newBrowserWindowByScriptBlockForeign": True,
        # answers are on the server, so a reload loses nothing and helps after a broken connection
        "browserWindowAllowReload": True,
        "showReloadButton": True,
        "showReloadWarning": False,
        # the page has its own way back and forth
        "allowBrowsingBackForward": False,
        # a whole screen for the exam; the clock, the battery and the keyboard's language stay in sight
        "browserViewMode": 1,
        "showTaskBar": True,
        "showTime": True,
        "showInputLanguage": True,
        # larger text is a right, not an aid
        "enableZoomPage": True,
        "enableZoomText": True,
        # nothing of this exam stays for whoever sits down next, and nothing of an earlier sign-in comes along
        "examSessionClearCookiesOnStart": True,
        "examSessionClearCookiesOnEnd": True,
        "removeBrowserProfile": True,
        # no other exam's file replaces these settings while the exam runs
        "examSessionReconfigureAllow": False,
        "downloadAndOpenSebConfig": False,
        "allowPreferencesWindow": False,
        # no files in or out, no printing, no pictures of the screen, nobody else at the screen
        "allowDownUploads": False,
        "allowDownloads": False,
        "allowUploads": False,
        "allowPrint": False,
        "enablePrintScreen": False,
        "allowScreenSharing": False,
        "allowVirtualMachine": False,
        "allowDisplayMirroring": False,
        "allowedDisplaysMaxNumber": 1,
        # a clipboard of its own, so that nothing is pasted in or carried out
        "enablePrivateClipboard": True,
        # no other programs, no assistants, no dictionary
        "allowSwitchToApplications": False,
        "allowSiri": False,
        "allowDictionaryLookup": False,
        "allowSpellCheck": False,
        "allowDeveloperConsole": False,
        # Windows: a desktop of its own leaves the person's own untouched, unlike ending the shell
        "createNewDesktop": True,
        "killExplorerShell": False,
        # camera and microphone only where the notice of this way of supervising says so
        "allowVideoCapture": camera,
        "allowAudioCapture": False,
        "browserMediaCaptureCamera": camera,
        "browserMediaCaptureMicrophone": False,
    }
