import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { emacsLibraries, missingForEmacs, type EmacsLibrary } from './emacs-library.js';
import { editorEnvironment, inFolder, marked, onCommandLine, root } from './hole.js';
import { sourceHole } from './source-hole.js';

/** Opens the file, starts the library as a person does, asks for a completion until one comes, saves. */
const script = (
  { configuration, connect, end }: EmacsLibrary,
  file: string,
  line: number,
  column: number,
) => `
(progn
  (load ${JSON.stringify(path.join(root, 'editors', configuration))} nil t)
  (find-file ${JSON.stringify(file)})
  ${connect}
  (goto-char (point-min))
  (forward-line ${line - 1})
  (move-to-column ${column - 1})
  (let ((before (buffer-string)) (end (+ (float-time) 60)))
    (while (and (string= before (buffer-string)) (< (float-time) end))
      (completion-at-point)
      (sleep-for 0.2)))
  (save-buffer)
  ${end})`;

for (const each of emacsLibraries) {
  const missing = missingForEmacs(each);
  const untried = missing === undefined ? '' : ` (${missing})`;

  (missing === undefined ? describe : describe.skip)(
    `Emacs with ${each.name}${untried}`,
    function () {
      this.timeout(120_000);

      it('puts the same text into the file as the command line, at point', () => {
        const hole = marked(sourceHole);
        // Emacs 28 has no mode for TypeScript; the same text is JavaScript enough for js-mode.
        const name = 'count.js';
        const saved = inFolder({ [name]: hole.text }, (folder) => {
          const file = path.join(folder, name);
          const lisp = script(each, file, hole.line, hole.column);
          execFileSync('emacs', ['-q', '--batch', '--eval', lisp], {
            env: editorEnvironment(folder),
            timeout: 100_000,
            stdio: ['ignore', 'pipe', 'pipe'],
          });
          return readFileSync(file, 'utf8');
        });
        assert.equal(saved, hole.before + onCommandLine(name, hole) + hole.after);
      });
    },
  );
}
