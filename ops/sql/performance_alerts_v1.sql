CREATE VIEW public.performance_alerts AS
-- Under the name and with the columns of seed 003. Acknowledged: somebody sees to it for now, or it
-- is over.
SELECT
    a.id,
    a.rule AS alert_type,
    a.level AS severity,
    a.message,
    a.subject,
    a.value AS metric_value,
    a.threshold AS threshold_value,
    a.resolved_at IS NOT NULL OR COALESCE(a.acknowledged_until > now(), false) AS acknowledged,
    a.created_at,
    a.resolved_at
FROM public.alerts AS a
ORDER BY a.id DESC;

CREATE FUNCTION public.check_performance_alerts()
RETURNS uuid
LANGUAGE sql
SET search_path = ''
AS $$
/* A waiting run that measures every rule, or the one that is at it; its id. */
SELECT public.enqueue_run('check_alerts', '', '{}')
$$;
REVOKE ALL ON FUNCTION public.check_performance_alerts() FROM PUBLIC;
