"""What several messages carry: stamps, timings and outcomes."""

from __future__ import annotations

from collections.abc import Mapping

from builtin_interfaces.msg import Time

from heed.outcome import Outcome
from heed_interfaces.msg import Outcome as OutcomeMsg


def time_to_msg(seconds: float) -> Time:
    """Seconds since the start of the simulation as a stamp; rounded to nanoseconds."""
    nanoseconds = round(seconds * 1e9)
    return Time(sec=nanoseconds // 10**9, nanosec=nanoseconds % 10**9)


def time_from_msg(msg: Time) -> float:
    """A stamp as seconds."""
    return (msg.sec * 10**9 + msg.nanosec) / 1e9


def timings_to_fields(timings_ms: Mapping[str, float]) -> dict[str, list[str] | list[float]]:
    """Timings as the two parallel fields that several messages carry."""
    return {"timing_names": list(timings_ms), "timing_ms": [float(ms) for ms in timings_ms.values()]}


def timings_from_fields(msg: object) -> dict[str, float]:
    """The inverse of :func:`timings_to_fields`, for any message with these fields."""
    return dict(zip(msg.timing_names, msg.timing_ms, strict=True))  # type: ignore[attr-defined]


def outcome_to_msg(outcome: Outcome, message: str) -> OutcomeMsg:
    """An outcome with its sentence."""
    return OutcomeMsg(code=int(outcome), message=message)


def outcome_from_msg(msg: OutcomeMsg) -> tuple[Outcome, str]:
    """Outcome and sentence."""
    return Outcome(msg.code), msg.message
