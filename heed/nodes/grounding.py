"""Understanding as a service: an instruction becomes a task tree and a checked specification."""

from __future__ import annotations

from heed.conversions import (
    outcome_to_msg,
    question_to_msg,
    specification_to_msg,
    state_from_msg,
    timings_to_fields,
    tree_to_msg,
)
from heed.nodes import qos
from heed.nodes.base import HeedNode, Option, run_node
from heed.outcome import Outcome
from heed.pipeline import Understanding, understand
from heed.translation import warm_up
from heed_interfaces.msg import WorldState as WorldStateMsg
from heed_interfaces.srv import Translate


class GroundingNode(HeedNode):
    """Answers ``translate``."""

    node_name = "grounding_node"
    options = (
        Option("preload", False, "Load the reader of free English at once, and not with the first words that need it."),
    )

    def prepare(self) -> None:
        """Understands a first instruction, so that no operator waits for parsers to be built."""
        if self.settings["preload"]:
            warm_up()
        self._newest: WorldStateMsg | None = None
        understand(f"{next(iter(self.world.robots))} goes to {next(iter(self.world.zones))}", self.world)

    def on_start(self) -> None:
        """Offers the service."""
        self.add_subscription(WorldStateMsg, "world_state", self._on_state, qos.OBSERVATIONS)
        self.add_service(Translate, "translate", self._translate)

    def _on_state(self, msg: WorldStateMsg) -> None:
        if self.knows(msg.world):
            self._newest = msg

    def _translate(self, request: Translate.Request, response: Translate.Response) -> Translate.Response:
        try:
            state = state_from_msg(self._newest) if self._newest is not None else None
            meaning = understand(request.text, self.world, state)
        except Exception as error:
            meaning = Understanding(Outcome.INTERNAL_ERROR, self.log_unexpected(error))
        response.outcome = outcome_to_msg(meaning.outcome, meaning.message)
        if meaning.tree is not None:
            response.tree = tree_to_msg(meaning.tree, mission=request.mission)
        if meaning.spec is not None:
            response.specification = specification_to_msg(meaning.spec, mission=request.mission)
        response.question = question_to_msg(meaning.question)
        response.readings = [tree_to_msg(tree, mission=request.mission) for tree in meaning.readings]
        fields = timings_to_fields(meaning.timings_ms)
        response.timing_names, response.timing_ms = fields["timing_names"], fields["timing_ms"]
        return response


def main() -> None:
    """Runs the node."""
    run_node(GroundingNode)
