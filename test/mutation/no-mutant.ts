// The worker is that of the mutant before: until the tests begin there is none.
Object.assign((globalThis as { __stryker__?: object }).__stryker__ ?? {}, { activeMutant: undefined });
