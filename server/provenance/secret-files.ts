import ignore from 'ignore';

/** Names of files that hold secrets by their nature, wherever they are: patterns as in a `.gitignore`, in either case. */
export const secretNames: readonly string[] = [
  // Environments
  ...['.env*', '*.env', '.flaskenv', '.dev.vars', '.secrets', 'secrets.json', 'secrets.toml'],
  ...[
    'secrets.ini',
    'secrets.txt',
    'secrets.xml',
    'secrets.properties',
    'secret*.yaml',
    'secret*.yml',
  ],
  // Keys, and certificates with keys
  ...[
    '*.pem',
    '*.key',
    '*.p8',
    '*.p12',
    '*.pk8',
    '*.pfx',
    '*.ppk',
    '*.jks',
    '*.keystore',
    '*.kdbx',
  ],
  ...['*.asc', '*.gpg', '*.pgp', '*.age', 'id_rsa*', 'id_dsa*', 'id_ecdsa*', 'id_ed25519*'],
  ...['ssh_host_*_key', '*.ovpn'],
  // Credentials of tools
  ...['.npmrc', '.yarnrc.yml', '.pypirc', '.netrc', '_netrc', '.git-credentials', '.dockercfg'],
  ...['.pgpass', '.my.cnf', '.mylogin.cnf', '.htpasswd', '.boto', '.s3cfg', '.databrickscfg'],
  ...['kubeconfig', 'kubeconfig.yaml', 'kubeconfig.yml', '*.kubeconfig', '.vault-token'],
  ...['credentials', 'credentials.json', 'credentials.toml', 'credentials.y*ml', '.credentials*'],
  ...['application_default_credentials.json', 'client_secret*.json', 'service[-_]account*.json'],
  ...['serviceaccount*.json', '*.tfvars', '*.tfvars.json', '*.tfstate', '*.tfstate.*'],
  ...['.terraformrc', 'terraform.rc', 'nuget.config', 'rclone.conf', 'auth.json', 'wp-config.php'],
  ...['local.settings.json', 'google-services.json', 'GoogleService-Info.plist'],
  // What a shell or a database was told
  ...['.*_history'],
];

/** Ends of paths, for names that are harmless elsewhere; small letters. */
export const secretPaths: readonly string[] = [
  ...['.git/config', '.docker/config.json', '.m2/settings.xml', '.config/gh/hosts.yml'],
];

/** Names of folders all of whose files are refused; small letters. */
export const secretFolders: readonly string[] = [
  ...['.ssh', '.gnupg', '.aws', '.azure', '.gcloud', '.kube', '.password-store', '.config/gcloud'],
];

const names = ignore({ ignorecase: true }).add([...secretNames]);

/**
 * Whether a path (`/` between its parts, absolute or not) is a file of secrets, or lies in a folder of them. No setting
 * switches this off.
 */
export function isSecretFile(path: string): boolean {
  const parts = path.split('/');
  const name = parts.pop() ?? '';
  if (ignore.isPathValid(name) && names.ignores(name)) return true;
  const lower = `/${path.toLowerCase()}`;
  return (
    secretPaths.some((end) => lower.endsWith(`/${end}`)) ||
    secretFolders.some((folder) => lower.includes(`/${folder}/`))
  );
}
