import { PROVIDER_IDS } from '../../src/domain/provider.js';
import { describeProvider } from './conformance.js';

PROVIDER_IDS.forEach(describeProvider);
