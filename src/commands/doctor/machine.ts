import { PROVIDER_IDS, providerName } from '../../providers/registry.js';
import { checkBaseUrl } from '../../config.js';
import type { Context } from '../../context.js';
import type { Diagnostic } from '../../domain/diagnostic.js';
import { asCostsError } from '../../errors.js';

const OLDEST_NODE = [20, 19] as const;

export function checkNode(version = process.versions.node): Diagnostic {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const good = major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1]);
  if (good) return { name: 'Node.js', status: 'ok', message: version };
  return {
    name: 'Node.js',
    status: 'failed',
    message: `${version} is too old.`,
    hint: `Install Node.js ${OLDEST_NODE.join('.')} or newer.`,
  };
}

/** Where admin keys would be sent. */
export function checkBaseUrls({ config }: Context): Diagnostic[] {
  const checks = PROVIDER_IDS.map((id): Diagnostic => {
    const name = `${providerName(id)} address`;
    try {
      return { name, status: 'ok', message: checkBaseUrl(id, config).host };
    } catch (thrown) {
      const { message, hint } = asCostsError(thrown);
      return { name, status: 'failed', message, ...(hint === undefined ? {} : { hint }) };
    }
  });
  if (!config.tlsChecksOff) return checks;
  return [
    ...checks,
    {
      name: 'TLS',
      status: 'failed',
      message: 'NODE_TLS_REJECT_UNAUTHORIZED=0 switches certificate checks off.',
      hint: 'Unset it: no key is sent that way.',
    },
  ];
}
