"""Why there is no plan: which leaves can never be done, and which clauses keep them from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from grounding.logic.conflict import conflicts
from grounding.logic.describe import describe
from grounding.logic.formula import parse
from grounding.logic.spec import HierarchicalSpec, Leaf, Rule
from grounding.state import ANY, SELF, Proposition, WorldState, holds
from grounding.world import World
from planners.clock import Clock
from planners.hltl.actions import Action
from planners.hltl.automata import Product
from planners.hltl.grid import FAR, Grid
from planners.hltl.layers import stand
from planners.hltl.leaf import LeafProblem
from planners.plan import PlanResult, PlanStatus


@dataclass(frozen=True)
class Question:
    """A mission for which no plan was found.

    Attributes:
        spec: The mission.
        grid: The grid of its world.
        state: Where everything is.
        robots: Leaf -> robots that can be used for it.
        selections: The sets of leaves that would satisfy the root.
        lost: Cells of lost robots.
        rejected: What the checker said of the last plan laid out, empty where there was none.
        jammed: Whether tasks were found a robot and an order, but robots no way past one another.
        quick: Whether to look only for what is quickly shown.
        clock: The time limit.
    """

    spec: HierarchicalSpec
    grid: Grid
    state: WorldState
    robots: Mapping[str, tuple[str, ...]]
    selections: Sequence[frozenset[str]]
    lost: frozenset[int]
    rejected: str
    jammed: bool
    quick: bool
    clock: Clock

    @property
    def world(self) -> World:
        """The world."""
        return self.grid.world


def disprove(question: Question) -> PlanResult | None:
    """UNSATISFIABLE with its reason where that can be shown, else None."""
    looks: tuple[Callable[[Question], PlanResult | None], ...] = (_contradiction, _impossible_leaf)
    return next((answer for look in looks if (answer := look(question)) is not None), None)


def explain(question: Question) -> PlanResult:
    """The answer for a mission without a plan: proven impossible where that can be shown."""
    answer = disprove(question)
    if answer is not None:
        return answer
    if question.rejected:
        message = f"Every plan found was turned down by the checker, at last because: {question.rejected}"
        return PlanResult(PlanStatus.TIMEOUT, message=message)
    if question.jammed:
        message = "Every task has a robot that can do it, but no way was found for the robots to pass one another."
        return PlanResult(PlanStatus.TIMEOUT, message=message)
    message = (
        "No order of the tasks and choice of robots was found in which each robot can do its tasks by itself; "
        "robots that hand things to one another or open doors for one another unasked are not planned for."
    )
    return PlanResult(PlanStatus.UNSUPPORTED, message=message)


def _unsatisfiable(message: str, clauses: Iterable[str]) -> PlanResult:
    return PlanResult(PlanStatus.UNSATISFIABLE, message=message, conflict=tuple(dict.fromkeys(clauses)))


def _contradiction(question: Question) -> PlanResult | None:
    """Clauses that no sequence of events could satisfy together, whatever the robots do."""
    clauses = conflicts(question.spec, question.world, question.state)
    if clauses:
        return contradiction(clauses)
    if not question.selections:
        texts = [leaf.text for leaf in question.spec.leaves.values()]
        return _unsatisfiable("No choice and order of the tasks satisfies all that was said about them.", texts)
    return None


def contradiction(clauses: Sequence[str]) -> PlanResult:
    """The answer for clauses that contradict one another."""
    listed = " and ".join(f"{text!r}" for text in clauses)
    verb = "contradicts itself or what is known of the world" if len(clauses) == 1 else "contradict one another"
    return _unsatisfiable(f"{listed} {verb}.", clauses)


def _impossible_leaf(question: Question) -> PlanResult | None:
    """A leaf that no robot could ever do, even if others opened doors and cleared the way."""
    spec = question.spec
    everyone = frozenset().union(*question.selections)
    impossible = [n for n in spec.leaves if n in everyone and not _possible(question, spec.leaves[n], None)]
    if not impossible or not all(any(n in chosen for n in impossible) for chosen in question.selections):
        return None
    always = frozenset.intersection(*question.selections)
    named = [n for n in impossible if n in always][:1] or impossible
    sentences, clauses = [], []
    for name in named:
        rules = _culprits(question, spec.leaves[name])
        sentences.append(_sentence(question, spec.leaves[name], rules))
        clauses += [spec.leaves[name].text, *(rule.text for rule in rules)]
    return _unsatisfiable(" ".join(sentences), clauses)


def _moved_by(question: Question, robots: Iterable[str]) -> frozenset[str]:
    """Doors and things that some of the robots could open or move."""
    return frozenset().union(*(question.grid.moved_by(robot) for robot in robots))


def _possible(question: Question, leaf: Leaf, rules: Sequence[Rule] | None) -> bool:
    """Whether some robot could do a leaf under some rules (None = all), with doors and ways cleared.

    Whatever another robot, or the same one for another leaf, could open or move is taken to be out
    of the way, so that a "no" is a proof.
    """
    alive = [name for name, state in question.state.robots.items() if state.alive]
    if _shared(question, leaf):
        # Another task may bring it about, so that only what nobody is able to do proves anything.
        return not _incapable(question, leaf, alive)
    chosen = question.spec.rules.values() if rules is None else rules
    alone = _alone(question)
    shut = _kept_shut(question, chosen)
    everybody = _moved_by(question, alive) - shut
    for robot in question.robots[leaf.name]:
        others = _moved_by(question, (r for r in alive if r != robot or not alone)) - shut
        tries = [everybody] if question.quick or others == everybody else [everybody, others]
        problems = (LeafProblem(question.grid, leaf, robot, chosen, question.lost, not g, g) for g in tries)
        if all(_solvable(question, problem, alone) for problem in problems):
            return True
    return False


def _kept_shut(question: Question, rules: Iterable[Rule]) -> frozenset[str]:
    """Doors that the rules forbid ever to stand open."""
    product = Product([], [rule.formula for rule in rules])
    bits = {door: product.bits.get(Proposition("is", (door, "open")).name) for door in question.world.doors}
    return frozenset(
        door for door, bit in bits.items() if bit is not None and product.doomed(1 << bit, 1 << bit)
    )  # fmt: skip


def _alone(question: Question) -> bool:
    """Whether there is but one task to do."""
    return all(len(selection) <= 1 for selection in question.selections)


def _solvable(question: Question, problem: LeafProblem, alone: bool) -> bool:
    """Whether a leaf can be done from where the robot is, or from where another task might leave it."""
    if problem.solve(question.state, None, question.clock) is not None:
        return True
    if alone or all(parse(part.text).op == "F" for part in problem.product.goals):
        return False
    cells = sorted(problem.world.robots[problem.robot].cells)
    starts = (stand(question.state, problem.robot, cell, problem.world) for cell in cells)
    return any(
        problem.estimate(start, None) < FAR and problem.solve(start, None, question.clock) is not None
        for start in starts
    )


def _shared(question: Question, leaf: Leaf) -> bool:
    """Whether another task may bear on what this one is about: the same thing or state, or a door."""
    if _alone(question):
        return False
    movable = _moved_by(question, question.state.robots) & set(question.world.things)
    doors = set(question.world.doors)

    def handled(one: Leaf) -> set[str]:
        found: set[str] = set()
        for name in Product([one.formula]).bits:
            p = Proposition.parse(name)
            found |= {".".join(p.args)} if p.predicate == "is" else set(p.args) & movable
        return found

    own = handled(leaf)
    others = (one for one in question.spec.leaves.values() if one.name != leaf.name)
    return any(name.split(".")[0] in doors for name in own) or any(own & handled(one) for one in others)


def _culprits(question: Question, leaf: Leaf) -> list[Rule]:
    """As few rules as can be found that together make a leaf impossible."""
    needed = list(question.spec.rules.values())
    for rule in list(needed):
        fewer = [other for other in needed if other is not rule]
        if not _possible(question, leaf, fewer):
            needed = fewer
    return needed


def _sentence(question: Question, leaf: Leaf, rules: Sequence[Rule]) -> str:
    world = question.world
    who = question.robots[leaf.name]
    if not who:
        named = " and ".join(leaf.robots) or "The team"
        return f"{leaf.text!r} cannot be done: {named} cannot be used."
    missing = _incapable(question, leaf, who)
    if missing:
        return f"{leaf.text!r} cannot be done: {missing}"
    if rules:
        listed = " and ".join(dict.fromkeys(f"{rule.text!r}" for rule in rules))  # one clause, a rule for each robot
        return f"{leaf.text!r} cannot be done without breaking {listed}."
    goals = _goals(leaf, who[0])
    bare = replace(leaf, formula=" & ".join(f"F {p.name if v else '!' + p.name}" for p, v in goals) or "1")
    team = " or ".join(who) if len(who) <= 2 else "any robot"
    if goals and _possible(question, bare, ()):
        return f"{leaf.text!r} cannot be done by {team}: its own conditions leave no way."
    aims = " and ".join(describe(p, world, v) for p, v in goals)
    return f"{leaf.text!r} cannot be done: there is no way for {team} to bring about that {aims or leaf.formula}."


def _goals(leaf: Leaf, robot: str) -> list[tuple[Proposition, bool]]:
    """Literals without which the leaf cannot be accepted; ``self`` stands for the robot."""
    product = Product([leaf.formula], robot=robot)
    found = [item for i, part in enumerate(product.goals) if not part.safe for item in product.needs(i).items()]
    return [(Proposition.parse(name), value) for name, value in found]


def _incapable(question: Question, leaf: Leaf, robots: Iterable[str]) -> str:
    """A sentence where none of some robots has a skill for what a leaf needs; else empty."""
    world = question.world
    reasons: list[str] = []
    for robot in robots:
        able = question.grid.actions(robot)
        for p, value in _goals(leaf, robot):
            if holds(p, world, question.state) is value or (p.predicate == "at" and p.args[0] != robot):
                continue
            if not _achievable(p, value, robot, able, world):
                reasons.append(f"{robot} has no skill to bring about that {describe(p, world, value)}")
                break
        else:
            return ""
    if len(reasons) > 3:
        return f"{reasons[0]}, nor has any other robot that may do it."
    return "; ".join(reasons) + "." if reasons else ""


def _achievable(p: Proposition, value: bool, robot: str, able: Sequence[Action], world: World) -> bool:
    subject, other = p.args
    behaviours = {world.skills[s].behaviour for s in world.robots[robot].type.skills}
    if p.predicate == "at":
        return "drive" in behaviours
    if p.predicate == "is":
        entity = robot if subject in (SELF, ANY) else subject
        return any(("is", entity, other, "+" if value else "-") in a.achieves for a in able)
    if p.predicate == "holding":
        return not value or other == ANY or any(other in a.takes for a in able)
    if "pushable" in world.things[subject].properties and "push" in behaviours and p.predicate != "on":
        return True
    return not value or any(("where", subject) in a.achieves for a in able)
