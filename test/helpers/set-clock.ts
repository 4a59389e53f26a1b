import { inject } from 'vitest';
import { moveClock } from './clock.js';

// Before each test file: what a test tells must not depend on the day on which somebody runs it.
moveClock(inject('now'));
process.env.TMPDIR = inject('folder');
