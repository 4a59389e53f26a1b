/** A text as one word of a shell command, whatever stands in it: a name must not run when a hint is pasted. */
export function quoteForShell(text: string): string {
  if (/^[\w@%+=:,./-]+$/.test(text)) return text;
  // In double quotes as people write it, unless something in it would still be read by the shell.
  return /["$`\\!]/.test(text) ? `'${text.replaceAll("'", String.raw`'\''`)}'` : `"${text}"`;
}

/**
 * A command for people to paste, with every name in it quoted: shell`costs keys rotate ${name}`. A name that begins with "-"
 * must not be taken for an option either: it becomes --name=-x behind one, else stands behind "--", and so last.
 */
export function shell(parts: TemplateStringsArray, ...names: readonly string[]): string {
  return parts.reduce((command, part, index) => {
    const name = names[index - 1] ?? '';
    if (!name.startsWith('-')) return `${command}${quoteForShell(name)}${part}`;
    const isValue = /--[\w-]+ $/.test(command);
    return `${isValue ? `${command.slice(0, -1)}=` : `${command}-- `}${quoteForShell(name)}${part}`;
  });
}
