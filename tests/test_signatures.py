"""Who a page says has signed it, and what it prints as the byline."""

import pytest
from lxml import html

from etl.reading.signatures import declared_authors, read_signatures

SITES = ("Hafen-Bote | Levante", "Hafenbote Verlag", "hafenbote.example", "hafenbote")
HEAD = "<h1>Storm</h1>"


def _signatures(body: str, *declared: tuple[str, ...]) -> tuple[tuple[str, ...], str | None]:
    tree = html.document_fromstring(f"<html><body>{body}</body></html>")
    return read_signatures(tree, "Storm", declared, SITES)


@pytest.mark.parametrize(
    ("body", "authors", "byline"),
    [
        ('<p class="byline">By <a>Nino Beridze</a></p>', ("Nino Beridze",), "By Nino Beridze"),
        (
            '<p class="byline"><a><span>Nino</span> <span>Beridze</span></a><a>Lea Sommer</a></p>',
            ("Nino Beridze", "Lea Sommer"),
            "Nino Beridze Lea Sommer",
        ),
        ('<p class="byline"><b>Nino</b> <i>Beridze</i></p>', ("Nino Beridze",), "Nino Beridze"),
        ("<p>By Nino Beridze</p>", ("Nino Beridze",), "By Nino Beridze"),
        ("<p>Text: <i>Nino Beridze</i></p>", ("Nino Beridze",), "Text: Nino Beridze"),
        ("<p>By the sea</p>", (), None),
        (
            "<p>Von: <span><a>Lea Sommer</a>, </span><span><a>Jona Ritter</a></span></p>",
            ("Lea Sommer", "Jona Ritter"),
            "Von: Lea Sommer , Jona Ritter",
        ),
        ("<p>Ein Artikel von <b>Lea Sommer</b></p>", ("Lea Sommer",), "Ein Artikel von Lea Sommer"),
        ('<p class="author">Hafen-Bote</p>', (), "Hafen-Bote"),
        ('<p class="author">Levante</p><p class="author">LS</p>', ("LS",), "LS"),
        (
            '<p class="author"><a>Lea Sommer</a><a>Follow Lea Sommer</a></p>',
            ("Lea Sommer",),
            "Lea Sommer Follow Lea Sommer",
        ),
        ('<form><p class="author">Lea Sommer</p></form>', (), None),
        ('<div class="comments"><p class="author">Lea Sommer</p></div>', (), None),
        ('<footer><p class="author">Lea Sommer</p></footer>', (), None),
    ],
)
def test_a_printed_byline(body: str, authors: tuple[str, ...], byline: str | None) -> None:
    """The byline nearest to the headline in which anybody signs counts; readers and the site's makers do not sign."""
    assert _signatures(HEAD + body) == (authors, byline)


@pytest.mark.parametrize(
    ("body", "authors"),
    [
        ("<li><strong>Autorin/Autor</strong> Lea Sommer </li>", ("Lea Sommer",)),
        ("<h5>Autor: </h5>Jona Ritter/LP", ("Jona Ritter",)),
        ("<div>Author</div><div><a>Nino Beridze</a></div>", ("Nino Beridze",)),
        ("<p>Auteur : Rima Haffar </p>", ("Rima Haffar",)),
        ("<p><b>نویسنده:</b> مریم سهرابی</p>", ("مریم سهرابی",)),
        ("<p>Authors Meet in Tbilisi</p>", ()),
        ("<p><b>Author</b></p>", ()),
        ("<h3>Author</h3><p>" + "Nino Beridze " * 20 + "</p>", ()),
        ("<aside><b>Author:</b> Nino Beridze</aside>", ()),
        ("<p>Text</p>", ()),
    ],
)
def test_a_labelled_name(body: str, authors: tuple[str, ...]) -> None:
    """A label names who signs, wherever it stands in the article: behind it, behind its element or in the next one."""
    assert _signatures(HEAD + f"<p>{'Word ' * 30}</p>" * 2 + body)[0] == authors


def test_a_byline_in_the_articles_own_footer() -> None:
    """The footer of an article signs it, unlike the footer of the page."""
    body = f'<article>{HEAD}<p>Text</p><footer><p class="author">Lea Sommer</p></footer></article>'
    assert _signatures(body)[0] == ("Lea Sommer",)


@pytest.mark.parametrize(
    ("declared", "body", "authors"),
    [
        ((("Nino Beridze",),), "", ("Nino Beridze",)),
        ((("Nino Beridze",),), '<p class="byline">Lea Sommer</p>', ("Nino Beridze",)),
        ((("Nino Beridze",),), '<p class="byline">Lea Sommer, Nino Beridze</p>', ("Lea Sommer", "Nino Beridze")),
        (
            (("Nino Beridze",),),
            '<p class="byline"><a>Nino Beridze</a><a>Watch Live</a><a>live</a></p>',
            ("Nino Beridze",),
        ),
        ((("nino",),), '<p class="byline">By Nino Beridze</p>', ("Nino Beridze",)),
        ((("nino",),), '<p class="byline">By Lea Sommer</p>', ("nino",)),
        ((("Hafen-Bote",), ("Lea Sommer",)), "", ("Lea Sommer",)),
        ((("Levant Example (www.hafenbote.example)",),), "", ()),
        ((("Hafen-Bote",),), '<p class="byline">By Nino Beridze</p>', ("Nino Beridze",)),
    ],
)
def test_declared_and_printed(declared: tuple[tuple[str, ...], ...], body: str, authors: tuple[str, ...]) -> None:
    """The first declaration in which anybody but the site signs counts, unless the byline names them more fully."""
    assert _signatures(HEAD + body, *declared)[0] == authors


def test_a_byline_that_is_only_declared() -> None:
    """Without a printed byline the declared names stand for it, as they are."""
    assert _signatures(HEAD, ("Hafen-Bote", "LS"))[1] == "Hafen-Bote, LS"


@pytest.mark.parametrize(
    ("article", "meta", "names"),
    [
        ({"author": "Lea Sommer"}, {}, [("Lea Sommer",)]),
        ({"author": [{"name": "Lea Sommer"}, "LS"]}, {"author": "X Y"}, [("Lea Sommer", "LS"), ("X Y",)]),
        ({"author": {"@type": "Organization", "name": "Hafen-Bote"}}, {}, []),
        ({"author": {"@type": "Organization", "name": "dpa"}}, {}, [("dpa",)]),
        ({"author": {"@type": "Organization"}, "creator": "Lea Sommer"}, {}, [("Lea Sommer",)]),
        ({"author": 7}, {"parsely-author": "Lea Sommer"}, [("Lea Sommer",)]),
        ({}, {"twitter:label1": "Written by", "twitter:data1": "Lea Sommer"}, [("Lea Sommer",)]),
        ({}, {"twitter:label2": "Verfasst von", "twitter:data2": "Lea Sommer"}, [("Lea Sommer",)]),
        ({}, {"twitter:label1": "Reading time", "twitter:data1": "5 minutes"}, []),
        ({}, {"twitter:label1": "Written by"}, []),
        ({}, {"twitter:misc:written by": "Lea Sommer"}, [("Lea Sommer",)]),
        ({}, {}, []),
    ],
)
def test_declarations(article: dict[str, object], meta: dict[str, str], names: list[tuple[str, ...]]) -> None:
    """JSON-LD comes before meta elements; an organisation is no author unless it is a news agency."""
    assert list(declared_authors(article, [], meta, {"dpa"})) == names
