"""Makes ``.venv`` ready for Heed: packages, the ROS interfaces, Heed itself. Does nothing twice.

Needs only the Python standard library (3.8 or later may start it). Three steps, each remembered
by a stamp in ``.venv/.heed`` that holds a hash of everything the step depends on:

1. ``.venv`` from the most suitable Python on PATH (``PYTHON=python3.12`` chooses one);
2. the packages that setup.py asks for, at the versions of constraints.txt, and Heed, editable;
3. heed_interfaces, built against the ROS wheels of step 2.

Usage: ``python3 tools/bootstrap.py [--check]``; ``--check`` only tells what is out of date.
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMPS = VENV / ".heed"
BUILD = VENV / "build" / "heed_interfaces"
INTERFACES = ROOT / "heed_interfaces"
LOG = ROOT / "log" / "bootstrap.log"

#: Best first: the pybullet wheels end at 3.11, later Pythons compile it.
PYTHONS = ("python3.11", "python3.10", "python3.12", "python3.13", "python3")
SUPPORTED = ((3, 10), (3, 13))
EXTRAS = "ros,interfaces,plots,solver,test,learn,llm,serve"

#: What a Python tells about itself, as JSON.
PROBE = """
import importlib.util as find, json, os, sys, sysconfig
print(json.dumps({
    "executable": sys.executable,
    "version": sys.version_info[:2],
    "venv": all(map(find.find_spec, ("venv", "ensurepip"))),
    "headers": os.path.exists(os.path.join(sysconfig.get_path("include"), "Python.h")),
}))
"""


class SetupError(Exception):
    """Something is missing; the message says what and which command mends it."""


def main():
    """Runs the steps that are out of date; returns the exit status."""
    parser = argparse.ArgumentParser(description="Makes .venv ready for Heed.")
    parser.add_argument("--check", action="store_true", help="only tell what is out of date; exit 1 if anything is")
    check = parser.parse_args().check
    try:
        stale = [name for name, fingerprint, _ in STEPS if not is_done(name, fingerprint())]
        if check:
            print("\n".join(stale))
            return 1 if stale else 0
        for name, fingerprint, step in STEPS:
            if not is_done(name, fingerprint()):
                (STAMPS / name).unlink(missing_ok=True)  # a step that fails half-way is not done
                step()
                STAMPS.mkdir(parents=True, exist_ok=True)
                (STAMPS / name).write_text(fingerprint())
    except SetupError as error:
        print(f"\nheed setup: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nheed setup: interrupted; 'make setup' goes on where it stopped.", file=sys.stderr)
        return 130
    if stale:
        say("ready: .venv/bin/heed --help")
    return 0


def is_done(name, fingerprint):
    """Whether a step was finished with exactly these inputs."""
    stamp = STAMPS / name
    return stamp.is_file() and stamp.read_text() == fingerprint


def venv_fingerprint():
    """Changes when the virtual environment has moved or its Python is gone."""
    python = VENV / "bin" / "python"
    return digest([str(VENV), str(python.exists())])


def packages_fingerprint():
    """Changes with what is to be installed."""
    files = [ROOT / name for name in ("constraints.txt", "setup.py", "setup.cfg")]
    return digest([venv_fingerprint(), EXTRAS, *(path.read_bytes() for path in files)])


def interfaces_fingerprint():
    """Changes with the interface files and with the ROS wheels they are built against."""
    files = sorted(path for path in INTERFACES.rglob("*") if path.is_file())
    wheels = sorted(path.name for path in VENV.glob("lib/python*/site-packages/ros_*.dist-info"))
    sources = [part for path in files for part in (str(path.relative_to(ROOT)), path.read_bytes())]
    return digest([venv_fingerprint(), *wheels, *sources])


def digest(parts):
    """Hash of texts and bytes, in order."""
    total = hashlib.sha256()
    for part in parts:
        total.update(hashlib.sha256(part if isinstance(part, bytes) else part.encode()).digest())
    return total.hexdigest()


def make_venv():
    """Step 1."""
    check_compiler()
    executable = find_python()
    usable = (VENV / "bin" / "python").exists() and venv_python_runs()
    if not usable:
        say(f"creating .venv with {executable}")
        run([executable, "-m", "venv", "--clear", str(VENV)], "the virtual environment could not be created")


def venv_python_runs():
    """Whether the existing .venv has a Python that starts and is supported."""
    facts = probe(str(VENV / "bin" / "python"))
    return facts is not None and is_supported(facts) and Path(facts["executable"]).parent == VENV / "bin"


def check_compiler():
    """Raises SetupError where C and C++ cannot be compiled."""
    for variable, names in (("CC", ("cc", "gcc", "clang")), ("CXX", ("c++", "g++", "clang++"))):
        chosen = os.environ.get(variable, "").split()
        if not any(shutil.which(name) for name in (chosen[:1] or names)):
            raise SetupError(
                f"no C/C++ compiler was found ({variable}: {' or '.join(chosen[:1] or names)}). "
                "Install one: sudo apt install build-essential"
            )


def find_python():
    """Path of the most suitable Python on PATH.

    Raises:
        SetupError: There is none, or it lacks a part; with the command that installs it.
    """
    wanted = os.environ.get("PYTHON", "").strip()
    found = [facts for facts in map(probe, (wanted,) if wanted else PYTHONS) if facts]
    suitable = [facts for facts in found if is_supported(facts)]
    if not suitable:
        have = ", ".join(sorted({"{}.{}".format(*facts["version"]) for facts in found})) or "none"
        raise SetupError(
            f"Heed needs Python 3.10 to 3.13 (the ROS 2 wheels are built for these); found on PATH: {have}. "
            "Install one, such as: sudo apt install python3 python3-venv python3-dev"
        )
    complete = [facts for facts in suitable if facts["venv"] and facts["headers"]]
    if complete:
        return complete[0]["executable"]
    facts = suitable[0]
    name = "python{}.{}".format(*facts["version"])
    missing = [f"{name}-{part}" for part, has in (("venv", facts["venv"]), ("dev", facts["headers"])) if not has]
    what = " and ".join(
        text for text, has in (("its venv module", facts["venv"]), ("its C header files", facts["headers"])) if not has
    )
    raise SetupError(f"{facts['executable']} lacks {what}. Install: sudo apt install {' '.join(missing)}")


def probe(python):
    """What a Python says about itself, None where it does not start."""
    if shutil.which(python) is None:
        return None
    answer = subprocess.run([python, "-c", PROBE], capture_output=True, text=True, env=clean_environment(), check=False)
    return json.loads(answer.stdout) if answer.returncode == 0 else None


def is_supported(facts):
    """Whether the ROS wheels exist for this Python."""
    return SUPPORTED[0] <= tuple(facts["version"]) <= SUPPORTED[1]


def install_packages():
    """Step 2."""
    compiles = any((VENV / "lib" / f"python3.{minor}").exists() for minor in (12, 13))
    wait = "some ten minutes, as pybullet has to be compiled for this Python" if compiles else "some minutes"
    say(f"installing packages ({wait}; details in {LOG.relative_to(ROOT)})")
    pip = [str(VENV / "bin" / "python"), "-m", "pip", "install", "--disable-pip-version-check", "-c", "constraints.txt"]
    why = "the packages could not be installed"
    # Packages without a wheel for this Python are compiled; these are what they are compiled with.
    run([*pip, "setuptools", "wheel", "numpy"], why)
    run([*pip, "--no-build-isolation", "-e", f".[{EXTRAS}]"], why)
    # lark and lark-parser (its old name, which a ROS wheel asks for) own the same files: the last one wins.
    run([*pip, "--no-deps", "--force-reinstall", "lark"], why)


def build_interfaces():
    """Step 3."""
    say("building the ROS interfaces (about two minutes)")
    tools = VENV / "bin"
    environment = {
        **clean_environment(),
        "PATH": f"{tools}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "AMENT_PREFIX_PATH": str(VENV),
        "CMAKE_PREFIX_PATH": str(VENV),
    }
    configure = [
        str(tools / "cmake"), "-S", str(INTERFACES), "-B", str(BUILD), "-G", "Ninja",
        f"-DCMAKE_INSTALL_PREFIX={VENV}",
        f"-DCMAKE_MAKE_PROGRAM={tools / 'ninja'}",
        f"-DPython3_EXECUTABLE={tools / 'python'}",
        f"-DCMAKE_PROJECT_INCLUDE={INTERFACES / 'wheels_fix.cmake'}",
        "-DBUILD_TESTING=OFF",
    ]  # fmt: skip
    shutil.rmtree(BUILD, ignore_errors=True)  # a half-made or moved build would be reused otherwise
    why = "heed_interfaces could not be built"
    run(configure, why, environment)
    run([str(tools / "cmake"), "--build", str(BUILD), "--target", "install"], why, environment)


def clean_environment():
    """Our environment without what would lead a Python or CMake to another ROS or virtual environment."""
    ours = ("_ROS_WHEELS_BOOTSTRAP_COMPLETE", "PYTHONPATH", "PYTHONHOME", "AMENT_PREFIX_PATH", "CMAKE_PREFIX_PATH")
    return {name: value for name, value in os.environ.items() if name not in (*ours, "VIRTUAL_ENV")}


def run(command, why, environment=None):
    """Runs a command, its output in the log; raises SetupError with the last lines where it fails."""
    LOG.parent.mkdir(exist_ok=True)
    with LOG.open("a", encoding="utf-8") as log:
        log.write(f"\n$ {' '.join(command)}\n")
        log.flush()
        start = log.tell()
        status = subprocess.run(
            command, cwd=ROOT, env=environment or clean_environment(), stdin=subprocess.DEVNULL,
            stdout=log, stderr=subprocess.STDOUT, check=False,
        ).returncode  # fmt: skip
    if status != 0:
        with LOG.open(encoding="utf-8", errors="replace") as log:
            log.seek(start)
            tail = "".join(log.readlines()[-15:])
        raise SetupError(f"{why}. The end of {LOG.relative_to(ROOT)}:\n\n{tail}")


def say(sentence):
    """Tells a person what goes on."""
    print(f"heed setup: {sentence}", flush=True)


STEPS = (
    ("venv", venv_fingerprint, make_venv),
    ("packages", packages_fingerprint, install_packages),
    ("interfaces", interfaces_fingerprint, build_interfaces),
)

if __name__ == "__main__":
    sys.exit(main())
