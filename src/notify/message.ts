import type { CheckFinding } from '../domain/finding.js';
import type { ChannelKind } from './channel.js';

/** What is sent, to a receiver of any kind. */
export interface Message {
  team: string;
  findings: readonly CheckFinding[];
}

/** Receivers refuse longer messages; the rest is counted. */
const MOST_FINDINGS = 20;
const LONGEST_LINE = 1000;

/** A message as its receiver wants it: a JSON document. */
export function bodyOf(kind: ChannelKind, message: Message): object {
  switch (kind) {
    case 'slack':
      return { text: linesOf(message, escapeSlack).join('\n') };
    case 'teams':
      return teamsCard(linesOf(message, escapeCard));
    case 'json':
      return { text: linesOf(message, (text) => text).join('\n'), ...message };
  }
}

function linesOf({ team, findings }: Message, escape: (text: string) => string): string[] {
  const head =
    findings.length === 0
      ? `costs (${team}): a test. Messages arrive here.`
      : `costs (${team}): ${findings.length} new ${findings.length === 1 ? 'finding' : 'findings'}`;
  const lines = findings
    .slice(0, MOST_FINDINGS)
    .flatMap(({ subject, message, hint }) => [`${subject}: ${message}`, `  → ${hint}`]);
  const more = findings.length > MOST_FINDINGS ? [`and ${findings.length - MOST_FINDINGS} more: costs check`] : [];
  return [head, ...lines, ...more].map((line) => escape(line.slice(0, LONGEST_LINE)));
}

/** These three alone make mentions, links and commands: https://docs.slack.dev/messaging/formatting-message-text */
function escapeSlack(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** A card's text is Markdown. */
function escapeCard(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+!|<>~-]/g, '\\$&');
}

/** https://learn.microsoft.com/adaptive-cards/authoring-cards/getting-started, in the envelope that webhooks take. */
function teamsCard(lines: readonly string[]): object {
  return {
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.4',
          body: lines.map((text, index) => ({
            type: 'TextBlock',
            text,
            wrap: true,
            ...(index === 0 ? { weight: 'Bolder' } : {}),
          })),
        },
      },
    ],
  };
}
