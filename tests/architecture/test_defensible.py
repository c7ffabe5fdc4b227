"""The rules of defensible supervision that hold over the whole source: who writes a fate, and what ships.

Each is a function over sources, tried on the house and on a breach of its own.
Source: specification of exams, section 5.
"""

import ast
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from app.exams.rules.states import AppealState, Axis, Lifecycle, ResultState, Review
from app.exams.rules.transitions import TABLES, Who
from app.proctoring.rules.timeline import Fact, FactKind

ROOT = Path(__file__).parents[2]
Sources = Mapping[str, str]
APP = {path.relative_to(ROOT).as_posix(): path.read_text() for path in sorted((ROOT / "app").rglob("*.py"))}

FATE = {"lifecycle", "review", "result", "appeal", "outcome", "raw_score", "domain_points", "released_at"}
"""The columns of an attempt that say what becomes of somebody."""
HISTORY = "app/exams/service/history.py"
SCORING = "app/exams/service/score.py"
HARMING = {
    (Axis.LIFECYCLE, Lifecycle.TERMINATED),
    (Axis.LIFECYCLE, Lifecycle.REFUSED),
    (Axis.LIFECYCLE, Lifecycle.VOID),
    (Axis.REVIEW, Review.SECOND_REVIEW),
    (Axis.REVIEW, Review.IRREGULARITY),
    (Axis.RESULT, ResultState.INVALIDATED),
    (Axis.APPEAL, AppealState.DISMISSED),
}
"""Changes that hurt somebody."""
REACHING = {"exams", "proctoring"}
"""The slices that hold an attempt as a row; the others see columns."""
KNOWN = {
    "app/exams/service/applications.py: setattr": "the columns of an application",
    "app/exams/service/extra_time.py: set_committed_value": "shows what the UPDATE above it has written",
    "app/exams/service/extra_time.py: ['outcome', 'raw_score']": "opened again by a named exam manager with a reason",
    "app/exams/service/extra_time.py: ['domain_points', 'outcome', 'raw_score']": "as above: scored anew at the end",
}
_OWN = {"case", "certificate", "certification_case"}


def nodes(sources: Sources) -> list[tuple[str, ast.AST]]:
    return [(path, node) for path, text in sources.items() for node in ast.walk(ast.parse(text))]


def place(path: str) -> str:
    return path.removeprefix("app/").split("/")[0]


def called(node: ast.AST) -> str:
    return ast.unparse(node.func) if isinstance(node, ast.Call) else ""


def fates_written(sources: Sources) -> list[str]:
    """Every place that writes such a column otherwise than through ``history.move``.

    Besides an UPDATE, below, three ways exist: an assignment to an attribute, ``setattr``, and the values that
    a change of state carries along, which are left to the code that scores.
    """
    found = []
    for path, node in nodes(sources):
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found += [
                f"{path}: {ast.unparse(target)}"
                for target in targets
                if isinstance(target, ast.Attribute)
                and target.attr in FATE
                and getattr(target.value, "id", "") not in _OWN
            ]
        name = called(node)
        if name in {"setattr", "set_committed_value"} and path != HISTORY and place(path) in REACHING:
            found.append(f"{path}: {name}")
        if isinstance(node, ast.Dict) and path not in {HISTORY, SCORING}:
            keys = {key.value for key in node.keys if isinstance(key, ast.Constant)}
            told = keys & FATE if path in OPEN_UPDATES else keys & {"outcome", "raw_score", "domain_points"}
            if told and "values" in sources[path]:
                found.append(f"{path}: {sorted(map(str, keys & FATE))}")
    return found


OPEN_UPDATES = {
    "app/exams/service/delivery.py",
    "app/exams/service/extra_time.py",
    "app/exams/service/secure_browser.py",
}
"""Files with an UPDATE of attempts that takes its values from elsewhere in the file: every name there is read."""


def updates_of_a_fate(sources: Sources) -> list[str]:
    """UPDATE statements of the table whose values name such a column, or do not say which they name."""
    found = []
    for path, node in nodes(sources):
        if path != HISTORY and called(node).endswith(".values") and "update(Attempt)" in called(node):
            assert isinstance(node, ast.Call)
            named = {one.arg or "**" for one in node.keywords}
            unread = set() if path in OPEN_UPDATES else {"**"}
            found += [f"{path}: {name}" for name in sorted(named & (FATE | unread))]
        if path in OPEN_UPDATES and called(node) == "_write":
            assert isinstance(node, ast.Call)
            found += [f"{path}: {one.arg}" for one in node.keywords if one.arg in FATE]
    return found


def moves(sources: Sources) -> list[tuple[str, str, str, str]]:
    """Every call that moves an attempt: file, axis, state, and who makes it."""
    found = []
    for path, node in nodes(sources):
        if isinstance(node, ast.Call) and called(node) in {"history.move", "move"} and len(node.args) >= 5:
            who = next((ast.unparse(k.value) for k in node.keywords if k.arg == "actor_id"), "")
            found.append((path, ast.unparse(node.args[3]), ast.unparse(node.args[4]), who))
    return found


def harmed_by_nobody(sources: Sources) -> list[str]:
    """Calls that hurt somebody and name no human."""
    words = {f"{type(state).__name__}.{state.name}" for _, state in HARMING}
    return [f"{path}: {to}" for path, _, to, who in moves(sources) if to in words and who in {"None", ""}]


def test_rule_1_a_fate_is_written_by_the_one_writer_of_history_alone() -> None:
    assert set(fates_written(APP)) == set(KNOWN)
    assert updates_of_a_fate(APP) == []


@pytest.mark.parametrize(
    "line",
    [
        "attempt.result = 'invalidated'",
        "attempt.raw_score += 1",
        "setattr(attempt, name, value)",
        "set_committed_value(attempt, 'review', 'irregularity')",
        "values = {'outcome': 'failed'}",
    ],
)
def test_rule_1_another_writer_is_seen(line: str) -> None:
    assert fates_written({"app/proctoring/service/a.py": line}) != []


def test_rule_1_an_update_past_the_history_is_seen() -> None:
    for values in ("result='invalidated'", "**given"):
        line = f"session.execute(update(Attempt).where(x).values({values}))"
        assert updates_of_a_fate({"app/exams/service/a.py": line}) != []
    assert updates_of_a_fate({"app/exams/service/a.py": "update(Attempt).values(lease=None)"}) == []
    for path in OPEN_UPDATES:
        assert updates_of_a_fate({path: "_write(session, attempt, result='invalidated')"}) != []
        assert fates_written({path: "values = {'result': 'invalidated'}"}) != []


def test_rule_1_every_change_that_hurts_somebody_is_a_named_humans_with_a_reason() -> None:
    seen = set()
    for axis, table in TABLES.items():
        for line in table:
            if (axis, line.after) in HARMING:
                seen.add((axis, line.after))
                assert Who.SYSTEM not in line.who, line
                assert line.reason, line
    assert seen == HARMING


def test_rule_1_no_call_makes_such_a_change_as_the_system() -> None:
    assert len(moves(APP)) > 10, "a rule that looks at nothing proves nothing"
    assert harmed_by_nobody(APP) == []
    breach = "history.move(session, clock, attempt, Axis.RESULT, ResultState.INVALIDATED, actor_id=None)"
    assert harmed_by_nobody({"app/exams/jobs.py": breach}) != []


def test_rule_1_the_worker_moves_nothing_on_review_or_result_but_to_wait_or_to_be_told() -> None:
    as_system = {
        (axis, to)
        for _, axis, to, who in moves(APP)
        if who == "None" and axis in {"Axis.REVIEW", "Axis.RESULT"}
    }
    assert as_system == {("Axis.REVIEW", "Review.QUEUED"), ("Axis.RESULT", "ResultState.WITHHELD")}
    for axis in (Axis.REVIEW, Axis.RESULT):
        for line in TABLES[axis]:
            if Who.SYSTEM in line.who:
                assert line.after in {"queued", "released", "reissued", "withheld"}


SCORES = re.compile(r"suspicion|risk_score|trust_score|credibility|likelihood_of_cheat|cheat", re.IGNORECASE)


def test_rule_2_no_score_of_suspicion_exists() -> None:
    proctoring = {path: text for path, text in APP.items() if path.startswith("app/proctoring/")}
    assert len(proctoring) > 15
    named = [
        f"{path}: {name}"
        for path, node in nodes(proctoring)
        for name in [getattr(node, "name", None) or getattr(node, "id", None) or getattr(node, "arg", None)]
        if isinstance(name, str) and SCORES.search(name)
    ]
    assert named == []
    assert set(Fact.__dataclass_fields__).isdisjoint({"score", "weight", "severity", "rank", "level"})
    assert len(FactKind) > 20


WEIGHTS = re.compile(
    r"\.(onnx|tflite|pt|pth|h5|hdf5|pb|safetensors|ckpt|gguf|joblib|pkl|pickle|npz|npy|caffemodel|mlmodel|weights|bin)$",
    re.IGNORECASE,
)
ALLOWED_WEIGHTS: frozenset[str] = frozenset()
"""The detector of faces, once it ships: nothing else may ever stand here."""


def weights(files: list[str]) -> list[str]:
    """Files that hold a trained model, by their endings."""
    return [name for name in files if WEIGHTS.search(name) and name not in ALLOWED_WEIGHTS]


def test_rule_3_no_weights_of_a_model_ship() -> None:
    files = [
        path.relative_to(ROOT).as_posix()
        for folder in ("app", "courses", "question_banks", "locales", "migrations", "docs")
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    ]
    assert len(files) > 500
    assert weights(files) == []
    assert weights(["app/web/static/vendor/human/blazeface.bin", "app/x/emotion.onnx"]) != []


MODELS = re.compile(
    r"^(torch|tensorflow|onnxruntime|keras|cv2|mediapipe|dlib|face_recognition|deepface|insightface)"
)


def test_rule_3_no_library_that_recognises_faces_or_moods_is_imported() -> None:
    imported = {
        name
        for _, node in nodes(APP)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert [name for name in sorted(imported) if MODELS.match(name)] == []
    assert MODELS.match("mediapipe.tasks")
