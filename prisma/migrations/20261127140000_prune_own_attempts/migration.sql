-- One team's setting pruned the login attempts of every team. The function is Prisma's no more than the one it replaces.
-- Locks: none on tables.
DROP FUNCTION "costs_prune_login_attempts"(INTEGER);

-- Attempts are pruned by age and by nothing else: a team's by its own setting; those of unknown emails, which are no
-- team's, by the longest of all. The last day stays whatever is set.
CREATE FUNCTION "costs_prune_login_attempts"("team" TEXT) RETURNS VOID
    LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT
    AS $$
        DELETE FROM "login_attempts" AS a
        WHERE (a."team_id" = "team" OR a."team_id" IS NULL) AND a."attempted_at" < CURRENT_TIMESTAMP - make_interval(days => greatest(1, (
            SELECT coalesce(max(v."login_retention_days"), 365) FROM "vaults" AS v WHERE a."team_id" IS NULL OR v."team_id" = a."team_id"
        )))
    $$;
REVOKE ALL ON FUNCTION "costs_prune_login_attempts"(TEXT) FROM PUBLIC;
