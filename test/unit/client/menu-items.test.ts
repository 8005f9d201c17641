import assert from 'node:assert/strict';
import { menuItems } from '../../../client/features/menu-items.js';
import type { Surroundings } from '../../../client/status/surroundings.js';
import { english } from '../../../client/translate.js';
import type { LacunaStatus } from '../../../protocol/index.js';

const labels = (around: Partial<Surroundings>, status: Partial<LacunaStatus> = {}) =>
  menuItems(
    {
      phase: 'running',
      status: { busy: false, kind: 'Normal', message: 'Ready.', ...status },
    },
    { trusted: true, languageIsOff: false, ...around },
    english,
  ).map(({ label }) => label.replace(/^\$\([\w-]+\) /, ''));

describe('menu', () => {
  it('offers to switch off, for a language or altogether, and to snooze', () => {
    const offered = labels({ language: 'python' });
    assert.deepEqual(offered.slice(0, 3), [
      'Switch completions off',
      'Switch off for python',
      'Snooze…',
    ]);
  });

  it('offers to undo what is in force', () => {
    const offered = labels({ language: 'python', languageIsOff: true, snoozedUntil: '12:30' });
    assert.ok(offered.includes('Switch on for python'));
    assert.ok(offered.includes('End the snooze'));
    assert.ok(!offered.includes('Snooze…'));
  });

  it('offers nothing about languages or snoozing while everything is off', () => {
    const offered = labels({ language: 'python' }, { kind: 'Inactive' });
    assert.equal(offered[0], 'Switch completions on');
    assert.ok(!offered.some((label) => /python|nooze/.test(label)));
  });
});
