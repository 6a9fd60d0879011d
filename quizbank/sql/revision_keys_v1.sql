ALTER TABLE public.question_revisions
    ADD CONSTRAINT revision_of_question FOREIGN KEY (question_id)
        REFERENCES public.questions (id) ON DELETE CASCADE,
    ADD CONSTRAINT revision_and_question UNIQUE (id, question_id);
ALTER TABLE public.questions
    ADD CONSTRAINT published_revision_is_of_this_question FOREIGN KEY (published_revision_id, id)
        REFERENCES public.question_revisions (id, question_id);
