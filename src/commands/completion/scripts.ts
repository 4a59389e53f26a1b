import type { CompletionNode, CompletionOption } from './tree.js';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** A script that completes commands, options and their choices without starting the tool. */
export function completionScript(shell: Shell, nodes: readonly CompletionNode[]): string {
  return { bash: bashScript, zsh: zshScript, fish: fishScript }[shell](nodes);
}

/** Words of a command: what it contains, and its options. */
function wordsOf({ commands, options }: CompletionNode): string[] {
  return [...commands.map(({ name }) => name), ...options.map(({ flag }) => flag)];
}

/** Patterns of the paths that lead somewhere, for `case`. */
function knownPaths(nodes: readonly CompletionNode[]): string {
  return nodes.flatMap(({ path }) => (path === '' ? [] : [`"${path}"`])).join('|');
}

function withChoices({ options }: CompletionNode): (CompletionOption & { choices: string[] })[] {
  return options.filter((option): option is CompletionOption & { choices: string[] } => option.choices !== null);
}

function bashScript(nodes: readonly CompletionNode[]): string {
  const choices = nodes.flatMap((node) =>
    withChoices(node).map(
      (option) =>
        `    "${node.path}|${option.flag}") COMPREPLY=($(compgen -W "${option.choices.join(' ')}" -- "$current")); return ;;`,
    ),
  );
  return `# costs completion for bash: source <(costs completion bash)
_costs() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" path="" word words=""
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$path $word" in
      ${knownPaths(nodes)}) path="$path $word" ;;
    esac
  done
  case "$path|$previous" in
${choices.join('\n')}
  esac
  case "$path" in
${nodes.map((node) => `    "${node.path}") words="${wordsOf(node).join(' ')}" ;;`).join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _costs costs
`;
}

function zshScript(nodes: readonly CompletionNode[]): string {
  const choices = nodes.flatMap((node) =>
    withChoices(node).map(
      (option) => `    "${node.path}|${option.flag}") compadd -- ${option.choices.join(' ')}; return ;;`,
    ),
  );
  const lists = nodes.map((node) => `    "${node.path}") compadd -- ${wordsOf(node).join(' ')} ;;`);
  return `#compdef costs
# costs completion for zsh: source <(costs completion zsh)
_costs() {
  local at="" word
  for word in "\${words[@]:1:CURRENT-2}"; do
    case "$at $word" in
      ${knownPaths(nodes)}) at="$at $word" ;;
    esac
  done
  case "$at|\${words[CURRENT-1]}" in
${choices.join('\n')}
  esac
  case "$at" in
${lists.join('\n')}
  esac
}
compdef _costs costs
`;
}

function fishScript(nodes: readonly CompletionNode[]): string {
  const lines = nodes.flatMap(({ path, commands, options }) => {
    const when = `-n 'test (__costs_at) = "${path}"'`;
    return [
      ...commands.map(({ name, summary }) => `complete -c costs ${when} -a ${name} -d '${summary}'`),
      ...options.map(({ flag, summary, takesValue, choices }) => {
        const value = choices !== null ? ` -x -a '${choices.join(' ')}'` : takesValue ? ' -r' : '';
        return `complete -c costs ${when} -l ${flag.slice(2)}${value} -d '${summary}'`;
      }),
    ];
  });
  const paths = nodes.flatMap(({ path }) => (path === '' ? [] : [`'${path}'`])).join(' ');
  return `# costs completion for fish: costs completion fish | source
function __costs_at
  set -l at ''
  for word in (commandline -opc)[2..-1]
    if contains -- "$at $word" ${paths}
      set at "$at $word"
    end
  end
  echo "$at"
end
complete -c costs -f
${lines.join('\n')}
`;
}
