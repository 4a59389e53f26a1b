import type { Context } from '../../context.js';
import { shell } from '../../domain/shell.js';
import { argument, asItIs, defineCommand } from '../define.js';

export const testNotify = defineCommand({
  name: 'notify test',
  description:
    'Sends a test message to the webhook whose address a variable holds: Slack, Microsoft Teams, or plain JSON.',
  arguments: [argument('<variable>', 'the name of the variable; addresses of webhooks are secrets')],
  examples: ['costs notify test SLACK_WEBHOOK'],
  async run({ variable }: { variable: string }, context: Context) {
    const channel = await context.channel(variable);
    const team = await context.team();
    await context.sendMessage(channel, { team: team.name, findings: [] });
    return { channel: channel.name, kind: channel.kind, sent: true };
  },
  document: asItIs<{ channel: string; kind: string; sent: boolean }>,
  render: ({ channel, kind }, { style }) =>
    `${style.green('✔')} ${channel} took the message${kind === 'json' ? ', as plain JSON' : ''}. ${shell`Next → costs check --new --notify ${channel}`}`,
});
