"""Quality of service of every topic, in one place, each with its reason."""

from __future__ import annotations

from rclpy.qos import DurabilityPolicy, HistoryPolicy, QoSProfile, ReliabilityPolicy

#: The newest message is the whole truth and must reach who joins late (a display opened in the
#: middle of a mission): task_tree, specification, plan.
LATCHED = QoSProfile(
    history=HistoryPolicy.KEEP_LAST,
    depth=1,
    reliability=ReliabilityPolicy.RELIABLE,
    durability=DurabilityPolicy.TRANSIENT_LOCAL,
)

#: Every message counts, in order, and late joiners need the latest ones: mission_status (the
#: monitor follows leaves with it), monitor_state, skill_events, correction.
EVENTS = QoSProfile(
    history=HistoryPolicy.KEEP_LAST,
    depth=200,
    reliability=ReliabilityPolicy.RELIABLE,
    durability=DurabilityPolicy.TRANSIENT_LOCAL,
)

#: The monitor and the executive must see every symbolic change, so nothing may be dropped while
#: they are busy; old observations are of no use to late joiners: world_state.
OBSERVATIONS = QoSProfile(
    history=HistoryPolicy.KEEP_LAST,
    depth=1000,
    reliability=ReliabilityPolicy.RELIABLE,
    durability=DurabilityPolicy.VOLATILE,
)

#: Every order to stand still must arrive, in order; one that was given before a simulator was up must not
#: hold its robots: halt.
HALT = QoSProfile(
    history=HistoryPolicy.KEEP_LAST,
    depth=50,
    reliability=ReliabilityPolicy.RELIABLE,
    durability=DurabilityPolicy.VOLATILE,
)

#: A hundred people may speak at the same moment, and nobody is to be overheard: say.
SPEECH = QoSProfile(history=HistoryPolicy.KEEP_LAST, depth=500, reliability=ReliabilityPolicy.RELIABLE)

#: Only the newest time matters: clock.
CLOCK = QoSProfile(history=HistoryPolicy.KEEP_LAST, depth=1, reliability=ReliabilityPolicy.RELIABLE)

#: Results of actions are kept this long, in seconds of the node's clock. Simulated time can run
#: a thousand times faster than a client can ask, so the default of ten seconds is too short.
RESULT_TIMEOUT_S = 36000

#: A question is asked again after so many wall seconds without an answer: a server that has not
#: discovered its client yet drops the answer (seen just after start-up on a busy machine).
ASK_AGAIN_S = 3.0

#: The result of an action that goes on is asked for again after so many wall seconds: whoever was stopped
#: for 20 s was forgotten by the middleware, and a result that was sent meanwhile is lost.
RESULT_AGAIN_S = 10.0
