import copy
import json
import random
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grounding.errors import WorldFileError
from grounding.worldfile import load_world, parse_world, shipped_worlds, worlds_folder

TEXTS = {name: (worlds_folder() / f"{name}.yaml").read_text(encoding="utf-8") for name in shipped_worlds()}

SMALL = """\
name: small
rooms:
  - {id: hall, area: [[0, 0, 5, 2]], tags: [public]}
  - {id: den, area: [[0, 4, 2, 6]]}
doors:
  - {id: gate, joins: [hall, den], cells: [[1, 3]], closable: true}
places:
  - {id: corner, kind: spot, cells: [[0, 6]]}
classes:
  box: {properties: [portable], states: [clean]}
  shelf: {properties: [surface], obstacle: true}
things:
  - {id: rack, class: shelf, at: [5, 2]}
  - {id: box, class: box, "on": rack}
skills:
  go_to: {behaviour: drive, parameters: {target: zone}}
  pick_up:
    behaviour: pick
    parameters: {item: portable}
    pre: ["near(self, item)"]
    effects: ["holding(self, item)"]
robot_types:
  cart: {body: mobile, skills: [go_to, pick_up]}
robots:
  - {id: robot_1, type: cart, start: [0, 0]}
  - {id: robot_2, type: cart, start: [3, 0]}
"""
OPERATE = "  pick_up:\n    behaviour: operate\n    parameters: {item: portable}\n    pre: []\n    effects: "


def test_shipped_worlds_load_without_doubts():
    assert set(shipped_worlds()) == {"cleanup", "cleanup_four_rooms", "cleanup_large", "household", "office", "table"}
    for name in shipped_worlds():
        world = load_world(name)
        assert world.name == name
        assert world.warnings == ()
        assert load_world(worlds_folder() / f"{name}.yaml") == world


def test_the_small_world_is_good():
    world = parse_world(SMALL)
    assert world.things["box"].support == "rack"
    assert world.things["box"].cell == (5, 2)
    assert world.kinds["public"].members == ("hall",)


def test_on_needs_no_quotes():
    assert parse_world(SMALL.replace('"on"', "on")) == parse_world(SMALL)


def test_ambiguous_nouns_are_fine():
    text = SMALL.replace("skills:", "  - {id: box_2, class: box, at: den, names: [Red  Box]}\nskills:", 1)
    assert parse_world(text).things["box_2"].names == ("red box",)


BROKEN = [
    ("name: small\n", "", "name", "this key is missing", "Add it"),
    ("name: small", "name: Small World", "line 1, name", "is not an id", "lower-case"),
    ("doors:", "dors:", "line 5, dors", "no such key", "'doors'"),
    ("closable", "closeable", "doors.0.closeable", "no such key", "'closable'"),
    ("tags: [public]", "tag: [public]", "line 3, rooms.0.tag", "no such key", "'tags'"),
    ("[[0, 0, 5, 2]]", "[[0, 0, 5]]", "line 3, rooms.0.area.0", "at least 4 items", ""),
    ("[[0, 0, 5, 2]]", "[[5, 2, 0, 0]]", "rooms.0.area.0", "is empty", "x0 <= x1"),
    ("[[0, 0, 5, 2]]", "[[0, 0, 5, x]]", "rooms.0.area.0.3", "valid integer", "'x'"),
    ("[[0, 0, 5, 2]]", "[[0, 0, 9000, 9000]]", "rooms.0.area.0", "more than 250,000 cells", "larger cell_size"),
    ("[[0, 0, 5, 2]]", "[[0, 0, 5, 2], [9999, 9999, 9999, 9999]]", "rooms", "spread over", "closer"),
    ("[[0, 0, 5, 2]]", "[[0, 0, 5, 99999999999]]", "rooms.0.area.0.3", "less than or equal to 10000", ""),
    ("[[0, 4, 2, 6]]", "[[0, 2, 2, 6]]", "rooms.1.area", "already belongs to room 'hall'", "overlap"),
    ("id: den", "id: hall", "rooms.1.id", "already the id of a room", "unique"),
    ("id: den", "id: self", "rooms.1.id", "reserved", "another id"),
    ("joins: [hall, den]", "joins: [hall, dem]", "doors.0.joins.1", "no room 'dem'", "'den'"),
    ("joins: [hall, den]", "joins: [hall, hall]", "doors.0.joins", "to itself", "two rooms"),
    ("cells: [[1, 3]]", "cells: [[4, 3]]", "doors.0.cells", "does not touch room 'den'", "next to both"),
    ("cells: [[1, 3]]", "cells: [[1, 2]]", "doors.0.cells", "belongs to 'hall'", "in the wall"),
    ("closable: true", "open: false", "doors.0.open", "cannot be shut", "closable: true"),
    ("[[0, 6]]", "[[9, 9]]", "places.0.cells.0", "is in a wall", "inside a room"),
    ("kind: spot", "kind: hall", "places.0", "both the id of a room and a kind", "Rename"),
    ("id: rack", "id: public", "things.0.id", "already the id of a kind of zone", "unique"),
    ("[portable]", "[portible]", "classes.box.properties.0", "no property 'portible'", "'portable'"),
    ("class: shelf", "class: shelv", "things.0.class", "no class 'shelv'", "'shelf'"),
    ("at: [5, 2]", "at: dan", "things.0.at", "no zone 'dan'", "'den'"),
    ("at: [5, 2]}", "at: [5, 2], in: box}", "things.0", "exactly one of 'at', 'on' and 'in'", "Say where"),
    ('"on": rack', "in: rack", "things.1.in", "not a container", "'container'"),
    ('"on": rack', "on: rok", "things.1.on", "listed before it called 'rok'", "Known: rack"),
    ('"on": rack', "at: [0, 1], states: [clear]", "things.1.states.0", "called 'clear'", "'clean'"),
    ("class: box,", "class: shelf, at: [5, 2]}\n  - {id: b, class: box,", "things.1", "taken by 'rack'", "Move"),
    ("start: [0, 0]", "start: [5, 2]", "robots.0.start", "'rack' stands in", "Move"),
    ("start: [0, 0]", "start: [3, 0]", "robots.1.start", "too close to the start of 'robot_1'", "apart"),
    ("start: [0, 0]", "start: [0, 3]", "robots.0.start", "in a wall", ""),
    ("start: [0, 0]", "start: [0, 0], base: [0, 0]", "robots.0", "only arms have", "Drop"),
    ("type: cart", "type: card", "robots.0.type", "no robot type 'card'", "'cart'"),
    ("body: mobile", "body: wheels", "robot_types.cart.body", "no body 'wheels'", "mobile, arm"),
    ("body: mobile", "body: arm", "robots.0", "needs 'base' and 'reach_m'", "metres"),
    ("skills: [go_to, pick_up]", "skills: [pick_up]", "robot_types.cart.skills", "it cannot move", "go_to"),
    ("skills: [go_to, pick_up]", "skills: [goto]", "robot_types.cart.skills.0", "no skill 'goto'", "'go_to'"),
    ("behaviour: drive", "behaviour: driv", "skills.go_to.behaviour", "no behaviour 'driv'", "'drive'"),
    ("{target: zone}", "{target: zones}", "skills.go_to.parameters.target", "'zones'", "'zone'"),
    ("{target: zone}", "{}", "skills.go_to.parameters", "takes as parameters", ""),
    ("{target: zone}}", "{target: zone}, seconds: 0}", "skills.go_to.seconds", "greater than 0", "got 0"),
    ("{target: zone}}", "{target: zone}, seconds: .inf}", "skills.go_to.seconds", "finite", ""),
    ("{target: zone}}", '{target: zone}, effects: ["is(target, seen)"]}', "skills.go_to.effects", "only moves", ""),
    ("{item: portable}", "{self: portable}", "pick_up.parameters.self", "already the name", "Rename"),
    ("near(self, item)", "nearby(self, item)", "pick_up.pre.0", "not an atom", "near"),
    ("near(self, item)", "near(self)", "pick_up.pre.0", "takes 2 arguments, not 1", ""),
    ("near(self, item)", "near(self, itm)", "pick_up.pre.0", "no parameter or id 'itm'", "'item'"),
    ("near(self, item)", "near(item, den)", "pick_up.pre.0", "'item'", "expected 'self'"),
    ("near(self, item)", "at(self, item)", "pick_up.pre.0", "is a thing", "expected zone"),
    ("near(self, item)", "here(item)", "pick_up.pre.0", "cannot be a condition", "Allowed here"),
    ('"holding(self, item)"', '"near(self, item)"', "pick_up.effects.0", "cannot be an effect", "holding"),
    ('["holding(self, item)"]', "[]", "pick_up.effects", "needs the effect 'holding(self, item)'", ""),
    ('["holding(self, item)"]', "[]\n    during: [free(self)]", "pick_up.during.0", "only while", "Allowed here: is"),
    ("body: mobile", "body: mobile, body: arm", "line 23", "the key 'body' stands here twice", "Keep one"),
    ("robots:\n", "robots: [\n", "line", "not valid YAML", "brackets"),
    ("name: small", "name: [[" + "[" * 3000, "<text>", "not valid YAML", ""),
    ("name: small", "name: " + "9" * 5000, "<text>", "not valid YAML", ""),
    ("name: small", "name: !!python/object:os.system x", "line 1", "not valid YAML", ""),
    (SMALL, "", "<text>", "is a mapping", "office.yaml"),
    (SMALL, "- a\n- b\n", "<text>", "is a mapping", "office.yaml"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "where", "reason", "hint"), BROKEN, ids=range(len(BROKEN)))
def test_broken_files_say_where_what_and_how_to_mend_it(old, new, where, reason, hint):
    assert old in SMALL
    with pytest.raises(WorldFileError) as caught:
        parse_world(SMALL.replace(old, new, 1))
    message = str(caught.value)
    assert message.startswith("<text>")
    assert where in caught.value.thing
    assert reason in caught.value.reason
    assert hint in message
    assert len(message) < 600


def test_lines_are_those_of_the_file():
    with pytest.raises(WorldFileError, match=r"^<text>, line 14, things\.1\.class: "):
        parse_world(SMALL.replace("class: box,", "class: bok,"))


def test_an_operation_without_effect_is_refused():
    start = SMALL.index("  pick_up:")
    end = SMALL.index("robot_types:")
    with pytest.raises(WorldFileError, match="achieves nothing"):
        parse_world(SMALL[:start] + OPERATE + "[]\n" + SMALL[end:])


def test_a_robot_in_a_closed_door_is_refused():
    text = SMALL.replace("closable: true", "closable: true, open: false").replace("start: [0, 0]", "start: [1, 3]")
    with pytest.raises(WorldFileError, match="closed door 'gate'"):
        parse_world(text)


def test_doubtful_worlds_load_with_a_warning():
    text = SMALL.replace("things:", "things:\n  - {id: crate, class: box, at: [1, 5]}", 1)
    walled = text[: text.index("doors:")] + text[text.index("places:") :]
    assert parse_world(text).warnings == ()
    assert parse_world(walled).warnings == (
        "No robot can get into room 'den': no door leads there.", "No robot can get near 'crate'.",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("world", "hint"),
    [
        ("ofice", "'office'"),
        ("zzz", "cleanup, cleanup_four_rooms, cleanup_large, household, office"),
        ("no.yaml", "Give"),
    ],
)
def test_missing_files(world, hint):
    with pytest.raises(WorldFileError, match=hint):
        load_world(world)


def test_a_file_that_is_no_text(tmp_path: Path):
    path = tmp_path / "world.yaml"
    path.write_bytes(b"\xff\xfe\x00 name")
    with pytest.raises(WorldFileError, match="cannot be read"):
        load_world(path)
    path.write_text("# " + "x" * 3_000_000)
    with pytest.raises(WorldFileError, match="too large"):
        load_world(path)


def survives(text):
    """Whatever happens, it is a world or a WorldFileError of readable length."""
    message = ""
    try:
        parse_world(text, "world.yaml")
    except WorldFileError as error:
        message = str(error)
    assert len(message) < 1000


DATA = {name: yaml.safe_load(text) for name, text in TEXTS.items()}
JUNK = [
    None, "", "x", "self", -1, 0, 3, 10**9, 1.5, float("inf"), True, [], [[]], {}, {"id": "x"}, "zone", "no()", [1, 2],
]  # fmt: skip


def mutated(data, rng):
    """A random entry replaced, dropped, doubled or swapped with another one."""
    for _ in range(rng.randint(1, 3)):
        spots = list(_spots(data))
        parent, key = rng.choice(spots)
        match rng.randrange(4):
            case 0:
                parent[key] = copy.deepcopy(rng.choice(JUNK))
            case 1:
                del parent[key]
            case 2 if isinstance(parent, list):
                parent.append(copy.deepcopy(parent[key]))
            case _:
                other, place = rng.choice(spots)
                parent[key] = copy.deepcopy(other[place]) if place in other or isinstance(other, list) else "x"
    return data


def _spots(data):
    items = data.items() if isinstance(data, dict) else enumerate(data)
    for key, value in list(items):
        yield data, key
        if isinstance(value, dict | list):
            yield from _spots(value)


@settings(max_examples=100, deadline=2000, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(sorted(TEXTS)), st.integers(0, 2**32))
def test_random_changes_of_entries_never_crash(name, seed):
    data = mutated(copy.deepcopy(DATA[name]), random.Random(seed))
    survives(json.dumps(data, default=str))


@settings(max_examples=100, deadline=2000, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(sorted(TEXTS)), st.data())
def test_random_changes_of_characters_never_crash(name, data):
    text = TEXTS[name]
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(text)))
        gone = data.draw(st.integers(0, 12))
        text = text[:at] + data.draw(st.text(alphabet="[]{}:-,&*!#|>\"' \n\tx0.~%@", max_size=6)) + text[at + gone :]
    survives(text)


def test_a_file_full_of_references_is_refused_quickly():
    lines = ["a0: &a0 [x, x]"] + [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 12)]
    with pytest.raises(WorldFileError):
        parse_world("\n".join(lines) + "\nname: *a11\n" + SMALL[SMALL.index("rooms") :])


def test_every_free_cell_is_a_zone_by_name_but_none_is_listed() -> None:
    world = load_world("cleanup")
    assert world.zones["cell_6_3"].cells == {(6, 3)}
    assert "cell_6_3" in world.zones
    assert "cell_4_4" not in world.zones  # a wall
    assert "cell_6_3" not in set(world.zones)
    with pytest.raises(KeyError):
        world.zones["cell_40_40"]
