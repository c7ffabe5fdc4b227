"""The scene of panels of judges: opened wrongly, rated in two rounds, called off, decided."""

import re
from collections.abc import Callable
from typing import Any

from tests.pages.rescores import found

STUDY = r'href="[^"]*/(panels/[0-9a-f-]{36})"'
WORDS = "Үлгі себеп: талқыланды"
TEXT = "Негізгі тәуекелдерді біледі"


def play(player: Callable[[str], Any]) -> None:
    """An officer decides on one study; another one goes through both rounds, a third is called off."""
    manager, officer, judge = map(player, ("gulnara", "yerlan", "arman"))
    running, closed = re.findall(STUDY, officer.opens("panels"))
    officer.opens(running)
    officer.sends(f"{closed}/decision", 422, cut_score="24", reason=WORDS)
    officer.sends(f"{closed}/decision", cut_score="16", reason=WORDS)
    officer.sends(f"{closed}/decision", 409, cut_score="16", reason=WORDS)
    manager.opens("forms")
    manager.opens("panels/new")
    manager.sends("panels", 422)
    form = found(r'<option value="([^"]+)"[^>]*>[^<]*demo-b', manager.opens("panels/new"))
    wish = {f"description_{code}": TEXT for code in ("kk", "ru", "en")} | {"form_id": form}
    people = [f"{one}@demo.example" for one in ("arman", "arman", "marat", "dana", "nobody")]
    manager.sends("panels", 422, **wish, emails=" ".join(people))
    manager.sends("panels", 422, **wish, emails="arman@demo.example")
    good = " ".join(f"{one}@demo.example" for one in ("arman", "aliya", "timur"))
    manager.sends("panels", 409, **wish, emails=good)
    _named(manager, running)
    _rated(player, judge, manager, running)
    again = found(STUDY, manager.sends("panels", **wish, emails=good) + manager.opens("panels"))
    manager.sends(f"{again}/calling-off", 422)
    manager.sends(f"{again}/calling-off", why=WORDS)
    manager.sends(f"{again}/calling-off", 409, why=WORDS)
    judge.opens("judging")
    player("marat").opens("judging")


def _named(manager: Any, study: str) -> None:
    manager.sends(f"{study}/judges", 422, email="nobody@demo.example")
    page = manager.sends(f"{study}/judges", email="timur@demo.example")
    *_, newest = re.findall(r'action="([^"]+/withdrawal)"', page)
    manager.sends(newest)
    manager.sends(newest, 404)
    manager.sends(f"{study}/round", 409, round="1")


def _rated(player: Callable[[str], Any], judge: Any, manager: Any, study: str) -> None:
    sheet = study.replace("panels", "judging")
    judge.opens("judging")
    page = judge.opens(sheet)
    names = re.findall(r'name="(r-\d+)"', page)
    here = f"{sheet}/ratings"
    judge.sends(here, 422, round="1", **{names[0]: "101"})
    for value in ("50", "x"):
        reply = judge.browser.post(
            f"/{judge.locale}/{here}", {"round": "1", names[0]: value}, HX_Request="true"
        )
        judge.look(f"arman {here}", reply)
    judge.sends(here, 422, round="1", hand_in="true", **{names[1]: "60"})
    judge.sends(here, round="1", **{names[2]: "60"})
    judge.sends(here, round="1", hand_in="true", **dict.fromkeys(names, "65"))
    judge.sends(here, 409, round="1", **{names[0]: "10"})
    judge.opens(sheet)
    manager.opens(study)
    manager.sends(f"{study}/round", round="1")
    for one in ("arman", "aliya", "kuanysh"):
        player(one).opens(sheet)
        player(one).sends(here, round="2", hand_in="true")
    manager.sends(f"{study}/round", round="2")
    judge.opens(sheet)
    player("zarina").opens("judging")
    manager.opens(study)
