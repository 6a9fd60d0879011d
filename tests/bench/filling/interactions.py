"""What members do in their apps, spread over the days that are kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import groupby

from django.db import connection

from tests.bench.filling.together import at_once, run

DAYS = 90
PARTITIONS = """
    SELECT public.create_partition('public.user_interactions', 'month', day::date)
    FROM generate_series(
        date_trunc('month', now() - %(days)s * interval '1 day'), date_trunc('month', now()),
        interval '1 month'
    ) AS day
"""
# A day at a time, in the order of time, as they come.
DAY = """
    INSERT INTO user_interactions (id, user_id, action_type, entity_type, entity_id)
    SELECT
        uuidv7(at - clock_timestamp()), m.id,
        (ARRAY['question_viewed', 'explanation_opened', 'session_started', 'wheel_opened'])
            [1 + n %% 4],
        'question', (n %% 100000)::text
    FROM (
        SELECT n, %(day)s::timestamptz + n * interval '86399 seconds' / %(rows)s AS at,
            1 + floor(%(members)s * random() ^ 2)::int AS place
        FROM generate_series(1, %(rows)s) AS n
    ) AS i
    JOIN bench_people AS m ON m.place = i.place
"""
# Whom the other parts make meanwhile does nothing here.
PEOPLE = """
    CREATE TABLE bench_people AS
    SELECT row_number() OVER (ORDER BY id) AS place, id FROM members
    WHERE display_name !~ '^(Taster|Examinee) ';
    CREATE UNIQUE INDEX ON bench_people (place) INCLUDE (id);
    ANALYZE bench_people
"""


def fill_interactions(rows: int) -> None:
    """About so many, of the members that there are; commits, and begins anew."""
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    days = [today - timedelta(days=back) for back in range(DAYS - 1, 0, -1)]
    run("TRUNCATE user_interactions")
    run("DROP TABLE IF EXISTS bench_people")
    run(PARTITIONS, days=DAYS)
    run(PEOPLE)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM bench_people")
        (members,) = cursor.fetchone()
    values = {"rows": max(rows // len(days), 1), "members": members}
    months = groupby(days, key=lambda day: day.month)
    at_once([partial(fill_days, list(month), **values) for _, month in months])
    run("DROP TABLE bench_people")


def fill_days(days: list[datetime], **values: int) -> None:
    for day in days:
        run(DAY, day=day, **values)
