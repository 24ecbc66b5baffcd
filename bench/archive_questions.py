"""Ten questions that an analyst asks of an archive, in SQL over its tables."""

QUESTIONS = {
    "how many articles, of how many days": "SELECT count(*), count(DISTINCT seen_date) FROM articles",
    "articles by day": "SELECT seen_date, count(*) FROM articles GROUP BY seen_date ORDER BY seen_date",
    "articles by hour of publication": (
        "SELECT hour(published_at) AS hour, count(*) FROM articles GROUP BY hour ORDER BY hour"
    ),
    "the ten places with most datelines": (
        "SELECT dateline_place_name, dateline_country, count(*) AS articles FROM articles "
        "WHERE dateline_place_name IS NOT NULL GROUP BY ALL ORDER BY articles DESC LIMIT 10"
    ),
    "length of articles by language": (
        "SELECT language, count(*), avg(word_count), median(word_count) FROM articles GROUP BY language"
    ),
    "the twenty names named most": (
        "SELECT name_key, count(*) AS mentions, count(DISTINCT article_id) AS articles FROM mentions "
        "GROUP BY name_key ORDER BY mentions DESC LIMIT 20"
    ),
    "who is named with whom": (
        "WITH named AS (SELECT DISTINCT article_id, name_key FROM mentions WHERE name_family IS NOT NULL) "
        "SELECT one.name_key, other.name_key, count(*) AS articles FROM named AS one JOIN named AS other "
        "USING (article_id) WHERE one.name_key < other.name_key GROUP BY ALL ORDER BY articles DESC LIMIT 20"
    ),
    "mentions of one name by day": (
        "SELECT seen_date, count(*) FROM mentions WHERE surface LIKE '%Rostami' GROUP BY seen_date ORDER BY seen_date"
    ),
    "texts with a word": "SELECT count(*) FROM articles WHERE body_text LIKE '%sturgeon quota%'",
    "what does not add up": (
        "SELECT seen_date, sum(seen) FROM runs GROUP BY seen_date "
        "HAVING sum(seen) <> sum(new) + sum(revisions) + sum(unchanged) + sum(quarantined)"
    ),
}
