import type { KeyView } from '../domain/key-view.js';
import type { KeyVerification } from '../domain/key-verification.js';
import type { Output } from './output.js';
import { renderTable, type Column } from './table.js';
import { shell } from '../domain/shell.js';
import { renderHint } from './hint.js';
import { formatInstant, formatLastDay } from '../domain/words.js';
import { providerName } from '../providers/registry.js';

const COLUMNS: Column[] = [
  { head: 'Provider' },
  { head: 'Organization' },
  { head: 'Id', lesser: 'context' },
  { head: 'Key' },
  { head: 'Kept in', lesser: 'difference' },
  { head: 'State' },
  { head: 'Billed by', lesser: 'difference' },
  { head: 'Expires', lesser: 'change' },
  { head: 'Last used', lesser: 'share' },
];

export function renderKeys({ keys }: { keys: KeyView[] }, output: Output): string {
  if (keys.length === 0) return 'No organization has a key or a folder.\n→ costs keys add';
  const rows = keys.map((key) => [
    providerName(key.provider),
    key.name,
    key.organizationId,
    key.lastFour === '' ? '–' : `…${key.lastFour}`,
    key.source,
    [key.active ? 'active' : 'disabled', ...(key.exposed ? ['exposed'] : [])].join(', '),
    key.billReport === null ? '' : `${key.billReport}${key.billSource === 'parent' ? ", parent's key" : ''}`,
    key.expiresAt === null ? '–' : formatLastDay(key.expiresAt),
    key.lastUsedAt === null ? 'never' : formatInstant(key.lastUsedAt),
  ]);
  const exposed = keys
    .filter((key) => key.exposed)
    .map(({ organizationId }) => shell`  → costs keys rotate ${organizationId}`);
  // A key of ours has last characters.
  const adopted = keys
    .filter(({ source, lastFour }) => source === 'vault' && lastFour === '')
    .map(({ organizationId }) => shell`  → costs keys rotate ${organizationId} && costs keys enable ${organizationId}`);
  return [
    renderTable(COLUMNS, rows, output),
    ...(adopted.length > 0
      ? ['Encrypted by another program, so that costs cannot read them. Enter them again:', ...adopted]
      : []),
    ...(exposed.length > 0 ? ['Exposed: a former member or token could have read these keys.', ...exposed] : []),
  ].join('\n');
}

export interface KeyChange {
  key: KeyView;
  /** Further organizations that share the key, with which the same was done; absent where there are none. */
  others?: KeyView[];
  /** What the key answers for and is not collected with it; absent where there is nothing. */
  leftOut?: LeftOut[];
  /** What was done, in words. */
  done: string;
}

export interface LeftOut {
  organizationId: string;
  name: string;
  /** A sentence. */
  reason: string;
}

export function renderKeyChange({ key, others = [], leftOut = [], done }: KeyChange, { style }: Output): string {
  return [
    ...[key, ...others].map((each) => `${style.green('✔')} ${nameOf(each)}: ${done}`),
    ...leftOut.map((each) => `${style.yellow('–')} ${key.provider} ${nameAndId(each)}: left out: ${each.reason}`),
  ].join('\n');
}

/** Where nobody named it, its id is its name. */
function nameAndId({ name, organizationId }: Pick<KeyView, 'name' | 'organizationId'>): string {
  return name === organizationId ? name : `${name} (${organizationId})`;
}

function nameOf({ provider, name, organizationId, lastFour, source, billReport }: KeyView): string {
  const report = billReport === null ? '' : `, billed by ${billReport}`;
  return `${provider} ${nameAndId({ name, organizationId })}, ${lastFour === '' ? source : `key …${lastFour}`}${report}`;
}

export function renderKeyVerifications({ keys }: { keys: KeyVerification[] }, { style }: Output): string {
  if (keys.length === 0) return 'No organization has a key or a folder.\n→ costs keys add';
  return keys
    .flatMap(({ provider, name, organizationId, status, error, warnings }) => [
      `${status === 'ok' ? style.green('✔') : style.red('✖')} ${provider} ${nameAndId({ name, organizationId })}: ${status === 'ok' ? 'ok' : `${status.replace('-', ' ')}. ${error?.message ?? ''}`}`,
      ...(error?.hint === undefined ? [] : [`  ${renderHint(error.hint)}`]),
      ...warnings.map((warning) => `  ${style.yellow('⚠')} ${renderHint(warning)}`),
    ])
    .join('\n');
}
