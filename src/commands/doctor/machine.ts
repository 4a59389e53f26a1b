import { PROVIDER_IDS, providerName } from '../../providers/registry.js';
import { checkBaseUrl } from '../../config.js';
import type { Context } from '../../context.js';
import { failedLook, type Diagnostic } from '../../domain/diagnostic.js';
import { plainText } from '../../output/access.js';

const OLDEST_NODE = [20, 19] as const;

export function checkNode(): Diagnostic {
  const version = process.versions.node;
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

/** What stands in for a keychain is said here, at login and by whoami. */
export async function checkSession(context: Context): Promise<Diagnostic[]> {
  const name = 'Session';
  try {
    const file = await (await context.vault()).sessionFile();
    return plainText(file).map((message) => ({ name, status: 'ok', message }));
  } catch (thrown) {
    return [failedLook(name, thrown)];
  }
}

/** Where admin keys would be sent. */
export function checkBaseUrls({ config }: Context): Diagnostic[] {
  const checks = PROVIDER_IDS.map((id): Diagnostic => {
    const name = `${providerName(id)} address`;
    try {
      return { name, status: 'ok', message: checkBaseUrl(id, config).host };
    } catch (thrown) {
      return failedLook(name, thrown);
    }
  });
  if (!config.tlsChecksOff) return checks;
  return [
    ...checks,
    {
      name: 'TLS',
      status: 'failed',
      message: 'NODE_TLS_REJECT_UNAUTHORIZED=0 switches certificate checks off.',
      hint: 'Unset it: no key and no message is sent that way.',
    },
  ];
}
