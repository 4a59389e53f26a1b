ALTER FUNCTION "costs_answer_login_attempt"(TEXT, TEXT) SET search_path FROM CURRENT;
ALTER FUNCTION "costs_prune_login_attempts"(TEXT) SET search_path FROM CURRENT;
