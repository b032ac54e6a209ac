from dataclasses import dataclass


@dataclass(frozen=True)
class Choice:
    chosen: tuple[int, ...] = ()
    reason: str = ""


def choose(text, options):
    from grounding.language.replies import is_answer

    a = is_answer(text, options)
    return Choice((options.index(a),)) if a else Choice((), "I don't know which you mean.")
