import assert from 'node:assert/strict';
import { emacsLibraries, missingForEmacs } from './emacs-library.js';
import { scenarios } from './emacs-scenarios.js';
import type { ScriptedReply } from './scripted-server/script.js';

const source = `// Wörter 😀
function sum(values) {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
`;
const shorter = source.replace(/ {2}let total[^]*return total;/, '  return add(values);');
const code = '```javascript\nfunction sum(values) {\n  return add(values);\n}\n```\n';

const replies: readonly ScriptedReply[] = [
  { when: 'What does it do?', answers: ['It **adds** numbers.\n'] },
  { when: 'Take your time', answers: ['one two three '.repeat(200), 'All done.'], tokenMs: 50 },
  { when: 'Write it shorter', answers: [`Like this:\n\n${code}\nThat is all.`] },
  { when: 'Explain', answers: ['It **adds**.'] },
  { when: 'Task: ', answers: [code] },
];

for (const each of emacsLibraries) {
  const missing = missingForEmacs(each);
  const title = `Chat and edits in Emacs with ${each.name}${missing === undefined ? '' : ` (${missing})`}`;

  (missing === undefined ? describe : describe.skip)(title, function () {
    this.timeout(120_000);
    const scenario = scenarios(each, source, replies);

    scenario(
      'writes an answer below the question, stops one, gives another in its place',
      `(open-chat)
        (ask "What does it do?")
        (in-chat "the answer" (lambda () (not lacuna--running)))
        (note "answered" (text))
        (note "cost" (remarks))
        (ask "Take your time")
        (in-chat "some of it" (lambda () (string-match-p "one two three" (text))))
        (lacuna-stop)
        (in-chat "its end" (lambda () (not lacuna--running)))
        (note "stopped" (remarks))
        (note "part" (text))
        (lacuna-retry)
        (in-chat "another answer" (lambda () (not lacuna--running)))
        (note "again" (text))`,
      ({ notes }) => {
        assert.equal(
          notes['answered'],
          '# New conversation\n\n## You\n\nWhat does it do?\n\n## Lacuna\n\nIt **adds** numbers.\n\n## You\n\n',
        );
        assert.match(notes['cost'] ?? '', /\d+ of 16384 tokens/);
        assert.match(notes['stopped'] ?? '', /stopped/);
        assert.ok(
          (notes['part']?.length ?? 0) < 2000,
          'it should not have been written to its end',
        );
        assert.match(
          notes['again'] ?? '',
          /Take your time\n\n## Lacuna\n\nAll done\.\n\n## You\n\n$/,
        );
        assert.doesNotMatch(notes['again'] ?? '', /one two three/);
      },
    );

    scenario(
      'asks an earlier question anew as it stands now, and shows the region as @selection',
      `(transient-mark-mode 1)
        (goto-char (point-min))
        (forward-line 2)
        (set-mark (point))
        (forward-line 2)
        (activate-mark)
        (open-chat)
        (ask "Take your time")
        (in-chat "some of it" (lambda () (string-match-p "one two three" (text))))
        (lacuna-stop)
        (in-chat "its end" (lambda () (not lacuna--running)))
        (goto-char (point-min))
        (search-forward "Take your time")
        (replace-match "@selection What does it do?")
        (lacuna-send)
        (in-chat "the answer" (lambda () (not lacuna--running)))
        (note "answered" (text))
        (note "sources" (remarks))
        (goto-char (point-max))
        (insert "@sel")
        (completion-at-point)
        (note "mention" (text))`,
      ({ notes, prompts }) => {
        assert.match(
          notes['answered'] ?? '',
          /do\?\n\n## Lacuna\n\nIt \*\*adds\*\* numbers\.\n\n## You\n\n$/,
        );
        assert.equal(notes['answered']?.match(/## You/g)?.length, 2);
        assert.match(notes['sources'] ?? '', /sum\.js:3-4/);
        assert.match(prompts.join('\n'), /let total = 0;\n.*total \+= value;[^]*What does it do\?/);
        assert.match(notes['mention'] ?? '', /@selection$/);
      },
    );

    scenario(
      'puts a code block where it belongs, after it was looked at',
      `(goto-char (point-min))
        (search-forward "sum")
        (open-chat)
        (ask "Write it shorter")
        (in-chat "the answer" (lambda () (not lacuna--running)))
        (goto-char (point-min))
        (search-forward "add(values)")
        (lacuna-apply)
        (review)
        (note "diff" (text))
        (lacuna-accept)
        (until "the edit" (lambda () (with-current-buffer file (buffer-modified-p))))
        (set-buffer file)
        (note "file" (text))`,
      ({ notes }) => {
        assert.match(notes['diff'] ?? '', /^- {2}let total = 0;\n/m);
        assert.match(notes['diff'] ?? '', /^\+ {2}return add\(values\);\n/m);
        assert.equal(notes['file'], shorter);
      },
    );

    scenario(
      'rewrites the code at point as told, without the hunks that were taken out, as one step',
      `(goto-char (point-min))
        (search-forward "for")
        (lacuna-edit "call add")
        (review)
        (goto-char (point-max))
        (forward-line -1)
        (lacuna-toggle-hunk)
        (note "without" (text))
        (lacuna-toggle-hunk)
        (note "with" (text))
        (lacuna-accept)
        (until "the edit" (lambda () (with-current-buffer file (buffer-modified-p))))
        (set-buffer file)
        (note "file" (text))
        (undo-boundary)
        (undo)
        (note "undone" (text))`,
      ({ notes, prompts }) => {
        assert.equal(notes['undone'], source);
        assert.match(notes['without'] ?? '', /\(left out\)/);
        assert.doesNotMatch(notes['with'] ?? '', /\(left out\)/);
        assert.equal(notes['file'], shorter);
        assert.match(prompts.join('\n'), /Task: .*call add/);
      },
    );

    scenario(
      'says what the code does',
      `(goto-char (point-min))
        (search-forward "total")
        (lacuna-explain)
        (until "the text" (lambda () (get-buffer "*Lacuna explains*")))
        (with-current-buffer "*Lacuna explains*" (note "text" (text)))`,
      ({ notes, prompts }) => {
        assert.equal(notes['text'], 'It **adds**.');
        assert.match(prompts.join('\n'), /let total = 0;/);
      },
    );

    scenario(
      'applies a code action',
      `(goto-char (point-min))
        (search-forward "sum")
        ; In batch mode it looks as if the mouse had been used, which opens a menu.
        (setq eglot-confirm-server-initiated-edits nil last-nonmenu-event t)
        (defun completing-read (_prompt all &rest _)
          (seq-find (lambda (each) (string-prefix-p "Simplify" each))
                    (mapcar (lambda (each) (if (consp each) (car each) each)) (all-completions "" all))))
        (let ((tries 0))
          (while (and (< tries 20) (not (buffer-modified-p)))
            (setq tries (1+ tries))
            (condition-case error ${
              each.library === 'eglot'
                ? "(call-interactively #'eglot-code-actions)"
                : "(call-interactively #'lsp-execute-code-action)"
            } (error (message "%S" error)))
            (let ((waits 0))
              (while (and (< waits 20) (not (buffer-modified-p)))
                (setq waits (1+ waits))
                (accept-process-output nil 0.1)))))
        (note "file" (text))`,
      ({ notes }) => {
        assert.equal(notes['file'], shorter);
      },
    );
  });
}
