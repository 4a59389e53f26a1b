import { setInterval } from 'node:timers';
import { createDraft } from '../../../src/draft-file.js';

const draft = await createDraft(process.argv[2] ?? '');
await draft.write('half of it');
process.send?.('written');
// Until it is killed, whatever its standard input is.
setInterval(() => undefined, 60_000);
