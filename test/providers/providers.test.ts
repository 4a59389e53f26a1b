import { PROVIDER_IDS } from '../../src/providers/registry.js';
import { describeProvider } from './conformance.js';

PROVIDER_IDS.forEach(describeProvider);
