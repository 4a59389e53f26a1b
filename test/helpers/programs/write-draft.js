import { createDraft } from '../../../dist/draft-file.js';

const draft = await createDraft(process.argv[2]);
await draft.write('half of it');
process.send('written');
// Until it is killed.
process.stdin.resume();
await new Promise(() => undefined);
