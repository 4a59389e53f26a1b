-- Apart from the tables: Prisma has no words for functions, so that `costs db adopt` can leave them pending.

-- A charged attempt gets its answer once and never changes again. The function has its owner's rights, so that the roles
-- of people and jobs need INSERT on "login_attempts" and nothing more. A charge older than ten minutes stays a failure.
CREATE FUNCTION "costs_answer_login_attempt"("attempt" TEXT, "answer" TEXT) RETURNS VOID
    LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT
    AS $$
        UPDATE "login_attempts"
        SET "reason" = "answer", "success" = ("answer" = 'ok')
        WHERE "id" = "attempt" AND "reason" = 'charged' AND "attempted_at" > CURRENT_TIMESTAMP - INTERVAL '10 minutes'
    $$;

-- Attempts are pruned by age and by nothing else; the last day stays whatever is asked.
CREATE FUNCTION "costs_prune_login_attempts"("days" INTEGER) RETURNS VOID
    LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT
    AS $$
        DELETE FROM "login_attempts" WHERE "attempted_at" < CURRENT_TIMESTAMP - make_interval(days => greatest("days", 1))
    $$;
REVOKE ALL ON FUNCTION "costs_prune_login_attempts"(INTEGER) FROM PUBLIC;
