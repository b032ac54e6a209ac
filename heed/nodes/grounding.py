"""Understanding as a service: an instruction becomes a task tree and a checked specification."""

from __future__ import annotations

import time

from grounding.errors import HeedError, UnsatisfiableError
from grounding.logic.conflict import conflicts
from grounding.logic.validate import validate
from grounding.translate.controlled import translate
from grounding.translate.specify import specify
from heed.conversions import outcome_to_msg, specification_to_msg, state_from_msg, timings_to_fields, tree_to_msg
from heed.nodes import qos
from heed.nodes.base import HeedNode, run_node
from heed.outcome import Outcome
from heed_interfaces.msg import WorldState as WorldStateMsg
from heed_interfaces.srv import Translate


class GroundingNode(HeedNode):
    """Answers ``translate``."""

    node_name = "grounding_node"

    def prepare(self) -> None:
        """Understands a first instruction, so that no operator waits for parsers to be built."""
        self._newest: WorldStateMsg | None = None
        self._understand(f"{next(iter(self.world.robots))} goes to {next(iter(self.world.zones))}", "", {})

    def on_start(self) -> None:
        """Offers the service."""
        self.add_subscription(WorldStateMsg, "world_state", self._on_state, qos.OBSERVATIONS)
        self.add_service(Translate, "translate", self._translate)

    def _on_state(self, msg: WorldStateMsg) -> None:
        self._newest = msg

    def _translate(self, request: Translate.Request, response: Translate.Response) -> Translate.Response:
        timings: dict[str, float] = {}
        try:
            answer = self._understand(request.text, request.mission, timings)
            response.tree, response.specification = answer.tree, answer.specification
            response.outcome = answer.outcome
        except UnsatisfiableError as error:
            response.outcome = outcome_to_msg(Outcome.UNSATISFIABLE, str(error))
        except HeedError as error:
            response.outcome = outcome_to_msg(Outcome.REJECTED, str(error))
        except Exception as error:
            response.outcome = outcome_to_msg(Outcome.INTERNAL_ERROR, self.log_unexpected(error))
        fields = timings_to_fields(timings)
        response.timing_names, response.timing_ms = fields["timing_names"], fields["timing_ms"]
        return response

    def _understand(self, text: str, mission: str, timings: dict[str, float]) -> Translate.Response:
        response = Translate.Response()
        started = time.perf_counter()
        translation = translate(text, self.world)
        timings["translate"] = 1e3 * (time.perf_counter() - started)
        if translation.tree is None:
            response.outcome = outcome_to_msg(Outcome.REJECTED, translation.message)
            return response
        spec = specify(translation.tree, self.world)
        response.tree = tree_to_msg(translation.tree, mission=mission)
        response.specification = specification_to_msg(spec, mission=mission)
        started = time.perf_counter()
        validate(spec, self.world)
        state = state_from_msg(self._newest) if self._newest is not None else None
        clash = conflicts(spec, self.world, state)
        timings["automata"] = 1e3 * (time.perf_counter() - started)
        if clash:
            quoted = " and ".join(repr(clause) for clause in clash)
            sentence = f"{quoted} cannot hold together." if len(clash) > 1 else f"{quoted} contradicts itself."
            response.outcome = outcome_to_msg(Outcome.UNSATISFIABLE, sentence)
            return response
        response.outcome = outcome_to_msg(Outcome.SUCCEEDED, translation.message)
        return response


def main() -> None:
    """Runs the node."""
    run_node(GroundingNode)
