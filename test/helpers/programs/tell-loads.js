// Preloaded (--import): says on standard error which files of the bundle a program reads.
import { createRequire, register } from 'node:module';

const hook = `export async function load(url, context, next) {
  if (url.includes('/dist/')) process._rawDebug('loads ' + url.slice(url.indexOf('/dist/') + 1));
  return next(url, context);
}`;
register(`data:text/javascript,${encodeURIComponent(hook)}`);

const { cache } = createRequire(import.meta.url);
process.on('exit', () => {
  for (const path of Object.keys(cache))
    if (path.includes('/dist/')) process._rawDebug(`loads ${path.slice(path.indexOf('/dist/') + 1)}`);
});
