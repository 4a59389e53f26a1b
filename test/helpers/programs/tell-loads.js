// Preloaded (--import): says on standard error which files of the bundle a program reads.
import { register } from 'node:module';

const hook = `export async function load(url, context, next) {
  if (url.includes('/dist/')) process._rawDebug('loads ' + url.slice(url.indexOf('/dist/') + 1));
  return next(url, context);
}`;
register(`data:text/javascript,${encodeURIComponent(hook)}`);
