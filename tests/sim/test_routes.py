from __future__ import annotations

import networkx as nx
from hypothesis import given
from hypothesis import strategies as st

from sim.skills.routes import push_route, pushed_to, route

CELLS = st.tuples(st.integers(0, 5), st.integers(0, 5))
FREE = st.frozensets(CELLS, min_size=8)


@given(free=FREE, start=CELLS, goal=CELLS)
def test_routes_are_as_short_as_those_of_a_graph_library(free, start, goal):
    cells = free | {start}
    graph = nx.Graph()
    graph.add_nodes_from(cells)
    graph.add_edges_from(((x, y), n) for x, y in cells for n in ((x + 1, y), (x, y + 1)) if n in cells)
    path = route(start, [goal], cells.__contains__)
    if goal in cells and nx.has_path(graph, start, goal):
        assert path is not None
        assert (path[0], path[-1]) == (start, goal)
        assert set(path) <= cells
        assert len(path) - 1 == nx.shortest_path_length(graph, start, goal)
    else:
        assert path is None


@given(free=FREE, start=CELLS, item=CELLS, goal=CELLS)
def test_a_push_route_brings_the_item_to_the_goal_over_free_cells(free, start, item, goal):
    if start == item:
        return
    path = push_route(start, item, [goal], free.__contains__)
    if path is None:
        return
    assert path[0] == start
    assert set(path[1:]) <= free
    assert pushed_to(path, item) == goal
    assert goal == item or goal in free


def test_a_thing_in_a_corner_cannot_be_pushed_out():
    room = {(x, y) for x in range(4) for y in range(4)}
    assert push_route((2, 2), (0, 0), [(3, 3)], room.__contains__) is None
    assert push_route((0, 1), (1, 1), [(3, 1)], room.__contains__) == ((0, 1), (1, 1), (2, 1))
