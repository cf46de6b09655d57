#!/usr/bin/env python3
"""The door: makes .venv when it is missing or out of date, then runs one command inside it.

Standard library only, Python 3.11 or later, any operating system. When nothing has to be installed this file
costs a few milliseconds, so what only an installation needs is imported where it is used.
"""

import os
import sys

ROOT = os.path.dirname(os.path.abspath(__file__))
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, *(("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")))
UNFINISHED = os.path.join(VENV, "installing")
LOCK = "installing.lock"
RUNTIME = ("requirements.txt", "requirements.lock")
DEVELOPMENT = ("requirements-dev.txt", *RUNTIME)
USAGE = """\
python3 manage.py start      xem chiến dịch trên trình duyệt · see the campaign in the browser
python3 manage.py test       chạy mọi kiểm thử · run every test
README.md lists the other commands.
"""


class CannotRun(Exception):
    """Something the person at the keyboard has to mend first; the message is one line."""


def main(arguments: list[str]) -> int:
    """Run one command in the project's environment and return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")
    if sys.version_info < (3, 11):
        return refuse(f"Python {sys.version.split()[0]} found; 3.11 or later is needed / cần Python 3.11 trở lên", 2)
    command, rest = split(arguments)
    if command in ("", "-h", "--help", "help"):
        print(USAGE, end="", file=sys.stderr if command == "" else sys.stdout)
        return 2 if command == "" else 0
    try:
        if command in ("test", "check"):
            ready("dev", DEVELOPMENT)
            return run_tests(rest) if command == "test" else run_checks()
        ready("run", RUNTIME)
        return become([PYTHON, "-P", "-m", "etl", command, *rest])
    except CannotRun as problem:
        return refuse(str(problem), 1)
    except KeyboardInterrupt:
        return 130


def refuse(sentence: str, code: int) -> int:
    """Say on one line why nothing was done, and return the exit code."""
    print(f"manage.py: {sentence}", file=sys.stderr)
    return code


def split(arguments: list[str]) -> tuple[str, list[str]]:
    """Return the command and its arguments; a `--config FILE` in front of the command moves behind it."""
    front: list[str] = []
    rest = list(arguments)
    while rest and rest[0].startswith("--config"):
        taken = 1 if "=" in rest[0] else 2
        front += rest[:taken]
        rest = rest[taken:]
    return (rest[0], [*front, *rest[1:]]) if rest else ("", front)


def environment() -> dict[str, str]:
    """Return the environment of a command: the project importable from any folder, text always UTF-8.

    Compiled modules are kept, whatever the shell says: without them every command is a fifth slower.
    """
    path = os.environ.get("PYTHONPATH")
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"PYTHONPATH": os.pathsep.join([ROOT, path] if path else [ROOT]), "PYTHONUTF8": "1"}


def become(argv: list[str]) -> int:
    """Run a command in place of this process where the system can, else beneath it; return its exit code."""
    sys.stdout.flush()
    if os.name == "posix":
        os.execve(argv[0], argv, environment())
    import subprocess

    process = subprocess.Popen(argv, env=environment())
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:  # the child hears Ctrl-C as well, and decides when it is done
            continue


# --- the environment ------------------------------------------------------------------------------------------


def wanted(files: tuple[str, ...]) -> str:
    """Return what a finished environment's stamp says: the requirements, and the Python it was made with."""
    parts = [os.path.realpath(PYTHON)]
    for name in files:
        with open(os.path.join(ROOT, name), encoding="utf-8") as file:
            parts.append(file.read())
    return "\n".join(parts)


def stamp(kind: str) -> str:
    """Return where the stamp of one kind of environment (run or dev) lies."""
    return os.path.join(VENV, f"installed-{kind}.txt")


def is_ready(kind: str, files: tuple[str, ...]) -> bool:
    """Tell whether the environment holds exactly what the requirements say."""
    try:
        with open(stamp(kind), encoding="utf-8") as file:
            return os.path.exists(PYTHON) and file.read() == wanted(files) and not os.path.exists(UNFINISHED)
    except FileNotFoundError:
        return False


def ready(kind: str, files: tuple[str, ...]) -> None:
    """Make the environment hold what the requirements say; one process at a time, the others wait."""
    if is_ready(kind, files):
        return
    os.makedirs(VENV, exist_ok=True)
    with open(os.path.join(VENV, LOCK), "a", encoding="utf-8") as lock:
        hold(lock)
        if not is_ready(kind, files):
            install(kind, files)


def hold(lock) -> None:  # type: ignore[no-untyped-def]
    """Wait for the installation lock; the system lets go of it when the process ends, however it ends."""
    said = False
    while True:
        try:
            if os.name == "nt":
                import msvcrt

                msvcrt.locking(lock.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
            else:
                import fcntl

                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            import time

            if not said:
                say("Một lần cài đặt khác đang chạy, xin chờ… (another installation is running; waiting)")
            said = True
            time.sleep(0.2)
        else:
            return


def say(sentence: str) -> None:
    """Tell the person at the keyboard what is going on, apart from the command's own output."""
    print(sentence, file=sys.stderr, flush=True)


def install(kind: str, files: tuple[str, ...]) -> None:
    """Install the requirements, from nothing when the environment is missing, half-made or of a lost Python."""
    import time

    began = time.monotonic()
    sound = os.path.exists(PYTHON) and not os.path.exists(UNFINISHED) and same_python()
    if sound:
        say("Đang cập nhật thư viện… (updating packages)")
    else:
        say("Đang cài đặt lần đầu, khoảng một phút… (installing for the first time, about a minute)")
    with open(UNFINISHED, "w", encoding="utf-8"):
        pass
    if not sound:
        empty()
        make()
    named = [part for name in files if name.endswith(".txt") for part in ("-r", os.path.join(ROOT, name))]
    problem = pip("install", *named, "-c", os.path.join(ROOT, "requirements.lock"))
    if problem:
        if sound:  # pip fetches everything before it changes anything: what was there still works
            os.unlink(UNFINISHED)
        raise CannotRun(f"packages could not be installed: {problem} / không cài được thư viện")
    compile_all()
    for one, its_files in (("run", RUNTIME), ("dev", DEVELOPMENT)):
        if one in ("run", kind):
            with open(stamp(one), "w", encoding="utf-8") as file:
                file.write(wanted(its_files))
    os.unlink(UNFINISHED)
    say(f"Đã cài xong sau {time.monotonic() - began:.0f} giây. (installed)")


def same_python() -> bool:
    """Tell whether the Python that .venv was made with is still the one it points to."""
    try:
        with open(stamp("run"), encoding="utf-8") as file:
            return file.readline().rstrip("\n") == os.path.realpath(PYTHON)
    except FileNotFoundError:
        return True


def empty() -> None:
    """Remove all of .venv but the lock that is being held and the mark that this is not finished."""
    import shutil

    for entry in os.scandir(VENV):
        if entry.is_dir(follow_symlinks=False):
            shutil.rmtree(entry.path)
        elif entry.path != UNFINISHED and entry.name != LOCK:
            os.unlink(entry.path)


def make() -> None:
    """Make an empty environment with pip in it."""
    import subprocess

    made = subprocess.run([sys.executable, "-m", "venv", VENV], capture_output=True, text=True)
    if made.returncode:
        hint = "apt-get install python3-venv" if "ensurepip" in made.stdout + made.stderr else tail(made.stderr)
        raise CannotRun(f"no environment could be made; try: {hint} / không tạo được môi trường Python")


def pip(*arguments: str) -> str:
    """Run pip quietly; return "" or the line that says what went wrong."""
    import subprocess

    done = subprocess.run(
        [PYTHON, "-m", "pip", *arguments, "--quiet", "--no-input", "--no-compile", "--prefer-binary",
         "--disable-pip-version-check"],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, errors="replace",
    )  # fmt: skip
    return tail(done.stderr) if done.returncode else ""


def compile_all() -> None:
    """Compile the packages on every core: pip does it on one, and leaving it out makes each start 4 s slower."""
    import subprocess

    skipped = r"[/\\](tests|pip|setuptools)[/\\]"
    subprocess.run([PYTHON, "-m", "compileall", "-qq", "-j", "0", "-x", skipped, VENV], capture_output=True)


def tail(output: str) -> str:
    """Return the last line of an error output that says something, errors before warnings."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return next((line for line in lines if line.startswith("ERROR")), lines[-1] if lines else "no reason given")


# --- tests and checks -----------------------------------------------------------------------------------------


def chromium() -> str | None:
    """Return the path of a Chromium-like browser, or None."""
    import shutil

    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
    places = (
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
        r"C:\Program Files\Google\Chrome\Application\chrome.exe",
        r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
    )
    return next(filter(None, map(shutil.which, (*names, *places))), None)


def office() -> str | None:
    """Return the path of LibreOffice, or None."""
    import shutil

    places = (
        "/usr/lib/libreoffice/program/soffice",
        "/opt/libreoffice/program/soffice",
        "/Applications/LibreOffice.app/Contents/MacOS/soffice",
        r"C:\Program Files\LibreOffice\program\soffice.com",
    )
    return next(filter(None, map(shutil.which, ("soffice", "libreoffice", *places))), None)


def mariadb() -> str | None:
    """Return the path of a MariaDB server, or None."""
    import shutil

    return next(filter(None, map(shutil.which, ("mariadbd", "/usr/sbin/mariadbd"))), None)


def lacking() -> tuple[list[str], list[str]]:
    """Return what the tests need and do not find, by name, and the system's packages that bring it."""
    names, packages = [], []
    if not chromium():
        names.append("Chromium")
        packages.append("chromium")
    if not office():
        names.append("LibreOffice")
        packages += ["libreoffice-writer-nogui", "libreoffice-calc-nogui"]
    if not mariadb():
        names.append("MariaDB")
        packages += ["mariadb-server-core", "mariadb-client-core"]
    return names, [*packages, "fonts-liberation2"] if packages else []


def listed(names: list[str]) -> str:
    """Return names as a sentence lists them."""
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def ensure_browser() -> None:
    """Install a browser, LibreOffice, MariaDB and a Vietnamese typeface where that is allowed, else say how.

    Only tests need them: `start` never asks for any.
    """
    import shutil
    import subprocess

    names, packages = lacking()
    if not names:
        return
    wanted = listed(names)
    if shutil.which("apt-get") is None:
        raise CannotRun(f"the tests need {wanted} on the PATH; install what is missing, then try again")
    as_root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if as_root and (shutil.which("sudo") is None or subprocess.run([*as_root, "true"], capture_output=True).returncode):
        raise CannotRun(f"the tests need {wanted}; type: sudo apt-get install {' '.join(packages)}")
    say(f"Đang cài {wanted} cho kiểm thử… (installing {wanted} for the tests)")
    quiet = {"capture_output": True, "text": True, "errors": "replace"}
    subprocess.run([*as_root, "apt-get", "update", "-qq"], **quiet)
    command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
    done = subprocess.run([*as_root, "env", "DEBIAN_FRONTEND=noninteractive", *command], **quiet)
    still, _ = lacking()
    if done.returncode or still:
        wanted = listed(still or names)
        raise CannotRun(f"{wanted} could not be installed: {tail(done.stderr)}; type: {' '.join(command)}")


def run_tests(arguments: list[str]) -> int:
    """Run every test, a real browser and real servers included."""
    ensure_browser()
    os.chdir(ROOT)
    return become([PYTHON, "-m", "pytest", *arguments])


def run_checks() -> int:
    """Run lint, types, import contracts, SQL lint and the tests without a browser; say how each ended."""
    import subprocess
    import time

    contracts = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    steps = (
        ("lint", ["-m", "ruff", "check", "."]),
        ("types", ["-m", "mypy", "campaign", "warehouse", "reporting"]),
        ("imports", ["-c", contracts]),
        ("sql", ["-m", "sqlfluff", "lint", "--disable-progress-bar", "warehouse"]),
        ("tests", ["-m", "pytest", "-m", "not browser"]),
    )
    results = []
    for name, arguments in steps:
        print(f"== {name}", flush=True)
        began = time.monotonic()
        code = subprocess.run([PYTHON, *arguments], cwd=ROOT, env=environment()).returncode
        results.append((name, code, time.monotonic() - began))
    print("== check")
    for name, code, seconds in results:
        print(f"{name:8} {'ok' if code == 0 else f'FAILED ({code})'}  {seconds:.1f} s")
    return 1 if any(code for _, code, _ in results) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
