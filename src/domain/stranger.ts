import { CostsError } from '../errors.js';

/** A key that was swapped for another organization's, whose figures would stand under this one's name. @param read the other one's id */
export function strangersKey(
  { name, organizationId }: { name: string; organizationId: string },
  read: string,
): CostsError {
  return new CostsError(
    'conflict',
    `The key of ${name} reads another organization: ${read} instead of ${organizationId}.`,
    {
      hint: `Put the key of ${organizationId} back, or register the other organization: costs keys add`,
    },
  );
}
