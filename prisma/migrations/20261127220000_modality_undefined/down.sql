-- What says nothing stays so: no row has that text for a modality.
SELECT 1;
