"""Records everything that is said about a mission, as it came over the wire."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

from rclpy.serialization import deserialize_message

from grounding.errors import ConfigurationError, HeedError
from heed.episodes import EpisodeWriter
from heed.episodes.types import typestore
from heed.nodes import qos
from heed.nodes.base import HeedNode, Option, run_node
from heed.nodes.waiting import News
from heed.progress import Stage
from heed_interfaces.msg import (
    Correction,
    MissionStatus,
    MonitorState,
    Plan,
    SkillEvent,
    Specification,
    TaskTree,
    WorldState,
)
from heed_interfaces.srv import Episode

TOPICS: dict[str, tuple[type, Any]] = {
    "world_state": (WorldState, qos.OBSERVATIONS),
    "task_tree": (TaskTree, qos.LATCHED),
    "specification": (Specification, qos.LATCHED),
    "plan": (Plan, qos.LATCHED),
    "mission_status": (MissionStatus, qos.EVENTS),
    "monitor_state": (MonitorState, qos.EVENTS),
    "skill_events": (SkillEvent, qos.EVENTS),
    "correction": (Correction, qos.EVENTS),
}
#: How long the end of an episode waits for the last message of its mission (wall seconds).
LAST_WORD_S = 1.0


class RecorderNode(HeedNode):
    """Writes one MCAP episode a mission, between ``episode`` start and finish."""

    node_name = "recorder_node"
    options = (
        Option("episodes", "~/heed_episodes", "Folder for episodes; empty = record nothing."),
        Option("notes", "{}", "What else to keep with every episode (seed, physics, ...), as a JSON object."),
    )

    def prepare(self) -> None:
        """Reads the notes and the message types, so that no mission waits for them."""
        typestore()
        self._writer: EpisodeWriter | None = None
        self._mission = self._path = ""  # of the episode that was begun last
        try:
            self._notes = dict(json.loads(self.settings["notes"]))
        except (ValueError, TypeError) as error:
            raise ConfigurationError("recorder_node, parameter notes", f"is not a JSON object: {error}.") from error

    def on_start(self) -> None:
        """Listens to everything."""
        self._news = News()
        self._ended_mission = ""
        for topic, (message, profile) in TOPICS.items():
            self.add_subscription(message, topic, partial(self._record, topic, message), profile, raw=True)
        self.add_service(Episode, "episode", self._episode)
        self.add_timer(0.1, self._news.tell)

    def on_stop(self) -> None:
        """Keeps what was recorded of a mission that is cut off."""
        self._close({"message": "The recorder was stopped."})

    def _record(self, topic: str, message: type, data: bytes) -> None:
        if self._writer is not None:
            name = self.resolve_topic_name(topic)
            self._writer.write(name, f"heed_interfaces/msg/{message.__name__}", bytes(data))
        if message is MissionStatus:
            status = deserialize_message(data, MissionStatus)
            if status.stage == Stage.DONE.value:
                self._ended_mission = status.mission
                self._news.tell()

    async def _episode(self, request: Episode.Request, response: Episode.Response) -> Episode.Response:
        try:
            if request.start:
                self._open(request, response)
            else:
                await self._news.until(lambda: self._ended_mission == request.mission, LAST_WORD_S)
                self._close(json.loads(request.metadata_json or "{}"))
                response.ok = self._mission == request.mission
                response.path = self._path if response.ok else ""
        except HeedError as error:
            response.ok, response.message = False, str(error)
        except Exception as error:
            response.ok, response.message = False, self.log_unexpected(error)
        return response

    def _open(self, request: Episode.Request, response: Episode.Response) -> None:
        if self._writer is not None and self._mission == request.mission:  # asked again
            response.ok, response.path = True, str(self._writer.path)
            return
        self._close({"message": "The next mission began."})
        if not self.settings["episodes"]:
            response.message = "No episode is recorded: the parameter episodes is empty."
            return
        notes = {"mission": request.mission, "namespace": self.get_namespace(), **self._notes}
        notes.update(json.loads(request.metadata_json or "{}"))
        self._writer = EpisodeWriter(self.settings["episodes"], self.world, notes)
        self._mission, self._path = request.mission, str(self._writer.path)
        response.ok, response.path = True, self._path

    def _close(self, entries: dict[str, Any]) -> None:
        writer, self._writer = getattr(self, "_writer", None), None
        if writer is not None:
            writer.close(**entries)


def main() -> None:
    """Runs the node."""
    run_node(RecorderNode)
