/** The forms in which a secret could lie somewhere without being seen. */
function formsOf(secret: string | Buffer): string[] {
  const bytes = Buffer.from(secret);
  const encoded = (encoding: 'base64' | 'base64url') =>
    [0, 1, 2].map((shift) =>
      Buffer.concat([Buffer.alloc(shift), bytes])
        .toString(encoding)
        .slice(shift === 0 ? 0 : 4, -4),
    );
  return [
    ...(typeof secret === 'string' ? [secret, Array.from(secret).reverse().join('')] : []),
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
    ...encoded('base64'),
    ...encoded('base64url'),
  ];
}

/** Fails, without showing it, where a text holds a secret in one of its forms. */
export function expectNone(text: string, secrets: readonly (string | Buffer)[]): void {
  for (const secret of secrets) {
    for (const form of formsOf(secret))
      if (text.includes(form)) throw new Error(`A secret was found in a form of ${form.length} characters.`);
  }
}
