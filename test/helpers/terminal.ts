import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';

/** `script` of util-linux opens a real pseudo-terminal, where the machine has any to give. */
export const HAS_TERMINAL =
  process.platform === 'linux' &&
  spawnSync('script', ['--quiet', '--return', '--command', 'true', '/dev/null']).status === 0;

const NO_ECHO = '[the terminal echoes nothing]';

/** What to type once the screen shows something. */
export type Step = [shows: string, types: string];

/** Runs a program in a pseudo-terminal and answers its questions. Returns all that the screen showed, the exit code, and whether the terminal echoes afterwards. */
export async function inTerminal(
  command: readonly string[],
  env: NodeJS.ProcessEnv,
  steps: readonly Step[],
  { columns = 80, pauseMs = 300, seconds = 100 } = {},
): Promise<{ code: number | null; screen: string; echoes: boolean }> {
  const line = command.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  // Without a size of its own a pseudo-terminal has no columns at all.
  const sized = `stty rows 24 columns ${columns}; ${line}; code=$?; stty -a | grep -qw -- -echo && printf '${NO_ECHO}'; exit $code`;
  const child = spawn('script', ['--quiet', '--return', '--command', sized, '/dev/null'], {
    env: { TERM: 'xterm', SHELL: '/bin/sh', ...env },
  });
  // A program that ends hears nothing of what is typed then.
  child.stdin.on('error', () => undefined);
  let screen = '';
  let seen = 0;
  const rest = [...steps];
  const advance = () => {
    const [step] = rest;
    const at = step === undefined ? -1 : screen.indexOf(step[0], seen);
    if (step === undefined || at < 0) return;
    seen = at + step[0].length;
    rest.shift();
    // A prompt is drawn before it listens.
    setTimeout(() => {
      child.stdin.write(step[1]);
      // What the next step waits for may stand on the screen already.
      advance();
    }, pauseMs);
  };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    screen += text;
    advance();
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), seconds * 1000);
  const [code] = (await once(child, 'close')) as [number | null];
  clearTimeout(timer);
  return { code, screen: screen.replace(NO_ECHO, ''), echoes: !screen.includes(NO_ECHO) };
}
