import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface Webhook {
  /** With a path that is a secret. */
  address: string;
  /** Bodies in the order in which they came, parsed. */
  received: { text?: string; findings?: { id: string }[]; [field: string]: unknown }[];
}

/** A server that takes messages; `answer` may refuse one. It is gone when the test ends. */
export async function useWebhook(
  answer: (count: number, response: ServerResponse) => void = (_, response) => void response.end('ok'),
): Promise<Webhook> {
  const received: Webhook['received'] = [];
  const server = createServer((request: IncomingMessage, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (part: string) => (text += part));
    request.on('end', () => {
      received.push(JSON.parse(text) as Webhook['received'][number]);
      answer(received.length, response);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook/s3cr3t-path`, received };
}
