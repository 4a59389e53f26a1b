-- Back to keys without a vault: sealed keys cannot be opened afterwards, unless the export of the rollback brings the slots back.
DROP TABLE "vault_audit";
DROP TABLE "vault_sessions";
DROP TABLE "vault_slots";
DROP TABLE "vault_tokens";
DROP TABLE "vaults";
