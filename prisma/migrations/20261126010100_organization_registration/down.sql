DROP TRIGGER "organization_api_keys_register" ON "organization_api_keys";
DROP FUNCTION "costs_register_organization"();
