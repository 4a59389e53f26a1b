import type { CostLine } from '../domain/bucket.js';
import type { Decimal } from '../domain/decimal.js';

const UNKNOWN = new Date(0);

/** Whose a charge is, as far as an answer says. */
export interface ChargedProject extends Pick<CostLine, 'providerProjectId' | 'providerProjectName' | 'organizationId'> {
  organizationName: string | null;
}

/** What was charged for. */
export type ChargedItem = Omit<
  CostLine,
  keyof ChargedProject | 'bucketStart' | 'bucketEnd' | 'cost' | 'listCost' | 'quantity' | 'apiKeyId'
>;

/**
 * A row of a bill, as it was read on its own: it does not say of when it is, which its bucket does. There may be a million of
 * them in memory, so what many rows say alike is one object that they share; a plain line would take three times as much.
 */
export class Charge implements CostLine {
  bucketStart = UNKNOWN;
  bucketEnd = UNKNOWN;
  readonly #project: ChargedProject;
  readonly #item: ChargedItem;

  constructor(
    project: ChargedProject,
    item: ChargedItem,
    readonly cost: Decimal,
    readonly quantity: Decimal | null = null,
    readonly apiKeyId?: string | null,
  ) {
    this.#project = project;
    this.#item = item;
  }

  /** Says of when it is. @returns itself alone, as a page takes the lines of any row */
  within(bucketStart: Date, bucketEnd: Date): readonly this[] {
    this.bucketStart = bucketStart;
    this.bucketEnd = bucketEnd;
    return [this];
  }

  get providerProjectId(): string {
    return this.#project.providerProjectId;
  }

  get providerProjectName(): string | null {
    return this.#project.providerProjectName;
  }

  get organizationId(): string | null {
    return this.#project.organizationId;
  }

  get organizationName(): string | null {
    return this.#project.organizationName;
  }

  get lineItem(): string {
    return this.#item.lineItem;
  }

  get currency(): string {
    return this.#item.currency;
  }

  get quantityUnit(): string | null {
    return this.#item.quantityUnit;
  }

  get model(): string | null {
    return this.#item.model;
  }

  get costType(): string | null {
    return this.#item.costType;
  }

  get tokenType(): string | null {
    return this.#item.tokenType;
  }

  get serviceTier(): string | null {
    return this.#item.serviceTier;
  }

  get contextWindow(): string | null {
    return this.#item.contextWindow;
  }

  get inferenceGeo(): string | null {
    return this.#item.inferenceGeo;
  }

  get modality(): string | null {
    return this.#item.modality ?? null;
  }
}
