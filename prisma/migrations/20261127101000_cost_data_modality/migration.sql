-- What goes into or comes out of a model: text, audio, image or video. Null where the bill does not say it.
-- Locks: ACCESS EXCLUSIVE on "cost_data" for a catalog change; no scan.
ALTER TABLE "cost_data" ADD COLUMN "modality" TEXT;
