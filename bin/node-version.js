'use strict';

/** As package.json has it. */
const OLDEST = [20, 19];

/** What to say where this Node.js is too old, which would end with a page of the program itself; null where it is not. */
exports.tooOld = () => {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return null;
  return `costs needs Node.js ${OLDEST.join('.')} or newer; this is ${process.versions.node}.\n→ Install a newer one: https://nodejs.org\n`;
};
