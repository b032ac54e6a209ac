"""Launch files: what they mean, what is refused and how, and how real processes live and end."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from grounding.errors import ConfigurationError
from heed.environment import ROOT
from heed.launching.processes import run_processes
from heed.launching.reader import ProcessSpec, read_arguments, read_launch
from heed.launching.substitutions import Scope, substitute

SIM = ROOT / "launch" / "sim.launch.yaml"


def write(folder: Path, text: str) -> Path:
    path = folder / "test.launch.yaml"
    path.write_text(f"launch:\n{text}", encoding="utf-8")
    return path


def node(extra: str = "") -> str:
    return f"  - node: {{pkg: demo, exec: talker, name: talker{extra}}}\n"


def parameters(spec: ProcessSpec) -> dict[str, object]:
    return {name: value for part in spec.parameters if not isinstance(part, Path) for name, value in part.items()}


class TestSimLaunch:
    """The launch file that ships with Heed."""

    def test_one_process_per_node(self) -> None:
        names = [spec.name for spec in read_launch(SIM)]
        assert sorted(names) == sorted(
            f"{room}_node" for room in ("sim", "grounding", "planner", "monitor", "recorder", "executive")
        )

    def test_an_instruction_brings_the_operator_whatever_its_letters(self) -> None:
        text = """don't "stop": $HOME, then 5 % & {a: b} - go"""
        *_, operator = read_launch(SIM, {"instruction": text})
        assert operator.name == "operator"
        assert operator.screen
        assert operator.ends_launch
        assert parameters(operator)["instruction"] == text

    def test_every_argument_is_described_and_has_a_default(self) -> None:
        arguments = read_arguments(SIM)
        expected = "world instruction namespace physics headless use_sim_time params_file use_rviz log_level seed"
        assert {*expected.split(), "episodes", "real_time_factor"} == {argument.name for argument in arguments}
        assert all(argument.description and argument.default is not None for argument in arguments)

    def test_arguments_reach_the_nodes_with_their_types(self) -> None:
        values = {"seed": "7", "headless": "false", "real_time_factor": "2", "world": "table", "namespace": "team"}
        specs = {spec.name: spec for spec in read_launch(SIM, values)}
        sim = parameters(specs["sim_node"])
        assert (sim["seed"], sim["headless"], sim["world"]) == (7, False, "table")
        assert isinstance(sim["real_time_factor"], float)
        assert all(spec.node == f"/team/{spec.name}" for spec in specs.values())
        assert "__ns:=/team" in specs["sim_node"].ros_args

    def test_simulated_robots_keep_to_this_machine_unless_told_otherwise(self) -> None:
        name = "ROS_AUTOMATIC_DISCOVERY_RANGE"
        assert read_launch(SIM, {}, {})[0].environment == {name: "LOCALHOST"}
        assert read_launch(SIM, {}, {name: "SUBNET"})[0].environment == {}

    def test_rviz_comes_on_request(self) -> None:
        assert "rviz2" in [spec.executable for spec in read_launch(SIM, {"use_rviz": "true"})]


class TestReading:
    def test_groups_keep_namespaces_and_variables_to_themselves(self, tmp_path: Path) -> None:
        path = write(
            tmp_path,
            "  - let: {name: who, value: outer}\n"
            "  - group:\n"
            "      - push-ros-namespace: {namespace: fleet}\n"
            "      - let: {name: who, value: inner}\n"
            "      - set_env: {name: COLOUR, value: red}\n"
            "      - node: {pkg: demo, exec: talker, name: $(var who), namespace: left}\n"
            "  - node: {pkg: demo, exec: talker, name: $(var who), namespace: /far/}\n",
        )
        first, second = read_launch(path, {}, {})
        assert (first.node, second.node) == ("/fleet/left/inner", "/far/outer")
        assert (first.environment, second.environment) == ({"COLOUR": "red"}, {})

    def test_a_group_may_have_a_condition_and_leak_on_request(self, tmp_path: Path) -> None:
        path = write(
            tmp_path,
            '  - group: {if: "false", children: [{node: {pkg: demo, exec: never}}]}\n'
            "  - group: {scoped: false, children: [{push_ros_namespace: {namespace: a}}]}\n" + node(),
        )
        assert [spec.node for spec in read_launch(path)] == ["/a/talker"]

    def test_a_node_in_full(self, tmp_path: Path) -> None:
        (tmp_path / "p.yaml").write_text("{}")
        path = write(
            tmp_path,
            "  - node:\n"
            "      pkg: demo\n      exec: talker\n      args: --fast 3\n      ros_args: --log-level warn\n"
            "      remap:\n        - {from: chatter, to: news}\n"
            '      env:\n        - {name: LEVEL, value: "9"}\n'
            "      output: screen\n      on_exit: shutdown\n"
            '      param:\n        - from: $(dirname)/p.yaml\n        - {name: rate, value: "2.5"}\n'
            "        - {name: names, value: [a, b]}\n        - {name: word, value: 'yes', type: str}\n",
        )
        (spec,) = read_launch(path, {}, {})
        assert spec == ProcessSpec(
            name="talker",
            package="demo",
            executable="talker",
            args=("--fast", "3"),
            ros_args=("--log-level", "warn", "-r", "chatter:=news"),
            parameters=(tmp_path / "p.yaml", {"rate": 2.5}, {"names": ["a", "b"]}, {"word": "yes"}),
            environment={"LEVEL": "9"},
            screen=True,
            ends_launch=True,
        )

    def test_two_of_a_kind_have_names_of_their_own(self, tmp_path: Path) -> None:
        assert [spec.name for spec in read_launch(write(tmp_path, node() * 3))] == ["talker", "talker-2", "talker-3"]

    @pytest.mark.parametrize(
        ("text", "line", "words"),
        [
            ("  - include: {file: other.launch.yaml}\n", 2, ["include", "not supported", "ros2 launch"]),
            (node() + "  - nod: {pkg: a}\n", 3, ["nod", "not supported"]),
            (node(", respawn: true"), 2, ["respawn", "not supported"]),
            (node(", outputt: log"), 2, ["outputt", "Did you mean 'output'"]),
            (node(", output: both"), 2, ["both", "log or screen"]),
            (node(", on_exit: respawn"), 2, ["on_exit", "shutdown"]),
            ("  - node: {exec: talker}\n", 2, ["'pkg'"]),
            (node(", if: maybe"), 2, ["'if'", "neither true nor false"]),
            (node(", if: true"), 2, ["'if'", "quotes"]),
            (node(", namespace: $(var wrold)"), 2, ["wrold"]),
            (node(', args: $(eval "1 + 1")'), 2, ["eval", "not supported", "equals"]),
            (node(", args: $(var"), 2, ["not closed"]),
            (node(", args: $(dirname x)"), 2, ["0 arguments"]),
            (node(", args: $(env NO_SUCH_VARIABLE_HERE)"), 2, ["NO_SUCH_VARIABLE_HERE", "not set"]),
            (node(", args: $(find-pkg-share no_such_package)"), 2, ["no_such_package", "not installed"]),
            (node(", param: [{from: nowhere.yaml}]"), 2, ["nowhere.yaml", "does not exist"]),
            (node(", param: [{name: a}]"), 2, ["'value'"]),
            (node(", param: [{name: a, value: ten, type: int}]"), 2, ["'ten'", "int"]),
            (node(", param: [{name: a, value: ten, type: dozen}]"), 2, ["'dozen'", "not supported"]),
            (node(", param: {name: a}"), 2, ["'param'", "list"]),
            ("  - group: {if: 'true'}\n", 2, ["group", "list"]),
            ("  - arg: {name: a}\n", 2, ["'a'", "no default", "a:=..."]),
            ("  - arg: {name: a, default: 5}\n", 2, ["'default'", "quotes"]),
            ("  - arg: {name: a, default: x, choice: [{value: y}]}\n", 2, ["a cannot be 'x'", "y"]),
            ("  - [node]\n", 2, ["one tag"]),
            ("  - node: {pkg: [\n", 3, ["not YAML"]),
        ],
    )
    def test_what_is_refused_is_named_with_its_line(
        self, tmp_path: Path, text: str, line: int, words: list[str]
    ) -> None:
        path = write(tmp_path, text)
        with pytest.raises(ConfigurationError) as caught:
            read_launch(path)
        message = str(caught.value)
        assert f"{path}, line {line}" in message
        assert [word for word in words if word not in message] == []

    def test_unknown_argument(self) -> None:
        with pytest.raises(ConfigurationError, match="Did you mean world:="):
            read_launch(SIM, {"wrold": "office"})

    @pytest.mark.parametrize("content", ["", "launch: 3\n", "nodes: []\n", "- node\n"])
    def test_not_a_launch_file(self, tmp_path: Path, content: str) -> None:
        path = tmp_path / "x.yaml"
        path.write_text(content)
        with pytest.raises(ConfigurationError, match="not a launch file"):
            read_launch(path)

    def test_no_such_file(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigurationError, match="cannot be read"):
            read_launch(tmp_path / "none.yaml")


class TestSubstitutions:
    scope = Scope(Path("/folder/x.launch.yaml"), {"a": "one", "empty": "", "name": "a"}, {"HOME": "/home/me"})

    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("plain $ text (with) 'quotes'", "plain $ text (with) 'quotes'"),
            ("$(var a)-$(var a)", "one-one"),
            ("$(var $(var name))", "one"),
            ("$(var missing 'two words')", "two words"),
            ('$(var missing "")', ""),
            ("$(env HOME)/x", "/home/me/x"),
            ("$(env MISSING $(var a))", "one"),
            ("$(dirname)", "/folder"),
            ("$(not-equals $(var empty) '')", "false"),
            ("$(equals 1 1.0)", "true"),
            ("$(equals true 1)", "true"),
            ("$(equals a b)", "false"),
            ("$(and true $(not false))", "true"),
            ("$(or false 0)", "false"),
            (r"\$(var a)", "$(var a)"),
        ],
    )
    def test_values(self, text: str, value: str) -> None:
        assert substitute(text, self.scope) == value

    @given(st.text())
    def test_a_value_is_never_read_as_a_substitution_itself(self, value: str) -> None:
        scope = Scope(Path("x"), {"v": value}, {})
        assert substitute("<$(var v)>", scope) == f"<{value}>"
        assert substitute("$(equals $(var v) $(var v))", scope) == "true"

    @given(st.text(alphabet="$()' \"\\abvr-"))
    def test_any_text_is_filled_in_or_refused(self, text: str) -> None:
        refused = False
        try:
            substitute(text, self.scope)
        except ValueError:
            refused = True
        assert not refused or "$(" in text


PREFIX_NODE = """#!{python}
import os, signal, sys, threading
print("started", os.getpid(), *sys.argv[1:], flush=True)
{body}
"""
WAIT = """
asked = threading.Event()
signal.signal(signal.SIGINT, lambda *_: asked.set())
asked.wait(60)
print("bye", flush=True)
"""


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A ROS prefix with executables of our own; no process of theirs may be left at the end."""
    folder = tmp_path / "lib" / "demo"
    folder.mkdir(parents=True)
    monkeypatch.setenv("AMENT_PREFIX_PATH", str(tmp_path))
    monkeypatch.setenv("ROS_LOG_DIR", str(tmp_path / "log"))
    yield folder
    left = subprocess.run(["pgrep", "-f", str(folder)], capture_output=True, text=True, check=False).stdout
    assert left == ""


def make(folder: Path, name: str, body: str) -> ProcessSpec:
    script = folder / name
    script.write_text(PREFIX_NODE.format(python=f"{sys.executable} -I", body=body))
    script.chmod(0o755)
    return ProcessSpec(name, "demo", name)


def launch(*specs: ProcessSpec) -> tuple[int, str, str]:
    """Exit status, what a person saw, what the log says."""
    seen = io.StringIO()
    status = run_processes(specs, console=Console(file=seen, width=200))
    (log,) = Path(os.environ["ROS_LOG_DIR"]).glob("heed-*/launch.log")
    return status, seen.getvalue(), log.read_text()


class TestProcesses:
    def test_the_end_of_one_ends_all_and_its_status_counts(self, install: Path) -> None:
        waiting = make(install, "waiting", WAIT)
        ending = make(install, "ending", "sys.exit(3)")
        status, seen, log = launch(waiting, ProcessSpec(**{**vars(ending), "ends_launch": True}))
        assert status == 3
        assert "ending ended with exit status 3" in seen
        assert "waiting ended" not in seen
        assert "[ending] started" in log

    def test_processes_end_politely(self, install: Path) -> None:
        # The other one ends only when the first is ready to be interrupted.
        fifo = install / "ready"
        os.mkfifo(fifo)
        signalled = make(
            install, "waiting", WAIT.replace("asked.wait", f"open({str(fifo)!r}, 'w').close(); asked.wait")
        )
        ending = ProcessSpec(**{**vars(make(install, "ending", f"open({str(fifo)!r}).read()")), "ends_launch": True})
        status, _, log = launch(signalled, ending)
        assert status == 0
        assert "[waiting] bye" in log

    def test_only_warnings_reach_the_terminal(self, install: Path) -> None:
        talker = make(
            install,
            "talker",
            "print('[INFO] quiet'); print('[WARN] loud'); print('  and its next line'); print('[INFO] quiet again')",
        )
        status, seen, log = launch(talker)
        assert status == 0
        assert "[talker] [WARN] loud" in seen
        assert "and its next line" in seen
        assert "[talker] [INFO] quiet again" in log

    def test_a_death_is_reported_with_the_last_lines(self, install: Path) -> None:
        dying = make(install, "dying", "print('last words', flush=True); os.kill(os.getpid(), signal.SIGKILL)")
        status, seen, _ = launch(dying)
        assert status == 128 + signal.SIGKILL
        assert "dying was killed by SIGKILL" in seen
        assert "last words" in seen

    def test_what_a_process_left_behind_goes_too(self, install: Path) -> None:
        make(install, "child", "import time; signal.signal(signal.SIGINT, signal.SIG_IGN); threading.Event().wait(60)")
        body = f"import subprocess; subprocess.Popen([{str(install / 'child')!r}])"
        assert launch(make(install, "parent", body))[0] == 0

    def test_parameters_go_to_the_node_they_are_for(self, install: Path) -> None:
        body = "print(open(sys.argv[sys.argv.index('--params-file') + 1]).read())"
        spec = make(install, "reader", body)
        named = ProcessSpec(**{**vars(spec), "node": "/fleet/reader", "parameters": ({"text": "it's: 5"},)})
        _, _, log = launch(named)
        lines = [line.removeprefix("[reader] ") for line in log.splitlines() if line.startswith("[reader] ")]
        content = "\n".join(lines[1:])
        assert yaml.safe_load(content) == {"/fleet/reader": {"ros__parameters": {"text": "it's: 5"}}}

    def test_a_missing_executable_is_named_before_anything_starts(self, install: Path) -> None:
        waiting = make(install, "waiting", WAIT)
        with pytest.raises(ConfigurationError, match="'nothing' of package 'demo' is not installed"):
            run_processes([waiting, ProcessSpec("nothing", "demo", "nothing")], console=Console(file=io.StringIO()))

    def test_an_interrupt_ends_everything(self, install: Path) -> None:
        make(install, "waiting", WAIT)
        path = install / "x.launch.yaml"
        path.write_text("launch:\n  - node: {pkg: demo, exec: waiting}\n  - node: {pkg: demo, exec: waiting}\n")
        command = [sys.executable, "-m", "heed.cli.main", "launch", str(path)]
        with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
            assert process.stderr is not None
            assert "2 nodes" in process.stderr.readline()
            process.send_signal(signal.SIGINT)
            assert process.wait(timeout=30) == 130
