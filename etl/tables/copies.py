"""The select behind the view `copies`: which articles of different sources share text, and which one credits which.

Two texts that share a share `s` of their shingles share about as much of their sketches, so three equal values of 32
find nearly every pair that shares a third, and the exact share is counted for those pairs alone. Measured on 100,000
generated articles (391 MB of text, one in ten a copy): 13 CPU seconds and 1.3 GB, on two threads.
"""

SHARED_MARKS = 3
SHORTEST_SHARE = 0.3
SHINGLE_WORDS = 5
SHORTEST_SIGN = 3  # letters; two capitals in running text may stand for anything
# A story in each of the shipped sources stays below it; what a publisher prints under every article does not.
MOST_ARTICLES_A_MARK = 100
NOT_WORDS = r"[^\p{L}\p{M}\p{N}]+"
UNSEEN = r"[\p{M}\p{Cf}\x{0640}]+"  # vowel signs, joiners and the tatweel: written or not, the word is the same
UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
WORD = rf"[{UNSPACED}]|(?:[^\P{{L}}{UNSPACED}]|\p{{N}})+"
TAILS = ", ".join(f"words[{n}:]" for n in range(2, SHINGLE_WORDS + 1))


def _spaced(text: str) -> str:
    """The words of a text between single spaces, one before and one behind: whole words can be looked for in it."""
    return f"' ' || trim(regexp_replace({text}, '{NOT_WORDS}', ' ', 'g')) || ' '"


def _credit(text: str, other: str) -> str:
    """Where one text names the publisher of the other; null where it does not."""
    return f"""CASE
            WHEN {text}.agency = {other}.source_name OR {text}.agency_sign = {other}.sign THEN 'agency'
            WHEN contains({text}.byline_words, {other}.name_words)
                OR contains({text}.byline_words, {other}.sign_words) THEN 'byline_raw'
            WHEN contains({text}.body_words, {other}.name_words)
                OR length({other}.sign) >= {SHORTEST_SIGN} AND contains({text}.body_words, {other}.sign_words)
                THEN 'body_text' END"""


COPIES_SQL = f"""\
WITH texts AS NOT MATERIALIZED (
    SELECT article_id, source_id, source_name, agency, agency_sign, byline_raw,
        split_part(language, '-', 1) AS language, seen_at, body_text, text_digest, text_sketch
    FROM articles
), marks AS NOT MATERIALIZED (
    SELECT article_id, source_id, seen_at, language, CAST(unnest(text_sketch) AS VARCHAR) AS mark, 1 AS weight
    FROM texts
    UNION ALL
    SELECT article_id, source_id, seen_at, language, text_digest, {SHARED_MARKS} FROM texts
), telling AS (
    SELECT language, mark FROM marks
    GROUP BY ALL HAVING count(*) <= {MOST_ARTICLES_A_MARK} AND min(source_id) < max(source_id)
), told AS MATERIALIZED (
    SELECT * FROM marks SEMI JOIN telling USING (language, mark)
), alike AS MATERIALIZED (
    SELECT a.article_id AS first_id, b.article_id AS second_id
    FROM told AS a JOIN told AS b USING (language, mark)
    WHERE a.source_id <> b.source_id AND (a.seen_at, a.article_id) < (b.seen_at, b.article_id)
    GROUP BY ALL HAVING sum(a.weight) >= {SHARED_MARKS}
), signs AS (
    SELECT source_id, max_by(agency, seen_date) AS sign FROM sources GROUP BY source_id
), involved AS MATERIALIZED (
    SELECT article_id, source_id, source_name, sign, agency, agency_sign, language, seen_at, text_digest,
        {_spaced("regexp_replace(source_name, '^The ', '')")} AS name_words,
        {_spaced("sign")} AS sign_words,
        {_spaced("byline_raw")} AS byline_words,
        {_spaced("body_text")} AS body_words,
        regexp_extract_all(lower(regexp_replace(nfc_normalize(body_text), '{UNSEEN}', '', 'g')), '{WORD}') AS words,
        list_distinct(list_transform(list_zip(words, {TAILS}, true), lambda run: hash(run))) AS shingles
    FROM texts LEFT JOIN signs USING (source_id)
    WHERE article_id IN (SELECT first_id FROM alike UNION SELECT second_id FROM alike)
), compared AS (
    SELECT
        a.article_id, b.article_id AS copy_article_id, a.source_id, b.source_id AS copy_source_id, a.language,
        CASE WHEN a.text_digest = b.text_digest THEN 1.0
            ELSE len(list_intersect(a.shingles, b.shingles)) / least(len(a.shingles), len(b.shingles)) END AS share,
        a.seen_at, b.seen_at AS copy_seen_at,
        date_diff('second', a.seen_at, b.seen_at) / 3600 AS hours_apart,
        {_credit("b", "a")} AS first_credited_in,
        {_credit("a", "b")} AS second_credited_in
    FROM alike JOIN involved AS a ON a.article_id = first_id JOIN involved AS b ON b.article_id = second_id
)
SELECT * EXCLUDE (first_credited_in, second_credited_in),
    CASE WHEN second_credited_in IS NULL AND first_credited_in IS NOT NULL THEN article_id
        WHEN first_credited_in IS NULL AND second_credited_in IS NOT NULL THEN copy_article_id END AS origin_article_id,
    CASE WHEN origin_article_id IS NOT NULL
        THEN coalesce(first_credited_in, second_credited_in) END AS credited_in
FROM compared
WHERE share >= {SHORTEST_SHARE}"""
