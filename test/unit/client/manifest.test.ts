import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { documentSelector } from '../../../client/server/document-selector.js';
import { clientCommands } from '../../../client/command-ids.js';
import { defaultSettings } from '../../../protocol/index.js';

interface Setting {
  readonly default: unknown;
  readonly markdownDescription?: string;
}

interface Manifest {
  readonly contributes: {
    readonly commands: readonly { readonly command: string }[];
    readonly configuration: { readonly properties: Readonly<Record<string, Setting>> };
  };
  readonly capabilities: {
    readonly virtualWorkspaces: { readonly supported: unknown };
    readonly untrustedWorkspaces: { readonly restrictedConfigurations: readonly string[] };
  };
}

const manifest = JSON.parse(
  readFileSync(new URL('../../../../package.json', import.meta.url), 'utf8'),
) as Manifest;
const strings = JSON.parse(
  readFileSync(new URL('../../../../package.nls.json', import.meta.url), 'utf8'),
) as Readonly<Record<string, string>>;
const { properties } = manifest.contributes.configuration;
/** A setting's description, which the manifest names by its key. */
const described = ({ markdownDescription = '' }: Setting) =>
  strings[markdownDescription.replaceAll('%', '')] ?? '';

describe('extension manifest', () => {
  it('offers every setting of the protocol, and no other, with the same default', () => {
    const offered = Object.entries(properties).map(([name, setting]): [string, unknown] => [
      name,
      setting.default,
    ]);
    const wanted = Object.entries(defaultSettings).map(([name, value]: [string, unknown]) => [
      `lacuna.${name}`,
      value,
    ]);
    assert.deepEqual(Object.fromEntries(offered), Object.fromEntries(wanted));
  });

  it('keeps the settings few, each described', () => {
    assert.ok(Object.keys(properties).length <= 25);
    for (const [name, setting] of Object.entries(properties))
      assert.ok(described(setting).length > 20, name);
  });

  it('has its settings listed for other editors, with their defaults', () => {
    const page = readFileSync(
      new URL('../../../../editors/README.md', import.meta.url),
      'utf8',
    ).replaceAll(/ +/g, ' ');
    for (const [name, setting] of Object.entries(properties)) {
      const effect = described(setting).replaceAll(/#(?:lacuna\.)?/g, '');
      const row = `| \`${name.replace('lacuna.', '')}\` | \`${JSON.stringify(setting.default)}\` | ${effect} |`;
      assert.ok(page.includes(row), row);
    }
  });

  it('contributes the commands that the client registers', () => {
    assert.deepEqual(
      manifest.contributes.commands.map((each) => each.command).sort(),
      Object.values(clientCommands).sort(),
    );
  });

  it('takes no path from a workspace that is not trusted', () => {
    const paths = Object.entries(properties)
      .filter(([, setting]) => /\bpath\b/i.test(described(setting)))
      .map(([name]) => name);
    assert.deepEqual(manifest.capabilities.untrustedWorkspaces.restrictedConfigurations, paths);
  });

  it('says it works in virtual workspaces only if the client selects their documents', () => {
    const local = ['file', 'untitled', 'vscode-notebook-cell', 'vscode-remote'];
    const selectsVirtual = documentSelector.some(({ scheme }) => !local.includes(scheme));
    assert.equal(manifest.capabilities.virtualWorkspaces.supported, selectsVirtual);
  });
});
