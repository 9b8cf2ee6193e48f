import type { CommandDefinition } from '../cli/command-definition.ts';
import { EXIT } from '../exit-codes.ts';
import { commands } from './index.ts';

/** Words that may follow a path of commands; `''` is the beginning. */
function wordsAfter(): Map<string, Set<string>> {
  const words = new Map<string, Set<string>>();
  const put = (path: string, word: string): void => {
    words.set(path, (words.get(path) ?? new Set()).add(word));
  };
  for (const { path, options = [] } of commands) {
    for (const [index, word] of path.entries()) put(path.slice(0, index).join(' '), word);
    for (const { flags } of options) for (const flag of flags.match(/--[a-z-]+/g) ?? []) put(path.join(' '), flag);
    for (const flag of ['--data-dir', '--api-url', '--config', '--json', '--help']) put(path.join(' '), flag);
  }
  return words;
}

const cases = () => [...wordsAfter()].map(([path, words]) => [path, [...words].sort().join(' ')] as const);

const bash = () => `# batchfeed completion for bash: source <(batchfeed completion bash)
_batchfeed() {
  local path="" word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in -*) ;; *) case "\${path:+$path }$word" in ${cases()
      .filter(([path]) => path !== '')
      .map(([path]) => `'${path}'`)
      .join('|')}) path="\${path:+$path }$word";; esac;; esac
  done
  local words=""
  case "$path" in
${cases()
  .map(([path, words]) => `    '${path}') words="${words}";;`)
  .join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
  if [ \${#COMPREPLY[@]} -eq 0 ]; then COMPREPLY=($(compgen -f -- "\${COMP_WORDS[COMP_CWORD]}")); fi
}
complete -F _batchfeed batchfeed`;

const SHELLS: Readonly<Record<string, () => string>> = {
  bash,
  // zsh runs what bash completes with.
  zsh: () => `autoload -U +X bashcompinit && bashcompinit\n${bash()}`,
  fish: () =>
    [
      'complete -c batchfeed -f',
      ...cases().map(([path, words]) =>
        path === ''
          ? `complete -c batchfeed -n __fish_use_subcommand -a '${words}'`
          : `complete -c batchfeed -n '__fish_seen_subcommand_from ${path.split(' ').at(-1)}' -a '${words}'`,
      ),
    ].join('\n'),
};

export const completionCommand: CommandDefinition = {
  path: ['completion'],
  description: 'print a script that completes commands and options in your shell',
  args: [['<shell>', `one of ${Object.keys(SHELLS).join(', ')}`]],
  example: 'source <(batchfeed completion bash)',
  async run({ args: [shell], out }) {
    const script = Object.hasOwn(SHELLS, shell ?? '') ? SHELLS[shell as string] : undefined;
    if (script === undefined) {
      out.say(`There is no completion for ${shell}; there is for ${Object.keys(SHELLS).join(', ')}.`);
      return EXIT.usage;
    }
    out.raw(`${script()}\n`);
    return EXIT.ok;
  },
};
