-- Organizations, which outlive their keys: what was read hangs on them, and they say whose it is.
-- Locks: SHARE ROW EXCLUSIVE on "collected_days", "collected_usage" and "organization_leases", whose rows are checked once.

-- CreateTable
CREATE TABLE "organizations" (
    "provider" TEXT NOT NULL,
    "organization_id" TEXT NOT NULL,
    "team_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "source" TEXT NOT NULL DEFAULT 'key',
    "registered_at" TIMESTAMPTZ(3) DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "organizations_pkey" PRIMARY KEY ("provider", "organization_id")
);

-- Those known so far, without the moment they were registered. Each is of the team whose key it has; without a key, of the
-- team whose run read it last; without a run, of the team with most of its projects; and what tells no team at all goes to
-- the only team, or to the first one where there are several: such an organization has no row of spend.
INSERT INTO "organizations" ("provider", "organization_id", "team_id", "name", "registered_at")
SELECT DISTINCT ON (f."provider", f."organization_id") f."provider", f."organization_id", f."team_id", f."name", NULL
FROM (
    SELECT "provider", "organization_id", "team_id", "name", 1 AS "rank", 0::float8 AS "weight" FROM "organization_api_keys"
    UNION ALL
    SELECT d."ai_provider", d."ai_organization_id", r."team_id", d."ai_organization_id", 2, extract(epoch FROM max(d."read_at"))::float8
    FROM (
        SELECT "ai_provider", "ai_organization_id", "run_id", "read_at" FROM "collected_days"
        UNION ALL
        SELECT "ai_provider", "ai_organization_id", "run_id", "read_at" FROM "collected_usage"
    ) d JOIN "runs" r ON r."id" = d."run_id"
    GROUP BY 1, 2, 3
    UNION ALL
    SELECT "ai_provider", "ai_organization_id", "team_id", "ai_organization_id", 3, count(*)::float8 FROM "projects"
    WHERE "ai_provider" IS NOT NULL AND "ai_organization_id" IS NOT NULL
    GROUP BY 1, 2, 3
    UNION ALL
    SELECT d."ai_provider", d."ai_organization_id", t."id", d."ai_organization_id", 4, 0
    FROM (
        SELECT "ai_provider", "ai_organization_id" FROM "collected_days"
        UNION
        SELECT "ai_provider", "ai_organization_id" FROM "collected_usage"
        UNION
        SELECT "ai_provider", "ai_organization_id" FROM "organization_leases"
    ) d CROSS JOIN "teams" t
) f
ORDER BY f."provider", f."organization_id", f."rank", f."weight" DESC, f."team_id";

-- CreateIndex
CREATE INDEX "organizations_team_id_idx" ON "organizations"("team_id");

-- AddForeignKey
ALTER TABLE "organizations" ADD CONSTRAINT "organizations_team_id_fkey" FOREIGN KEY ("team_id") REFERENCES "teams"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "collected_days" ADD CONSTRAINT "collected_days_organization_fkey" FOREIGN KEY ("ai_provider", "ai_organization_id") REFERENCES "organizations"("provider", "organization_id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "collected_usage" ADD CONSTRAINT "collected_usage_organization_fkey" FOREIGN KEY ("ai_provider", "ai_organization_id") REFERENCES "organizations"("provider", "organization_id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "organization_leases" ADD CONSTRAINT "organization_leases_organization_fkey" FOREIGN KEY ("ai_provider", "ai_organization_id") REFERENCES "organizations"("provider", "organization_id") ON DELETE RESTRICT ON UPDATE RESTRICT;
