-- Of monitor_grants_v1, what stands longer than it.
REVOKE SELECT ON
    public.v_query_performance, public.v_slow_queries,
    public.v_index_usage, public.v_redundant_indexes, public.v_unindexed_foreign_keys,
    public.v_invalid_indexes, public.v_table_stats, public.v_missing_indexes,
    public.v_active_connections, public.v_lock_conflicts, public.v_wraparound,
    public.v_xmin_horizon, public.v_sequence_usage, public.v_replicas,
    public.v_replication_slots, public.v_archiver, public.performance_alerts,
    public.performance_snapshots, public.query_texts, public.alerts, public.alert_readings
FROM pg_monitor;
REVOKE EXECUTE ON FUNCTION
    public.statement_counters(), public.statement_texts(),
    public.statements_evicted(), public.snapshot_at(timestamptz),
    public.counted_between(jsonb, jsonb), public.statement_activity(timestamptz),
    public.sampled_snapshots(timestamptz, integer),
    public.statement_trend(bigint, timestamptz, integer),
    public.database_trend(timestamptz, integer),
    public.get_monitoring_dashboard(), public.uuid_floor(timestamptz)
FROM pg_monitor;
