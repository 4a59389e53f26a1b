-- The order in which windows were committed: what a report saw is then told again by one instant, to the last digit.
-- Ledger and day rows name the write they came with; a row without one was written by an earlier version, whose clock stands in.
CREATE TABLE "writes" (
    "id" TEXT NOT NULL,
    "run_id" TEXT NOT NULL,
    "committed_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "writes_pkey" PRIMARY KEY ("id")
);

CREATE UNIQUE INDEX "writes_committed_at_key" ON "writes"("committed_at");

-- Locks: ACCESS EXCLUSIVE on each for a catalog change; no scan.
ALTER TABLE "restatements" ADD COLUMN "write_id" TEXT;
ALTER TABLE "collected_days" ADD COLUMN "write_id" TEXT, ADD COLUMN "first_write_id" TEXT;

-- What is there was written when its clock says; the same instants make the same figures as before.
INSERT INTO "writes" ("id", "run_id", "committed_at")
SELECT gen_random_uuid()::text, min(run_id), at FROM (
    SELECT recorded_at AS at, run_id FROM "restatements"
    UNION ALL
    SELECT first_read_at, run_id FROM "collected_days"
) past GROUP BY at;

UPDATE "restatements" r SET "write_id" = w.id FROM "writes" w WHERE w.committed_at = r.recorded_at;
UPDATE "collected_days" d SET "first_write_id" = w.id FROM "writes" w WHERE w.committed_at = d.first_read_at;
