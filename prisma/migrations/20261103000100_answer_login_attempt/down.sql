DROP FUNCTION "costs_answer_login_attempt"(TEXT, TEXT);
