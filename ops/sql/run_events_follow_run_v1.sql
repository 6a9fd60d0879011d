ALTER TABLE public.ops_run_events
    ADD CONSTRAINT events_of_run FOREIGN KEY (run_id) REFERENCES public.ops_run (id)
    ON DELETE CASCADE;
