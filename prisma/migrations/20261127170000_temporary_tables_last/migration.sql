-- What runs with its owner's rights looks into the caller's temporary tables first unless its path names them last: whoever may
-- connect made a "login_attempts" of his own with a trigger, and the trigger ran as the owner. Locks: none on tables.
DO $$ BEGIN
    EXECUTE format('ALTER FUNCTION "costs_answer_login_attempt"(TEXT, TEXT) SET search_path = %I, pg_temp', current_schema());
    EXECUTE format('ALTER FUNCTION "costs_prune_login_attempts"(TEXT) SET search_path = %I, pg_temp', current_schema());
END $$;
