"""The import contracts hold, and each of them is able to fail."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    environment = dict(os.environ) | {"PYTHONPATH": str(folder)}
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, env=environment, check=False)


def test_all_contracts_are_kept() -> None:
    result = lint_imports(ROOT)
    assert result.returncode == 0, result.stdout
    assert "0 broken" in result.stdout


BREACHES = [
    ("floors", "app/kernel/ids.py", "import app.platform.settings\n"),
    ("floors", "app/exams/errors/__init__.py", "import app.certificates.errors\n"),
    ("floors", "app/exams/errors/__init__.py", "import app.psychometrics.errors\n"),
    ("inside a slice", "app/psychometrics/errors.py", "import app.psychometrics.rules.gates\n"),
    ("rules do no I/O", "app/psychometrics/rules/dif.py", "import random\n"),
    ("inside a slice", "app/exams/rules/states.py", "import app.exams.models.forms\n"),
    ("inside a slice", "app/exams/models/forms.py", "import app.exams.service.history\n"),
    ("rules do no I/O", "app/exams/rules/states.py", "import sqlalchemy\n"),
    ("rules do no I/O", "app/programmes/rules.py", "import random\n"),
    *(
        (
            f"tables of {owner} only through its queries and service",
            "app/exams/errors/__init__.py" if reader == "exams" else f"app/{reader}/errors.py",
            f"import app.{owner}.models\n",
        )
        for owner, reader in (
            ("accounts", "exams"),
            ("programmes", "courses"),
            ("question_banks", "exams"),
            ("courses", "certificates"),
            ("exams", "certificates"),
        )
    ),
    (
        "tables of appeals only through its queries and service",
        "app/progress/routes.py",
        "import app.appeals.models.challenges\n",
    ),
    ("floors", "app/certificates/errors.py", "import app.appeals.errors\n"),
    (
        "tables of certificates only through its queries and service",
        "app/progress/routes.py",
        "import app.certificates.models\n",
    ),
]


@pytest.mark.parametrize(("contract", "path", "line"), BREACHES, ids=[f"{b[0]}:{b[1]}" for b in BREACHES])
def test_a_contract_that_is_broken_is_seen(tmp_path: Path, contract: str, path: str, line: str) -> None:
    shutil.copytree(
        ROOT / "app", tmp_path / "app", ignore=shutil.ignore_patterns("__pycache__", "static", "fonts")
    )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    target = tmp_path / path
    assert target.exists()
    target.write_text(target.read_text() + "\n" + line)
    result = lint_imports(tmp_path)
    assert result.returncode == 1, result.stdout
    assert f"{contract} BROKEN" in result.stdout


def test_every_slice_with_tables_has_its_contract() -> None:
    contracts = (ROOT / "pyproject.toml").read_text()
    owners = {path.relative_to(ROOT / "app").parts[0] for path in (ROOT / "app").glob("*/models*")} - {
        "platform"
    }
    assert len(owners) >= 6
    for owner in owners:
        assert f'forbidden_modules = ["app.{owner}.models"]' in contracts, owner


def test_a_new_slice_without_a_floor_is_seen(tmp_path: Path) -> None:
    shutil.copytree(
        ROOT / "app", tmp_path / "app", ignore=shutil.ignore_patterns("__pycache__", "static", "fonts")
    )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "app" / "newcomer").mkdir()
    (tmp_path / "app" / "newcomer" / "__init__.py").write_text('"""A slice nobody gave a floor."""\n')
    assert lint_imports(tmp_path).returncode == 1
