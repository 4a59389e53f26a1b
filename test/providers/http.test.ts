import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { MockAgent } from 'undici';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { ProviderCall, WireEvent } from '../../src/domain/provider.js';
import { Secret } from '../../src/domain/secret.js';
import { CostsError } from '../../src/errors.js';
import { createHttpClient, type HttpOptions, type ReadRow } from '../../src/providers/http.js';

const KEY = 'sk-admin-0123456789abcdef';
type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A server that gives these answers in turn, the last one for ever, and what came to it. */
async function serve(...answers: Answer[]) {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    const answer = answers[Math.min(requests.length, answers.length - 1)];
    requests.push(request);
    answer?.(request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { requests, url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/costs`) };
}

const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): Answer =>
  (_, response) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
const stall: Answer = () => undefined;
const refusal = (message: string) => ({ error: { message } });

function open(options: Partial<HttpOptions> = {}) {
  const http = createHttpClient({
    version: '1.2.3',
    tlsChecksOff: false,
    firstWaitMs: 1,
    giveUpAfterMs: 300,
    ...options,
  });
  onTestFinished(() => http.close());
  const events: WireEvent[] = [];
  const get = (url: URL, change: Partial<ProviderCall> = {}, readRow?: ReadRow) => {
    const call = {
      key: new Secret(KEY),
      signal: new AbortController().signal,
      observe: (event: WireEvent) => events.push(event),
      ...change,
    };
    return http.getJson({ url, headers: { authorization: `Bearer ${call.key.reveal()}` }, call, readRow });
  };
  return { get, events };
}

/** The error a request ends with. */
async function failure(promise: Promise<unknown>): Promise<Error & { code: string; hint?: string }> {
  const error: unknown = await promise.then(
    () => new Error('It did not fail.'),
    (reason: unknown) => reason,
  );
  return error as Error & { code: string; hint?: string };
}

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('a request', () => {
  it('keeps the text of every number, and says who asks', async () => {
    const { url, requests } = await serve((_, response) => response.end('{"amount":0.17391500000000000000000000001}'));
    const { get } = open();
    expect(String(((await get(url)) as { amount: unknown }).amount)).toBe('0.17391500000000000000000000001');
    expect(requests[0]?.headers).toMatchObject({ 'user-agent': 'costs/1.2.3', authorization: `Bearer ${KEY}` });
  });

  it('is told with its status, its id and no secret', async () => {
    const { url } = await serve(json(200, {}, { 'x-request-id': 'req_1' }));
    const { get, events } = open();
    await get(url);
    expect(events).toEqual([expect.objectContaining({ type: 'request', method: 'GET', url: url.href, status: 200 })]);
    expect(JSON.stringify(events)).not.toContain(KEY);
  });

  it('is told though a row of the answer is wrong', async () => {
    const { url } = await serve(json(200, { data: [{ results: [{}] }] }));
    const { get, events } = open();
    const wrong = new CostsError('contract', 'No such row.');
    const read = get(url, {}, () => {
      throw wrong;
    });
    await expect(read).rejects.toBe(wrong);
    expect(events).toEqual([expect.objectContaining({ type: 'request', status: 200 })]);
  });

  it('is not sent once the run was interrupted', async () => {
    const { url, requests } = await serve(json(200, {}));
    const { get } = open();
    expect(await failure(get(url, { signal: AbortSignal.abort() }))).toMatchObject({ code: 'interrupted' });
    expect(requests).toHaveLength(0);
  });

  it('ends while the answer is on its way when the run is interrupted', async () => {
    const { url } = await serve(stall);
    const { get } = open({ giveUpAfterMs: 60_000 });
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 30);
    const started = performance.now();
    expect(await failure(get(url, { signal: controller.signal }))).toMatchObject({ code: 'interrupted' });
    expect(performance.now() - started).toBeLessThan(20_000);
  });

  it('is refused where certificates are not checked', async () => {
    const { get } = open({ tlsChecksOff: true });
    expect(await failure(get(new URL('https://127.0.0.1:9/')))).toMatchObject({
      code: 'usage',
      message: expect.stringContaining('nothing was sent') as string,
    });
  });

  it('is refused at once when no header can carry the key', async () => {
    const { url, requests } = await serve(json(200, {}));
    const { get, events } = open();
    const error = await failure(get(url, { key: new Secret('sk-admin-\n€') }));
    expect(error).toMatchObject({ code: 'auth' });
    expect(error.message).not.toContain('€');
    expect(requests).toHaveLength(0);
    expect(events).toEqual([]);
  });

  it('takes no answer beyond its bound', async () => {
    const { url } = await serve((_, response) => response.end(`{"text":"${'x'.repeat(5_000)}"}`));
    const { get } = open({ maxAnswerBytes: 1_000 });
    expect(await failure(get(url))).toMatchObject({
      code: 'too-large',
      message: expect.stringContaining('nothing was changed') as string,
    });
  });

  it.each([
    ['values', `{"data":[${'{},'.repeat(2_000_001)}{}]}`],
    ['letters of one text', `{"data":[],"name":"${'n'.repeat(12_000_013)}"}`],
    ['letters of many texts', `{"data":[],"names":[${`"${'n'.repeat(600_000)}",`.repeat(21)}""]}`],
    ['letters of one text that are escaped quotes', `{"data":[],"name":"${'\\"'.repeat(6_000_007)}"}`],
    ['letters of one row', `{"data":[{"results":[{"line_item":"${'n'.repeat(1_000_001)}"}]}]}`],
  ])('takes no answer with more %s than can be held once they are parsed', async (_, body) => {
    const { url } = await serve((_request, response) => response.end(body));
    expect(await failure(open().get(url, {}, (row) => row))).toMatchObject({ code: 'too-large' });
  });
});

it.each(['{"items":[{"results":[{}]}]}', '{"data":[{"results":[{}]},null]}'])(
  'rows that are elsewhere than a report has them are for its schema to refuse: %s',
  async (body) => {
    const { url } = await serve((_, response) => response.end(body));
    await expect(open().get(url, {}, (row) => row)).resolves.toMatchObject({});
  },
);

describe('a retry', () => {
  it('comes after a request that took all of its time, however long that was', async () => {
    const { url, requests } = await serve(stall, json(200, { fine: true }));
    const { get } = open({ requestTimeoutMs: 120, giveUpAfterMs: 100 });
    expect(await get(url)).toEqual({ fine: true });
    expect(requests).toHaveLength(2);
  });

  it('comes after the whole time that is given to retries, when the provider asks for just that', async () => {
    const { url } = await serve(
      json(429, refusal('Slow down.'), { 'retry-after-ms': '150' }),
      json(200, { fine: true }),
    );
    const { get, events } = open({ giveUpAfterMs: 150 });
    expect(await get(url)).toEqual({ fine: true });
    expect(events.find(({ type }) => type === 'retry')).toMatchObject({ waitMilliseconds: 150 });
  });

  it('waits a little also where the provider that is down says a moment', async () => {
    const { url } = await serve(json(503, refusal('Down.'), { 'retry-after-ms': '1' }), json(200, { fine: true }));
    const { get, events } = open({ firstWaitMs: 40 });
    expect(await get(url)).toEqual({ fine: true });
    expect(events.find(({ type }) => type === 'retry')).toMatchObject({ waitMilliseconds: 40 });
  });

  it('that one key is told to wait for keeps nobody else waiting', async () => {
    const { url } = await serve((request, response) => {
      const isOther = request.headers.authorization?.endsWith('other') === true;
      json(isOther ? 200 : 429, {}, isOther ? {} : { 'retry-after': '30' })(request, response);
    });
    const { get, events } = open({ giveUpAfterMs: 60_000 });
    const limited = new AbortController();
    const ended = failure(get(url, { signal: limited.signal }));
    await vi.waitFor(() => expect(events.some(({ type }) => type === 'retry')).toBe(true), 10_000);
    const started = performance.now();
    await get(url, { key: new Secret('sk-admin-other') });
    expect(performance.now() - started).toBeLessThan(20_000);
    limited.abort();
    expect(await ended).toMatchObject({ code: 'interrupted' });
  });

  it('of a limit of requests comes after more than is given to retries only where somebody wants that', async () => {
    const { url, requests } = await serve(json(429, refusal('Later.'), { 'retry-after-ms': '900' }), json(200, {}));
    const { get } = open({ giveUpAfterMs: 300 });
    const wish = { mayWait: () => Promise.resolve(false) };
    expect(await failure(get(url, wish))).toMatchObject({ code: 'unreachable', keyProblem: 'rate-limit' });
    expect(requests).toHaveLength(1);
  });

  it.each([
    [429, '72000', /429.*free at 24 Nov 2026 08:00 UTC/, 'rate-limit'],
    [429, '3600', /429.*free at 13:00 UTC/, 'rate-limit'],
    [503, '3600', /stays down \(it answers 503\) and says to come back at 13:00 UTC\./, undefined],
  ])('that is %i for %s seconds is given up at once, with the time', async (status, wait, message, keyProblem) => {
    const date = 'Mon, 23 Nov 2026 12:00:00 GMT';
    const { url, requests } = await serve(json(status, refusal('Later.'), { 'retry-after': wait, date }));
    const error = await failure(open().get(url));
    expect(error).toMatchObject({ code: 'unreachable', message: expect.stringMatching(message) as string, keyProblem });
    expect(requests).toHaveLength(1);
  });

  it('waits until a date, by this clock where the answer carries none', async () => {
    const later: Answer = (_, response) => {
      response.sendDate = false;
      response.writeHead(503, { 'retry-after': 'Mon, 23 Nov 2026 12:00:01 GMT' }).end();
    };
    const { url } = await serve(later, json(200, { fine: true }));
    const { get, events } = open({ giveUpAfterMs: 5_000, now: () => new Date('2026-11-23T12:00:00.800Z') });
    await get(url);
    expect(events.find(({ type }) => type === 'retry')).toMatchObject({ waitMilliseconds: 200 });
  });

  it('waits longer and longer by itself', async () => {
    const down = json(503, refusal('Down.'));
    const { url } = await serve(down, down, down, json(200, {}));
    const { get, events } = open({ firstWaitMs: 8 });
    await get(url);
    const waits = events.flatMap((event) => (event.type === 'retry' ? [event.waitMilliseconds] : []));
    expect(waits).toHaveLength(3);
    waits.forEach((wait, index) => {
      expect(wait).toBeGreaterThanOrEqual(8 * 2 ** index * 0.75);
      expect(wait).toBeLessThanOrEqual(8 * 2 ** index);
    });
  });

  it.each([408, 409, 429, 500, 502, 503, 504, 529])('follows status %i', async (status) => {
    const { url, requests } = await serve(json(status, refusal('Later.')), json(200, {}));
    await open().get(url);
    expect(requests).toHaveLength(2);
  });

  it.each([400, 401, 403, 404, 422])('does not follow status %i', async (status) => {
    const { url, requests } = await serve(json(status, refusal('No.')));
    await failure(open().get(url));
    expect(requests).toHaveLength(1);
  });

  it('follows any refusal for which the provider says so', async () => {
    const { url, requests } = await serve(json(400, refusal('Later.'), { 'x-should-retry': 'true' }), json(200, {}));
    await open().get(url);
    expect(requests).toHaveLength(2);
  });

  it('does not follow where the provider says it would not help; the provider is down all the same', async () => {
    const { url, requests } = await serve(json(503, refusal('Closed.'), { 'x-should-retry': 'false' }));
    expect(await failure(open().get(url))).toMatchObject({ code: 'unreachable' });
    expect(requests).toHaveLength(1);
  });

  it('of a limit of requests waits until the time it is told, where that does not help before', async () => {
    const headers = { 'retry-after': '120', 'x-should-retry': 'false', date: 'Mon, 23 Nov 2026 12:00:00 GMT' };
    const { url, requests } = await serve(json(429, refusal('Later.'), headers));
    expect(await failure(open().get(url))).toMatchObject({
      message: expect.stringContaining('free at 12:02 UTC') as string,
      retryAt: new Date('2026-11-23T12:02:00Z'),
    });
    expect(requests).toHaveLength(1);
  });

  it('that is refused to the end is told as the refusal it is', async () => {
    const { url, requests } = await serve(json(401, refusal('No such key.'), { 'x-should-retry': 'true' }));
    expect(await failure(open({ giveUpAfterMs: 20 }).get(url))).toMatchObject({ code: 'auth', keyProblem: 'refused' });
    expect(requests.length).toBeGreaterThan(1);
  });

  it.each(['insufficient_quota', 'billing_not_active'])('does not follow where somebody must pay: %s', async (code) => {
    const { url, requests } = await serve(json(429, { error: { message: 'Check your billing details.', code } }));
    expect(await failure(open().get(url))).toMatchObject({
      code: 'forbidden',
      message: expect.stringContaining('asks to be paid first: Check your billing details.') as string,
    });
    expect(requests).toHaveLength(1);
  });

  it('is given up with one line that names the host', async () => {
    const { url } = await serve(json(200, {}));
    const closed = new URL('http://127.0.0.1:9/');
    const error = await failure(open({ giveUpAfterMs: 20 }).get(closed));
    expect(error).toMatchObject({
      code: 'unreachable',
      message: '127.0.0.1:9 could not be reached (it refused the connection).',
    });
    expect(url.host).not.toBe(closed.host);
  });
});

describe('a refusal', () => {
  it.each<[number, string, string, RegExp]>([
    [401, 'Incorrect API key provided.', 'auth', /refused the key: Incorrect API key provided\./],
    [
      403,
      'You have insufficient permissions. Missing scopes: api.usage.read. Check your role.',
      'auth',
      /lacks api\.usage\.read/,
    ],
    [
      401,
      'Missing scopes: api.usage.read, api.management.read',
      'auth',
      /lacks api\.usage\.read, api\.management\.read/,
    ],
    [403, 'This organization has been disabled.', 'forbidden', /to the organization: This/],
    [400, 'This organization has been disabled.', 'forbidden', /to the organization: This/],
    [200, 'Your access was terminated.', 'contract', /refused the request: Your access was terminated\./],
    [403, 'You do not have access to the organization tied to the API key.', 'forbidden', /to the organization: You/],
    [401, 'Deactivated: account_deactivated', 'forbidden', /to the organization: Deactivated/],
    [403, 'Admin API keys are required for this endpoint', 'auth', /wants a key of another kind/],
    [400, 'Invalid limit provided: 366.', 'contract', /Invalid limit provided: 366\./],
  ])('with %i is told in the words of the provider: %s', async (status, message, code, expected) => {
    const { url } = await serve(json(status, refusal(message)));
    expect(await failure(open().get(url))).toMatchObject({ code, message: expect.stringMatching(expected) as string });
  });

  it('may be a text alone, of scopes that are missing', async () => {
    const error = 'You have insufficient permissions for this operation. Missing scopes: api.model.read. Check that.';
    const { url } = await serve(json(403, { error }), json(403, { error: 'Unauthorized' }));
    expect(await failure(open().get(url))).toMatchObject({ code: 'auth', keyProblem: 'missing-scope' });
    expect(await failure(open().get(url))).toMatchObject({ code: 'unreachable' });
  });

  it('that is a page judges neither the key nor the request', async () => {
    const { url } = await serve((_, response) => response.writeHead(400).end('<html>Bad Request</html>'));
    expect(await failure(open().get(url))).toMatchObject({ code: 'unreachable' });
  });

  it('never repeats the key, even where the provider does', async () => {
    const { url } = await serve(json(401, refusal(`Incorrect API key provided: ${KEY}.`)));
    const error = await failure(open().get(url));
    expect(error.code).toBe('auth');
    expect(`${error.message} ${JSON.stringify(error)} ${String(error.cause)}`).not.toContain(KEY);
  });

  it('never repeats the key, however the provider spells it', async () => {
    const spelled = Array.from(KEY, (letter) => `\\u00${letter.charCodeAt(0).toString(16).toUpperCase()}`).join('');
    const body = JSON.stringify(refusal('Incorrect: KEY "a\\u0041".')).replace('KEY', spelled);
    const { url } = await serve((_, response) => response.writeHead(401).end(body));
    const { message } = await failure(open().get(url));
    expect(message).not.toContain(KEY);
    expect(message).toContain('Incorrect: [key] "a\\u0041".');
  });

  it('never repeats the key from a header, however it is spelled there', async () => {
    const base64 = Buffer.from(`costs:${KEY}`).toString('base64');
    for (const server of [KEY, `${'x'.repeat(190)}${KEY}`, base64, encodeURIComponent(KEY).replaceAll('-', '%2D')]) {
      const { url } = await serve((_, response) => response.writeHead(403, { server }).end('<html></html>'));
      const { message } = await failure(open().get(url));
      expect(message).toContain('(server: ');
      for (const part of [KEY, KEY.slice(0, 9), base64, '%2D']) expect(message).not.toContain(part);
    }
  });

  it('loses control characters', async () => {
    const { url } = await serve(json(400, refusal('Bad\u001b[2Jthing\u0000.')));
    // eslint-disable-next-line no-control-regex -- what must not be there
    expect((await failure(open().get(url))).message).not.toMatch(/[\u0000-\u001f]/);
  });
});

it('says of another region that its host is the wrong one, not the key', async () => {
  const message =
    'Attempted to access resource with incorrect regional hostname. Please make your request to eu.api.openai.com';
  const { url } = await serve(
    json(401, { error: { message, type: 'invalid_request_error', code: 'incorrect_hostname' } }),
  );
  expect(await failure(open().get(url))).toMatchObject({
    code: 'contract',
    message: expect.stringMatching(/eu\.api\.openai\.com\. The key was not judged\.$/) as string,
    hint: expect.stringContaining('base URL') as string,
  });
});

describe('a client that is closed', () => {
  it('lets go of what still waits to be tried again', async () => {
    const { url } = await serve(json(503, {}));
    const http = createHttpClient({ version: '1', tlsChecksOff: false, firstWaitMs: 20, giveUpAfterMs: 60_000 });
    const call = { key: new Secret(KEY), signal: new AbortController().signal, observe: () => undefined };
    const ended = failure(http.getJson({ url, headers: {}, call }));
    await new Promise((resolve) => setTimeout(resolve, 50));
    await http.close();
    expect(await ended).toMatchObject({ code: 'interrupted' });
  });
});

describe('the way to the network', () => {
  const refuse = (socket: Duplex): void => {
    socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
  };

  /** A proxy that refuses everything, or does something else, and what it was asked for. */
  async function serveProxy(answer = refuse) {
    const tunnels: string[] = [];
    const proxy = createServer((request, response) => {
      tunnels.push(request.url ?? '');
      response.writeHead(502).end();
    }).listen(0, '127.0.0.1');
    proxy.on('connect', (request, socket) => {
      tunnels.push(request.url ?? '');
      onTestFinished(() => void socket.destroy());
      answer(socket);
    });
    await once(proxy, 'listening');
    onTestFinished(() => {
      proxy.closeAllConnections();
      proxy.close();
    });
    return { tunnels, address: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` };
  }

  it('is the proxy for a provider', async () => {
    const { tunnels, address } = await serveProxy();
    vi.stubEnv('HTTPS_PROXY', address);
    const error = await failure(open({ giveUpAfterMs: 20 }).get(new URL('https://api.provider.test/v1/costs')));
    expect(error).toMatchObject({
      code: 'unreachable',
      message: expect.stringMatching(/api\.provider\.test.*proxy.*502/) as string,
    });
    expect(tunnels[0]).toBe('api.provider.test:443');
  });

  it.each<[string, (socket: Duplex) => void, string]>([
    ['closes the connection', (socket) => void socket.destroy(), 'the connection broke'],
    ['is silent', () => undefined, 'did not answer in time'],
    ['speaks no HTTP', (socket) => void socket.end('SSH-2.0-OpenSSH_9.6\r\n'), 'does not match the HTTP/1.1 protocol'],
  ])('ends where a proxy %s', async (_, answer, why) => {
    const { tunnels, address } = await serveProxy(answer);
    vi.stubEnv('HTTPS_PROXY', address);
    const { get, events } = open({ giveUpAfterMs: 20, requestTimeoutMs: 50 });
    expect(await failure(get(new URL('https://api.provider.test/v1/costs')))).toMatchObject({
      code: 'unreachable',
      message: expect.stringContaining(why) as string,
    });
    expect(tunnels.length).toBeLessThan(10);
    expect(JSON.stringify(events)).not.toContain('undefined');
  });

  it('is told, not the provider, where the proxy refuses connections', async () => {
    vi.stubEnv('HTTPS_PROXY', 'http://user:hunter2@127.0.0.1:9');
    expect(await failure(open({ giveUpAfterMs: 20 }).get(new URL('https://api.provider.test/')))).toMatchObject({
      code: 'unreachable',
      message: 'The proxy 127.0.0.1:9 could not be reached (it refused the connection).',
    });
  });

  it('says what to do about a certificate, at once', async () => {
    const dispatcher = new MockAgent();
    const refused = Object.assign(new Error('unable to get it'), { code: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY' });
    dispatcher.get('https://api.provider.test').intercept({ path: '/' }).replyWithError(refused);
    expect(await failure(open({ dispatcher }).get(new URL('https://api.provider.test/')))).toMatchObject({
      message: expect.stringContaining('its certificate is not trusted here') as string,
      hint: expect.stringContaining('NODE_EXTRA_CA_CERTS') as string,
    });
  });

  it('tells why TLS failed in words', async () => {
    const { url } = await serve(json(200, {}));
    const error = await failure(open({ giveUpAfterMs: 20 }).get(new URL(`https://${url.host}/`)));
    expect(error.message).toMatch(/\(TLS failed: [a-z0-9 ]+\)/);
  });

  it.each(['http://127.0.0.1:9/', 'https://127.0.0.1:9/', 'https://localhost:9/', 'https://[::1]:9/'])(
    'is never a proxy for %s',
    async (address) => {
      const proxy = await serveProxy();
      vi.stubEnv('HTTPS_PROXY', proxy.address);
      vi.stubEnv('HTTP_PROXY', proxy.address);
      expect(await failure(open({ giveUpAfterMs: 20 }).get(new URL(address)))).toMatchObject({ code: 'unreachable' });
      expect(proxy.tunnels).toEqual([]);
    },
  );

  it('is not looked for where the proxy is no address, and its password is not shown', async () => {
    vi.stubEnv('HTTPS_PROXY', 'http://user:hunter2@proxy:notaport');
    const error = await failure(open().get(new URL('https://api.provider.test/')));
    expect(error).toMatchObject({ code: 'usage', message: expect.stringContaining('HTTPS_PROXY') as string });
    expect(`${error.message} ${String(error.cause)} ${error.hint ?? ''}`).not.toContain('hunter2');
  });
});
