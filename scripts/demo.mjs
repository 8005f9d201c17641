// npm run demo: from a clone to a completion. Takes a piece out of a file of this repository and lets the embedded
// model write it again.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { cutHole, demoHole, surroundings } from './lib/demo-hole.mjs';
import { inRoot } from './lib/paths.mjs';
import { prepare } from './lib/prepare.mjs';
import { Problem, bold, colour, cyan, dim, green, runMain } from './lib/report.mjs';

const deadlineMs = 120_000;

/**
 * Runs `lacuna complete` and passes its text on as it comes.
 *
 * @returns {Promise<{text: string, summary: string}>} `summary` is its line about speed, device and model
 */
function complete(place, onText) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [inRoot('bin/lacuna.js'), 'complete', place], {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: deadlineMs,
      killSignal: 'SIGKILL',
    });
    let text = '';
    let summary = '';
    child.stdout.setEncoding('utf8').on('data', (piece) => {
      // The newline that ends the output belongs to the terminal, not to the completion.
      const ready = (text + piece).replace(/\n$/, '');
      onText(ready.slice(text.replace(/\n$/, '').length));
      text += piece;
    });
    child.stderr.setEncoding('utf8').on('data', (piece) => (summary += piece));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) resolve({ text: text.replace(/\n$/, ''), summary: summary.trim() });
      else reject(new Problem(`\`lacuna complete\` ended with ${code ?? signal}\n${summary}`));
    });
  });
}

await runMain(async () => {
  await prepare();
  const hole = cutHole(readFileSync(inRoot(demoHole.file), 'utf8'), demoHole);
  const around = surroundings(hole, 6, 6);
  const folder = mkdtempSync(path.join(os.tmpdir(), 'lacuna-demo-'));
  try {
    const file = path.join(folder, path.basename(demoHole.file));
    writeFileSync(file, hole.prefix + hole.suffix);

    console.log(
      `\n${bold(demoHole.file)}, with a hole at ${hole.line}:${hole.column} for the model to fill:\n`,
    );
    for (const line of around.above) console.log(dim(line));
    // Without colours brackets show which part the model wrote.
    process.stdout.write(around.start + (colour ? '' : '⟦'));
    const { text, summary } = await complete(`${file}:${hole.line}:${hole.column}`, (piece) =>
      process.stdout.write(green(bold(piece))),
    );
    console.log((colour ? '' : '⟧') + around.end);
    for (const line of around.below) console.log(dim(line));

    console.log(`\n${cyan(summary)}`);
    console.log(
      text === demoHole.hole
        ? 'That is, character by character, what stands in the file.'
        : `In the file stands: ${demoHole.hole}`,
    );
    console.log(
      dim(
        `\nTry your own: npx lacuna complete FILE:LINE:COLUMN, or npx lacuna --help. In your editor: see README.md.`,
      ),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
