declare const html: unique symbol;

/** Text that is HTML; everything else is escaped where it enters a page. */
export interface Html {
  readonly [html]: true;
  readonly text: string;
}

type Piece = Html | string | number | null | readonly Piece[];

/** A template whose values are escaped, but for those that are HTML already. Null is nothing, a list is its parts. */
export function markup(strings: TemplateStringsArray, ...values: Piece[]): Html {
  return trusted(strings.reduce((text, string, index) => text + toText(values[index - 1] ?? null) + string));
}

/** Takes a text for HTML as it is: never one that anybody else can choose. */
export function trusted(text: string): Html {
  return { text } as Html;
}

export const NOTHING = trusted('');

/** Where room is short a longer one is cut, and shown whole when it is pointed at. */
const LONG_NAME = 28;

/** A name that somebody else chose: escaped, and unable to turn the direction of the text around it. */
export function name(text: string): Html {
  return text.length > LONG_NAME ? markup`<bdi title="${text}">${text}</bdi>` : markup`<bdi>${text}</bdi>`;
}

function toText(value: Piece): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return escapeHtml(value);
  return isList(value) ? value.map(toText).join('') : value.text;
}

function isList(value: Exclude<Piece, null | string | number>): value is readonly Piece[] {
  return Array.isArray(value);
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** For text and for attributes in quotes; control characters, which no page may hold, become a visible mark. */
export function escapeHtml(text: string): string {
  return (
    text
      // eslint-disable-next-line no-control-regex -- they are what is looked for
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g, '\ufffd')
      .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '')
  );
}

/** A value as JSON inside a `<script>` element, which ends at the first `</script` whatever stands around it. */
export function scriptJson(value: unknown): Html {
  return trusted(
    JSON.stringify(value).replace(
      /[<>&\u2028\u2029]/g,
      (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`,
    ),
  );
}
