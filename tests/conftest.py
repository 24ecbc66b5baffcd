"""What tests share: the sample newsroom on the air, and houses that poll it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from stores import make_house

from etl import pipeline
from etl.config import House
from samples.server import NewsroomServer


@dataclass(frozen=True)
class TwicePolled:
    """A house that has polled both editions of the newsroom; tests read it and change nothing."""

    house: House
    reports: tuple[pipeline.RunReport, pipeline.RunReport]


@pytest.fixture
def newsroom() -> Iterator[NewsroomServer]:
    """The newsroom at edition 1."""
    with NewsroomServer() as server:
        yield server


@pytest.fixture
def house(newsroom: NewsroomServer, tmp_path: Path) -> House:
    """A house that knows the newsroom and has polled nothing yet."""
    return make_house(tmp_path, newsroom.base_urls)


@pytest.fixture(scope="session")
def polled(tmp_path_factory: pytest.TempPathFactory) -> TwicePolled:
    """One house for the whole session."""
    with NewsroomServer() as newsroom:
        house = make_house(tmp_path_factory.mktemp("polled"), newsroom.base_urls)
        first = pipeline.run(house, "run-1", force=True)
        newsroom.edition = 2
        return TwicePolled(house, (first, pipeline.run(house, "run-2", force=True)))
