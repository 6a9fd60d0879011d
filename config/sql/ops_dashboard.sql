/* What ops look at first, as one object in one round. */
WITH parts AS (
    SELECT
        t.name,
        count(*) FILTER (WHERE b.lower_bound > statement_timestamp()) AS future,
        count(*) FILTER (
            WHERE b.upper_bound + make_interval(months => t.keep_months) <= statement_timestamp()
        ) AS due
    FROM public.ops_partitioned_tables AS t
    CROSS JOIN LATERAL public.partition_bounds(t.name) AS b
    GROUP BY t.name
),
open_alerts AS (
    SELECT
        a.id, a.level, a.message, a.created_at, COALESCE(a.acknowledged_until > statement_timestamp(), false)
            AS is_seen_to
    FROM public.alerts AS a
    WHERE a.resolved_at IS NULL
),
-- Uses index: run_list, for rank and key.
failed_runs AS (
    SELECT r.id, r.operation, r.target, r.error, r.finished_at
    FROM public.ops_run AS r
    WHERE r.rank = 0 AND r.status = 'failed' AND r.id >= public.uuid_floor(%(week)s)
),
latest AS (
    SELECT s.created_at, (s.database ->> 'bytes')::bigint AS bytes
    FROM public.performance_snapshots AS s
    ORDER BY s.id DESC LIMIT 1
),
week_ago AS (
    SELECT s.created_at, (s.database ->> 'bytes')::bigint AS bytes
    FROM public.performance_snapshots AS s
    WHERE s.id >= public.uuid_floor(statement_timestamp() - interval '7 days')
    ORDER BY s.id LIMIT 1
)
SELECT jsonb_build_object(
    'watched', (
        SELECT COALESCE(jsonb_agg(t.rule), '[]') FROM public.alert_thresholds AS t
        WHERE t.is_enabled
    ),
    'readings', (
        SELECT COALESCE(jsonb_agg(jsonb_build_object(
            'rule', r.rule, 'subject', r.subject, 'value', r.value, 'level', r.level,
            'trouble', r.trouble
        )), '[]')
        FROM public.alert_readings AS r
    ),
    'measured_at', (SELECT max(r.measured_at) FROM public.alert_readings AS r),
    'alerts', (
        SELECT COALESCE(jsonb_agg(to_jsonb(a)), '[]')
        FROM (
            SELECT * FROM open_alerts ORDER BY is_seen_to, level = 'critical' DESC, id DESC LIMIT 5
        ) AS a
    ),
    'open_alerts', (SELECT count(*) FROM open_alerts),
    'unseen_alerts', (SELECT count(*) FROM open_alerts WHERE NOT is_seen_to),
    'running', (
        SELECT COALESCE(jsonb_agg(to_jsonb(r)), '[]')
        FROM (
            SELECT id, operation, target, started_at, progress_done, progress_total
            FROM public.ops_run WHERE rank = 2 AND status = 'processing' ORDER BY id DESC LIMIT 5
        ) AS r
    ),
    'running_runs', (
        SELECT count(*) FROM public.ops_run WHERE rank = 2 AND status = 'processing'
    ),
    'failed', (
        SELECT COALESCE(jsonb_agg(to_jsonb(r)), '[]')
        FROM (SELECT * FROM failed_runs ORDER BY id DESC LIMIT 5) AS r
    ),
    'failed_runs', (SELECT count(*) FROM failed_runs),
    'stale_views', (SELECT count(*) FROM public.mv_refresh_status WHERE is_stale),
    'tables_without_future', (SELECT count(*) FROM parts WHERE future < 2),
    'ticked_at', COALESCE(
        (SELECT run_at FROM public.ops_schedule_ticks ORDER BY id DESC LIMIT 1),
        (SELECT min(since) FROM public.ops_schedules)
    ),
    'late_schedules', (
        SELECT count(*)
        FROM unnest(%(schedules)s::text[], %(moments)s::timestamptz[]) AS d (name, moment)
        LEFT JOIN public.ops_schedules AS s USING (name)
        WHERE s.name IS NULL OR s.is_enabled AND d.moment < statement_timestamp() - %(punctual)s
            AND d.moment > GREATEST(s.since, (
                -- Uses index: one_tick_for_schedule_and_moment.
                SELECT max(t.run_at) FROM public.ops_schedule_ticks AS t
                WHERE t.schedule_id = s.name
            ))
    ),
    'due_partitions', (SELECT COALESCE(sum(due), 0) FROM parts),
    'held_too_long', (
        SELECT count(*) FROM public.ops_archive WHERE state = 'held' AND held_until <= statement_timestamp()
    ),
    'stopped_archives', (
        SELECT count(*) FROM public.ops_archive AS a
        WHERE a.state IN ('detaching', 'frozen', 'exported', 'verified') AND NOT EXISTS (
            SELECT FROM public.ops_run AS r
            WHERE r.status IN ('pending', 'processing')
                AND r.target = a.table_name || '.' || a.partition_name
        )
    ),
    'failed_imports', (
        SELECT count(*) FROM public.import_batches
        WHERE status = 'failed' AND id >= public.uuid_floor(%(week)s)
    ),
    'failed_logins', (
        SELECT count(*) FROM public.axes_accessattempt
        WHERE attempt_time >= statement_timestamp() - interval '1 day'
    ),
    'snapshot_at', (SELECT created_at FROM latest),
    'bytes', (SELECT bytes FROM latest),
    'grown', (SELECT l.bytes - w.bytes FROM latest AS l CROSS JOIN week_ago AS w),
    'grown_since', (SELECT created_at FROM week_ago),
    'replicas', (
        SELECT COALESCE(jsonb_agg(jsonb_build_object(
            'name', r.application_name, 'state', r.state, 'seconds', r.replay_seconds
        )), '[]')
        FROM public.v_replicas AS r
    )
)
