-- Who collects an organization right now: one process at a time, across hosts. A row, not a session lock, so that it
-- works behind a pooler in transaction mode; it runs out when its holder dies.

-- CreateTable
CREATE TABLE "organization_leases" (
    "ai_provider" TEXT NOT NULL,
    "ai_organization_id" TEXT NOT NULL,
    "api_version" "api_version" NOT NULL,
    "holder" TEXT NOT NULL,
    "host" TEXT NOT NULL,
    "machine" TEXT NOT NULL,
    "pid" INTEGER NOT NULL,
    "process_start" TEXT NOT NULL,
    "command" TEXT NOT NULL,
    "acquired_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "organization_leases_pkey" PRIMARY KEY ("ai_provider", "ai_organization_id", "api_version")
);
