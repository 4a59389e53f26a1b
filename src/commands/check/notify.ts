import type { Context } from '../../context.js';
import { withoutDay, type FoundFinding, type SentMessage } from '../../domain/finding.js';
import type { Team } from '../../domain/team.js';
import { CostsError } from '../../errors.js';
import type { Channel } from '../../notify/channel.js';
import type { Found } from './find.js';

/** Tells each channel what it was not told yet, in one message a channel. A message that cannot be sent stops no other. */
export async function notifyAll(
  channels: readonly Channel[],
  found: Found,
  team: Team,
  context: Context,
): Promise<SentMessage[]> {
  const messages: SentMessage[] = [];
  for (const channel of channels) messages.push(await notifyOne(channel, found, team, context));
  return messages;
}

async function notifyOne(channel: Channel, found: Found, team: Team, context: Context): Promise<SentMessage> {
  const store = await context.store();
  const failures: CostsError[] = [];
  const send = async (due: readonly FoundFinding[]) => {
    try {
      await context.sendMessage(channel, { team: team.name, findings: due.map(withoutDay) });
    } catch (error) {
      if (error instanceof CostsError && error.code === 'unreachable') failures.push(error);
      throw error;
    }
  };
  try {
    return {
      channel: channel.name,
      findings: await store.findings.notify(team.id, channel.name, found, send),
      error: null,
    };
  } catch (error) {
    // Anything else, such as a database that is gone, is no matter of the message.
    const [failure] = failures;
    if (failure === undefined) throw error;
    return { channel: channel.name, findings: 0, error: failure.message };
  }
}
