import { defineFileProvider } from '../files.js';

/** https://docs.aws.amazon.com/cur/latest/userguide/table-dictionary-focus-1-2-aws.html */
export const aws = defineFileProvider({
  id: 'aws',
  name: 'AWS',
  subAccountType: 'Account',
  issuers: /\b(?:aws|amazon)\b/i,
  aiServices: [
    { words: /bedrock/i, such: 'Amazon Bedrock, and models that name it: "… (Amazon Bedrock Edition)"' },
    { words: /^claude platform/i, such: 'Claude Platform on AWS' },
    { words: /sagemaker/i, such: 'Amazon SageMaker' },
    { words: /amazon q\b/i, such: 'Amazon Q' },
  ],
  // The marketplace has a service a model; Bedrock itself has it in the meter: `USE1-NovaLite-input-tokens`.
  readModel: (service, meter) =>
    /^(.+) \(Amazon Bedrock Edition\)$/.exec(service)?.[1] ??
    /^[A-Z]+\d+-(?!MP:)(.+?)(?:-mantle)?-(?:input|output|cache)-/.exec(meter)?.[1] ??
    null,
  // `BILLING_PERIOD=2026-10/2026-10-28T01:00:00.000Z-ID/export-00001.csv.gz`
  keptRuns: /^.*\/BILLING_PERIOD=[^/]+(?=\/\d{4}-?\d\d-?\d\dT[^/]*\/[^/]+$)/i,
  readManifest: async (...told) => (await import('./manifest.js')).readManifest(...told),
});
