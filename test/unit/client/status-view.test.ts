import assert from 'node:assert/strict';
import { statusView } from '../../../client/status/status-view.js';
import type { LacunaStatus } from '../../../protocol/index.js';

const ready: LacunaStatus = {
  busy: false,
  kind: 'Normal',
  message: 'Ready.',
  model: 'Lacuna 18M',
  device: 'cpu (AVX-512, 2 threads)',
};

const running = (status: Partial<LacunaStatus>) =>
  statusView({ phase: 'running', status: { ...ready, ...status } });

describe('status bar', () => {
  it('shows the model, and in the tooltip the device and the speed', () => {
    const view = running({ tokensPerSecond: 312.4 });
    assert.equal(view.text, '$(sparkle) Lacuna 18M');
    assert.match(view.tooltip, /312 tokens\/s/);
    assert.match(view.tooltip.replaceAll('\\', ''), /Runs on cpu \(AVX-512, 2 threads\)/);
    assert.equal(view.background, undefined);
  });

  it('says in the tooltip why the model runs there', () => {
    const { tooltip } = running({ deviceReason: 'the NVIDIA driver finds no GPU' });
    assert.match(tooltip, /Why there: the NVIDIA driver finds no GPU\./);
    assert.doesNotMatch(running({}).tooltip, /Why there/);
  });

  it('says in the tooltip why nothing was offered, and shows a shield', () => {
    const refusal = {
      message: 'Nothing of a is shown.',
      remedy: 'Rename it.',
      document: 'file:///a',
    };
    const view = running({ refusal });
    assert.equal(view.text, '$(shield) Lacuna 18M');
    assert.match(view.tooltip, /Nothing of a is shown\. Rename it\./);
    const elsewhere = statusView(
      { phase: 'running', status: { ...ready, refusal } },
      { trusted: true, languageIsOff: false, document: 'file:///b', language: 'text' },
    );
    assert.equal(elsewhere.text, '$(sparkle) Lacuna 18M');
    assert.doesNotMatch(elsewhere.tooltip, /Nothing of a/);
  });

  for (const [what, field] of [
    ['a completion was not shown', 'withheld'],
    ['the engine is busy', 'engineBusy'],
  ] as const)
    it(`says in the tooltip that ${what}, in the document where that is so`, () => {
      const explanation = { message: 'It is so.', remedy: 'Mend it.', document: 'file:///a' };
      const tooltip = (document?: string) =>
        statusView(
          { phase: 'running', status: { ...ready, [field]: explanation } },
          { trusted: true, languageIsOff: false, ...(document !== undefined && { document }) },
        ).tooltip;
      assert.match(tooltip('file:///a'), /It is so\. Mend it\./);
      assert.match(tooltip(), /It is so\./);
      assert.doesNotMatch(tooltip('file:///b'), /It is so/);
    });

  it('says in the tooltip what has become of a model for chat', () => {
    const plain = (chat: LacunaStatus['chat']) =>
      running(chat ? { chat } : {}).tooltip.replaceAll('\\', '');
    assert.doesNotMatch(plain(undefined), /[Cc]hat/);
    assert.match(plain({ state: 'loading' }), /The chat model is loading\./);
    assert.match(
      plain({ state: 'ready', model: 'Lite-Instruct', device: 'cpu' }),
      /Chat: Lite-Instruct, on cpu\./,
    );
    assert.match(
      plain({ state: 'failed', message: 'It is damaged.', remedy: 'Download it again.' }),
      /could not be loaded: It is damaged\. Download it again\. \[Choose a chat model\]\(command:lacuna\.chooseChatModel\)/,
    );
  });

  it('spins while the server is busy', () => {
    assert.equal(running({ busy: true }).text, '$(loading~spin) Lacuna 18M');
  });

  it('turns red on an error, gives the remedy, and loads the model again on a click', () => {
    const view = running({
      kind: 'Error',
      message: 'No such file: /models/x.gguf',
      remedy: 'Set lacuna.model to a file that exists',
    });
    assert.equal(view.background, 'error');
    assert.equal(view.command, 'lacuna.reloadModel');
    assert.match(view.tooltip, /What to do:\*\* Set lacuna\.model/);
  });

  it('turns yellow on a warning', () => {
    assert.equal(running({ kind: 'Warning', remedy: 'Use another model' }).background, 'warning');
  });

  it('switches back on with a click where it was switched off', () => {
    assert.equal(running({ kind: 'Inactive' }).command, 'lacuna.toggle');
  });

  it('opens the menu on a click where all is well', () => {
    assert.equal(running({}).command, 'lacuna.menu');
  });

  it('says that it snoozes, until when, and how to end it', () => {
    const view = statusView(
      { phase: 'running', status: ready },
      { trusted: true, languageIsOff: false, snoozedUntil: '12:30' },
    );
    assert.equal(view.text, '$(bell-slash) Lacuna 18M');
    assert.match(
      view.tooltip,
      /Snoozes until 12:30\. \[End the snooze\]\(command:lacuna\.endSnooze\)/,
    );
  });

  it('says that the language of this editor is switched off, and how to switch it on', () => {
    const view = statusView(
      { phase: 'running', status: ready },
      { trusted: true, language: 'markdown', languageIsOff: true },
    );
    assert.equal(view.text, '$(bell-slash) Lacuna 18M');
    assert.match(
      view.tooltip,
      /Switched off for markdown\. \[Switch on\]\(command:lacuna\.toggleLanguage\)/,
    );
  });

  it('says what a workspace that is not trusted goes without, and how to change that', () => {
    const view = statusView(
      { phase: 'running', status: ready },
      { trusted: false, languageIsOff: false },
    );
    assert.match(
      view.tooltip,
      /not trusted: .* \[Manage trust\]\(command:workbench\.trust\.manage\)/,
    );
  });

  it('speaks another language where there are translations', () => {
    const view = statusView(
      { phase: 'starting' },
      { trusted: true, languageIsOff: false },
      (text) => text.toUpperCase(),
    );
    assert.match(view.tooltip, /THE LANGUAGE SERVER IS STARTING\./);
  });

  it('lets no text of the server forge a link or an icon', () => {
    const { tooltip } = running({
      message: '[click](command:workbench.action.quit) $(bug) <img src="x">',
    });
    assert.doesNotMatch(tooltip, /[^\\]\[click/);
    assert.doesNotMatch(tooltip, /[^\\]\$\(bug/);
    assert.doesNotMatch(tooltip, /[^\\]<img/);
  });

  it('says when a server that stopped will be started again, and offers to do it at once', () => {
    const view = statusView({ phase: 'restarting', inSeconds: 4 });
    assert.match(view.tooltip, /again in 4 s/);
    assert.equal(view.command, 'lacuna.restart');
  });

  it('says what to do about a server that does not start', () => {
    const view = statusView({ phase: 'failed', message: 'It stopped.' });
    assert.equal(view.background, 'error');
    assert.match(view.tooltip, /What to do/);
  });
});
