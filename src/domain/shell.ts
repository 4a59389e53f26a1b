/** A text as one word of a command, to sh, bash, zsh and fish, whatever stands in it: a name must not run when a hint is pasted. */
export function quoteForShell(text: string): string {
  // To zsh "=name" is the path of a program.
  if (/^(?!=)[\w@%+=:,./-]+$/.test(text)) return text;
  // In double quotes as people write it, unless something in it would still be read by the shell.
  if (!/["$`\\!]/.test(text)) return `"${text}"`;
  // Within single quotes fish takes \' and \\ for one sign, and bash and zsh do not: in double quotes all of them agree on these two.
  const quoted = (part: string) => (/^['\\]/.test(part) ? `"${part.replaceAll('\\', '\\\\')}"` : `'${part}'`);
  return (text.match(/['\\]+|[^'\\]+/g) ?? []).map(quoted).join('');
}

/** What the gate takes out may stand in front. */
const OPTION = /^[\p{DI}\p{C}]*-/u;

/**
 * A command for people to paste, with every name in it quoted: shell`costs keys rotate ${name}`. A name that begins with "-"
 * must not be taken for an option either: it becomes --name=-x behind one, else stands behind "--", and so last.
 */
export function shell(parts: TemplateStringsArray, ...names: readonly string[]): string {
  return parts.reduce((command, part, index) => {
    const name = names[index - 1] ?? '';
    if (!OPTION.test(name)) return `${command}${quoteForShell(name)}${part}`;
    const isValue = /--[\w-]+ $/.test(command);
    return `${isValue ? `${command.slice(0, -1)}=` : `${command}-- `}${quoteForShell(name)}${part}`;
  });
}
