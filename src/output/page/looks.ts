import { markup, trusted, type Html } from './html.js';

/** What lies over each layer's colour, so that layers differ without it. The first is plain; 0 is for what is several together. */
const WEAVES: readonly string[] = [
  '<path d="M0 6L6 0" class="weave"/>',
  '',
  '<path d="M-1 1L1 -1M0 6L6 0M5 7L7 5" class="weave"/>',
  '<circle cx="3" cy="3" r="1" class="dots"/>',
  '<path d="M0 3H6" class="weave"/>',
  '<path d="M-1 5L1 7M0 0L6 6M5 -1L7 1" class="weave"/>',
  '<path d="M3 0V6" class="weave"/>',
  '<path d="M0 3H6M3 0V6" class="weave"/>',
  '<circle cx="1.5" cy="1.5" r="0.9" class="dots"/><circle cx="4.5" cy="4.5" r="0.9" class="dots"/>',
];

/** The fills of all charts and legends, drawn once: `url(#look-1)` and so on. */
export const LOOKS: Html = markup`<svg class="looks" width="0" height="0" aria-hidden="true" focusable="false"><defs>${WEAVES.map(
  (weave, look) =>
    markup`<pattern id="look-${look}" width="6" height="6" patternUnits="userSpaceOnUse"><rect width="6" height="6" fill="var(--look-${look})"/>${trusted(weave)}</pattern>`,
)}</defs></svg>`;
