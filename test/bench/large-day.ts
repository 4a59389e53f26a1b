import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A provider with one organization, each day of which has so many projects with so many line items, by one API key each. */
export interface LargeOrganization {
  projects: number;
  lineItems: number;
}

/**
 * Answers as OpenAI's costs endpoint does, but never holds what it sends: the emulator would need more memory for an answer of
 * a million rows than the tool that reads it.
 */
export async function startLargeProvider(size: LargeOrganization): Promise<{ url: string; close: () => void }> {
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    response.setHeader('content-type', 'application/json');
    if (pathname !== '/organization/costs') response.end('{"object":"list","data":[],"has_more":false}');
    else sendCosts(response, searchParams, size).catch(() => response.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => void server.close() };
}

async function sendCosts(
  response: ServerResponse,
  query: URLSearchParams,
  { projects, lineItems }: LargeOrganization,
): Promise<void> {
  const [start, end] = [Number(query.get('start_time')), Number(query.get('end_time'))];
  for (let day = start; day < end; day += 86_400) {
    const before = day === start ? '{"object":"page","data":[' : ',';
    response.write(`${before}{"object":"bucket","start_time":${day},"end_time":${day + 86_400},"results":[`);
    for (let project = 0; project < projects; project += 1) {
      const rows = Array.from({ length: lineItems }, (_, item) => costRow(project, item));
      const isTaken = response.write(`${project === 0 ? '' : ','}${rows.join(',')}`);
      if (!isTaken) await once(response, 'drain', { signal: AbortSignal.timeout(60_000) });
    }
    response.write(']}');
  }
  response.end('],"has_more":false,"next_page":null}');
}

function costRow(project: number, item: number): string {
  const value = `${project % 97}.${item}${project % 1_009}1`;
  return `{"object":"organization.costs.result","amount":{"value":${value},"currency":"usd"},"line_item":"gpt-5-mini item ${item}, input",
    "project_id":"proj_AbCdEfGhIjKl${project}","project_name":"Project ${project}","organization_id":"org-1","organization_name":"Large",
    "quantity":${project + item}.0,"quantity_unit":"tokens","api_key_id":"key_AbCdEfGhIjKl${project}"}`;
}
