/**
 * Text of somebody else's making, safe to store and to print: control characters would move a terminal's cursor or be
 * refused by PostgreSQL (NUL), and half a surrogate pair would come back as another character than was stored.
 */
export function cleanText(text: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what this removes
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, ' ').toWellFormed();
}

/** What is wrong with a value, for people: `undefined` is a word of programs. */
export function problemOf(issue: { message: string } | undefined): string {
  return (
    issue?.message.replace(/^Invalid input: expected (\w+), received undefined$/, 'missing, expected $1') ?? 'unknown'
  );
}
