import type { Admitted } from './attempts.js';
import { macOfVault, sealedRole } from './mac.js';
import { checkSlots, dataKeyIn, ownerName, RECOVERY } from './slots.js';
import type { Tools } from './tools.js';

/**
 * The vault's row says which data key is the current one, and so does every slot under its own seal. Where the row fits nobody and
 * most slots of the team go with an admin's data key, it is the row that was changed outside costs: it is put right, since one
 * edited row must not lock out a whole team. A slot of an older state that was put back is outvoted by the others.
 * @returns whether the row was put right
 */
export async function mendVault({ access, output }: Tools, { member, slot, pair }: Admitted): Promise<boolean> {
  const dataKey = await dataKeyIn(slot, pair);
  const owner = slot.kind === 'recovery' ? RECOVERY.name : ownerName(member.email);
  if (dataKey === null || sealedRole(dataKey, slot, owner) !== 'admin') return false;
  const isMended = await access.transact(async (rows) => {
    const vault = await rows.lockVault(member.teamId);
    const slots = await checkSlots(rows, member.teamId, dataKey);
    const fitting = slots.filter(({ role }) => role !== null).length;
    if (vault === null || vault.mac === macOfVault(dataKey, vault) || fitting * 2 <= slots.length) return false;
    const row = { ...vault, generation: slot.generation, publicKey: '' };
    await rows.renewVault({ ...row, mac: macOfVault(dataKey, row) });
    await rows.audit({ teamId: member.teamId, actor: member.email, action: 'vault.mend', subject: null });
    return true;
  });
  if (isMended)
    output.note("The row of the team's vault was changed outside costs; it says again what the team's logins say.");
  return isMended;
}
