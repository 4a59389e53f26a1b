import type { WireAnswer } from './api.js';
import type { ServerResponse } from 'node:http';
import { pack } from './odd-answers.js';
import type { Fault } from './faults.js';

/** Puts an answer on the wire, or as much of it as the fault lets through. */
export function respond(response: ServerResponse, { status, headers, text }: WireAnswer, fault: Fault | null): void {
  if (fault?.kind === 'refuse') {
    response.socket?.resetAndDestroy();
    return;
  }
  const packed = pack(text, fault?.kind === 'packed' ? fault.packing : {});
  const whole = packed.bytes;
  // Truncated JSON is a complete transfer of half a document; a reset promises more than it sends.
  const sent = fault?.kind === 'truncated-json' ? halfOf(whole) : whole;
  const type = fault?.kind === 'content-type' ? { 'content-type': 'text/plain' } : {};
  response.writeHead(status, { ...headers, ...type, ...packed.headers, 'content-length': sent.length });
  if (fault?.kind === 'reset') response.write(halfOf(sent), () => response.socket?.resetAndDestroy());
  else if (fault?.kind === 'stall') response.write(halfOf(sent));
  else response.end(sent);
}

function halfOf(bytes: Buffer): Buffer {
  return bytes.subarray(0, bytes.length >> 1);
}
