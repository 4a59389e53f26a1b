import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Emulator } from '../../src/emulator/emulator.js';
import type { EmptyDatabase } from './server.js';

export const PROGRAM = fileURLToPath(new URL('../../bin/costs.js', import.meta.url));

/** Makes a process tell the most memory it ever had and its processor time, as its last line on standard error. */
const TELL = `data:text/javascript,process.on('exit',()=>{const{maxRSS,userCPUTime,systemCPUTime}=process.resourceUsage();process.stderr.write('\\npeak '+maxRSS+' '+(userCPUTime+systemCPUTime))})`;

export interface Tool {
  home: string;
  /** Runs the built tool to its end. @throws when it fails */
  run: (args: readonly string[], env?: Record<string, string>) => Promise<ToolRun>;
  drop: () => Promise<void>;
}

export interface ToolRun {
  milliseconds: number;
  /** Time of the processor: what else the machine does does not count. */
  processorMilliseconds: number;
  /** Most memory at any time, in megabytes. */
  peakMegabytes: number;
  stdout: string;
}

/** The built tool with a home of its own. */
export async function createTool(env: Record<string, string> = {}, program = PROGRAM): Promise<Tool> {
  const home = await mkdtemp(join(tmpdir(), 'costs-bench-home-'));
  const base = { PATH: process.env.PATH, HOME: home, COSTS_HOME: home, ...env };
  return {
    home,
    run: (args, more = {}) =>
      execute(['--import', TELL, program, ...args], {
        ...base,
        ...more,
      }),
    drop: () => rm(home, { recursive: true, force: true }),
  };
}

async function execute(args: readonly string[], env: NodeJS.ProcessEnv): Promise<ToolRun> {
  const started = performance.now();
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const texts = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (texts.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (texts.stderr += text));
  const [code] = (await once(child, 'close')) as [number | null];
  const milliseconds = performance.now() - started;
  if (code !== 0) throw new Error(`${args.slice(2).join(' ')} ended with ${code}:\n${texts.stdout}${texts.stderr}`);
  const told = /peak (\d+) (\d+)$/.exec(texts.stderr);
  return {
    milliseconds,
    processorMilliseconds: Number(told?.[2]) / 1000,
    peakMegabytes: Number(told?.[1]) / 1024,
    stdout: texts.stdout,
  };
}

/** Where the emulator answers, for the tool's environment. */
export function emulatorUrls(emulator: Emulator): Record<string, string> {
  return { OPENAI_BASE_URL: emulator.baseUrl('openai'), ANTHROPIC_BASE_URL: emulator.baseUrl('anthropic') };
}

/** Registers all of an emulator's organizations, each with its key in a variable, and returns those variables. */
export async function registerKeys({ query }: EmptyDatabase, { world }: Emulator): Promise<Record<string, string>> {
  const variables: Record<string, string> = {};
  for (const [index, { provider, id, name, keys }] of world.organizations.entries()) {
    const variable = `BENCH_KEY_${index + 1}`;
    const secret = keys[0]?.secret ?? '';
    variables[variable] = secret;
    await query(
      `INSERT INTO organization_api_keys (id, team_id, provider, organization_id, name, source, variable, host, last_four)
       VALUES ($1, 'team-1', $2, $1, $3, 'env', $4, 'loopback', $5)`,
      [id, provider, name, variable, secret.slice(-4)],
    );
  }
  return variables;
}
