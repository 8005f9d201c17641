import assert from 'node:assert/strict';
import { isSecretFile } from '../../../server/provenance/secret-files.js';

describe('files of secrets', () => {
  for (const path of [
    '/home/a/.env',
    '.env',
    '/p/.env.local',
    '/p/.envrc',
    '/p/prod.env',
    '/p/.ENV.Production',
    'C:/p/.env',
    '/c:/p/id_rsa',
    '/home/a/.ssh/config',
    '/home/a/.ssh/id_ed25519.pub',
    '/home/a/.npmrc',
    '/home/a/.aws/credentials',
    '/home/a/.kube/config',
    '/p/kubeconfig.yaml',
    '/p/server.pem',
    '/p/certs/tls.key',
    '/p/keys.p12',
    '/p/.git/config',
    '/p/.git-credentials',
    '/p/infra/prod.tfvars',
    '/p/terraform.tfstate.backup',
    '/home/a/.docker/config.json',
    '/p/client_secret_1234.json',
    '/p/service-account-prod.json',
    '/p/k8s/secrets.yaml',
    '/home/a/.zsh_history',
    '/p/😀/.netrc',
  ])
    it(`${path} is one`, () => {
      assert.equal(isSecretFile(path), true);
    });

  for (const path of [
    '',
    '/',
    '/p/env.ts',
    '/p/environment.ts',
    '/p/src/credentials/store.ts',
    '/p/src/kubeconfig/load.go',
    '/p/src/kubeconfig.go',
    '/p/secrets.ts',
    '/p/secret-files.ts',
    '/p/config',
    '/p/config.json',
    '/p/settings.xml',
    '/p/keyboard.ts',
    '/p/test.key.ts',
    '/p/.git/COMMIT_EDITMSG',
    '/p/.gitignore',
    '/p/aws/main.tf',
    '/p/history.md',
    '/../p/a.ts',
  ])
    it(`${path || 'the empty path'} is none`, () => {
      assert.equal(isSecretFile(path), false);
    });
});
