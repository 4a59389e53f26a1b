-- What a day's rows were when they were written: how many, their sums by currency, and a digest of them. Null on days from
-- before seals, until they are written again or sealed as they are found.
-- Locks: ACCESS EXCLUSIVE on "collected_days" for a catalog change; no scan.
ALTER TABLE "collected_days" ADD COLUMN "seal" TEXT, ADD COLUMN "sealed_rows" INTEGER, ADD COLUMN "sealed_sums" JSONB,
    ADD COLUMN "sealed_as_found" BOOLEAN NOT NULL DEFAULT false;

-- Days whose rows were found to be others than were written. Kept when the day is read again, and closed once its total was
-- found equal to the provider's after that.
CREATE TABLE "seal_findings" (
    "ai_provider" TEXT NOT NULL,
    "ai_organization_id" TEXT NOT NULL,
    "day" DATE NOT NULL,
    "seal" TEXT NOT NULL,
    "found" TEXT NOT NULL,
    "sealed_rows" INTEGER NOT NULL,
    "found_rows" INTEGER NOT NULL,
    "sealed_sums" JSONB NOT NULL,
    "found_sums" JSONB NOT NULL,
    "found_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "run_id" TEXT,
    "closed_at" TIMESTAMPTZ(3),

    CONSTRAINT "seal_findings_pkey" PRIMARY KEY ("ai_provider", "ai_organization_id", "day", "seal", "found")
);
