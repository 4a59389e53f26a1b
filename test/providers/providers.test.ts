import { PROVIDER_IDS } from '../../src/providers/registry.js';
import { describeProvider } from './conformance.js';
import { TRAITS } from './traits.js';

PROVIDER_IDS.filter((id) => TRAITS[id]?.bills !== false).forEach(describeProvider);
