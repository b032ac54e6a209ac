"""A small data set that any translator should master."""

from __future__ import annotations

from pathlib import Path

LISTS = ["a", "a and b", "a b and c", "a b c and d"]
NUMBERS = ["once", "twice", "three times", "four times"]


def rows() -> list[tuple[str, str, str]]:
    """Type, utterance, formula in prefix notation."""
    found = []
    for n, spoken in enumerate(LISTS, start=1):
        letters = "abcd"[:n]
        for go in ("visit", "go to", "reach"):
            found.append(("visit", f"{go} {spoken} in any order", _joined([f"F {x}" for x in letters])))
        for avoid in ("avoid", "never visit", "stay away from"):
            found.append(("avoid", f"{avoid} {spoken}", _joined([f"G ! {x}" for x in letters])))
        if n > 1:
            for go in ("visit", "go to", "reach"):
                found.append(("sequence", f"{go} {' then '.join(letters)}", _nested(letters)))
    for count, number in enumerate(NUMBERS, start=1):
        inner = "F a"
        for _ in range(count - 1):
            inner = f"F & a U a & ! a U ! a {inner}"
        for go in ("visit", "go to"):
            found.append(("least", f"{go} a at least {number}", inner))
    for first, second in (("a", "b"), ("b", "a")):
        found.append(("until", f"stay at {first} until you see {second}", f"U {first} {second}"))
    return found


def _joined(parts: list[str]) -> str:
    return " ".join(["& " + part for part in parts[:-1]] + parts[-1:])


def _nested(letters: str) -> str:
    return "".join(f"F & {x} " for x in letters[:-1]) + f"F {letters[-1]}"


def write(path: Path) -> Path:
    """The data set as a file."""
    lines = ["type\tutterance\tformula", *("\t".join(row) for row in rows())]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
