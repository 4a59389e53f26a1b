DROP FUNCTION "costs_prune_login_attempts"(TEXT);

CREATE FUNCTION "costs_prune_login_attempts"("days" INTEGER) RETURNS VOID
    LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT
    AS $$
        DELETE FROM "login_attempts" WHERE "attempted_at" < CURRENT_TIMESTAMP - make_interval(days => greatest("days", 1))
    $$;
REVOKE ALL ON FUNCTION "costs_prune_login_attempts"(INTEGER) FROM PUBLIC;
