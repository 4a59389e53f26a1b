import { setMaxListeners } from 'node:events';

/**
 * Calls a listener when the signal fires; what it answers takes the listener away. A run has one signal for all of its
 * requests, of which any number may wait at once: Node takes more than ten listeners for a leak and warns the person.
 */
export function onAbort(signal: AbortSignal, listener: () => void): () => void {
  // Not 0, after which `getMaxListeners` of Node 20 takes the signal for no target of events.
  setMaxListeners(Number.POSITIVE_INFINITY, signal);
  signal.addEventListener('abort', listener, { once: true });
  return () => signal.removeEventListener('abort', listener);
}
