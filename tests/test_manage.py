"""The door, manage.py: when it installs, when it does not, and what it hands on."""

import os
import shutil
import signal
import subprocess
import sys
import time
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[1]

# Stands in for making an environment and for pip: quick, offline, and every call noted.
STAND_INS = """
import os, sys, time
from pathlib import Path
import manage
def note(word):
    with open(Path(manage.ROOT) / "calls", "a") as file:
        file.write(word + "\\n")
def make():
    note("make")
    Path(manage.PYTHON).parent.mkdir(parents=True)
    os.symlink(sys.executable, manage.PYTHON)
def pip(*arguments):
    note("pip " + " ".join(Path(part).name for part in arguments))
    time.sleep(float(os.environ.get("SLOW", "0")))
    return os.environ.get("PIP_SAYS", "")
manage.make, manage.pip, manage.compile_all = make, pip, lambda: None
manage.become = lambda argv: note("run " + " ".join(argv[3:])) or 0
"""


class House:
    """A folder with a manage.py of its own, and what was called in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copy(ROOT / "manage.py", folder)
        for name in ("requirements.txt", "requirements.lock", "requirements-dev.txt"):
            (folder / name).write_text("# nothing\n")

    def begin(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        program = f"import sys\n{STAND_INS}\nsys.exit(manage.main(sys.argv[1:]))"
        return subprocess.Popen(
            [sys.executable, "-c", program, *arguments],
            cwd=self.folder,
            env=os.environ | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str, **environment: str) -> tuple[int, str]:
        process = self.begin(*arguments, **environment)
        _, errors = process.communicate(timeout=30)
        return process.returncode, errors

    def calls(self) -> list[str]:
        file = self.folder / "calls"
        return file.read_text().splitlines() if file.exists() else []


INSTALL = "pip install -r requirements.txt -c requirements.lock"
INSTALL_DEV = "pip install -r requirements-dev.txt -r requirements.txt -c requirements.lock"


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


@pytest.fixture
def manage(tmp_path: Path) -> ModuleType:
    House(tmp_path)
    spec = spec_from_file_location("manage_here", tmp_path / "manage.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_first_command_installs_and_the_second_does_not(house: House) -> None:
    assert house.run("progress", "--campaign", "x")[0] == 0
    assert house.run("series")[0] == 0
    assert house.calls() == ["make", INSTALL, "run etl progress --campaign x", "run etl series"]


@pytest.mark.parametrize("name", ["requirements.txt", "requirements.lock"])
def test_changed_requirements_are_installed_into_the_same_environment(house: House, name: str) -> None:
    house.run("progress")
    (house.folder / name).write_text("# something else\n")
    assert house.run("progress")[0] == 0
    assert house.calls()[3:] == [INSTALL, "run etl progress"]


def test_an_installation_that_was_killed_is_begun_again_from_nothing(house: House) -> None:
    process = house.begin("progress", SLOW="30")
    deadline = time.monotonic() + 20
    while INSTALL not in house.calls() and time.monotonic() < deadline:
        time.sleep(0.02)
    half = house.folder / ".venv" / "half-written"
    half.write_text("x")
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert house.run("progress")[0] == 0
    assert house.calls() == ["make", INSTALL, "make", INSTALL, "run etl progress"]
    assert not half.exists()


def test_two_first_commands_at_once_install_once(house: House) -> None:
    both = [house.begin(command, SLOW="0.5") for command in ("progress", "series")]
    for process in both:
        process.communicate(timeout=30)
        assert process.returncode == 0
    assert house.calls()[:2] == ["make", INSTALL]
    assert sorted(house.calls()[2:]) == ["run etl progress", "run etl series"]


def test_an_environment_whose_python_is_gone_is_made_anew(house: House) -> None:
    house.run("progress")
    python = house.folder / ".venv" / "bin" / "python"
    python.unlink()
    python.symlink_to("/nowhere/python3.99")
    assert house.run("progress")[0] == 0
    assert house.calls()[3:] == ["make", INSTALL, "run etl progress"]


def test_a_failing_installation_is_one_line_and_keeps_what_worked(house: House) -> None:
    house.run("progress")
    (house.folder / "requirements.txt").write_text("# needs the network\n")
    code, errors = house.run("progress", PIP_SAYS="ERROR: no connection")
    assert code == 1
    assert errors.splitlines()[-1].startswith("manage.py: packages could not be installed: ERROR: no connection")
    assert house.run("progress")[0] == 0
    assert house.calls().count("make") == 1


def test_checks_install_the_tools_as_well_and_once(house: House) -> None:
    house.run("progress")
    for _ in range(2):
        program = f"{STAND_INS}\nmanage.ready('dev', manage.DEVELOPMENT)"
        subprocess.run([sys.executable, "-c", program], cwd=house.folder, check=True, capture_output=True)
    assert house.calls()[3:] == [INSTALL_DEV]
    assert house.run("progress")[0] == 0
    assert house.calls()[4:] == ["run etl progress"]


@pytest.mark.parametrize(
    ("arguments", "command", "rest"),
    [
        (["progress", "--config", "a.toml", "--level", "commune"], "progress", "--config a.toml --level commune"),
        (["--config", "a.toml", "progress", "--level", "commune"], "progress", "--config a.toml --level commune"),
        (["--config=a.toml", "ingest", "--", "x.csv"], "ingest", "--config=a.toml -- x.csv"),
        (["--config", "a.toml"], "", "--config a.toml"),
        ([], "", ""),
    ],
)
def test_the_configuration_may_be_named_before_or_after_the_command(
    manage: ModuleType, arguments: list[str], command: str, rest: str
) -> None:
    assert manage.split(arguments) == (command, rest.split())


def test_no_command_says_which_there_are_and_installs_nothing(house: House) -> None:
    code, errors = house.run()
    assert code == 2
    assert "python3 manage.py start" in errors
    assert house.calls() == []


def test_a_missing_browser_that_may_not_be_installed_is_one_line_saying_what_to_type(
    manage: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = {"apt-get"}
    monkeypatch.setattr(shutil, "which", lambda name: name if name in there else None)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    others = "libreoffice-writer-nogui libreoffice-calc-nogui mariadb-server-core mariadb-client-core"
    with pytest.raises(manage.CannotRun, match=f"type: sudo apt-get install chromium {others} fonts-liberation2"):
        manage.ensure_browser()
    there |= {"soffice", "mariadbd"}
    with pytest.raises(manage.CannotRun, match="type: sudo apt-get install chromium fonts-liberation2"):
        manage.ensure_browser()
    there.add("chromium")
    manage.ensure_browser()
    there.clear()
    with pytest.raises(manage.CannotRun, match="need Chromium, LibreOffice and MariaDB on the PATH"):
        manage.ensure_browser()


def test_a_command_that_needs_no_installation_imports_nothing_slow() -> None:
    program = (
        "import sys, manage; assert manage.is_ready('run', manage.RUNTIME); "
        "print(*sorted({'subprocess', 'pathlib', 'shutil', 'hashlib', 're', 'typing'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-S", "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_an_unknown_command_is_wrong_use_and_one_line() -> None:
    argv = [sys.executable, str(ROOT / "manage.py"), "progres"]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert "progres" in done.stderr
