import { UNSPECIFIED } from '../domain/bucket.js';
import { parseDay, type Day } from '../domain/day.js';
import { CostsError } from '../errors.js';
import { defineProvider, type Provider } from './define.js';

/** A company whose bills come as FOCUS files that it exports, and not from an API. */
export interface FileDeclaration {
  id: string;
  name: string;
  subAccountType: string;
  /** How it writes itself as a provider or issuer in its files. */
  issuers: RegExp;
  /** Services that are AI, as its files name them. */
  aiServices: readonly { words: RegExp; such: string }[];
  /** What a charge's service and meter say of a model; null where they name none. */
  readModel: (service: string, meter: string) => string | null;
  /** Whether ids of SKUs are opaque, and the description of a charge is the name of its SKU. */
  hasOpaqueSkus?: boolean;
  /**
   * The tags with the id and the name of a row's project, where its files name neither account nor billing period nor sub-account;
   * absent where they do.
   */
  projectTags?: readonly [id: string, name: string];
  /** Whether a list cost of 0 says that there is no list price, and not that it was free. */
  zeroIsNoListPrice?: boolean;
  /**
   * What a manifest beside its files says, by its text and path; null where it is none of its, and `other` where its files are
   * no charges. Absent where it writes none.
   */
  readManifest?: (document: unknown, path: string) => Promise<Manifest | 'other' | null>;
  /** The folder of a period, in the path of a file of which each run of an export lies in a folder of its own below. */
  keptRuns?: RegExp;
}

/** Which files a delivery has. */
export interface Manifest {
  /** Where the export is kept, which tells it from those of other accounts that are called alike; else its name. */
  export: string;
  /** The billing period, `2026-11`; null where it says none. */
  month: string | null;
  /** The first day that it has charges of, where it says so. */
  since?: Day;
  /** The last day that it has charges of, where it says so. */
  until?: Day;
  /** Null where it does not say: then it is as old as itself. */
  deliveredAt: Date | null;
  /** As they are called where they were delivered to. */
  files: readonly string[];
  /** How many rows they have; null where it does not say. */
  rows: number | null;
}

export interface FileProvider extends Provider {
  files: Omit<FileDeclaration, 'id' | 'name' | 'subAccountType'>;
}

/** Declares one. It has no host and no key: whoever would ask it is told where its figures come from. */
export function defineFileProvider({ id, name, subAccountType, ...files }: FileDeclaration): FileProvider {
  const provider = defineProvider({
    id,
    name,
    baseUrl: '',
    baseUrlVariable: '',
    keyVariable: '',
    adminKeyPrefix: '',
    keyPage: '',
    leastScope: '',
    projectWord: subAccountType.toLowerCase(),
    focus: {
      ...{ serviceName: name, subAccountType, serviceOf },
      isAi: (lineItem) => files.aiServices.some(({ words }) => words.test(serviceOf(lineItem) ?? '')),
    },
    listPrices: { readOn: parseDay('2026-11-25'), make: () => [] },
    connect: () => {
      throw new CostsError('usage', `${name} is read from the files that it exports.`, {
        hint: 'costs import focus --help',
      });
    },
  });
  return { ...provider, files };
}

/** What stands before the meter, and the currency. */
function serviceOf(lineItem: string): string | null {
  const service = lineItem.replace(/ (?:· |\[[A-Z]{3}\]$).*/s, '');
  return service === UNSPECIFIED ? null : service;
}
