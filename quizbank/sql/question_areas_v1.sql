/* The codes of the categories in which an answer to a question counts: its system, its topic and its
   primary category. */
CREATE VIEW public.question_areas AS
SELECT q.id AS question_id, c.code
FROM public.questions AS q
JOIN public.categories AS c ON c.id = q.system_id
UNION
SELECT q.id, c.code
FROM public.questions AS q
JOIN public.categories AS c ON c.id = q.topic_id
UNION
SELECT p.question_id, c.code
FROM public.question_categories AS p
JOIN public.categories AS c ON c.id = p.category_id
WHERE p.is_primary;
