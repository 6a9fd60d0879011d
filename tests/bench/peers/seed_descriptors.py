"""The design of seed 003 over the same rows: one flat table, its indexes, views and functions.

The seed names seven indexes of the flat table, a unique one against duplicates, four of trigrams
and one of words. Its functions read them as it says. Its wheel of everybody asks for no member's
and is empty: here it reads the view that is meant for it.
"""

from __future__ import annotations

from functools import partial

from django.db import connection

from tests.bench.filling.together import at_once, run

SEED_TABLE = """
    CREATE SCHEMA seed;
    CREATE FUNCTION seed.normalize_descriptor_text(p_text text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
    BEGIN
        RETURN lower(trim(regexp_replace(public.unaccent(p_text), '\\s+', ' ', 'g')));
    END
    $$;
    CREATE TABLE seed.flavor_descriptors (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        user_id uuid NOT NULL,
        source_type text NOT NULL CHECK (
            source_type IN ('quick_tasting', 'quick_review', 'prose_review', 'study_session')
        ),
        source_id uuid NOT NULL,
        descriptor_text text NOT NULL,
        descriptor_type text NOT NULL CHECK (
            descriptor_type IN ('aroma', 'flavor', 'texture', 'defect', 'metaphor', 'mouthfeel')
        ),
        category text,
        subcategory text,
        confidence_score numeric(3, 2) CHECK (confidence_score BETWEEN 0 AND 1),
        intensity integer CHECK (intensity BETWEEN 1 AND 5),
        item_name text,
        item_category text,
        created_at timestamptz DEFAULT now(),
        updated_at timestamptz DEFAULT now(),
        normalized_form varchar(500)
            GENERATED ALWAYS AS (seed.normalize_descriptor_text(descriptor_text)) STORED,
        ai_extracted boolean DEFAULT false,
        extraction_model varchar(100),
        textsearch_vector tsvector GENERATED ALWAYS AS (
            setweight(to_tsvector('english', coalesce(descriptor_text, '')), 'A')
            || setweight(to_tsvector('english', coalesce(category, '')), 'B')
            || setweight(to_tsvector('english', coalesce(subcategory, '')), 'C')
        ) STORED
    ) WITH (autovacuum_enabled = false)
"""
# A month's.
SEED_ROWS = """
    INSERT INTO seed.flavor_descriptors (
        user_id, source_type, source_id, descriptor_text, descriptor_type, category, subcategory,
        confidence_score, intensity, item_name, item_category, created_at, updated_at,
        ai_extracted, extraction_model
    )
    SELECT d.user_id, d.source_type, d.source_id, d.descriptor_text, d.descriptor_type,
        path.category, path.subcategory, d.confidence_score, d.intensity, d.item_name,
        d.item_category, d.created_at, d.created_at, d.ai_extracted, d.extraction_model
    FROM {partition} AS d
    JOIN flavor_terms AS t ON t.id = d.term_id
    LEFT JOIN flavor_category_paths AS path ON path.id = t.category_id
    ORDER BY d.id
"""
SEED_INDEXES = (
    # Those that take longest first.
    "CREATE INDEX ON seed.flavor_descriptors USING gin (descriptor_text gin_trgm_ops)",
    "CREATE INDEX ON seed.flavor_descriptors USING gin (normalized_form gin_trgm_ops)",
    "CREATE INDEX ON seed.flavor_descriptors USING gin (textsearch_vector)",
    "CREATE INDEX ON seed.flavor_descriptors USING gin (category gin_trgm_ops)"
    " WHERE category IS NOT NULL",
    "CREATE INDEX ON seed.flavor_descriptors USING gin (subcategory gin_trgm_ops)"
    " WHERE subcategory IS NOT NULL",
    "CREATE UNIQUE INDEX ON seed.flavor_descriptors"
    " (source_type, source_id, normalized_form, descriptor_type)",
    "CREATE INDEX ON seed.flavor_descriptors (user_id, normalized_form, descriptor_type)",
    "CREATE INDEX ON seed.flavor_descriptors (user_id, descriptor_type)",
    "CREATE INDEX ON seed.flavor_descriptors (item_name, item_category)"
    " WHERE item_name IS NOT NULL",
    "CREATE INDEX ON seed.flavor_descriptors (category, subcategory)",
    "CREATE INDEX ON seed.flavor_descriptors (source_type, source_id)",
    "CREATE INDEX ON seed.flavor_descriptors (created_at DESC)",
    "CREATE INDEX ON seed.flavor_descriptors (ai_extracted) WHERE ai_extracted",
)
# Name → its key and what it keeps; each has a unique index on the key, and further ones.
SEED_VIEWS = {
    "mv_user_descriptor_summary": """
        CREATE MATERIALIZED VIEW seed.mv_user_descriptor_summary AS
        SELECT user_id, descriptor_type, category, subcategory, normalized_form,
            min(descriptor_text) AS display_text, count(*) AS occurrence_count,
            avg(coalesce(intensity, 3)) AS avg_intensity,
            avg(coalesce(confidence_score, 0.8)) AS avg_confidence,
            count(DISTINCT source_id) AS source_count, count(DISTINCT item_name) AS item_count,
            array_agg(DISTINCT item_category) AS item_categories,
            max(created_at) AS last_used_at, min(created_at) AS first_used_at,
            bool_or(ai_extracted) AS has_ai_extraction
        FROM seed.flavor_descriptors
        GROUP BY user_id, descriptor_type, category, subcategory, normalized_form;
        CREATE UNIQUE INDEX ON seed.mv_user_descriptor_summary
            (user_id, descriptor_type, category, subcategory, normalized_form);
        CREATE INDEX ON seed.mv_user_descriptor_summary (user_id);
        CREATE INDEX ON seed.mv_user_descriptor_summary (user_id, descriptor_type);
        CREATE INDEX ON seed.mv_user_descriptor_summary (category, subcategory);
        CREATE INDEX ON seed.mv_user_descriptor_summary (user_id, occurrence_count DESC)
    """,
    "mv_global_descriptor_stats": """
        CREATE MATERIALIZED VIEW seed.mv_global_descriptor_stats AS
        SELECT descriptor_type, category, subcategory, normalized_form,
            min(descriptor_text) AS display_text, count(*) AS total_occurrences,
            count(DISTINCT user_id) AS unique_users,
            avg(coalesce(intensity, 3)) AS avg_intensity,
            avg(coalesce(confidence_score, 0.8)) AS avg_confidence,
            count(DISTINCT item_category) AS category_breadth,
            percentile_cont(0.5) WITHIN GROUP (ORDER BY coalesce(intensity, 3))
                AS median_intensity,
            max(created_at) AS last_used_globally, bool_or(ai_extracted) AS has_ai_extraction
        FROM seed.flavor_descriptors
        GROUP BY descriptor_type, category, subcategory, normalized_form
        HAVING count(*) >= 2;
        CREATE UNIQUE INDEX ON seed.mv_global_descriptor_stats
            (descriptor_type, category, subcategory, normalized_form);
        CREATE INDEX ON seed.mv_global_descriptor_stats (descriptor_type);
        CREATE INDEX ON seed.mv_global_descriptor_stats (total_occurrences DESC)
    """,
    "mv_category_descriptor_summary": """
        CREATE MATERIALIZED VIEW seed.mv_category_descriptor_summary AS
        SELECT item_category, descriptor_type, category, subcategory, normalized_form,
            min(descriptor_text) AS display_text, count(*) AS occurrence_count,
            count(DISTINCT user_id) AS unique_users, count(DISTINCT item_name) AS unique_items,
            avg(coalesce(intensity, 3)) AS avg_intensity,
            avg(coalesce(confidence_score, 0.8)) AS avg_confidence,
            max(created_at) AS last_used_at
        FROM seed.flavor_descriptors
        WHERE item_category IS NOT NULL
        GROUP BY item_category, descriptor_type, category, subcategory, normalized_form;
        CREATE UNIQUE INDEX ON seed.mv_category_descriptor_summary
            (item_category, descriptor_type, category, subcategory, normalized_form);
        CREATE INDEX ON seed.mv_category_descriptor_summary (item_category);
        CREATE INDEX ON seed.mv_category_descriptor_summary (item_category, descriptor_type)
    """,
    "mv_wheel_generation_stats": """
        CREATE MATERIALIZED VIEW seed.mv_wheel_generation_stats AS
        SELECT user_id, count(*) AS total_descriptors,
            count(DISTINCT normalized_form) AS unique_descriptors,
            count(*) FILTER (WHERE descriptor_type = 'aroma') AS aroma_count,
            count(*) FILTER (WHERE descriptor_type = 'flavor') AS flavor_count,
            count(*) FILTER (WHERE descriptor_type = 'texture') AS texture_count,
            count(*) FILTER (WHERE descriptor_type = 'defect') AS defect_count,
            count(*) FILTER (WHERE descriptor_type = 'metaphor') AS metaphor_count,
            count(DISTINCT source_id) AS source_count,
            count(DISTINCT item_category) AS category_count,
            max(created_at) AS latest_descriptor_at,
            count(*) FILTER (WHERE ai_extracted) AS ai_extracted_count,
            count(*) FILTER (WHERE ai_extracted IS NOT TRUE) AS keyword_extracted_count
        FROM seed.flavor_descriptors
        GROUP BY user_id;
        CREATE UNIQUE INDEX ON seed.mv_wheel_generation_stats (user_id)
    """,
}
# Changes are counted in one row a view, which every writer writes.
SEED_TRACKING = """
    CREATE TABLE seed.mv_refresh_status (
        view_name text PRIMARY KEY, records_since_refresh integer DEFAULT 0,
        needs_refresh boolean DEFAULT false
    );
    INSERT INTO seed.mv_refresh_status (view_name)
    SELECT 'mv_' || name FROM unnest(ARRAY[
        'user_descriptor_summary', 'global_descriptor_stats', 'category_descriptor_summary',
        'wheel_generation_stats'
    ]) AS name;
    CREATE FUNCTION seed.track_descriptor_changes() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE seed.mv_refresh_status
        SET records_since_refresh = records_since_refresh + 1, needs_refresh = true;
        RETURN NULL;
    END
    $$;
    CREATE TRIGGER track_descriptor_changes
        AFTER INSERT OR UPDATE OR DELETE ON seed.flavor_descriptors
        FOR EACH STATEMENT EXECUTE FUNCTION seed.track_descriptor_changes()
"""
SEED_BATCH = """
    CREATE FUNCTION seed.batch_insert_descriptors(
        p_descriptors jsonb, p_user_id uuid, p_source_type text, p_source_id uuid
    )
    RETURNS TABLE (inserted_count integer, duplicate_count integer, error_count integer)
    LANGUAGE plpgsql AS $$
    DECLARE
        each jsonb;
    BEGIN
        inserted_count := 0;
        duplicate_count := 0;
        error_count := 0;
        FOR each IN SELECT jsonb_array_elements(p_descriptors) LOOP
            BEGIN
                INSERT INTO seed.flavor_descriptors AS d (
                    user_id, source_type, source_id, descriptor_text, descriptor_type, category,
                    subcategory, confidence_score, intensity, item_name, item_category,
                    ai_extracted, extraction_model
                )
                VALUES (
                    p_user_id, p_source_type, p_source_id, each ->> 'descriptor_text',
                    coalesce(each ->> 'descriptor_type', 'flavor'), each ->> 'category',
                    each ->> 'subcategory', (each ->> 'confidence_score')::numeric,
                    (each ->> 'intensity')::integer, each ->> 'item_name',
                    each ->> 'item_category', coalesce((each ->> 'ai_extracted')::boolean, false),
                    each ->> 'extraction_model'
                )
                ON CONFLICT (source_type, source_id, normalized_form, descriptor_type) DO UPDATE
                SET confidence_score = excluded.confidence_score,
                    intensity = excluded.intensity, updated_at = now()
                WHERE d.confidence_score < excluded.confidence_score;
                IF FOUND THEN
                    inserted_count := inserted_count + 1;
                ELSE
                    duplicate_count := duplicate_count + 1;
                END IF;
            EXCEPTION WHEN OTHERS THEN
                error_count := error_count + 1;
            END;
        END LOOP;
        RETURN NEXT;
    END
    $$
"""

# --- What is asked -------------------------------------------------------------------------------
WHEEL = """
    WITH leaves AS (
        SELECT category, subcategory, display_text, {count} AS uses, avg_intensity,
            row_number() OVER (PARTITION BY category, subcategory ORDER BY {count} DESC) AS place
        FROM seed.{view}
        WHERE {of} descriptor_type IN ('aroma', 'flavor')
    ), subcategories AS (
        SELECT category, subcategory, sum(uses) AS uses,
            jsonb_agg(
                jsonb_build_object(
                    'text', display_text, 'count', uses, 'avgIntensity', round(avg_intensity, 1)
                ) ORDER BY uses DESC
            ) FILTER (WHERE place <= 10) AS descriptors
        FROM leaves GROUP BY category, subcategory
    ), categories AS (
        SELECT category, sum(uses) AS uses,
            jsonb_agg(
                jsonb_build_object('name', subcategory, 'count', uses, 'descriptors', descriptors)
                ORDER BY uses DESC
            ) AS subcategories
        FROM subcategories GROUP BY category
    )
    SELECT jsonb_build_object(
        'categories', jsonb_agg(
            jsonb_build_object(
                'name', category, 'count', uses, 'percentage',
                round(100 * uses / (SELECT sum(uses) FROM categories), 2),
                'subcategories', subcategories
            ) ORDER BY uses DESC
        ),
        'totalDescriptors', sum(uses)
    )
    FROM categories
"""
SEED_MEMBER_WHEEL = WHEEL.format(
    count="occurrence_count", view="mv_user_descriptor_summary", of="user_id = %s AND"
)
SEED_UNIVERSAL_WHEEL = WHEEL.format(
    count="total_occurrences", view="mv_global_descriptor_stats", of=""
)
SEED_PAGE = """
    SELECT * FROM seed.flavor_descriptors ORDER BY created_at DESC, id DESC LIMIT 50 OFFSET %s
"""
SEED_MEMBER_PAGE = """
    SELECT * FROM seed.flavor_descriptors WHERE user_id = %s
    ORDER BY created_at DESC, id DESC LIMIT 51
"""
SEED_AUTOCOMPLETE = """
    WITH begin AS (
        SELECT DISTINCT ON (normalized_form) descriptor_text, descriptor_type, category,
            count(*) OVER (PARTITION BY normalized_form) AS usage_count, 1 AS priority
        FROM seed.flavor_descriptors
        WHERE descriptor_text ILIKE %(text)s || '%%'
        ORDER BY normalized_form, created_at DESC LIMIT 10
    ), alike AS (
        SELECT DISTINCT ON (normalized_form) descriptor_text, descriptor_type, category,
            count(*) OVER (PARTITION BY normalized_form) AS usage_count, 2 AS priority
        FROM seed.flavor_descriptors
        WHERE descriptor_text %% %(text)s AND descriptor_text NOT ILIKE %(text)s || '%%'
        ORDER BY normalized_form, similarity(descriptor_text, %(text)s) DESC LIMIT 10
    )
    SELECT * FROM (SELECT * FROM begin UNION ALL SELECT * FROM alike) AS found
    ORDER BY priority, usage_count DESC LIMIT 10
"""
SEED_SIMILAR = """
    SELECT id, descriptor_text, descriptor_type, category, subcategory, usage_count, alike
    FROM (
        SELECT d.*, count(*) OVER (PARTITION BY normalized_form) AS usage_count,
            similarity(descriptor_text, %(text)s) AS alike,
            row_number() OVER (PARTITION BY normalized_form ORDER BY created_at DESC) AS place
        FROM seed.flavor_descriptors AS d
        WHERE similarity(descriptor_text, %(text)s) >= 0.3
    ) AS ranked
    WHERE place = 1 ORDER BY alike DESC, usage_count DESC LIMIT 20
"""
SEED_DUPLICATES = """
    SELECT DISTINCT ON (LEAST(a.id, b.id), GREATEST(a.id, b.id)) a.id, a.descriptor_text, b.id,
        b.descriptor_text, similarity(a.normalized_form, b.normalized_form), a.descriptor_type
    FROM seed.flavor_descriptors AS a
    JOIN seed.flavor_descriptors AS b ON a.user_id = b.user_id
        AND a.descriptor_type = b.descriptor_type AND a.id < b.id
        AND a.normalized_form <> b.normalized_form
        AND similarity(a.normalized_form, b.normalized_form) >= 0.8
    WHERE a.user_id = %s
    ORDER BY LEAST(a.id, b.id), GREATEST(a.id, b.id),
        similarity(a.normalized_form, b.normalized_form) DESC
    LIMIT 100
"""
SEED_STATISTICS = "SELECT * FROM seed.mv_wheel_generation_stats WHERE user_id = %s"


def fill_seed(rows: int) -> None:
    """The newest months, with so many rows at least, as the seed keeps them; begins anew."""
    run("DROP SCHEMA IF EXISTS seed CASCADE")
    run(SEED_TABLE)
    at_once(partial(run, SEED_ROWS.format(partition=name)) for name in newest_partitions(rows))
    run("VACUUM (ANALYZE) seed.flavor_descriptors")
    run("ALTER TABLE seed.flavor_descriptors RESET (autovacuum_enabled)")
    at_once(partial(run, index) for index in SEED_INDEXES)
    run(SEED_TRACKING)
    run(SEED_BATCH)
    at_once(partial(run, view) for view in SEED_VIEWS.values())
    at_once(partial(run, f"ANALYZE seed.{name}") for name in SEED_VIEWS)


def newest_partitions(rows: int) -> list[str]:
    """Those that make up so many descriptors; the seed's table holds these and no others."""
    found, total = [], 0
    for name, count in partitions():
        if total < rows:
            found.append(name)
            total += count
    return found


def partitions() -> list[tuple[str, int]]:
    """The newest first, each with how many rows it has by the last count."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.oid::regclass::text, greatest(c.reltuples, 0)::bigint"
            " FROM pg_inherits JOIN pg_class AS c ON c.oid = inhrelid"
            " WHERE inhparent = 'flavor_descriptors'::regclass ORDER BY 1 DESC"
        )
        return cursor.fetchall()


def newest_of_seed() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM seed.flavor_descriptors")
        return int(cursor.fetchone()[0])
