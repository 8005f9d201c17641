// npm run package: the VS Code extension for this platform, as lacuna-PLATFORM-VERSION.vsix in the repository's root.
import { readFileSync } from 'node:fs';
import { inRoot } from './lib/paths.mjs';
import { prepare } from './lib/prepare.mjs';
import { green, runMain, step } from './lib/report.mjs';
import { packVsix } from './lib/vsix.mjs';

await runMain(async () => {
  await prepare();
  const { version } = JSON.parse(readFileSync(inRoot('package.json'), 'utf8'));
  const file = inRoot(`lacuna-${process.platform}-${process.arch}-${version}.vsix`);
  const size = await step('Packing the extension', () => packVsix(file));
  console.log(green(`${file} (${(size / 1e6).toFixed(1)} MB)`));
  console.log(`Install it with: code --install-extension ${file}`);
});
