import type { CompletionNode } from './tree.js';
import type { Values } from './values.js';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** A script that completes commands, options and their values. Only for names in a store it starts the tool. */
export function completionScript(shell: Shell, nodes: readonly CompletionNode[]): string {
  return { bash: bashScript, zsh: zshScript, fish: fishScript }[shell](nodes);
}

function flagsOf({ options }: CompletionNode): string {
  return options.map(({ flag }) => flag).join(' ');
}

/** Patterns of the paths that lead somewhere, for `case`. */
function knownPaths(nodes: readonly CompletionNode[]): string {
  return nodes.flatMap(({ path }) => (path === '' ? [] : [`"${path}"`])).join('|');
}

/** What stands behind an option, in bash and zsh: a branch of `case` each. What is not known is not what stands at the place. */
function optionCases(nodes: readonly CompletionNode[]): string {
  return nodes
    .flatMap(({ path, options }) =>
      options
        .filter(({ takesValue }) => takesValue)
        .map(({ flag, values }) => `    "${path}|${flag}") ${values === null ? '' : `${offer(values)}; `}return ;;`),
    )
    .join('\n');
}

/** What stands at a place of its own: below a command, then for its argument, and its options where there is neither. */
function placeCases(nodes: readonly CompletionNode[]): string {
  return nodes
    .map((node) => {
      const { path, commands, argument } = node;
      const flags = `_costs_words ${flagsOf(node)}`;
      const words = [
        ...(commands.length > 0 ? [`_costs_words ${commands.map(({ name }) => name).join(' ')}`] : []),
        ...(argument === null ? [] : [offer(argument)]),
      ];
      return `    "${path}") if [[ $current == -* ]]; then ${flags}; else ${(words.length > 0 ? words : [flags]).join('; ')}; fi ;;`;
    })
    .join('\n');
}

function offer(values: Values): string {
  if ('names' in values) return `_costs_names ${values.names}`;
  if ('files' in values) return '_costs_files';
  return 'variables' in values ? '_costs_variables' : `_costs_words ${values.words.join(' ')}`;
}

function bashScript(nodes: readonly CompletionNode[]): string {
  return `# costs completion for bash: source <(costs completion bash)
_costs_words() {
  local list="\${current%"\${current##*,}"}"
  COMPREPLY+=($(compgen -P "\${list#"$stem"}" -W "$*" -- "\${current##*,}"))
}
_costs_files() { :; } # bash offers them where nothing else is
_costs_variables() { COMPREPLY+=($(compgen -A export -- "$current")); }
_costs_plain() { # a word as the shell reads it
  plain="$1"
  case "$plain" in
    \\'*) plain="\${plain:1}" plain="\${plain%\\'}"; return ;;
    \\"*) plain="\${plain:1}" plain="\${plain%\\"}" ;;
  esac
  plain="\${plain//\\\\\\\\/$'\\1'}" plain="\${plain//\\\\/}" plain="\${plain//$'\\1'/\\\\}"
}
_costs_names() {
  compopt +o default 2>/dev/null # no files in place of names
  local name plain typed kept
  _costs_plain "$stem"; kept="$plain"
  _costs_plain "$current"; typed="$plain"
  while IFS= read -r name; do
    [[ "$name" == "$typed"* ]] || continue
    name="\${name#"$kept"}"
    case "$current" in
      \\"*) # what means something within double quotes
        name=\${name//\\\\/\\\\\\\\} name=\${name//\\"/\\\\\\"} name=\${name//\\$/\\\\\\$} name=\${name//\\\`/\\\\\\\`} name=\${name//!/\\"\\\\!\\"} ;;
      \\'*) name=\${name//\\'/\\'\\\\\\'\\'} ;;
      *) printf -v name %q "$name" ;;
    esac
    COMPREPLY+=("$name")
  done < <(costs completion names "$1" \${team:+"--team=$team"} 2>/dev/null </dev/null)
}
_costs() {
  local current previous path="" piece word before="" team="" plain rest="$COMP_LINE"
  local stem="" # of the word that is being written, what bash keeps: it parts words at colons and the like, which are none to people
  local words=()
  COMPREPLY=()
  for piece in "\${COMP_WORDS[@]:0:COMP_CWORD+1}"; do
    if [[ \${#words[@]} == 0 || -z "$rest" || "$rest" == [[:space:]]* ]]; then stem="" words+=("$piece")
    else stem="\${words[\${#words[@]}-1]}"; words[\${#words[@]}-1]="$stem$piece"; fi
    rest="\${rest#*"$piece"}"
  done
  current="\${words[\${#words[@]}-1]}" previous="\${words[\${#words[@]}-2]}"
  case "$piece" in ""|*[!:=@]*) ;; *) stem="$current" ;; esac
  stem="\${stem%@}" # which is written anew
  if [[ "$stem" == --*=* ]]; then previous="\${current%%=*}" current="\${current#*=}" stem="\${stem#*=}"; fi
  for word in "\${words[@]:1:\${#words[@]}-2}"; do
    case "$before $word" in
      "--team "*) _costs_plain "$word"; team="$plain" word="" ;;
      *" --team="*) _costs_plain "\${word#*=}"; team="$plain" ;;
    esac
    before="$word"
    case "$path $word" in
      ${knownPaths(nodes)}) path="$path $word" ;;
    esac
  done
  case "$path|$previous" in
${optionCases(nodes)}
  esac
  case "$path" in
${placeCases(nodes)}
  esac
}
complete -o default -F _costs costs
`;
}

function zshScript(nodes: readonly CompletionNode[]): string {
  return `#compdef costs
# costs completion for zsh: source <(costs completion zsh)
_costs_words() { compset -P '*,'; compadd -- "$@" }
_costs_files() { _files; }
_costs_variables() { compadd -- \${(k)parameters[(R)*export*]} }
_costs_names() {
  local -a names
  names=(\${(f)"$(costs completion names $1 \${team:+--team=$team} 2>/dev/null </dev/null)"})
  compadd -a -- names
}
_costs() {
  local at="" word current="$PREFIX" previous="\${words[CURRENT-1]}" before="" team=""
  if [[ "$current" == --*=* ]]; then previous="\${current%%=*}"; compset -P '*='; current="$PREFIX"; fi
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "$before $word" in
      "--team "*) team="\${(Q)word}" word="" ;;
      *" --team="*) team="\${(Q)word#*=}" ;;
    esac
    before="$word"
    case "$at $word" in
      ${knownPaths(nodes)}) at="$at $word" ;;
    esac
  done
  case "$at|$previous" in
${optionCases(nodes)}
  esac
  case "$at" in
${placeCases(nodes)}
  esac
}
# In a folder of fpath this file is the function that the first TAB calls.
if [[ "\${funcstack[1]}" == _costs ]]; then _costs "$@"
else
  (( $+functions[compdef] )) || { autoload -Uz compinit && compinit; }
  compdef _costs costs
fi
`;
}

/** What fish takes for values, which are all that it offers there. */
function fishValues(values: Values | null): string {
  if (values === null) return '-x';
  if ('files' in values) return '-r -F';
  if ('names' in values) return `-x -a '(__costs_names ${values.names})'`;
  if ('variables' in values) return "-x -a '(set --names --export)'";
  const words = values.words.join(' ');
  return `-x -a '${values.isList === true ? `(__costs_list ${words})` : words}'`;
}

function fishScript(nodes: readonly CompletionNode[]): string {
  const lines = nodes.flatMap(({ path, commands, options, argument }) => {
    const when = `-n 'test (__costs_at) = "${path}"'`;
    return [
      ...commands.map(({ name, summary }) => `complete -c costs ${when} -a ${name} -d '${summary}'`),
      ...(argument === null ? [] : [`complete -c costs ${when} ${fishValues(argument)}`]),
      ...options.map(({ flag, summary, takesValue, values }) => {
        const value = takesValue ? ` ${fishValues(values)}` : '';
        return `complete -c costs ${when} -l ${flag.slice(2)}${value} -d '${summary}'`;
      }),
    ];
  });
  const paths = nodes.flatMap(({ path }) => (path === '' ? [] : [`'${path}'`])).join(' ');
  return `# costs completion for fish: costs completion fish | source
function __costs_at
  set -l at ''
  set -l before ''
  for word in (commandline -opc)[2..-1]
    if test "$before" != --team; and contains -- "$at $word" ${paths}
      set at "$at $word"
    end
    set before "$word"
  end
  echo "$at"
end
function __costs_names
  set -l words (commandline -opc)
  set -l team (string match -- '--team=*' $words)
  if set -l place (contains -i -- --team $words); and set -q words[(math $place + 1)]
    set team --team=$words[(math $place + 1)]
  end
  costs completion names $argv[1] $team 2>/dev/null </dev/null
end
function __costs_list
  set -l typed (string match -r '^.*,' -- (commandline -ct))
  for word in $argv
    echo "$typed$word"
  end
end
complete -c costs -f
${lines.join('\n')}
`;
}
