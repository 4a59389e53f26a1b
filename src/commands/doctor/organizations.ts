import type { Context } from '../../context.js';
import { failedLook, type Diagnostic } from '../../domain/diagnostic.js';
import type { Organization } from '../../domain/collection.js';
import { coverageOf } from '../../domain/coverage.js';
import { daysOf, toDay } from '../../domain/day.js';
import type { Team } from '../../domain/team.js';
import { shell } from '../../domain/shell.js';
import { FIRST_DAY } from '../../domain/period.js';
import { checkOwner } from '../keys/verify.js';
import { listFolder } from '../../library/folder.js';
import { registeredKeys } from '../../library/organizations.js';
import { formatDuration } from '../../output/format.js';
import { listenToClock } from '../../sync/provider-clock.js';
import { formatDays, formatSpan, plural } from '../../domain/words.js';

/** As many are told one by one. */
const DAYS_NAMED = 10;

/** Each organization's key, asked of its provider, and the days it has. */
export async function checkOrganizations(
  context: Context,
  team: Team,
  onProgress: (text: string) => void,
): Promise<Diagnostic[]> {
  const organizations = await registeredKeys(context, team.id);
  if (organizations.length === 0) {
    const message = 'None has a key or a folder.';
    return [{ name: 'Organizations', status: 'warning', message, hint: 'costs keys add' }];
  }
  const checks: Diagnostic[] = [];
  for (const organization of organizations) {
    onProgress(`Asking ${organization.provider} ${organization.name}`);
    const isFolder = organization.source === 'path';
    checks.push(
      await (isFolder ? checkFolder : checkKey)(context, organization),
      await checkDays(context, organization),
    );
  }
  return checks;
}

async function checkFolder(context: Context, organization: Organization): Promise<Diagnostic> {
  const name = `Folder of ${organization.name}`;
  if (!organization.isActive) return { name, status: 'ok', message: 'disabled' };
  try {
    const deliveries = await listFolder(context, organization);
    return { name, status: 'ok', message: plural(deliveries, 'complete delivery', 'complete deliveries') };
  } catch (thrown) {
    return failedLook(name, thrown);
  }
}

async function checkKey(context: Context, organization: Organization): Promise<Diagnostic> {
  const name = `Key of ${organization.name}`;
  if (!organization.isActive) return { name, status: 'ok', message: 'disabled' };
  try {
    const [key, provider] = await Promise.all([
      context.adminKey(organization),
      context.provider(organization.provider),
    ]);
    const { call, behind } = listenToClock({
      key,
      organizationId: organization.organizationId,
      signal: context.signal,
      observe: () => undefined,
    });
    const now = await context.clock();
    const identity = await provider.identify(call);
    checkOwner(organization, identity);
    const theirs = behind(now);
    if (theirs !== null)
      return {
        name,
        status: 'warning',
        message: `${provider.facts.name}'s clock is ${formatDuration(now.getTime() - theirs.getTime())} behind the database's; days count as over once they are over there.`,
        hint: 'Synchronize the clock of the database (NTP).',
      };
    // A key that reads a report in place of the bill cannot be allowed more.
    if (!identity.canListProjects && identity.billSource !== undefined)
      return { name, status: 'ok', message: 'reads costs; projects carry their ids' };
    if (!identity.canListProjects) {
      return {
        name,
        status: 'warning',
        message: 'It reads costs but may not list projects; they carry their ids.',
        hint: `Allow it to read projects at ${provider.facts.keyPage}`,
      };
    }
    return { name, status: 'ok', message: 'reads costs and projects' };
  } catch (thrown) {
    return failedLook(name, thrown);
  }
}

async function checkDays(context: Context, organization: Organization): Promise<Diagnostic> {
  const { isActive } = organization;
  const name = `Days of ${organization.name}`;
  const { collection } = await context.store();
  const collected = await collection.collectedDays(organization);
  const first = collected[0];
  if (first === undefined)
    return {
      name,
      status: isActive ? 'warning' : 'ok',
      message: 'none was read yet',
      ...(isActive ? { hint: 'costs sync' } : {}),
    };
  const today = toDay(await context.clock());
  const known = await collection.openMisfits(organization);
  const seals = await collection.checkSeals(organization, { since: FIRST_DAY, until: today }, false);
  const altered = [...new Set([...[...known, ...seals.misfits].map(({ day }) => day), ...seals.stray])].sort();
  const [from, to] = [altered[0], altered.at(-1)];
  if (from !== undefined && to !== undefined)
    return {
      name,
      status: 'failed',
      message: `${plural(altered.length, 'was', 'were')} changed outside costs: ${altered.length > DAYS_NAMED ? formatSpan(from, to) : formatDays(altered)}.`,
      hint: shell`costs backfill --since ${from} --until ${to} --force && costs verify --since ${from} --until ${to}`,
    };
  const stateOf = coverageOf(collected);
  const last = collected.at(-1)?.day ?? first.day;
  const gaps = daysOf({ since: first.day, until: last }).filter((day) => stateOf(day) === 'gap').length;
  if (gaps > 0)
    return {
      name,
      status: 'warning',
      message: `${plural(gaps, 'day', 'days')} of ${formatSpan(first.day, last)} ${gaps === 1 ? 'was' : 'were'} never read.`,
      hint: shell`costs backfill --since ${first.day}`,
    };
  const stale = isActive && last < today;
  return {
    name,
    status: 'ok',
    message: `${formatSpan(first.day, last)}, without a gap${stale ? '; costs sync reads on' : ''}`,
  };
}
