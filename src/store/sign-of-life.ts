import { createConnection, createServer } from 'node:net';
import { codeOf } from '../errors.js';

/** Node cuts longer socket paths silently, at 104 or 108 bytes depending on the system. */
export const LONGEST_SOCKET_PATH = 100;

/**
 * A socket that only a living process has: the kernel takes its calls while the process is busy or paused, and refuses them once
 * it is gone, from whatever container they come. Without one, as on a disk that has no sockets, nothing is known.
 * @returns ends it
 */
export async function showLife(path: string): Promise<() => void> {
  if (Buffer.byteLength(path) > LONGEST_SOCKET_PATH) return () => undefined;
  const server = createServer((caller) => caller.destroy()).unref();
  await new Promise<void>((resolve) => {
    server.once('error', () => resolve());
    server.listen(path, resolve);
  });
  return () => server.close();
}

/** Whether the socket is there and its process is not. Only for processes of this kernel: another's cannot be called. */
export function isLifeless(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const call = createConnection(path, () => resolve(false));
    call.once('error', (error) => resolve(codeOf(error) === 'ECONNREFUSED'));
    call.once('connect', () => call.destroy());
  });
}
