-- Viewers are no more: who only reads needs no login. No row of "users" or "vault_tokens" changes. What viewers logged in
-- with held no data key; it is kept as it was, where nothing opens it, so that a rollback can put it back.

-- AlterTable: its pair served viewers alone.
ALTER TABLE "vaults" ALTER COLUMN "public_key" SET DEFAULT '';

-- CreateTable
CREATE TABLE "vault_viewer_slots" (
    "id" TEXT NOT NULL,
    "team_id" TEXT NOT NULL,
    "user_id" TEXT,
    "token_id" TEXT,
    "slot" JSONB NOT NULL,

    CONSTRAINT "vault_viewer_slots_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "vault_viewer_slots_team_id_idx" ON "vault_viewer_slots"("team_id");

-- AddForeignKey
ALTER TABLE "vault_viewer_slots" ADD CONSTRAINT "vault_viewer_slots_team_id_fkey" FOREIGN KEY ("team_id") REFERENCES "vaults"("team_id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "vault_viewer_slots" ADD CONSTRAINT "vault_viewer_slots_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "vault_viewer_slots" ADD CONSTRAINT "vault_viewer_slots_token_id_fkey" FOREIGN KEY ("token_id") REFERENCES "vault_tokens"("id") ON DELETE CASCADE ON UPDATE CASCADE;

INSERT INTO "vault_viewer_slots" ("id", "team_id", "user_id", "token_id", "slot")
SELECT "id", "team_id", "user_id", "token_id", to_jsonb("vault_slots")
FROM "vault_slots"
WHERE "sealed_key" IS NULL;

DELETE FROM "vault_slots" WHERE "sealed_key" IS NULL;

-- A session of a viewer opens nothing either.
DELETE FROM "vault_sessions" WHERE "user_id" IN (SELECT "user_id" FROM "vault_viewer_slots");
