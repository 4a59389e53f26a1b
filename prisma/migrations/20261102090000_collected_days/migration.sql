-- Which days of which organization were read, and when: a day never read is a gap, an empty day is zero.
-- Keyed by provider and organization, not by key: removing a key loses no coverage.

-- CreateTable
CREATE TABLE "collected_days" (
    "ai_provider" TEXT NOT NULL,
    "ai_organization_id" TEXT NOT NULL,
    "api_version" "api_version" NOT NULL,
    "day" DATE NOT NULL,
    "read_at" TIMESTAMPTZ(3) NOT NULL,
    "first_read_at" TIMESTAMPTZ(3) NOT NULL,
    "first_closed_read_at" TIMESTAMPTZ(3),
    "rows" INTEGER NOT NULL,
    "run_id" TEXT NOT NULL,

    CONSTRAINT "collected_days_pkey" PRIMARY KEY ("ai_provider", "ai_organization_id", "api_version", "day")
);
