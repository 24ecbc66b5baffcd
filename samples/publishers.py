"""The invented publishers of the newsroom, and the one that stands for volume."""

from samples.story import Publisher

_ALL = (
    Publisher(
        "levant_press", "Levant Press", "en", "SY", "Asia/Damascus", "state", "rss",
        agency="LP", undated_share_max=0.1, dateline_share_min=0.7,
    ),
    Publisher(
        "caspian_wire", "Caspian Wire", "en", "AZ", "Asia/Baku", "wire", "rss",
        agency="Caspian Wire", undated_share_max=0.1, dateline_share_min=0.8,
    ),
    Publisher(
        "al_manhal", "وكالة المنهل للأنباء", "ar", "LB", "Asia/Beirut", "private", "atom",
        agency="المنهل", dateline_share_min=0.8,
    ),
    Publisher(
        "khabar_shomal", "خبرگزاری شمال", "fa", "IR", "Asia/Tehran", "private", "rss",
        calendar="jalali", agency="خبرگزاری شمال",
    ),
    Publisher("harbour_gazette", "The Harbour Gazette", "en", "GB", "Europe/London", "private", "atom"),
    Publisher("meridian_news", "Meridian News", "en", "CY", "Asia/Nicosia", "private", "rss"),
)  # fmt: skip

PUBLISHERS: dict[str, Publisher] = {publisher.source_id: publisher for publisher in _ALL}

# Its feed address answers 500 to every request.
FAILING_SOURCE_ID = "meridian_news"

BULK = Publisher(
    "bulk", "Bulk Wire", "en", "AZ", "Asia/Baku", "wire", "rss",
    agency="Bulk Wire", entries_min=1, dateline_share_min=0.9,
)  # fmt: skip
