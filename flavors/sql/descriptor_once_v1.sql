/*
One descriptor of a source once, as descriptor_storage_v1.sql has it, in an index of half the size:
a term has one form, and term, type and kind of source are one number. A partition made later, or
restored, gets its own from the newest one. A further type or kind goes to the end of its list, in an
index made again: what has no place in them is not held once.
*/
DO $$
DECLARE
    v_name text;
BEGIN
    FOR v_name IN
        SELECT c.relname FROM pg_catalog.pg_inherits AS i
        JOIN pg_catalog.pg_class AS c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'public.flavor_descriptors'::regclass
    LOOP
        EXECUTE pg_catalog.format('DROP INDEX IF EXISTS public.%I', v_name || '_once');
        EXECUTE pg_catalog.format(
            $index$
            CREATE UNIQUE INDEX %I ON public.%I (
                source_id,
                (
                    term_id * 64
                    + pg_catalog.array_position(
                        '{aroma,flavor,texture,defect,metaphor,mouthfeel}'::text[], descriptor_type
                    ) * 8
                    + pg_catalog.array_position(
                        '{quick_tasting,quick_review,prose_review,study_session}'::text[],
                        source_type
                    )
                )
            ) WHERE source_id IS NOT NULL
            $index$,
            v_name || '_once', v_name
        );
    END LOOP;
END
$$;
