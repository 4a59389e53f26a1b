import type { WindowWrite } from '../../domain/collection.js';
import { isSameExport } from '../../domain/focus-import.js';
import { CostsError } from '../../errors.js';
import { isOrganization } from '../organization-key.js';
import type { Statements } from '../statements.js';

/**
 * Notes the export that an account's files come from. Another one takes its place only where that is accepted: an account that
 * two exports deliver would be counted twice.
 * @throws CostsError `conflict`
 */
export async function holdExport(tx: Statements, write: WindowWrite, delivered: string): Promise<void> {
  const [known] = await tx.$queryRaw<{ export: string | null }[]>`
    SELECT export FROM organizations WHERE ${isOrganization(write)} FOR NO KEY UPDATE`;
  const before = known?.export ?? delivered;
  if (!isSameExport(before, delivered) && !write.acceptRestatement)
    throw new CostsError(
      'conflict',
      `${write.organizationName} comes from the export ${before}, and these files are of ${delivered}; nothing was stored.`,
      { hint: 'If it took the place of the other one, run the same command with --accept-restatement.' },
    );
  // A manifest that tells no place would have the account known by a name alone again, which other accounts' exports may have.
  const told = isSameExport(before, delivered) && before.length > delivered.length ? before : delivered;
  if (known?.export !== told)
    await tx.$executeRaw`UPDATE organizations SET export = ${told} WHERE ${isOrganization(write)}`;
}
