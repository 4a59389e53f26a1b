DROP FUNCTION "costs_prune_login_attempts"(INTEGER);
DROP FUNCTION "costs_answer_login_attempt"(TEXT, TEXT);
