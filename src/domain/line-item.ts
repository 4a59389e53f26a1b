/** What the words of a line item tell, in the columns of a row; null where they say nothing. */
export interface LineItemReading {
  model: string | null;
  /** What goes in or comes out: `text`, `audio`, `image` or `video`. */
  modality: string | null;
  /** `tokens`, or the service that is charged where there is no model. */
  costType: string | null;
  tokenType: string | null;
  serviceTier: string | null;
  contextWindow: string | null;
}
