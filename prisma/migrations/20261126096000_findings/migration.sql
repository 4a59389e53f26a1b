-- What a check found and was told, so that the same is not told again.

-- CreateTable
CREATE TABLE "findings" (
    "team_id" TEXT NOT NULL,
    "id" TEXT NOT NULL,
    "check" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "message" TEXT NOT NULL,
    "hint" TEXT NOT NULL,
    "currency" TEXT,
    "amount" DECIMAL(65,30),
    "day" DATE,
    "first_seen_at" TIMESTAMPTZ(3) NOT NULL,
    "last_seen_at" TIMESTAMPTZ(3) NOT NULL,
    "told_at" TIMESTAMPTZ(3),
    "acknowledged_at" TIMESTAMPTZ(3),
    "acknowledged_until" DATE,
    "note" TEXT,
    "closed_at" TIMESTAMPTZ(3),

    CONSTRAINT "findings_pkey" PRIMARY KEY ("team_id", "id")
);

-- CreateTable
CREATE TABLE "finding_messages" (
    "team_id" TEXT NOT NULL,
    "finding_id" TEXT NOT NULL,
    "channel" TEXT NOT NULL,
    "amount" DECIMAL(65,30),
    "sent_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "finding_messages_pkey" PRIMARY KEY ("team_id", "finding_id", "channel")
);

-- AddForeignKey
ALTER TABLE "findings" ADD CONSTRAINT "findings_team_id_fkey" FOREIGN KEY ("team_id") REFERENCES "teams"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "finding_messages" ADD CONSTRAINT "finding_messages_finding_fkey" FOREIGN KEY ("team_id", "finding_id") REFERENCES "findings"("team_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;
