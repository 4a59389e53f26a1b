/** Keys at rest and who may unlock them. */
export interface Vault {
  close(): Promise<void>;
}
