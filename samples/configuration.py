"""The newsroom's entry into a pipeline: its settings and one source file a publisher."""

from collections.abc import Mapping
from json import dumps
from pathlib import Path

from etl.people.registry import COLUMNS
from samples.generated import BULK_PAGE_ENTRIES
from samples.publishers import BULK, PUBLISHERS
from samples.story import Publisher

PERSONS = (
    "p_munir_qasem,,Munir Qasem,Mounir Kassem,منير قاسم,منیر قاسم,,of the League of Coastal Volunteers,LB,1961,",
    "p_qasem_rostami,,Qasem Rostami,Ghasem Rostami,قاسم رستمي,قاسم رستمی,,late commander of the coast rescue,IR,1957,",
)
SETTINGS = 'contact = "newsroom@localhost"\nhost_delay_seconds = 0.0\n'


def source_file(publisher: Publisher, base_url: str, feed_urls: list[str]) -> str:
    """The text of one source file. A JSON string is a TOML basic string too."""
    lines = [
        f"title = {dumps(publisher.title, ensure_ascii=False)}",
        f"site = {dumps(f'{base_url}/{publisher.source_id}/')}",
        f'language = "{publisher.language}"',
        f'country = "{publisher.country}"',
        f'timezone = "{publisher.timezone}"',
        f'calendar = "{publisher.calendar}"',
        f'publisher_type = "{publisher.publisher_type}"',
    ]
    if publisher.section is not None:
        lines.append(f"section = {dumps(publisher.section, ensure_ascii=False)}")
    if publisher.agency is not None:
        lines.append(f"agency = {dumps(publisher.agency, ensure_ascii=False)}")
    lines.append("interval_minutes = 1")
    lines.append('allowed_networks = ["127.0.0.1"]')
    for url in feed_urls:
        lines += ["", "[[feeds]]", f"url = {dumps(url)}"]
    lines += [
        "",
        "[expect]",
        f"entries_min = {publisher.entries_min}",
        f"undated_share_max = {publisher.undated_share_max}",
        f"dateline_share_min = {publisher.dateline_share_min}",
    ]
    return "\n".join(lines) + "\n"


def write_config(directory: Path, base_urls: Mapping[str, str], articles: int = 0) -> None:
    """`settings.toml` and `sources/<id>.toml` in `directory`, for publishers that answer at `base_urls`, by source id.

    And `persons/newsroom.csv`, which knows two of the invented persons, in some of their spellings.

    With `articles` above 0 there is a source `bulk` too, one feed for every 1,000 generated articles.
    Files of the same names are replaced.
    """
    sources = directory / "sources"
    sources.mkdir(parents=True, exist_ok=True)
    (directory / "settings.toml").write_text(SETTINGS, "utf-8")
    for publisher in PUBLISHERS.values():
        base_url = base_urls[publisher.source_id]
        text = source_file(publisher, base_url, [base_url + publisher.feed_path])
        (sources / f"{publisher.source_id}.toml").write_text(text, "utf-8")
    persons = directory / "persons"
    persons.mkdir(exist_ok=True)
    (persons / "newsroom.csv").write_text("\n".join((",".join(COLUMNS), *PERSONS, "")), "utf-8")
    if articles > 0:
        pages = range(1, -(-articles // BULK_PAGE_ENTRIES) + 1)
        base_url = base_urls[BULK.source_id]
        urls = [f"{base_url}{BULK.feed_path}?page={page}" for page in pages]
        (sources / "bulk.toml").write_text(source_file(BULK, base_url, urls), "utf-8")
