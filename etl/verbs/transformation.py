"""One WARC becomes immutable objects: the same bytes under the same rules give the same files, in any process.

It reads only the WARC, and for a page seen before the WARC of the capture before it; no network, no clock.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, lru_cache

from etl.config import House
from etl.model import ArticleNote, Capture, FeedEntry, ObjectFile, Reject, Source
from etl.people.mentions import Finder, make_finder
from etl.reading.articles import Reading, read_article
from etl.reading.bylines import agency_names
from etl.reading.places import find_place, fold_aliases, locate
from etl.reading.reader_process import ReaderProcess
from etl.rulesets import Rules
from etl.stores.absorption import ANSWERED
from etl.tables.parquet import write_object
from etl.tables.rows import (
    UNKNOWN,
    Row,
    damage_row,
    fetch_row,
    is_reserved,
    quarantine_row,
    source_row,
    tombstone,
    tombstone_id,
    unspoken,
    withhold,
)
from etl.tables.schema import SOURCES, to_arrow
from etl.tables.takedowns import find_takedown
from etl.tables.versions import changes
from etl.verbs.books import Books
from etl.verbs.items import (
    Item,
    Read,
    addresses_of,
    article_of,
    breach_of,
    broken,
    earlier_items,
    first_alike,
    read_item,
    rests_on_feed,
    says_less,
)
from etl.warc.raw import read_warc
from etl.warc.records import Damage

End = tuple[str, Row] | Reject | None  # (table, row); null where a reader sees no change
READER = ReaderProcess()  # kept as long as this process lives, for all its WARCs
FIRST_PAGE = b"<p>EXTON, Pa. (AP) - The council met in Lisbon on 3 March, and Mayor Ana Duarte counted the boats.</p>"


@dataclass(frozen=True, slots=True)
class Transformed:
    """A WARC's objects, and its counts by source; for each source seen = new + revisions + unchanged + quarantined."""

    warc: str
    objects: tuple[ObjectFile, ...]
    counts: Mapping[str, Mapping[str, int]]


def transform_warc(house: House, warc: str) -> Transformed:
    """Reads a WARC and writes its objects. Raises StorageError where a store fails, DataError on a broken contract."""
    books = Books(warc)
    read: Read = READER.bind(page_reader, house)
    last: Capture | None = None
    for capture in read_warc(house.data, warc):
        if isinstance(capture, Damage):
            day, row = damage_row(house.ruleset(UNKNOWN), capture, last)
            books.add("quarantine", day, row)
            books.count((day, str(row["run_id"]), str(row["source_id"])), seen=1, quarantined=1)
            continue
        last = capture
        books.add("fetch_log", _day(capture), fetch_row(capture))
        if capture.kind == "feed":
            _add_feed(house, capture, books)
        elif capture.article is not None and capture.exchange.outcome == "same_bytes":
            books.count(_owner(capture), seen=1, unchanged=1)
        elif capture.article is not None:
            _add_article(house, capture, capture.article, read, books)
    written = tuple(write_object(house.data, arrow, *key, warc) for key, arrow in sorted(books.tables().items()))
    return Transformed(warc, written, books.by_source())


def page_reader(house: House) -> Read:
    """What reads a capture of a page by the rules of a house; of one page it has loaded its models and gazetteers."""
    of = cache(lambda source_id: reading_of(house, house.sources.get(source_id) or _unconfigured(source_id)))
    printed, first_day = FIRST_PAGE * 20, datetime(2026, 3, 3, tzinfo=UTC)
    read_article(printed, "utf-8", "http://localhost/", first_day, FeedEntry(headline="Boats"), of(UNKNOWN))
    return lambda capture: article_of(capture, of(capture.source_id))


def configured_units(house: House, days: Iterable[str]) -> dict[str, list[ObjectFile]]:
    """The units of `sources` of some days: the configuration by which their rows were read."""
    rows = to_arrow(SOURCES, [source_row(source, house.ruleset(source.source_id)) for source in house.sources.values()])
    units = {f"sources-{day}": day for day in sorted(days)}
    return {unit: [write_object(house.data, rows, "sources", day, unit)] for unit, day in units.items()}


def reading_of(house: House, source: Source) -> Reading:
    """What reading a source's pages needs to know: the shared rules and the source's own sign and name."""
    signs = {sign: agency.name for agency in house.rules.agencies for sign in agency.signs}
    slug_names = {name: agency.name for agency in house.rules.agencies for name in agency.slug_names}
    if source.agency:
        signs[source.agency] = signs.get(source.agency) or source.title
    slug_names.setdefault(source.title, source.title)
    aliases, agencies = fold_aliases(house.rules.place_aliases), house.rules.agencies
    national = {agency.name: agency.country for agency in agencies if agency.country}
    return Reading(
        source=source,
        signs=signs,
        slug_names=slug_names,
        finder=_finder(house.rules),
        people=house.rules.people,
        find_place=cache(lambda name: find_place(name, aliases, source.country)),
        ruleset=house.ruleset(source.source_id),
        agencies=agency_names(name for agency in agencies for name in agency.bylines),
        locate=cache(lambda name, agency: locate(name, aliases, national.get(agency, source.country))),
    )


@lru_cache(maxsize=4)  # sources share their house's
def _finder(rules: Rules) -> Finder:
    known = rules.people.registry.persons.values()
    forms = [form for person in known for form in (*person.names_arabic, *person.names_persian)]
    return make_finder({title.form: title.honorific_class for title in rules.titles}, rules.lexicon, forms)


def _add_feed(house: House, capture: Capture, books: Books) -> None:
    answered = capture.exchange.outcome in ANSWERED
    books.count(_owner(capture), **{"feeds_ok" if answered else "feeds_failed": 1})
    note = capture.feed
    if note is None:
        return
    passed_over, rejected = note.known + note.repeated, len(note.rejected)
    seen = passed_over + rejected  # the fetched ones are counted where their page is
    books.count(_owner(capture), entries=note.total, seen=seen, unchanged=passed_over, quarantined=rejected)
    for number, entry in enumerate(note.rejected):
        reject = Reject("parse", entry.reason_code, entry.reason_text, "link", entry.sample)
        is_down = any(what in entry.sample for what in house.takedowns)
        told = unspoken(reject) if is_down else reject
        books.add("quarantine", *quarantine_row(house.ruleset(capture.source_id), capture, told, str(number)))


def _add_article(house: House, capture: Capture, note: ArticleNote, read: Read, books: Books) -> None:
    """Exactly one of: a row of articles, a row of revisions, unchanged, a row of quarantine.

    What was taken down, or is withheld, is compared as it was read and counted as it ends, and only then emptied.
    """
    item = read_item(capture, note, read)
    earlier = earlier_items(house.data, note, read)
    ended, before = _end_of(item, earlier)
    known = [page.addresses for page in (item, before) if isinstance(page, Item)]
    addresses = (*addresses_of(capture), *(address for page in known for address in page))
    takedown = find_takedown(house.takedowns, note.article_id, addresses)
    if ended is None:
        books.count(_owner(capture), seen=1, unchanged=1)
    elif isinstance(ended, Reject):
        reject = unspoken(ended) if takedown else ended
        books.count(_owner(capture), seen=1, quarantined=1)
        books.add("quarantine", *quarantine_row(house.ruleset(capture.source_id), capture, reject, note.article_id))
    else:
        table, row = ended
        if takedown and before:
            row = row | {"prev_version_id": tombstone_id(first_alike(before, earlier).row)}
        books.count(_owner(capture), seen=1, **{"new" if table == "articles" else table: 1})
        shown = tombstone(row, takedown) if takedown else withhold(row) if _is_withheld(house, row) else row
        books.add(table, _day(capture), shown)
        for mention in () if shown["pub_status"] != "usable" or isinstance(item, Reject) else item.mentions:
            books.add("mentions", _day(capture), mention)


def _is_withheld(house: House, row: Row) -> bool:
    """Whether the publisher reserves a row's text and its source says that such text is left out."""
    source = house.sources.get(str(row["source_id"]))
    return source is not None and source.tdm_policy == "skip-body" and is_reserved(row)


def _end_of(item: Item | Reject, earlier: Iterator[Item | Reject]) -> tuple[End, Item | None]:
    """Where an item ends, given the ones before it, the latest first, and that latest one; null where there is none."""
    if isinstance(item, Reject):
        return None if rests_on_feed(item, earlier) else item, None
    failed = breach_of(item)
    if failed:
        return failed, None
    before = next(earlier, None)
    if before is None or isinstance(before, Reject):
        return before or ("articles", item.row), None
    edit = None if says_less(item, before) else changes(before.row, item.row, (before.people, item.people))
    if edit is None:
        return None, before
    return broken("revisions", item.row | edit) or ("revisions", item.row | edit), before


def _day(capture: Capture) -> str:
    """The partition of a capture: its UTC day."""
    return capture.place.seen_at[:10]


def _owner(capture: Capture) -> tuple[str, str, str]:
    return _day(capture), capture.run_id, capture.source_id


def _unconfigured(source_id: str) -> Source:
    """A source whose file is gone: its pages are still read, with no zone, sign or section assumed."""
    return Source(source_id, source_id, "http://localhost", (), "und", "ZZ", None)
