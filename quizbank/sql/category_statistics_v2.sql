CREATE MATERIALIZED VIEW public.category_statistics AS
/*
Active questions by exam and category, and how they do; a question counts once for each code that it
has. Attempts, accuracy and time (whole seconds) are of all answers to these questions, in whatever
exam they were met. Members have answered a question that has the category as its system, its topic
or its primary category (user_progress.area_stats).
*/
WITH placed AS (
    SELECT e.code AS exam_code, c.code AS category_code, c.id AS category_id, q.id AS question_id
    FROM public.questions AS q
    JOIN public.question_exams AS qe ON qe.question_id = q.id
    JOIN public.exams AS e ON e.id = qe.exam_id
    JOIN public.question_categories AS qc ON qc.question_id = q.id
    JOIN public.categories AS c ON c.id = qc.category_id
    WHERE q.status = 'active'
), learners AS (
    SELECT l.exam_code, l.category_code, count(*) AS members
    FROM (
        SELECT DISTINCT p.exam_code, p.category_code, met.user_id
        FROM (SELECT DISTINCT exam_code, category_code, category_id FROM placed) AS p
        JOIN (
            SELECT u.user_id, pg_catalog.jsonb_object_keys(u.area_stats)::bigint AS category_id
            FROM public.user_progress AS u
        ) AS met ON met.category_id = p.category_id
    ) AS l
    GROUP BY l.exam_code, l.category_code
), reported AS (
    SELECT DISTINCT r.question_id FROM public.problem_reports AS r
    WHERE r.state IN ('open', 'accepted')
)
SELECT
    pg_catalog.md5(p.exam_code || E'\x1f' || p.category_code)::uuid AS id,
    p.exam_code,
    p.category_code,
    count(*) AS total_questions,
    count(*) FILTER (WHERE q.is_premium) AS premium_questions,
    count(*) FILTER (WHERE q.is_user_generated) AS user_questions,
    count(*) FILTER (WHERE NOT q.answered) AS unanswered_questions,
    count(*) FILTER (WHERE q.item_flags <> '{}') AS flagged_questions,
    count(r.question_id) AS reported_questions,
    COALESCE(pg_catalog.sum(d.attempt_count), 0)::bigint AS attempts,
    pg_catalog.round(
        100.0 * pg_catalog.sum(d.correct_count) / NULLIF(pg_catalog.sum(d.attempt_count), 0), 2
    ) AS accuracy,
    pg_catalog.round(
        pg_catalog.sum(d.total_time_ms) / 1000 / NULLIF(pg_catalog.sum(d.timed_count), 0)
    )::integer AS average_time,
    COALESCE(l.members, 0) AS members
FROM (SELECT DISTINCT exam_code, category_code, question_id FROM placed) AS p
JOIN public.questions AS q ON q.id = p.question_id
LEFT JOIN public.question_difficulty AS d ON d.question_id = p.question_id
LEFT JOIN reported AS r ON r.question_id = p.question_id
LEFT JOIN learners AS l
    ON l.exam_code = p.exam_code AND l.category_code = p.category_code
GROUP BY p.exam_code, p.category_code, l.members;
CREATE UNIQUE INDEX idx_cat_stats ON public.category_statistics (exam_code, category_code);
