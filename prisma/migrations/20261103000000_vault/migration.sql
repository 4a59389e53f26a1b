-- The vault: who may unlock a team's admin keys, with what, and what was done. Additive; nothing of other tables changes.

-- CreateTable: one data key a team; its generation grows with every rotation.
CREATE TABLE "vaults" (
    "team_id" TEXT NOT NULL,
    "id" TEXT NOT NULL,
    "generation" INTEGER NOT NULL,
    "public_key" TEXT NOT NULL,
    "mac" TEXT NOT NULL,
    "login_retention_days" INTEGER NOT NULL DEFAULT 365,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "rotated_at" TIMESTAMPTZ(3),

    CONSTRAINT "vaults_pkey" PRIMARY KEY ("team_id")
);

-- CreateTable: a token's row outlives its slot, so that a revoked token is told from one that never was.
CREATE TABLE "vault_tokens" (
    "id" TEXT NOT NULL,
    "team_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "last_used_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "vault_tokens_pkey" PRIMARY KEY ("id")
);

-- CreateTable: the data key sealed to what a password, a token or a code yields; nothing sealed for viewers.
CREATE TABLE "vault_slots" (
    "id" TEXT NOT NULL,
    "team_id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "user_id" TEXT,
    "token_id" TEXT,
    "generation" INTEGER NOT NULL,
    "kdf" TEXT NOT NULL,
    "public_key" TEXT NOT NULL,
    "sealed_key" TEXT,
    "mac" TEXT,
    "endorsement" TEXT,
    "must_change" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3),

    CONSTRAINT "vault_slots_pkey" PRIMARY KEY ("id")
);

-- CreateTable: the key that opens what a keychain holds; without its row a keychain entry is useless.
CREATE TABLE "vault_sessions" (
    "id" TEXT NOT NULL,
    "team_id" TEXT NOT NULL,
    "user_id" TEXT,
    "session_key" TEXT NOT NULL,
    "host" TEXT NOT NULL,
    "os_user" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3),

    CONSTRAINT "vault_sessions_pkey" PRIMARY KEY ("id")
);

-- CreateTable: only ever inserted into; database user and address come from the server.
CREATE TABLE "vault_audit" (
    "id" BIGSERIAL NOT NULL,
    "team_id" TEXT,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "actor" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "subject" TEXT,
    "db_user" TEXT NOT NULL DEFAULT CURRENT_USER,
    "db_address" TEXT DEFAULT (inet_client_addr())::text,

    CONSTRAINT "vault_audit_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "vault_tokens_team_id_idx" ON "vault_tokens"("team_id");

-- CreateIndex
CREATE UNIQUE INDEX "vault_slots_user_id_kind_key" ON "vault_slots"("user_id", "kind");

-- CreateIndex
CREATE UNIQUE INDEX "vault_slots_token_id_key" ON "vault_slots"("token_id");

-- CreateIndex
CREATE INDEX "vault_slots_team_id_idx" ON "vault_slots"("team_id");

-- CreateIndex
CREATE INDEX "vault_sessions_team_id_idx" ON "vault_sessions"("team_id");

-- CreateIndex
CREATE INDEX "vault_audit_team_id_at_idx" ON "vault_audit"("team_id", "at");

-- AddForeignKey
ALTER TABLE "vaults" ADD CONSTRAINT "vaults_team_id_fkey" FOREIGN KEY ("team_id") REFERENCES "teams"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "vault_tokens" ADD CONSTRAINT "vault_tokens_team_id_fkey" FOREIGN KEY ("team_id") REFERENCES "teams"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "vault_slots" ADD CONSTRAINT "vault_slots_team_id_fkey" FOREIGN KEY ("team_id") REFERENCES "vaults"("team_id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "vault_slots" ADD CONSTRAINT "vault_slots_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "vault_slots" ADD CONSTRAINT "vault_slots_token_id_fkey" FOREIGN KEY ("token_id") REFERENCES "vault_tokens"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "vault_sessions" ADD CONSTRAINT "vault_sessions_team_id_fkey" FOREIGN KEY ("team_id") REFERENCES "vaults"("team_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "vault_sessions" ADD CONSTRAINT "vault_sessions_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "vault_audit" ADD CONSTRAINT "vault_audit_team_id_fkey" FOREIGN KEY ("team_id") REFERENCES "teams"("id") ON DELETE SET NULL ON UPDATE CASCADE;
