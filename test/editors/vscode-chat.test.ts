import { editFiles, editReplies, edits } from './vscode/edits.js';
import { participant, participantReplies } from './vscode/participant.js';
import { useSession } from './vscode/session.js';
import { noWorkbench } from './workbench/workbench.js';

const suite = noWorkbench === undefined ? describe : describe.skip;
const untried = noWorkbench === undefined ? '' : ` (not tried: ${noWorkbench})`;

suite(`VS Code with a model that can be talked to${untried}`, function () {
  this.timeout(120_000);
  const session = useSession(
    { ...editFiles },
    {
      script: [...editReplies, ...participantReplies],
      settings: { 'chat.disableAIFeatures': false },
    },
  );

  it('names the model in the status bar', async () => {
    await session.window.openFile('inline.ts');
    await session.modelReady(/scripted/i);
  });

  edits(session);
  participant(session);
});
