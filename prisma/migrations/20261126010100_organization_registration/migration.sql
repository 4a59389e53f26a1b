-- Apart from the table: Prisma has no words for triggers, so that `costs db adopt` can leave this pending.

-- A key makes its organization known, whoever writes it: this version, an earlier one, `costs db copy`, or an import. The
-- same team may register one again, under another name; another team may not, as long as the row is there.
CREATE FUNCTION "costs_register_organization"() RETURNS TRIGGER
    LANGUAGE plpgsql SET search_path FROM CURRENT
    AS $$
        BEGIN
            INSERT INTO "organizations" AS o ("provider", "organization_id", "team_id", "name")
            VALUES (NEW."provider", NEW."organization_id", NEW."team_id", NEW."name")
            ON CONFLICT ("provider", "organization_id") DO UPDATE SET "name" = EXCLUDED."name" WHERE o."team_id" = EXCLUDED."team_id";
            IF NOT FOUND THEN
                RAISE unique_violation USING MESSAGE = format('%s organization %s belongs to another team', NEW."provider", NEW."organization_id");
            END IF;
            RETURN NULL;
        END
    $$;

CREATE TRIGGER "organization_api_keys_register" AFTER INSERT ON "organization_api_keys"
    FOR EACH ROW EXECUTE FUNCTION "costs_register_organization"();

-- Keys that came between the two migrations.
INSERT INTO "organizations" ("provider", "organization_id", "team_id", "name")
SELECT "provider", "organization_id", "team_id", "name" FROM "organization_api_keys"
ON CONFLICT DO NOTHING;
