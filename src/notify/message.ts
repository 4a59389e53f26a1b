import type { CheckFinding } from '../domain/finding.js';
import { showable } from '../domain/text.js';
import { plural } from '../domain/words.js';
import type { ChannelKind } from './channel.js';

/** What is sent, to a receiver of any kind. */
export interface Message {
  team: string;
  findings: readonly CheckFinding[];
}

/** Receivers refuse longer messages; the rest is counted. */
const MOST_FINDINGS = 20;
const LONGEST_LINE = 1000;

/** Bytes that receivers take: Slack cuts texts of 40,000 characters, Teams refuses cards over 28 kB. */
const MOST_BYTES: Record<ChannelKind, number> = { slack: 38_000, teams: 26_000, json: 1_000_000 };

/** A hint in words. */
type Tell = (hint: string) => string;

/**
 * A message as its receiver wants it: a JSON document, which names as many findings as it takes and counts the others.
 * @param tell writes a hint for whoever reads it far from here
 */
export function bodyOf(kind: ChannelKind, message: Message, tell: Tell): object {
  for (let named = Math.min(message.findings.length, MOST_FINDINGS); ; named -= 1) {
    const body = withNamed(kind, message, linesOf(message, named, tell));
    if (named === 0 || Buffer.byteLength(JSON.stringify(body)) <= MOST_BYTES[kind]) return body;
  }
}

function withNamed(kind: ChannelKind, message: Message, lines: readonly string[]): object {
  switch (kind) {
    case 'slack':
      return { text: lines.map(escapeSlack).join('\n') };
    case 'teams':
      return teamsCard(lines.map(escapeCard));
    case 'json':
      return { text: lines.join('\n'), ...message };
  }
}

function linesOf({ team, findings }: Message, named: number, tell: Tell): string[] {
  const head =
    findings.length === 0
      ? `costs (${team}): a test. Messages arrive here.`
      : `costs (${team}): ${plural(findings.length, 'new finding')}`;
  const lines = findings
    .slice(0, named)
    .flatMap(({ subject, message, hint }) => [`${subject}: ${message}`, `  ${tell(hint)}`]);
  const more = findings.length > named ? [tell(`And ${findings.length - named} more: costs check`)] : [];
  return [head, ...lines, ...more].map((line) => showable(line).slice(0, LONGEST_LINE));
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
