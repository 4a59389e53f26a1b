-- A charged attempt gets its answer once and never changes again. The function has its owner's rights, so that the roles
-- of people and jobs need INSERT on "login_attempts" and nothing more. A charge older than ten minutes stays a failure.
CREATE FUNCTION "costs_answer_login_attempt"("attempt" TEXT, "answer" TEXT) RETURNS VOID
    LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT
    AS $$
        UPDATE "login_attempts"
        SET "reason" = "answer", "success" = ("answer" = 'ok')
        WHERE "id" = "attempt" AND "reason" = 'charged' AND "attempted_at" > CURRENT_TIMESTAMP - INTERVAL '10 minutes'
    $$;
