/* One answer a question of a session: a key that holds across the partitions. */
CREATE TABLE public.answers (
    id uuid NOT NULL DEFAULT uuidv7(),
    session_id uuid NOT NULL,
    question_id uuid NOT NULL,
    revision_id uuid NOT NULL,
    user_id uuid NOT NULL,
    status text NOT NULL DEFAULT 'answered',
    is_correct boolean,
    choice_ids bigint[],
    given_text text,
    time_ms integer,
    answered_at timestamptz NOT NULL DEFAULT pg_catalog.statement_timestamp(),
    PRIMARY KEY (session_id, question_id)
) PARTITION BY RANGE (session_id);
