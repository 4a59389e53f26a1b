import { isLoopback } from '../domain/host.js';
import { Secret } from '../domain/secret.js';
import { cleanText } from '../domain/text.js';
import { CostsError } from '../errors.js';

/** How a receiver wants its messages. */
export type ChannelKind = 'slack' | 'teams' | 'json';

/** A webhook. Its address lets anybody write there: it is a secret, and no error and no printing shows it. */
export interface Channel {
  /** The variable that holds the address; the only thing of a channel that is ever shown. */
  readonly name: string;
  readonly kind: ChannelKind;
  readonly address: Secret;
}

/** Hosts of webhooks: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks */
const SLACK = ['hooks.slack.com', 'hooks.slack-gov.com'];
/**
 * Of workflows, which took the place of connectors, and of connectors:
 * https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook
 */
const TEAMS = ['logic.azure.com', 'api.powerplatform.com', 'webhook.office.com'];

/**
 * @param address what the variable holds, if it is set
 * @param tlsChecksOff NODE_TLS_REJECT_UNAUTHORIZED=0 is set: anybody on the way could read the address
 * @throws CostsError `usage` that shows nothing of it
 */
export function openChannel(name: string, address: string | undefined, tlsChecksOff = false): Channel {
  const shown = cleanText(name).slice(0, 80);
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
    throw new CostsError('usage', `"${shown}" is not a valid name for an environment variable.`, {
      hint: 'Addresses of webhooks are secrets: put yours into a variable, and name that: costs notify test --help',
    });
  const text = address?.trim() ?? '';
  if (text === '')
    throw new CostsError('usage', `The variable ${shown} is not set; it should hold the address of a webhook.`, {
      hint: `Set ${shown} where costs runs.`,
    });
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !isSafe(url))
    throw new CostsError('usage', `The variable ${shown} does not hold an https address without user information.`, {
      hint: `Set ${shown} to the address that Slack, Teams or your own service gave you.`,
    });
  if (tlsChecksOff && url.protocol === 'https:')
    throw new CostsError('usage', 'TLS checks are switched off (NODE_TLS_REJECT_UNAUTHORIZED=0): no message is sent.', {
      hint: 'Unset it. For a proxy with its own certificate set NODE_EXTRA_CA_CERTS instead.',
    });
  return { name: shown, kind: kindOf(url), address: new Secret(url.href) };
}

function isSafe({ protocol, hostname, username, password }: URL): boolean {
  if (username !== '' || password !== '') return false;
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));
}

function kindOf({ hostname }: URL): ChannelKind {
  const isOf = (hosts: readonly string[]) => hosts.some((host) => hostname === host || hostname.endsWith(`.${host}`));
  if (isOf(SLACK)) return 'slack';
  return isOf(TEAMS) ? 'teams' : 'json';
}
