CREATE MATERIALIZED VIEW public.category_statistics AS
/* Active questions by exam and category; a question counts once for each code that it has. */
SELECT
    pg_catalog.md5(e.code || E'\x1f' || c.code)::uuid AS id,
    e.code AS exam_code,
    c.code AS category_code,
    count(DISTINCT q.id) AS total_questions,
    count(DISTINCT q.id) FILTER (WHERE q.is_premium) AS premium_questions,
    count(DISTINCT q.id) FILTER (WHERE q.is_user_generated) AS user_questions
FROM public.questions AS q
JOIN public.question_exams AS qe ON qe.question_id = q.id
JOIN public.exams AS e ON e.id = qe.exam_id
JOIN public.question_categories AS qc ON qc.question_id = q.id
JOIN public.categories AS c ON c.id = qc.category_id
WHERE q.status = 'active'
GROUP BY e.code, c.code;
CREATE UNIQUE INDEX idx_cat_stats ON public.category_statistics (exam_code, category_code);
