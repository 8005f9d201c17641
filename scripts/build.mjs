// npm run build: packages, native engine, TypeScript, VS Code client.
import { prepare } from './lib/prepare.mjs';
import { green, runMain } from './lib/report.mjs';

await runMain(async () => {
  await prepare();
  console.log(green('Built.'));
});
