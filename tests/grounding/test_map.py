from grounding.map import ascii_map
from grounding.skills import apply, walk
from grounding.state import initial_state
from grounding.worldfile import load_world


def test_the_cleanup_world_as_a_map():
    lines = ascii_map(load_world("cleanup")).splitlines()
    assert lines[:9] == [
        "#########",
        "#...#...#",
        "#...#.1.#",
        "#...#...#",
        "##/###/##",
        "#.......#",
        "#.a.....#",
        "#.......#",
        "#########",
    ]
    assert "a chair" in lines
    assert "1 robot_1" in lines
    assert "red_room: x 1 to 7, y 1 to 3" in lines


def test_doors_loads_and_holders_follow_the_state():
    office = load_world("office")
    state = initial_state(office)
    before = ascii_map(office, state)
    assert "kitchen_table (with blue_mug)" in before
    assert before.count("+") == 2 + 1  # two closed doors and the legend
    state = walk(state.with_flag("door_m4", "open"), "robot_3", (9, 1), (9.0, 1.0, 0.0))
    state = apply(office, state, "robot_3", office.skills["pick_up"], ("document",))
    after = ascii_map(office, state)
    assert "3 robot_3 (holds document)" in after
    assert " document" not in after.replace("holds document", "")
    assert after.count("+") == 1 + 1


def test_every_free_cell_is_drawn_once():
    for name in ("office", "table", "cleanup"):
        world = load_world(name)
        drawn = ascii_map(world).split("\n\n", maxsplit=1)[0]
        assert sum(char not in "# \n" for char in drawn) == len(world.free_cells)
