/* The categories themselves in which an answer to a question counts; question_areas has their codes,
   which categories of several exams may share. */
CREATE VIEW public.question_area_categories AS
SELECT q.id AS question_id, q.system_id AS category_id
FROM public.questions AS q
WHERE q.system_id IS NOT NULL
UNION
SELECT q.id, q.topic_id
FROM public.questions AS q
WHERE q.topic_id IS NOT NULL
UNION
SELECT p.question_id, p.category_id
FROM public.question_categories AS p
WHERE p.is_primary;
