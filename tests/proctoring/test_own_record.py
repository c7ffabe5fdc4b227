"""What candidates see of their own record: all of it, as those see it who review it."""

import json
import re
from html import unescape
from http import HTTPStatus
from typing import Any

import pytest

from app.kernel.locales import Locale
from app.proctoring.service import reviewing
from tests.proctoring.ground import Ground
from tests.world import World


@pytest.fixture
def ground(world: World) -> Ground:
    return Ground(world)


def rows(html: str) -> list[str]:
    """The lines of the timeline as text."""
    table = html.split("<table", 1)[1].split("</table>", maxsplit=1)[0]
    texts = [re.sub(r"<[^>]+>", " ", row) for row in table.split("<tr")[2:]]
    return [" ".join(unescape(text.split(">", 1)[1]).split()) for text in texts]


def test_rule_7_the_candidate_sees_exactly_what_the_reviewer_sees(ground: Ground) -> None:
    who = ground.flagged()
    ground.does(reviewing.take, who, ground.first)
    seen = rows(ground.desk(ground.first).get(f"/en/reviews/{who.attempt_id}").text)
    own = rows(who.browser.get(f"{who.place}/record").text)
    assert own == seen
    assert len(own) >= 3
    assert any("A second voice was heard twice" in row for row in own)


def test_rule_7_the_candidate_answers_once_in_their_language(ground: Ground) -> None:
    who = ground.flagged(locale=Locale.KK)
    ground.does(reviewing.take, who, ground.first)
    assert 'name="statement"' not in who.browser.get(f"{who.place}/record").text
    ground.does(reviewing.ask_statement, who, ground.first, words="What did you say aloud?")
    ground.world.work()
    assert {mail.language for mail in ground.world.box.mails} == {"kk"}
    (letter,) = [mail for mail in ground.world.box.mails if "What did you say aloud?" in mail.text]
    assert f"/kk/exams/attempts/{who.attempt_id}/record" in letter.text
    page = who.browser.get(f"{who.place}/record").text
    assert "What did you say aloud?" in page
    assert "30 November 2026" in page
    empty = who.browser.post(f"{who.place}/statement", {})
    assert empty.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    sent = who.browser.post(f"{who.place}/statement", {"statement": "Мен сұрақты дауыстап оқыдым"})
    assert sent.status_code == HTTPStatus.SEE_OTHER
    again = who.browser.post(f"{who.place}/statement", {"statement": "once more"})
    assert again.status_code == HTTPStatus.CONFLICT
    assert (
        "Мен сұрақты дауыстап оқыдым" in ground.desk(ground.first).get(f"/en/reviews/{who.attempt_id}").text
    )


def test_rule_7_the_record_is_downloaded_with_everything_that_stands_on_the_page(ground: Ground) -> None:
    who = ground.referred()
    ground.desk(ground.second).get(f"/en/reviews/{who.attempt_id}")
    reply = who.browser.get(f"{who.place}/record.json")
    assert reply.headers["content-type"] == "application/json"
    assert "attachment" in reply.headers["content-disposition"]
    held: dict[str, Any] = json.loads(reply.text)
    assert [step["step"] for step in held["steps"]] == [
        "taken",
        "statement_asked",
        "statement_given",
        "referred",
    ]
    assert held["incidents"][0][0]["seen"] == "A second voice was heard twice"
    assert held["looked_at"][0]["purpose"] == "second_review"
    times = [fact["at"] for fact in held["timeline"]]
    assert times == sorted(times)
    assert held["counts"]["incident"] == 1
    assert str(ground.first) not in reply.text, "no reviewer is named"
    assert str(ground.proctor) not in reply.text


def test_nobody_reads_the_record_of_somebody_else_or_of_a_running_exam(ground: Ground) -> None:
    who, other = ground.flagged(), ground.candidate(ends=False)
    for tail in ("/record", "/record.json"):
        assert other.browser.get(f"{who.place}{tail}").status_code == HTTPStatus.NOT_FOUND
        assert other.browser.get(f"{other.place}{tail}").status_code == HTTPStatus.NOT_FOUND
    assert other.browser.post(f"{who.place}/statement", {"statement": "x" * 9}).status_code == 404
    assert f"{who.place}/record" in who.browser.get(f"{who.place}/result").text
