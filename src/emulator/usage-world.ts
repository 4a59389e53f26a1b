/** What was used at an instant, as the provider counts it; buckets of any width follow from the instant. */
export interface WorldUsageRow {
  at: Date;
  /** OpenAI's last part of the path, Anthropic's `messages`. */
  endpoint: string;
  /** By the names the provider groups by; one that is missing is null. */
  dimensions: Record<string, string | boolean | null>;
  /** JSON number tokens by the provider's field; Anthropic's nested ones as `cache_creation.ephemeral_5m_input_tokens`. */
  measures: Record<string, string>;
}
