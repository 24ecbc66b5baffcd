"""Lines among an article's paragraphs that are none of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.reading.clutter import is_clutter, take_off_clutter


@pytest.mark.parametrize(
    "line",
    [
        "Advertisement",
        "ANZEIGE:",
        "Story continues below advertisement",
        "- Copy link",
        "Read more: Quay opens on Monday",
        "ALSO READ: Quay opens",
        "Lesen Sie auch: Mole gesperrt",
        "À lire aussi Le quai rouvre",
        "Czytaj więcej",
        "اقرأ أيضا: إعادة فتح الرصيف",
        "بیشتر بخوانید: بازگشایی اسکله",
        "Foto: Nino Beridze/Levant Press",
        "(Bild: Lea Sommer)",
        "© Levant Press | Nino Beridze",
        "Follow us on Telegram @example",
        "Follow Levant Press on Google News",
        "تابعوا أخبار المرفأ على تلغرام https://t.me/example",
        "Views: 1,214",
        "مشاهدات: 214",
        "3 min read",
        "Lesezeit: 3 Minuten",
        "متابعة أخبار المرفأ على تلغرام https://t.me/example",
        "Levant Press’s website can also be accessed at the following alternate addresses:",
        "www.example.org",
        "https://www.example.co.uk/",
        "04:12",
        "1:04:12",
    ],
)
def test_clutter(line: str) -> None:
    """Marks, buttons, links to other articles and picture credits are told in the languages of the sources."""
    assert is_clutter(line)


@pytest.mark.parametrize(
    "line",
    [
        "Advertisement of the harbour tripled, its master said.",
        "Read more books, the librarian told the sailors.",
        "Mehr dazu sagte der Hafenmeister nicht.",
        "Share prices fell",
        "Photo albums were lost in the storm.",
        "Read more: " + "the harbour and the sea " * 8,
        "Bildung",
        "Views: 214 of them, the painter said, show the harbour.",
        "Follow the river on foot and you reach the mole.",
        "The harbour's website can also be accessed at the library on the quay.",
        "www.example.org was the first site of a harbour.",
        "12:30 is when the ferry leaves.",
        "متابعة أخبار المرفأ صعبة في الشتاء.",
        "",
    ],
)
def test_what_is_told_stays(line: str) -> None:
    """A sentence that begins with such a word, a longer line and an empty one are no clutter."""
    assert not is_clutter(line)


LINES = st.lists(st.one_of(st.sampled_from(["Advertisement", "Foto: A", "Storm.", ""]), st.text(max_size=20)))


@given(LINES)
def test_nothing_is_lost(lines: list[str]) -> None:
    """What is taken off and what is left are all the lines; taking off again takes nothing."""
    kept, taken = take_off_clutter(lines)
    assert sorted((*kept, *taken)) == sorted(lines)
    assert take_off_clutter(kept) == (kept, ())


def test_clutter_alone_stays() -> None:
    """A text that is clutter alone is left as it is, so that no page loses its last line."""
    assert take_off_clutter(["Advertisement", "Foto: A"]) == (("Advertisement", "Foto: A"), ())
