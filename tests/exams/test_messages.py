"""Messages to candidates: append-only, once, in one act; shown until read, with and without a script."""

import re
from datetime import timedelta
from http import HTTPStatus

import pytest
from sqlmodel import select

from app.exams.errors import MessageEmpty
from app.exams.models.messages import Message, MessageReading, MessageRecipient
from app.exams.rules.messages import LONGEST
from app.exams.service import answers, messages
from app.exams.service.batch import Given, Order
from app.kernel.ids import new_id
from app.platform.models import AuditEntry
from tests.exams.board_world import Watch, read_button, row
from tests.exams.delivery_world import answers as answers_of
from tests.exams.delivery_world import count
from tests.world import World

TEXT = "Please look up: the proctor has a word for you."


def test_a_message_is_one_row_with_its_author_and_time_and_one_a_recipient(world: World) -> None:
    watch = Watch(world, candidates=3)
    reply = watch.say(0, 2, body=TEXT)
    assert reply.status_code == HTTPStatus.OK
    assert "Message sent to 2 people" in reply.text
    with world.read() as session:
        one = session.exec(select(Message)).one()
        reached = session.exec(select(MessageRecipient.attempt_id)).all()
        noted = session.exec(select(AuditEntry).where(AuditEntry.action == "message.sent")).one()
    assert (one.author_id, one.at, one.body, one.language) == (watch.manager, world.clock.now(), TEXT, "en")
    assert set(reached) == {watch.attempts[0], watch.attempts[2]}
    assert noted.facts["reached"] == 2
    assert TEXT not in str(noted.facts)


def test_a_message_is_on_the_next_page_without_a_script_until_it_is_said_to_be_read(world: World) -> None:
    watch = Watch(world, candidates=2)
    watch.say(0, body=TEXT)
    who, other = watch.who
    for _ in range(2):
        assert TEXT in who.page().text
    assert TEXT in who.browser.get(f"{who.place}/submission").text
    assert TEXT not in other.page().text
    assert who.browser.post(read_button(who.page().text)).status_code == HTTPStatus.SEE_OTHER
    assert TEXT not in who.page().text
    assert TEXT in who.browser.get(f"{who.place}/messages").text, "it can be read again"


def test_reading_without_a_script_saves_what_was_chosen_on_the_way(world: World) -> None:
    watch = Watch(world, candidates=1)
    watch.say(0)
    who = watch.who[0]
    with world.read() as session:
        message = session.exec(select(Message.id)).one()
    page = who.page("?n=3").text
    assert f'form="item" name="read" value="{message}"' in page
    form = {"a-3": "b", "v-3": "0", "n": "3", "lease": who.lease(), "read": str(message)}
    reply = who.browser.post(f"{who.place}/answers", form)
    assert reply.headers["location"].endswith("?n=3"), "the reader stays where they were"
    assert answers_of(world, who.attempt_id)[3] == (["b"], 1)
    assert count(world, MessageReading) == 1


def test_the_heartbeat_tells_which_are_unread_and_a_script_fetches_them(world: World) -> None:
    watch = Watch(world, candidates=1)
    who = watch.who[0]

    def beat() -> str:
        return str(who.browser.get(f"{who.place}/time", X_Exam_Script="1", HX_Request="true").text)

    assert 'data-unread=""' in beat()
    watch.say(0, body=TEXT)
    assert re.search('data-unread="[-0-9a-f]{36}"', beat())
    fragment = who.browser.get(f"{who.place}/messages", HX_Request="true").text
    assert TEXT in fragment
    assert "<html" not in fragment
    read = who.browser.post(read_button(fragment), HX_Request="true")
    assert read.status_code == HTTPStatus.NO_CONTENT
    assert 'data-unread=""' in beat()
    assert TEXT not in who.browser.get(f"{who.place}/messages", HX_Request="true").text


@pytest.mark.parametrize(
    ("locale", "words"), [("kk", "Өтінеміз"), ("ru", "Пожалуйста"), ("en", "Please be quiet")]
)
def test_a_ready_sentence_arrives_in_the_language_of_the_candidate(
    world: World, locale: str, words: str
) -> None:
    watch = Watch(world, candidates=1)
    watch.for_all("messages", what="quiet", language="en", key=new_id().hex)
    watch.who[0].locale = locale
    note = watch.who[0].page().text.split('id="m-')[1].split("</div>")[0]
    assert words in note


def test_an_own_text_arrives_as_it_was_written_and_says_its_language(world: World) -> None:
    watch = Watch(world, candidates=1)
    watch.say(body="<b>Осы сөйлем</b> қазақша", language="kk")
    page = watch.who[0].page().text
    assert '<p lang="kk">&lt;b&gt;Осы сөйлем&lt;/b&gt; қазақша</p>' in page


def test_the_same_form_again_sends_nothing_again(world: World) -> None:
    watch = Watch(world, candidates=2)
    key = new_id().hex
    watch.say(key=key)
    assert "For 2 people this form was counted before" in watch.say(key=key).text
    assert count(world, Message) == 1
    assert count(world, MessageRecipient) == 2


@pytest.mark.parametrize("changed", ["body", "ready", "language", "fewer", "more"])
def test_the_same_form_with_something_else_in_it_is_not_taken_for_sent(world: World, changed: str) -> None:
    watch = Watch(world, candidates=3)
    key = new_id().hex
    watch.say(0, 1, key=key, body="Look up")
    to = {"fewer": (0,), "more": (0, 1, 2)}.get(changed, (0, 1))
    words = {"body": {"body": TEXT}, "ready": {"what": "quiet"}, "language": {"language": "kk"}}
    reply = watch.say(*to, **{"key": key, "body": "Look up"} | words.get(changed, {}))
    assert reply.status_code == HTTPStatus.CONFLICT
    assert "This form was counted before" in reply.text
    assert words.get(changed, {}).get("body", "Look up") in reply.text, "what was typed is kept"
    assert key not in reply.text, "sent again it is a new message"
    assert (count(world, Message), count(world, MessageRecipient)) == (1, 2)


def test_a_repeated_form_names_whom_it_reached_although_they_have_handed_in_since(world: World) -> None:
    watch = Watch(world, candidates=2)
    key = new_id().hex
    watch.say(key=key)
    for who in watch.who:
        who.hand_in(lease=who.lease())
        told = watch.say(key=key).text
        assert "For 2 people this form was counted before" in told
        assert "Not for them" not in told
    assert count(world, MessageRecipient) == 2


def test_reading_twice_keeps_the_first_time(world: World) -> None:
    watch = Watch(world, candidates=1)
    watch.say(0)
    place = read_button(watch.who[0].page().text)
    for _ in range(2):
        assert watch.who[0].browser.post(place).status_code == HTTPStatus.SEE_OTHER
        world.clock.advance(timedelta(minutes=1))
    with world.read() as session:
        assert session.exec(select(MessageReading.at)).one() == world.clock.now() - timedelta(minutes=2)


def test_staff_see_who_has_read_it_and_who_has_not(world: World) -> None:
    watch = Watch(world, candidates=2)
    watch.say(body=TEXT)
    assert "1 unread message" in row(watch.staff.get(watch.board).text, watch.attempts[0])
    watch.who[0].browser.post(read_button(watch.who[0].page().text))
    page = watch.staff.get(f"{watch.room}/messages").text
    assert TEXT in page
    assert "1 person has not read it" in page
    assert "1 person has read it" in page
    assert "unread" not in row(watch.staff.get(watch.board).text, watch.attempts[0])
    watch.who[1].browser.post(read_button(watch.who[1].page().text))
    assert "Everybody has read it" in watch.staff.get(f"{watch.room}/messages").text


def test_a_message_reaches_who_waits_and_who_is_paused_and_not_who_has_handed_in(world: World) -> None:
    watch = Watch(world, candidates=3, sit=2)
    watch.for_some("pause", 0, reason="Alarm")
    watch.who[1].hand_in(lease=watch.who[1].lease())
    reply = watch.say(body=TEXT)
    assert "Message sent to 2 people" in reply.text
    assert "Not for them: handed in (1)" in " ".join(reply.text.split())
    assert TEXT in watch.who[0].page().text, "on the page that says it is paused"
    waits = watch.who[2]
    assert TEXT in waits.browser.get(f"{waits.place}/before").text
    assert TEXT in waits.page().text


def test_a_message_is_nobody_elses_to_read(world: World) -> None:
    watch = Watch(world, candidates=2)
    watch.say(0)
    first, second = watch.who
    place = read_button(first.page().text)
    assert second.browser.post(place).status_code == HTTPStatus.NOT_FOUND
    own = place.replace(str(first.attempt_id), str(second.attempt_id))
    assert second.browser.post(own).status_code == HTTPStatus.NOT_FOUND
    assert second.browser.get(f"{first.place}/messages").status_code == HTTPStatus.NOT_FOUND
    assert second.save(1, "a", lease=second.lease(), read="nonsense").status_code == HTTPStatus.NOT_FOUND
    assert count(world, MessageReading) == 0


def test_a_trainer_writes_nothing_to_their_trainee_and_does_not_see_their_reading(world: World) -> None:
    watch = Watch(world, candidates=2)
    watch.say(body="From before")
    watch.trained_by(watch.manager, 1)
    assert "Message sent to 1 person" in watch.say(body=TEXT).text
    assert "1 person was trained by you" in watch.say(1, body=TEXT).text
    assert TEXT not in watch.who[1].page().text
    page = watch.staff.get(f"{watch.room}/messages").text
    assert "1 person has not read it" in page
    assert "2 people" not in page


@pytest.mark.parametrize(
    "words",
    [
        {"body": ""},
        {"body": "   "},
        {"body": "x" * (LONGEST + 1)},
        {"what": "anything"},
        {"language": "de"},
    ],
)
def test_an_empty_or_endless_message_is_not_sent_and_what_was_typed_is_kept(
    world: World, words: dict[str, str]
) -> None:
    watch = Watch(world, candidates=1)
    reply = watch.say(0, **words)
    assert reply.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert f'name="attempt" value="{watch.attempts[0]}"' in reply.text
    assert count(world, Message) == 0


def test_a_message_is_a_ready_sentence_or_a_text(world: World) -> None:
    watch = Watch(world, candidates=1)
    with pytest.raises(MessageEmpty), world.write() as session:
        messages.send(
            session,
            world.clock,
            sitting_id=watch.sitting,
            actor_id=watch.manager,
            words=messages.Words("key-0001"),
        )


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_while_a_message_is_being_sent_to_all_a_save_does_not_wait(world: World) -> None:
    """SQLite has one writer at a time, so that there the second one waits by design."""
    watch = Watch(world, candidates=2)
    who = watch.who[0]
    lease = who.lease()
    with world.write() as sending:
        messages.send(
            sending,
            world.clock,
            sitting_id=watch.sitting,
            actor_id=watch.manager,
            words=messages.Words("key-0001", ready=messages.Ready.QUIET),
        )
        with world.write() as session:
            saved = answers.save(
                session,
                world.clock,
                candidate_id=who.person_id,
                attempt_id=watch.attempts[0],
                order=Order((Given(1, ("a",), 0),), lease=lease, key="k1"),
                locale="en",
            )
    assert saved.versions == {1: 1}
