"""Descriptors by the million: few members write most of them, and few words are most of them.

    uv run python -m tests.bench.filling.descriptors 1000000

fills the database that DATABASE_URL names: an empty one, migrated.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import partial

from django.db import connection

from tests.bench.filling.together import at_once, run

MEMBERS, TERMS, MONTHS = 50_000, 200_000, 36
# Descriptors of one tasting, some of which fall together.
EACH = 8

NOUNS = """
    acacia allspice almond amber anise apple apricot artichoke ash asparagus bacon balsam banana
    bark barley basil beeswax beetroot bergamot biscuit blackberry blackcurrant blossom
    blueberry bran bread brioche broth butter buttermilk butterscotch cabbage cacao camphor
    candy caramel caraway cardamom cashew cassis cedar celery cereal chamomile charcoal cherry
    chestnut chicory chocolate cider cigar cinnamon citrus clay clove cocoa coconut coffee cola
    coriander cork cranberry cream cucumber cumin currant custard dandelion date dill dough
    earth elderflower espresso eucalyptus fennel fern fig flint flour forest fudge garlic ginger
    graham grape grapefruit graphite grass guava hay hazelnut heather hemp herbs hibiscus honey
    honeysuckle hops horseradish iodine iris jasmine juniper kiwi lavender leather lemon
    lemongrass licorice lilac lime linden lychee macadamia malt mandarin mango maple marmalade
    marzipan meadow melon milk mint molasses moss mushroom must mustard nectarine nettle nougat
    nutmeg oak oat olive onion orange oregano paprika passionfruit peach peanut pear peat pecan
    peony pepper persimmon petrol pie pine pineapple pistachio plum pomegranate popcorn poppy
    potato prune pumpkin quince radish raisin raspberry resin rhubarb rice rose rosemary rubber
    rye saffron sage salt sandalwood seaweed sesame sherry slate smoke soap soil soy spice
    spinach starch strawberry sugar sulfur tamarind tangerine tar tarragon tea thyme tobacco
    toffee tomato truffle turmeric vanilla vetiver vinegar violet walnut watermelon wax wheat
    whey wine wood yeast yogurt yuzu
""".split()  # noqa: SIM905  # read and changed as text
KINDS = """
    baked bitter black bright brown burnt candied caramelized charred clean cold cooked creamy
    crisp crushed damp dark delicate dried dry dusty earthy faint fermented fleshy floral fresh
    fried fruity grassy green ground heavy herbal hot intense jammy juicy light long lush malty
    mellow mild milky mossy musty nutty oily old overripe pale pickled plain powdered preserved
    raw red rich ripe roasted rotten rough rustic salted savory sharp silky smoked smoky smooth
    soft soggy sour spiced spicy stale stewed strong subtle sugared sweet tangy tart tender
    thick thin toasted toasty tropical unripe velvety warm waxy wet white wild woody yellow
    young zesty
""".split()  # noqa: SIM905
BRANCHES = ("Fruity", "Floral", "Sweet", "Nutty", "Spicy", "Roasted", "Green", "Earthy", "Other")

CATEGORIES = """
    INSERT INTO flavor_categories (name, color, position)
    SELECT name, '#' || substr(md5(name), 1, 6), n
    FROM unnest(%s::text[]) WITH ORDINALITY AS each (name, n);
    INSERT INTO flavor_categories (parent_id, name, position)
    SELECT c.id, c.name || ' ' || n, n
    FROM flavor_categories AS c, generate_series(1, 8) AS n
"""
# In the order of their use: single words, then of two, then of three; each seventh of the later
# ones is a slip of the pen in an earlier one.
VOCABULARY = """
    CREATE UNLOGGED TABLE bench_words AS
    SELECT row_number() OVER (ORDER BY level, md5(word)) AS rank, word, noun FROM (
        SELECT 1 AS level, n AS word, n AS noun FROM unnest(%(nouns)s::text[]) AS n
        UNION ALL
        SELECT 2, k || ' ' || n, n
        FROM unnest(%(nouns)s::text[]) AS n, unnest(%(kinds)s::text[]) AS k
        UNION ALL
        SELECT 3, k || ' ' || l || ' ' || n, n
        FROM unnest(%(nouns)s::text[]) AS n, unnest((%(kinds)s::text[])[:35]) AS k,
            unnest((%(kinds)s::text[])[36:70]) AS l
    ) AS words
    ORDER BY level, md5(word) LIMIT %(terms)s;
    CREATE INDEX ON bench_words (rank);
    ANALYZE bench_words;
    CREATE UNLOGGED TABLE bench_terms AS
    SELECT w.rank, w.noun, CASE WHEN w.rank %% 7 = 3 AND w.rank > 700 THEN (
        SELECT CASE w.rank %% 3
            WHEN 0 THEN overlay(o.word placing '' from place for 1)
            WHEN 1 THEN overlay(o.word placing reverse(substr(o.word, place, 2)) from place for 2)
            ELSE overlay(o.word placing repeat(substr(o.word, place, 1), 2) from place for 1)
        END
        FROM bench_words AS o, LATERAL (
            SELECT 2 + (w.rank / 7 %% greatest(length(o.word) - 3, 1))::int AS place
        ) AS p
        WHERE o.rank = 1 + w.rank / 21
    ) ELSE w.word END AS word
    FROM bench_words AS w WHERE w.rank <= %(terms)s;
"""
LEXICON = """
    INSERT INTO flavor_terms (display_text, normalized_form, category_id, status)
    SELECT DISTINCT ON (normalize_descriptor_text(t.word))
        t.word, normalize_descriptor_text(t.word),
        CASE WHEN t.rank %% 10 <> 0 THEN places.ids[
            1 + abs(hashtext(t.noun)) %% cardinality(places.ids)
        ] END,
        CASE WHEN t.rank < 5000 THEN 'approved' ELSE 'suggested' END
    FROM bench_terms AS t, (
        SELECT array_agg(id) AS ids FROM flavor_categories WHERE parent_id IS NOT NULL
    ) AS places
    ORDER BY normalize_descriptor_text(t.word), t.rank;
    CREATE UNLOGGED TABLE bench_ranks AS
    SELECT t.rank::int AS rank, l.id AS term_id, t.word
    FROM bench_terms AS t
    JOIN flavor_terms AS l ON l.normalized_form = normalize_descriptor_text(t.word);
    CREATE UNIQUE INDEX ON bench_ranks (rank);
    CREATE UNLOGGED TABLE bench_members (place int PRIMARY KEY, id uuid NOT NULL);
    INSERT INTO bench_members
    SELECT n, gen_random_uuid() FROM generate_series(0, %(members)s - 1) AS n;
    INSERT INTO members (id, display_name) SELECT id, 'Taster ' || place FROM bench_members;
    ANALYZE bench_ranks; ANALYZE bench_members;
"""
MONTH = """
    INSERT INTO flavor_descriptors (
        id, term_id, user_id, source_id, intensity, ai_extracted, extraction_model,
        confidence_score, source_type, descriptor_type, descriptor_text, item_name, item_category
    )
    SELECT uuidv7(d.at - clock_timestamp()), d.term_id, m.id, d.source, d.intensity, d.ai,
        CASE WHEN d.ai THEN 'extractor-2' END, CASE WHEN d.ai THEN 0.8 END, d.source_type, d.type,
        CASE WHEN d.intensity = 5 THEN initcap(d.word) ELSE d.word END,
        'Item ' || d.item, (ARRAY['coffee', 'wine', 'chocolate', 'tea', 'beer'])[1 + d.item %% 5]
    FROM (
        SELECT DISTINCT ON (s.n, r.term_id, w.type) s.*, w.*, r.term_id, r.word
        FROM (
            SELECT n, gen_random_uuid() AS source, floor(%(members)s * random() ^ 2)::int AS member,
                %(first)s::timestamptz + random() * (%(until)s::timestamptz - %(first)s) AS at,
                (1e4 * random() ^ 3)::int AS item, random() < 0.2 AS ai,
                (ARRAY['quick_tasting', 'quick_review', 'prose_review', 'study_session'])
                    [1 + floor(4 * random() ^ 2)::int] AS source_type
            FROM generate_series(1, %(tastings)s) AS n
        ) AS s
        CROSS JOIN LATERAL (
            SELECT floor(exp(random() * ln(%(terms)s)))::int AS rank,
                CASE WHEN random() < 0.8 THEN 1 + floor(5 * random())::int END AS intensity,
                (ARRAY['aroma', 'flavor', 'aroma', 'flavor', 'flavor', 'aroma', 'flavor',
                    'texture', 'mouthfeel', 'metaphor', 'defect'])[1 + floor(11 * random())::int]
                    AS type
            FROM generate_series(1, %(each)s) AS g WHERE s.n IS NOT NULL
        ) AS w
        JOIN bench_ranks AS r ON r.rank = w.rank
    ) AS d
    JOIN bench_members AS m ON m.place = d.member
    ORDER BY d.at
"""
# What a refresh of the views would keep, from a full count: of a month by its own writer.
KEPT_OF_MONTH = """
    INSERT INTO descriptor_member_terms (
        user_id, term_id, descriptor_type, item_category, month, uses, ai_uses, intensity_sum,
        intensity_count, first_used_at, last_used_at
    )
    SELECT user_id, term_id, descriptor_type, item_category, %(month)s::date,
        count(*), count(*) FILTER (WHERE ai_extracted), COALESCE(sum(intensity), 0),
        count(intensity), min(created_at), max(created_at)
    FROM {partition} GROUP BY 1, 2, 3, 4 ORDER BY 1, 2
"""
KEPT = (
    """
    INSERT INTO descriptor_term_months (
        term_id, descriptor_type, month, uses, ai_uses, intensity_sum, intensity_count, members
    )
    SELECT term_id, descriptor_type, month, sum(uses), sum(ai_uses), sum(intensity_sum),
        sum(intensity_count), count(DISTINCT user_id)
    FROM descriptor_member_terms GROUP BY 1, 2, 3
    """,
    """
    INSERT INTO descriptor_item_category_totals (
        item_category, term_id, category_id, descriptor_type, uses, ai_uses, intensity_sum,
        intensity_count
    )
    SELECT item_category, term_id, COALESCE(t.category_id, 0), descriptor_type, sum(uses),
        sum(ai_uses), sum(intensity_sum), sum(intensity_count)
    FROM descriptor_member_terms JOIN flavor_terms AS t ON t.id = term_id
    WHERE item_category <> '' GROUP BY 1, 2, 3, 4
    """,
    """
    INSERT INTO descriptor_item_category_branches (
        item_category, category_id, descriptor_type, uses
    )
    SELECT item_category, COALESCE(t.category_id, 0), descriptor_type, sum(uses)
    FROM descriptor_member_terms JOIN flavor_terms AS t ON t.id = term_id
    WHERE item_category <> '' GROUP BY 1, 2, 3
    """,
    """
    INSERT INTO descriptor_months (month, uses, ai_uses, intensity_sum, intensity_count, members)
    SELECT month, sum(uses), sum(ai_uses), sum(intensity_sum), sum(intensity_count),
        count(DISTINCT user_id)
    FROM descriptor_member_terms GROUP BY 1
    """,
    """
    INSERT INTO descriptor_term_totals (
        term_id, descriptor_type, uses, ai_uses, intensity_sum, intensity_count, members,
        first_used_at, last_used_at
    )
    SELECT term_id, descriptor_type, sum(uses), sum(ai_uses), sum(intensity_sum),
        sum(intensity_count), count(DISTINCT user_id), min(first_used_at), max(last_used_at)
    FROM descriptor_member_terms GROUP BY 1, 2
    """,
    """
    UPDATE flavor_terms AS t SET usage_count = u.uses, user_count = u.members,
        first_used_at = u.first, last_used_at = u.last
    FROM (
        SELECT term_id, sum(uses) AS uses, count(DISTINCT user_id) AS members,
            min(first_used_at) AS first, max(last_used_at) AS last
        FROM descriptor_member_terms GROUP BY 1
    ) AS u
    WHERE u.term_id = t.id
    """,
)
KEPT_OF_WHEELS = """
    INSERT INTO descriptor_wheel_terms (
        term_id, wheel_type, category_id, uses, intensity_sum, intensity_count
    )
    SELECT * FROM wheel_terms_counted()
"""
QUIET_TABLES = ("flavor_terms", "flavor_descriptors", "descriptor_member_terms")
FILLED = (
    "members",
    "flavor_categories",
    "flavor_terms",
    "descriptor_member_terms",
    "descriptor_term_months",
    "descriptor_term_totals",
    "descriptor_item_category_totals",
    "descriptor_item_category_branches",
    "descriptor_wheel_terms",
    "descriptor_months",
)
BENCH_TABLES = ("bench_words", "bench_terms", "bench_ranks", "bench_members")
# Of the descriptors and of each partition by itself, but the primary key; all of member's terms.
INDEXES = """
    SELECT CASE
        WHEN i.indisprimary THEN format(
            'ALTER TABLE %s DROP CONSTRAINT %I', i.indrelid::regclass, k.conname
        )
        ELSE format('DROP INDEX %s', i.indexrelid::regclass)
    END, CASE
        WHEN i.indisprimary THEN format(
            'ALTER TABLE %s ADD CONSTRAINT %I %s', i.indrelid::regclass, k.conname,
            pg_get_constraintdef(k.oid)
        )
        ELSE replace(pg_get_indexdef(i.indexrelid), ' ON ONLY ', ' ON ')
    END
    FROM pg_index AS i LEFT JOIN pg_constraint AS k ON k.conindid = i.indexrelid AND k.contype = 'p'
    WHERE i.indrelid = 'descriptor_member_terms'::regclass OR NOT i.indisprimary AND (
        i.indrelid = 'flavor_descriptors'::regclass
        OR i.indrelid IN (
            SELECT inhrelid FROM pg_inherits WHERE inhparent = 'flavor_descriptors'::regclass
        ) AND NOT EXISTS (SELECT FROM pg_inherits WHERE inhrelid = i.indexrelid)
    )
"""


@contextmanager
def quick_writing() -> Iterator[None]:
    """Without triggers, and indexes are built at the end."""
    with connection.cursor() as cursor:
        cursor.execute(INDEXES)
        indexes = cursor.fetchall()
        for drop, _ in indexes:
            cursor.execute(drop)
        for table in QUIET_TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    try:
        yield
    finally:
        for table in QUIET_TABLES:
            run(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        at_once(partial(run, make) for _, make in indexes)


def fill_lexicon(*, members: int, terms: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(CATEGORIES, [list(BRANCHES)])
    run(VOCABULARY, nouns=NOUNS, kinds=KINDS, terms=terms)
    run(LEXICON, members=members)


def months_back(count: int) -> list[date]:
    """First days (UTC), this month the last."""
    today = datetime.now(UTC).date()
    number = today.year * 12 + today.month - 1
    return [date(n // 12, n % 12 + 1, 1) for n in range(number - count + 1, number + 1)]


def write_month(first: date, until: datetime | date, **sizes: int) -> None:
    """The descriptors of one month, and what is kept of them."""
    run("SELECT setseed(%(seed)s)", seed=first.toordinal() % 1000 / 1000)
    run("SET work_mem = '64MB'")
    run(MONTH, first=f"{first} 00:00:01+00", until=str(until), each=EACH, **sizes)
    run(KEPT_OF_MONTH.format(partition=partition_of(first)), month=first)


def partition_of(first: date) -> str:
    return f"flavor_descriptors_{first:%Y_%m}"


def fill_descriptors(
    rows: int, *, members: int = MEMBERS, terms: int = TERMS, months: int = MONTHS
) -> None:
    """About so many rows, and what is kept of them; commits."""
    firsts = months_back(months)
    for first in firsts:
        run(
            "SELECT public.create_partition('public.flavor_descriptors', 'month', %(first)s)",
            first=first,
        )
    sizes = {"members": members, "terms": terms, "tastings": max(rows // months // EACH, 1)}
    untils = [*firsts[1:], datetime.now(UTC)]
    with quick_writing():
        fill_lexicon(members=members, terms=terms)
        at_once(
            partial(write_month, first, until, **sizes)
            for first, until in zip(firsts, untils, strict=True)
        )
        at_once(partial(run, statement) for statement in KEPT)
        run(KEPT_OF_WHEELS)
    for table in BENCH_TABLES:
        run(f"DROP TABLE {table}")
    at_once(partial(run, f"ANALYZE {table}") for table in (*map(partition_of, firsts), *FILLED))
    run("ANALYZE ONLY flavor_descriptors")
    run("SELECT refresh_descriptor_views()")
    run("ANALYZE mv_category_descriptor_summary")


if __name__ == "__main__":
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    fill_descriptors(int(sys.argv[1]))
