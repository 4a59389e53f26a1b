-- Bills that say no modality were stored with the text "undefined" for it.
-- No amount, key or seal changes: it is no restatement.
-- Locks: ROW EXCLUSIVE on "cost_data" while it is looked through once; those rows.
UPDATE "cost_data" SET "modality" = NULL WHERE "modality" = 'undefined';
