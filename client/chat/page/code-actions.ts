import type { Announcer } from './announcer.js';
import type { Host } from './host.js';
import type { CodeAction } from './markdown/code-block.js';
import { t } from './strings.js';
import { flashDone } from './views/flash.js';
import { proposeBlock } from './views/proposal.js';
import type { TurnView } from './views/turn-view.js';

/** What a person may do with a code block of an answer. */
export function codeActions(
  host: Host,
  announcer: Announcer,
  conversation: string,
  turn: TurnView,
): readonly CodeAction[] {
  const copy: CodeAction = {
    icon: 'copy',
    label: t('Copy'),
    run: ({ code }, button) => {
      void navigator.clipboard.writeText(code).then(() => {
        flashDone(button);
        announcer.say(t('Copied.'));
      });
    },
  };
  const insert: CodeAction = {
    icon: 'insert',
    label: t('Insert'),
    run: ({ code }, button) => {
      host.act({ kind: 'insert', text: code });
      flashDone(button);
    },
  };
  const apply: CodeAction = {
    icon: 'apply',
    label: t('Apply'),
    run: (block, button) => {
      if (turn.running) {
        announcer.say(t('Wait until the answer is complete.'));
        return;
      }
      button.disabled = true;
      block.element.parentElement
        ?.querySelectorAll(`:scope > .proposal[data-block="${block.index}"]`)
        .forEach((old) => {
          old.remove();
        });
      void proposeBlock(host, announcer, { conversation, turn: turn.id, block: block.index })
        .then((proposal) => {
          proposal.element.dataset['block'] = String(block.index);
          block.element.after(proposal.element);
          proposal.focus();
        })
        .catch((error: unknown) => {
          turn.showError(error instanceof Error ? error.message : String(error));
        })
        .finally(() => {
          button.disabled = false;
        });
    },
  };
  return host.can.insert ? [copy, insert, apply] : [copy, apply];
}
