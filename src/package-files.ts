import { fileURLToPath } from 'node:url';

/**
 * The path of a file of this package that is read when it is needed: migrations, topics of the help, schemas of documents.
 * This file lies one folder below the package's root in the sources, and so does the bundle it becomes part of.
 */
export function packageFile(path: string): string {
  return fileURLToPath(new URL(`../${path}`, import.meta.url));
}
