-- OpenAI's bills say model, modality, token type, tier and context window in the words of their line items alone. Days that are
-- settled are not read again, so what earlier versions left empty of them is filled here, and so is the model in the ledger.
-- No amount, key or seal changes: it is no restatement.
-- Locks: ROW EXCLUSIVE on "cost_data" and "restatements" while the bills are looked through once; those rows that lack something.
WITH grammar (kind) AS (
    VALUES ('^(?:(?:batch|flex|priority) )?(?:(?:text|audio|image|video) )?(?:cached )?(?:(?:text|audio|image|video) )?(?:input|output)(?: tokens)?$'
        || '|^cached? writes?\y.*$|^cache creation\y.*$|^(?:characters|seconds|minutes|duration|images)$')
), items AS (
    SELECT line_item, regexp_replace(line_item, ' \[[A-Z]{3}\]$', '') AS whole
    FROM (
        SELECT c.line_item FROM cost_data c JOIN projects p ON p.id = c.project_id
        WHERE p.ai_provider = 'openai' AND c.api_version = 'costs_v1'
        UNION
        SELECT r.line_item FROM restatements r JOIN projects p ON p.id = r.project_id WHERE p.ai_provider = 'openai'
    ) AS named
), prefixes AS (
    SELECT *, CASE WHEN position(' | ' IN whole) > 0 THEN split_part(whole, ' | ', 1) END AS prefix,
           CASE WHEN position(' | ' IN whole) > 0 THEN substr(whole, position(' | ' IN whole) + 3) ELSE whole END AS rest
    FROM items
), bodies AS (
    SELECT *, rest LIKE '%, long context' AS is_long, regexp_replace(rest, ', long context$', '') AS body,
           coalesce(prefix IN ('priority', 'flex', 'batch', 'scale', 'default', 'standard'), false) AS is_tier
    FROM prefixes
), ends AS (
    SELECT b.*, regexp_match(body, '^(.*), (.*)$') AS last, position(', ' IN body) AS comma, g.kind AS kinds FROM bodies b, grammar g
), heads AS (
    SELECT *, coalesce(replace(lower(last[2]), '_', ' ') ~ kinds, false) AS is_kind FROM ends
), parts AS (
    SELECT *, CASE WHEN is_kind THEN last[1] WHEN comma > 0 THEN left(body, comma - 1) ELSE body END AS head,
           CASE WHEN is_kind THEN last[2] WHEN comma > 0 THEN substr(body, comma + 2) END AS kind
    FROM heads
), models AS (
    SELECT *, regexp_replace(head, '(.) (?:text|audio|image|video)$', '\1') AS model,
           (regexp_match(head, '. (text|audio|image|video)$'))[1] AS medium, coalesce(replace(lower(kind), '_', ' '), '') AS words
    FROM parts
), known AS (
    SELECT *, words ~ kinds AS is_counted, (regexp_match(concat(medium, ' ', words), 'audio|image'))[1] || '_' AS counted_medium,
           model <> '' AND (is_kind OR (prefix IS NULL OR is_tier) AND model ~ '^(?:ft:\S+|[a-z][A-Za-z0-9_.:/-]*)$' AND model ~ '[0-9-]') AS is_model
    FROM models
), types AS (
    SELECT *, CASE
               WHEN NOT is_counted OR words IN ('images', 'characters') THEN CASE WHEN is_counted THEN words END
               WHEN words IN ('seconds', 'minutes', 'duration') THEN 'seconds'
               WHEN words ~ '^cached? (?:writes?|creation)' THEN concat('cache_write_', (regexp_match(words, '\y(?:30m|12h)\y'))[1] || '_', 'input_tokens')
               WHEN words LIKE '%output%' THEN concat(counted_medium, 'output_tokens')
               ELSE concat(CASE WHEN words LIKE '%cached%' THEN 'cached_' ELSE 'uncached_' END, counted_medium, 'input_tokens')
           END AS token_type
    FROM known
), readings AS (
    SELECT line_item, model, token_type, coalesce(medium, CASE WHEN is_counted THEN (regexp_match(words, 'text|audio|image|video'))[1] END) AS modality,
           CASE WHEN prefix IS NOT NULL AND NOT is_tier THEN prefix WHEN token_type LIKE '%tokens' THEN 'tokens' ELSE kind END AS cost_type,
           CASE WHEN is_tier THEN prefix ELSE (regexp_match(words, '^(batch|flex|priority) '))[1] END AS service_tier,
           CASE WHEN is_long THEN 'long context' END AS context_window
    FROM types WHERE is_model
    UNION ALL
    SELECT line_item, NULL, NULL, NULL, whole, NULL, NULL FROM types WHERE NOT is_model
), filled AS (
    UPDATE cost_data c
    SET model = coalesce(r.model, c.model), token_type = coalesce(r.token_type, c.token_type), modality = coalesce(r.modality, c.modality),
        cost_type = coalesce(r.cost_type, c.cost_type), service_tier = coalesce(r.service_tier, c.service_tier),
        context_window = coalesce(r.context_window, c.context_window)
    FROM readings r, projects p
    WHERE c.line_item = r.line_item AND c.api_version = 'costs_v1' AND p.id = c.project_id AND p.ai_provider = 'openai'
      AND (c.model IS DISTINCT FROM coalesce(r.model, c.model) OR c.token_type IS DISTINCT FROM coalesce(r.token_type, c.token_type)
        OR c.modality IS DISTINCT FROM coalesce(r.modality, c.modality) OR c.cost_type IS DISTINCT FROM coalesce(r.cost_type, c.cost_type)
        OR c.service_tier IS DISTINCT FROM coalesce(r.service_tier, c.service_tier)
        OR c.context_window IS DISTINCT FROM coalesce(r.context_window, c.context_window))
)
UPDATE restatements l SET model = r.model
FROM readings r, projects p
WHERE l.line_item = r.line_item AND p.id = l.project_id AND p.ai_provider = 'openai' AND r.model IS NOT NULL AND l.model IS DISTINCT FROM r.model;
