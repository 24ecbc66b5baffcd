"""Small charts as inline SVG: a bar a day, and what they show in words for whoever does not see them.

A chart carries no colour, style or script of its own: the style sheet gives its two lines their colours.
"""

from collections.abc import Sequence
from datetime import date

from markupsafe import Markup, escape

STEP = 5  # units from bar to bar; a bar is 4 wide


def bars(days: Sequence[date], whole: Sequence[int], part: Sequence[int], words: str, height: int = 24) -> Markup:
    """A bar a day, `part` of each in the colour of what went wrong, at its foot; without parts all is well.

    `words` say what is counted and what the part is, with a comma between: "fetches a day, failed". A day without
    any count is a stub, so that its place is seen.
    """
    part = part or [0] * len(whole)
    highest = max([*whole, 1])
    good, bad = [], []
    for place, (all_, some) in enumerate(zip(whole, part, strict=True)):
        x = STEP * place + 2.5
        foot = _height(some, highest, height)
        top = max(_height(all_, highest, height), foot, 0.5)
        if foot:
            bad.append(f"M{x:g} {height}v-{foot:g}")
        if top > foot:
            good.append(f"M{x:g} {height - foot:g}v-{top - foot:g}")
    counted, _, named = words.partition(", ")
    return Markup(  # noqa: S704  (every value is a number, or escaped)
        f'<svg class="bars" viewBox="0 0 {STEP * len(whole)} {height}" preserveAspectRatio="none" role="img">'
        f"<title>{escape(_told(days, whole, part, counted, named))}</title>"
        f'<path class="good" d="{"".join(good)}"/><path class="bad" d="{"".join(bad)}"/></svg>'
    )


def _height(value: int, highest: int, height: int) -> float:
    """A value that is not 0 is seen, however small."""
    return max(round(value / highest * height, 1), 1.0) if value else 0.0


def _told(days: Sequence[date], whole: Sequence[int], part: Sequence[int], counted: str, named: str) -> str:
    if not days:
        return f"No {counted} to show"
    values = ", ".join(
        f"{all_} ({some} {named})" if some else str(all_) for all_, some in zip(whole, part, strict=True)
    )
    first, last = (f"{day.day} {day:%B}" for day in (days[0], days[-1]))
    return f"{counted.capitalize()}, {first} to {last}: {values}"
