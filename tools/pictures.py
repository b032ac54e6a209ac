"""Takes the pictures of the README: missions carried out by the simulator, seen from above.

.venv/bin/python tools/pictures.py docs/pictures
"""

from __future__ import annotations

import sys
from pathlib import Path

import sim
from grounding.worldfile import load_world
from heed.pipeline import make_plan, understand
from planners.dispatch import Dispatcher
from sim.protocol import SkillCommand, SkillStatus

STEP_S = 0.1
#: World, instruction, simulated second of the picture (None = the end), picture size.
SHOTS = (
    (
        "office",
        "Take a photo in meeting rooms m1, m4 and m6; keep the camera off outside meeting rooms. Deliver a document "
        "from desk d5 to desk d3 without passing public areas while carrying it. Guide the person waiting at desk d11 "
        "to meeting room m6.",
        17.0,
        (1280, 640),
    ),
    (
        "table",
        "First put the green apple and the orange on the yellow plate in any order, then put the carrot and the red "
        "apple on the blue plate.",
        None,
        (1280, 720),
    ),
)


def shoot(world_name: str, instruction: str, second: float | None, size: tuple[int, int]) -> bytes:
    """Carries a mission out in pybullet and takes one picture.

    Args:
        world_name: Name of a shipped world.
        instruction: What the team is to do.
        second: Simulated second of the picture, None for the end of the mission.
        size: Width and height in pixels.
    """
    world = load_world(world_name)
    understood = understand(instruction, world)
    assert understood.spec is not None, understood.message
    result = make_plan(understood.spec, world)
    assert result.plan is not None, result.message
    dispatcher = Dispatcher(result.plan, understood.spec, world)
    simulator = sim.make(world, "pybullet")
    state = simulator.reset(0)
    while not dispatcher.done and (second is None or state.time < second):
        for d in dispatcher.ready(state):
            simulator.start(SkillCommand(d.id, d.robot, d.skill, d.args, d.path, d.leaf))
        for ended in simulator.step(STEP_S):
            dispatcher.finished(ended.command.id, ended.status is SkillStatus.SUCCESS)
        state = simulator.observe()
    picture = simulator.picture(*size)
    simulator.close()
    assert picture is not None
    return picture


if __name__ == "__main__":
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "docs/pictures")
    folder.mkdir(parents=True, exist_ok=True)
    for world_name, instruction, second, size in SHOTS:
        (folder / f"{world_name}.png").write_bytes(shoot(world_name, instruction, second, size))
        print(folder / f"{world_name}.png")
