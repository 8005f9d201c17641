import { linkBin } from './bin-link.mjs';
import { buildClient } from './bundle.mjs';
import { installDependencies } from './dependencies.mjs';
import { buildGrammars } from './grammars.mjs';
import { buildNative } from './native.mjs';
import { checkToolchain } from './toolchain.mjs';
import { buildTypeScript } from './typescript.mjs';

/**
 * From a clone to something that runs. Each part does nothing where nothing changed since the last time.
 *
 * @param {{testing?: boolean}} [options] `testing` also builds what only the tests load
 * @throws {Problem} where a tool is missing, {CommandError} where a build fails
 */
export async function prepare({ testing = false } = {}) {
  const { compiler } = checkToolchain();
  await installDependencies();
  linkBin();
  await buildNative({ compiler, testing });
  await buildGrammars();
  await buildTypeScript();
  await buildClient();
}
